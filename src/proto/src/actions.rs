//! Actions with their arguments, and what entries refer to in action profiles.

use hyper4_bits::Bits;
use hyper4_ir::{Action, EntryAction, ProfileGroup, ProfileMember, ProfileTarget, Program};

use crate::fields::{int, list, strings, text};
use crate::{Fields, Value};

/// `BmActionEntryType`.
const NONE: i32 = 0;
const ACTION_DATA: i32 = 1;
const MEMBER: i32 = 2;
const GROUP: i32 = 3;

/// Handles are signed on the wire: their upper bits are a version.
pub(crate) fn handle_value(handle: u64) -> Value {
    Value::I32((handle as u32).cast_signed())
}

pub(crate) fn handle_of(fields: &Fields, number: i16) -> Option<u64> {
    int(fields, number).map(|handle| handle.cast_unsigned().into())
}

/// Arguments as a client writes them: as many bytes as their width takes.
pub(crate) fn data_value(arguments: &[Bits]) -> Value {
    Value::List(arguments.iter().map(|argument| Value::Binary(argument.to_be_bytes())).collect())
}

/// Arguments as simple_switch writes them: without leading zeros, 0 as one byte.
fn short_data_value(arguments: &[Bits]) -> Value {
    let short = |argument: &Bits| {
        let bytes = argument.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(bytes.len().saturating_sub(1));
        Value::Binary(
            bytes.get(zeros..).filter(|rest| !rest.is_empty()).map_or_else(|| vec![0], <[u8]>::to_vec),
        )
    };
    Value::List(arguments.iter().map(short).collect())
}

/// The arguments of an action; `None` when they are more or fewer than it has parameters. Bits that a parameter has no
/// room for are cut off.
pub(crate) fn arguments_of(action: &Action, data: &[Value]) -> Option<Vec<Bits>> {
    if data.len() != action.parameters.len() {
        return None;
    }
    let pairs = action.parameters.iter().zip(strings(data));
    let values: Vec<Bits> =
        pairs.map(|(parameter, bytes)| Bits::from_be_bytes(parameter.width, bytes)).collect();
    (values.len() == data.len()).then_some(values)
}

/// Any action of the program: a default action may be one that entries can't have.
fn action_by_full_name<'a>(program: &'a Program, name: &str) -> Option<&'a Action> {
    program.actions.iter().find(|action| action.name == name)
}

/// `BmActionEntry`.
pub(crate) fn action_entry_value(action: Option<&EntryAction>) -> Value {
    Value::Struct(match action {
        None => Fields::from([(1, Value::I32(NONE))]),
        Some(EntryAction::Direct { action, arguments }) => Fields::from([
            (1, Value::I32(ACTION_DATA)),
            (2, Value::text(action)),
            (3, short_data_value(arguments)),
        ]),
        Some(EntryAction::Indirect(ProfileTarget::Member(member))) => {
            Fields::from([(1, Value::I32(MEMBER)), (4, handle_value(*member))])
        }
        Some(EntryAction::Indirect(ProfileTarget::Group(group))) => {
            Fields::from([(1, Value::I32(GROUP)), (5, handle_value(*group))])
        }
    })
}

/// What a `BmActionEntry` says.
pub(crate) fn action_entry_of(program: &Program, entry: &Fields) -> Result<Option<EntryAction>, String> {
    match int(entry, 1).unwrap_or_default() {
        NONE => Ok(None),
        MEMBER => {
            let member = handle_of(entry, 4).ok_or("an entry without its member")?;
            Ok(Some(EntryAction::Indirect(ProfileTarget::Member(member))))
        }
        GROUP => {
            let group = handle_of(entry, 5).ok_or("an entry without its group")?;
            Ok(Some(EntryAction::Indirect(ProfileTarget::Group(group))))
        }
        _ => {
            let (action, arguments) = named_data(program, entry, 2)?;
            Ok(Some(EntryAction::Direct { action, arguments }))
        }
    }
}

/// An action's name in that field, and its arguments in the next.
fn named_data(program: &Program, fields: &Fields, number: i16) -> Result<(String, Vec<Bits>), String> {
    let name = text(fields, number);
    let action = action_by_full_name(program, &name).ok_or_else(|| format!("an action `{name}`"))?;
    let arguments = arguments_of(action, list(fields, number + 1));
    Ok((name.clone(), arguments.ok_or_else(|| format!("other arguments of action `{name}`"))?))
}

/// `BmMtActProfMember`.
pub(crate) fn member_value(member: &ProfileMember) -> Value {
    Value::structure([
        handle_value(member.handle),
        Value::text(&member.action),
        short_data_value(&member.arguments),
    ])
}

pub(crate) fn member_of(program: &Program, member: &Fields) -> Result<ProfileMember, String> {
    let handle = handle_of(member, 1).ok_or("a member without a handle")?;
    let (action, arguments) = named_data(program, member, 2)?;
    Ok(ProfileMember { handle, action, arguments })
}

/// `BmMtActProfGroup`.
pub(crate) fn group_value(group: &ProfileGroup) -> Value {
    let members = group.members.iter().map(|member| handle_value(*member)).collect();
    Value::structure([handle_value(group.handle), Value::List(members)])
}

pub(crate) fn group_of(group: &Fields) -> Result<ProfileGroup, String> {
    let handle = handle_of(group, 1).ok_or("a group without a handle")?;
    let member = |value: &Value| match value {
        Value::I32(member) => Some(member.cast_unsigned().into()),
        _ => None,
    };
    Ok(ProfileGroup { handle, members: list(group, 2).iter().filter_map(member).collect() })
}
