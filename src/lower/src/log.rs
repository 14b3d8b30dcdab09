//! `log_msg`: simple_switch prints numbers alone, so that headers and structs are taken apart.

use hyper4_ir::{Expr, PrimitiveKind};
use hyper4_p4::Span;
use hyper4_p4::source::Text;
use hyper4_p4::typed::{Expression, ExpressionKind, Type};

use crate::storage::{Storage, header_parts, is_aggregate, parts};
use crate::{Lowered, Lowerer};

/// What stands for a number in the text.
const PLACE: &str = "{}";

/// Text and numbers of a message so far.
#[derive(Default)]
struct Message {
    text: String,
    numbers: Vec<Expr>,
}

impl Lowerer<'_> {
    pub(crate) fn log(&mut self, format: &Expression, arguments: &[&Expression], span: Span) -> Lowered<()> {
        let literal = self.constant(format)?;
        let ExpressionKind::Str(format) = literal.kind else {
            return self.refused(format.span, "the message has to be known when compiled");
        };
        let mut message = Message::default();
        let mut rest = &*format;
        let mut next = |message: &mut Message| {
            if let Some((before, behind)) = rest.split_once(PLACE) {
                message.text.push_str(before);
                rest = behind;
            }
        };
        for data in arguments {
            match &data.kind {
                ExpressionKind::List(values) => {
                    for value in values {
                        next(&mut message);
                        self.logged_value(value, &mut message)?;
                    }
                }
                _ => {
                    let storage = self.value(data)?;
                    for (_, part, ty) in stored_parts(&storage, &data.ty) {
                        next(&mut message);
                        self.logged(&part, &ty, span, &mut message)?;
                    }
                }
            }
        }
        message.text.push_str(rest);
        self.perform(PrimitiveKind::LogMessage { format: message.text, arguments: message.numbers }, span);
        Some(())
    }

    fn logged_value(&mut self, value: &Expression, message: &mut Message) -> Lowered<()> {
        if is_aggregate(&value.ty) {
            let storage = self.value(value)?;
            return self.logged(&storage, &value.ty, value.span, message);
        }
        let number = self.number(value)?;
        self.logged_number(number, &value.ty, value.span, message)
    }

    fn logged(&mut self, storage: &Storage, ty: &Type, span: Span, message: &mut Message) -> Lowered<()> {
        if !is_aggregate(ty) {
            let number = self.read(storage, span)?;
            return self.logged_number(number, ty, span, message);
        }
        message.text.push('(');
        for (position, (name, part, ty)) in stored_parts(storage, ty).into_iter().enumerate() {
            if position > 0 {
                message.text.push(',');
            }
            message.text.push_str(&name);
            message.text.push(':');
            self.logged(&part, &ty, span, message)?;
        }
        message.text.push(')');
        Some(())
    }

    /// A field or constant: simple_switch's `log_msg` takes nothing else.
    fn logged_number(&mut self, number: Expr, ty: &Type, span: Span, message: &mut Message) -> Lowered<()> {
        let simple = match number {
            Expr::Field(_) | Expr::Const(_) => number,
            number => {
                let copy = self.temporary_field(ty, "tmp", span)?;
                self.put(copy, number, span);
                Expr::Field(copy)
            }
        };
        message.text.push_str(PLACE);
        message.numbers.push(simple);
        Some(())
    }
}

/// The parts of a struct, header or union, with their names and types.
fn stored_parts(storage: &Storage, ty: &Type) -> Vec<(Text, Storage, Type)> {
    let types = parts(ty).unwrap_or_default();
    let stored: Vec<(Text, Storage)> = match storage {
        Storage::Struct(stored) => stored.to_vec(),
        Storage::Header(header) => match ty.underlying().structure() {
            Some(declared) => header_parts(*header, declared),
            None => Vec::new(),
        },
        Storage::Union(_, members) => {
            members.iter().map(|(name, header)| (Text::clone(name), Storage::Header(*header))).collect()
        }
        _ => Vec::new(),
    };
    stored.into_iter().zip(types).map(|((name, part), (_, ty))| (name, part, ty)).collect()
}
