//! An HTTP/1.1 server whose responses a test determines, including where a body is cut off.

use std::collections::HashMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A request without its body.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
}

impl Head {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// A response, possibly incomplete.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Closes the connection after this number of bytes of the body.
    pub(crate) cut: Option<usize>,
    /// Sends nothing after this number of bytes of the body.
    pub(crate) stall: Option<usize>,
    /// Sends chunks, without a length.
    pub(crate) is_chunked: bool,
    /// Never responds.
    pub(crate) is_silent: bool,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            cut: None,
            stall: None,
            is_chunked: false,
            is_silent: false,
        }
    }

    pub(crate) fn silence() -> Self {
        Self {
            is_silent: true,
            ..Self::new(200, "")
        }
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::new(302, "moved").with("location", to)
    }

    /// The file, or the requested range of it, like a storage host.
    pub(crate) fn file(head: &Head, bytes: &[u8], etag: &str) -> Self {
        let from = head
            .header("range")
            .filter(|_| head.header("if-range") == Some(etag))
            .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
        let reply = match from {
            Some(from) => Self::new(206, &bytes[from..]).with(
                "content-range",
                &format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len()),
            ),
            None => Self::new(200, bytes),
        };
        reply.with("etag", etag).with("accept-ranges", "bytes")
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub(crate) fn cut_after(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    #[must_use]
    pub(crate) fn stalling_after(mut self, bytes: usize) -> Self {
        self.stall = Some(bytes);
        self
    }

    #[must_use]
    pub(crate) fn chunked(mut self) -> Self {
        self.is_chunked = true;
        self
    }
}

/// The server; it stops with this value.
pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Head>>>,
    serving: JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

type Answers = Arc<dyn Fn(usize, &Head) -> Reply + Send + Sync>;

impl Stub {
    /// Starts a server whose responses depend on the number of the request, from 0, and its head.
    pub(crate) async fn start(answers: impl Fn(usize, &Head) -> Reply + Send + Sync + 'static) -> Self {
        Self::listen(None, Arc::new(answers)).await
    }

    /// The same over TLS.
    pub(crate) async fn start_tls(
        acceptor: TlsAcceptor,
        answers: impl Fn(usize, &Head) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(acceptor), Arc::new(answers)).await
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Head> {
        self.requests.lock().expect("requests").clone()
    }

    async fn listen(acceptor: Option<TlsAcceptor>, answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answers, seen, acceptor) = (answers.clone(), seen.clone(), acceptor.clone());
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(stream, &answers, &seen).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, &answers, &seen).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            requests,
            serving,
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, answers: &Answers, seen: &Mutex<Vec<Head>>) {
    let mut stream = BufReader::new(stream);
    while let Some(head) = read_head(&mut stream).await {
        let number = {
            let mut seen = seen.lock().expect("requests");
            seen.push(head.clone());
            seen.len() - 1
        };
        let reply = answers(number, &head);
        if !write(&mut stream, &reply).await {
            // The client may have closed the connection.
            let _ = stream.shutdown().await;
            return;
        }
    }
}

async fn read_head(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<Head> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let path = lines.first()?.split(' ').nth(1)?.to_owned();
    let headers = lines[1..].iter().filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    Some(Head {
        path,
        headers: headers.collect(),
    })
}

/// Whether the connection can be used for another request.
async fn write(stream: &mut (impl AsyncWrite + Unpin), reply: &Reply) -> bool {
    if reply.is_silent {
        pending::<()>().await;
    }
    let mut head = format!("HTTP/1.1 {} Stub\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    let has_length = reply.headers.iter().any(|(name, _)| name == "content-length");
    if reply.is_chunked {
        head.push_str("transfer-encoding: chunked\r\n");
    } else if !has_length {
        head.extend(["content-length: ", &reply.body.len().to_string(), "\r\n"]);
    }
    head.push_str("\r\n");
    let length = reply.cut.or(reply.stall).unwrap_or(reply.body.len());
    let mut bytes = head.into_bytes();
    if reply.is_chunked {
        for chunk in reply.body[..length].chunks(1000) {
            bytes.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
        }
        if reply.cut.is_none() && reply.stall.is_none() {
            bytes.extend(b"0\r\n\r\n");
        }
    } else {
        bytes.extend(&reply.body[..length]);
    }
    let is_written = stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok();
    if reply.stall.is_some() {
        pending::<()>().await;
    }
    is_written && reply.cut.is_none()
}
