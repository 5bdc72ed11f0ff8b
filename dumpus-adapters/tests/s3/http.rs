//! Plain HTTP requests like those of a browser, and requests by a browser.
#![expect(clippy::expect_used, reason = "a request that cannot be sent fails the test")]

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A response: status, head in lower case, and unprocessed body.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// Sends a request with only these headers, without credentials.
pub(crate) async fn send(method: &str, url: &str, headers: &[(&str, &str)]) -> Response {
    let rest = url.strip_prefix("http://").expect("plain HTTP");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut request = format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    let mut stream = TcpStream::connect(host).await.expect("a connection");
    stream
        .write_all((request + "\r\n").as_bytes())
        .await
        .expect("a request");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("an answer");
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    Response {
        status: head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status"),
        body: bytes[end + 4..].to_vec(),
        head,
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Sends the same response on every connection, until the task is aborted.
pub(crate) fn respond_always(listener: TcpListener, content_type: &'static str, body: String) -> JoinHandle<()> {
    tokio::spawn(async move {
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n");
        let answer = format!("{head}connection: close\r\n\r\n{body}");
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
}

/// Fetches an address from a page of this host, on another port, and returns the text of the page; `None` if there is no
/// browser, which fails in CI.
pub(crate) async fn fetch_in_browser(host: &str, url: &str) -> Option<String> {
    let browser = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ]
    .into_iter()
    .find(|path| std::path::Path::new(path).exists());
    let Some(browser) = browser else {
        assert!(std::env::var_os("CI").is_none(), "CI must run the tests of browsers");
        println!("skipped: no browser is installed");
        return None;
    };
    // Synchronous, so that the page is complete when its text is read.
    let page = format!(
        "<!doctype html><title>client</title><body><script>\
         const request = new XMLHttpRequest();\
         let text;\
         try {{ request.open('GET', {url:?}, false); request.send(); text = request.status + ' ' + request.responseText; }}\
         catch (error) {{ text = 'refused: ' + error.name; }}\
         document.body.textContent = text;</script>"
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let pages = respond_always(listener, "text/html", page);
    let profile = tempfile::tempdir().expect("a folder");
    let mut command = tokio::process::Command::new(browser);
    command
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
        ])
        .args(["--disable-dev-shm-usage", "--disable-component-update", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("http://{host}:{port}/"))
        .kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_mins(1), command.output()).await;
    let output = output.expect("the browser ends").expect("the browser starts");
    pages.abort();
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    let text = page
        .split_once("<body>")
        .and_then(|(_, rest)| rest.split_once("</body>"));
    Some(text.unwrap_or_else(|| panic!("no page: {page}")).0.trim().to_owned())
}
