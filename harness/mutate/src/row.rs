//! Faults in rows of the persona.

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchValue};
use serde::{Deserialize, Serialize};

/// What is done to a row, or to what belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFault {
    /// A bit of a ternary mask isn't looked at, a prefix is shorter.
    WrongMask,
    /// Another value is matched.
    WrongKey,
    /// A copy comes to lie a bit, or a byte, beside its place.
    ShiftedCopy,
    /// A constant that is written has another bit.
    WrongConstant,
    /// A row comes behind all others.
    WrongPriority,
    /// The packet goes on with another row.
    WrongNext,
    /// A row isn't there.
    MissingRow,
    /// The packet's first byte is lost of what is kept of the state.
    LostField,
    /// A bit of an argument of an operator's row is the other one.
    WrongArgument,
    /// Of several tenants' rows: packets enter another one's device.
    LeakedId,
    /// Packets leave by another tenant's port.
    MissingEgressGuard,
    /// Copies are made for another tenant's ports.
    ForeignGroup,
}

/// Tables in which guests' rows are.
const LOOKUPS: [&str; 4] = [".ternary_", ".lpm_", ".exact_", ".step_"];

impl RowFault {
    /// What can be wrong with the rows of a guest.
    pub const OF_GUESTS: [Self; 8] = [
        Self::WrongMask,
        Self::WrongKey,
        Self::ShiftedCopy,
        Self::WrongConstant,
        Self::WrongPriority,
        Self::WrongNext,
        Self::MissingRow,
        Self::LostField,
    ];
    /// What can be wrong with the rows of the operator.
    pub const OF_OPERATOR: [Self; 5] =
        [Self::MissingRow, Self::WrongArgument, Self::LeakedId, Self::MissingEgressGuard, Self::ForeignGroup];

    /// Whether it needs several tenants: what it does to one alone is something else.
    pub fn is_about_isolation(self) -> bool {
        matches!(self, Self::LeakedId | Self::MissingEgressGuard | Self::ForeignGroup)
    }

    /// In a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongMask => "wrong mask",
            Self::WrongKey => "wrong key",
            Self::ShiftedCopy => "shifted copy",
            Self::WrongConstant => "wrong constant",
            Self::WrongPriority => "wrong priority",
            Self::WrongNext => "wrong next row",
            Self::MissingRow => "missing row",
            Self::LostField => "lost field",
            Self::WrongArgument => "wrong argument",
            Self::LeakedId => "another tenant's ID",
            Self::MissingEgressGuard => "missing egress guard",
            Self::ForeignGroup => "another tenant's port in a group",
        }
    }

    /// The command with the fault in each way in which this kind can bend it; `None` is one that isn't carried out.
    pub fn bends(self, command: &Command) -> impl Iterator<Item = Option<Command>> {
        let ways = match self {
            Self::ShiftedCopy => 2,
            Self::LeakedId => 3,
            Self::ForeignGroup => 8,
            _ => 1,
        };
        (0..ways).filter_map(move |way| self.bend(command, way))
    }

    /// The command with the fault. `way` says which of several bits or values it is; the same one comes again behind the last.
    pub fn bend(self, command: &Command, way: u64) -> Option<Option<Command>> {
        let mut bent = command.clone();
        match (self, &mut bent) {
            (Self::ForeignGroup, Command::MulticastNodeCreate { ports, .. }) => {
                let (first, port) = (*ports.first()?, 1 + u16::try_from(way % 8).ok()?);
                // Two neighbours are one tenant's.
                if first.div_ceil(2) == port.div_ceil(2) {
                    return None;
                }
                ports.push(port);
            }
            (
                _,
                Command::TableAdd { table, action, arguments, .. }
                | Command::TableModify { table, action, arguments, .. },
            ) => match self {
                Self::MissingRow => return matches!(command, Command::TableAdd { .. }).then_some(None),
                Self::WrongMask | Self::WrongKey | Self::WrongPriority => self.bend_match(&mut bent, way)?,
                Self::LeakedId => leak(table, arguments, way)?,
                Self::MissingEgressGuard => {
                    let Command::TableAdd { key, .. } = command else { return None };
                    (*action, *arguments) = unguarded(table, action, key)?;
                }
                _ => self.bend_arguments(table, arguments, way)?,
            },
            _ => return None,
        }
        (bent != *command).then_some(Some(bent))
    }

    fn bend_arguments(self, table: &str, arguments: &mut [Bits], way: u64) -> Option<()> {
        let wide = |argument: &Bits| argument.width() > 1000;
        let lookup = LOOKUPS.iter().any(|kind| table.contains(kind));
        match self {
            Self::ShiftedCopy => {
                let copies = |pair: &[Bits]| matches!(pair, [mask, by] if wide(mask) && !mask.is_zero() && by.width() == 8);
                let place = arguments.windows(2).position(copies).filter(|_| lookup)?;
                // By a bit, or by a byte.
                add(arguments.get_mut(place + 1)?, 1 + 7 * (way % 2));
            }
            Self::WrongConstant => {
                let value = arguments.get_mut(1).filter(|value| lookup && wide(value) && !value.is_zero())?;
                let bit = set_bit(value, way)?;
                *value = flipped(value, bit);
            }
            Self::LostField => {
                let keep = arguments.first_mut().filter(|keep| lookup && wide(keep) && !keep.is_zero())?;
                // The first byte of the packet.
                *keep = keep.and(&Bits::mask(keep.width(), keep.width().checked_sub(24)?, 8).not());
            }
            Self::WrongNext => {
                let micro_pc = arguments.len().checked_sub(4).filter(|_| lookup)?;
                let micro_pc = arguments.get_mut(micro_pc).filter(|next| next.width() == 32)?;
                add(micro_pc, 1);
            }
            Self::WrongArgument => {
                let count = u64::try_from(arguments.len()).ok().filter(|count| *count > 0)?;
                let argument = arguments.get_mut(usize::try_from(way % count).ok()?)?;
                let bit = u32::try_from(way / count % u64::from(argument.width())).ok()?;
                *argument = flipped(argument, bit);
            }
            _ => return None,
        }
        Some(())
    }

    fn bend_match(self, command: &mut Command, way: u64) -> Option<()> {
        let Command::TableAdd { table, key, priority, .. } = command else { return None };
        if !LOOKUPS.iter().take(3).any(|kind| table.contains(kind)) {
            return None;
        }
        match (self, key.last_mut()?) {
            (Self::WrongPriority, _) => *priority = priority.map(|_| 1_000_000),
            (Self::WrongMask, MatchValue::Ternary { value, mask }) => {
                let other = Bits::mask(mask.width(), set_bit(mask, way)?, 1).not();
                (*mask, *value) = (mask.and(&other), value.and(&other));
            }
            (Self::WrongMask, MatchValue::Lpm { value, prefix_length }) if *prefix_length > 0 => {
                *prefix_length -= 1;
                let behind = (value.width() - *prefix_length) as usize;
                *value = value.lshr(behind).shl(behind);
            }
            (Self::WrongKey, MatchValue::Exact(value) | MatchValue::Ternary { value, .. }) => {
                *value = flipped(value, set_bit(value, way)?);
            }
            _ => return None,
        }
        Some(())
    }
}

fn leak(table: &str, arguments: &mut [Bits], way: u64) -> Option<()> {
    // A port that the guest knows by another number comes before it.
    let device = arguments.iter_mut().find(|one| one.width() == 16).filter(|_| table.ends_with(".enter"))?;
    *device = Bits::from_u64(16, 1 + (device.low_u64() + way % 3) % 4);
    Some(())
}

/// Whatever port the guest chooses, this one is taken: another tenant's of four with two ports each.
fn unguarded(table: &str, action: &str, key: &[MatchValue]) -> Option<(String, Vec<Bits>)> {
    let (control, last) = action.split_once('.')?;
    let Some(MatchValue::Exact(device)) = key.first() else { return None };
    if !table.contains(".leave_") || !["transmit", "transmit_same", "discard"].contains(&last) {
        return None;
    }
    Some((format!("{control}.transmit"), vec![Bits::from_u64(9, 1 + 2 * (device.low_u64() % 4))]))
}

fn add(argument: &mut Bits, value: u64) {
    *argument = argument.wrapping_add(&Bits::from_u64(argument.width(), value));
}

fn flipped(value: &Bits, bit: u32) -> Bits {
    value.xor(&Bits::mask(value.width(), bit, 1))
}

/// One of the bits that are set, counted from the uppermost.
fn set_bit(value: &Bits, way: u64) -> Option<u32> {
    let count = u64::from(value.count_ones());
    let number = usize::try_from(way.checked_rem(count)?).ok()?;
    (0..value.width()).rev().filter(|bit| value.bit(*bit)).nth(number)
}
