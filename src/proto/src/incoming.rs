//! Calls as commands, and replies as results.
//!
//! What a call leaves out, or has of another type, is zero or empty, as in Thrift's own code. Names are the program's full
//! names: simple_switch's clients complete them, the switch doesn't.

mod results;
mod state;
mod tables;

use hyper4_ir::{Command, Program};
use hyper4_switch::SwitchError;

use crate::code::{Family, Refusal, refusal};
use crate::fields::{bytes, int, text};
use crate::{Fields, IncomingCall, Outcome, Value};

pub use results::answer;

/// A method, by its service and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method<'a> {
    /// `standard`, `simple_pre`, `simple_pre_lag`, `simple_switch`.
    pub service: &'a str,
    /// `bm_mt_add_entry`, say.
    pub name: &'a str,
}

impl<'a> Method<'a> {
    /// The method that a call names.
    pub fn of(call: &'a IncomingCall) -> Self {
        let (service, name) = call.method.split_once(':').unwrap_or(("", &call.method));
        Self { service, name }
    }

    /// The exception that it declares.
    pub fn family(self) -> Family {
        let starts = |beginning: &str| self.name.starts_with(beginning);
        match self.service {
            "simple_pre" | "simple_pre_lag" => Family::Multicast,
            "simple_switch" if starts("mirroring_session_") => Family::Mirroring,
            "standard" if starts("bm_mt_") => Family::Table,
            "standard" if starts("bm_counter_") => Family::Counter,
            "standard" if starts("bm_meter_") => Family::Meter,
            "standard" if starts("bm_register_") => Family::Register,
            "standard" if starts("bm_parse_vset_") => Family::ValueSet,
            "standard" if starts("bm_set_") => Family::Calculation,
            _ => Family::Undeclared,
        }
    }

    /// What it answers when the switch says this.
    pub fn refused(self, error: &SwitchError) -> Outcome {
        match refusal(self.family(), error) {
            Refusal::Code(code) => Outcome::Refused(code),
            Refusal::Undeclared(text) => Outcome::Failed(text),
        }
    }
}

/// What a call asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// To carry out commands; the last one's reply is the answer.
    Commands(Vec<Command>),
    /// Something about the process that runs the switch.
    Process(ProcessRequest),
}

/// What a call asks of the process that runs the switch.
#[derive(Clone, Debug, PartialEq)]
pub enum ProcessRequest {
    /// `bm_load_new_config`: JSON to swap to.
    LoadConfig(String),
    /// `bm_swap_configs`.
    SwapConfigs,
    /// `bm_dev_mgr_add_port`.
    AddPort {
        /// The interface.
        interface: String,
        /// The port.
        port: i32,
        /// Where its packets are written to as a capture; empty: nowhere.
        capture: String,
    },
    /// `bm_dev_mgr_remove_port`.
    RemovePort(i32),
    /// `bm_dev_mgr_show_ports`.
    ShowPorts,
    /// `bm_mgmt_get_info`.
    Info,
    /// `bm_get_config`: the program's JSON.
    Config,
    /// `bm_get_config_md5`.
    ConfigMd5,
    /// `bm_get_id_from_name`.
    IdFromName {
        /// `BmResourceType`.
        kind: i32,
        /// The full name.
        name: String,
    },
    /// `bm_serialize_state`.
    SerializeState,
    /// `get_time_elapsed_us`.
    TimeElapsed,
    /// `get_time_since_epoch_us`.
    TimeSinceEpoch,
    /// `bm_learning_ack`, `bm_learning_ack_buffer`, `bm_learning_set_timeout`, `bm_learning_set_buffer_size`.
    Learning {
        /// The list's number.
        list: i32,
        /// What about it.
        what: LearningRequest,
    },
}

/// What a call asks about a learning list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LearningRequest {
    /// Samples of a buffer were dealt with.
    Acknowledge {
        /// The buffer.
        buffer: i64,
        /// Their numbers in it; `None`: all of them.
        samples: Option<Vec<i32>>,
    },
    /// Milliseconds after which a buffer is sent that isn't full.
    Timeout(i32),
    /// Samples that a buffer holds.
    BufferSize(i32),
}

/// What a call asks for.
///
/// # Errors
/// What is to be answered instead: there is no such method, or what it names isn't there.
pub fn request(program: Option<&Program>, call: &IncomingCall) -> Result<Request, Outcome> {
    let method = Method::of(call);
    let arguments = &call.arguments;
    if let Some(request) = process(method, arguments) {
        return Ok(Request::Process(request));
    }
    let found = match method.service {
        "standard" if method.family() == Family::Table => tables::commands(program, method.name, arguments),
        "standard" => state::standard(program, method.name, arguments),
        "simple_pre" => state::multicast(method.name, arguments, false),
        "simple_pre_lag" => state::multicast(method.name, arguments, true),
        "simple_switch" => state::simple_switch(method.name, arguments),
        _ => return Err(Outcome::UnknownMethod),
    };
    found.map(Request::Commands)
}

fn process(method: Method<'_>, arguments: &Fields) -> Option<ProcessRequest> {
    let number = |field| int(arguments, field).unwrap_or_default();
    let learning = |what| ProcessRequest::Learning { list: number(2), what };
    let long = |field| crate::fields::long(arguments, field).unwrap_or_default();
    Some(match (method.service, method.name) {
        ("standard", "bm_load_new_config") => ProcessRequest::LoadConfig(text(arguments, 1)),
        ("standard", "bm_swap_configs") => ProcessRequest::SwapConfigs,
        ("standard", "bm_dev_mgr_add_port") => ProcessRequest::AddPort {
            interface: text(arguments, 1),
            port: number(2),
            capture: text(arguments, 3),
        },
        ("standard", "bm_dev_mgr_remove_port") => ProcessRequest::RemovePort(number(1)),
        ("standard", "bm_dev_mgr_show_ports") => ProcessRequest::ShowPorts,
        ("standard", "bm_mgmt_get_info") => ProcessRequest::Info,
        ("standard", "bm_get_config") => ProcessRequest::Config,
        ("standard", "bm_get_config_md5") => ProcessRequest::ConfigMd5,
        ("standard", "bm_get_id_from_name") => {
            ProcessRequest::IdFromName { kind: number(2), name: text(arguments, 3) }
        }
        ("standard", "bm_serialize_state") => ProcessRequest::SerializeState,
        ("standard", "bm_learning_ack") => {
            learning(LearningRequest::Acknowledge { buffer: long(3), samples: Some(numbers(arguments, 4)) })
        }
        ("standard", "bm_learning_ack_buffer") => {
            learning(LearningRequest::Acknowledge { buffer: long(3), samples: None })
        }
        ("standard", "bm_learning_set_timeout") => learning(LearningRequest::Timeout(number(3))),
        ("standard", "bm_learning_set_buffer_size") => learning(LearningRequest::BufferSize(number(3))),
        ("simple_switch", "get_time_elapsed_us") => ProcessRequest::TimeElapsed,
        ("simple_switch", "get_time_since_epoch_us") => ProcessRequest::TimeSinceEpoch,
        _ => return None,
    })
}

fn numbers(fields: &Fields, number: i16) -> Vec<i32> {
    let values = crate::fields::list(fields, number).iter();
    values.filter_map(|value| if let Value::I32(number) = value { Some(*number) } else { None }).collect()
}

/// An index as the switch takes it: what is negative is far out of range.
fn index(fields: &Fields, number: i16) -> u64 {
    i64::from(int(fields, number).unwrap_or_default()).cast_unsigned()
}

/// A set of ports or of link aggregation groups.
fn set(fields: &Fields, number: i16) -> Result<Vec<u16>, Outcome> {
    let digits = bytes(fields, number).unwrap_or_default();
    crate::multicast::set_of(digits)
        .ok_or_else(|| Outcome::Failed("bitset string ctor has invalid argument".to_owned()))
}
