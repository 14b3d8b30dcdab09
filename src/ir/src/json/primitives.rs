//! Primitives of actions, of the parser and of the deparser.

use serde_json::Value;

use super::expressions::{Item, hexstr, inner, kind, operand, shortened};
use super::model::{self, refuse_rest};
use super::names::{Names, Owner, find};
use crate::{
    BinaryOp, Expr, FieldListId, FieldRef, HeaderExpr, HeaderStackId, HeaderUnionId, HeaderUnionStackId,
    IrError, PipelineKind, Place, PrimitiveKind, StackRef, UnaryOp, UnionExpr,
};

/// bmv2's primitives, each with how many parameters it has.
const PRIMITIVES: [(&str, usize); 43] = [
    ("_jump", 1),
    ("_jump_if_zero", 2),
    ("add", 3),
    ("add_header", 1),
    ("add_to_field", 2),
    ("assert", 1),
    ("assign", 2),
    ("assign_VL", 2),
    ("assign_header", 2),
    ("assign_header_stack", 2),
    ("assign_union", 2),
    ("assign_union_stack", 2),
    ("assume", 1),
    ("bit_and", 3),
    ("bit_or", 3),
    ("bit_xor", 3),
    ("clone_egress_pkt_to_egress", 2),
    ("clone_ingress_pkt_to_egress", 2),
    ("copy_header", 2),
    ("count", 2),
    ("drop", 0),
    ("execute_meter", 3),
    ("exit", 0),
    ("generate_digest", 2),
    ("log_msg", 2),
    ("mark_to_drop", 1),
    ("modify_field", 2),
    ("modify_field_rng_uniform", 3),
    ("modify_field_with_hash_based_offset", 4),
    ("no_op", 0),
    ("pop", 2),
    ("push", 2),
    ("recirculate", 1),
    ("register_read", 3),
    ("register_write", 3),
    ("remove_header", 1),
    ("resubmit", 1),
    ("shift_left", 3),
    ("shift_right", 3),
    ("subtract", 3),
    ("subtract_from_field", 2),
    ("truncate", 1),
    // It makes a header valid without zeros and is refused below.
    ("add_header_fast", 1),
];

pub(super) fn read(
    names: &Names,
    owner: &Owner<'_>,
    primitive: &model::Primitive,
) -> Result<PrimitiveKind, IrError> {
    refuse_rest(owner, &primitive.rest)?;
    let op = primitive.op.as_str();
    let Some((_, expected)) = PRIMITIVES.iter().find(|(name, _)| *name == op) else {
        return Err(owner.unsupported(format!("primitive `{op}`")));
    };
    let found = primitive.parameters.len();
    if found != *expected {
        let reason =
            format!("invalid number of parameters for primitive `{op}`: expected {expected} but got {found}");
        return Err(owner.invalid(reason));
    }
    Reader { names, owner, op }.read(&primitive.parameters)
}

struct Reader<'a> {
    names: &'a Names,
    owner: &'a Owner<'a>,
    op: &'a str,
}

impl Reader<'_> {
    fn read(&self, parameters: &[Value]) -> Result<PrimitiveKind, IrError> {
        match parameters {
            [] => self.without_parameters(),
            [a] => self.of_one(a),
            [a, b] => self.of_two(a, b),
            [a, b, c] => self.of_three(a, b, c),
            [place, base, calculation, modulus] => Ok(PrimitiveKind::Hash {
                place: self.place(place)?,
                base: self.number(base)?,
                calculation: find(
                    &self.names.calculations,
                    self.owner,
                    "calculation",
                    self.named(calculation, "calculation")?,
                )?,
                modulus: self.number(modulus)?,
            }),
            _ => Err(self.unsupported()),
        }
    }

    fn unsupported(&self) -> IrError {
        self.owner.unsupported(format!("primitive `{}`", self.op))
    }

    fn without_parameters(&self) -> Result<PrimitiveKind, IrError> {
        match self.op {
            "exit" => Ok(PrimitiveKind::Exit),
            "no_op" => Ok(PrimitiveKind::NoOp),
            // It sets a multicast group of its own where there is one; `mark_to_drop` the one of its header.
            "drop" if self.names.find_field("intrinsic_metadata", "mcast_grp").is_none() => {
                Ok(PrimitiveKind::MarkToDrop)
            }
            _ => Err(self.unsupported()),
        }
    }

    fn of_one(&self, a: &Value) -> Result<PrimitiveKind, IrError> {
        Ok(match self.op {
            "add_header" => match self.header(a)? {
                HeaderExpr::Header(header) => PrimitiveKind::SetValid(header),
                header => PrimitiveKind::SetValidOf(header),
            },
            "remove_header" => match self.header(a)? {
                HeaderExpr::Header(header) => PrimitiveKind::SetInvalid(header),
                header => PrimitiveKind::SetInvalidOf(header),
            },
            "mark_to_drop" => {
                let HeaderExpr::Header(header) = self.header(a)? else { return Err(self.unsupported()) };
                match self.names.headers.get(header.index()).map(|header| header.name.as_str()) {
                    Some("standard_metadata") => PrimitiveKind::MarkToDrop,
                    _ => PrimitiveKind::MarkToDropOf(header),
                }
            }
            "_jump" => PrimitiveKind::Jump { target: self.constant(a)? },
            "resubmit" => PrimitiveKind::Resubmit { preserved: self.field_list(a)? },
            "recirculate" => PrimitiveKind::Recirculate { preserved: self.field_list(a)? },
            "truncate" => PrimitiveKind::Truncate { bytes: self.number(a)? },
            "assert" => PrimitiveKind::Assert { condition: self.truth(a)? },
            "assume" => PrimitiveKind::Assume { condition: self.truth(a)? },
            _ => return Err(self.unsupported()),
        })
    }

    fn of_two(&self, a: &Value, b: &Value) -> Result<PrimitiveKind, IrError> {
        let add = |operator| -> Result<PrimitiveKind, IrError> {
            let field = self.field(a)?;
            let value = Expr::Binary(operator, Box::new(Expr::Field(field)), Box::new(self.number(b)?));
            Ok(PrimitiveKind::Assign { place: Place::Field(field), value })
        };
        let clone = |pipeline| -> Result<PrimitiveKind, IrError> {
            let (session, preserved) = (self.number(a)?, self.field_list(b)?);
            Ok(PrimitiveKind::Clone { pipeline, session, preserved })
        };
        Ok(match self.op {
            "assign" | "modify_field" => {
                PrimitiveKind::Assign { place: self.place(a)?, value: self.number(b)? }
            }
            "add_to_field" => add(BinaryOp::Add)?,
            "subtract_from_field" => add(BinaryOp::Sub)?,
            "assign_VL" => {
                PrimitiveKind::AssignVarbit { destination: self.field(a)?, source: self.field(b)? }
            }
            "assign_header" | "copy_header" => match (self.header(a)?, self.header(b)?) {
                (HeaderExpr::Header(destination), HeaderExpr::Header(source)) => {
                    PrimitiveKind::AssignHeader { destination, source }
                }
                (destination, source) => PrimitiveKind::AssignHeaderOf { destination, source },
            },
            "assign_header_stack" => PrimitiveKind::AssignStack {
                destination: self.header_stack(a)?,
                source: self.header_stack(b)?,
            },
            "assign_union" => {
                PrimitiveKind::AssignUnion { destination: self.union(a)?, source: self.union(b)? }
            }
            "assign_union_stack" => PrimitiveKind::AssignUnionStack {
                destination: self.union_stack(a)?,
                source: self.union_stack(b)?,
            },
            "push" => PrimitiveKind::Push { stack: self.stack(a)?, count: self.constant(b)? },
            "pop" => PrimitiveKind::Pop { stack: self.stack(a)?, count: self.constant(b)? },
            "_jump_if_zero" => {
                PrimitiveKind::JumpIfZero { condition: self.number(a)?, target: self.constant(b)? }
            }
            "count" => PrimitiveKind::Count {
                counter: find(&self.names.counters, self.owner, "counter", self.named(a, "counter_array")?)?,
                index: self.number(b)?,
            },
            "generate_digest" => {
                let number = self.constant(b)?;
                let list = self.names.learn_lists.get(&number).copied();
                let list = list.ok_or_else(|| self.owner.unresolved(format!("learn list {number}")))?;
                PrimitiveKind::Digest { receiver: self.number(a)?, list }
            }
            "clone_ingress_pkt_to_egress" => clone(PipelineKind::Ingress)?,
            "clone_egress_pkt_to_egress" => clone(PipelineKind::Egress)?,
            "log_msg" => self.log_message(a, b)?,
            _ => return Err(self.unsupported()),
        })
    }

    fn of_three(&self, a: &Value, b: &Value, c: &Value) -> Result<PrimitiveKind, IrError> {
        let register =
            |json| find(&self.names.registers, self.owner, "register", self.named(json, "register_array")?);
        let operator = match self.op {
            "add" => BinaryOp::Add,
            "subtract" => BinaryOp::Sub,
            "bit_and" => BinaryOp::BitAnd,
            "bit_or" => BinaryOp::BitOr,
            "bit_xor" => BinaryOp::BitXor,
            "shift_left" => BinaryOp::Shl,
            "shift_right" => BinaryOp::Shr,
            "execute_meter" => {
                return Ok(PrimitiveKind::ExecuteMeter {
                    meter: find(&self.names.meters, self.owner, "meter", self.named(a, "meter_array")?)?,
                    index: self.number(b)?,
                    place: Place::Field(self.field(c)?),
                });
            }
            "register_read" => {
                let (place, register) = (Place::Field(self.field(a)?), register(b)?);
                return Ok(PrimitiveKind::RegisterRead { place, register, index: self.number(c)? });
            }
            "register_write" => {
                let (register, index) = (register(a)?, self.number(b)?);
                return Ok(PrimitiveKind::RegisterWrite { register, index, value: self.number(c)? });
            }
            "modify_field_rng_uniform" => {
                let (low, high) = (self.number(b)?, self.number(c)?);
                return Ok(PrimitiveKind::Random { place: self.place(a)?, low, high });
            }
            _ => return Err(self.unsupported()),
        };
        let value = Expr::Binary(operator, Box::new(self.number(b)?), Box::new(self.number(c)?));
        Ok(PrimitiveKind::Assign { place: self.place(a)?, value })
    }

    fn log_message(&self, format: &Value, arguments: &Value) -> Result<PrimitiveKind, IrError> {
        let format = self.named(format, "string")?.to_owned();
        let list = Some(arguments).filter(|_| kind(arguments) == Some("parameters_vector"));
        let arguments = match list.and_then(|list| list.get("value")) {
            Some(Value::Array(arguments)) => {
                arguments.iter().map(|a| self.number(a)).collect::<Result<_, _>>()?
            }
            // p4c's way of saying that there are none.
            Some(Value::Object(none)) if none.is_empty() => Vec::new(),
            _ => return Err(self.wrong(arguments, "parameters_vector")),
        };
        Ok(PrimitiveKind::LogMessage { format, arguments })
    }

    fn wrong(&self, found: &Value, wanted: &str) -> IrError {
        let found = kind(found).unwrap_or_default();
        self.owner.invalid(format!("`{}`: a parameter of type `{found}` instead of `{wanted}`", self.op))
    }

    fn number(&self, json: &Value) -> Result<Expr, IrError> {
        operand(self.names, self.owner, json)
    }

    /// A number that is used as a truth value.
    fn truth(&self, json: &Value) -> Result<Expr, IrError> {
        Ok(match self.number(json)? {
            Expr::Unary(UnaryOp::BoolToData, truth) => *truth,
            number => Expr::Unary(UnaryOp::DataToBool, Box::new(number)),
        })
    }

    fn constant(&self, json: &Value) -> Result<u32, IrError> {
        match (kind(json), json.get("value").and_then(Value::as_str)) {
            (Some("hexstr"), Some(text)) => {
                let number = u32::try_from(hexstr(self.owner, text)?);
                number.map_err(|_| self.owner.unsupported(format!("`{}` with `{text}`", self.op)))
            }
            (Some("field" | "runtime_data" | "expression" | "stack_field"), _) => {
                let reason =
                    format!("`{}` with a number that isn't constant: `{}`", self.op, shortened(json));
                Err(self.owner.unsupported(reason))
            }
            _ => Err(self.wrong(json, "hexstr")),
        }
    }

    fn named<'b>(&self, json: &'b Value, wanted: &str) -> Result<&'b str, IrError> {
        let name = json.get("value").and_then(Value::as_str).filter(|_| kind(json) == Some(wanted));
        name.ok_or_else(|| self.wrong(json, wanted))
    }

    /// A field list; nothing for the one that we write for those who keep nothing.
    fn field_list(&self, json: &Value) -> Result<Option<FieldListId>, IrError> {
        let number = self.constant(json)?;
        if self.names.no_fields == Some(number) {
            return Ok(None);
        }
        let list = self.names.field_lists.get(&number).copied();
        list.map(Some).ok_or_else(|| self.owner.unresolved(format!("field list {number}")))
    }

    fn field(&self, json: &Value) -> Result<FieldRef, IrError> {
        match json.get("value").filter(|_| kind(json) == Some("field")) {
            Some(value) => self.names.place(self.owner, value),
            None => Err(self.wrong(json, "field")),
        }
    }

    fn place(&self, json: &Value) -> Result<Place, IrError> {
        if kind(json) == Some("field") {
            return self.field(json).map(Place::Field);
        }
        match self.number(json)? {
            Expr::Field(field) => Ok(Place::Field(field)),
            Expr::FieldOf(header, field) => Ok(Place::FieldOf(header, field)),
            _ => Err(self.wrong(json, "field")),
        }
    }

    fn item(&self, json: &Value) -> Result<Item, IrError> {
        match kind(json) {
            Some("expression") => inner(self.names, self.owner, json),
            Some("header" | "header_stack" | "header_union" | "header_union_stack") => {
                super::expressions::item(self.names, self.owner, json)
            }
            _ => Err(self.wrong(json, "header")),
        }
    }

    fn header(&self, json: &Value) -> Result<HeaderExpr, IrError> {
        self.item(json)?.header(self.owner)
    }

    fn stack(&self, json: &Value) -> Result<StackRef, IrError> {
        self.item(json)?.stack(self.owner)
    }

    fn header_stack(&self, json: &Value) -> Result<HeaderStackId, IrError> {
        match self.stack(json)? {
            StackRef::Headers(stack) => Ok(stack),
            StackRef::Unions(_) => Err(self.wrong(json, "header_stack")),
        }
    }

    fn union_stack(&self, json: &Value) -> Result<HeaderUnionStackId, IrError> {
        match self.stack(json)? {
            StackRef::Unions(stack) => Ok(stack),
            StackRef::Headers(_) => Err(self.wrong(json, "header_union_stack")),
        }
    }

    fn union(&self, json: &Value) -> Result<HeaderUnionId, IrError> {
        match self.item(json)?.union(self.owner)? {
            UnionExpr::Union(union) => Ok(union),
            UnionExpr::Element { .. } => {
                Err(self.owner.unsupported(format!("`{}` of a union that is found at run time", self.op)))
            }
        }
    }
}
