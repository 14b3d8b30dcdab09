//! A served DPMU, and a controller.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use hyper4_p4runtime::config::P4Info;
use hyper4_p4runtime::tonic::transport::Channel;
use hyper4_p4runtime::tonic::{Code, Status, Streaming};
use hyper4_p4runtime::v1::entity::Entity as Kind;
use hyper4_p4runtime::v1::p4_runtime_client::P4RuntimeClient;
use hyper4_p4runtime::v1::stream_message_request::Update as Say;
use hyper4_p4runtime::v1::update::Type;
use hyper4_p4runtime::v1::*;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;

pub(crate) fn checkout() -> PathBuf {
    std::fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

pub(crate) fn features() -> String {
    checkout().join("corpus/p4runtime/features.p4").display().to_string()
}

/// `hyper4 dpmu serve`, which ends with the test.
pub(crate) struct Served {
    child: Child,
    /// What it said where it is.
    said: BTreeMap<String, String>,
    /// Where its log is.
    log: PathBuf,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// Serve a configuration in a folder.
    pub(crate) fn start(folder: &Path, config: &str) -> Self {
        Self::start_with(folder, config, &[])
    }

    /// The same with more arguments.
    pub(crate) fn start_with(folder: &Path, config: &str, arguments: &[&str]) -> Self {
        std::fs::write(folder.join("dpmu.toml"), config).unwrap();
        let log = folder.join("log");
        let appended = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_hyper4"))
            .args(["dpmu", "serve", "--config", "dpmu.toml"])
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(appended)
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut served = Self { child, said: BTreeMap::new(), log };
        for line in output.lines() {
            let line = line.unwrap();
            if line == "ready" {
                return served;
            }
            let (what, address) = line.split_once(" on ").unwrap();
            served.said.insert(what.to_owned(), address.to_owned());
        }
        panic!("it ended: {:?}\n{}", served.child.wait(), served.log());
    }

    /// All that it and those before it in its folder have logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Where something is.
    pub(crate) fn address(&self, what: &str) -> &str {
        self.said.get(what).unwrap_or_else(|| panic!("no {what} in {:?}", self.said))
    }

    /// What metrics say.
    pub(crate) fn metrics(&self) -> String {
        let address = self.address("metrics").trim_start_matches("http://").trim_end_matches("/metrics");
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// As `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As an operator does; its status.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }

    pub(crate) async fn client(&self, slice: &str) -> P4RuntimeClient<Channel> {
        let address = format!("http://{}", self.address(&format!("slice {slice}: P4Runtime")));
        P4RuntimeClient::connect(address).await.unwrap().max_decoding_message_size(64 << 20)
    }
}

/// A controller with its stream.
pub(crate) struct Controller {
    pub(crate) client: P4RuntimeClient<Channel>,
    pub(crate) election: u64,
    pub(crate) info: P4Info,
    say: Sender<StreamMessageRequest>,
    heard: Streaming<StreamMessageResponse>,
}

pub(crate) fn arbitration(device_id: u64, election: Option<u64>) -> Say {
    let election_id = election.map(|low| Uint128 { high: 0, low });
    Say::Arbitration(MasterArbitrationUpdate { device_id, election_id, ..Default::default() })
}

impl Controller {
    /// One that has said nothing yet.
    pub(crate) async fn silent(mut client: P4RuntimeClient<Channel>, election: u64) -> Self {
        let (say, requests) = channel(16);
        let heard = client.stream_channel(ReceiverStream::new(requests)).await.unwrap().into_inner();
        Self { client, election, info: P4Info::default(), say, heard }
    }

    /// The primary of device 1, which knows the P4Info when there is one.
    pub(crate) async fn primary(client: P4RuntimeClient<Channel>, election: u64) -> Self {
        let mut controller = Self::silent(client, election).await;
        assert_eq!(controller.arbitrate(1, Some(election)).await, Ok(Code::Ok));
        let request = GetForwardingPipelineConfigRequest { device_id: 1, response_type: 0 };
        if let Ok(response) = controller.client.get_forwarding_pipeline_config(request).await {
            controller.info = response.into_inner().config.unwrap().p4info.unwrap();
        }
        controller
    }

    pub(crate) async fn say(&self, update: Say) {
        self.say.send(StreamMessageRequest { update: Some(update) }).await.unwrap();
    }

    pub(crate) async fn hear(&mut self) -> Result<stream_message_response::Update, Code> {
        let patience = std::time::Duration::from_secs(20);
        let heard = tokio::time::timeout(patience, self.heard.message()).await.expect("nothing was said");
        match heard {
            Ok(Some(response)) => Ok(response.update.unwrap()),
            Ok(None) => Err(Code::Ok),
            Err(status) => Err(status.code()),
        }
    }

    /// What an arbitration update is answered with, or the stream ends with.
    pub(crate) async fn arbitrate(&mut self, device: u64, election: Option<u64>) -> Result<Code, Code> {
        self.say(arbitration(device, election)).await;
        match self.hear().await? {
            stream_message_response::Update::Arbitration(update) => {
                Ok(Code::from_i32(update.status.unwrap().code))
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn set_pipeline(
        &mut self,
        action: set_forwarding_pipeline_config_request::Action,
        config: Option<ForwardingPipelineConfig>,
    ) -> Result<(), Code> {
        let request = SetForwardingPipelineConfigRequest {
            device_id: 1,
            election_id: Some(Uint128 { high: 0, low: self.election }),
            action: action.into(),
            config,
            ..Default::default()
        };
        let set = self.client.set_forwarding_pipeline_config(request).await;
        set.map(drop).map_err(|status| status.code())
    }

    pub(crate) async fn try_write(
        &mut self,
        updates: Vec<(Type, Kind)>,
        atomicity: write_request::Atomicity,
    ) -> Result<(), Status> {
        let update = |(kind, entity): (Type, Kind)| Update {
            r#type: kind.into(),
            entity: Some(Entity { entity: Some(entity) }),
        };
        let request = WriteRequest {
            device_id: 1,
            election_id: Some(Uint128 { high: 0, low: self.election }),
            updates: updates.into_iter().map(update).collect(),
            atomicity: atomicity.into(),
            ..Default::default()
        };
        self.client.write(request).await.map(drop)
    }

    /// Write; the codes of the updates when one fails.
    pub(crate) async fn write(
        &mut self,
        updates: Vec<(Type, Kind)>,
        atomicity: write_request::Atomicity,
    ) -> Result<(), Vec<Code>> {
        use hyper4_p4runtime::prost::Message;
        let Err(status) = self.try_write(updates, atomicity).await else { return Ok(()) };
        if status.code() != Code::Unknown {
            return Err(vec![status.code()]);
        }
        let details = hyper4_p4runtime::rpc::Status::decode(status.details()).unwrap().details;
        let code = |any: &hyper4_p4runtime::Any| {
            assert_eq!(any.type_url, "type.googleapis.com/p4.v1.Error");
            Code::from_i32(Error::decode(any.value.as_slice()).unwrap().canonical_code)
        };
        Err(details.iter().map(code).collect())
    }

    pub(crate) async fn read(&mut self, wanted: Kind) -> Result<Vec<Kind>, Code> {
        let request = ReadRequest {
            device_id: 1,
            entities: vec![Entity { entity: Some(wanted) }],
            ..Default::default()
        };
        let mut stream = self.client.read(request).await.map_err(|status| status.code())?.into_inner();
        let mut found = Vec::new();
        while let Some(response) = stream.message().await.map_err(|status| status.code())? {
            found.extend(response.entities.into_iter().filter_map(|entity| entity.entity));
        }
        Ok(found)
    }

    /// The number of a table or action.
    pub(crate) fn id(&self, alias: &str) -> u32 {
        let tables = self.info.tables.iter().map(|table| table.preamble.as_ref());
        let mut all = tables.chain(self.info.actions.iter().map(|action| action.preamble.as_ref())).flatten();
        all.find(|preamble| preamble.alias == alias).unwrap_or_else(|| panic!("no {alias}")).id
    }

    /// An entry of `exact_table` that forwards.
    pub(crate) fn forward(&self, mac: u64, port: u16) -> Kind {
        let bytes = |value: u64| {
            let all = value.to_be_bytes();
            all[(value.leading_zeros() as usize / 8).min(7)..].to_vec()
        };
        let exact = field_match::FieldMatchType::Exact(field_match::Exact { value: bytes(mac) });
        let param = action::Param { param_id: 1, value: bytes(port.into()) };
        let action = Action { action_id: self.id("forward"), params: vec![param] };
        Kind::TableEntry(TableEntry {
            table_id: self.id("exact_table"),
            r#match: vec![FieldMatch { field_id: 1, field_match_type: Some(exact) }],
            action: Some(TableAction { r#type: Some(table_action::Type::Action(action)) }),
            ..Default::default()
        })
    }

    /// All entries of a table.
    pub(crate) async fn entries(&mut self, table: &str) -> Vec<Kind> {
        let table_id = self.id(table);
        self.read(Kind::TableEntry(TableEntry { table_id, ..Default::default() })).await.unwrap()
    }
}
