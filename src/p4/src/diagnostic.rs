//! What is wrong with a program, where, and what to do about it.

use std::fmt;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::source::{Position, SourceMap, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The program is accepted, but probably not what was meant.
    Warning,
    /// The program is refused.
    Error,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: lowercase, no final period, user text in backticks.
    pub message: String,
    /// Where; nothing when it is about the whole input.
    pub span: Option<Span>,
    /// What to say at the place itself.
    pub label: String,
    /// Other places that explain it.
    pub related: Vec<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            span: Some(span),
            label: String::new(),
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning at a place.
    pub fn warning(span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, message) }
    }

    /// An error about the whole input.
    pub fn global(message: impl Into<String>) -> Self {
        Self { span: None, ..Self::error(Span::default(), message) }
    }

    /// Says something at the place itself.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push((span, text.into()));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds `did you mean …` when one of the candidates is close to the name that was written.
    #[must_use]
    pub fn suggest<'a>(self, written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match closest(written, candidates) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }
}

/// `1 argument`, `2 arguments`
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The candidate with the smallest edit distance, when that is small for the length of the name.
pub(crate) fn closest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer names than people write would only cost time.
    let length = written.chars().count();
    if length > 64 {
        return None;
    }
    let allowed = (length / 3).clamp(1, 3);
    let ranked = candidates
        .into_iter()
        .filter(|name| *name != written && name.len() <= 128)
        .map(|name| (edit_distance(written, name), name));
    ranked.filter(|(distance, _)| *distance <= allowed).min().map(|(_, name)| name)
}

fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_ascii_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.to_ascii_lowercase().chars().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        let mut next = vec![before];
        for (r, above) in right.iter().zip(row.iter().skip(1)) {
            let cost = if l == *r { diagonal } else { diagonal + 1 };
            before = cost.min(above + 1).min(before + 1);
            next.push(before);
            diagonal = *above;
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// More than anybody reads; each costs time to show.
const MAX_DIAGNOSTICS: usize = 100;

/// The findings of a compilation together with the texts they point into.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    /// The texts.
    pub sources: SourceMap,
    /// The findings, in the order in which they were made.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The errors alone.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Puts them in the order of their places, and keeps the first of several errors at the same one.
    pub(crate) fn once_each(&mut self) {
        let place = |diagnostic: &Diagnostic| diagnostic.span.map(|span| (span.file, span.start));
        // What is about the whole input comes last.
        self.list.sort_by_key(|diagnostic| (diagnostic.span.is_none(), place(diagnostic)));
        let mut seen = std::collections::HashSet::new();
        self.list.retain(|diagnostic| match diagnostic.span {
            Some(span) if diagnostic.severity == Severity::Error => {
                seen.insert((span.file, span.start, span.end))
            }
            _ => true,
        });
    }

    /// Keeps the first hundred, and says how many more there were.
    pub(crate) fn truncate(&mut self) {
        if self.list.len() <= MAX_DIAGNOSTICS {
            return;
        }
        let rest = self.list.split_off(MAX_DIAGNOSTICS);
        let severity = rest.iter().map(|diagnostic| diagnostic.severity).max().unwrap_or(Severity::Warning);
        let message = format!("there are {} more diagnostics", rest.len());
        self.list.push(Diagnostic { severity, ..Diagnostic::global(message) });
    }

    /// Where a diagnostic points to.
    pub fn position(&self, diagnostic: &Diagnostic) -> Option<Position> {
        diagnostic.span.map(|span| self.sources.position(span))
    }

    /// All of them with source lines and carets, as plain text.
    pub fn render(&self) -> String {
        self.render_with(&Renderer::plain().decor_style(DecorStyle::Ascii))
    }

    /// All of them with source lines and carets, in colour for a terminal.
    pub fn render_styled(&self) -> String {
        self.render_with(&Renderer::styled())
    }

    fn render_with(&self, renderer: &Renderer) -> String {
        let mut text = String::new();
        for diagnostic in &self.list {
            text.push_str(&self.render_one(renderer, diagnostic));
            text.push_str("\n\n");
        }
        text.truncate(text.trim_end().len());
        text
    }

    fn render_one(&self, renderer: &Renderer, diagnostic: &Diagnostic) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()));
        if let Some(span) = diagnostic.span {
            let primary = AnnotationKind::Primary.span(self.range(span, span));
            let label = diagnostic.label.as_str();
            let mut snippet =
                self.snippet(span).annotation(if label.is_empty() { primary } else { primary.label(label) });
            let start = self.sources.section(span).start;
            let together =
                |other: Span| other.file == span.file && self.sources.section(other).start == start;
            for (other, text) in diagnostic.related.iter().filter(|(other, _)| together(*other)) {
                let annotation = AnnotationKind::Context.span(self.range(*other, span));
                snippet = snippet.annotation(annotation.label(text.as_str()));
            }
            group = group.element(snippet);
            for (other, text) in diagnostic.related.iter().filter(|(other, _)| !together(*other)) {
                let annotation =
                    AnnotationKind::Context.span(self.range(*other, *other)).label(text.as_str());
                group = group.element(self.snippet(*other).annotation(annotation));
            }
        }
        if let Some(help) = &diagnostic.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }

    fn snippet<'a>(&'a self, span: Span) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let section = self.sources.section(span);
        Snippet::source(section.text).path(section.name).line_start(section.line as usize)
    }

    /// The span as a range that is sure to be inside the part of the text that another span is in, and on
    /// character boundaries.
    fn range(&self, span: Span, around: Span) -> std::ops::Range<usize> {
        let section = self.sources.section(around);
        let text = section.text;
        let floor = |offset: u32| {
            let mut offset = (offset.saturating_sub(section.start) as usize).min(text.len());
            while !text.is_char_boundary(offset) {
                offset = offset.saturating_sub(1);
            }
            offset
        };
        let start = floor(span.start);
        start..floor(span.end).max(start)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}
