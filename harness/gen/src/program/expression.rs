//! Expressions of a wanted type.

use super::scope::{Place, Scope, type_of};
use super::{Feature, Sketch};

impl Sketch<'_> {
    /// Whether fields of headers that may not be valid are read here.
    fn careless(&mut self) -> bool {
        self.wants(Feature::InvalidRead, 30)
    }

    /// A number of that type.
    pub(super) fn number(&mut self, scope: &Scope, width: u32, signed: bool, depth: usize) -> String {
        if depth == 0 || self.dice.percent(30) {
            return self.leaf(scope, width, signed);
        }
        let deeper = depth - 1;
        match self.dice.below(9) {
            0 | 1 if self.has(Feature::Arithmetic) => self.binary(scope, &["+", "-"], width, signed, deeper),
            2 => self.binary(scope, &["&", "|", "^"], width, signed, deeper),
            3 if self.has(Feature::Saturating) => self.binary(scope, &["|+|", "|-|"], width, signed, deeper),
            4 if self.has(Feature::Multiplication) && width <= 64 => {
                self.binary(scope, &["*"], width, signed, deeper)
            }
            5 if self.has(Feature::Shift) => self.shift(scope, width, signed, deeper),
            6 if self.has(Feature::Slice) && !signed => self.slice_or_concatenation(scope, width, deeper),
            7 if self.has(Feature::Conditional) && !scope.in_parser => {
                let condition = self.truth(scope, deeper);
                let (one, other) =
                    (self.number(scope, width, signed, deeper), self.number(scope, width, signed, deeper));
                format!("({condition} ? {one} : {other})")
            }
            8 => format!("(~{})", self.number(scope, width, signed, deeper)),
            _ => self.leaf(scope, width, signed),
        }
    }

    fn binary(&mut self, scope: &Scope, ops: &[&str], width: u32, signed: bool, depth: usize) -> String {
        let op = self.dice.pick(ops).copied().unwrap_or("+");
        let (left, right) =
            (self.number(scope, width, signed, depth), self.number(scope, width, signed, depth));
        format!("({left} {op} {right})")
    }

    fn shift(&mut self, scope: &Scope, width: u32, signed: bool, depth: usize) -> String {
        let op = if self.dice.percent(50) { "<<" } else { ">>" };
        let left = self.number(scope, width, signed, depth);
        let amounts: Vec<Place> =
            scope.readable(false).into_iter().filter(|place| place.width <= 8 && !place.signed).collect();
        match self.dice.pick(&amounts).cloned() {
            Some(amount) if self.dice.percent(40) => format!("({left} {op} {})", amount.path),
            _ => format!("({left} {op} {})", self.dice.below(width as usize + 2).min(255)),
        }
    }

    fn slice_or_concatenation(&mut self, scope: &Scope, width: u32, depth: usize) -> String {
        let any = self.careless();
        let wider: Vec<Place> =
            scope.readable(any).into_iter().filter(|place| place.width > width && !place.signed).collect();
        if let Some(place) = self.dice.pick(&wider).cloned()
            && (width == 1 || self.dice.percent(50))
        {
            let low = self.dice.below((place.width - width) as usize + 1) as u32;
            return format!("{}[{}:{low}]", place.path, low + width - 1);
        }
        if width < 2 {
            return self.leaf(scope, width, false);
        }
        let high = self.dice.between(1, width as usize - 1) as u32;
        let (left, right) =
            (self.number(scope, high, false, depth), self.number(scope, width - high, false, depth));
        format!("({left} ++ {right})")
    }

    /// A constant, a field, or a field made wider or narrower.
    pub(super) fn leaf(&mut self, scope: &Scope, width: u32, signed: bool) -> String {
        if self.dice.percent(35) {
            return self.literal(width, signed);
        }
        let any = self.careless();
        if let Some(place) = self.dice.pick(&scope.of(width, signed, any)) {
            return place.path.clone();
        }
        match self.dice.pick(&scope.readable(any)).cloned() {
            Some(place) => convert(&place, width, signed),
            None => self.literal(width, signed),
        }
    }

    /// A condition.
    pub(super) fn truth(&mut self, scope: &Scope, depth: usize) -> String {
        if depth > 0 && self.dice.percent(25) {
            let (left, right) = (self.truth(scope, depth - 1), self.truth(scope, depth - 1));
            return match self.dice.below(3) {
                0 => format!("({left} && {right})"),
                1 => format!("({left} || {right})"),
                _ => format!("!{left}"),
            };
        }
        if self.dice.percent(25)
            && let Some(header) = self.some_header()
        {
            return format!("{header}.isValid()");
        }
        let any = self.careless();
        let Some(place) = self.dice.pick(&scope.readable(any)).cloned() else { return "true".to_owned() };
        let op = match self.has(Feature::Comparison) {
            true => self.dice.pick(&["==", "!=", "<", "<=", ">", ">="]),
            false => self.dice.pick(&["==", "!="]),
        };
        let op = op.copied().unwrap_or("==");
        // A literal of equal chance is hit by packets that are made for the program.
        let right = match self.dice.percent(60) {
            true => self.literal(place.width, place.signed),
            false => self.number(scope, place.width, place.signed, depth),
        };
        format!("({} {op} {right})", place.path)
    }

    /// A header, of a stack too.
    pub(super) fn some_header(&mut self) -> Option<String> {
        let mut all: Vec<String> = self.headers.iter().map(|header| header.path.clone()).collect();
        if let Some(stack) = &self.stack {
            all.extend((0..stack.size).map(|index| format!("{}[{index}]", stack.path)));
        }
        self.dice.pick(&all).cloned()
    }
}

/// A place's value as another type: widened by its own sign, or cut.
pub(super) fn convert(place: &Place, width: u32, signed: bool) -> String {
    let path = &place.path;
    match (place.signed, signed) {
        (from, to) if from == to && place.width == width => path.clone(),
        (from, to) if from == to => format!("({}) {path}", type_of(width, signed)),
        // Only a number of the same width changes its sign.
        (from, _) if place.width == width => {
            debug_assert_ne!(from, signed);
            format!("({}) {path}", type_of(width, signed))
        }
        (from, to) => {
            let resized = format!("({}) {path}", type_of(width, from));
            format!("({}) ({resized})", type_of(width, to))
        }
    }
}
