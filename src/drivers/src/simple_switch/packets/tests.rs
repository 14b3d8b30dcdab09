use std::os::unix::net::UnixListener;
use std::thread::{JoinHandle, spawn};

use tempfile::TempDir;

use super::*;

const PATIENCE: Duration = Duration::from_secs(10);

/// Something that listens where simple_switch would, greets so, then does `serve`.
fn listening<T: Send + 'static>(
    greeting: [u8; 8],
    serve: impl FnOnce(UnixStream) -> T + Send + 'static,
) -> (TempDir, JoinHandle<T>, io::Result<PacketSocket>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("packets");
    let listener = UnixListener::bind(&path).unwrap();
    let server = spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut theirs = [0; 8];
        stream.read_exact(&mut theirs).unwrap();
        assert_eq!(theirs, GREETING);
        stream.write_all(&greeting).unwrap();
        let mut request = [0; 21];
        if stream.read_exact(&mut request).is_ok() {
            assert_eq!(request.as_slice(), message(INFO_REQUEST, 0, 1, &[]));
            stream.write_all(&message(INFO_REPLY, 0, 1, &[1, 0, 0, 0])).unwrap();
        }
        serve(stream)
    });
    let socket = PacketSocket::connect(&path, PATIENCE);
    (folder, server, socket)
}

/// A message as simple_switch writes it.
fn message(kind: i32, port: i32, length: i32, packet: &[u8]) -> Vec<u8> {
    let mut bytes = vec![WHOLE_MESSAGE];
    bytes.extend((packet.len() as u64 + 12).to_be_bytes());
    [kind, port, length].iter().for_each(|number| bytes.extend(number.to_ne_bytes()));
    bytes.extend(packet);
    bytes
}

#[test]
fn packets_go_both_ways() {
    let (_folder, server, socket) = listening(GREETING, |mut stream| {
        stream.write_all(&message(PACKET_OUT, 3, 2, &[8, 9])).unwrap();
        stream.write_all(&message(PACKET_OUT, 0, 0, &[])).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        all
    });
    let mut socket = socket.unwrap();
    socket.send(510, &[1, 2, 3]).unwrap();
    socket.send(0, &[]).unwrap();
    assert_eq!(socket.receive().unwrap(), (3, vec![8, 9]));
    assert_eq!(socket.receive().unwrap(), (0, vec![]));
    drop(socket);
    let sent = server.join().unwrap();
    assert_eq!(sent, [message(PACKET_IN, 510, 3, &[1, 2, 3]), message(PACKET_IN, 0, 0, &[])].concat());
}

#[test]
fn another_protocol_is_refused() {
    let (_folder, server, socket) = listening([0, b'S', b'P', 0, 0, 33, 0, 0], drop);
    assert_eq!(socket.unwrap_err().kind(), io::ErrorKind::InvalidData);
    server.join().unwrap();
}

#[test]
fn what_is_no_packet_is_an_error() {
    let mut wrong_kind = message(PACKET_OUT, 1, 1, &[1]);
    wrong_kind[0] = 2;
    let mut endless = message(PACKET_OUT, 1, 1, &[1]);
    endless[1] = 255;
    for bytes in [
        message(PACKET_IN, 1, 1, &[1]),
        message(PACKET_OUT, 1, 2, &[1]),
        message(PACKET_OUT, -1, 1, &[1]),
        wrong_kind,
        endless,
        vec![WHOLE_MESSAGE, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3],
        vec![WHOLE_MESSAGE, 0],
    ] {
        let shown = format!("{bytes:?}");
        let (_folder, server, socket) =
            listening(GREETING, move |mut stream| stream.write_all(&bytes).unwrap());
        let error = socket.unwrap().receive().expect_err(&shown);
        assert!(matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof), "{error}");
        server.join().unwrap();
    }
}
