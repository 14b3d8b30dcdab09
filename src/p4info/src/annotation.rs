//! Annotations: those that P4Runtime knows, and the others as they were written.

use hyper4_p4::token::Token;
use hyper4_p4::typed::{self, Annotation, AnnotationBody, annotation_integers};

use crate::fold::{Folded, fold};
use crate::message::{Message, Value};
use crate::symbol::{Kind, Symbols};

/// Numbers of the fields that carry annotations in a message.
#[derive(Clone, Copy)]
pub(crate) struct Numbers {
    pub(crate) plain: u32,
    pub(crate) structured: u32,
    /// Of the documentation; 0 where there is none.
    pub(crate) doc: u32,
}

/// The `@id` of something.
pub(crate) fn id(annotations: &[Annotation]) -> Option<u32> {
    annotation_integers(annotations, "id").first().and_then(|id| u32::try_from(id).ok())
}

pub(crate) fn has(annotations: &[Annotation], name: &str) -> bool {
    annotations.iter().any(|annotation| &*annotation.name.text == name)
}

/// Annotations but for those that are told elsewhere, and the documentation.
pub(crate) fn describe(
    message: &mut Message,
    numbers: Numbers,
    annotations: &[Annotation],
    left_out: &[&str],
) {
    const TOLD: [&str; 4] = ["name", "id", "brief", "description"];
    for annotation in annotations {
        let name = &*annotation.name.text;
        match &annotation.body {
            AnnotationBody::Structured(tokens) => {
                let structured = structured(name, tokens);
                message.message(numbers.structured, "structured_annotations", structured);
            }
            _ if TOLD.contains(&name) || left_out.contains(&name) => {}
            AnnotationBody::Empty => message.text(numbers.plain, "annotations", &format!("@{name}")),
            AnnotationBody::Unstructured(tokens) => {
                message.text(numbers.plain, "annotations", &format!("@{name}({})", written(tokens)));
            }
        }
    }
    let text = |name: &str| typed::annotation_string(annotations, name);
    let mut doc = Message::default();
    doc.text(1, "brief", text("brief").as_deref().unwrap_or_default());
    doc.text(2, "description", text("description").as_deref().unwrap_or_default());
    if numbers.doc != 0 && (has(annotations, "brief") || has(annotations, "description")) {
        message.message(numbers.doc, "doc", doc);
    }
}

/// The tokens with the spaces between them.
fn written(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        if !text.is_empty() && !token.joined {
            text.push(' ');
        }
        text.push_str(&token.text);
    }
    text
}

/// The name, the id, the alias and the annotations of something.
pub(crate) fn preamble(
    symbols: &Symbols,
    kind: Kind,
    name: &str,
    annotations: &[Annotation],
    left_out: &[&str],
) -> Message {
    let mut preamble = Message::default();
    preamble.number(1, "id", symbols.id(kind, name));
    preamble.text(2, "name", name);
    preamble.text(3, "alias", symbols.alias(name));
    describe(&mut preamble, Numbers { plain: 4, structured: 6, doc: 5 }, annotations, left_out);
    preamble
}

/// `@name[…]`: expressions, or pairs of a key and an expression.
fn structured(name: &str, tokens: &[Token]) -> Message {
    let mut message = Message::default();
    message.text(1, "name", name);
    let mut list = Message::default();
    let mut pairs = Message::default();
    for part in tokens.split(|token| &*token.text == ",").filter(|part| !part.is_empty()) {
        match part {
            [key, equals, value @ ..] if &*equals.text == "=" => {
                let mut pair = Message::default();
                pair.text(1, "key", &key.text);
                pair.message(2, "value", expression(value));
                pairs.message(1, "kv_pairs", pair);
            }
            part => list.message(1, "expressions", expression(part)),
        }
    }
    if !list.is_empty() {
        message.message(2, "expression_list", list);
    }
    if !pairs.is_empty() {
        message.message(3, "kv_pair_list", pairs);
    }
    message
}

fn expression(tokens: &[Token]) -> Message {
    let mut message = Message::default();
    match fold(tokens) {
        Some(Folded::Text(text)) => message.put(1, "string_value", Value::Text(text)),
        Some(Folded::Number(number)) => message.put(2, "int64_value", Value::Signed(number)),
        Some(Folded::Truth(truth)) => message.put(3, "bool_value", Value::Bool(truth)),
        // What isn't made of literals: as it is written.
        None => message.put(1, "string_value", Value::Text(written(tokens))),
    }
    message
}

/// `key = value` pairs of `@pkginfo(…)` and the like.
pub(crate) fn pairs(annotations: &[Annotation], name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for annotation in annotations.iter().filter(|annotation| &*annotation.name.text == name) {
        let (AnnotationBody::Unstructured(tokens) | AnnotationBody::Structured(tokens)) = &annotation.body
        else {
            continue;
        };
        for part in tokens.split(|token| &*token.text == ",") {
            if let [key, equals, value @ ..] = part
                && &*equals.text == "="
            {
                let value = written(value);
                let value =
                    value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(&value).to_owned();
                found.push((key.text.to_string(), value));
            }
        }
    }
    found
}

/// Ids within something bigger: those of `@id`, the others counted from 1.
pub(crate) fn field_ids<'a>(annotations: impl Iterator<Item = &'a [Annotation]> + Clone) -> Vec<u64> {
    let given: Vec<Option<u32>> = annotations.map(id).collect();
    let mut taken: std::collections::HashSet<u32> = given.iter().copied().flatten().collect();
    let mut index = 1u32;
    let mut ids = Vec::new();
    for id in given {
        if let Some(id) = id {
            index += 1;
            ids.push(u64::from(id));
            continue;
        }
        while taken.contains(&index) {
            index += 1;
        }
        taken.insert(index);
        ids.push(u64::from(index));
    }
    ids
}
