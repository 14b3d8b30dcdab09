//! Metrics and health, by HTTP.

use std::fmt::Write;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::shared::Shared;

/// The longest request that is read, and how long it may take.
const LONGEST: usize = 8192;
const PATIENCE: Duration = Duration::from_secs(5);

/// Answer until the task is ended.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                // A client that is gone or silent has no answer.
                let _ = tokio::time::timeout(PATIENCE, answer(stream, shared)).await;
            });
        }
    }
}

async fn answer(mut stream: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < LONGEST {
        if stream.read_buf(&mut request).await? == 0 {
            break;
        }
    }
    let line =
        String::from_utf8_lossy(request.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
    let mut words = line.split(' ');
    let (status, body) = match (words.next(), words.next()) {
        (Some("GET"), Some("/metrics")) => {
            let text = tokio::task::spawn_blocking(move || metrics(&shared)).await;
            ("200 OK", text.unwrap_or_default())
        }
        (Some("GET"), Some("/health")) => ("200 OK", "ok\n".to_owned()),
        (Some("GET"), Some(_)) => ("404 Not Found", "there are /metrics and /health\n".to_owned()),
        _ => ("405 Method Not Allowed", "only GET\n".to_owned()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

/// All numbers, in Prometheus's text format.
fn metrics(shared: &Shared) -> String {
    let mut text = String::new();
    let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let mut metric = |name: &str, kind: &str, help: &str, values: Vec<(String, u64)>| {
        // Writing to a string doesn't fail.
        let _ = writeln!(text, "# HELP hyper4_{name} {help}\n# TYPE hyper4_{name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(text, "hyper4_{name}{labels} {value}");
        }
    };
    let counts = &shared.counts;
    let one = |counter| vec![(String::new(), load(counter))];
    metric("packets_received_total", "counter", "Packets that came in.", one(&counts.packets_in));
    metric(
        "packets_sent_total",
        "counter",
        "Packets that left, those to controllers among them.",
        one(&counts.packets_out),
    );
    metric(
        "packets_failed_total",
        "counter",
        "Packets that the device failed on.",
        one(&counts.packets_lost),
    );
    let repairs = &counts.repairs;
    metric(
        "device_up",
        "gauge",
        "Whether the device runs.",
        vec![(String::new(), 1 - load(&repairs.down).min(1))],
    );
    metric(
        "reconciliations_total",
        "counter",
        "How often the device was compared with what is known of it, and set right.",
        one(&repairs.times),
    );
    let repaired = [
        ("row_added", &repairs.missing),
        ("foreign_row_removed", &repairs.foreign),
        ("row_changed", &repairs.changed),
        ("group", &repairs.groups),
        ("session_or_cell", &repairs.cells),
    ];
    let repaired = repaired.map(|(what, counter)| (format!("{{what=\"{what}\"}}"), load(counter)));
    metric("repairs_total", "counter", "What was set right in the device.", repaired.into());
    let commands = counts.commands.read().unwrap_or_else(PoisonError::into_inner);
    let by_slice = commands.iter().flat_map(|(slice, [done, refused])| {
        let labels = |result: &str| format!("{{slice=\"{}\",result=\"{result}\"}}", escaped(slice));
        [(labels("done"), load(done)), (labels("refused"), load(refused))]
    });
    metric("commands_total", "counter", "Commands of tenants.", by_slice.collect());
    let slices: Vec<String> = commands.keys().cloned().collect();
    drop(commands);
    let dpmu = shared.lock();
    let rows =
        slices.iter().map(|slice| (format!("{{slice=\"{}\"}}", escaped(slice)), dpmu.rows_held(slice)));
    metric("rows", "gauge", "Rows that a slice has in the device.", rows.collect());
    drop(dpmu);
    text
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
