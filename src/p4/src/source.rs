//! Source texts and positions in them.

use std::fmt;
use std::sync::Arc;

/// Text shared by tokens, names and trees.
pub type Text = Arc<str>;

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FileId(pub u32);

/// A range of bytes of one source file.
///
/// Trees carry spans but are compared without them: two spans are always equal, so that a tree and
/// its printed and parsed copy are. Use [`Span::is_same`] where the place itself matters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl PartialEq for Span {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl Span {
    /// Whether both name the same bytes of the same file.
    pub fn is_same(self, other: Self) -> bool {
        (self.file, self.start, self.end) == (other.file, other.start, other.end)
    }

    /// The smallest span that holds both; `self` when they are in different files.
    pub fn to(self, other: Self) -> Self {
        if self.file != other.file {
            return self;
        }
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A place as people write it: file, line and column, both counted from one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Name of the file as it was given or found.
    pub file: Text,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

#[derive(Clone, Debug)]
struct SourceFile {
    name: Text,
    text: Text,
    line_starts: Vec<u32>,
    /// Offsets of bytes that don't begin a character.
    inner_bytes: Vec<u32>,
    /// What `#line` said, in the order of the offsets.
    claims: Vec<Claim>,
}

/// From an offset on, lines are counted from another number, and maybe belong to another file.
#[derive(Clone, Debug)]
struct Claim {
    offset: u32,
    line: u32,
    name: Option<Text>,
}

impl SourceFile {
    /// The line of an offset, without what `#line` said.
    fn physical_line(&self, offset: u32) -> u32 {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The characters before an offset in its line. Programs may stand on one line: nothing here goes along it.
    fn characters_before(&self, offset: u32) -> u32 {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.line_starts.get(index)).copied().unwrap_or(0);
        let inner = |end: u32| self.inner_bytes.partition_point(|inner| *inner < end);
        let inner = u32::try_from(inner(offset).saturating_sub(inner(start))).unwrap_or(u32::MAX);
        offset.saturating_sub(start).saturating_sub(inner)
    }

    /// How many claims are made at or before an offset.
    fn claims_upto(&self, offset: u32) -> usize {
        self.claims.partition_point(|claim| claim.offset <= offset)
    }

    fn claim(&self, offset: u32) -> Option<&Claim> {
        self.claims.get(self.claims_upto(offset).checked_sub(1)?)
    }
}

/// The part of a file whose lines are counted from one number.
pub(crate) struct Section<'a> {
    /// The file that it says it is.
    pub(crate) name: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
    /// Offset of its first byte in the whole file.
    pub(crate) start: u32,
    /// Number of its first line.
    pub(crate) line: u32,
}

/// All texts that took part in a compilation.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under a name.
    pub fn add(&mut self, name: &str, text: &str) -> FileId {
        let starts = std::iter::once(0)
            .chain(text.bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next));
        let file = SourceFile {
            name: name.into(),
            text: text.into(),
            line_starts: starts.collect(),
            inner_bytes: (0u32..)
                .zip(text.bytes())
                .filter(|(_, byte)| byte & 0xc0 == 0x80)
                .map(|(offset, _)| offset)
                .collect(),
            claims: Vec::new(),
        };
        self.files.push(file);
        FileId(u32::try_from(self.files.len().saturating_sub(1)).unwrap_or(u32::MAX))
    }

    fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The name of a file; empty when it is not of this map.
    pub fn name(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.name)
    }

    /// The whole text of a file; empty when it is not of this map.
    pub fn text(&self, id: FileId) -> &str {
        self.file(id).map_or("", |file| &file.text)
    }

    /// The bytes of a span as text; empty when it is not of this map.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line number, counted from one, of an offset.
    pub fn line(&self, span: Span) -> u32 {
        let Some(file) = self.file(span.file) else { return 0 };
        let line = file.physical_line(span.start);
        match file.claim(span.start) {
            None => line,
            Some(claim) => line.saturating_sub(file.physical_line(claim.offset)).saturating_add(claim.line),
        }
    }

    /// Has the line behind a place counted from a number, as `#line` says, and named after another file.
    pub(crate) fn claim_line(&mut self, at: Span, line: u32, name: Option<&str>) {
        let Some(file) = self.files.get_mut(at.file.0 as usize) else { return };
        let next = file.physical_line(at.start) as usize;
        let Some(offset) = file.line_starts.get(next).copied() else { return };
        let before = file.claim(offset).and_then(|claim| claim.name.clone());
        let name = name.map(Text::from).or(before);
        file.claims.push(Claim { offset, line, name });
    }

    /// The part of its file that a place is in.
    pub(crate) fn section(&self, span: Span) -> Section<'_> {
        let Some(file) = self.file(span.file) else {
            return Section { name: "", text: "", start: 0, line: 1 };
        };
        let claim = file.claim(span.start);
        let start = claim.map_or(0, |claim| claim.offset);
        let next = file.claims.get(file.claims_upto(span.start));
        let end = next.map_or(file.text.len(), |next| next.offset as usize);
        Section {
            name: claim.and_then(|claim| claim.name.as_deref()).unwrap_or(&file.name),
            text: file.text.get(start as usize..end).unwrap_or(""),
            start,
            line: claim.map_or(1, |claim| claim.line),
        }
    }

    /// Where a span starts.
    pub fn position(&self, span: Span) -> Position {
        let line = self.line(span);
        let column =
            self.file(span.file).map_or(0, |file| file.characters_before(span.start).saturating_add(1));
        Position { file: self.section(span).name.into(), line, column }
    }
}

#[cfg(test)]
mod tests;
