//! A minimal HTTP/1.1 client: one connection per request, no redirects, no decompression.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A complete response.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header; the name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        let shown = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} is not JSON: {error}: {shown}", self.status))
    }
}

/// A request.
pub struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    patience: Duration,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
            patience: Duration::from_mins(1),
        }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn bearer(self, key: &str) -> Self {
        self.header("Authorization", &format!("Bearer {key}"))
    }

    /// Sets the read timeout.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    #[must_use]
    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("Content-Type", content_type)
    }

    /// Sends the request and reads the complete response.
    pub fn send(&self, to: SocketAddr) -> io::Result<Response> {
        let stream = TcpStream::connect(to)?;
        stream.set_read_timeout(Some(self.patience))?;
        let mut head = format!(
            "{} {} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n",
            self.method, self.path
        );
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(body) = &self.body {
            head.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(self.body.iter().flatten());
        // A server that responds before it has read everything may close the connection for reading.
        let written = (&stream).write_all(&bytes);
        read_response(&mut BufReader::new(&stream), self.method == "HEAD").or_else(|error| written.and(Err(error)))
    }
}

fn read_response(stream: &mut impl BufRead, is_head_only: bool) -> io::Result<Response> {
    let lines = read_head_lines(stream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = lines[0].split(' ').nth(1).and_then(|status| status.parse().ok());
    let headers = lines[1..].iter().filter_map(|line| line.split_once(':'));
    let headers = headers
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut response = Response {
        status: status.ok_or(io::ErrorKind::InvalidData)?,
        headers,
        body: Vec::new(),
    };
    if is_head_only || response.status == 204 {
        return Ok(response);
    }
    if response.header("transfer-encoding") == Some("chunked") {
        response.body = read_chunks(stream)?;
    } else if let Some(length) = response.header("content-length").and_then(|length| length.parse().ok()) {
        response.body = vec![0; length];
        stream.read_exact(&mut response.body)?;
    } else {
        stream.read_to_end(&mut response.body)?;
    }
    Ok(response)
}

/// The lines before the blank line; `None` if the stream ends before it.
pub fn read_head_lines(stream: &mut impl BufRead) -> io::Result<Option<Vec<String>>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            return Ok(Some(lines));
        }
        lines.push(line);
    }
}

fn read_chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim(), 16).map_err(|_| io::ErrorKind::InvalidData)?;
        let read = stream.take(length).read_to_end(&mut body)?;
        if read as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        stream.read_line(&mut line)?;
        if length == 0 {
            return Ok(body);
        }
    }
}
