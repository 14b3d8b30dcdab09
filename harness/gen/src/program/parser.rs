//! Parsers: states that lead forward only, but for the loop that fills a stack.

use std::fmt::Write;

use super::scope::{Place, Scope};
use super::{Feature, Sketch};

impl Sketch<'_> {
    /// The parser.
    pub(super) fn parser(&mut self) -> String {
        let count = self.dice.between(0, self.limits.states);
        let mut names = vec!["start".to_owned()];
        names.extend((1..=count).map(|number| format!("s{number}")));
        let mut scope = self.scope();
        scope.in_parser = true;
        scope.valid.clear();
        let mut text = "parser parse(packet_in packet, out headers_t hdr, inout metadata_t meta, \
                        inout standard_metadata_t standard_metadata) {\n"
            .to_owned();
        let stack_at = self.stack.is_some().then(|| self.dice.below(names.len()));
        for (number, name) in names.iter().enumerate() {
            let header = self.headers.get(number).map(|header| header.path.clone());
            // A state sees what it has extracted itself: which way led here isn't known.
            scope.valid = header.iter().cloned().collect();
            let body = self.state_body(&scope, header.as_deref());
            let mut targets: Vec<String> = names.iter().skip(number + 1).cloned().collect();
            targets.push("accept".to_owned());
            if self.dice.percent(10) {
                targets.push("reject".to_owned());
            }
            if stack_at == Some(number) {
                let next = targets.first().cloned().unwrap_or_else(|| "accept".to_owned());
                let _ = write!(text, "    state {name} {{\n{body}        transition fill;\n    }}\n");
                text.push_str(&self.fill(&next));
                continue;
            }
            let transition = self.transition(&scope, header.as_deref(), &targets);
            let _ = write!(text, "    state {name} {{\n{body}        transition {transition}\n    }}\n");
        }
        text.push_str("}\n\n");
        text
    }

    fn state_body(&mut self, scope: &Scope, header: Option<&str>) -> String {
        let mut body = String::new();
        if self.wants(Feature::Advance, 20) {
            let _ = writeln!(body, "        packet.advance({});", 8 * self.dice.between(1, 4));
        }
        if let Some(header) = header {
            let _ = writeln!(body, "        packet.extract({header});");
        }
        if self.wants(Feature::ParserAssignment, 40) {
            let targets: Vec<Place> =
                scope.writable(false).into_iter().filter(|place| place.header.is_none()).collect();
            if let Some(place) = self.dice.pick(&targets).cloned() {
                let value = self.number(scope, place.width, place.signed, 1);
                let _ = writeln!(body, "        {} = {value};", place.path);
            }
        }
        if self.wants(Feature::Verify, 40) {
            let condition = self.truth(scope, 1);
            let error = self.dice.pick(&["NoMatch", "HeaderTooShort", "ParserInvalidArgument"]);
            let error = error.copied().unwrap_or("NoMatch");
            let _ = writeln!(body, "        verify({condition}, error.{error});");
        }
        body
    }

    /// The loop that fills the stack while a field of the last header says so.
    fn fill(&mut self, next: &str) -> String {
        let Some(stack) = self.stack.clone() else { return String::new() };
        let field = stack.header_type.fields.iter().find(|field| field.width <= 16 && !field.signed);
        let path = &stack.path;
        let transition = match field {
            Some(field) => {
                let value = self.literal(field.width, false);
                format!("select({path}.last.{}) {{ {value}: fill; default: {next}; }}", field.name)
            }
            None => format!("{next};"),
        };
        format!(
            "    state fill {{\n        packet.extract({path}.next);\n        transition {transition}\n    }}\n"
        )
    }

    fn transition(&mut self, scope: &Scope, header: Option<&str>, targets: &[String]) -> String {
        let direct = targets.first().cloned().unwrap_or_else(|| "accept".to_owned());
        if targets.len() < 2 || !self.wants(Feature::Select, 80) {
            return format!("{direct};");
        }
        let mut keys: Vec<Place> = Vec::new();
        for _ in 0..self.dice.between(1, 2) {
            keys.extend(self.select_key(scope, header));
        }
        if keys.is_empty() {
            return format!("{direct};");
        }
        let mut cases = String::new();
        for _ in 0..self.dice.between(1, 3) {
            let sets: Vec<String> = keys.iter().map(|key| self.key_set(key)).collect();
            let set = if sets.len() == 1 { sets.concat() } else { format!("({})", sets.join(", ")) };
            let target = self.dice.pick(targets).cloned().unwrap_or(direct.clone());
            let _ = writeln!(cases, "            {set}: {target};");
        }
        if self.dice.percent(80) {
            let _ = writeln!(cases, "            default: {direct};");
        }
        let keys: Vec<&str> = keys.iter().map(|key| key.path.as_str()).collect();
        format!("select({}) {{\n{cases}        }}", keys.join(", "))
    }

    /// What is selected on, as a place that has the expression for its path.
    fn select_key(&mut self, scope: &Scope, header: Option<&str>) -> Option<Place> {
        if self.wants(Feature::Lookahead, 50) {
            let width = self.dice.pick(&[4, 8, 16]).copied().unwrap_or(8);
            let path = format!("packet.lookahead<bit<{width}>>()");
            return Some(Place { path, width, signed: false, writable: false, header: None });
        }
        let of = |place: &Place| place.header.as_deref() == header && place.width <= 64 && !place.signed;
        let fields: Vec<Place> = scope.readable(false).into_iter().filter(of).collect();
        self.dice.pick(&fields).cloned()
    }

    /// A key set of a select.
    fn key_set(&mut self, key: &Place) -> String {
        let value = self.literal(key.width, false);
        match self.dice.below(5) {
            0 if self.has(Feature::MaskedSelect) => format!("{value} &&& {}", self.literal(key.width, false)),
            // Ranges become masks, those of several keys each with each.
            1 if key.width <= 16 && self.has(Feature::RangeSelect) => self.range(key.width),
            2 => "_".to_owned(),
            _ => value,
        }
    }

    /// A range, its lower end first.
    pub(super) fn range(&mut self, width: u32) -> String {
        let (one, other) = (self.dice.bits(width).to_biguint(), self.dice.boundary(width).to_biguint());
        let (low, high) = if one <= other { (one, other) } else { (other, one) };
        format!("{width}w{low:#x} .. {width}w{high:#x}")
    }
}
