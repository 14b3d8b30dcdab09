#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use hyper4_proto::LearningRequest;

use crate::{BindError, LearningList, Lot, Notification, Publisher};

fn lot(buffer: u64, samples: &[u8]) -> Option<Lot> {
    Some(Lot { buffer, samples: samples.iter().map(|sample| vec![*sample]).collect() })
}

#[test]
fn samples_are_told_once_until_they_are_acknowledged() {
    let (mut list, now) = (LearningList::default(), Instant::now());
    assert_eq!(list.hear(&LearningRequest::BufferSize(2)), None);
    assert_eq!(list.learn(vec![1], now), None);
    assert_eq!(list.learn(vec![1], now), None);
    assert_eq!(list.learn(vec![2], now), lot(0, &[1, 2]));
    assert_eq!(list.learn(vec![2], now), None);
    // One of them, by its number, and one that isn't there.
    list.hear(&LearningRequest::Acknowledge { buffer: 0, samples: Some(vec![1, 7]) });
    assert_eq!(list.learn(vec![1], now), None);
    assert_eq!(list.learn(vec![2], now), None);
    assert_eq!(list.learn(vec![3], now), lot(1, &[2, 3]));
    list.hear(&LearningRequest::Acknowledge { buffer: 0, samples: None });
    assert_eq!(list.learn(vec![1], now), None);
    assert_eq!(list.hear(&LearningRequest::BufferSize(1)), lot(2, &[1]));
    assert_eq!(list.learn(vec![4], now), lot(3, &[4]));
}

#[test]
fn a_lot_that_has_waited_is_sent_as_it_is() {
    let (mut list, now) = (LearningList::default(), Instant::now());
    list.learn(vec![1], now);
    list.learn(vec![2], now + Duration::from_millis(900));
    assert_eq!(list.overdue(now + Duration::from_millis(999)), None);
    assert_eq!(list.overdue(now + Duration::from_millis(1000)), lot(0, &[1, 2]));
    assert_eq!(list.overdue(now + Duration::from_secs(9)), None);
    list.hear(&LearningRequest::Timeout(0));
    list.learn(vec![3], now);
    assert_eq!(list.overdue(now + Duration::from_secs(9000)), None);
    list.hear(&LearningRequest::Timeout(50));
    assert_eq!(list.overdue(now + Duration::from_millis(50)), lot(1, &[3]));
    list.reset();
    list.learn(vec![3], now);
    assert_eq!(list.overdue(now + Duration::from_millis(50)), lot(0, &[3]));
}

#[test]
fn subscribers_get_messages_over_local_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notifications.ipc");
    let address = format!("ipc://{}", file.display());
    let publisher = Publisher::bind(&address).unwrap();
    assert_eq!(Publisher::bind(&address).unwrap_err(), BindError::Taken);
    let mut stream = UnixStream::connect(&file).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    stream.write_all(b"\0SP\0\0\x21\0\0").unwrap();
    let mut greeting = [0; 8];
    stream.read_exact(&mut greeting).unwrap();
    assert_eq!(&greeting, b"\0SP\0\0\x20\0\0");
    let message = Notification::Ports(vec![(3, true)]).message(7);
    let mut got = vec![0; 9 + message.len()];
    // When the greeting has been read isn't known.
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        publisher.send(&message);
        if stream.read_exact(&mut got).is_ok() {
            break;
        }
        assert!(Instant::now() < deadline, "nothing comes");
    }
    assert_eq!(got[..9], [1, 0, 0, 0, 0, 0, 0, 0, 40]);
    assert_eq!(got[9..13], *b"PRT|");
    assert_eq!(got[13..21], 7u64.to_ne_bytes());
    assert_eq!(got[21..25], 1u32.to_ne_bytes());
    assert_eq!(got[41..], [3u32.to_ne_bytes(), 1u32.to_ne_bytes()].concat());
}

#[test]
fn addresses_that_nobody_can_listen_at_are_refused() {
    let error = |address: &str| Publisher::bind(address).err();
    assert_eq!(error("udp://127.0.0.1:1"), Some(BindError::Protocol));
    assert_eq!(error("tcp://nowhere"), Some(BindError::Address));
    assert_eq!(error("ipc://"), Some(BindError::Address));
    assert!(matches!(error("ipc:///nowhere/at/all"), Some(BindError::System(_))));
}
