//! Downloads that are interrupted, and what the host answers when the rest is asked for.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use dumpus_adapters::source_http::{HttpSource, HttpSourceSettings};
use dumpus_ports::CancellationToken;
use dumpus_ports::archive::Progress;
use dumpus_ports::domain::link::{LinkPolicy, PackageLink};
use dumpus_ports::source::PackageSource as _;

use super::{block_on, take};

const SIZE: usize = 300;

/// What the host does in one download.
#[derive(Clone, Default)]
struct Script {
    /// Bytes of the first answer before the connection breaks.
    first: usize,
    /// The answer to the request for the rest.
    status: u16,
    content_range: Vec<u8>,
    content_length: Option<u64>,
    body: (usize, usize),
}

struct Host {
    script: Mutex<Script>,
    source: HttpSource,
    link: PackageLink,
}

/// What arrives is the file or an error: no answer to the request for the rest puts its parts together wrongly.
pub(crate) fn range(mut data: &[u8]) {
    static HOST: LazyLock<&'static Host> = LazyLock::new(host);
    let first = usize::from(take(&mut data)) + 2;
    let status = [206, 206, 206, 200, 416, 404][usize::from(take(&mut data) % 6)];
    let from = usize::from(u16::from_be_bytes([take(&mut data), take(&mut data)])) % SIZE;
    let length = usize::from(u16::from_be_bytes([take(&mut data), take(&mut data)])) % (SIZE - from + 1);
    let content_length = match take(&mut data) % 4 {
        0 => None,
        1 => Some(u64::from(take(&mut data)) << 56 | length as u64),
        _ => Some(length as u64),
    };
    let script = Script {
        first,
        status,
        content_range: data
            .iter()
            .copied()
            .filter(|byte| !matches!(byte, b'\r' | b'\n' | 0))
            .collect(),
        content_length,
        body: (from, length),
    };
    *HOST.script.lock().unwrap_or_else(PoisonError::into_inner) = script.clone();
    let package = block_on(
        HOST.source
            .download(&HOST.link, Progress::new(), CancellationToken::new()),
    );
    let Ok(package) = package else { return };
    let mut bytes = vec![0; usize::try_from(package.size()).unwrap()];
    package.read_exact_at(0, &mut bytes).unwrap();
    let body = &file()[from..from + length];
    match status {
        // The host sends the whole file anew, whatever that is.
        200 => assert!(bytes == body, "the parts of two answers are mixed"),
        206 => {
            let text = String::from_utf8_lossy(&script.content_range);
            assert!(
                bytes.len() == SIZE && bytes == [&file()[..first], body].concat(),
                "{text}: {} bytes",
                bytes.len()
            );
            let stated: Vec<u64> = text
                .split(|letter: char| !letter.is_ascii_digit())
                .filter_map(|number| number.parse().ok())
                .collect();
            assert!(
                stated.starts_with(&[first as u64, SIZE as u64 - 1]),
                "{text} is no continuation"
            );
        }
        _ => panic!("{status} brings no package"),
    }
}

/// Like an archive at its start.
fn file() -> Vec<u8> {
    let rest = (2..SIZE).map(|at| (at % 251) as u8);
    b"PK".iter().copied().chain(rest).collect()
}

fn host() -> &'static Host {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let mut settings = HttpSourceSettings::default();
    settings.transport.policy = LinkPolicy::new(vec![origin.parse().unwrap()]);
    settings.limits.backoff = Duration::ZERO;
    settings.limits.longest_wait = Duration::ZERO;
    settings.limits.attempts = 2;
    let link = settings
        .transport
        .policy
        .parse(&format!("{origin}/package.zip"))
        .unwrap();
    let host: &Host = Box::leak(Box::new(Host {
        script: Mutex::default(),
        source: HttpSource::new(settings).unwrap(),
        link,
    }));
    thread::spawn(move || {
        for connection in listener.incoming() {
            // The client is free to leave at any time.
            let _ = host.answer(connection.unwrap());
        }
    });
    host
}

impl Host {
    fn answer(&self, mut connection: TcpStream) -> std::io::Result<()> {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut bytes = [0; 2048];
            let read = connection.read(&mut bytes)?;
            if read == 0 {
                return Ok(());
            }
            request.extend(&bytes[..read]);
        }
        let script = self.script.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut response = Vec::new();
        if String::from_utf8_lossy(&request).to_lowercase().contains("\r\nrange:") {
            response.extend(format!("HTTP/1.1 {} -\r\netag: \"a\"\r\ncontent-range: ", script.status).bytes());
            response.extend(&script.content_range);
            if let Some(length) = script.content_length {
                response.extend(format!("\r\ncontent-length: {length}").bytes());
            }
            let (from, length) = script.body;
            response.extend(b"\r\n\r\n");
            response.extend(&file()[from..from + length]);
        } else {
            response.extend(format!("HTTP/1.1 200 -\r\netag: \"a\"\r\ncontent-length: {SIZE}\r\n\r\n").bytes());
            response.extend(&file()[..script.first]);
        }
        connection.write_all(&response)
    }
}
