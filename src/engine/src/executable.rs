//! A program made ready to run.

use hyper4_ir::{Expr, Program, SourceInfo, StandardField};
use hyper4_switch::{ControlPlane, DefaultAction, SwitchError};

use crate::action::Action;
use crate::calculation::{Checksum, Hasher};
use crate::code::{Instruction, Operand};
use crate::expression::Compiler;
use crate::layout::{Layout, limbs};
use crate::parser::Parser;
use crate::table::Table;

/// A compiled program.
#[derive(Clone, Debug)]
pub(crate) struct Executable {
    pub(crate) layout: Layout,
    pub(crate) parser: Parser,
    pub(crate) hashers: Vec<Hasher>,
    pub(crate) checksums: Vec<Checksum>,
    pub(crate) actions: Vec<Action>,
    pub(crate) tables: Vec<Table>,
    pub(crate) conditions: Vec<(Box<[Instruction]>, Operand)>,
    /// Where the running action's parameters lie.
    pub(crate) parameters_at: u32,
    /// Limbs of the whole memory.
    pub(crate) memory_limbs: u32,
}

fn unsupported(construct: String, reason: String, source_info: Option<&SourceInfo>) -> SwitchError {
    SwitchError::Unsupported { construct, reason, source_info: source_info.cloned() }
}

impl Executable {
    pub(crate) fn new(program: &Program, control: &ControlPlane) -> Result<Self, SwitchError> {
        check(program)?;
        let layout = Layout::new(program);
        let parameters_at = layout.packet_limbs;
        let parameter_limbs =
            |action: &hyper4_ir::Action| action.parameters.iter().map(|p| limbs(p.width)).sum();
        let base = parameters_at + program.actions.iter().map(parameter_limbs).max().unwrap_or(0);
        let mut end = base;

        let parser = Parser::new(program, &layout, base, &mut end).map_err(|refusal| {
            let state = program.parser.states.get(refusal.state);
            let name = state.map_or("", |state| state.name.as_str());
            let source_info = state.and_then(|state| state.source_info.as_ref());
            unsupported(format!("parse state `{name}`"), refusal.reason, source_info)
        })?;
        let hashers = compile(&program.calculations, |calculation| {
            Hasher::new(&layout, calculation)
                .map_err(|reason| unsupported(format!("calculation `{}`", calculation.name), reason, None))
        })?;
        let mut compiler = Compiler::new(&layout, &[], base);
        let checksums = compile(&program.checksums, |checksum| {
            Checksum::new(&layout, &mut compiler, checksum).map_err(|reason| {
                unsupported(format!("checksum `{}`", checksum.name), reason, checksum.source_info.as_ref())
            })
        })?;
        let conditions = compile(&program.conditionals, |conditional| {
            condition(&mut compiler, &conditional.expression).map_err(|reason| {
                let construct = format!("condition `{}`", conditional.name);
                unsupported(construct, reason, conditional.source_info.as_ref())
            })
        })?;
        end = end.max(compiler.end);
        let actions = compile(&program.actions, |action| {
            Action::new(program, &layout, action, parameters_at, base, &mut end).map_err(|refusal| {
                let primitive = action.primitives.get(refusal.primitive);
                let source_info = primitive.and_then(|p| p.source_info.as_ref());
                let construct = format!("action `{}`", action.name);
                unsupported(construct, refusal.reason, source_info.or(action.source_info.as_ref()))
            })
        })?;
        let mut tables = compile(&program.tables, |table| {
            Table::new(&layout, table).map_err(|reason| {
                unsupported(format!("table `{}`", table.name), reason, table.source_info.as_ref())
            })
        })?;
        for (compiled, (id, state)) in tables.iter_mut().zip(control.tables()) {
            compiled.set_default(state.default().and_then(DefaultAction::direct));
            for entry in state.entries() {
                let name = entry.action.direct().map(|(name, _)| name);
                if let Some(action) = name.and_then(|name| program.action_by_name(id, name)) {
                    compiled.put(entry, action);
                }
            }
        }
        Ok(Self {
            layout,
            parser,
            hashers,
            checksums,
            actions,
            tables,
            conditions,
            parameters_at,
            memory_limbs: end,
        })
    }
}

fn compile<T, C>(
    declared: &[T],
    compile: impl FnMut(&T) -> Result<C, SwitchError>,
) -> Result<Vec<C>, SwitchError> {
    declared.iter().map(compile).collect()
}

fn condition(
    compiler: &mut Compiler<'_>,
    expression: &Expr,
) -> Result<(Box<[Instruction]>, Operand), String> {
    let operand = compiler.truth(expression)?;
    Ok((compiler.take(), operand))
}

/// What the IR says but the engine doesn't do.
fn check(program: &Program) -> Result<(), SwitchError> {
    for header in &program.headers {
        let varbit = program
            .header_types
            .get(header.header_type.index())
            .and_then(|header_type| header_type.fields.iter().find(|field| field.varbit));
        if let Some(field) = varbit {
            let construct = format!("field `{}.{}`", header.name, field.name);
            return Err(unsupported(construct, "fields of variable width are not carried".to_owned(), None));
        }
    }
    for field in [StandardField::EgressSpec, StandardField::EgressPort, StandardField::IngressPort] {
        let declared = program.standard.get(&field).and_then(|f| program.field(*f));
        let reason = match declared {
            Some(declared) if declared.width <= 16 => continue,
            Some(declared) => format!("ports of {} bits are not carried, at most 16 are", declared.width),
            None => "simple_switch wants it to be there".to_owned(),
        };
        return Err(unsupported(format!("field `standard_metadata.{}`", field.name()), reason, None));
    }
    Ok(())
}
