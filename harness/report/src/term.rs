//! A report as text for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use hyper4_diff::{
    Divergence, Failure, FailureCause, OutputDifference, PacketView, Status, TraceMismatch, Unsupported,
    describe_event,
};

use crate::documents::{kind_in_words, plural};
use crate::hex;
use crate::table::{self, Cell, Column, paint};
use crate::wrap::wrap;
use crate::{Sources, SubjectReport, VerifyReport};

/// Columns before what a label stands for.
const INDENT: usize = 13;
/// Lines of a packet that are shown.
const PACKET_LINES: usize = 8;

const COLUMNS: [Column; 6] = [
    Column { title: "subject", gives_way: 0, right: false },
    Column { title: "status", gives_way: 0, right: false },
    Column { title: "packets", gives_way: 0, right: true },
    Column { title: "outputs", gives_way: 1, right: true },
    Column { title: "events", gives_way: 3, right: true },
    Column { title: "seconds", gives_way: 2, right: true },
];

/// Writes reports as text: a table of the subjects, and a block for each that isn't as wished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermWriter {
    /// Columns of the terminal; 40 at least are used.
    pub width: usize,
    /// Whether to use colours.
    pub colour: bool,
}

impl Default for TermWriter {
    /// 80 columns, no colours.
    fn default() -> Self {
        Self { width: 80, colour: false }
    }
}

impl TermWriter {
    /// Write a report.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, report: &VerifyReport, out: &mut dyn Write) -> io::Result<()> {
        let width = self.width.max(40);
        let page = Page { width, colour: self.colour };
        let rows: Vec<Vec<Cell>> = report.subjects.iter().map(row).collect();
        if !rows.is_empty() {
            for line in table::lines(&COLUMNS, &rows, width, Style::new().bold(), self.colour) {
                writeln!(out, "{line}")?;
            }
        }
        for subject in &report.subjects {
            page.subject(subject, out)?;
        }
        page.notes(report, out)?;
        if !rows.is_empty() {
            writeln!(out)?;
        }
        page.paragraph("", &summary(report), out)
    }
}

fn style_of(status: Status) -> Style {
    let colour = match status {
        Status::Equal => AnsiColor::Green,
        Status::Diverged => AnsiColor::Red,
        Status::Unsupported => AnsiColor::Yellow,
        Status::Error => AnsiColor::Magenta,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

fn row(subject: &SubjectReport) -> Vec<Cell> {
    let counts = &subject.counts;
    vec![
        Cell::plain(&subject.name),
        Cell { text: subject.status.word().to_owned(), style: style_of(subject.status) },
        Cell::plain(counts.packets.to_string()),
        Cell::plain(counts.outputs.to_string()),
        Cell::plain(counts.events.to_string()),
        Cell::plain(format!("{:.1}", subject.seconds)),
    ]
}

fn summary(report: &VerifyReport) -> String {
    let total = report.total();
    let statuses: Vec<String> = [Status::Equal, Status::Diverged, Status::Unsupported, Status::Error]
        .into_iter()
        .map(|status| (report.count(status), status.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let subjects = plural(report.subjects.len() as u64, "subject");
    let statuses = if statuses.is_empty() { "nothing was compared".to_owned() } else { statuses.join(", ") };
    let compared = [
        plural(total.packets, "packet"),
        plural(total.outputs, "output"),
        plural(total.events, "trace event"),
    ];
    let Sources { captured, covering, generated } = report.sources();
    let sources = [(captured, "captured"), (covering, "covering"), (generated, "generated")];
    let sources: Vec<String> = sources
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, source)| format!("{count} {source}"))
        .collect();
    let sources = if sources.is_empty() { String::new() } else { format!(" ({})", sources.join(", ")) };
    let compared = compared.join(", ");
    format!("{subjects}: {statuses}; {compared} compared{sources}; seed {}", report.seed)
}

/// A page of some width.
struct Page {
    width: usize,
    colour: bool,
}

impl Page {
    /// Text behind a label, broken into lines.
    fn labelled(&self, label: &str, text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
        for (number, line) in wrap(text, self.width - INDENT).into_iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            writeln!(out, "  {label:<11}{}", paint(&line, style, self.colour))?;
        }
        Ok(())
    }

    /// Text behind a first word, broken into lines that are not indented.
    fn paragraph(&self, label: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        for line in wrap(&format!("{label}{text}"), self.width) {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn heading(&self, subject: &SubjectReport, rest: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out)?;
        let text = format!("{}: {}{rest}", subject.name, subject.status.word());
        for line in wrap(&text, self.width) {
            writeln!(out, "{}", paint(&line, style_of(subject.status), self.colour))?;
        }
        Ok(())
    }

    fn subject(&self, subject: &SubjectReport, out: &mut dyn Write) -> io::Result<()> {
        if let Some(divergence) = &subject.divergence {
            let what = kind_in_words(divergence.kind);
            self.heading(subject, &format!(" at step {}: {what}", divergence.step), out)?;
            self.divergence(divergence, out)?;
        }
        if let Some(unsupported) = &subject.unsupported {
            self.heading(subject, "", out)?;
            self.unsupported(unsupported, out)?;
        }
        if let Some(failure) = &subject.error {
            self.heading(subject, "", out)?;
            self.failure(failure, out)?;
        }
        Ok(())
    }

    fn divergence(&self, divergence: &Divergence, out: &mut dyn Write) -> io::Result<()> {
        let plain = Style::new();
        if let Some(packet) = &divergence.packet {
            self.packet(packet, out)?;
        }
        if let Some(command) = &divergence.command {
            self.labelled("command", command, plain, out)?;
        }
        if let Some(construct) = &divergence.construct {
            let place = construct.source.as_ref().map(|at| format!(" ({}:{})", at.filename, at.line));
            self.labelled(
                "where",
                &format!("{}{}", construct.name, place.unwrap_or_default()),
                plain.bold(),
                out,
            )?;
        }
        self.labelled("expected", &divergence.expected, plain.fg_color(Some(AnsiColor::Green.into())), out)?;
        self.labelled("actual", &divergence.actual, plain.fg_color(Some(AnsiColor::Red.into())), out)?;
        if let Some(output) = &divergence.output {
            self.output(output, out)?;
        }
        if let Some(trace) = &divergence.trace {
            let device = trace.device.as_ref().map(|device| format!("device `{device}`: "));
            let text = match &trace.mismatch {
                TraceMismatch::Event { expected, actual } => {
                    let (expected, actual) =
                        (describe_event(expected.as_ref()), describe_event(actual.as_ref()));
                    let after =
                        trace.after.as_ref().map(|after| format!("after {}: ", describe_event(Some(after))));
                    format!("{}expected {expected}, actual {actual}", after.unwrap_or_default())
                }
                TraceMismatch::CopiedFrom { .. } => format!("copy {} is made of another packet", trace.copy),
            };
            let text = format!(
                "{}{text} (event {} of packet {})",
                device.unwrap_or_default(),
                trace.event,
                trace.copy
            );
            self.labelled("trace", &text, plain, out)?;
        }
        if let Some(origin) = &divergence.origin {
            self.labelled("persona", origin, plain, out)?;
        }
        if let Some(note) = &divergence.note {
            self.labelled("note", note, plain, out)?;
        }
        Ok(())
    }

    fn packet(&self, packet: &PacketView, out: &mut dyn Write) -> io::Result<()> {
        let bytes = packet.hex.len() as u64 / 2;
        let text = format!("{} in by port {}", plural(bytes, "byte"), packet.port);
        self.labelled("packet", &text, Style::new(), out)?;
        let lines = hex::lines(&packet.hex, self.width - INDENT);
        for line in lines.iter().take(PACKET_LINES) {
            writeln!(out, "{:INDENT$}{:04x}  {}", "", line.offset, line.bytes)?;
        }
        if let Some(next) = lines.get(PACKET_LINES) {
            let more = plural(bytes - next.offset as u64, "more byte");
            writeln!(out, "{:INDENT$}… {more}", "")?;
        }
        for header in &packet.headers {
            let fields = header.fields.iter().map(|field| format!("{}={}", field.name, field.value));
            let text = fields.collect::<Vec<_>>().join(" ");
            self.labelled("", &format!("{}: {text}", header.name), Style::new(), out)?;
        }
        Ok(())
    }

    /// The lines in which outputs differ first, and a mark under the byte.
    fn output(&self, output: &OutputDifference, out: &mut dyn Write) -> io::Result<()> {
        let Some(offset) = output.offset else { return Ok(()) };
        let width = self.width - INDENT - 9;
        let mut column = 0;
        for (label, view) in [("expected", &output.expected), ("actual", &output.actual)] {
            let Some(view) = view else { continue };
            let (line, at) = hex::line_of(&view.hex, offset, width);
            column = at;
            writeln!(out, "{:INDENT$}{label:<9}{:04x}  {}", "", line.offset, line.bytes)?;
        }
        let mark = paint("^^", Style::new().bold(), self.colour);
        writeln!(out, "{:indent$}{mark}", "", indent = INDENT + 9 + 6 + column)
    }

    fn unsupported(&self, unsupported: &Unsupported, out: &mut dyn Write) -> io::Result<()> {
        let plain = Style::new();
        self.labelled("construct", &unsupported.construct, plain.bold(), out)?;
        if let Some(file) = &unsupported.file {
            let line = unsupported.line.map(|line| format!(":{line}")).unwrap_or_default();
            self.labelled("at", &format!("{file}{line}"), plain, out)?;
        }
        self.labelled("reason", &unsupported.reason, plain, out)?;
        self.labelled("side", &unsupported.side.to_string(), plain, out)
    }

    fn failure(&self, failure: &Failure, out: &mut dyn Write) -> io::Result<()> {
        let plain = Style::new();
        let cause = match failure.cause {
            FailureCause::Input => "input",
            FailureCause::Tool => "tool",
        };
        self.labelled(cause, &failure.message, plain, out)?;
        if let Some(side) = failure.side {
            self.labelled("side", &side.to_string(), plain, out)?;
        }
        match failure.step {
            Some(step) => self.labelled("step", &step.to_string(), plain, out),
            None => Ok(()),
        }
    }

    /// What was not compared, not reached, or skipped.
    fn notes(&self, report: &VerifyReport, out: &mut dyn Write) -> io::Result<()> {
        let mut hidden = BTreeMap::<&str, (u64, u64)>::new();
        for rule in report.subjects.iter().flat_map(|subject| &subject.hidden) {
            let (count, subjects) = hidden.entry(&rule.rule).or_default();
            *count += rule.count;
            *subjects += 1;
        }
        let unreached = report.subjects.iter().filter_map(|subject| Some((subject, subject.reach.as_ref()?)));
        let unreached: Vec<_> = unreached.filter(|(_, reach)| !reach.unreached.is_empty()).collect();
        if hidden.is_empty() && unreached.is_empty() && report.skipped.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        for (rule, (count, subjects)) in hidden {
            let text = format!("{rule} ({} in {})", plural(count, "time"), plural(subjects, "subject"));
            self.paragraph("hidden: ", &text, out)?;
        }
        for (subject, reach) in unreached {
            let text = format!(
                "{}: {} of {}",
                subject.name,
                reach.unreached.len(),
                plural(reach.constructs, "construct")
            );
            self.paragraph("not reached by generated packets: ", &text, out)?;
        }
        for skipped in &report.skipped {
            self.paragraph("skipped: ", &format!("{}: {}", skipped.what, skipped.reason), out)?;
        }
        Ok(())
    }
}
