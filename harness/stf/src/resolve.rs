//! Table statements as lines of simple_switch_CLI's language, which is what p4c's runner makes of them too.

use hyper4_bits::Bits;
use hyper4_ir::{Action, MatchKind, Program, Table, TableKey};

use crate::{ActionCall, KeyMatch, KeyText};

/// Priorities of a test count up, bmv2's count down: p4c's runner subtracts from this.
const PRIORITY_BASE: u64 = 10_000;

/// A statement in simple_switch_CLI's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The line.
    pub command: String,
    /// The full name of the table.
    pub table: String,
}

/// `add` as a line for simple_switch_CLI.
///
/// Names are full names or ends of them. A key field that isn't given matches everything, an exact one 0. A ternary
/// value is compared in the digits that are written and not `*`; of an lpm value the digits before the `*` count. A
/// priority of a table that doesn't rank its entries is left out.
///
/// # Errors
/// What doesn't fit the program.
pub fn resolve(
    program: &Program,
    table: &str,
    priority: Option<u64>,
    key: &[KeyMatch],
    action: &ActionCall,
) -> Result<Resolved, String> {
    let table = find_table(program, table)?;
    let found = find_action(program, table, &action.name)?;
    let mut given: Vec<Option<String>> = vec![None; table.keys.len()];
    for part in key {
        let (index, field) = find_key(table, &part.field)?;
        let text = key_text(field, &part.value).map_err(|e| format!("key `{}`: {e}", field.name))?;
        let place = given.get_mut(index).ok_or("a key field that isn't there")?;
        if place.replace(text).is_some() {
            return Err(format!("key `{}` is given twice", field.name));
        }
    }
    let mut words = vec!["table_add".to_owned(), table.name.clone(), found.name.clone()];
    words.extend(table.keys.iter().zip(given).map(|(key, text)| text.unwrap_or_else(|| anything(key))));
    words.push("=>".to_owned());
    words.extend(arguments(found, action)?);
    if matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional) {
        let priority = priority.ok_or_else(|| {
            format!("table `{}` ranks its entries: write a priority after its name", table.name)
        })?;
        let below = PRIORITY_BASE.checked_sub(priority).ok_or_else(|| {
            format!(
                "priority {priority} is too great: priorities are 0 to {PRIORITY_BASE}, the greatest wins"
            )
        })?;
        words.push(below.to_string());
    }
    Ok(Resolved { command: words.join(" "), table: table.name.clone() })
}

/// `setdefault` as a line for simple_switch_CLI.
///
/// # Errors
/// What doesn't fit the program.
pub(crate) fn resolve_default(
    program: &Program,
    table: &str,
    action: &ActionCall,
) -> Result<Resolved, String> {
    let table = find_table(program, table)?;
    let found = find_action(program, table, &action.name)?;
    let mut words = vec!["table_set_default".to_owned(), table.name.clone(), found.name.clone()];
    words.extend(arguments(found, action)?);
    Ok(Resolved { command: words.join(" "), table: table.name.clone() })
}

fn arguments(action: &Action, call: &ActionCall) -> Result<Vec<String>, String> {
    for (index, (name, _)) in call.arguments.iter().enumerate() {
        if !action.parameters.iter().any(|p| p.name == *name) {
            let names = list(action.parameters.iter().map(|p| p.name.as_str()));
            return Err(format!("action `{}` has no parameter `{name}`: it has {names}", action.name));
        }
        if call.arguments.iter().take(index).any(|(other, _)| other == name) {
            return Err(format!("parameter `{name}` of action `{}` is given twice", action.name));
        }
    }
    let argument = |name: &str| {
        let given = call.arguments.iter().find(|(given, _)| given == name);
        given
            .map(|(_, value)| value.clone())
            .ok_or_else(|| format!("parameter `{name}` of action `{}` is missing", action.name))
    };
    action.parameters.iter().map(|p| argument(&p.name)).collect()
}

fn find_table<'a>(program: &'a Program, wanted: &str) -> Result<&'a Table, String> {
    let names = program.tables.iter().map(|t| t.name.as_str());
    let index = find("table", names, wanted)?;
    program.tables.get(index).ok_or_else(|| format!("no table is called `{wanted}`"))
}

fn find_action<'a>(program: &'a Program, table: &Table, wanted: &str) -> Result<&'a Action, String> {
    let actions: Vec<&Action> =
        table.actions.iter().filter_map(|id| program.actions.get(id.index())).collect();
    let what = format!("action of table `{}`", table.name);
    let index = find(&what, actions.iter().map(|a| a.name.as_str()), wanted)?;
    actions.get(index).copied().ok_or_else(|| format!("no {what} is called `{wanted}`"))
}

/// Exactly the name, or the only one that ends in it after a dot, or the only one that ends in it.
pub(crate) fn find<'a>(
    what: &str,
    names: impl Iterator<Item = &'a str> + Clone,
    wanted: &str,
) -> Result<usize, String> {
    let exact = |name: &str| name == wanted;
    let part = |name: &str| name.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('.'));
    let end = |name: &str| name.ends_with(wanted);
    let rules: [&dyn Fn(&str) -> bool; 3] = [&exact, &part, &end];
    for rule in rules {
        let mut found = names.clone().enumerate().filter(|(_, name)| rule(name));
        match (found.next(), found.next()) {
            (Some((index, _)), None) => return Ok(index),
            (Some(_), Some(_)) => {
                let all = list(names.filter(|name| rule(name)));
                return Err(format!("{what} `{wanted}` is ambiguous: it may be {all}"));
            }
            _ => {}
        }
    }
    Err(format!("no {what} is called `{wanted}`: there are {}", list(names)))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// A key field: exactly the name, or with what marks a validity behind it, or the first that ends in it.
fn find_key<'a>(table: &'a Table, wanted: &str) -> Result<(usize, &'a TableKey), String> {
    let wanted = indexed(wanted);
    let mut forms = vec![wanted.clone(), format!("{wanted}$"), format!("{wanted}.$valid$")];
    forms.extend(wanted.strip_suffix(".valid").map(|header| format!("{header}.$valid$")));
    if wanted == "valid" {
        forms.push("$valid$".to_owned());
    }
    let part = |name: &str, form: &str| name.strip_suffix(form).is_some_and(|rest| rest.ends_with('.'));
    let keys = || table.keys.iter().enumerate();
    for form in &forms {
        if let Some(found) = keys().find(|(_, key)| key.name == *form) {
            return Ok(found);
        }
    }
    for form in &forms {
        if let Some(found) = keys().find(|(_, key)| part(&key.name, form)) {
            return Ok(found);
        }
    }
    let names = list(table.keys.iter().map(|key| key.name.as_str()));
    Err(format!("table `{}` has no key field `{wanted}`: it has {names}", table.name))
}

/// `a$3.b` is `a[3].b`.
fn indexed(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('$') {
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (index, behind) = after.split_at_checked(digits).unwrap_or((after, ""));
        text.push_str(before);
        if index.is_empty() {
            text.push('$');
        } else {
            text.push_str(&format!("[{index}]"));
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// How an entry says nothing about a field.
fn anything(key: &TableKey) -> String {
    match key.match_kind {
        MatchKind::Exact => "0".to_owned(),
        MatchKind::Lpm => "0/0".to_owned(),
        MatchKind::Ternary | MatchKind::Optional => "0&&&0".to_owned(),
        MatchKind::Range => format!("0->{}", Bits::ones(key.width)),
    }
}

fn key_text(key: &TableKey, value: &KeyText) -> Result<String, String> {
    let kind = key.match_kind;
    let wrong = |how: &str| Err(format!("it is {}, so it can't be {how}", kind.name()));
    match (kind, value) {
        (MatchKind::Lpm, KeyText::Prefix(value, length)) => Ok(format!("{value}/{length}")),
        (MatchKind::Range, KeyText::Range(low, high)) => Ok(format!("{low}->{high}")),
        (_, KeyText::Prefix(..)) => wrong("a prefix"),
        (_, KeyText::Range(..)) => wrong("a range"),
        (MatchKind::Ternary, KeyText::Number(text)) => {
            let (value, mask) = ternary(key.width, text)?;
            Ok(format!("{value}&&&{mask}"))
        }
        (MatchKind::Lpm, KeyText::Number(text)) => {
            let (digits, base) = digits(text);
            let open = digits.chars().rev().take_while(|c| *c == '*').count();
            if digits.contains('*') && !digits.ends_with('*') || digits.matches('*').count() != open {
                return Err(format!("`*` in `{text}` may only stand at the end: it is lpm"));
            }
            let open = u32::try_from(open).map_err(|e| e.to_string())? * base;
            let length = key.width.checked_sub(open).ok_or("it has more `*` than the key is wide")?;
            Ok(format!("{}/{length}", text.replace('*', "0")))
        }
        (_, KeyText::Number(text)) if text.contains('*') => wrong("given with `*`"),
        (MatchKind::Exact, KeyText::Number(text)) => Ok(text.clone()),
        (MatchKind::Range, KeyText::Number(text)) => Ok(format!("{text}->{text}")),
        (MatchKind::Optional, KeyText::Number(text)) => Ok(format!("{text}&&&{}", Bits::ones(key.width))),
    }
}

/// The digits after the prefix, and how many bits one stands for; decimal digits none.
fn digits(text: &str) -> (&str, u32) {
    match text.split_at_checked(2) {
        Some(("0x" | "0X", rest)) => (rest, 4),
        Some(("0o" | "0O", rest)) => (rest, 3),
        Some(("0b" | "0B", rest)) => (rest, 1),
        _ => (text, 0),
    }
}

/// Value and mask; a decimal number is compared as a whole.
fn ternary(width: u32, text: &str) -> Result<(Bits, Bits), String> {
    let (digits, base) = digits(text);
    let parse = |text: &str| Bits::parse(width, text).map_err(|e| e.to_string());
    if base == 0 {
        return Ok((parse(text)?, Bits::ones(width)));
    }
    let value = parse(&text.replace('*', "0"))?;
    let bit = |digit: char| if digit == '*' { "0" } else { "1" }.repeat(base as usize);
    let mask: String = digits.chars().map(bit).collect();
    // Digits may stand for more bits than the key has; those are 0 in the value, or it would not have fit.
    let skip = mask.len().saturating_sub(width as usize);
    let mask = parse(&format!("0b{}", mask.get(skip..).unwrap_or_default()))?;
    Ok((value, mask))
}
