//! What is done to headers as wholes: mostly a change of what is known of them, and of their fields' bits.

use hyper4_ir::{
    FieldRef, HeaderExpr, HeaderId, HeaderStackId, HeaderUnionId, HeaderUnionStackId, Place, StackRef,
};

use super::context::{Arguments, Context, NO_ARGUMENTS};
use super::explore::Explorer;
use super::form::{Form, Word};
use super::number::Unsupported;
use super::shape::Storage;

impl Explorer<'_> {
    /// `setValid`: of a header that was invalid the fields are zero.
    pub(super) fn set_valid(&mut self, context: &mut Context, header: HeaderId) -> Result<(), Unsupported> {
        if self.evaluator(context, &NO_ARGUMENTS).is_valid(header) {
            return Ok(());
        }
        self.reshapes |= !self.parsing;
        context.shape.make_valid(self.program, header);
        for field in self.fields(header) {
            if let Some(range) = self.cells.field(field, &context.shape)? {
                context.write(range, vec![Form::constant(false); range.width as usize]);
            }
        }
        Ok(())
    }

    /// `setInvalid`
    pub(super) fn set_invalid(&mut self, context: &mut Context, header: HeaderId) {
        self.reshapes |= context.shape.valid.remove(&header) && !self.parsing;
    }

    /// Copies a header with its validity; of an invalid source only that.
    pub(super) fn assign_header(
        &mut self,
        context: &mut Context,
        destination: HeaderId,
        source: HeaderId,
    ) -> Result<(), Unsupported> {
        if !self.evaluator(context, &NO_ARGUMENTS).is_valid(source) {
            self.set_invalid(context, destination);
            return Ok(());
        }
        let words = self.words(context, source)?;
        if !self.evaluator(context, &NO_ARGUMENTS).is_valid(destination) {
            self.reshapes |= !self.parsing;
            context.shape.make_valid(self.program, destination);
        }
        self.resize(context, destination, context.shape.varbit(source))?;
        for (field, word) in self.fields(destination).into_iter().zip(words) {
            if let Some(range) = self.cells.field(field, &context.shape)? {
                context.write(range, word);
            }
        }
        Ok(())
    }

    /// Copies a varbit with its width; of an invalid source nothing.
    pub(super) fn assign_varbit(
        &mut self,
        context: &mut Context,
        destination: FieldRef,
        source: FieldRef,
    ) -> Result<(), Unsupported> {
        let evaluator = self.evaluator(context, &NO_ARGUMENTS);
        if !evaluator.is_valid(source.header) {
            return Ok(());
        }
        if !evaluator.is_valid(destination.header) {
            return Unsupported::new("a copy of a varbit to an invalid header");
        }
        let value = self.cells.field(source, &context.shape)?.map_or_else(Vec::new, |r| context.read(r));
        let words = self.words(context, destination.header)?;
        self.resize(context, destination.header, value.len() as u32)?;
        for (field, word) in self.fields(destination.header).into_iter().zip(words) {
            let word = if field == destination { value.clone() } else { word };
            if let Some(range) = self.cells.field(field, &context.shape)? {
                context.write(range, word);
            }
        }
        Ok(())
    }

    /// A header gets a varbit of that width: where it lies in the window there is no room for another one.
    fn resize(&mut self, context: &mut Context, header: HeaderId, width: u32) -> Result<(), Unsupported> {
        if context.shape.varbit(header) == width {
            return Ok(());
        }
        self.reshapes |= !self.parsing;
        if context.shape.storage(header) != Storage::Home(header) {
            let others =
                (0..self.program.headers.len() as u32).map(HeaderId).filter(|other| *other != header);
            if others.into_iter().any(|other| context.shape.storage(other) == Storage::Home(header)) {
                return Unsupported::new(format!(
                    "header `{}` changes its size, and has changed places with another",
                    self.header_name(header)
                ));
            }
            context.shape.put(header, Storage::Home(header));
        }
        context.shape.set_varbit(header, width);
        Ok(())
    }

    /// Copies all elements with their validity, and how many are in use.
    pub(super) fn assign_stack(
        &mut self,
        context: &mut Context,
        destination: HeaderStackId,
        source: HeaderStackId,
    ) -> Result<(), Unsupported> {
        let headers = |id: HeaderStackId| {
            self.program.header_stacks.get(id.index()).map_or(&[][..], |s| s.headers.as_slice())
        };
        let pairs: Vec<_> =
            headers(destination).iter().copied().zip(headers(source).iter().copied()).collect();
        self.use_as_many(context, StackRef::Headers(destination), StackRef::Headers(source));
        pairs.into_iter().try_for_each(|(to, from)| self.assign_header(context, to, from))
    }

    /// Copies the member that is valid, or makes all invalid.
    pub(super) fn assign_union(
        &mut self,
        context: &mut Context,
        destination: HeaderUnionId,
        source: HeaderUnionId,
    ) -> Result<(), Unsupported> {
        let pairs: Vec<_> = self.members(destination).into_iter().zip(self.members(source)).collect();
        pairs.into_iter().try_for_each(|(to, from)| self.assign_header(context, to, from))
    }

    /// Copies all elements, and how many are in use.
    pub(super) fn assign_union_stack(
        &mut self,
        context: &mut Context,
        destination: HeaderUnionStackId,
        source: HeaderUnionStackId,
    ) -> Result<(), Unsupported> {
        self.use_as_many(context, StackRef::Unions(destination), StackRef::Unions(source));
        let elements = |id| self.elements(StackRef::Unions(id)).into_iter().flatten();
        let pairs: Vec<_> = elements(destination).zip(elements(source)).collect();
        pairs.into_iter().try_for_each(|(to, from)| self.assign_header(context, to, from))
    }

    fn use_as_many(&mut self, context: &mut Context, destination: StackRef, source: StackRef) {
        let used = context.shape.used(source);
        self.reshapes |= !self.parsing && used != context.shape.used(destination);
        context.shape.set_used(destination, used);
    }

    /// Elements move up, the first ones become invalid; of unions bmv2 leaves those as they are.
    pub(super) fn push(&mut self, context: &mut Context, stack: StackRef, count: u32) {
        let elements = self.elements(stack);
        let (size, count) = (elements.len(), count as usize);
        if count == 0 {
            return;
        }
        self.reshapes |= !self.parsing;
        let used = context.shape.used(stack) as usize + count;
        context.shape.set_used(stack, used.min(size) as u32);
        for (i, j) in (count..size).rev().map(|i| (i, i - count)) {
            swap(context, &elements, i, j);
        }
        self.drop_elements(context, stack, elements.get(..count.min(size)));
    }

    /// Elements move down, the last ones become invalid; of unions bmv2 leaves those as they are.
    pub(super) fn pop(&mut self, context: &mut Context, stack: StackRef, count: u32) {
        let elements = self.elements(stack);
        let (size, count) = (elements.len(), count as usize);
        if count == 0 {
            return;
        }
        self.reshapes |= !self.parsing;
        let used = (context.shape.used(stack) as usize).saturating_sub(count);
        context.shape.set_used(stack, used as u32);
        let kept = size.saturating_sub(count);
        for i in 0..kept {
            swap(context, &elements, i, i + count);
        }
        self.drop_elements(context, stack, elements.get(kept..));
    }

    fn drop_elements(&self, context: &mut Context, stack: StackRef, elements: Option<&[Vec<HeaderId>]>) {
        if let StackRef::Headers(_) = stack {
            context.shape.valid.retain(|h| !elements.into_iter().flatten().flatten().any(|lost| lost == h));
        }
    }

    /// The header that an expression names; `None` where a stack has no such element.
    pub(super) fn header(
        &mut self,
        context: &Context,
        header: &HeaderExpr,
        arguments: &Arguments,
    ) -> Result<Option<HeaderId>, Unsupported> {
        self.evaluator(context, arguments).header(header)
    }

    /// The field that is written; `None` where a stack has no such element.
    pub(super) fn written(
        &mut self,
        context: &Context,
        place: &Place,
        arguments: &Arguments,
    ) -> Result<Option<FieldRef>, Unsupported> {
        match place {
            Place::Field(field) => Ok(Some(*field)),
            Place::FieldOf(header, field) => {
                let header = self.header(context, header, arguments)?;
                Ok(header.map(|header| FieldRef { header, field: *field }))
            }
        }
    }

    /// The fields' values.
    fn words(&mut self, context: &Context, header: HeaderId) -> Result<Vec<Word>, Unsupported> {
        let ranges = self.fields(header).into_iter().map(|field| self.cells.field(field, &context.shape));
        ranges.map(|range| Ok(range?.map_or_else(Vec::new, |range| context.read(range)))).collect()
    }

    fn fields(&self, header: HeaderId) -> Vec<FieldRef> {
        let count = self.program.header_type(header).map_or(0, |t| t.fields.len() as u32);
        (0..count).map(|field| FieldRef { header, field }).collect()
    }

    fn members(&self, union: HeaderUnionId) -> Vec<HeaderId> {
        let union = self.program.header_unions.get(union.index());
        union.map_or(&[][..], |u| u.members.as_slice()).iter().map(|m| m.header).collect()
    }

    /// A stack's elements, of as many headers each.
    fn elements(&self, stack: StackRef) -> Vec<Vec<HeaderId>> {
        match stack {
            StackRef::Headers(id) => {
                let stack = self.program.header_stacks.get(id.index());
                stack.map_or(&[][..], |s| s.headers.as_slice()).iter().map(|h| vec![*h]).collect()
            }
            StackRef::Unions(id) => {
                let stack = self.program.header_union_stacks.get(id.index());
                let unions = stack.map_or(&[][..], |s| s.unions.as_slice());
                unions.iter().map(|union| self.members(*union)).collect()
            }
        }
    }
}

fn swap(context: &mut Context, elements: &[Vec<HeaderId>], i: usize, j: usize) {
    let headers = elements.get(i).into_iter().flatten().zip(elements.get(j).into_iter().flatten());
    headers.for_each(|(a, b)| context.shape.swap(*a, *b));
}
