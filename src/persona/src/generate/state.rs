//! The persona's parts for state outside of the packet, and for the switch's own metadata.

use hyper4_ir::PipelineKind;

use super::{Text, amounts, go, shifts};
use crate::{Effect, Layout};

/// The actions of [`crate::OperatorRow::State`].
pub(super) fn access_names(layout: &Layout, pipeline: PipelineKind) -> Vec<&'static str> {
    let config = layout.config();
    let samples = config.digests && pipeline == PipelineKind::Ingress;
    let kinds: [(u32, &[&str]); 6] = [
        (config.registers, &["read_register", "write_register"]),
        (config.counters, &["count"]),
        (config.meters, &["meter_packets", "meter_bytes"]),
        (config.copies.into(), &["cut", "ask"]),
        (config.random.into(), &["draw"]),
        (samples.into(), &["sample"]),
    ];
    let there = kinds.into_iter().filter(|(cells, _)| *cells > 0);
    there.flat_map(|(_, names)| names.iter().copied()).collect()
}

impl Text {
    /// The arrays, which both controls use.
    pub(super) fn arrays(&mut self, layout: &Layout) {
        let c = layout.config();
        if c.registers > 0 {
            self.line(&format!("register<bit<64>>({}) {};", c.registers, Layout::REGISTERS));
        }
        if c.counters > 0 {
            let name = Layout::COUNTERS;
            self.line(&format!("counter({}, CounterType.packets_and_bytes) {name};", c.counters));
        }
        if c.meters > 0 {
            for unit in [hyper4_ir::MeterUnit::Packets, hyper4_ir::MeterUnit::Bytes] {
                let kind = if unit == hyper4_ir::MeterUnit::Packets { "packets" } else { "bytes" };
                self.line(&format!("meter({}, MeterType.{kind}) {};", c.meters, Layout::meters(unit)));
            }
        }
        if c.has_state() {
            self.line("");
        }
    }

    /// The operator's actions on the arrays: no cell that isn't the guest's is ever touched.
    pub(super) fn accesses(&mut self, layout: &Layout, pipeline: PipelineKind) {
        for name in access_names(layout, pipeline) {
            match name {
                "cut" => {
                    self.lines("action cut() {\ntruncate(meta.index);\n}");
                    continue;
                }
                "ask" => {
                    self.ask(pipeline);
                    continue;
                }
                "sample" => {
                    self.lines(&format!(
                        "action sample(bit<16> number, bit<{width}> mask, bit<8> by) {{
                        meta.learnt = number;
                        meta.sample = (bit<{bits}>)((meta.state & mask) >> by);
                        }}",
                        width = layout.state_bits(),
                        bits = Layout::SAMPLE_BITS
                    ));
                    continue;
                }
                "draw" => {
                    self.lines("action draw() {\nrandom(meta.data, (bit<64>)meta.index, meta.data);\n}");
                    continue;
                }
                _ => {}
            }
            let done = match name {
                "read_register" => format!("{}.read(meta.data, meta.index);", Layout::REGISTERS),
                "write_register" => format!("{}.write(meta.index, meta.data);", Layout::REGISTERS),
                "count" => format!("{}.count(meta.index);", Layout::COUNTERS),
                _ => {
                    let unit = match name {
                        "meter_packets" => hyper4_ir::MeterUnit::Packets,
                        _ => hyper4_ir::MeterUnit::Bytes,
                    };
                    let meters = Layout::meters(unit);
                    format!("{meters}.execute_meter(meta.index, meta.data);")
                }
            };
            self.lines(&format!(
                "action {name}(bit<32> base, bit<32> size) {{
                if (meta.index < size) {{
                meta.index = base + meta.index;
                {done}
                }}
                }}"
            ));
        }
    }

    /// What rows do with the arrays' cells and with the switch's own metadata.
    pub(super) fn state_effects(&mut self, layout: &Layout, pipeline: PipelineKind) {
        let width = layout.state_bits();
        let kept = "meta.state = (meta.state & keep) ^ value";
        let kv = format!("bit<{width}> keep, bit<{width}> value, ");
        let (next, go) = go(layout);
        let to = shifts("<<", "t");
        let t = amounts("t");
        if layout.config().has_state() {
            self.lines(&format!(
                "action commit_state({kv}bit<16> access, bit<{width}> index_mask, {i}bit<32> index,
                bit<{width}> data_mask, {d}bit<64> data, {next}) {{
                {kept};
                meta.access = access;
                meta.index = (bit<32>)((meta.state & index_mask){from_i}) ^ index;
                meta.data = (bit<64>)((meta.state & data_mask){from_d}) ^ data;
                {go}
                }}
                action commit_load({kv}bit<64> data_mask, {t}{next}) {{
                {kept} ^ (((bit<{width}>)(meta.data & data_mask)){to});
                {go}
                }}",
                i = amounts("i"),
                d = amounts("d"),
                from_i = shifts(">>", "i"),
                from_d = shifts(">>", "d"),
            ));
        }
        let fields = Effect::standard_fields(pipeline);
        let masks: String =
            fields.iter().map(|(field, width)| format!("bit<{width}> {}, ", field.name())).collect();
        let taken: Vec<String> =
            fields.iter().map(|(f, _)| format!("(bit<48>)(standard_metadata.{0} & {0})", f.name())).collect();
        self.lines(&format!(
            "action commit_standard({kv}{masks}{t}{next}) {{
            {kept} ^ (((bit<{width}>)({})){to});
            {go}
            }}",
            taken.join(" | ")
        ));
    }
}
