//! `table_` commands.

use super::{Parser, action_arguments, handle, named, number, unknown_name, without_arrow};
use crate::commands::suggest::list;
use crate::commands::value::parse_match;
use crate::{Action, ActionId, Command, MatchKind, MatchValue, ProfileTarget, Table};

impl<'a> Parser<'a> {
    pub(super) fn table_command(&self, name: &str, words: &[&str]) -> Result<Option<Command>, String> {
        let full_name = |table: &str| Ok::<_, String>(self.table(table)?.name.clone());
        Ok(Some(match (name, words) {
            ("table_add", [table, action, rest @ ..]) => self.table_add(table, action, rest)?,
            ("table_set_default", [table, action, rest @ ..]) => {
                let (table, action) = self.table_and_action(table, action)?;
                let arguments = action_arguments(action, rest)?;
                Command::TableSetDefault { table: table.name.clone(), action: action.name.clone(), arguments }
            }
            ("table_modify", [table, action, entry, rest @ ..]) => {
                let (table, action) = self.table_and_action(table, action)?;
                Command::TableModify {
                    table: table.name.clone(),
                    handle: handle(entry)?,
                    action: action.name.clone(),
                    arguments: action_arguments(action, without_arrow(rest))?,
                }
            }
            ("table_delete", [table, entry]) => {
                Command::TableDelete { table: full_name(table)?, handle: handle(entry)? }
            }
            ("table_reset_default", [table]) => Command::TableResetDefault { table: full_name(table)? },
            ("table_clear", [table]) => Command::TableClear { table: full_name(table)? },
            ("table_dump", [table]) => Command::TableDump { table: full_name(table)? },
            ("table_num_entries", [table]) => Command::TableNumEntries { table: full_name(table)? },
            ("table_dump_entry", [table, entry]) => {
                Command::TableDumpEntry { table: full_name(table)?, handle: handle(entry)? }
            }
            ("table_dump_entry_from_key", [table, rest @ ..]) => {
                let table = self.table(table)?;
                let (words, priority) = with_priority(table, rest)?;
                let key = parse_key(table, words)?;
                Command::TableDumpEntryFromKey { table: table.name.clone(), key, priority }
            }
            ("table_set_timeout", [table, entry, milliseconds]) => Command::TableSetTimeout {
                table: full_name(table)?,
                handle: handle(entry)?,
                milliseconds: number(milliseconds, "a timeout", i32::MAX as u64)? as u32,
            },
            ("table_indirect_add", [table, rest @ ..]) => {
                self.indirect_add(table, rest, ProfileTarget::Member)?
            }
            ("table_indirect_add_with_group", [table, rest @ ..]) => {
                self.indirect_add(table, rest, ProfileTarget::Group)?
            }
            ("table_indirect_modify", [table, entry, member]) => Command::TableIndirectModify {
                table: full_name(table)?,
                handle: handle(entry)?,
                target: ProfileTarget::Member(handle(member)?),
            },
            ("table_indirect_modify_with_group", [table, entry, group]) => Command::TableIndirectModify {
                table: full_name(table)?,
                handle: handle(entry)?,
                target: ProfileTarget::Group(handle(group)?),
            },
            ("table_indirect_delete", [table, entry]) => {
                Command::TableIndirectDelete { table: full_name(table)?, handle: handle(entry)? }
            }
            ("table_indirect_set_default", [table, member]) => Command::TableIndirectSetDefault {
                table: full_name(table)?,
                target: ProfileTarget::Member(handle(member)?),
            },
            ("table_indirect_set_default_with_group", [table, group]) => Command::TableIndirectSetDefault {
                table: full_name(table)?,
                target: ProfileTarget::Group(handle(group)?),
            },
            ("table_indirect_reset_default", [table]) => {
                Command::TableIndirectResetDefault { table: full_name(table)? }
            }
            _ => return Ok(None),
        }))
    }

    pub(super) fn table(&self, name: &str) -> Result<&'a Table, String> {
        named("table", &self.program.tables, |table| table.name.as_str(), name)
    }

    fn table_and_action(&self, table: &str, action: &str) -> Result<(&'a Table, &'a Action), String> {
        let table = self.table(table)?;
        let id = self.program.table_by_name(&table.name);
        let found = id
            .and_then(|id| self.program.action_by_name(id, action))
            .and_then(|id| self.program.actions.get(id.index()));
        if let Some(found) = found {
            return Ok((table, found));
        }
        let name_of = |id: &ActionId| self.program.actions.get(id.index()).map(|a| a.name.as_str());
        let names = table.actions.iter().filter_map(name_of);
        Err(unknown_name(&format!("table `{}` has no action `{action}`", table.name), action, names))
    }

    fn table_add(&self, table: &str, action: &str, words: &[&str]) -> Result<Command, String> {
        let (table, action) = self.table_and_action(table, action)?;
        let (key, rest, priority) = entry(table, words, "the action's arguments")?;
        Ok(Command::TableAdd {
            table: table.name.clone(),
            key,
            action: action.name.clone(),
            arguments: action_arguments(action, rest)?,
            priority,
        })
    }

    fn indirect_add(
        &self,
        table: &str,
        words: &[&str],
        target: impl Fn(u64) -> ProfileTarget,
    ) -> Result<Command, String> {
        let table = self.table(table)?;
        let (key, rest, priority) = entry(table, words, "the handle")?;
        let [word] = rest else { return Err("write one handle behind `=>`".to_owned()) };
        let target = target(handle(word)?);
        Ok(Command::TableIndirectAdd { table: table.name.clone(), key, target, priority })
    }
}

/// Key, what stands behind the arrow, and the priority.
type Entry<'w, 's> = (Vec<MatchValue>, &'w [&'s str], Option<u32>);

fn entry<'w, 's>(table: &Table, words: &'w [&'s str], behind: &str) -> Result<Entry<'w, 's>, String> {
    let (words, priority) = with_priority(table, words)?;
    let arrow = words.iter().position(|word| *word == "=>");
    let arrow = arrow.ok_or_else(|| format!("write `=>` between the key and {behind}"))?;
    let (key, rest) = words.split_at(arrow);
    Ok((parse_key(table, key)?, rest.get(1..).unwrap_or_default(), priority))
}

/// The priority that stands last where the table wants one.
fn with_priority<'w, 's>(
    table: &Table,
    words: &'w [&'s str],
) -> Result<(&'w [&'s str], Option<u32>), String> {
    let wants_priority =
        matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional);
    match words {
        [words @ .., last] if wants_priority => {
            let priority = number(last, "a priority", i32::MAX as u64).map_err(|error| {
                let kind = table.match_kind.name();
                format!("{error}; table `{}` is {kind}: write a priority last", table.name)
            })?;
            Ok((words, Some(priority as u32)))
        }
        words => Ok((words, None)),
    }
}

fn parse_key(table: &Table, words: &[&str]) -> Result<Vec<MatchValue>, String> {
    if words.len() != table.keys.len() {
        let names = list(table.keys.iter().map(|key| key.name.as_str()));
        let of_what = if names.is_empty() { String::new() } else { format!(" ({names})") };
        return Err(format!(
            "table `{}` has {} key fields{of_what}, but {} are given",
            table.name,
            table.keys.len(),
            words.len()
        ));
    }
    table.keys.iter().zip(words).map(|(key, word)| parse_match(key, word)).collect()
}
