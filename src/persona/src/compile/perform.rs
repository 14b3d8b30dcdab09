//! Actions, piece by piece: as many primitives as a row can carry out melt into it, and what comes behind a value that
//! only a lookup can tell, or behind an access to state outside of the packet, goes on after a lookup of its own.

use hyper4_ir::{ActionId, Expr, PrimitiveKind, TableId, UnaryOp};

use super::Refusal;
use super::context::{Arguments, Context};
use super::evaluate::{Assumed, Truth};
use super::explore::{Explorer, MAX_DEPTH, fuses};
use super::form::{Atom, Form};
use super::number::Unsupported;
use super::site::{Rows, Stage, Target};
use super::state::{Access, is_access};
use super::table::{constant_action, next_node};

/// Primitives that a path may carry out within one action: more of them may go round for ever.
const MAX_STEPS: usize = 4096;
/// Lookups within one action.
const MAX_ROUNDS: u16 = 64;

/// Where in a table's action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Frame {
    /// The table that runs the action.
    pub(super) table: TableId,
    /// The action.
    pub(super) action: ActionId,
    /// The table hit.
    pub(super) hit: bool,
    /// Lookups within the action so far.
    pub(super) round: u16,
    /// `exit` was met in it.
    pub(super) exited: bool,
    /// The primitive that comes next.
    pub(super) primitive: usize,
}

impl Frame {
    /// The beginning of an action.
    pub(super) fn new(table: TableId, action: ActionId, hit: bool) -> Self {
        Self { table, action, hit, round: 0, exited: false, primitive: 0 }
    }

    /// The same place, after a lookup.
    pub(super) fn again(self, context: &Context) -> Self {
        Self { round: self.round + 1, exited: context.exited, ..self }
    }

    fn at(self, primitive: usize) -> Self {
        Self { primitive, ..self }
    }
}

impl Explorer<'_> {
    /// Carry out an action from there on. Answers how the path goes on, unless all is said in `rows`.
    pub(super) fn perform(
        &mut self,
        mut context: Context,
        mut frame: Frame,
        arguments: &Arguments,
        mut assumed: Assumed,
        rows: &mut Rows,
    ) -> Result<Option<(Context, Stage)>, Refusal> {
        let program = self.program;
        let Some(action) = program.actions.get(frame.action.index()) else { return Ok(None) };
        if context.construct.is_empty() {
            context.construct = format!("action {}", action.name);
            context.source_info.clone_from(&action.source_info);
        }
        context.depth += 1;
        if context.depth > MAX_DEPTH && !context.fresh {
            self.save(&mut context, frame, arguments);
            let stage = Stage::Resume(frame.again(&context));
            self.cut(context, stage, assumed, rows)?;
            return Ok(None);
        }
        let mut steps = 0;
        while let Some(primitive) = action.primitives.get(frame.primitive) {
            let place = primitive.source_info.as_ref().or(action.source_info.as_ref());
            let refuse = |reason: String| Refusal::new(format!("action {}", action.name), reason).at(place);
            steps += 1;
            if steps > MAX_STEPS || frame.round > MAX_ROUNDS {
                return Err(refuse(format!(
                    "a path through it has more than {MAX_STEPS} steps or {MAX_ROUNDS} lookups"
                )));
            }
            match &primitive.kind {
                PrimitiveKind::Jump { target } => {
                    frame.primitive = *target as usize;
                    continue;
                }
                PrimitiveKind::JumpIfZero { condition, target } => {
                    let (holds, fails) = (frame.at(frame.primitive + 1), frame.at(*target as usize));
                    let condition = truth(condition);
                    context.asked.set(0);
                    let known = self.evaluator(&context, arguments).truth(&condition, &assumed);
                    if let Ok(Truth::Known(value)) = known {
                        frame = if value { holds } else { fails };
                        assumed = Assumed::new();
                        continue;
                    }
                    self.save(&mut context, frame, arguments);
                    let stage = Stage::Resume(frame.again(&context));
                    self.branch(
                        context,
                        (&condition, arguments),
                        stage,
                        assumed,
                        (format!("action {}", action.name), place),
                        rows,
                        &mut |own, context, value, rows| {
                            let frame = if value { holds } else { fails };
                            own.carry_out(context, frame, arguments, Assumed::new(), rows)
                        },
                    )?;
                    return Ok(None);
                }
                _ => {}
            }
            context.asked.set(0);
            let done = match self.access(&mut context, &primitive.kind, arguments) {
                Ok(Some(access)) => {
                    let next = match frame.primitive + 1 {
                        next if next == action.primitives.len() => self.behind(frame, context.exited),
                        next => Stage::Resume(frame.at(next).again(&context)),
                    };
                    self.save(&mut context, frame, arguments);
                    self.make(context, access, next, rows)?;
                    return Ok(None);
                }
                Ok(None) if is_access(&primitive.kind) => Ok(()),
                Ok(None) => self.primitive(&mut context, &primitive.kind, arguments),
                Err(why) => Err(why),
            };
            match done {
                Ok(()) => {
                    context.choices.clear();
                    context.fresh = false;
                    assumed = Assumed::new();
                    frame.primitive += 1;
                }
                Err(Unsupported::Choice { cover, outcome })
                    if context.cube.is_some() && (context.fresh || fuses(&cover, rows)) =>
                {
                    for path in context.decided(&cover, outcome) {
                        self.carry_out(path, frame, arguments, Assumed::new(), rows)?;
                    }
                    return Ok(None);
                }
                Err(_) if !context.fresh => {
                    context.choices.clear();
                    self.save(&mut context, frame, arguments);
                    let stage = Stage::Resume(frame.again(&context));
                    self.cut(context, stage, Assumed::new(), rows)?;
                    return Ok(None);
                }
                Err(why) => return Err(refuse(why.to_string())),
            }
        }
        let next = self.behind(frame, context.exited);
        Ok(Some((context, next)))
    }

    /// What comes behind an action.
    fn behind(&self, frame: Frame, exited: bool) -> Stage {
        let table = self.program.tables.get(frame.table.index()).filter(|_| !exited);
        let next = table.and_then(|table| next_node(table, Some(frame.action), frame.hit));
        next.map_or(Stage::End, Stage::Node)
    }

    /// Carry out an action from there on, and what comes behind it up to the next lookup.
    pub(super) fn carry_out(
        &mut self,
        context: Context,
        frame: Frame,
        arguments: &Arguments,
        assumed: Assumed,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        match self.perform(context, frame, arguments, assumed, rows)? {
            Some((context, stage)) => self.run(context, stage, Assumed::new(), rows),
            None => Ok(()),
        }
    }

    /// Make an access to state, and go on behind it.
    pub(super) fn make(
        &mut self,
        mut context: Context,
        access: Access,
        next: Stage,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let mut known = context.known_now();
        known.forget(access.loaded());
        context.access = Some(access);
        let id = self.reach(next, Assumed::new(), None, &context.shape, known)?;
        self.finish(context, Target::Site(id), rows)
    }

    /// Go on with an action after a lookup.
    pub(super) fn resume(
        &mut self,
        mut context: Context,
        frame: Frame,
        assumed: Assumed,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        context.exited = frame.exited;
        let constant = self.program.tables.get(frame.table.index());
        let arguments = match constant.and_then(|table| constant_action(self.program, table)) {
            Some((_, arguments)) => Arguments::Constant(arguments),
            None => Arguments::Saved(self.cells.parameters(self.program, frame.action)),
        };
        self.carry_out(context, frame, &arguments, assumed, rows)
    }

    /// Keep an entry's arguments for what comes after a lookup. What isn't needed there is taken away with all that
    /// nothing reads.
    pub(super) fn save(&mut self, context: &mut Context, frame: Frame, arguments: &Arguments) {
        let Arguments::OfEntry(_) = arguments else { return };
        for (index, range) in self.cells.parameters(self.program, frame.action).into_iter().enumerate() {
            let word = (0..range.width).map(|bit| Form::atom(Atom::Param { index, bit })).collect();
            context.write(range, word);
        }
    }
}

/// What a jump tests, as a truth value.
fn truth(condition: &Expr) -> Expr {
    match condition {
        Expr::Unary(UnaryOp::BoolToData, truth) => Expr::clone(truth),
        number => Expr::Unary(UnaryOp::DataToBool, Box::new(number.clone())),
    }
}
