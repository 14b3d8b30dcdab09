//! Writing.

use std::fmt::{Display, Write};

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionProfileId, EntryAction, MatchKind, MatchValue, MeterId, ProfileTarget, Table, TableEntry,
    TableImplementation,
};
use hyper4_switch::{ControlPlane, DefaultAction, Handles, ProfileState, TableState, prefix_mask};
use md5::{Digest, Md5};

use super::{Config, GROUP, NOTHING, TableConfig, VERSION, laid_out};

/// The state of a switch that runs the program with that JSON.
pub fn serialize(control: &ControlPlane, config: &str) -> Vec<u8> {
    let mut dump = format!("{VERSION}\n").into_bytes();
    dump.extend(Md5::digest(config.as_bytes()));
    let mut writer = Writer { control, text: "\n".to_owned() };
    writer.all(&Config::read(config));
    dump.extend(writer.text.into_bytes());
    dump
}

struct Writer<'a> {
    control: &'a ControlPlane,
    text: String,
}

impl Writer<'_> {
    fn line(&mut self, what: impl Display) {
        // A string takes all.
        let _ = writeln!(self.text, "{what}");
    }

    fn node(&mut self, node: Option<&str>) {
        self.line(node.unwrap_or(NOTHING));
    }

    fn all(&mut self, config: &Config) {
        let program = self.control.program();
        for name in &config.table_order {
            let id = program.tables.iter().position(|table| table.name == *name);
            let Some(table) = id.and_then(|id| program.tables.get(id)) else { continue };
            let state = id.and_then(|id| self.control.table(hyper4_ir::TableId(id as u32)));
            if let (Some(state), Some(config)) = (state, config.tables.get(name)) {
                self.table(table, state, config);
            }
        }
        for name in &config.profile_order {
            let id = program.action_profiles.iter().position(|profile| profile.name == *name);
            if let Some(state) = id.and_then(|id| self.control.profile(ActionProfileId(id as u32))) {
                self.profile(state, id.unwrap_or(0), config);
            }
        }
        for name in &config.meter_order {
            let id = program.meters.iter().position(|meter| meter.name == *name);
            if let Some(id) = id {
                self.meters(MeterId(id as u32));
            }
        }
    }

    fn table(&mut self, table: &Table, state: &TableState, config: &TableConfig) {
        self.line(&table.name);
        self.node(config.miss.as_deref());
        self.line(state.len());
        for entry in state.entries() {
            self.entry(table, &entry, config);
        }
        if let Some(direct) = &table.direct_meter {
            self.meters(direct.meter);
        }
        let simple = table.implementation == TableImplementation::Simple;
        match state.default() {
            Some(DefaultAction::Direct(action, arguments)) if simple => {
                let program = self.control.program();
                let action = program.actions.get(action.index()).map_or("", |action| &action.name);
                self.action(config, action, arguments);
                self.node(config.behind_default(action).as_deref());
            }
            _ if simple => {
                self.line(-1);
                self.node(None);
            }
            Some(DefaultAction::Indirect(target)) => {
                self.line(1);
                self.target(*target);
            }
            _ => self.line(0),
        }
    }

    fn entry(&mut self, table: &Table, entry: &TableEntry, config: &TableConfig) {
        self.line(Handles::number(entry.handle));
        self.line(entry.handle >> Handles::NUMBER_BITS);
        let (mut data, mut mask, mut prefix) = (Vec::new(), Vec::new(), 0);
        for (key, value) in
            laid_out(table).into_iter().filter_map(|index| table.keys.get(index).zip(entry.key.get(index)))
        {
            let (first, second) = match value {
                MatchValue::Exact(value) => (value.clone(), None),
                MatchValue::Lpm { value, prefix_length } => {
                    prefix += prefix_length;
                    (value.clone(), Some(prefix_mask(value.width(), *prefix_length)))
                }
                MatchValue::Ternary { value: first, mask: second }
                | MatchValue::Range { low: first, high: second } => (first.clone(), Some(second.clone())),
                MatchValue::Optional(value) => {
                    let ones = if value.is_some() { Bits::ones(key.width) } else { Bits::zero(key.width) };
                    (value.clone().unwrap_or_else(|| Bits::zero(key.width)), Some(ones))
                }
            };
            let bytes = first.to_be_bytes();
            if second.is_none() {
                prefix += 8 * bytes.len() as u32;
            }
            mask.extend(second.map_or_else(|| vec![0xff; bytes.len()], |second| second.to_be_bytes()));
            data.extend(bytes);
        }
        self.line(hex::encode(&data));
        match table.match_kind {
            MatchKind::Exact => {}
            MatchKind::Lpm => self.line(prefix),
            _ => {
                self.line(hex::encode(&mask));
                self.line(entry.priority.unwrap_or(0));
            }
        }
        match &entry.action {
            EntryAction::Direct { action, arguments } => {
                self.action(config, action, arguments);
                self.node(config.behind(action).as_deref());
            }
            EntryAction::Indirect(target) => self.target(*target),
        }
        self.line(entry.life.map_or(0, |life| life.timeout));
    }

    fn action(&mut self, config: &TableConfig, action: &str, arguments: &[Bits]) {
        self.line(config.actions.get(action).map_or(-1, |(id, _)| *id));
        self.line(arguments.len());
        for argument in arguments {
            self.line(format_args!("{:x}", argument.to_biguint()));
        }
    }

    fn target(&mut self, target: ProfileTarget) {
        self.line(match target {
            ProfileTarget::Member(member) => member,
            ProfileTarget::Group(group) => group | GROUP,
        });
    }

    fn profile(&mut self, state: &ProfileState, id: usize, config: &Config) {
        let program = self.control.program();
        // A profile's actions are those of its tables.
        let uses =
            |table: &&Table| table.implementation == TableImplementation::Profile(ActionProfileId(id as u32));
        let tables = program.tables.iter().filter(uses);
        let configs: Vec<&TableConfig> = tables.filter_map(|table| config.tables.get(&table.name)).collect();
        let room = state.members().last_key_value().map_or(0, |(member, _)| member + 1);
        self.line(room.max(state.members_given()));
        self.line(state.members().len());
        for (member, (action, arguments)) in state.members() {
            self.line(member);
            let action = program.actions.get(action.index()).map_or("", |action| &action.name);
            let own = configs.iter().find(|config| config.actions.contains_key(action));
            match own {
                Some(config) => self.action(config, action, arguments),
                None => self.line(-1),
            }
            self.node(None);
        }
        for (given, target) in [
            (state.members_given(), ProfileTarget::Member as fn(u64) -> ProfileTarget),
            (state.groups_given(), ProfileTarget::Group),
        ] {
            self.line(given);
            (0..given).for_each(|handle| self.line(state.references(target(handle))));
        }
        self.line(state.groups().len());
        for (group, members) in state.groups() {
            self.line(group);
            self.line(members.len());
            members.iter().for_each(|member| self.line(member));
        }
    }

    fn meters(&mut self, meter: MeterId) {
        let size = self.control.program().meters.get(meter.index()).map_or(0, |meter| meter.size);
        for cell in 0..size {
            let rates = self.control.rates(meter, cell);
            self.line(u8::from(!rates.is_empty()));
            // The highest first.
            for rate in rates.iter().rev() {
                self.line(format_args!("{} {}", general(rate.per_microsecond), rate.burst));
            }
        }
    }
}

/// As C++ streams write numbers unless they are told: six digits, and no more zeros than are needed (`%g`).
fn general(value: f64) -> String {
    let scientific = format!("{value:.5e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let shortened = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..6).contains(&exponent) {
        let places = usize::try_from(5 - exponent).unwrap_or(0);
        return shortened(&format!("{value:.places$}"));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", shortened(digits), exponent.abs())
}
