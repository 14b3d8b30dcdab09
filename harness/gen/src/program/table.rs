//! Tables with what they bring.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::control::{Action, Control, Table};
use super::scope::{Place, Scope};
use super::{Feature, Sketch};

struct Key {
    place: Place,
    kind: &'static str,
}

impl Sketch<'_> {
    /// Declares a table.
    pub(super) fn table(&mut self, control: &mut Control, scope: &Scope) {
        let name = self.name("t");
        let keys = self.keys(scope);
        let mut actions: Vec<Action> = Vec::new();
        for _ in 0..self.dice.between(1, 3) {
            match self.dice.pick(&control.actions) {
                Some(action) if actions.iter().all(|other| other.name != action.name) => {
                    actions.push(action.clone());
                }
                _ => {}
            }
        }
        let mut text = format!("    table {name} {{\n");
        if !keys.is_empty() {
            let _ = writeln!(text, "        key = {{");
            for (number, key) in keys.iter().enumerate() {
                let _ = writeln!(text, "            {}: {} @name(\"k{number}\");", key.place.path, key.kind);
            }
            let implementation = self.implementation(control, &keys, scope, &mut text);
            let _ = writeln!(text, "        }}");
            let mut names: Vec<&str> = actions.iter().map(|action| action.name.as_str()).collect();
            names.push("NoAction");
            let _ = writeln!(text, "        actions = {{ {}; }}", names.join("; "));
            match implementation {
                Some(implementation) => text.push_str(&implementation),
                None => self.entries(&keys, &actions, &mut text),
            }
            if self.wants(Feature::DirectCounter, 50) && !text.contains("implementation") {
                let counter = self.name("d");
                let _ =
                    writeln!(control.locals, "    direct_counter(CounterType.packets_and_bytes) {counter};");
                let _ = writeln!(text, "        counters = {counter};");
            }
        } else {
            let names: Vec<&str> = actions.iter().map(|action| action.name.as_str()).collect();
            let _ = writeln!(text, "        actions = {{ {}; NoAction; }}", names.join("; "));
            self.default_action(&actions, 80, &mut text);
        }
        text.push_str("    }\n");
        control.locals.push_str(&text);
        control
            .unapplied
            .push(Table { name, actions: actions.into_iter().map(|action| action.name).collect() });
    }

    fn keys(&mut self, scope: &Scope) -> Vec<Key> {
        let mut keys: Vec<Key> = Vec::new();
        let least = usize::from(!self.dice.percent(15));
        for _ in 0..self.dice.between(least, self.limits.keys) {
            if self.wants(Feature::ValidityKey, 25)
                && let Some(header) = self.some_header()
            {
                let path = format!("{header}.isValid()");
                let place = Place { path, width: 1, signed: false, writable: false, header: None };
                keys.push(Key { place, kind: "exact" });
                continue;
            }
            let any = self.wants(Feature::InvalidRead, 30);
            let narrow = |place: &Place| place.width <= 128 && !place.signed;
            let places: Vec<Place> = scope.readable(any).into_iter().filter(narrow).collect();
            let Some(mut place) = self.dice.pick(&places).cloned() else { continue };
            if self.wants(Feature::ComputedKey, 40) {
                place.path = self.number(scope, place.width, false, 1);
            }
            let has_lpm = keys.iter().any(|key| key.kind == "lpm");
            let kind = match self.dice.below(6) {
                0 | 1 if self.has(Feature::Ternary) => "ternary",
                2 if self.has(Feature::Lpm) && !has_lpm => "lpm",
                3 if self.has(Feature::Range) && place.width <= 32 => "range",
                4 if self.has(Feature::Optional) => "optional",
                _ => "exact",
            };
            keys.push(Key { place, kind });
        }
        keys
    }

    /// A profile or a selector, whose own keys it adds.
    fn implementation(
        &mut self,
        control: &mut Control,
        keys: &[Key],
        scope: &Scope,
        text: &mut String,
    ) -> Option<String> {
        // p4c wants each key of a selector's table once more for each of its tables, so each has its own.
        let direct = keys.iter().all(|key| key.kind != "range");
        if direct && self.wants(Feature::Selector, 40) {
            let places: Vec<Place> =
                scope.readable(false).into_iter().filter(|place| place.width <= 64).collect();
            let place = self.dice.pick(&places)?.clone();
            let name = self.name("sel");
            let _ = writeln!(
                control.locals,
                "    @hash_width(8) action_selector(HashAlgorithm.crc16, 32w16, 32w8) {name};"
            );
            let _ = writeln!(text, "            {}: selector;", place.path);
            return Some(format!("        implementation = {name};\n"));
        }
        if direct && self.wants(Feature::Profile, 40) {
            let name = self.name("prof");
            let _ = writeln!(control.locals, "    action_profile(32w16) {name};");
            return Some(format!("        implementation = {name};\n"));
        }
        None
    }

    fn entries(&mut self, keys: &[Key], actions: &[Action], text: &mut String) {
        self.default_action(actions, 50, text);
        if !self.wants(Feature::ConstEntries, 40) || actions.is_empty() {
            return;
        }
        let _ = writeln!(text, "        const entries = {{");
        let mut all = BTreeSet::new();
        for number in 0..self.dice.between(1, 3) {
            let sets: Vec<String> = keys.iter().map(|key| self.entry_key(key, number as u64)).collect();
            let set = if sets.len() == 1 { sets.concat() } else { format!("({})", sets.join(", ")) };
            // Two with the same keys are refused.
            if all.insert(set.clone())
                && let Some(call) = self.call(actions)
            {
                let _ = writeln!(text, "            {set}: {call};");
            }
        }
        let _ = writeln!(text, "        }}");
    }

    /// An entry's key; the entry's number makes exact ones differ where they can.
    fn entry_key(&mut self, key: &Key, number: u64) -> String {
        let width = key.place.width;
        let value = self.literal(width, false);
        match key.kind {
            _ if key.place.path.ends_with("isValid()") => (number.is_multiple_of(2)).to_string(),
            "exact" => format!("{width}w{:#x}", hyper4_bits::Bits::from_u64(width, number).to_biguint()),
            "lpm" => {
                let length = self.dice.below(width as usize + 1);
                let mask = hyper4_bits::Bits::ones(width).shl(width as usize - length);
                // simple_switch counts a prefix from the first bit of the field's first byte.
                let counted = (length as u32).saturating_sub(width.next_multiple_of(8) - width);
                let value = self.dice.boundary(width).and(&hyper4_bits::Bits::prefix_mask(width, counted));
                format!("{width}w{:#x} &&& {width}w{:#x}", value.to_biguint(), mask.to_biguint())
            }
            "ternary" => match self.dice.below(3) {
                0 => "_".to_owned(),
                1 => value,
                _ => format!("{value} &&& {}", self.literal(width, false)),
            },
            "range" => self.range(width),
            _ => {
                if self.dice.percent(50) {
                    "_".to_owned()
                } else {
                    value
                }
            }
        }
    }

    fn default_action(&mut self, actions: &[Action], percent: usize, text: &mut String) {
        if self.dice.percent(percent)
            && let Some(call) = self.call(actions)
        {
            let constant = if self.dice.percent(20) { "const " } else { "" };
            let _ = writeln!(text, "        {constant}default_action = {call};");
        }
    }

    /// An action with constant arguments.
    fn call(&mut self, actions: &[Action]) -> Option<String> {
        let action = self.dice.pick(actions)?.clone();
        let arguments: Vec<String> = action
            .parameters
            .iter()
            .map(|parameter| self.literal(parameter.width, parameter.signed))
            .collect();
        Some(format!("{}({})", action.name, arguments.join(", ")))
    }
}
