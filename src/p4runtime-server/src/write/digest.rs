//! Which digests are sent, and how.

use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime::v1::DigestEntry;
use hyper4_p4runtime::v1::update::Type;

use super::Context;
use crate::Failure;

impl Context<'_> {
    pub(super) fn write_digest(&mut self, kind: Type, given: &DigestEntry) -> Result<(), Failure> {
        let id = given.digest_id;
        if !self.pipeline.digests.contains_key(&id) {
            return Err(Failure::not_found(format!("no digest has the ID {id}")));
        }
        let known = self.records.digests.contains_key(&id);
        match (kind, known) {
            (Type::Insert, true) => {
                return Err(Failure::new(Code::AlreadyExists, format!("digest {id} is sent already")));
            }
            (Type::Modify | Type::Delete, false) => {
                return Err(Failure::not_found(format!("digest {id} is not sent")));
            }
            (Type::Delete, true) => {
                self.records.digests.remove(&id);
                return Ok(());
            }
            _ => {}
        }
        let config = given.config.unwrap_or_default();
        if config.max_timeout_ns < 0 || config.max_list_size < 0 || config.ack_timeout_ns < 0 {
            return Err(Failure::invalid(format!("digest {id}: what is configured can't be below 0")));
        }
        self.records.digests.insert(id, config);
        Ok(())
    }
}
