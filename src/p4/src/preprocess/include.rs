//! Include files, two of them built in.

use std::path::{Path, PathBuf};

use super::{MAX_INCLUDES, Preprocessor};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::token::{Token, TokenKind};

/// The include files that need no file.
const BUILT_IN: [(&str, &str); 2] = [
    ("core.p4", include_str!("../../../../p4programs/include/core.p4")),
    ("v1model.p4", include_str!("../../../../p4programs/include/v1model.p4")),
];

impl Preprocessor<'_> {
    pub(super) fn include(&mut self, rest: &[Token], span: Span) {
        let expanded;
        let rest = match rest.first() {
            Some(first) if first.kind == TokenKind::Word => {
                expanded = self.expand(rest.to_vec(), 0);
                &expanded
            }
            _ => rest,
        };
        let Some((name, quoted, at)) = self.included_name(rest) else {
            self.error(span, "expected `<file>` or `\"file\"` behind `#include`");
            return;
        };
        if self.including >= MAX_INCLUDES {
            self.error(
                at,
                format!("`{name}` is included {MAX_INCLUDES} levels deep: does it include itself?"),
            );
            return;
        }
        match self.find(&name, quoted, at.file) {
            // It was there, and wants to be there once.
            Ok(None) => {}
            Ok(Some(file)) => {
                self.including += 1;
                self.file(file);
                self.including -= 1;
            }
            Err(reason) => {
                let built_in = BUILT_IN.map(|(name, _)| name);
                let message = format!("can't include `{name}`: {reason}");
                let diagnostic = Diagnostic::error(at, message).suggest(&name, built_in);
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn included_name(&self, rest: &[Token]) -> Option<(String, bool, Span)> {
        let first = rest.first()?;
        match first.kind {
            TokenKind::Str => {
                let name = first.text.strip_prefix('"')?.strip_suffix('"')?;
                Some((name.to_owned(), true, first.span))
            }
            TokenKind::Less => {
                let close = rest.iter().find(|token| token.kind == TokenKind::Greater)?;
                let inner = Span { start: first.span.end, end: close.span.start, ..first.span };
                Some((self.sources.slice(inner).trim().to_owned(), false, first.span.to(close.span)))
            }
            _ => None,
        }
    }

    /// The file of a name; none when it is there already and wants to be there once.
    fn find(&mut self, name: &str, quoted: bool, from: FileId) -> Result<Option<FileId>, String> {
        let own: Option<PathBuf> =
            Path::new(self.sources.name(from)).parent().filter(|_| quoted).map(Path::to_path_buf);
        for folder in own.iter().chain(self.include_dirs) {
            let path = folder.join(name);
            if path.is_file() {
                let name = path.to_string_lossy();
                if self.once.iter().any(|file| self.sources.name(*file) == name) {
                    return Ok(None);
                }
                let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
                let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
                return Ok(Some(self.sources.add(&name, &text)));
            }
        }
        match BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            Some((_, text)) => Ok(Some(self.sources.add(name, text))),
            None => Err("there is no such file in the include path".to_owned()),
        }
    }
}
