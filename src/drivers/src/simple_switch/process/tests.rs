use std::sync::mpsc::Sender;

use super::*;

fn log() -> (Sender<Vec<u8>>, Log) {
    let (sender, chunks) = channel();
    (sender, Log { chunks, chunk: Vec::new(), position: 0, begun: Vec::new() })
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

#[test]
fn lines_come_whole_however_they_were_cut() {
    let text = "one\n\ntwo é\nthree\nrest";
    for size in 1..=text.len() {
        let (sender, mut log) = log();
        for chunk in text.as_bytes().chunks(size) {
            sender.send(chunk.to_vec()).unwrap();
        }
        let mut line = String::new();
        for expected in ["one", "", "two é", "three"] {
            log.next(&mut line, soon()).unwrap();
            assert_eq!(line, expected, "in chunks of {size}");
        }
        assert_eq!(log.next(&mut line, Instant::now()), Err(NoLine::Late));
        sender.send(b" of it\n".to_vec()).unwrap();
        log.next(&mut line, soon()).unwrap();
        assert_eq!(line, "rest of it", "in chunks of {size}");
        drop(sender);
        assert_eq!(log.next(&mut line, soon()), Err(NoLine::Ended));
    }
}

#[test]
fn forgetting_keeps_a_line_that_has_begun() {
    let (sender, mut log) = log();
    sender.send(b"old\nolder\nne".to_vec()).unwrap();
    assert_eq!(log.forget(Duration::ZERO), NoLine::Late);
    sender.send(b"w\n".to_vec()).unwrap();
    let mut line = String::new();
    log.next(&mut line, soon()).unwrap();
    assert_eq!(line, "new");
    drop(sender);
    assert_eq!(log.forget(Duration::ZERO), NoLine::Ended);
}
