//! The switch's runtime API.

use std::collections::BTreeMap;

use hyper4_ir::{Command, MulticastDump, Program, Reply};
use hyper4_proto::{CallError, Client, Fields, Value, calls, refused, reply};
use hyper4_switch::{ControlError, MulticastError, SwitchError};

/// `egress_rid` and port of each copy that each group makes, in order.
pub(super) type Replicas = BTreeMap<u16, Vec<(u16, u16)>>;

pub(super) struct Runtime {
    client: Client,
}

impl Runtime {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// The address of the switch's notifications, which is another for each switch.
    pub(super) fn notifications_socket(&mut self) -> Result<String, CallError> {
        match self.client.call("standard:bm_mgmt_get_info", Fields::new())? {
            Some(Value::Struct(info)) => match info.get(&3) {
                Some(Value::Binary(address)) => Ok(String::from_utf8_lossy(address).into_owned()),
                _ => Ok(String::new()),
            },
            _ => Err(CallError::Broken("it says nothing of itself".to_owned())),
        }
    }

    /// Ask how long it has been running, to see that it answers.
    pub(super) fn time_elapsed(&mut self) -> Result<(), CallError> {
        self.client.call("simple_switch:get_time_elapsed_us", Fields::new()).map(drop)
    }

    pub(super) fn set_all_egress_queue_depths(&mut self, packets: i32) -> Result<(), CallError> {
        let arguments = Fields::from([(1, Value::I32(packets))]);
        self.client.call("simple_switch:set_all_egress_queue_depths", arguments).map(drop)
    }

    /// Let the switch carry out a command.
    pub(super) fn control(&mut self, program: &Program, command: &Command) -> Result<Reply, SwitchError> {
        let mut answers = Vec::new();
        for call in calls(program, command)? {
            match self.client.call(&call.method, call.arguments) {
                Ok(answer) => answers.push(answer),
                Err(error) => return Err(said(program, command, error)),
            }
        }
        reply(program, command, &answers).map_err(|error| {
            SwitchError::Failed(format!("an answer of simple_switch isn't understood: {error}"))
        })
    }

    /// What each group copies to.
    pub(super) fn replicas(&mut self) -> Result<Replicas, CallError> {
        let arguments = Fields::from([(1, Value::I32(0))]);
        let Some(Value::Binary(text)) = self.client.call("simple_pre_lag:bm_mc_get_entries", arguments)?
        else {
            return Err(CallError::Broken("its groups are missing".to_owned()));
        };
        let dump =
            hyper4_proto::multicast_dump(&String::from_utf8_lossy(&text)).map_err(CallError::Broken)?;
        Ok(replicas(&dump))
    }
}

/// What the switch means when it doesn't do a command.
fn said(program: &Program, command: &Command, error: CallError) -> SwitchError {
    match error {
        CallError::Refused(code) => match refused(program, command, code) {
            Some(error) => error.into(),
            None => SwitchError::Failed(format!(
                "`{command}`: simple_switch refuses the command with code {code}"
            )),
        },
        // So it answers when a node is destroyed whose group has gone before.
        CallError::Exception(reason) if matches!(command, Command::MulticastNodeDestroy { .. }) => {
            ControlError::from(MulticastError::Other(reason)).into()
        }
        CallError::Broken(reason) | CallError::Exception(reason) => SwitchError::Failed(reason),
    }
}

/// The copies to ports, and one of each link aggregation group: the port that a hash that is always 255 chooses.
fn replicas(dump: &MulticastDump) -> Replicas {
    const LAG_HASH: usize = 0xff;
    let of_lag = |lag: &u16| {
        let ports = dump.lags.get(lag)?;
        ports.get(LAG_HASH.checked_rem(ports.len())?).copied()
    };
    let copies = |handle: &u64| -> Vec<(u16, u16)> {
        let Some(node) = dump.nodes.get(handle) else { return Vec::new() };
        let ports = node.ports.iter().copied().chain(node.lags.iter().filter_map(of_lag));
        ports.map(|port| (node.rid, port)).collect()
    };
    dump.groups.iter().map(|(group, nodes)| (*group, nodes.iter().flat_map(copies).collect())).collect()
}
