//! The responses of the two hosts.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use super::{Behaviour, Entry, Links, STORAGE, UNCERTIFIED};
use crate::support::http::read_head_lines;

const CUTS: u64 = 10;

/// The relevant parts of a request.
struct Head {
    host: String,
    path: String,
    range: Option<u64>,
}

fn read_head(stream: &mut impl BufRead) -> io::Result<Option<Head>> {
    let Some(lines) = read_head_lines(stream)? else {
        return Ok(None);
    };
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

/// Handles one request per connection.
pub(super) fn respond<S: Read + Write>(
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
        Behaviour::HtmlPage => return plain(out, 200, &[html], "<!DOCTYPE html><title>Wrong link</title>"),
        Behaviour::RedirectTo(to) => to,
        Behaviour::WrongCertificate => format!("https://{UNCERTIFIED}/exports/{}/package.zip", entry.number),
        Behaviour::RedirectLoop => format!("/ls/click?upn={key}"),
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
        Behaviour::Unavailable(times) if download < times => plain(out, 503, &[("Retry-After", "0")], "later"),
        Behaviour::NotAnArchive => plain(out, 200, &[("Content-Type", "application/zip")], "not an archive"),
        Behaviour::Interrupted { with_ranges } => {
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
        Behaviour::Paused => {
            part(out, package, 0, true)?;
            out.write_all(&package[..whole / 2])?;
            out.flush()?;
            while entry.behaviour() == Behaviour::Paused {
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

/// Whether the peer has closed the connection.
fn is_gone(socket: &TcpStream) -> io::Result<bool> {
    socket.set_read_timeout(Some(Duration::from_millis(20)))?;
    match socket.peek(&mut [0]) {
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Ok(false),
        // Nothing follows a request except the `close_notify` of TLS.
        Ok(_) | Err(_) => Ok(true),
    }
}

/// Sends the head of a response with the archive, or with the rest of it.
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
