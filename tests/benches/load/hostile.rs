//! An honest client while many hostile ones hold connections.

use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use dumpus_tests::{PackageSpec, generate_in_memory};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

use crate::SETTINGS;
use crate::support::discord::{Behaviour, Discord};
use crate::support::http::Request;
use crate::support::instance::Instance;

const CONNECTIONS: u16 = 2_000;
/// From this many addresses, so that the limit of each client does not keep them away.
const ADDRESSES: u16 = 100;
const LENGTH: Duration = Duration::from_secs(30);

/// What a hostile connection sends before it falls silent, and whether it reads.
const KINDS: [(&[u8], bool); 5] = [
    (b"GET /health HTT", true),
    (
        b"POST /process HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{",
        true,
    ),
    (b"GET /docs/scalar.js HTTP/1.1\r\nHost: x\r\n\r\n", false),
    (b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /hea", true),
    (b"", true),
];

/// Measures requests of an honest client while the connections are open.
pub(crate) fn run() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &SETTINGS);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut attackers = JoinSet::new();
    for number in 0..CONNECTIONS {
        attackers.spawn_on(attack(instance.address, number), runtime.handle());
    }
    let package = generate_in_memory(&PackageSpec::default()).0;
    let first = discord.link(package.clone(), Behaviour::Package);
    let id = instance.process(&first);
    let (mut submitted, mut polled, mut fetched) = (Vec::new(), Vec::new(), Vec::new());
    let began = Instant::now();
    let mut open = Vec::new();
    while began.elapsed() < LENGTH {
        if submitted.len() % 50 == 0 {
            let files = fs::read_dir(format!("/proc/{}/fd", instance.process.id()));
            open.push(files.unwrap().count());
        }
        let link = discord.link(package.clone(), Behaviour::Package);
        submitted.push(timed(|| drop(instance.admit(&link.url))));
        polled.push(timed(|| drop(instance.status(&first.key, &id))));
        fetched.push(timed(|| {
            let data = instance.get(&first.key, &format!("/process/{id}/data"));
            assert_eq!(data.status, 200);
        }));
    }
    open.sort_unstable();
    let median = open[open.len() / 2];
    println!("{median} files are open at the median, nearly all of them hostile connections");
    for (what, times) in [("submit", submitted), ("poll", polled), ("fetch", fetched)] {
        let (count, p99) = (times.len(), percentile_99(times));
        println!(
            "{what}: {count} requests, p99 {:.1} ms (below 200)",
            p99.as_secs_f64() * 1e3
        );
    }
    println!("memory: {} MB", instance.process.resident_bytes() / 1_000_000);
    let health = timed(|| assert_eq!(instance.send(&Request::get("/health")).status, 200));
    println!("health: {:.1} ms\n", health.as_secs_f64() * 1e3);
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn percentile_99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[(times.len() * 99 / 100).min(times.len() - 1)]
}

/// Holds a connection of one kind, and opens the next one whenever the server closes it.
async fn attack(server: SocketAddr, number: u16) {
    let (sent, reads) = KINDS[usize::from(number) % KINDS.len()];
    let [_, last] = (1 + number % ADDRESSES).to_be_bytes();
    loop {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        socket.bind(SocketAddr::from(([127, 0, 1, last], 0))).unwrap();
        let Ok(mut connection) = socket.connect(server).await else {
            continue;
        };
        if connection.write_all(sent).await.is_err() {
            continue;
        }
        if reads {
            // Until the server closes it.
            let mut rest = Vec::new();
            let _ = connection.read_to_end(&mut rest).await;
        } else {
            // An error is all that such a client ever notices.
            let _ = connection.ready(tokio::io::Interest::ERROR).await;
        }
    }
}
