//! A reverse proxy that keeps connections to the server in a pool.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod support;

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use support::discord::Discord;
use support::http::Request;
use support::instance::Instance;
use tempfile::TempDir;

/// nginx with the pool of the sample, in front of the server.
struct Nginx {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Nginx {
    fn start(server: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().display().to_string();
        let sample = include_str!("../../deploy/nginx.conf");
        let pool = &sample[sample.find("upstream dumpus {").unwrap()..];
        let pool = pool[..=pool.find('}').unwrap()].replace("127.0.0.1:5000", &server.to_string());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let temporary =
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|kind| format!("{kind}_temp_path {path};"));
        let site = format!(
            "pid {path}/pid; daemon off; master_process off; error_log {path}/error.log; events {{}}
             http {{ {} access_log off; {pool} server {{ listen 127.0.0.1:{port}; location / {{
                proxy_pass http://dumpus; proxy_http_version 1.1; proxy_set_header Connection \"\"; }} }} }}",
            temporary.concat()
        );
        fs::write(folder.path().join("nginx.conf"), site).unwrap();
        let process = Command::new("/usr/sbin/nginx")
            .args(["-p", &path, "-c", "nginx.conf"])
            .spawn()
            .expect("nginx is installed by tests/run");
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "nginx does not accept connections"
            );
            thread::yield_now();
        }
        Self {
            process,
            port,
            _folder: folder,
        }
    }

    /// Sixteen requests at a time that nginx does not repeat when their connection is dead; their codes.
    fn requests(&self) -> Vec<u16> {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        thread::scope(|scope| {
            let request = || {
                let request = Request::new("POST", "/process").body("application/json", "{}".to_owned());
                request.send(address).unwrap().status
            };
            let requests: Vec<_> = (0..16).map(|_| scope.spawn(request)).collect();
            requests.into_iter().map(|request| request.join().unwrap()).collect()
        })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[test]
#[ignore = "takes two minutes: a stage of `tests/run full`"]
fn nginx_never_gets_a_dead_connection_from_its_pool() {
    let discord = Discord::start();
    let instance = Instance::start(&discord, &[]);
    let nginx = Nginx::start(instance.address);
    // Beyond the time limits of heads and of progress, and just below the time after which nginx closes connections.
    for pause in [0, 11, 31, 58, 59] {
        thread::sleep(Duration::from_secs(pause));
        assert_eq!(nginx.requests(), [400; 16], "after {pause} s");
    }
}
