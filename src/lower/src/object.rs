//! Extern objects: counters, meters, registers, action profiles, value sets.

use std::collections::HashMap;
use std::sync::Arc;

use hyper4_bits::HashAlgorithm;
use hyper4_ir as ir;
use hyper4_p4::Span;
use hyper4_p4::typed::{Expression, ExpressionKind, Instance, Type};
use num_traits::ToPrimitive;

use crate::scope::{Object, instance_name, qualified};
use crate::storage::scalar;
use crate::{Lowered, Lowerer, index};

/// A direct counter: one for each entry of the table that names it.
pub(crate) struct DirectCounter {
    pub(crate) name: String,
    pub(crate) span: Span,
    /// Where a table names it.
    pub(crate) table: Option<Span>,
}

/// A direct meter: one for each entry of the table that names it.
pub(crate) struct DirectMeter {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) unit: ir::MeterUnit,
    /// Where `read` puts the colour.
    pub(crate) destination: Option<ir::FieldRef>,
    /// The colour's type.
    pub(crate) ty: Option<Type>,
    /// Where a table names it.
    pub(crate) table: Option<Span>,
}

impl Lowerer<'_> {
    /// Makes an object. What can't be made is refused, and a marker given.
    pub(crate) fn object(&mut self, instance: &Instance, prefix: &str) -> Object {
        self.made(instance, prefix).unwrap_or(Object::Refused)
    }

    fn made(&mut self, instance: &Instance, prefix: &str) -> Lowered<Object> {
        let name = qualified(prefix, instance_name(instance), &instance.annotations);
        match &instance.ty {
            Type::Control(control) => {
                let scope =
                    self.new_scope(name, &control.constructor, &instance.arguments, &control.instances)?;
                Some(Object::Control(Arc::clone(control), scope))
            }
            Type::Parser(parser) => {
                let scope =
                    self.new_scope(name, &parser.constructor, &instance.arguments, &parser.instances)?;
                Some(Object::Parser(Arc::clone(parser), scope))
            }
            Type::ValueSet(of) => self.value_set(instance, name, of),
            Type::Extern(declared, types) => self.extern_object(instance, name, &declared.name, types),
            other => {
                self.refused(instance.span, format!("an object of type `{other}` is not supported here"))
            }
        }
    }

    fn value_set(&mut self, instance: &Instance, name: String, of: &Type) -> Lowered<Object> {
        let Some(width) = of.width() else {
            let message = format!("a value set of `{of}` is not supported by simple_switch");
            return self.refused(instance.span, message);
        };
        let max_size = match instance.arguments.first() {
            Some(size) => Some(self.size(size)?),
            None => None,
        };
        let id = ir::ValueSetId(index(&self.value_sets));
        self.value_sets.push(ir::ValueSet { name, width, max_size });
        Some(Object::ValueSet(id))
    }

    /// A constructor argument that says how many.
    fn size(&mut self, argument: &Expression) -> Lowered<u32> {
        let literal = self.constant(argument)?;
        match literal.integer().and_then(ToPrimitive::to_u32) {
            Some(size) => Some(size),
            None => self.refused(argument.span, "this size doesn't fit 32 bits"),
        }
    }

    fn extern_object(
        &mut self,
        instance: &Instance,
        name: String,
        declared: &str,
        types: &[Type],
    ) -> Lowered<Object> {
        let source_info = self.source_info(instance.span);
        let arguments = instance.arguments.as_slice();
        match (declared, arguments) {
            ("counter", [size, _]) => {
                let size = self.size(size)?;
                let id = ir::CounterId(index(&self.counters));
                self.counters.push(ir::CounterArray { name, direct: None, size, source_info });
                Some(Object::Counter(id))
            }
            ("direct_counter", [_]) => {
                let counter = DirectCounter { name, span: instance.span, table: None };
                self.direct_counters.push(counter);
                Some(Object::DirectCounter(self.direct_counters.len().saturating_sub(1)))
            }
            ("meter", [size, unit]) => {
                let size = self.size(size)?;
                let unit = self.meter_unit(unit)?;
                let id = ir::MeterId(index(&self.meters));
                let meter = ir::MeterArray { name, direct: None, size, unit, rate_count: 2, source_info };
                self.meters.push(meter);
                Some(Object::Meter(id))
            }
            ("direct_meter", [unit]) => {
                let unit = self.meter_unit(unit)?;
                let ty = types.first().cloned();
                let span = instance.span;
                self.direct_meters.push(DirectMeter { name, span, unit, destination: None, ty, table: None });
                Some(Object::DirectMeter(self.direct_meters.len().saturating_sub(1)))
            }
            ("register", [size, rest @ ..]) => {
                if let Some(initial) = rest.first()
                    && !matches!(initial.kind, ExpressionKind::Default)
                {
                    let message = "initial values of registers are not supported by simple_switch";
                    return self.refused(initial.span, message);
                }
                self.register(instance, name, size, types.first())
            }
            ("action_profile", [size]) => {
                let max_size = self.size(size)?;
                Some(Object::Profile(self.profile(name, max_size, None, instance.span)))
            }
            ("action_selector", [algorithm, size, _]) => {
                let algorithm = self.algorithm(algorithm)?;
                let max_size = self.size(size)?;
                Some(Object::Profile(self.profile(name, max_size, Some(algorithm), instance.span)))
            }
            _ => {
                let message = format!("extern `{declared}` is unknown to simple_switch");
                self.refused(instance.span, message)
            }
        }
    }

    fn register(
        &mut self,
        instance: &Instance,
        name: String,
        size: &Expression,
        ty: Option<&Type>,
    ) -> Lowered<Object> {
        let number = self.size(size)?;
        if number == 0 {
            let message =
                format!("register `{}` of size 0: direct registers are not supported", instance.name);
            return self.refused(instance.span, message);
        }
        let width = ty.and_then(|ty| match ty.underlying() {
            Type::Bit(_) | Type::Int(_) => scalar(ty).map(|(width, _)| width),
            _ => None,
        });
        let Some(width) = width.filter(|width| *width > 0) else {
            let held = ty.map_or_else(|| "?".to_owned(), ToString::to_string);
            let message = format!("registers hold `bit<…>` or `int<…>`, not `{held}`, in simple_switch");
            return self.refused_with_help(instance.span, message, "use one register for each field");
        };
        let source_info = self.source_info(instance.span);
        let id = ir::RegisterId(index(&self.registers));
        self.registers.push(ir::RegisterArray { name, width, size: number, source_info });
        Some(Object::Register(id))
    }

    fn profile(
        &mut self,
        name: String,
        max_size: u32,
        algorithm: Option<HashAlgorithm>,
        span: Span,
    ) -> ir::ActionProfileId {
        let id = ir::ActionProfileId(index(&self.action_profiles));
        let selector = algorithm.map(|algorithm| ir::Selector { algorithm, inputs: Vec::new() });
        let source_info = self.source_info(span);
        self.action_profiles.push(ir::ActionProfile { name, max_size, selector, source_info });
        id
    }

    /// An action selector that no table names has nothing to hash: p4c leaves it out.
    pub(crate) fn drop_unused_selectors(&mut self) {
        let mut kept = HashMap::new();
        let mut profiles = Vec::new();
        for (profile, number) in std::mem::take(&mut self.action_profiles).into_iter().zip(0u32..) {
            let id = ir::ActionProfileId(number);
            if profile.selector.is_none() || self.used_profiles.contains(&id) {
                kept.insert(id, ir::ActionProfileId(index(&profiles)));
                profiles.push(profile);
            }
        }
        self.action_profiles = profiles;
        for table in self.tables.iter_mut().flatten() {
            if let ir::TableImplementation::Profile(id) = &mut table.implementation
                && let Some(new) = kept.get(id)
            {
                *id = *new;
            }
        }
    }

    fn meter_unit(&mut self, argument: &Expression) -> Lowered<ir::MeterUnit> {
        let literal = self.constant(argument)?;
        match &literal.kind {
            ExpressionKind::EnumMember(name) if &**name == "packets" => Some(ir::MeterUnit::Packets),
            ExpressionKind::EnumMember(name) if &**name == "bytes" => Some(ir::MeterUnit::Bytes),
            _ => self.refused(argument.span, "a meter measures `MeterType.packets` or `MeterType.bytes`"),
        }
    }

    /// The direct counter of a table.
    pub(crate) fn attach_counter(
        &mut self,
        number: usize,
        table: ir::TableId,
        size: u32,
        span: Span,
    ) -> Lowered<ir::CounterId> {
        let counter = self.direct_counters.get_mut(number)?;
        let (name, declared) = (counter.name.clone(), counter.span);
        if counter.table.replace(span).is_some() {
            return self.refused(span, format!("direct counter `{name}` already belongs to another table"));
        }
        let source_info = self.source_info(declared);
        let id = ir::CounterId(index(&self.counters));
        self.counters.push(ir::CounterArray { name, direct: Some(table), size, source_info });
        Some(id)
    }

    /// The direct meter of a table, once its actions are known.
    pub(crate) fn attach_meter(
        &mut self,
        number: usize,
        table: ir::TableId,
        size: u32,
        span: Span,
    ) -> Lowered<ir::DirectMeter> {
        let meter = self.direct_meters.get_mut(number)?;
        let (name, declared, unit) = (meter.name.clone(), meter.span, meter.unit);
        let (destination, ty) = (meter.destination, meter.ty.clone());
        if meter.table.replace(span).is_some() {
            return self.refused(span, format!("direct meter `{name}` already belongs to another table"));
        }
        let target = match destination {
            Some(field) => field,
            None => self.temporary_field(&ty.unwrap_or(Type::Bit(32)), "colour", declared)?,
        };
        let source_info = self.source_info(declared);
        let id = ir::MeterId(index(&self.meters));
        let direct = Some(table);
        self.meters.push(ir::MeterArray { name, direct, size, unit, rate_count: 2, source_info });
        Some(ir::DirectMeter { meter: id, target })
    }
}
