//! From text to a [`Test`].

use crate::token::{Placed, Token, tokens, without_comment};
use crate::{
    ActionCall, Comparison, CountKind, CounterIndex, KeyMatch, KeyText, Line, Pattern, Statement,
    SyntaxError, Test,
};

/// Commands of simple_switch_CLI that a test may use.
const COMMANDS: [&str; 16] = [
    "mirroring_add",
    "mirroring_add_mc",
    "mirroring_delete",
    "mirroring_get",
    "mc_mgrp_create",
    "mc_node_create",
    "mc_node_update",
    "mc_node_associate",
    "counter_read",
    "counter_write",
    "register_read",
    "register_write",
    "register_reset",
    "meter_get_rates",
    "meter_set_rates",
    "meter_array_set_rates",
];

/// The greatest port a packet comes in by.
const LAST_PORT: u16 = 510;

type Parsed<T> = Result<T, (usize, String)>;

/// Reads a test. A statement is a line; the first word may be in upper or lower case; `#` begins a comment.
///
/// Beyond p4c's language: a comment may stand behind `packet` and `expect`, a key may be `LOW..HIGH` or have a prefix
/// length after `/`, `remove` takes an entry's name, `=` means `==` in `check_counter`, and a counter's name may have
/// dots.
///
/// # Errors
/// Every line that is wrong, with what is wrong with it.
pub fn parse(text: &str) -> Result<Test, Vec<SyntaxError>> {
    let mut test = Test::default();
    let mut errors = Vec::new();
    for (index, whole) in text.lines().enumerate() {
        let number = index + 1;
        match statement(without_comment(whole)) {
            Ok(Some(statement)) => test.lines.push(Line { number, statement }),
            Ok(None) => {}
            Err((column, reason)) => errors.push(SyntaxError { line: number, column, reason }),
        }
    }
    if errors.is_empty() { Ok(test) } else { Err(errors) }
}

fn statement(line: &str) -> Parsed<Option<Statement>> {
    let trimmed = line.trim();
    let Some(word) = trimmed.split_whitespace().next() else { return Ok(None) };
    let keyword = word.to_ascii_lowercase();
    let start = line.find(word).unwrap_or_default() + word.len();
    match keyword.as_str() {
        "packet" => {
            let (port, digits, _) = data(line, start, false)?;
            let bytes = bytes(&digits).ok_or_else(|| {
                (start + 1, format!("{} hexadecimal digits are no whole bytes", digits.len()))
            })?;
            if bytes.is_empty() {
                return Err((start + 1, "write the packet's bytes after its port".to_owned()));
            }
            return Ok(Some(Statement::Packet { port, bytes }));
        }
        "expect" => {
            let (port, digits, exact) = data(line, start, true)?;
            let said = exact || !digits.is_empty();
            let pattern = if said { Pattern::new(&digits, exact) } else { None };
            return Ok(Some(Statement::Expect { port, pattern }));
        }
        command if COMMANDS.contains(&command) => {
            let rest: Vec<&str> = trimmed.split_whitespace().skip(1).collect();
            return Ok(Some(Statement::Command { text: format!("{command} {}", rest.join(" ")) }));
        }
        _ => {}
    }
    let mut words = Words { tokens: tokens(line, start)?, next: 0, end: line.trim_end().chars().count() + 1 };
    let statement = match keyword.as_str() {
        "add" => add(&mut words)?,
        "setdefault" => {
            let table = words.path("a table")?;
            let name = words.path("an action")?;
            Statement::SetDefault { table, action: words.action(name)? }
        }
        "remove" => match words.name("`all` or an entry's name")? {
            all if all.eq_ignore_ascii_case("all") => Statement::Remove { name: None },
            name => Statement::Remove { name: Some(entry_name(&name)) },
        },
        "no_packet" => Statement::NoPacket,
        "wait" => Statement::Wait,
        "check_counter" => check_counter(&mut words)?,
        _ => return Err((start + 1 - word.len(), unknown(word))),
    };
    words.finish()?;
    Ok(Some(statement))
}

fn unknown(word: &str) -> String {
    let own = ["add", "setdefault", "remove", "packet", "expect", "no_packet", "wait", "check_counter"];
    let known: Vec<String> = own.iter().chain(&COMMANDS).map(|name| format!("`{name}`")).collect();
    format!("no statement begins with `{word}`: there are {}", known.join(", "))
}

/// `PORT DATA`: the port, the digits without blanks, and whether `$` stands at the end.
fn data(line: &str, start: usize, expected: bool) -> Parsed<(u16, String, bool)> {
    let rest = line.get(start..).unwrap_or_default();
    let word = rest.split_whitespace().next().unwrap_or_default();
    let port = word.parse().ok().filter(|port| *port <= LAST_PORT);
    let port = port.ok_or_else(|| {
        (start + 2, format!("a port from 0 to {LAST_PORT} is expected, in decimal digits, not `{word}`"))
    })?;
    let after = start + rest.find(word).unwrap_or_default() + word.len();
    let mut digits = String::new();
    let mut exact = false;
    for (at, c) in line.char_indices().skip_while(|(at, _)| *at < after) {
        match c {
            c if c.is_whitespace() => {}
            _ if exact => {
                return Err((at + 1, "`$` says that the packet ends: nothing can follow".to_owned()));
            }
            '$' if expected => exact = true,
            '*' if expected => digits.push(c),
            c if c.is_ascii_hexdigit() => digits.push(c),
            c => return Err((at + 1, format!("`{c}` is no hexadecimal digit"))),
        }
    }
    Ok((port, digits, exact))
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let values: Vec<u8> =
        digits.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    let (pairs, rest) = values.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// `$A` is what `= A` named.
fn entry_name(name: &str) -> String {
    name.strip_prefix('$').unwrap_or(name).to_owned()
}

fn add(words: &mut Words) -> Parsed<Statement> {
    let table = words.path("a table")?;
    let priority = match words.peek() {
        Some(Token::Number(_)) => Some(words.whole_number("a priority")?),
        _ => None,
    };
    let mut key = Vec::new();
    let action = loop {
        let name = words.path("a key field or an action")?;
        if !words.take(":") {
            break words.action(name)?;
        }
        key.push(KeyMatch { field: name, value: words.key_text()? });
    };
    let name = if words.take("=") { Some(entry_name(&words.name("a name for the entry")?)) } else { None };
    Ok(Statement::Add { table, priority, key, action, name })
}

fn check_counter(words: &mut Words) -> Parsed<Statement> {
    let counter = words.path("a counter")?;
    words.expect("(")?;
    let index = match words.peek() {
        Some(Token::Name(name)) => {
            let index = CounterIndex::Entry(entry_name(name));
            words.next += 1;
            index
        }
        _ => CounterIndex::Number(words.whole_number("an index or an entry's name")?),
    };
    words.expect(")")?;
    if words.peek().is_none() {
        return Ok(Statement::CheckCounter { counter, index, check: None });
    }
    let column = words.column();
    let kind = match words.name("`packets` or `bytes`")?.to_ascii_lowercase().as_str() {
        "packets" => CountKind::Packets,
        "bytes" => CountKind::Bytes,
        other => return Err((column, format!("`packets` or `bytes` is expected, not `{other}`"))),
    };
    let comparison = match words.sign("a comparison")? {
        "=" | "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        other => return Err((column, format!("`{other}` is no comparison"))),
    };
    let number = words.whole_number("a number")?;
    Ok(Statement::CheckCounter { counter, index, check: Some((kind, comparison, number)) })
}

/// What is left of a line.
struct Words {
    tokens: Vec<Placed>,
    next: usize,
    /// The column after the last.
    end: usize,
}

impl Words {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn column(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(column, _)| *column)
    }

    fn wrong<T>(&self, wanted: &str) -> Parsed<T> {
        let found = self.peek().map_or_else(|| "the line ends".to_owned(), |token| format!("`{token}`"));
        Err((
            self.column(),
            format!("{wanted} is expected here, but there is {found}").replace("there is the", "the"),
        ))
    }

    fn take(&mut self, sign: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.next += usize::from(there);
        there
    }

    fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.take(sign) { Ok(()) } else { self.wrong(&format!("`{sign}`")) }
    }

    fn sign(&mut self, wanted: &str) -> Parsed<&'static str> {
        let Some(Token::Sign(sign)) = self.peek() else { return self.wrong(wanted) };
        let sign = *sign;
        self.next += 1;
        Ok(sign)
    }

    fn name(&mut self, wanted: &str) -> Parsed<String> {
        let Some(Token::Name(name)) = self.peek() else { return self.wrong(wanted) };
        let name = name.clone();
        self.next += 1;
        Ok(name)
    }

    fn number(&mut self, wanted: &str) -> Parsed<String> {
        let Some(Token::Number(number)) = self.peek() else { return self.wrong(wanted) };
        let number = number.clone();
        self.next += 1;
        Ok(number)
    }

    fn whole_number(&mut self, wanted: &str) -> Parsed<u64> {
        let column = self.column();
        let text = self.number(wanted)?;
        let number = hyper4_bits::Bits::parse(64, &text).ok().and_then(|bits| bits.to_u64());
        number.ok_or_else(|| (column, format!("`{text}` is not {wanted}: a whole number is expected")))
    }

    /// Names with dots between and indexes behind: `hdr.stack[1].field`.
    fn path(&mut self, wanted: &str) -> Parsed<String> {
        let mut path = self.name(wanted)?;
        loop {
            if self.take(".") {
                path.push('.');
                path.push_str(&self.name("a name after `.`")?);
            } else if self.take("[") {
                let index = self.number("an index")?;
                self.expect("]")?;
                path.push_str(&format!("[{index}]"));
            } else {
                return Ok(path);
            }
        }
    }

    fn key_text(&mut self) -> Parsed<KeyText> {
        let text = self.number("a value")?;
        if self.take("/") {
            let column = self.column();
            let length = u32::try_from(self.whole_number("a prefix length")?)
                .map_err(|_| (column, "a prefix is never that long".to_owned()))?;
            Ok(KeyText::Prefix(text, length))
        } else if self.take("..") {
            Ok(KeyText::Range(text, self.number("the range's end")?))
        } else {
            Ok(KeyText::Number(text))
        }
    }

    fn action(&mut self, name: String) -> Parsed<ActionCall> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(ActionCall { name, arguments });
        }
        loop {
            let parameter = self.path("a parameter")?;
            self.expect(":")?;
            arguments.push((parameter, self.number("an argument")?));
            if self.take(")") {
                return Ok(ActionCall { name, arguments });
            }
            if !self.take(",") {
                return self.wrong("`,` or `)`");
            }
        }
    }

    fn finish(&self) -> Parsed<()> {
        if self.peek().is_none() { Ok(()) } else { self.wrong("the end of the line") }
    }
}
