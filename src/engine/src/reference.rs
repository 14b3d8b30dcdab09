//! Expressions about headers that are found when they are evaluated: elements of stacks, members of unions.

use hyper4_ir::{Aggregate, Expr, HeaderExpr, StackRef, UnionExpr};

use crate::code::{HeaderRef, Instruction, Operand, Pick};
use crate::expression::{Compiler, EXACT};
use crate::layout::HeaderSlot;

/// Headers, one of which is picked.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) headers: Box<[usize]>,
    pub(crate) pick: Pick,
}

/// What a header expression may come to: headers of one type.
struct Headers<'a> {
    numbers: Vec<usize>,
    slots: Vec<&'a HeaderSlot>,
    pick: Pick,
}

/// The members' numbers of the unions that it may be.
type Unions = (Vec<Box<[usize]>>, Pick);

impl<'a> Compiler<'a> {
    /// `header.field = value`; what the header depends on is found first.
    pub(crate) fn assign_of(&mut self, header: &HeaderExpr, field: u32, value: &Expr) -> Result<(), String> {
        let found = self.headers(header)?;
        let fields = found.slots.iter().map(|header| {
            let slot = header.fields.get(field as usize).filter(|slot| slot.varbit.is_none());
            slot.map(|slot| (slot, header.valid))
        });
        let fields =
            fields.collect::<Option<Vec<_>>>().ok_or("a field that numbers aren't stored in is written")?;
        let (slot, _) = fields.first().ok_or("a stack without elements is written")?;
        let (limbs, width, signed) = (slot.limbs(), slot.width, slot.signed);
        let places = fields.iter().map(|(slot, valid)| (slot.at, *valid)).collect();
        let a = self.number(value, if signed { EXACT } else { width })?;
        self.code.push(Instruction::StorePick { places, pick: found.pick, limbs, width, signed, a });
        Ok(())
    }

    /// The header that an expression comes to.
    pub(crate) fn pick_header(&mut self, header: &HeaderExpr) -> Result<Choice, String> {
        let found = self.headers(header)?;
        Ok(Choice { headers: found.numbers.into(), pick: found.pick })
    }

    /// The value of a field, and its width.
    pub(crate) fn field_of(&mut self, header: &HeaderExpr, field: u32) -> Result<(Operand, u32), String> {
        let found = self.headers(header)?;
        let fields = found.slots.iter().map(|header| header.fields.get(field as usize).copied());
        let fields: Option<Vec<_>> = fields.collect();
        let fields = fields.ok_or("a field that doesn't exist is read")?;
        let first = fields.first().ok_or("a stack without elements is read")?;
        let (limbs, signed, width) = (first.limbs(), first.signed, first.width);
        if let Pick::Only = found.pick {
            return Ok((first.operand(), width));
        }
        let (places, pick) = (fields.iter().map(|field| field.at).collect(), found.pick);
        let to = self.allocate(limbs);
        self.code.push(Instruction::Pick { to, limbs, places, pick });
        Ok((Operand { at: to, limbs, signed }, width))
    }

    /// Whether it is valid.
    pub(crate) fn valid_of(&mut self, header: &HeaderExpr) -> Result<Operand, String> {
        let found = self.headers(header)?;
        let (places, pick) = (found.slots.iter().map(|header| header.valid).collect(), found.pick);
        let to = self.allocate(1);
        self.code.push(Instruction::Pick { to, limbs: 1, places, pick });
        Ok(Operand { at: to, limbs: 1, signed: false })
    }

    /// Whether a member is valid.
    pub(crate) fn union_valid(&mut self, union: &UnionExpr) -> Result<Operand, String> {
        let (unions, pick) = self.unions(union)?;
        let layout = self.layout;
        let valid = |header: &usize| layout.headers.get(*header).map(|header| header.valid);
        let sets = unions.iter().map(|members| members.iter().filter_map(valid).collect()).collect();
        let to = self.allocate(1);
        self.code.push(Instruction::AnySet { to, sets, pick });
        Ok(Operand { at: to, limbs: 1, signed: false })
    }

    /// Whether both are valid, of the same type, and equal.
    pub(crate) fn equal(&mut self, a: &Aggregate, b: &Aggregate) -> Result<Operand, String> {
        let pairs = match (a, b) {
            (Aggregate::Header(a), Aggregate::Header(b)) => {
                let (a, b) = (self.headers(a)?, self.headers(b)?);
                same_type(&a, &b).then(|| (reference(&a), reference(&b))).into_iter().collect()
            }
            (Aggregate::Union(a), Aggregate::Union(b)) => {
                let ((a, pick_a), (b, pick_b)) = (self.unions(a)?, self.unions(b)?);
                let members = a.first().map_or(0, |members| members.len());
                let layout = self.layout;
                let member = |unions: &[Box<[usize]>], pick, number: usize| {
                    let headers = unions.iter().filter_map(|members| members.get(number));
                    let numbers: Vec<usize> = headers.copied().collect();
                    let slots = numbers.iter().filter_map(|header| layout.headers.get(*header)).collect();
                    Headers { numbers, slots, pick }
                };
                let pairs = (0..members).map(|i| (member(&a, pick_a, i), member(&b, pick_b, i)));
                let pairs = pairs.filter(|(a, b)| same_type(a, b));
                pairs.map(|(a, b)| (reference(&a), reference(&b))).collect()
            }
            _ => return Err("simple_switch has no comparison of such aggregates".to_owned()),
        };
        let to = self.allocate(1);
        self.code.push(Instruction::SameHeaders { to, pairs });
        Ok(Operand { at: to, limbs: 1, signed: false })
    }

    /// The index of the last element in use; that of an empty stack is 2^64 - 1.
    pub(crate) fn last_index(&mut self, stack: StackRef) -> Result<Operand, String> {
        let next = self.elements_in_use(stack)?;
        let to = self.allocate(1);
        self.code.push(Instruction::LastIndex { to, next });
        Ok(Operand { at: to, limbs: 1, signed: false })
    }

    /// Where it lies how many elements are in use.
    pub(crate) fn elements_in_use(&self, stack: StackRef) -> Result<u32, String> {
        let next = match stack {
            StackRef::Headers(id) => self.layout.stacks.get(id.index()).map(|stack| stack.next),
            StackRef::Unions(id) => self.layout.union_stacks.get(id.index()).map(|stack| stack.next),
        };
        next.ok_or_else(|| "a stack that doesn't exist is read".to_owned())
    }

    fn headers(&mut self, header: &HeaderExpr) -> Result<Headers<'a>, String> {
        let layout = self.layout;
        let found = |numbers: Vec<usize>, pick: Pick| -> Result<Headers<'a>, String> {
            let slots: Option<Vec<_>> = numbers.iter().map(|number| layout.headers.get(*number)).collect();
            let slots = slots.filter(|slots| !slots.is_empty());
            let slots = slots.ok_or_else(|| "a header that doesn't exist is named".to_owned())?;
            Ok(Headers { numbers, slots, pick })
        };
        let stack = |stack: hyper4_ir::HeaderStackId| {
            layout.stacks.get(stack.index()).ok_or_else(|| "a stack that doesn't exist is named".to_owned())
        };
        match header {
            HeaderExpr::Header(id) => found(vec![id.index()], Pick::Only),
            HeaderExpr::Element { stack: id, index } => {
                found(stack(*id)?.headers.to_vec(), Pick::Index(self.number(index, EXACT)?))
            }
            HeaderExpr::Last(id) => {
                let stack = stack(*id)?;
                found(stack.headers.to_vec(), Pick::Last(stack.next))
            }
            HeaderExpr::UnionMember { union, member } => {
                let (unions, pick) = self.unions(union)?;
                let member = |members: &[usize]| members.get(*member as usize).copied();
                found(unions.iter().map(|members| member(members).unwrap_or(usize::MAX)).collect(), pick)
            }
        }
    }

    /// The members of the unions that it may be.
    fn unions(&mut self, union: &UnionExpr) -> Result<Unions, String> {
        match union {
            UnionExpr::Union(id) => {
                let union = self.layout.unions.get(id.index()).ok_or("a union that doesn't exist is read")?;
                Ok((vec![union.members.clone()], Pick::Only))
            }
            UnionExpr::Element { stack, index } => {
                let stack = self.layout.union_stacks.get(stack.index());
                let stack = stack.ok_or("a stack that doesn't exist is read")?;
                let unions = stack.unions.iter().map(|union| union.members.clone()).collect();
                Ok((unions, Pick::Index(self.number(index, EXACT)?)))
            }
        }
    }
}

fn same_type(a: &Headers<'_>, b: &Headers<'_>) -> bool {
    let header_type = |headers: &Headers<'_>| headers.slots.first().map(|header| header.header_type);
    header_type(a) == header_type(b)
}

fn reference(headers: &Headers<'_>) -> HeaderRef {
    let limbs = headers.slots.first().map_or(0, |header| header.limbs);
    let choices = headers.slots.iter().map(|header| (header.valid, header.at)).collect();
    HeaderRef { choices, limbs, pick: headers.pick }
}
