//! Reading.

use std::str::FromStr;

use hyper4_bits::Bits;
use hyper4_ir::{
    Action, ActionId, ActionProfileId, EntryAction, MatchKind, MatchValue, MeterId, MeterRate, ProfileTarget,
    Program, Table, TableEntry, TableId, TableImplementation,
};
use hyper4_switch::{Change, DefaultAction, Handles, ProfileChange};
use md5::{Digest, Md5};
use num_bigint::BigUint;

use super::{Config, DumpError, GROUP, TableConfig, VERSION, laid_out};

/// What has to change for a switch that has just loaded the program with that JSON to have the state of a dump.
///
/// # Errors
/// [`DumpError`] when the dump is another program's, or none.
pub fn deserialize(program: &Program, config: &str, dump: &[u8]) -> Result<Vec<Change>, DumpError> {
    let rest = dump.strip_prefix(VERSION.as_bytes()).and_then(|rest| rest.strip_prefix(b"\n"));
    let rest = rest.ok_or(DumpError::Version)?;
    let sum = Md5::digest(config.as_bytes());
    let rest = rest.strip_prefix(sum.as_slice()).ok_or(DumpError::Program)?;
    let text = String::from_utf8_lossy(rest);
    let mut reader = Reader { program, words: text.split_ascii_whitespace().enumerate(), read: 2 };
    let config = Config::read(config);
    let (mut changes, mut tables) = (Vec::new(), Vec::new());
    for name in &config.table_order {
        let id = program.tables.iter().position(|table| table.name == *name);
        if let (Some(id), Some(config)) = (id, config.tables.get(name)) {
            reader.table(TableId(id as u32), config, &mut tables)?;
        }
    }
    for name in &config.profile_order {
        let id = program.action_profiles.iter().position(|profile| profile.name == *name);
        if let Some(id) = id {
            reader.profile(ActionProfileId(id as u32), &config, &mut changes)?;
        }
    }
    // Entries refer to members.
    changes.append(&mut tables);
    for name in &config.meter_order {
        let id = program.meters.iter().position(|meter| meter.name == *name);
        if let Some(id) = id {
            reader.meters(MeterId(id as u32), &mut changes)?;
        }
    }
    match reader.words.next() {
        Some((_, word)) => Err(reader.malformed(word, "the end")),
        None => Ok(changes),
    }
}

/// An action and its arguments.
type Called<'a> = (ActionId, &'a Action, Vec<Bits>);

struct Reader<'a, W> {
    program: &'a Program,
    words: W,
    /// Lines so far, as there is a word in each; two rates of a meter are one line.
    read: usize,
}

impl<'a, W: Iterator<Item = (usize, &'a str)>> Reader<'a, W> {
    fn malformed(&self, found: &str, wanted: &str) -> DumpError {
        DumpError::Malformed { line: self.read, found: found.to_owned(), wanted: wanted.to_owned() }
    }

    fn word(&mut self, wanted: &str) -> Result<&'a str, DumpError> {
        self.read += 1;
        self.words.next().map(|(_, word)| word).ok_or_else(|| self.malformed("", wanted))
    }

    fn number<T: FromStr>(&mut self, wanted: &str) -> Result<T, DumpError> {
        let word = self.word(wanted)?;
        word.parse().map_err(|_| self.malformed(word, wanted))
    }

    /// A number below another one.
    fn below(&mut self, end: u64, wanted: &str) -> Result<u64, DumpError> {
        let word = self.word(wanted)?;
        let number = word.parse().ok().filter(|number| *number < end);
        number.ok_or_else(|| self.malformed(word, wanted))
    }

    fn table(
        &mut self,
        id: TableId,
        config: &TableConfig,
        changes: &mut Vec<Change>,
    ) -> Result<(), DumpError> {
        let Some(table) = self.program.tables.get(id.index()) else { return Ok(()) };
        let name = self.word("a table's name")?;
        if name != table.name {
            return Err(self.malformed(name, &table.name));
        }
        self.word("the node behind a miss")?;
        let count = self.below(u64::from(table.max_size) + 1, "a number of entries")?;
        // Constant entries, which are in the dump too.
        changes.push(Change::Clear { table: id, handles: Vec::new() });
        for _ in 0..count {
            let (entry, timeout) = self.entry(table, config)?;
            let handle = entry.handle;
            changes.push(Change::Entry { table: id, entry });
            if timeout > 0 {
                changes.push(Change::Timeout { table: id, handle, milliseconds: timeout });
            }
        }
        if let Some(direct) = &table.direct_meter {
            self.meters(direct.meter, changes)?;
        }
        let default = if table.implementation == TableImplementation::Simple {
            let action = self.action(config, table.actions.iter().copied())?;
            self.word("the node behind a default")?;
            action.map(|(id, _, arguments)| DefaultAction::Direct(id, arguments))
        } else {
            match self.below(2, "0 or 1")? {
                0 => return Ok(()),
                _ => Some(DefaultAction::Indirect(self.target()?)),
            }
        };
        changes.push(Change::Default { table: id, default });
        Ok(())
    }

    fn entry(&mut self, table: &Table, config: &TableConfig) -> Result<(TableEntry, u32), DumpError> {
        let number = self.below(u64::from(table.max_size), "an entry's number")?;
        let version: u8 = self.number("an entry's version")?;
        let data = self.bytes(table)?;
        let (mut mask, mut priority, mut prefix) = (Vec::new(), None, 0);
        match table.match_kind {
            MatchKind::Exact => {}
            MatchKind::Lpm => prefix = self.number("a prefix length")?,
            _ => {
                mask = self.bytes(table)?;
                priority = Some(self.number("a priority")?);
            }
        }
        let key = key(table, &data, &mask, prefix);
        let key = key.ok_or_else(|| self.malformed("a key", "one of as many bytes as its fields have"))?;
        let action = if table.implementation == TableImplementation::Simple {
            let action = self.action(config, table.actions.iter().copied())?;
            self.word("the node behind an entry")?;
            match action {
                Some((_, declared, arguments)) => {
                    EntryAction::Direct { action: declared.name.clone(), arguments }
                }
                None => return Err(self.malformed("-1", "an action's number")),
            }
        } else {
            EntryAction::Indirect(self.target()?)
        };
        let timeout = self.number("a timeout")?;
        let handle = u64::from(version) << Handles::NUMBER_BITS | number;
        Ok((TableEntry { handle, key, action, priority, life: None }, timeout))
    }

    /// The bytes of a key.
    fn bytes(&mut self, table: &Table) -> Result<Vec<u8>, DumpError> {
        let wanted: usize = table.keys.iter().map(|key| key.width.div_ceil(8) as usize).sum();
        let word = self.word("a key's bytes")?;
        let digit = |letter: u8| char::from(letter).to_digit(16);
        let byte = |pair: &[u8]| match pair {
            [high, low] => Some((digit(*high)? << 4 | digit(*low)?) as u8),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = word.as_bytes().chunks(2).map(byte).collect();
        let bytes = bytes.filter(|bytes| bytes.len() == wanted);
        bytes.ok_or_else(|| self.malformed(word, &format!("{wanted} bytes")))
    }

    /// One of these actions, by the number that the JSON gives it, and its arguments; `None` where there is none.
    fn action(
        &mut self,
        config: &TableConfig,
        among: impl Iterator<Item = ActionId>,
    ) -> Result<Option<Called<'a>>, DumpError> {
        let number: i64 = self.number("an action's number")?;
        if number == -1 {
            return Ok(None);
        }
        let program = self.program;
        let of = |id: ActionId| Some((id, program.actions.get(id.index())?));
        let wanted = |(_, action): &(ActionId, &Action)| {
            config.actions.get(&action.name).is_some_and(|(id, _)| *id == number)
        };
        let found = among.filter_map(of).find(wanted);
        let (id, action) =
            found.ok_or_else(|| self.malformed(&number.to_string(), "the number of the table's action"))?;
        let count: usize = self.number("a number of arguments")?;
        if count != action.parameters.len() {
            let wanted = format!("{} arguments", action.parameters.len());
            return Err(self.malformed(&count.to_string(), &wanted));
        }
        let mut arguments = Vec::with_capacity(count);
        for parameter in &action.parameters {
            let word = self.word("an argument")?;
            let value = BigUint::parse_bytes(word.as_bytes(), 16);
            let value = value.ok_or_else(|| self.malformed(word, "an argument"))?;
            arguments.push(Bits::from_biguint_wrapped(parameter.width, &value));
        }
        Ok(Some((id, action, arguments)))
    }

    fn target(&mut self) -> Result<ProfileTarget, DumpError> {
        let number = self.below(2 * GROUP, "a member or group")?;
        Ok(if number < GROUP { ProfileTarget::Member(number) } else { ProfileTarget::Group(number - GROUP) })
    }

    fn profile(
        &mut self,
        id: ActionProfileId,
        config: &Config,
        changes: &mut Vec<Change>,
    ) -> Result<(), DumpError> {
        // As many as a profile can have.
        let room = self.below(GROUP, "room for members")?;
        let count = self.below(room + 1, "a number of members")?;
        let uses = |table: &&Table| table.implementation == TableImplementation::Profile(id);
        let tables: Vec<&Table> = self.program.tables.iter().filter(uses).collect();
        let none = TableConfig::default();
        for _ in 0..count {
            let member = self.below(room, "a member")?;
            let own = tables.first().and_then(|table| config.tables.get(&table.name)).unwrap_or(&none);
            let actions = tables.iter().flat_map(|table| table.actions.iter().copied());
            if let Some((action, _, arguments)) = self.action(own, actions)? {
                let change = ProfileChange::Member { member, action, arguments };
                changes.push(Change::Profile { profile: id, change });
            }
            self.word("the node behind a member")?;
        }
        // How often members and groups are referred to follows from who refers to them.
        for what in ["members", "groups"] {
            let counted = self.below(GROUP, &format!("how many {what} are counted"))?;
            for _ in 0..counted {
                self.number::<u64>("a count")?;
            }
        }
        let groups = self.below(GROUP, "a number of groups")?;
        for _ in 0..groups {
            let group = self.below(GROUP, "a group")?;
            let size = self.below(room + 1, "a number of members")?;
            let members = (0..size).map(|_| self.below(room, "a member")).collect::<Result<_, _>>()?;
            let change = ProfileChange::Group { group, members };
            changes.push(Change::Profile { profile: id, change });
        }
        Ok(())
    }

    fn meters(&mut self, meter: MeterId, changes: &mut Vec<Change>) -> Result<(), DumpError> {
        let Some(declared) = self.program.meters.get(meter.index()) else { return Ok(()) };
        for cell in 0..declared.size {
            if self.below(2, "0 or 1")? == 0 {
                continue;
            }
            let mut rates = Vec::new();
            for _ in 0..declared.rate_count {
                let per_microsecond = self.number("a rate")?;
                rates.push(MeterRate { per_microsecond, burst: self.number("a burst")? });
            }
            // The highest first.
            rates.reverse();
            changes.push(Change::Rates { meter, cells: cell..cell + 1, rates });
        }
        Ok(())
    }
}

/// The key whose bytes are these, as far as each kind of field needs them.
fn key(table: &Table, data: &[u8], mask: &[u8], prefix: u32) -> Option<Vec<MatchValue>> {
    let mut found = vec![None; table.keys.len()];
    let others = table.keys.iter().filter(|key| key.match_kind != MatchKind::Lpm);
    let of_others: u32 = others.map(|key| key.width.div_ceil(8) * 8).sum();
    let (mut data, mut mask) = (data, mask);
    for index in laid_out(table) {
        let declared = table.keys.get(index)?;
        let bytes = declared.width.div_ceil(8) as usize;
        let take = |from: &mut &[u8]| {
            let (own, rest) = from.split_at_checked(bytes)?;
            *from = rest;
            Some(own.to_vec())
        };
        let first = Bits::from_be_bytes(declared.width, &take(&mut data)?);
        let second = if mask.is_empty() { None } else { take(&mut mask) };
        let masked = second.as_deref().map(|bytes| Bits::from_be_bytes(declared.width, bytes));
        *found.get_mut(index)? = Some(match declared.match_kind {
            MatchKind::Exact => MatchValue::Exact(first),
            MatchKind::Lpm => MatchValue::Lpm {
                value: first,
                prefix_length: match &second {
                    Some(bytes) => bytes.iter().map(|byte| byte.count_ones()).sum(),
                    None => prefix.checked_sub(of_others).filter(|length| *length <= declared.width)?,
                },
            },
            MatchKind::Ternary => MatchValue::Ternary { value: first, mask: masked? },
            MatchKind::Range => MatchValue::Range { low: first, high: masked? },
            MatchKind::Optional => MatchValue::Optional((!masked?.is_zero()).then_some(first)),
        });
    }
    found.into_iter().collect()
}
