//! Finds the lookups of a pipeline: follows the program from each of them on every path, as far as it goes without
//! another lookup.

use std::collections::BTreeMap;

use hyper4_ir::{ConditionalId, Event, Expr, Node, PipelineKind, Program, SourceInfo};
use indexmap::IndexSet;

use super::Refusal;
use super::cells::Cells;
use super::context::{Arguments, Context, NO_ARGUMENTS};
use super::cube::{Cover, Cube};
use super::deparse::SizeChange;
use super::evaluate::{Assumed, Evaluator, Truth};
use super::flow::{Flow, Headers};
use super::form::{Form, Word};
use super::known::Known;
use super::number::Unsupported;
use super::shape::Shape;
use super::site::{Body, Compare, Point, Rows, Site, SiteId, Stage, Target, Transition};
use super::table::constant_action;
use super::term::Terms;
use crate::{BitRange, Layout};

/// Ternary rows that the parser, or a decision, may have at most.
const MAX_ROWS: usize = 4096;
/// Ternary rows that all lookups of a pipeline may have together, those of entries apart: what the compiler's time and
/// memory go with.
const MAX_ROWS_IN_ALL: usize = 16_384;
/// A condition is decided by the lookup before it when that adds at most so many rows.
const MAX_FUSED: usize = 8;
/// After so many conditions without a lookup there is one: paths are followed by recursion.
pub(super) const MAX_DEPTH: usize = 128;
/// Lookups that a pipeline may have at most.
const MAX_SITES: usize = 4_096;
/// Ways in which a packet's headers may lie at most, where they don't leave as they came.
const MAX_SHAPES: usize = 64;

/// How a path goes on when a condition is decided.
type Then<'t, 'a> = dyn FnMut(&mut Explorer<'a>, Context, bool, &mut Rows) -> Result<(), Refusal> + 't;

/// What surrounds the exploration of a pipeline.
pub(super) struct Explorer<'a> {
    pub(super) program: &'a Program,
    pub(super) layout: &'a Layout,
    pub(super) pipeline: PipelineKind,
    pub(super) flow: Flow,
    /// Checksums are updated at this pipeline's end.
    pub(super) updates: bool,
    /// The headers that egress wants to know about, where it runs as rows of its own.
    pub(super) egress_relevant: Option<Headers>,
    /// Packets may leave with other headers than they came with: every lookup knows where all of them lie.
    pub(super) shapes: bool,
    /// They do.
    pub(super) reshapes: bool,
    /// The parser is being followed.
    pub(super) parsing: bool,
    /// How packets' lengths change.
    pub(super) change: SizeChange,
    /// The most bytes that the parser looks at.
    pub(super) parsed_bytes: u32,
    pub(super) cells: &'a mut Cells,
    pub(super) terms: &'a mut Terms,
    /// The combinations of those that occur: found in ingress, wanted in egress.
    pub(super) variants: IndexSet<Shape>,
    /// What is known of the state, whichever way the pipeline was left with a packet.
    pub(super) exit_known: Option<Known>,
    pending: BTreeMap<(usize, usize, Point), SiteId>,
    points: BTreeMap<Point, SiteId>,
    reached: Vec<Reached>,
    /// The ways in which headers lie.
    met: IndexSet<Shape>,
    /// Rows that were made so far.
    finished: usize,
}

struct Reached {
    point: Point,
    known: Known,
    cell: Option<BitRange>,
}

impl<'a> Explorer<'a> {
    /// Nothing explored yet.
    pub(super) fn new(
        program: &'a Program,
        layout: &'a Layout,
        flow: Flow,
        pipeline: PipelineKind,
        updates: bool,
        cells: &'a mut Cells,
        terms: &'a mut Terms,
    ) -> Self {
        Self {
            program,
            layout,
            pipeline,
            flow,
            updates,
            egress_relevant: None,
            shapes: false,
            reshapes: false,
            parsing: false,
            change: SizeChange::default(),
            parsed_bytes: 0,
            cells,
            terms,
            variants: Default::default(),
            exit_known: None,
            pending: BTreeMap::new(),
            points: BTreeMap::new(),
            reached: Vec::new(),
            met: IndexSet::new(),
            finished: 0,
        }
    }

    /// All lookups that can be reached from the pipeline's start, each after those before it. `known` is what is known
    /// of the state at the start.
    pub(super) fn explore(&mut self, known: Known) -> Result<Vec<(SiteId, Site)>, Refusal> {
        let mut sites = Vec::new();
        self.reach(Stage::Start, Assumed::new(), None, &Shape::default(), known)?;
        while let Some((_, id)) = self.pending.pop_first() {
            let Some(reached) = self.reached.get(id) else { continue };
            let (point, known, cell) = (reached.point.clone(), reached.known.clone(), reached.cell);
            let body = self.body(&point, &known, cell)?;
            sites.push((id, Site { cell, body }));
        }
        Ok(sites)
    }

    /// The lookup at a point, reached with so much known.
    pub(super) fn reach(
        &mut self,
        stage: Stage,
        assumed: Assumed,
        compare: Option<Compare>,
        shape: &Shape,
        known: Known,
    ) -> Result<SiteId, Refusal> {
        let shape = match self.shapes {
            true => shape.clone(),
            false => {
                // What egress cares for must be known where ingress ends.
                let mut relevant = self.flow.relevant(stage).clone();
                relevant.extend(self.egress_relevant.iter().flatten());
                shape.restricted(self.program, &relevant)
            }
        };
        let point = Point { stage, assumed, compare, shape };
        if let Some(id) = self.points.get(&point) {
            if let Some(reached) = self.reached.get_mut(*id) {
                reached.known.join(&known);
            }
            return Ok(*id);
        }
        if self.shapes {
            self.met.insert(point.shape.clone());
        }
        if self.met.len() > MAX_SHAPES {
            let reason = format!("a packet's headers may lie in more than {MAX_SHAPES} ways");
            return Err(Refusal::new(format!("program {}", self.program.name), reason));
        }
        let id = self.reached.len();
        if id >= MAX_SITES {
            let reason = format!("its {:?} needs more than {MAX_SITES} lookups", self.pipeline);
            return Err(Refusal::new(format!("program {}", self.program.name), reason));
        }
        let round = if let Stage::Resume(frame) = stage { usize::from(frame.round) } else { 0 };
        let step = if let Stage::Profile(_, _, step) = stage { 1 + step as usize } else { 0 };
        // No condition has as many comparisons.
        let phase = (round << 32) + 2 * point.assumed.len() + usize::from(compare.is_some()) + step;
        self.pending.insert((self.flow.rank(stage), phase, point.clone()), id);
        self.points.insert(point.clone(), id);
        self.reached.push(Reached { point, known, cell: None });
        Ok(id)
    }

    fn body(&mut self, point: &Point, known: &Known, cell: Option<BitRange>) -> Result<Body, Refusal> {
        if let Stage::Profile(id, hit, step) = point.stage
            && let Some(table) = self.program.tables.get(id.index())
        {
            let start = Context::new(known.clone(), point.shape.clone(), None);
            return self.profile_site((id, table), hit, step, start);
        }
        if let (Stage::Node(Node::Table(id)), None) = (point.stage, point.compare)
            && let Some(table) = self.program.tables.get(id.index())
            && constant_action(self.program, table).is_none()
        {
            return self.table(id, table, point, known).map(|site| Body::Table(Box::new(site)));
        }
        let mut rows = Rows::new();
        let context = Context::new(known.clone(), point.shape.clone(), Some(Cube::default()));
        match (point.compare, cell) {
            (Some(compare), Some(cell)) => self.compared(compare, cell, context, point, &mut rows)?,
            _ => self.run(context, point.stage, point.assumed.clone(), &mut rows)?,
        }
        Ok(Body::Decision(rows))
    }

    fn compared(
        &mut self,
        compare: Compare,
        cell: BitRange,
        context: Context,
        point: &Point,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        for zero in [true, false] {
            let mut context = context.clone();
            if zero {
                let cube = (cell.offset..cell.end()).fold(Cube::default(), |mut cube, bit| {
                    // Nothing else is in it that could contradict.
                    let _ = cube.require(bit, false);
                    cube
                });
                context.cube = Some(cube);
            }
            match (compare, point.stage) {
                (Compare::Condition { number, when_zero }, stage) => {
                    let mut assumed = point.assumed.clone();
                    assumed.insert(number, zero == when_zero);
                    self.run(context, stage, assumed, rows)?;
                }
                (Compare::Checksum, Stage::Verify(i)) => self.verified(context, i, zero, rows)?,
                (Compare::Checksum, _) => {}
            }
        }
        Ok(())
    }

    /// Follow the program from a stage on.
    pub(super) fn run(
        &mut self,
        mut context: Context,
        stage: Stage,
        assumed: Assumed,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let mut stage = stage;
        let mut assumed = assumed;
        context.depth += 1;
        if context.depth > MAX_DEPTH && !context.fresh {
            return self.cut(context, stage, assumed, rows);
        }
        loop {
            (context, stage) = match stage {
                Stage::Resume(frame) => return self.resume(context, frame, assumed, rows),
                Stage::Profile(..) => return self.cut(context, stage, assumed, rows),
                Stage::Start => return self.begin(context, rows),
                Stage::Verify(i) => return self.verify(context, i, assumed, rows),
                Stage::Update(i) => return self.update(context, i, assumed, rows),
                Stage::End => match self.sample(context, rows)? {
                    Some(context) => (context, Stage::Told),
                    None => return Ok(()),
                },
                Stage::Told => match self.pass_on(context, rows)? {
                    Some(context) => return self.end(context, rows),
                    None => return Ok(()),
                },
                Stage::Left => return self.end(context, rows),
                Stage::Deparse => return self.deparse(context, rows),
                Stage::Node(Node::Conditional(id)) => {
                    return self.conditional(context, id, assumed, rows);
                }
                Stage::Node(Node::Table(id)) => {
                    let Some(table) = self.program.tables.get(id.index()) else { return Ok(()) };
                    let Some((action, arguments)) = constant_action(self.program, table) else {
                        return self.cut(context, stage, assumed, rows);
                    };
                    match self.constant_table(context, id, table, action, arguments, rows)? {
                        Some(after) => after,
                        None => return Ok(()),
                    }
                }
            };
            context.fresh = false;
            assumed = Assumed::new();
        }
    }

    fn conditional(
        &mut self,
        mut context: Context,
        id: ConditionalId,
        assumed: Assumed,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let Some(conditional) = self.program.conditionals.get(id.index()) else { return Ok(()) };
        if context.construct.is_empty() {
            context.construct = format!("condition {}", conditional.name);
            context.source_info.clone_from(&conditional.source_info);
        }
        let stage = Stage::Node(Node::Conditional(id));
        let place = (format!("condition {}", conditional.name), conditional.source_info.as_ref());
        self.branch(
            context,
            (&conditional.expression, &NO_ARGUMENTS),
            stage,
            assumed,
            place,
            rows,
            &mut |own, mut context, value, rows| {
                context.events.push(Event::Condition { name: conditional.name.clone(), value });
                let next = if value { conditional.true_next } else { conditional.false_next };
                own.run(context, next.map_or(Stage::End, Stage::Node), Assumed::new(), rows)
            },
        )
    }

    /// Go on with either value of a condition of `stage`, in as many rows as it needs, or after a lookup of its own.
    #[allow(clippy::too_many_arguments, reason = "all of it is the path and what follows it")]
    pub(super) fn branch(
        &mut self,
        mut context: Context,
        condition: (&Expr, &Arguments),
        stage: Stage,
        assumed: Assumed,
        place: (String, Option<&SourceInfo>),
        rows: &mut Rows,
        then: &mut Then<'_, 'a>,
    ) -> Result<(), Refusal> {
        let (condition, arguments) = condition;
        context.asked.set(0);
        let truth = self.evaluator(&context, arguments).truth(condition, &assumed);
        let fresh = context.fresh;
        let (cover, outcome) = match truth {
            Err(Unsupported::Choice { cover, outcome })
                if context.cube.is_some() && (fresh || fuses(&cover, rows)) =>
            {
                for path in context.decided(&cover, outcome) {
                    let place = (place.0.clone(), place.1);
                    let condition = (condition, arguments);
                    self.branch(path, condition, stage, assumed.clone(), place, rows, then)?;
                }
                return Ok(());
            }
            Err(_) if !fresh => {
                context.choices.clear();
                return self.cut(context, stage, assumed, rows);
            }
            Err(why) => return Err(Refusal::new(place.0, why.to_string()).at(place.1)),
            Ok(Truth::Known(value)) => {
                context.choices.clear();
                context.fresh = false;
                return then(self, context, value, rows);
            }
            Ok(Truth::AllZero { number, word, when_zero }) => {
                context.choices.clear();
                let compare = Compare::Condition { number, when_zero };
                return self.compare(context, compare, word, stage, assumed, rows);
            }
            Ok(Truth::Rows { cover, outcome }) => (cover, outcome),
        };
        context.choices.clear();
        let Some(cube) = context.cube.clone() else { return self.cut(context, stage, assumed, rows) };
        if !fresh && !fuses(&cover, rows) {
            return self.cut(context, stage, assumed, rows);
        }
        context.fresh = false;
        for part in &cover {
            let Some(cube) = cube.and(part) else { continue };
            then(self, Context { cube: Some(cube), ..context.clone() }, outcome, rows)?;
        }
        then(self, context, !outcome, rows)
    }

    /// Go on after a lookup that tells whether all bits of `word` are zero.
    pub(super) fn compare(
        &mut self,
        mut context: Context,
        compare: Compare,
        word: Word,
        stage: Stage,
        assumed: Assumed,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let id = self.reach(stage, assumed, Some(compare), &context.shape, context.known_now())?;
        let width = word.len() as u32;
        let Some(cell) = self.cell(id, width) else { return Ok(()) };
        // Another path that leads here may have known more of the numbers.
        let word = if cell.width < width { vec![self.terms.any(&word)] } else { word };
        let missing = (cell.width as usize).saturating_sub(word.len());
        let padding = std::iter::repeat_n(Form::constant(false), missing);
        context.write(cell, word.into_iter().chain(padding).collect());
        self.finish(context, Target::Site(id), rows)
    }

    /// A site's cell of so many bits, the same whichever path leads there.
    pub(super) fn cell(&mut self, site: SiteId, width: u32) -> Option<BitRange> {
        let cells = &mut *self.cells;
        self.reached.get_mut(site).map(|site| *site.cell.get_or_insert_with(|| cells.take(width)))
    }

    /// Go on after a lookup at a stage.
    pub(super) fn cut(
        &mut self,
        context: Context,
        stage: Stage,
        assumed: Assumed,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let id = self.reach(stage, assumed, None, &context.shape, context.known_now())?;
        self.finish(context, Target::Site(id), rows)
    }

    fn end(&mut self, mut context: Context, rows: &mut Rows) -> Result<(), Refusal> {
        let spec = context.known_value(Layout::EGRESS_SPEC);
        if self.pipeline == PipelineKind::Ingress {
            let dropped = spec == Some(511) && context.known_value(Layout::MCAST_GRP) == Some(0);
            if !dropped && self.egress_relevant.is_none() {
                return self.run(context, Stage::Deparse, Assumed::new(), rows);
            }
            if !dropped {
                self.left(&mut context);
            }
            return self.finish(context, Target::End, rows);
        }
        if spec == Some(511) {
            return self.finish(context, Target::End, rows);
        }
        if self.updates && spec.is_none() {
            // A dropped packet is gone before its checksums are updated.
            let word = context.read(Layout::EGRESS_SPEC);
            let (Some(cube), Some(cover)) = (context.cube.clone(), super::cube::equal(&word, |_| true))
            else {
                return self.cut(context, Stage::Left, Assumed::new(), rows);
            };
            for part in &cover {
                let Some(cube) = cube.and(part) else { continue };
                self.finish(Context { cube: Some(cube), ..context.clone() }, Target::End, rows)?;
            }
        }
        context.fresh = false;
        self.run(context, Stage::Deparse, Assumed::new(), rows)
    }

    /// A packet leaves the pipeline.
    pub(super) fn left(&mut self, context: &mut Context) {
        if let Some(number) = self.variant(context) {
            context.write_constant(self.cells.shape(), number);
        }
        let known = context.known_now();
        match &mut self.exit_known {
            Some(all) => all.join(&known),
            all => *all = Some(known),
        }
    }

    /// The row is complete.
    pub(super) fn finish(
        &mut self,
        context: Context,
        target: Target,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        self.finished += 1;
        if rows.len() >= MAX_ROWS || self.finished > MAX_ROWS_IN_ALL {
            let reason = format!(
                "more than {MAX_ROWS} ternary rows in one lookup, or {MAX_ROWS_IN_ALL} in a pipeline's"
            );
            return Err(Refusal::new(context.construct, reason).at(context.source_info.as_ref()));
        }
        let changes = context.changes();
        let transition = Transition {
            changes,
            events: context.events,
            egress_events: context.egress_events,
            access: context.access,
            target,
            construct: context.construct,
            source_info: context.source_info,
        };
        rows.push((context.cube.unwrap_or_default(), transition));
        Ok(())
    }

    /// Evaluates expressions on a path.
    pub(super) fn evaluator<'b>(
        &'b mut self,
        context: &'b Context,
        arguments: &'b Arguments,
    ) -> Evaluator<'b> {
        Evaluator {
            program: self.program,
            cells: self.cells,
            terms: self.terms,
            context,
            pipeline: self.pipeline,
            arguments,
        }
    }
}

/// Whether a condition is decided by the lookup that is at hand rather than by one of its own.
pub(super) fn fuses(cover: &Cover, rows: &Rows) -> bool {
    cover.len() <= MAX_FUSED && rows.len() <= MAX_ROWS / 16
}
