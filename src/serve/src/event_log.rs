//! simple_switch's event log (`--nanolog`; event_logger.cpp of bmv2): a message for each thing that happens to a packet,
//! with the numbers that the program's JSON gives to what it happens in. All is in the machine's own order of bytes.

use std::collections::BTreeMap;

use hyper4_ir::{ChecksumKind, Event, Program, TableOutcome, Trace};
use serde_json::Value;

use crate::Publisher;
use crate::nanomsg::BindError;

/// `EventType`.
#[derive(Clone, Copy)]
enum Kind {
    PacketIn = 0,
    PacketOut = 1,
    ParserStart = 2,
    ParserDone = 3,
    ParserExtract = 4,
    DeparserStart = 5,
    DeparserDone = 6,
    DeparserEmit = 7,
    ChecksumUpdate = 8,
    PipelineStart = 9,
    PipelineDone = 10,
    ConditionEval = 11,
    TableHit = 12,
    TableMiss = 13,
    ActionExecute = 14,
    ConfigChange = 999,
}

/// Tells whoever listens what happens to packets.
#[derive(Debug)]
pub struct EventLog {
    publisher: Publisher,
    device_id: u64,
    numbers: Numbers,
}

impl EventLog {
    /// Listen at an address as [`Publisher::bind`] does.
    ///
    /// # Errors
    /// [`BindError`].
    pub fn bind(address: &str, device_id: u64) -> Result<Self, BindError> {
        Ok(Self { publisher: Publisher::bind(address)?, device_id, numbers: Numbers::default() })
    }

    /// Whether anybody listens: no trace is needed where nobody does.
    pub fn is_heard(&self) -> bool {
        self.publisher.is_heard()
    }

    /// The program with that JSON runs.
    pub fn load(&mut self, config: &str) {
        self.numbers = Numbers::read(config);
    }

    /// Another program has taken the place of the one before.
    pub fn tell_config_change(&self) {
        let mut message = (Kind::ConfigChange as i32).to_ne_bytes().to_vec();
        message.extend(self.device_id.to_ne_bytes());
        message.resize(40, 0);
        self.publisher.send(&message);
    }

    /// What happened to the packet of that number, which came in by that port; the trace is one of
    /// [`hyper4_switch::Tracing::Full`].
    pub fn tell(&self, program: &Program, number: u64, port: u16, trace: &Trace) {
        for (copy, packet) in trace.packets.iter().enumerate() {
            let mut teller = Teller {
                log: self,
                program,
                number,
                copy: copy as u64,
                signature: 0,
                stage: Stage::Nothing,
                table: "",
            };
            for event in &packet.events {
                teller.event(event);
                if copy == 0 && matches!(event, Event::Signature(_)) {
                    teller.say(Kind::PacketIn, &[port.into()]);
                }
            }
            teller.enter(Stage::Nothing);
        }
    }
}

/// What is being told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Nothing,
    Parser,
    Pipeline(i32),
    Deparser,
}

struct Teller<'a> {
    log: &'a EventLog,
    program: &'a Program,
    number: u64,
    copy: u64,
    signature: u64,
    stage: Stage,
    /// The table that was applied last.
    table: &'a str,
}

impl<'a> Teller<'a> {
    fn say(&self, kind: Kind, numbers: &[i32]) {
        let mut message = (kind as i32).to_ne_bytes().to_vec();
        message.extend(self.log.device_id.to_ne_bytes());
        // There is one context, 0.
        message.extend(0u32.to_ne_bytes());
        message.extend([self.signature, self.number, self.copy].map(u64::to_ne_bytes).concat());
        message.extend(numbers.iter().flat_map(|number| number.to_ne_bytes()));
        self.log.publisher.send(&message);
    }

    /// Something begins, and what was before has ended.
    fn enter(&mut self, stage: Stage) {
        if self.stage == stage {
            return;
        }
        let numbers = &self.log.numbers;
        match self.stage {
            Stage::Nothing => {}
            Stage::Parser => self.say(Kind::ParserDone, &[numbers.parser]),
            Stage::Pipeline(id) => self.say(Kind::PipelineDone, &[id]),
            Stage::Deparser => self.say(Kind::DeparserDone, &[numbers.deparser]),
        }
        self.stage = stage;
        match stage {
            Stage::Nothing => {}
            Stage::Parser => self.say(Kind::ParserStart, &[numbers.parser]),
            Stage::Pipeline(id) => self.say(Kind::PipelineStart, &[id]),
            Stage::Deparser => self.say(Kind::DeparserStart, &[numbers.deparser]),
        }
    }

    fn event(&mut self, event: &'a Event) {
        let numbers = &self.log.numbers;
        match event {
            Event::Signature(signature) => self.signature = *signature,
            Event::ParseState(_) => self.enter(Stage::Parser),
            Event::Extract(name) | Event::Missing(name) => {
                self.say(Kind::ParserExtract, &[numbers.of("headers", name)]);
            }
            Event::Checksum { name, .. } => {
                let declared = self.program.checksums.iter().find(|checksum| checksum.name == *name);
                if declared.is_some_and(|checksum| checksum.kind == ChecksumKind::Update) {
                    self.enter(Stage::Deparser);
                    self.say(Kind::ChecksumUpdate, &[numbers.of("checksums", name)]);
                }
            }
            Event::Pipeline(name) => {
                self.enter(Stage::Nothing);
                self.enter(Stage::Pipeline(numbers.of("pipelines", name)));
            }
            Event::Condition { name, value } => {
                self.say(Kind::ConditionEval, &[numbers.of("conditionals", name), i32::from(*value)]);
            }
            Event::Table { name, outcome } => {
                self.table = name;
                let table = numbers.of("tables", name);
                match outcome {
                    // A handle's lower bits.
                    TableOutcome::Hit(handle) => self.say(Kind::TableHit, &[table, *handle as i32]),
                    TableOutcome::Miss => self.say(Kind::TableMiss, &[table]),
                }
            }
            Event::Action { name, .. } => {
                self.say(Kind::ActionExecute, &[numbers.action(self.table, name)]);
            }
            Event::Emit(name) => {
                self.enter(Stage::Deparser);
                self.say(Kind::DeparserEmit, &[numbers.of("headers", name)]);
            }
            Event::Transmit(port) => {
                self.enter(Stage::Deparser);
                self.enter(Stage::Nothing);
                self.say(Kind::PacketOut, &[(*port).into()]);
            }
            Event::Recirculate => {
                self.enter(Stage::Deparser);
                self.enter(Stage::Nothing);
            }
            Event::Unicast(_)
            | Event::Multicast(_)
            | Event::Clone
            | Event::Digest(_)
            | Event::Resubmit
            | Event::Drop
            | Event::Unlinked => self.enter(Stage::Nothing),
            Event::Device(_) | Event::ParserError(_) | Event::Exit | Event::Replica { .. } => {}
        }
    }
}

/// The numbers that a program's JSON gives to its parts.
#[derive(Debug, Default)]
struct Numbers {
    parser: i32,
    deparser: i32,
    /// By the name of the list and of the part.
    parts: BTreeMap<&'static str, BTreeMap<String, i32>>,
    /// By table and action, as actions of several tables may share a name.
    actions: BTreeMap<(String, String), i32>,
}

impl Numbers {
    fn read(config: &str) -> Self {
        let json: Value = serde_json::from_str(config).unwrap_or_default();
        let first = |key: &str| list(&json, key).first().map_or(0, number);
        let mut numbers = Self { parser: first("parsers"), deparser: first("deparsers"), ..Self::default() };
        for key in ["headers", "checksums", "pipelines"] {
            numbers.parts.insert(key, named(list(&json, key)));
        }
        for key in ["tables", "conditionals"] {
            let parts = list(&json, "pipelines").iter().flat_map(|pipeline| named(list(pipeline, key)));
            numbers.parts.insert(key, parts.collect());
        }
        for table in list(&json, "pipelines").iter().flat_map(|pipeline| list(pipeline, "tables")) {
            for (action, id) in list(table, "actions").iter().zip(list(table, "action_ids")) {
                let id = id.as_i64().and_then(|id| i32::try_from(id).ok()).unwrap_or(0);
                numbers.actions.insert((name(table), action.as_str().unwrap_or_default().to_owned()), id);
            }
        }
        numbers
    }

    /// 0 for what the JSON doesn't have.
    fn of(&self, list: &'static str, name: &str) -> i32 {
        self.parts.get(list).and_then(|parts| parts.get(name)).copied().unwrap_or(0)
    }

    fn action(&self, table: &str, action: &str) -> i32 {
        self.actions.get(&(table.to_owned(), action.to_owned())).copied().unwrap_or(0)
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn name(value: &Value) -> String {
    value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(value: &Value) -> i32 {
    value.get("id").and_then(Value::as_i64).and_then(|id| i32::try_from(id).ok()).unwrap_or(0)
}

fn named(parts: &[Value]) -> BTreeMap<String, i32> {
    parts.iter().map(|part| (name(part), number(part))).collect()
}
