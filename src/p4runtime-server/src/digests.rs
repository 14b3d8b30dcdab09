//! Digests on their way to controllers: samples are sent in lists, and each but once until its list is acknowledged.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use hyper4_bits::Bits;
use hyper4_p4runtime::v1::p4_data::Data;
use hyper4_p4runtime::v1::{DigestList, P4Data, P4StructLike, digest_entry};

use crate::pipeline::DigestShape;
use crate::value::encode;

type Sample = Vec<Bits>;

/// Samples that one digest may have unacknowledged; more are lost until some are.
const MOST: usize = 65_536;

/// One digest that is sent.
#[derive(Debug)]
struct Queue {
    shape: DigestShape,
    config: digest_entry::Config,
    waiting: Vec<Sample>,
    since: Option<Instant>,
    /// Waiting, or sent and not acknowledged.
    known: HashSet<Sample>,
    sent: BTreeMap<u64, (Instant, Vec<Sample>)>,
    next: u64,
}

/// The digests of a device that are sent.
#[derive(Debug, Default)]
pub(crate) struct Digests(BTreeMap<u32, Queue>);

fn nanoseconds(number: i64) -> Duration {
    Duration::from_nanos(u64::try_from(number).unwrap_or(0))
}

impl Digests {
    /// Those that are to be sent from now on; what waits of others is gone.
    pub(crate) fn set(&mut self, wanted: BTreeMap<u32, (DigestShape, digest_entry::Config)>) {
        self.0.retain(|id, _| wanted.contains_key(id));
        for (id, (shape, config)) in wanted {
            let queue = self.0.entry(id).or_insert_with(|| Queue {
                shape,
                config,
                waiting: Vec::new(),
                since: None,
                known: HashSet::new(),
                sent: BTreeMap::new(),
                next: 1,
            });
            (queue.shape, queue.config) = (shape, config);
        }
    }

    /// A packet taught that; a list may be due.
    pub(crate) fn learn(&mut self, id: u32, sample: Sample, now: Instant) -> Option<DigestList> {
        let queue = self.0.get_mut(&id)?;
        if queue.known.len() >= MOST || !queue.known.insert(sample.clone()) {
            return None;
        }
        queue.waiting.push(sample);
        queue.since.get_or_insert(now);
        queue.due(id, now)
    }

    /// Lists that have waited for long enough.
    pub(crate) fn overdue(&mut self, now: Instant) -> Vec<DigestList> {
        self.0
            .iter_mut()
            .filter_map(|(id, queue)| {
                queue.forget(now);
                queue.due(*id, now)
            })
            .collect()
    }

    /// A list was acknowledged: its samples are sent again when they come again. False when there is no such list.
    pub(crate) fn acknowledge(&mut self, id: u32, list: u64) -> bool {
        let Some(queue) = self.0.get_mut(&id) else { return false };
        let Some((_, samples)) = queue.sent.remove(&list) else { return false };
        samples.iter().for_each(|sample| {
            queue.known.remove(sample);
        });
        true
    }
}

impl Queue {
    /// What nobody acknowledged in time counts as if someone had.
    fn forget(&mut self, now: Instant) {
        let patience = nanoseconds(self.config.ack_timeout_ns);
        if patience.is_zero() {
            return;
        }
        let late = self.sent.iter().filter(|(_, (sent, _))| now >= *sent + patience);
        let late: Vec<u64> = late.map(|(list, _)| *list).collect();
        for list in late {
            let (_, samples) = self.sent.remove(&list).unwrap_or((now, Vec::new()));
            samples.iter().for_each(|sample| {
                self.known.remove(sample);
            });
        }
    }

    fn due(&mut self, id: u32, now: Instant) -> Option<DigestList> {
        let since = self.since?;
        let most = usize::try_from(self.config.max_list_size).unwrap_or(0);
        let full = most > 0 && self.waiting.len() >= most;
        if !full && now < since + nanoseconds(self.config.max_timeout_ns) {
            return None;
        }
        self.since = None;
        let samples = std::mem::take(&mut self.waiting);
        let list_id = self.next;
        self.next += 1;
        let data = samples.iter().map(|sample| data(self.shape, sample)).collect();
        self.sent.insert(list_id, (now, samples));
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let timestamp = i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX);
        Some(DigestList { digest_id: id, list_id, data, timestamp })
    }
}

fn data(shape: DigestShape, sample: &[Bits]) -> P4Data {
    let mut members = sample.iter().map(|value| P4Data { data: Some(Data::Bitstring(encode(value))) });
    match shape {
        DigestShape::Value => members.next().unwrap_or_default(),
        DigestShape::Struct => {
            P4Data { data: Some(Data::Struct(P4StructLike { members: members.collect() })) }
        }
        DigestShape::Tuple => P4Data { data: Some(Data::Tuple(P4StructLike { members: members.collect() })) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(value: u64) -> Sample {
        vec![Bits::from_u64(8, value)]
    }

    #[test]
    fn a_sample_is_sent_once_until_it_is_acknowledged() {
        let config = digest_entry::Config { max_timeout_ns: 1000, max_list_size: 2, ack_timeout_ns: 5000 };
        let mut digests = Digests::default();
        let begin = Instant::now();
        let at = |nanoseconds| begin + Duration::from_nanos(nanoseconds);
        assert_eq!(digests.learn(3, sample(1), at(0)), None, "nobody wants it");
        digests.set(BTreeMap::from([(3, (DigestShape::Value, config))]));
        assert_eq!(digests.learn(3, sample(1), at(0)), None);
        assert_eq!(digests.learn(3, sample(1), at(1)), None);
        let list = digests.learn(3, sample(2), at(2)).map(|list| (list.list_id, list.data.len()));
        assert_eq!(list, Some((1, 2)));
        assert_eq!(digests.learn(3, sample(2), at(3)), None);
        assert!(digests.overdue(at(2000)).is_empty(), "it was sent");
        assert!(digests.acknowledge(3, 1) && !digests.acknowledge(3, 1) && !digests.acknowledge(4, 1));
        assert_eq!(digests.learn(3, sample(2), at(2001)), None);
        assert!(digests.overdue(at(2002)).is_empty());
        assert_eq!(digests.overdue(at(3001)).len(), 1);
        // Nobody acknowledges it: after a while it is sent again.
        assert_eq!(digests.learn(3, sample(2), at(8000)), None);
        assert!(digests.overdue(at(8001)).is_empty());
        assert_eq!(digests.learn(3, sample(2), at(8002)), None);
        assert_eq!(digests.overdue(at(9002)).len(), 1);
        digests.set(BTreeMap::new());
        assert_eq!(digests.learn(3, sample(9), at(9003)), None);
    }
}
