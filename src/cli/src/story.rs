//! A trace as a story: what happened to a packet and its copies, by device and pipeline, in the program's own words.

use std::collections::BTreeMap;
use std::sync::Arc;

use anstyle::{AnsiColor, Style};
use hyper4_bits::Bits;
use hyper4_diff::describe_event;
use hyper4_ir::{Event, Primitive, Program, TableOutcome, Trace, TracedPacket};

use crate::subject::Guests;

const HEADING: Style = Style::new().bold();
const PLACE: Style = AnsiColor::Cyan.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const MISS: Style = AnsiColor::Yellow.on_default();
const LOST: Style = AnsiColor::Red.on_default();
const PLAIN: Style = Style::new();

/// Narrower a terminal isn't taken to be.
const NARROWEST: usize = 30;

/// Tells stories of one subject.
pub(crate) struct Story {
    /// Of each device (`""` where there is one program), its program.
    programs: BTreeMap<String, Arc<Program>>,
    /// Columns.
    pub(crate) width: usize,
    /// Whether to use colours.
    pub(crate) colour: bool,
}

impl Story {
    pub(crate) fn new(guests: &Guests, width: usize, colour: bool) -> Self {
        let programs = match guests {
            Guests::One(guest) => BTreeMap::from([(String::new(), Arc::clone(&guest.program))]),
            Guests::Composition { guests, .. } => {
                guests.iter().map(|(name, guest)| (name.clone(), Arc::clone(&guest.program))).collect()
            }
        };
        Self { programs, width: width.max(NARROWEST), colour }
    }

    /// The story of one packet: what came in, then what became of it and of each copy.
    pub(crate) fn tell(&self, heading: &str, trace: &Trace) -> String {
        let mut told = Told { story: self, text: String::new() };
        told.line(0, HEADING, heading);
        let depths = depths(trace);
        for (number, copy) in trace.packets.iter().enumerate() {
            let depth = depths.get(number).copied().unwrap_or(0);
            if let Some(parent) = copy.copied_from {
                let of = if parent == 0 { "the packet".to_owned() } else { format!("copy {parent}") };
                let whither = match copy.events.first() {
                    Some(Event::Replica { rid, port }) => format!(", for port {port} with id {rid}"),
                    _ => String::new(),
                };
                told.line(depth, HEADING, &format!("copy {number}, of {of}{whither}"));
            }
            told.packet(depth + 1, copy);
        }
        told.text
    }
}

/// How many copies lie between each packet and what came in.
fn depths(trace: &Trace) -> Vec<usize> {
    let mut depths: Vec<usize> = Vec::new();
    for copy in &trace.packets {
        let parent = copy.copied_from.and_then(|parent| depths.get(parent)).map_or(0, |depth| depth + 1);
        depths.push(parent);
    }
    depths
}

struct Told<'a> {
    story: &'a Story,
    text: String,
}

impl Told<'_> {
    fn packet(&mut self, depth: usize, copy: &TracedPacket) {
        let mut device = String::new();
        // Where a device has been named, all that it does stands below it.
        let mut depth = depth;
        let outer = depth;
        let mut parsing = false;
        let mut events = copy.events.iter().peekable();
        while let Some(event) = events.next() {
            if !matches!(event, Event::ParseState(_) | Event::Extract(_) | Event::ParserError(_)) {
                parsing = false;
            }
            match event {
                Event::Device(name) => {
                    device.clone_from(name);
                    self.line(outer, HEADING, &format!("device {name}"));
                    depth = outer + 1;
                }
                Event::ParseState(state) => {
                    if !parsing {
                        self.line(depth, PLACE, "parser");
                        parsing = true;
                    }
                    let mut headers = Vec::new();
                    while let Some(Event::Extract(header)) = events.peek() {
                        headers.push(header.as_str());
                        events.next();
                    }
                    let headers =
                        if headers.is_empty() { String::new() } else { format!(": {}", headers.join(", ")) };
                    self.line(depth + 1, PLAIN, &format!("{state}{headers}"));
                }
                Event::ParserError(error) => self.line(depth + 1, LOST, &format!("stops with {error}")),
                Event::Pipeline(name) => self.line(depth, PLACE, name),
                Event::Condition { name, value } => {
                    let text = self.condition(&device, name);
                    self.line(depth + 1, PLAIN, &format!("{text}: {value}"));
                }
                Event::Table { name, outcome } => {
                    let action = match events.peek() {
                        Some(Event::Action { name: action, arguments }) => {
                            let action = self.action(&device, name, action, arguments);
                            events.next();
                            format!(", {action}")
                        }
                        _ => String::new(),
                    };
                    if let Some(statement) = self.program(&device).and_then(|p| statement(p, name)) {
                        self.line(depth + 1, PLAIN, &statement);
                        continue;
                    }
                    let (style, what) = match outcome {
                        TableOutcome::Hit(handle) => (GOOD, format!("entry {handle}")),
                        TableOutcome::Miss => (MISS, "miss".to_owned()),
                    };
                    self.line(depth + 1, style, &format!("{name}: {what}{action}"));
                }
                Event::Action { name, arguments } => {
                    let action = self.action(&device, "", name, arguments);
                    self.line(depth + 1, PLAIN, &action);
                }
                Event::Drop | Event::Unlinked => self.line(depth, LOST, &describe_event(Some(event))),
                Event::Transmit(_) => self.line(depth, GOOD, &describe_event(Some(event))),
                // The heading says it.
                Event::Replica { .. } => {}
                Event::Unicast(_) | Event::Multicast(_) => {
                    self.line(depth, PLAIN, &describe_event(Some(event)));
                }
                other => self.line(depth + 1, PLAIN, &describe_event(Some(other))),
            }
        }
    }

    fn program(&self, device: &str) -> Option<&Program> {
        self.story.programs.get(device).map(Arc::as_ref)
    }

    /// A condition as it stands in the program.
    fn condition(&self, device: &str, name: &str) -> String {
        let found = self.program(device).and_then(|p| p.conditionals.iter().find(|c| c.name == name));
        let written = found.and_then(|c| c.source_info.as_ref()).map(|source| source.source_fragment.trim());
        written.filter(|text| !text.is_empty()).unwrap_or(name).to_owned()
    }

    /// An action without the table's control before it, its arguments with their names.
    fn action(&self, device: &str, table: &str, name: &str, arguments: &[Bits]) -> String {
        let control = table.rsplit_once('.').map_or("", |(control, _)| control);
        let short = name.strip_prefix(control).and_then(|name| name.strip_prefix('.')).unwrap_or(name);
        let known = self.program(device).and_then(|program| {
            program.actions.iter().find(|a| a.name == name && a.parameters.len() == arguments.len())
        });
        let parameters = known.map(|action| action.parameters.as_slice()).unwrap_or_default();
        let names = parameters.iter().map(|parameter| Some(parameter.name.as_str()));
        let words: Vec<String> = arguments
            .iter()
            .zip(names.chain(std::iter::repeat(None)))
            .map(|(value, name)| name.map_or_else(|| value.to_string(), |name| format!("{name} = {value}")))
            .collect();
        format!("{short}({})", words.join(", "))
    }

    /// A line, in as many as it needs; what doesn't fit stands deeper.
    fn line(&mut self, depth: usize, style: Style, text: &str) {
        let mut indent = 2 * depth;
        let mut rest = text.trim();
        loop {
            // A deep story in a narrow terminal keeps some columns.
            let room = self.story.width.saturating_sub(indent).max(NARROWEST / 2);
            let cut = cut(rest, room);
            let (now, later) = rest.split_at_checked(cut).unwrap_or((rest, ""));
            let (before, after) = if self.story.colour && style != PLAIN {
                (style.render().to_string(), style.render_reset().to_string())
            } else {
                Default::default()
            };
            self.text.push_str(&format!("{:indent$}{before}{}{after}\n", "", now.trim_end()));
            rest = later.trim_start();
            if rest.is_empty() {
                return;
            }
            indent = 2 * depth + 4;
        }
    }
}

/// What a table does that the compiler made for statements: these, as they stand in the program.
pub(crate) fn statement(program: &Program, table: &str) -> Option<String> {
    let table = program.tables.iter().find(|t| t.name == table)?;
    // Tables of the program are in a control.
    let [action] = table.actions.as_slice() else { return None };
    if !table.keys.is_empty() || table.name.contains('.') {
        return None;
    }
    let primitives = &program.actions.get(action.index())?.primitives;
    let written =
        |primitive: &Primitive| Some(primitive.source_info.as_ref()?.source_fragment.trim().to_owned());
    let statements = primitives.iter().map(written).collect::<Option<Vec<_>>>()?;
    (!statements.is_empty() && statements.iter().all(|s| !s.is_empty())).then(|| statements.join("; "))
}

/// How much of a text, in bytes, goes into so many columns: up to a blank, or all of a word that is too long.
fn cut(text: &str, room: usize) -> usize {
    if text.chars().count() <= room {
        return text.len();
    }
    let end = text.char_indices().nth(room + 1).map_or(text.len(), |(at, _)| at);
    let fits = text.get(..end).and_then(|start| start.rfind(' '));
    fits.or_else(|| text.find(' ')).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
