//! Messages of protocol buffers: fields by number and name, written as text or as bytes.

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An integer that isn't negative, of any of the types with variable length.
    Number(u64),
    /// A truth value.
    Bool(bool),
    /// A member of an enum, by number and name.
    Enum(u64, &'static str),
    /// An `int64`.
    Signed(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A message.
    Message(Message),
}

/// A message: its fields in the order of their numbers, repeated ones as often as they are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    fields: Vec<(u32, &'static str, Value)>,
}

impl Message {
    /// Add a field behind those of its number; a field that repeats is added again and again.
    pub fn put(&mut self, number: u32, name: &'static str, value: Value) {
        let at = self.fields.partition_point(|(other, _, _)| *other <= number);
        self.fields.insert(at, (number, name, value));
    }

    /// A number; 0 is left out.
    pub fn number(&mut self, number: u32, name: &'static str, value: u64) {
        if value != 0 {
            self.put(number, name, Value::Number(value));
        }
    }

    /// A truth value; false is left out.
    pub fn truth(&mut self, number: u32, name: &'static str, value: bool) {
        if value {
            self.put(number, name, Value::Bool(true));
        }
    }

    /// A text; an empty one is left out.
    pub fn text(&mut self, number: u32, name: &'static str, value: &str) {
        if !value.is_empty() {
            self.put(number, name, Value::Text(value.to_owned()));
        }
    }

    /// A message.
    pub fn message(&mut self, number: u32, name: &'static str, value: Self) {
        self.put(number, name, Value::Message(value));
    }

    /// Whether it has no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The fields of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.fields.iter().filter(move |(_, other, _)| *other == name).map(|(_, _, value)| value)
    }

    /// In the text format.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write_text(&mut text, 0);
        text
    }

    fn write_text(&self, text: &mut String, depth: usize) {
        for (_, name, value) in &self.fields {
            text.extend(std::iter::repeat_n("  ", depth));
            text.push_str(name);
            match value {
                Value::Message(message) => {
                    text.push_str(" {\n");
                    message.write_text(text, depth + 1);
                    text.extend(std::iter::repeat_n("  ", depth));
                    text.push_str("}\n");
                    continue;
                }
                Value::Number(number) => text.push_str(&format!(": {number}")),
                Value::Signed(number) => text.push_str(&format!(": {number}")),
                Value::Bool(truth) => text.push_str(&format!(": {truth}")),
                Value::Enum(_, name) => text.push_str(&format!(": {name}")),
                Value::Text(written) => {
                    text.push_str(": ");
                    quote(text, written.bytes());
                }
                Value::Bytes(bytes) => {
                    text.push_str(": ");
                    quote(text, bytes.iter().copied());
                }
            }
            text.push('\n');
        }
    }

    /// In the binary format.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (number, _, value) in &self.fields {
            let mut delimited = |content: &[u8]| {
                varint(&mut bytes, u64::from(*number) << 3 | 2);
                varint(&mut bytes, content.len() as u64);
                bytes.extend_from_slice(content);
            };
            let plain = match value {
                Value::Number(value) | Value::Enum(value, _) => *value,
                Value::Signed(value) => value.cast_unsigned(),
                Value::Bool(value) => u64::from(*value),
                Value::Text(text) => {
                    delimited(text.as_bytes());
                    continue;
                }
                Value::Bytes(content) => {
                    delimited(content);
                    continue;
                }
                Value::Message(message) => {
                    delimited(&message.to_bytes());
                    continue;
                }
            };
            varint(&mut bytes, u64::from(*number) << 3);
            varint(&mut bytes, plain);
        }
        bytes
    }
}

fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn quote(text: &mut String, bytes: impl Iterator<Item = u8>) {
    text.push('"');
    for byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'"' | b'\'' | b'\\' => text.extend(['\\', char::from(byte)]),
            0x20..=0x7e => text.push(char::from(byte)),
            byte => text.push_str(&format!("\\{byte:03o}")),
        }
    }
    text.push('"');
}
