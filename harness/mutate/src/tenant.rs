//! Faults in a tenant's commands, as a wrong translation would have them.

use hyper4_bits::Bits;
use hyper4_ir::{Command, CounterCommand, MatchValue, RegisterCommand};
use serde::{Deserialize, Serialize};

/// What is done to a command before it is translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandFault {
    /// A bit of an entry's key is the other one.
    WrongKey,
    /// A bit of a mask, or the last of a prefix, isn't looked at.
    WrongMask,
    /// The entry comes before or behind its neighbours.
    WrongPriority,
    /// A bit of the action's arguments is the other one.
    WrongArgument,
    /// A command is said to be done and isn't.
    Forgotten,
    /// The one after the entry, node or cell that is meant.
    WrongHandle,
}

impl CommandFault {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::WrongKey,
        Self::WrongMask,
        Self::WrongPriority,
        Self::WrongArgument,
        Self::Forgotten,
        Self::WrongHandle,
    ];

    /// In a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongKey => "wrong key",
            Self::WrongMask => "wrong mask",
            Self::WrongPriority => "wrong priority",
            Self::WrongArgument => "wrong argument",
            Self::Forgotten => "forgotten command",
            Self::WrongHandle => "wrong handle",
        }
    }

    /// The command with the fault; `Some(None)` is one that isn't carried out. `way` says which of several places it is.
    pub fn bend(self, command: &Command, way: u64) -> Option<Option<Command>> {
        let mut bent = command.clone();
        match self {
            Self::Forgotten => return changes(command).then_some(None),
            Self::WrongKey => wrong_key(&mut bent, way)?,
            Self::WrongMask => wrong_mask(&mut bent, way)?,
            Self::WrongPriority => {
                let Command::TableAdd { priority: Some(priority), .. } = &mut bent else { return None };
                *priority = if way.is_multiple_of(2) {
                    priority.saturating_add(25)
                } else {
                    priority.saturating_sub(25)
                };
            }
            Self::WrongArgument => wrong_argument(&mut bent, way)?,
            Self::WrongHandle => wrong_handle(&mut bent)?,
        }
        (bent != *command).then_some(Some(bent))
    }
}

/// Whether somebody could miss it.
fn changes(command: &Command) -> bool {
    matches!(
        command,
        Command::TableAdd { .. }
            | Command::TableModify { .. }
            | Command::TableDelete { .. }
            | Command::TableSetDefault { .. }
            | Command::TableResetDefault { .. }
            | Command::TableIndirectAdd { .. }
            | Command::TableIndirectSetDefault { .. }
            | Command::MulticastNodeAssociate { .. }
            | Command::Register { command: RegisterCommand::Write { .. }, .. }
            | Command::Counter { command: CounterCommand::Write { .. }, .. }
    )
}

fn pick<T>(items: &mut [T], way: u64) -> Option<(&mut T, u64)> {
    let count = u64::try_from(items.len()).ok()?;
    let number = usize::try_from(way.checked_rem(count)?).ok()?;
    items.get_mut(number).map(|item| (item, way / count))
}

fn flip(value: &mut Bits, way: u64) -> Option<()> {
    let bit = u32::try_from(way.checked_rem(u64::from(value.width()))?).ok()?;
    *value = value.xor(&Bits::mask(value.width(), bit, 1));
    Some(())
}

fn wrong_key(command: &mut Command, way: u64) -> Option<()> {
    let (Command::TableAdd { key, .. } | Command::TableIndirectAdd { key, .. }) = command else {
        return None;
    };
    let (field, way) = pick(key, way)?;
    match field {
        MatchValue::Exact(value) | MatchValue::Optional(Some(value)) => flip(value, way),
        // Behind the prefix nobody looks.
        MatchValue::Lpm { value, prefix_length } => {
            let behind = u64::from(value.width().checked_sub(*prefix_length)?);
            flip(value, behind + way.checked_rem(u64::from(*prefix_length))?)
        }
        MatchValue::Ternary { value, mask } => {
            let looked: Vec<u32> = (0..mask.width()).filter(|bit| mask.bit(*bit)).collect();
            let number = usize::try_from(way.checked_rem(looked.len() as u64)?).ok()?;
            flip(value, u64::from(*looked.get(number)?))
        }
        MatchValue::Range { low, .. } => flip(low, 0),
        MatchValue::Optional(None) => None,
    }
}

fn wrong_mask(command: &mut Command, way: u64) -> Option<()> {
    let Command::TableAdd { key, .. } = command else { return None };
    let masked = |field: &&mut MatchValue| match field {
        MatchValue::Exact(_) | MatchValue::Optional(None) => false,
        MatchValue::Lpm { prefix_length, .. } => *prefix_length > 0,
        MatchValue::Ternary { mask, .. } => !mask.is_zero(),
        MatchValue::Range { high, .. } => !high.is_ones(),
        MatchValue::Optional(Some(_)) => true,
    };
    let mut fields: Vec<&mut MatchValue> = key.iter_mut().filter(masked).collect();
    let (field, way) = pick(&mut fields, way)?;
    match field {
        MatchValue::Lpm { value, prefix_length } => {
            *prefix_length = prefix_length.checked_sub(1)?;
            let behind = (value.width() - *prefix_length) as usize;
            *value = value.lshr(behind).shl(behind);
        }
        MatchValue::Ternary { value, mask } => {
            let looked: Vec<u32> = (0..mask.width()).filter(|bit| mask.bit(*bit)).collect();
            let number = usize::try_from(way.checked_rem(looked.len() as u64)?).ok()?;
            let other = Bits::mask(mask.width(), *looked.get(number)?, 1).not();
            (*mask, *value) = (mask.and(&other), value.and(&other));
        }
        MatchValue::Range { high, .. } => {
            *high = high.wrapping_add(&Bits::from_u64(high.width(), 1));
        }
        MatchValue::Optional(value) => *value = None,
        MatchValue::Exact(_) => return None,
    }
    Some(())
}

fn wrong_argument(command: &mut Command, way: u64) -> Option<()> {
    match command {
        Command::TableAdd { arguments, .. }
        | Command::TableModify { arguments, .. }
        | Command::TableSetDefault { arguments, .. } => {
            let (argument, way) = pick(arguments, way)?;
            flip(argument, way)
        }
        Command::MulticastNodeCreate { ports, .. } => {
            let (port, _) = pick(ports, way)?;
            *port ^= 1;
            Some(())
        }
        _ => None,
    }
}

fn wrong_handle(command: &mut Command) -> Option<()> {
    match command {
        Command::TableModify { handle, .. } | Command::TableDelete { handle, .. } => *handle += 1,
        Command::MulticastNodeAssociate { node, .. } => *node += 1,
        Command::Register {
            command: RegisterCommand::Read { index } | RegisterCommand::Write { index, .. },
            ..
        } => *index += 1,
        Command::Counter {
            command: CounterCommand::Read { index } | CounterCommand::Write { index, .. },
            ..
        } => *index += 1,
        _ => return None,
    }
    Some(())
}
