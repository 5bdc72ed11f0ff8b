//! Discord as its links have it: a click host that redirects, and a storage host with the archive. Both are on loopback;
//! the server finds them under their real names, over TLS with an authority of the tests.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::NamedTempFile;

use super::authority::Authority;

const CLICK: &str = "click.discord.com";
const STORAGE: &str = "storage.googleapis.com";
/// A name that leads to the stub, which has no certificate for it.
const UNPROVEN: &str = "unproven.example.org";
const CUTS: u64 = 10;

/// What happens to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// The click host redirects, the storage host gives the archive.
    Package,
    /// The storage host answers 400 with XML, as it does when the signature of an address has expired.
    Expired,
    /// The click host wants a browser.
    Challenge,
    /// The click host shows a page that is no challenge.
    Page,
    /// In many pieces with pauses between them.
    Slow,
    /// Half of the archive, then nothing, until the behaviour changes.
    Held,
    /// The first answer ends after a tenth of the archive, the second after two tenths, and so on.
    CutAtEveryTenth {
        /// Whether the storage host goes on where an answer ended.
        with_ranges: bool,
    },
    /// More bytes are announced than come.
    LengthTooLarge,
    /// Fewer bytes are announced than there are.
    LengthTooSmall,
    /// The storage host answers 503 so many times, then the archive.
    Troubled(u64),
    /// The click host redirects there.
    RedirectTo(String),
    /// The click host redirects to a host that cannot prove its name.
    Unproven,
    /// The storage host has a file that is no archive.
    NoArchive,
    /// The click host redirects to itself.
    Loop,
}

/// A link, and what became of it.
pub struct Link {
    pub key: String,
    /// The link that the owner of the package pastes.
    pub url: String,
    /// The same at an origin that only this instance allows.
    pub plain_url: String,
    entry: Arc<Entry>,
}

impl Link {
    pub fn switch_to(&self, behaviour: Behaviour) {
        *self.entry.behaviour.lock().unwrap() = behaviour;
    }

    /// Requests of the click host.
    pub fn clicks(&self) -> u64 {
        self.entry.clicks.load(Ordering::SeqCst)
    }

    /// Requests of the storage host.
    pub fn downloads(&self) -> u64 {
        self.entry.downloads.load(Ordering::SeqCst)
    }

    /// Downloads that are under way now.
    pub fn open_downloads(&self) -> usize {
        self.entry.open.load(Ordering::SeqCst)
    }
}

struct Entry {
    number: usize,
    package: Arc<Vec<u8>>,
    behaviour: Mutex<Behaviour>,
    clicks: AtomicU64,
    downloads: AtomicU64,
    open: AtomicUsize,
}

impl Entry {
    fn behaviour(&self) -> Behaviour {
        self.behaviour.lock().unwrap().clone()
    }
}

#[derive(Default)]
struct Links {
    by_key: HashMap<String, Arc<Entry>>,
    by_number: Vec<Arc<Entry>>,
}

/// Both hosts; they go with the process.
pub struct Discord {
    plain: SocketAddr,
    tls: SocketAddr,
    authority: NamedTempFile,
    links: Arc<Mutex<Links>>,
}

impl Discord {
    pub fn start() -> Self {
        let authority = Authority::new();
        let config = authority.server_of(&[CLICK, STORAGE]);
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(authority.pem().as_bytes()).unwrap();
        let links = Arc::new(Mutex::new(Links::default()));
        Self {
            plain: listen(None, &links),
            tls: listen(Some(config), &links),
            authority: file,
            links,
        }
    }

    /// Settings with which a server takes this for Discord.
    pub fn settings(&self) -> Vec<(String, String)> {
        let port = self.tls.port();
        let names = [CLICK, STORAGE, UNPROVEN].map(|name| format!("{name}:443:127.0.0.1:{port}"));
        [
            ("DUMPUS_RESOLVE", names.join(",")),
            ("DUMPUS_EXTRA_CA_FILE", self.authority.path().display().to_string()),
            ("DL_ZIP_WHITELISTED_DOMAINS", format!("http://{}", self.plain)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// A new link with a key of its own.
    pub fn link(&self, package: Vec<u8>, behaviour: Behaviour) -> Link {
        self.link_with_key(&fresh_key(), Arc::new(package), behaviour)
    }

    pub fn link_with_key(&self, key: &str, package: Arc<Vec<u8>>, behaviour: Behaviour) -> Link {
        let mut links = self.links.lock().unwrap();
        let entry = Arc::new(Entry {
            number: links.by_number.len(),
            package,
            behaviour: Mutex::new(behaviour),
            clicks: AtomicU64::new(0),
            downloads: AtomicU64::new(0),
            open: AtomicUsize::new(0),
        });
        links.by_key.insert(key.to_owned(), entry.clone());
        links.by_number.push(entry.clone());
        Link {
            key: key.to_owned(),
            url: format!("https://{CLICK}/ls/click?upn={key}"),
            plain_url: format!("http://{}/ls/click?upn={key}", self.plain),
            entry,
        }
    }
}

/// A key as long as Discord's.
pub fn fresh_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let start = format!("u001.test-{}-{number}-", std::process::id());
    start.clone() + &"Key_of-a.package0".repeat(50)[..800 - start.len()]
}

fn listen(config: Option<Arc<ServerConfig>>, links: &Arc<Mutex<Links>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let links = links.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (links, config) = (links.clone(), config.clone());
            thread::spawn(move || {
                // The other side goes when it likes.
                let _ = stream.and_then(|stream| serve(stream, config, &links));
            });
        }
    });
    address
}

fn serve(stream: TcpStream, config: Option<Arc<ServerConfig>>, links: &Mutex<Links>) -> io::Result<()> {
    let socket = stream.try_clone()?;
    let Some(config) = config else {
        return answer(&mut BufReader::new(stream), &socket, "http", links);
    };
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let answered = answer(&mut stream, &socket, "https", links);
    stream.get_mut().conn.send_close_notify();
    stream.get_mut().flush()?;
    answered
}

/// What the stub needs of a request.
struct Head {
    host: String,
    path: String,
    range: Option<u64>,
}

fn read_head(stream: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let header = |name: &str| {
        let found = lines[1..]
            .iter()
            .find_map(|line| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let from = |range: &str| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok();
    Ok(Some(Head {
        host: header("host").unwrap_or_default(),
        path: lines[0].split(' ').nth(1).unwrap_or_default().to_owned(),
        range: header("range")
            .filter(|_| header("if-range").is_some())
            .as_deref()
            .and_then(from),
    }))
}

/// One request for each connection: a server that needs more of them opens more.
fn answer<S: Read + Write>(
    stream: &mut BufReader<S>,
    socket: &TcpStream,
    scheme: &str,
    links: &Mutex<Links>,
) -> io::Result<()> {
    let Some(head) = read_head(stream)? else { return Ok(()) };
    let out = stream.get_mut();
    if let Some(key) = head.path.strip_prefix("/ls/click?upn=") {
        let entry = links.lock().unwrap().by_key.get(key).cloned();
        let Some(entry) = entry else {
            return plain(out, 404, &[], "no such link");
        };
        entry.clicks.fetch_add(1, Ordering::SeqCst);
        let storage = if scheme == "https" {
            STORAGE.to_owned()
        } else {
            head.host
        };
        return click(out, &entry, &format!("{scheme}://{storage}"), key);
    }
    let number = head
        .path
        .strip_prefix("/exports/")
        .and_then(|path| path.split('/').next()?.parse::<usize>().ok());
    let entry = number.and_then(|number| links.lock().unwrap().by_number.get(number).cloned());
    let Some(entry) = entry else {
        return plain(out, 404, &[], "no such export");
    };
    let download = entry.downloads.fetch_add(1, Ordering::SeqCst);
    entry.open.fetch_add(1, Ordering::SeqCst);
    let stored = store(out, socket, &entry, download, head.range);
    entry.open.fetch_sub(1, Ordering::SeqCst);
    stored
}

fn click(out: &mut impl Write, entry: &Entry, storage: &str, key: &str) -> io::Result<()> {
    let html = ("Content-Type", "text/html; charset=UTF-8");
    let to = match entry.behaviour() {
        Behaviour::Challenge => {
            let headers = [html, ("Server", "cloudflare"), ("cf-mitigated", "challenge")];
            return plain(out, 403, &headers, "<!DOCTYPE html><title>Just a moment...</title>");
        }
        Behaviour::Page => return plain(out, 200, &[html], "<!DOCTYPE html><title>Wrong link</title>"),
        Behaviour::RedirectTo(to) => to,
        Behaviour::Unproven => format!("https://{UNPROVEN}/exports/{}/package.zip", entry.number),
        Behaviour::Loop => format!("/ls/click?upn={key}"),
        _ => format!(
            "{storage}/exports/{}/package.zip?X-Goog-Signature=0123456789abcdef",
            entry.number
        ),
    };
    plain(out, 302, &[("Location", &to)], "")
}

fn store(out: &mut impl Write, socket: &TcpStream, entry: &Entry, download: u64, range: Option<u64>) -> io::Result<()> {
    let package = &entry.package;
    let whole = package.len();
    match entry.behaviour() {
        Behaviour::Expired => {
            let xml = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code>\
                       <Message>The provided token has expired.</Message></Error>";
            plain(out, 400, &[("Content-Type", "application/xml; charset=UTF-8")], xml)
        }
        Behaviour::Troubled(times) if download < times => plain(out, 503, &[("Retry-After", "0")], "later"),
        Behaviour::NoArchive => plain(out, 200, &[("Content-Type", "application/zip")], "not an archive"),
        Behaviour::CutAtEveryTenth { with_ranges } => {
            let end = usize::try_from(u64::min(download + 1, CUTS) * whole as u64 / CUTS).unwrap();
            let from = range
                .filter(|_| with_ranges)
                .map_or(0, |from| usize::try_from(from).unwrap());
            part(out, package, from, with_ranges)?;
            out.write_all(&package[from.min(end)..end])?;
            out.flush()
        }
        Behaviour::LengthTooLarge => {
            headers(out, 200, &[("Content-Length", &(whole + 1000).to_string())])?;
            out.write_all(package)?;
            out.flush()
        }
        Behaviour::LengthTooSmall => {
            headers(out, 200, &[("Content-Length", &(whole * 2 / 3).to_string())])?;
            out.write_all(package)?;
            out.flush()
        }
        Behaviour::Slow => {
            part(out, package, 0, true)?;
            for piece in package.chunks(whole / 40 + 1) {
                out.write_all(piece)?;
                out.flush()?;
                thread::sleep(Duration::from_millis(50));
            }
            Ok(())
        }
        Behaviour::Held => {
            part(out, package, 0, true)?;
            out.write_all(&package[..whole / 2])?;
            out.flush()?;
            while entry.behaviour() == Behaviour::Held {
                if is_gone(socket)? {
                    return Ok(());
                }
            }
            out.write_all(&package[whole / 2..])?;
            out.flush()
        }
        _ => {
            let from = range.map_or(0, |from| usize::try_from(from).unwrap());
            part(out, package, from, true)?;
            out.write_all(&package[from..])?;
            out.flush()
        }
    }
}

/// Whether the other side has closed the connection.
fn is_gone(socket: &TcpStream) -> io::Result<bool> {
    socket.set_read_timeout(Some(Duration::from_millis(20)))?;
    match socket.peek(&mut [0]) {
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Ok(false),
        // Nothing follows a request but the goodbye of TLS.
        Ok(_) | Err(_) => Ok(true),
    }
}

/// The head of an answer with the archive, or what is left of it.
fn part(out: &mut impl Write, package: &[u8], from: usize, with_ranges: bool) -> io::Result<()> {
    let (length, range) = (
        (package.len() - from).to_string(),
        format!("bytes {from}-{}/{}", package.len() - 1, package.len()),
    );
    let mut lines = vec![("Content-Type", "application/zip"), ("Content-Length", &length)];
    if with_ranges {
        lines.push(("ETag", "\"of-the-package\""));
    }
    if from > 0 {
        lines.push(("Content-Range", &range));
    }
    headers(out, if from > 0 { 206 } else { 200 }, &lines)
}

fn plain(out: &mut impl Write, status: u16, lines: &[(&str, &str)], body: &str) -> io::Result<()> {
    let length = body.len().to_string();
    headers(out, status, &[lines, &[("Content-Length", &length)]].concat())?;
    out.write_all(body.as_bytes())?;
    out.flush()
}

fn headers(out: &mut impl Write, status: u16, lines: &[(&str, &str)]) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} Stub\r\nConnection: close\r\n");
    for (name, value) in lines {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    out.write_all(head.as_bytes())
}
