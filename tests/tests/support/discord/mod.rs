//! A stub of Discord: a click host that redirects, and a storage host with the archive. Both listen on loopback; programs
//! reach them by their real names, over TLS with a certificate authority of the tests.

mod responses;

use std::collections::HashMap;
use std::io::{self, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::NamedTempFile;

use self::responses::respond;
use super::authority::Authority;

const CLICK: &str = "click.discord.com";
const STORAGE: &str = "storage.googleapis.com";
/// A host name that resolves to the stub, which has no certificate for it.
const UNCERTIFIED: &str = "uncertified.example.org";

/// How the hosts respond to a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// The click host redirects, the storage host sends the archive.
    Package,
    /// The storage host responds with 400 and XML, as for an expired signature.
    Expired,
    /// The click host responds with a browser challenge.
    Challenge,
    /// The click host responds with an HTML page that is not a challenge.
    HtmlPage,
    /// The archive in many pieces, with pauses in between.
    Slow,
    /// Half of the archive; the rest once the behaviour changes.
    Paused,
    /// The first response ends after a tenth of the archive, the second after two tenths, and so on.
    Interrupted {
        /// Whether the storage host supports range requests.
        with_ranges: bool,
    },
    /// `Content-Length` is larger than the archive.
    LengthTooLarge,
    /// `Content-Length` is smaller than the archive.
    LengthTooSmall,
    /// The storage host responds with 503 a number of times, then with the archive.
    Unavailable(u64),
    /// The click host redirects to this address.
    RedirectTo(String),
    /// The click host redirects to a host with a certificate for another name.
    WrongCertificate,
    /// The storage host sends a file that is not an archive.
    NotAnArchive,
    /// The click host redirects to itself.
    RedirectLoop,
}

/// A link, and its request counts.
pub struct Link {
    pub key: String,
    /// The link that the owner of the package pastes.
    pub url: String,
    /// The same at an origin that the operator allows.
    pub plain_url: String,
    entry: Arc<Entry>,
}

impl Link {
    pub fn switch_to(&self, behaviour: Behaviour) {
        *self.entry.behaviour.lock().unwrap() = behaviour;
    }

    /// Number of requests to the click host.
    pub fn clicks(&self) -> u64 {
        self.entry.clicks.load(Ordering::SeqCst)
    }

    /// Number of requests to the storage host.
    pub fn downloads(&self) -> u64 {
        self.entry.downloads.load(Ordering::SeqCst)
    }

    /// Number of downloads in progress.
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

/// Both hosts; they run until the process ends.
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

    /// Settings that make a program use the stub instead of Discord.
    pub fn settings(&self) -> Vec<(String, String)> {
        let port = self.tls.port();
        let names = [CLICK, STORAGE, UNCERTIFIED].map(|name| format!("{name}:443:127.0.0.1:{port}"));
        [
            ("DUMPUS_RESOLVE", names.join(",")),
            ("DUMPUS_EXTRA_CA_FILE", self.authority.path().display().to_string()),
            ("DL_ZIP_WHITELISTED_DOMAINS", format!("http://{}", self.plain)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// A link with a new key.
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

/// A new key, as long as Discord's.
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
                // The peer may disconnect at any time.
                let _ = stream.and_then(|stream| serve(stream, config, &links));
            });
        }
    });
    address
}

fn serve(stream: TcpStream, config: Option<Arc<ServerConfig>>, links: &Mutex<Links>) -> io::Result<()> {
    let socket = stream.try_clone()?;
    let Some(config) = config else {
        return respond(&mut BufReader::new(stream), &socket, "http", links);
    };
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = BufReader::new(StreamOwned::new(connection, stream));
    let responded = respond(&mut stream, &socket, "https", links);
    stream.get_mut().conn.send_close_notify();
    stream.get_mut().flush()?;
    responded
}
