//! What the switch tells its clients without being asked.

use std::collections::BTreeMap;
use std::time::Instant;

use hyper4_engine::{Aged, Engine};
use hyper4_ir::{Digest, Program};
use hyper4_proto::LearningRequest;
use hyper4_serve::{LearningList, Lot, Notification, Publisher, table_number};
use hyper4_switch::{Change, ControlPlane, Switch, SwitchError};
use hyper4_virtual::VirtualSwitch;

use super::log::{Level, Log};

/// A switch with what a process tells of it besides.
pub(super) trait Served: Switch + Send {
    /// As [`Engine::sweep`]; nothing where entries don't age.
    fn sweep(&mut self) -> Vec<Aged> {
        Vec::new()
    }

    /// As [`Engine::control_plane`]; nothing where the state can't be written.
    fn control_plane(&self) -> Option<&ControlPlane> {
        None
    }

    /// As [`Engine::restore`].
    fn restore(&mut self, _changes: Vec<Change>) -> Result<(), SwitchError> {
        Err(SwitchError::Failed("a persona takes no state of another switch".to_owned()))
    }
}

impl Served for Engine {
    fn sweep(&mut self) -> Vec<Aged> {
        Self::sweep(self)
    }

    fn control_plane(&self) -> Option<&ControlPlane> {
        Self::control_plane(self)
    }

    fn restore(&mut self, changes: Vec<Change>) -> Result<(), SwitchError> {
        Self::restore(self, changes)
    }
}

/// A persona refuses tables whose entries age.
impl Served for VirtualSwitch {}

/// Makes notifications and sends them.
pub(super) struct Notifier {
    publisher: Publisher,
    device_id: u64,
    lists: BTreeMap<i32, LearningList>,
    /// Notifications of aged entries so far.
    aged: u64,
    /// Whether ports were up when they were last looked at.
    ports: BTreeMap<i32, bool>,
}

impl Notifier {
    pub(super) fn new(publisher: Publisher, device_id: u64) -> Self {
        Self { publisher, device_id, lists: BTreeMap::new(), aged: 0, ports: BTreeMap::new() }
    }

    /// Another program runs.
    pub(super) fn load(&mut self, program: &Program) {
        let lists = program.learn_lists.iter().map(|list| (list.id.cast_signed(), LearningList::default()));
        self.lists = lists.collect();
        self.aged = 0;
    }

    /// The switch's state was reset.
    pub(super) fn reset(&mut self) {
        self.lists.values_mut().for_each(LearningList::reset);
        self.aged = 0;
    }

    /// Packets have taught that.
    pub(super) fn learn(&mut self, program: &Program, digests: &[Digest], log: &Log) {
        for digest in digests {
            let Some(declared) = program.learn_lists.get(digest.list.index()) else { continue };
            log.write(Level::Trace, &format!("Learning sample for list id {}", declared.id));
            let number = declared.id.cast_signed();
            let sample = digest.values.iter().flat_map(hyper4_bits::Bits::to_be_bytes).collect();
            let lot = self.lists.get_mut(&number).and_then(|list| list.learn(sample, Instant::now()));
            self.send(number, lot, log);
        }
    }

    /// What a client says about a list; false when there is none.
    pub(super) fn hear(&mut self, number: i32, what: &LearningRequest, log: &Log) -> bool {
        let Some(list) = self.lists.get_mut(&number) else { return false };
        let lot = list.hear(what);
        self.send(number, lot, log);
        true
    }

    /// Send what has waited for long enough.
    pub(super) fn send_overdue(&mut self, log: &Log) {
        let now = Instant::now();
        let overdue = self.lists.iter_mut().map(|(number, list)| (*number, list.overdue(now)));
        for (number, lot) in overdue.collect::<Vec<_>>() {
            self.send(number, lot, log);
        }
    }

    fn send(&self, list: i32, lot: Option<Lot>, log: &Log) {
        let Some(Lot { buffer, samples }) = lot else { return };
        let told = format!("Sending learning notification for list id {list} (buffer id {buffer})");
        log.write(Level::Trace, &told);
        let (count, bytes) = (samples.len() as u32, samples.concat());
        let notification = Notification::Learnt { list, buffer, samples: count, bytes };
        self.publisher.send(&notification.message(self.device_id));
    }

    /// Entries have aged; `config` is the program's JSON.
    pub(super) fn age(&mut self, program: &Program, config: &str, aged: &[Aged], log: &Log) {
        for Aged { table, handles } in aged {
            let Some(declared) = program.tables.get(table.index()) else { continue };
            let name = &declared.name;
            let Some(number) = table_number(config, name) else { continue };
            for handle in handles {
                log.write(Level::Trace, &format!("Ageing entry {handle} in table '{name}'"));
            }
            log.write(Level::Trace, &format!("Sending ageing notification for table '{name}' ({number})"));
            let handles = handles.iter().map(|handle| *handle as u32).collect();
            let notification = Notification::Aged { buffer: self.aged, table: number, handles };
            self.aged += 1;
            self.publisher.send(&notification.message(self.device_id));
        }
    }

    /// Ports and whether they are up: those that are otherwise than before are told of.
    pub(super) fn look_at(&mut self, ports: impl Iterator<Item = (i32, bool)>) {
        let now: BTreeMap<i32, bool> = ports.collect();
        // A port that is new was down.
        let was = |port: &i32| self.ports.get(port).copied().unwrap_or_default();
        let changed: Vec<(i32, bool)> =
            now.iter().filter(|(port, up)| was(port) != **up).map(|(port, up)| (*port, *up)).collect();
        self.ports = now;
        if !changed.is_empty() {
            self.publisher.send(&Notification::Ports(changed).message(self.device_id));
        }
    }
}
