//! Polls of many owners with `wrk`, a load generator that needs less processor time than the server.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use crate::owners::Owners;

/// Each poll is for the next owner. Each line of `ids` has an owner number and a package id.
const SCRIPT: &str = r#"
local requests, place = {}, 0
function init(arguments)
    for line in io.lines(arguments[1]) do
        local number, id = line:match("(%d+) (%x+)")
        requests[#requests + 1] = { "/process/" .. id .. "/status", number }
    end
    local padding = string.rep("Key_of-a.package0", 46)
    function request()
        place = place % #requests + 1
        local path, number = requests[place][1], requests[place][2]
        local key = "u001.owner-" .. number .. "-" .. padding
        return wrk.format("GET", path, { ["Authorization"] = "Bearer " .. key })
    end
end
function done(summary, latency, _)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format("RESULT %f %f %f %d\n", summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failed))
end
"#;

/// Open connections.
const CONNECTIONS: u32 = 64;

/// The result of the polls.
pub(crate) struct Polls {
    pub(crate) per_second: f64,
    pub(crate) median_ms: f64,
    pub(crate) p99_ms: f64,
    /// Failed requests, and responses other than 200.
    pub(crate) errors: u64,
}

/// Polls for all owners in turn, as fast as the server responds.
pub(crate) fn poll(address: SocketAddr, owners: &Owners<'_>, queued: u32, length: Duration) -> Polls {
    let ids = owners.ids();
    assert_eq!(ids.len(), queued as usize, "not every package was accepted");
    let folder = tempfile::tempdir().unwrap();
    let (script, list) = (folder.path().join("polls.lua"), folder.path().join("ids"));
    fs::write(&script, SCRIPT).unwrap();
    let lines: Vec<_> = ids.iter().map(|(number, id)| format!("{number} {id}")).collect();
    fs::write(&list, lines.join("\n")).unwrap();
    let wrk = Command::new("wrk")
        .args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{}s", length.as_secs())])
        .arg("-s")
        .arg(&script)
        .arg(format!("http://{address}"))
        .arg("--")
        .arg(&list)
        .output()
        .expect("wrk must be installed");
    let said = String::from_utf8_lossy(&wrk.stdout).into_owned();
    let result = said.lines().find_map(|line| line.strip_prefix("RESULT "));
    let result = result.unwrap_or_else(|| panic!("{said}{}", String::from_utf8_lossy(&wrk.stderr)));
    let figures: Vec<_> = result.split(' ').collect();
    Polls {
        per_second: figures[0].parse().unwrap(),
        median_ms: figures[1].parse().unwrap(),
        p99_ms: figures[2].parse().unwrap(),
        errors: figures[3].parse().unwrap(),
    }
}
