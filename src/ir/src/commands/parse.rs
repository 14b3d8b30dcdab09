//! Lines of simple_switch_CLI's language to [`Command`]s.

mod multicast;
mod state;
mod table;

use hyper4_bits::Bits;

use super::Line;
use super::suggest::{did_you_mean, list};
use super::usage;
use super::value::parse_value;
use crate::{Action, Command, IrError, Program};

/// Reads a file of commands, one a line. Blank lines and lines that begin with `#` are left out.
///
/// # Errors
/// [`IrError::Command`] for the first line that is wrong, [`IrError::Unsupported`] for a command of simple_switch_CLI
/// that isn't for the program that a switch runs.
pub fn parse_commands(program: &Program, text: &str) -> Result<Vec<Line<Command>>, IrError> {
    let mut commands = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if let Some(content) = parse_command(program, line, number)? {
            commands.push(Line { number, content });
        }
    }
    Ok(commands)
}

/// Reads one command; `None` for a blank line or a comment. `number` is the line that errors name.
///
/// # Errors
/// As [`parse_commands`].
pub fn parse_command(program: &Program, line: &str, number: usize) -> Result<Option<Command>, IrError> {
    let mut words = line.split_whitespace();
    let Some(name) = words.next().filter(|name| !name.starts_with('#')) else { return Ok(None) };
    let arguments: Vec<&str> = words.collect();
    match (Parser { program }).command(name, &arguments) {
        Ok(Some(command)) => Ok(Some(command)),
        Ok(None) => match usage::not_carried(name) {
            Some(reason) => Err(IrError::Unsupported {
                construct: format!("command `{name}` in line {number}"),
                reason: reason.to_owned(),
                source_info: None,
            }),
            None => Err(IrError::Command { line: number, reason: not_understood(name, arguments.len()) }),
        },
        Err(reason) => Err(IrError::Command { line: number, reason }),
    }
}

fn not_understood(name: &str, count: usize) -> String {
    match usage::arguments(name).or_else(|| usage::by_table(name).and_then(usage::arguments)) {
        Some("") => format!("`{name}` takes no arguments, but {count} are given"),
        Some(arguments) => format!("`{name}` with {count} arguments: write `{name} {arguments}`"),
        None => format!("no command is called `{name}`{}", did_you_mean(name, usage::names())),
    }
}

struct Parser<'a> {
    program: &'a Program,
}

impl<'a> Parser<'a> {
    /// `None` when there is no such command, or not with so many words.
    fn command(&self, name: &str, words: &[&str]) -> Result<Option<Command>, String> {
        if let Some(other) = usage::by_table(name) {
            return self.by_table(other, words);
        }
        let (area, _) = name.split_once('_').unwrap_or((name, ""));
        match area {
            "table" => self.table_command(name, words),
            "mc" => multicast::command(name, words),
            _ => self.state_command(name, words),
        }
    }
}

/// What is called so among the program's, by its full name or by an unambiguous end of it.
fn named<'a, T>(
    what: &str,
    items: &'a [T],
    name_of: impl Fn(&'a T) -> &'a str + Clone,
    wanted: &str,
) -> Result<&'a T, String> {
    let index = crate::names::by_name(items.iter().map(name_of.clone()), wanted);
    let found = index.and_then(|index| items.get(index as usize));
    found.ok_or_else(|| {
        unknown_name(&format!("no {what} is called `{wanted}`"), wanted, items.iter().map(name_of))
    })
}

fn unknown_name<'a>(what: &str, wanted: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let ends = |name: &&str| name.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('.'));
    if names.clone().any(|name| ends(&name)) {
        return format!("`{wanted}` is ambiguous: it may be {}", list(names.filter(ends)));
    }
    let hint = did_you_mean(wanted, names.clone());
    match (hint.is_empty(), names.clone().next()) {
        (false, _) => format!("{what}{hint}"),
        (true, Some(_)) => format!("{what}: there are {}", list(names)),
        (true, None) => format!("{what}: the program has none"),
    }
}

fn action_arguments(action: &Action, words: &[&str]) -> Result<Vec<Bits>, String> {
    if words.len() != action.parameters.len() {
        let names = list(action.parameters.iter().map(|parameter| parameter.name.as_str()));
        let of_what = if names.is_empty() { String::new() } else { format!(" ({names})") };
        return Err(format!(
            "action `{}` has {} parameters{of_what}, but {} arguments are given",
            action.name,
            action.parameters.len(),
            words.len()
        ));
    }
    let parse = |(parameter, word): (&crate::ActionParameter, &&str)| {
        parse_value(parameter.width, word)
            .map_err(|error| format!("parameter `{}` of action `{}`: {error}", parameter.name, action.name))
    };
    action.parameters.iter().zip(words).map(parse).collect()
}

/// Words without the arrow that may stand before an action's arguments.
fn without_arrow<'a, 'b>(words: &'a [&'b str]) -> &'a [&'b str] {
    match words {
        ["=>", rest @ ..] => rest,
        words => words,
    }
}

fn number(word: &str, meaning: &str, greatest: u64) -> Result<u64, String> {
    word.parse().ok().filter(|number| *number <= greatest).ok_or_else(|| match greatest {
        u64::MAX => format!("`{word}` is not {meaning}: a number is expected"),
        _ => format!("`{word}` is not {meaning}: a number from 0 to {greatest} is expected"),
    })
}

fn handle(word: &str) -> Result<u64, String> {
    number(word, "a handle", u64::MAX)
}

#[cfg(test)]
mod tests;
