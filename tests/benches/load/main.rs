//! The server under load: `cargo bench -p dumpus-tests --bench load -- [embedded|many|hostile]`.
//!
//! Starts the release builds of the programs, queues packages over HTTP, and lets all their owners poll.
//! Needs `cargo build --release --workspace` before and `wrk` in the PATH; `many` needs PostgreSQL and Redis too.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failing setup fails the run")]

mod hostile;
mod owners;
#[path = "../../tests/support/mod.rs"]
mod support;
mod wrk;

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use owners::Owners;
use support::discord::Discord;
use support::instance::Instance;
use support::postgres_server::PostgresServer;
use support::redis_server::RedisServer;
use support::services::output_of;

/// Packages that are queued while their owners poll.
const QUEUED: u32 = 100_000;
/// Duration of the submissions at a fixed rate, and of the polls.
const SUBMITTING: Duration = Duration::from_mins(1);
const POLLING: Duration = Duration::from_secs(30);
/// Submissions per second.
const RATE: u32 = 500;

fn main() {
    // Ignores the flags that cargo passes. A number is the number of packages, words choose measurements.
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let number = |argument: &String| argument.parse::<u32>().ok();
    let queued = arguments.iter().find_map(number).unwrap_or(QUEUED);
    let words: Vec<_> = arguments.iter().filter(|argument| number(argument).is_none()).collect();
    let wants = |name: &str| words.is_empty() || words.iter().any(|word| *word == name);
    if wants("embedded") {
        embedded(queued);
    }
    if wants("many") {
        many(queued);
    }
    if wants("hostile") {
        hostile::run();
    }
}

/// Settings for every server: a terse log, and no limits on submissions.
const SETTINGS: [(&str, &str); 3] = [
    ("DUMPUS_LOG", "warn,dumpus_server=info"),
    ("DUMPUS_SUBMIT_RATE", "off"),
    ("DUMPUS_MAX_QUEUE", "10000000"),
];

/// One process with SQLite; the first package occupies its worker all the time.
fn embedded(queued: u32) {
    println!("embedded mode, {queued} packages queued");
    let discord = Discord::start();
    let instance = Instance::start(&discord, &SETTINGS);
    println!("memory when idle: {} MB", instance.process.resident_bytes() / 1_000_000);
    let owners = Owners::of(&discord);
    owners.submit_all(instance.address, queued);
    poll(instance.address, &owners, queued);
    println!(
        "memory afterwards: {} MB\n",
        instance.process.resident_bytes() / 1_000_000
    );
}

/// A server with PostgreSQL and Redis, without a worker, so the queue remains unchanged.
fn many(queued: u32) {
    println!("a server with PostgreSQL and Redis, {queued} packages queued");
    let discord = Discord::start();
    let mut postgres = PostgresServer::start().expect("PostgreSQL must be installed");
    count_statements(&mut postgres);
    let redis = RedisServer::start();
    let urls = (postgres.url(), redis.url());
    let backends = [("POSTGRES_URL", &*urls.0), ("REDIS_URL", &*urls.1)];
    let instance = Instance::start(&discord, &[&SETTINGS[..], &backends[..]].concat());
    let address = instance.address;
    let owners = Owners::of(&discord);
    let paced = owners.submit_paced(address, RATE, SUBMITTING);
    owners.submit_all(address, queued.saturating_sub(paced));
    postgres.ask("SELECT pg_stat_statements_reset()");
    poll(address, &owners, queued);
    let calls = "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements WHERE query LIKE ";
    let calls = postgres.ask(&format!("{calls}'%string_agg(CAST(ticket%'"));
    let calls: f64 = calls[0].parse().unwrap();
    println!(
        "database queries for positions: {:.1} a second (at most 4)",
        calls / POLLING.as_secs_f64()
    );
    let memory = instance.process.resident_bytes();
    println!("memory of the server afterwards: {} MB", memory / 1_000_000);
    let table = postgres.ask("SELECT pg_total_relation_size('packages')");
    println!(
        "PostgreSQL, for each package: {} bytes",
        table[0].parse::<u64>().unwrap() / u64::from(queued)
    );
    println!(
        "memory of Redis, for each package: {} bytes\n",
        used_by(&redis.url()) / u64::from(queued)
    );
}

/// Memory of Redis in bytes.
fn used_by(redis: &str) -> u64 {
    let info = Command::new("redis-cli").args(["-u", redis, "INFO", "memory"]).output();
    let info = String::from_utf8(output_of("redis-cli", info)).unwrap();
    let used = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
    used.unwrap().trim().parse().unwrap()
}

/// Resets the statement counters.
fn count_statements(postgres: &mut PostgresServer) {
    postgres.ask("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
    postgres.stop();
    postgres.run();
    postgres.ask("CREATE EXTENSION pg_stat_statements");
}

fn poll(address: SocketAddr, owners: &Owners, queued: u32) {
    let polls = wrk::poll(address, owners, queued, POLLING);
    println!(
        "GET status: {:.0} requests/s (at least 5,000), median {:.1} ms, p99 {:.1} ms (below 20 in embedded mode), {} errors",
        polls.per_second, polls.median_ms, polls.p99_ms, polls.errors
    );
}
