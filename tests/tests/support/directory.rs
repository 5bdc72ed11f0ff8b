//! A stub of a Dis-who host.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

/// The id of no user.
pub const ABSENT: &str = "404404404404404404";
/// The host fails for this id.
pub const BROKEN: &str = "500500500500500500";
/// The host always responds with a long `Retry-After` for this id.
pub const LIMITED: &str = "429429429429429429";

/// The host; it runs until the process ends.
pub struct Directory {
    address: SocketAddr,
    asked: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Directory {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(BTreeMap::new()));
        let seen = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let seen = seen.clone();
                thread::spawn(move || stream.and_then(|stream| serve(&stream, &seen)));
            }
        });
        Self { address, asked }
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Number of requests by user id.
    pub fn asked(&self) -> BTreeMap<String, u32> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut stream: &TcpStream, asked: &Mutex<BTreeMap<String, u32>>) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let head = lines.map_while(Result::ok).take_while(|line| !line.is_empty());
    let is_token = |line: &String| line.to_ascii_lowercase().starts_with("authorization: bearer ");
    let has_token = head.filter(is_token).count() == 1;
    let path = first.split(' ').nth(1).unwrap_or_default();
    let id = path.strip_prefix("/user/").unwrap_or_default();
    *asked.lock().unwrap().entry(id.to_owned()).or_default() += 1;
    let (status, body) = match id {
        _ if !has_token => (401, json!({ "error": "no token" })),
        ABSENT => (404, json!({ "error": "no such user" })),
        BROKEN => (500, json!({ "error": "broken" })),
        LIMITED => (429, json!({ "error": "later" })),
        id => (
            200,
            json!({ "id": id, "username": format!("user{id}"), "global_name": "Somebody", "avatar": null }),
        ),
    };
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} Stub\r\nConnection: close\r\nRetry-After: 60\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())
}
