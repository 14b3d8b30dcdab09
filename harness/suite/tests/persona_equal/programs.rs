//! Random programs within what a persona's compiler promises, and packets for them.

use std::collections::BTreeMap;

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::*;
use num_bigint::BigInt;

use crate::draw::Draw;

const STANDARD: HeaderId = HeaderId(0);
const META: HeaderId = HeaderId(1);
/// `first`, always extracted first, then `second` and `third`: one of them, or one behind the other.
const HEADERS: [HeaderId; 3] = [HeaderId(2), HeaderId(3), HeaderId(4)];

/// A program.
pub(crate) fn program(draw: &mut Draw) -> Program {
    let mut maker = Maker { program: frame(draw), draw, parameters: Vec::new() };
    maker.parser();
    maker.checksums();
    for number in 0..6 {
        maker.action(number);
    }
    maker.program.ingress.start = maker.pipeline(PipelineKind::Ingress, 6);
    if maker.draw.once_in(2) {
        maker.program.egress.start = maker.pipeline(PipelineKind::Egress, 4);
    }
    maker.program
}

/// A packet: often long enough, its numbers often small.
pub(crate) fn packet(draw: &mut Draw) -> Packet {
    let length = if draw.once_in(3) { draw.below(40) } else { 40 + draw.below(120) };
    let small = draw.below(3);
    let bytes = (0..length).map(|_| match small {
        0 => draw.next() as u8,
        1 => draw.below(3) as u8,
        _ => draw.pick(&[0, 0, 0, 1, 2, 0x45, 0xff]),
    });
    let bytes = bytes.collect();
    Packet { port: draw.below(4) as u16, bytes }
}

struct Maker<'a> {
    program: Program,
    draw: &'a mut Draw,
    /// Widths of the parameters of the action at hand.
    parameters: Vec<u32>,
}

fn frame(draw: &mut Draw) -> Program {
    let field = |name: String, width| FieldType { name, width, signed: false, varbit: false };
    let kept = [
        (StandardField::IngressPort, 9),
        (StandardField::EgressSpec, 9),
        (StandardField::EgressPort, 9),
        (StandardField::McastGrp, 16),
        (StandardField::ChecksumError, 1),
        (StandardField::ParserError, 32),
        (StandardField::InstanceType, 32),
        (StandardField::PacketLength, 32),
        (StandardField::EgressRid, 16),
    ];
    let mut standard_fields: Vec<_> = kept.iter().map(|(s, width)| field(s.name().into(), *width)).collect();
    standard_fields.push(field("_padding".into(), 4));
    let mut meta_fields: Vec<_> =
        (0..5).map(|i| field(format!("m{i}"), draw.pick(&[1, 3, 8, 8, 16, 24]))).collect();
    let used: u32 = meta_fields.iter().map(|f| f.width).sum();
    meta_fields.push(field("rest".into(), 8 - used % 8));
    // 16-bit words in it, for checksums.
    let words = [8, 8, 16, 4, 12, 16, 32].iter().enumerate().map(|(i, width)| field(format!("w{i}"), *width));
    let odd = |draw: &mut Draw| {
        let mut fields: Vec<_> =
            (0..4).map(|i| field(format!("f{i}"), draw.pick(&[1, 4, 7, 8, 16, 32, 48]))).collect();
        let used: u32 = fields.iter().map(|f| f.width).sum();
        // To whole bytes, an even number of them.
        fields.push(field("rest".into(), 16 - used % 16));
        fields
    };
    let header_types = vec![
        HeaderType { name: "standard_metadata".into(), fields: standard_fields },
        HeaderType { name: "meta_t".into(), fields: meta_fields },
        HeaderType { name: "first_t".into(), fields: odd(draw) },
        HeaderType { name: "second_t".into(), fields: words.collect() },
        HeaderType { name: "third_t".into(), fields: odd(draw) },
    ];
    let names = ["standard_metadata", "meta", "first", "second", "third"];
    let headers = names.iter().zip(0..).map(|(name, number)| Header {
        name: (*name).to_owned(),
        header_type: HeaderTypeId(number),
        metadata: number < 2,
    });
    let standard = kept.iter().zip(0..).map(|((s, _), field)| (*s, FieldRef { header: STANDARD, field }));
    Program {
        header_stacks: Vec::new(),
        header_unions: Vec::new(),
        header_union_stacks: Vec::new(),
        counters: Vec::new(),
        meters: Vec::new(),
        registers: Vec::new(),
        field_lists: Vec::new(),
        learn_lists: Vec::new(),
        value_sets: Vec::new(),
        action_profiles: Vec::new(),
        name: "random".into(),
        headers: headers.collect(),
        header_types,
        errors: BTreeMap::from([("NoError".into(), ErrorCode(0)), ("PacketTooShort".into(), ErrorCode(1))]),
        parser: Parser { name: "parser".into(), start: ParseStateId(0), states: vec![] },
        deparser: Deparser { name: "deparser".into(), order: HEADERS.to_vec(), primitives: Vec::new() },
        actions: vec![],
        tables: vec![],
        conditionals: vec![],
        ingress: Pipeline { kind: PipelineKind::Ingress, start: None },
        egress: Pipeline { kind: PipelineKind::Egress, start: None },
        calculations: vec![],
        checksums: vec![],
        standard: standard.collect(),
    }
}

impl Maker<'_> {
    fn width(&self, field: FieldRef) -> u32 {
        self.program.field(field).map_or(0, |f| f.width)
    }

    fn field_of(&mut self, header: HeaderId) -> FieldRef {
        let count = self.program.header_type(header).map_or(1, |t| t.fields.len());
        FieldRef { header, field: self.draw.below(count as u64) as u32 }
    }

    /// A field that may be read; `egress_spec` and what isn't set yet are not.
    fn readable(&mut self) -> FieldRef {
        match self.draw.below(8) {
            0 => FieldRef { header: STANDARD, field: 0 },
            1 => FieldRef { header: STANDARD, field: self.draw.pick(&[2, 4]) },
            2 | 3 => self.field_of(META),
            _ => {
                let header = self.draw.pick(&HEADERS);
                self.field_of(header)
            }
        }
    }

    fn constant(&mut self, width: u32) -> Expr {
        Expr::Const(self.draw.bits(width).to_bigint())
    }

    /// A number that a field of that width can be assigned.
    fn number(&mut self, width: u32, parser: bool) -> Expr {
        let binary = |op, a, b| Expr::Binary(op, Box::new(a), Box::new(b));
        let mask = Expr::Const((BigInt::from(1) << width) - 1);
        let field = if parser { self.field_of(HEADERS[0]) } else { self.readable() };
        let read = Expr::Field(field);
        let parameter = match self.parameters.len() {
            0 => self.constant(width),
            count => Expr::Param(self.draw.below(count as u64) as usize),
        };
        let number = |n: u32| Expr::Const(n.into());
        match self.draw.below(if parser { 10 } else { 15 }) {
            0 | 1 => self.constant(width),
            2 => parameter,
            3 => binary(BinaryOp::BitAnd, read, self.constant(width)),
            4 => binary(BinaryOp::BitXor, read, Expr::Field(self.readable())),
            5 => {
                let amount = self.draw.below(9);
                let shift = self.draw.pick(&[BinaryOp::Shl, BinaryOp::Shr]);
                binary(BinaryOp::BitAnd, binary(shift, read, Expr::Const(amount.into())), mask)
            }
            6 => {
                let op = self.draw.pick(&[BinaryOp::Add, BinaryOp::Sub]);
                let by = if self.draw.once_in(2) { parameter } else { self.constant(width) };
                binary(BinaryOp::BitAnd, binary(op, read, by), mask)
            }
            7 => binary(BinaryOp::BitOr, read, self.constant(width)),
            8 if self.parameters.is_empty() => {
                let truth = self.comparison();
                Expr::Unary(UnaryOp::BoolToData, Box::new(truth))
            }
            10 => {
                let ops = [BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::BitAnd, BinaryOp::BitOr];
                let op = self.draw.pick(&ops);
                binary(BinaryOp::BitAnd, binary(op, read, Expr::Field(self.readable())), mask)
            }
            11 => {
                let op = self.draw.pick(&[BinaryOp::Add, BinaryOp::Sub]);
                let value = binary(op, read, Expr::Field(self.readable()));
                let cast = self.draw.pick(&[BinaryOp::UnsignedSaturate, BinaryOp::SignedSaturate]);
                binary(BinaryOp::BitAnd, binary(cast, value, number(width)), mask)
            }
            12 => {
                let amount = binary(BinaryOp::BitAnd, Expr::Field(self.readable()), number(31));
                let shift = self.draw.pick(&[BinaryOp::Shl, BinaryOp::Shr]);
                binary(BinaryOp::BitAnd, binary(shift, read, amount), mask)
            }
            13 => {
                let (own, other) = (self.width(field), self.readable());
                let signed = |value, width| binary(BinaryOp::TwosComplement, value, number(width));
                let other = signed(Expr::Field(other), self.width(other));
                let op = self.draw.pick(&[BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul]);
                binary(BinaryOp::BitAnd, binary(op, signed(read, own), other), mask)
            }
            14 => {
                let (a, b) = (Expr::Field(self.readable()), Expr::Field(self.readable()));
                let op = self.draw.pick(&[BinaryOp::Lt, BinaryOp::Ge, BinaryOp::Eq]);
                let condition = Box::new(binary(op, a.clone(), b.clone()));
                let chosen = Expr::Ternary(condition, Box::new(read), Box::new(b));
                binary(BinaryOp::BitAnd, chosen, mask)
            }
            _ => read,
        }
    }

    fn comparison(&mut self) -> Expr {
        let field = self.readable();
        let width = self.width(field);
        let ops = [BinaryOp::Eq, BinaryOp::Ne, BinaryOp::Lt, BinaryOp::Le, BinaryOp::Gt, BinaryOp::Ge];
        let op = self.draw.pick(&ops);
        let constant = self.constant(width);
        Expr::Binary(op, Box::new(Expr::Field(field)), Box::new(constant))
    }

    fn truth(&mut self, depth: u32) -> Expr {
        let depth = if depth == 0 { 0 } else { self.draw.below(u64::from(depth) + 1) as u32 };
        if depth > 0 {
            let (a, b) = (Box::new(self.truth(depth - 1)), Box::new(self.truth(depth - 1)));
            return match self.draw.below(5) {
                0 | 1 => Expr::Binary(BinaryOp::And, a, b),
                2 | 3 => Expr::Binary(BinaryOp::Or, a, b),
                _ => Expr::Unary(UnaryOp::Not, a),
            };
        }
        match self.draw.below(6) {
            0 => Expr::Valid(self.draw.pick(&HEADERS)),
            1 => {
                let (a, b) = (self.readable(), self.readable());
                let op = self.draw.pick(&[BinaryOp::Eq, BinaryOp::Ne, BinaryOp::Lt, BinaryOp::Ge]);
                Expr::Binary(op, Box::new(Expr::Field(a)), Box::new(Expr::Field(b)))
            }
            _ => self.comparison(),
        }
    }

    fn parser(&mut self) {
        let set = |maker: &mut Self| {
            let field = maker.field_of(META);
            let value = maker.number(maker.width(field), true);
            ParserOp::Set { place: Place::Field(field), value }
        };
        let chained = self.draw.once_in(2);
        for (number, header) in HEADERS.iter().enumerate() {
            let mut ops = vec![ParserOp::Extract(Extract::Regular(*header))];
            for _ in 0..self.draw.below(3) {
                ops.push(set(self));
            }
            let nexts: &[u32] = match (number, chained) {
                (0, _) => &[1, 2],
                (1, true) => &[2],
                _ => &[],
            };
            let mut key = Vec::new();
            let mut transitions = Vec::new();
            if !nexts.is_empty() {
                // Fields of what was extracted, metadata, the port.
                let meta = self.field_of(META);
                let fields = [self.field_of(*header), meta, FieldRef { header: STANDARD, field: 0 }];
                let chosen: Vec<FieldRef> = fields.into_iter().filter(|_| self.draw.once_in(2)).collect();
                key.extend(chosen.iter().map(|f| SelectKey::Field(*f)));
                for _ in 0..if chosen.is_empty() { 0 } else { 1 + self.draw.below(3) } {
                    let values = chosen.iter().map(|f| {
                        let width = self.width(*f);
                        let any = Bits::from_u64(width, self.draw.next());
                        let mask = self.draw.pick(&[Bits::ones(width), Bits::from_u64(width, 3), any]);
                        (self.draw.bits(width).and(&mask), mask)
                    });
                    let matches = TransitionMatch::Values(values.collect());
                    // A third header that follows either lies at two offsets.
                    let to = if chained { 1 } else { self.draw.pick(nexts) };
                    let to = if number == 1 { 2 } else { to };
                    transitions.push(Transition { matches, next: Some(ParseStateId(to)) });
                }
                let next = self.draw.pick(&[None, Some(ParseStateId(nexts[0]))]);
                transitions.push(Transition { matches: TransitionMatch::Default, next });
            }
            let name = format!("state_{number}");
            self.program.parser.states.push(ParseState { name, ops, key, transitions, source_info: None });
        }
    }

    fn checksums(&mut self) {
        // Of `second`: all words but the checksum itself.
        let inputs =
            [0, 1, 2, 3, 4, 6].map(|field| CalculationInput::Field(FieldRef { header: HEADERS[1], field }));
        let algorithm = HashAlgorithm::Csum16;
        self.program.calculations.push(Calculation {
            name: "calc".into(),
            algorithm,
            inputs: inputs.to_vec(),
        });
        for kind in [ChecksumKind::Verify, ChecksumKind::Update] {
            if self.draw.once_in(2) {
                let field = FieldRef { header: HEADERS[1], field: self.draw.below(3) as u32 };
                let constant = self.constant(self.width(field));
                let comparison = Expr::Binary(BinaryOp::Ne, Box::new(Expr::Field(field)), Box::new(constant));
                let valid = Expr::Valid(HEADERS[1]);
                let both = Expr::Binary(BinaryOp::And, Box::new(valid.clone()), Box::new(comparison));
                self.program.checksums.push(Checksum {
                    name: format!("{kind:?}"),
                    kind,
                    target: FieldRef { header: HEADERS[1], field: 5 },
                    calculation: CalculationId(0),
                    condition: self.draw.pick(&[None, Some(valid), Some(both)]),
                    source_info: None,
                });
            }
        }
    }

    fn action(&mut self, number: u32) {
        self.parameters = (0..self.draw.below(3)).map(|_| self.draw.pick(&[1, 8, 16, 32])).collect();
        let mut primitives = Vec::new();
        for _ in 0..self.draw.below(4) {
            let kind = match self.draw.below(14) {
                0 => PrimitiveKind::MarkToDrop,
                1 if number > 3 => PrimitiveKind::Exit,
                2 | 3 => {
                    let place = Place::Field(FieldRef { header: STANDARD, field: 1 });
                    PrimitiveKind::Assign { place, value: Expr::Const(self.draw.below(5).into()) }
                }
                4 => {
                    let place = Place::Field(FieldRef { header: STANDARD, field: 3 });
                    PrimitiveKind::Assign { place, value: Expr::Const(self.draw.below(3).into()) }
                }
                _ => {
                    let header = self.draw.pick(&[META, META, HEADERS[0], HEADERS[1], HEADERS[2]]);
                    let field = self.field_of(header);
                    let value = self.number(self.width(field), false);
                    PrimitiveKind::Assign { place: Place::Field(field), value }
                }
            };
            primitives.push(Primitive { kind, source_info: None });
        }
        let parameters = self.parameters.iter().enumerate();
        let parameters =
            parameters.map(|(i, width)| ActionParameter { name: format!("p{i}"), width: *width }).collect();
        let name = format!("action_{number}");
        self.program.actions.push(Action { name, parameters, primitives, source_info: None });
    }

    /// Nodes of which each leads to later ones; the first of them.
    fn pipeline(&mut self, kind: PipelineKind, count: u64) -> NextNode {
        let mut later: Vec<NextNode> = vec![None];
        for _ in 0..1 + self.draw.below(count) {
            let node =
                if self.draw.once_in(3) { self.conditional(kind, &later) } else { self.table(kind, &later) };
            later.push(Some(node));
        }
        later.last().copied().flatten()
    }

    /// One of those behind, most often the next.
    fn next(&mut self, later: &[NextNode]) -> NextNode {
        if self.draw.once_in(3) { self.draw.pick(later) } else { later[later.len() - 1] }
    }

    fn conditional(&mut self, pipeline: PipelineKind, later: &[NextNode]) -> Node {
        self.parameters.clear();
        let id = self.program.conditionals.len();
        let conditional = TableConditional {
            name: format!("node_{id}"),
            pipeline,
            expression: self.truth(2),
            true_next: self.next(later),
            false_next: self.next(later),
            source_info: None,
        };
        self.program.conditionals.push(conditional);
        Node::Conditional(ConditionalId(id as u32))
    }

    fn table(&mut self, pipeline: PipelineKind, later: &[NextNode]) -> Node {
        let id = self.program.tables.len();
        let hidden = self.draw.once_in(4);
        let count = if hidden { 0 } else { self.draw.below(4) };
        let mut keys = Vec::new();
        for number in 0..count {
            let field = self.readable();
            let kinds = [
                MatchKind::Exact,
                MatchKind::Exact,
                MatchKind::Ternary,
                MatchKind::Range,
                MatchKind::Optional,
            ];
            let has_lpm = keys.iter().any(|k: &TableKey| k.match_kind == MatchKind::Lpm);
            let lpm = !has_lpm && self.draw.once_in(3);
            keys.push(TableKey {
                name: format!("key{number}"),
                match_kind: if lpm { MatchKind::Lpm } else { self.draw.pick(&kinds) },
                field,
                width: self.width(field),
                mask: None,
                valid_of: None,
            });
        }
        let any = |kind: MatchKind| keys.iter().any(|k| k.match_kind == kind);
        let match_kind = if any(MatchKind::Range) {
            MatchKind::Range
        } else if any(MatchKind::Ternary) || any(MatchKind::Optional) {
            MatchKind::Ternary
        } else if any(MatchKind::Lpm) {
            MatchKind::Lpm
        } else {
            MatchKind::Exact
        };
        let actions: Vec<ActionId> = (0..6).filter(|_| self.draw.once_in(2)).map(ActionId).collect();
        let actions = if actions.is_empty() { vec![ActionId(0)] } else { actions };
        let default = self.draw.pick(&actions);
        let parameters: Vec<u32> =
            self.program.actions[default.index()].parameters.iter().map(|p| p.width).collect();
        let default_entry = (hidden || !self.draw.once_in(5)).then(|| DefaultEntry {
            action: default,
            arguments: parameters.iter().map(|width| self.draw.bits(*width)).collect(),
            const_action: hidden,
            const_entry: hidden,
        });
        let next = if !hidden && self.draw.once_in(3) {
            TableNext::HitMiss { hit: self.next(later), miss: self.next(later) }
        } else {
            let nodes = actions.iter().map(|_| self.next(later)).collect();
            TableNext::ByAction { nodes, base_default: self.next(later) }
        };
        self.program.tables.push(Table {
            name: format!("table_{id}"),
            pipeline,
            keys,
            match_kind,
            actions,
            next,
            default_entry,
            const_entries: vec![],
            max_size: 64,
            implementation: hyper4_ir::TableImplementation::Simple,
            direct_counter: None,
            direct_meter: None,
            with_counters: false,
            support_timeout: false,
            hidden,
            source_info: None,
        });
        Node::Table(TableId(id as u32))
    }
}
