//! The queue when Redis comes and goes, and what it leaves in Redis.

#![cfg(feature = "redis")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail as tests do"
)]

mod redis_server;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use dumpus_adapters::redis::{ConnectError, RedisOptions, RedisQueue};
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::queue::{Delivery, Job, JobQueue, QueueError, SealedLink};

use redis_server::{RedisServer, options};

const ALL: &[Lane] = &[Lane::Premium, Lane::Standard];
const LEASE: Duration = Duration::from_mins(1);
const PATIENCE: Duration = Duration::from_secs(20);
/// Time a caller waits for a Redis that is away.
const AWAY: Duration = Duration::from_secs(2);
/// Time until the queue works after Redis returned.
const BACK: Duration = Duration::from_secs(5);

fn job(number: u32) -> Job {
    let mut package = [7; 16];
    package[..4].copy_from_slice(&number.to_be_bytes());
    Job {
        package: PackageId::from_bytes(package),
        run: RunId::from_bytes([1; 16]),
        lane: Lane::ALL[number as usize % 2],
        link: SealedLink(vec![b'x'; 400]),
    }
}

async fn connect(server: &RedisServer, lease: Duration, consumer: &str) -> RedisQueue {
    let options = options(&server.url(), "test", lease, consumer);
    RedisQueue::connect(options).await.expect("Redis is there")
}

async fn take(queue: &RedisQueue) -> Box<dyn Delivery> {
    let next = queue.next(ALL, PATIENCE).await.expect("next");
    next.expect("a job should be there")
}

fn key(name: &str) -> String {
    format!("{{test}}:v1:{name}")
}

fn lanes() -> [String; 2] {
    ["lane:standard", "lane:premium"].map(key)
}

fn assert_unavailable<T>(answer: Result<T, QueueError>) {
    let error = answer.err().expect("Redis is away");
    assert!(matches!(error, QueueError::Unavailable(_)), "{error:?}");
}

/// Waits until the queue answers again.
async fn back(queue: &RedisQueue) {
    let began = Instant::now();
    while queue.ping().await.is_err() {
        assert!(began.elapsed() < BACK, "still away");
        tokio::task::yield_now().await;
    }
    assert!(began.elapsed() < BACK);
}

/// The queue works from one end to the other.
async fn assert_works(queue: &RedisQueue, number: u32) {
    queue.push(&job(number)).await.expect("push");
    let delivery = take(queue).await;
    assert_eq!(*delivery.job(), job(number));
    assert!(delivery.extend().await.expect("extend"));
    delivery.acknowledge().await.expect("acknowledge");
}

async fn assert_new_epoch(queue: &RedisQueue, old: &dumpus_ports::registry::Epoch) {
    let began = Instant::now();
    while queue.epoch().await.expect("epoch") == *old {
        assert!(began.elapsed() < AWAY, "the epoch is more than a second old");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_flushed_redis_is_a_new_epoch_and_work_goes_on() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let epoch = queue.push(&job(1)).await.unwrap();
    queue.push(&job(2)).await.unwrap();
    let lost = take(&queue).await;
    let also_lost = take(&queue).await;
    server.ask(&["FLUSHALL"]);

    assert!(!lost.extend().await.unwrap());
    lost.acknowledge().await.unwrap();
    also_lost.release().await.unwrap();
    assert!(!queue.promote(job(1).package, job(1).run).await.unwrap());
    queue.purge(job(1).package).await.unwrap();
    assert_new_epoch(&queue, &epoch).await;
    assert_works(&queue, 1).await;
    assert!(queue.next(ALL, Duration::ZERO).await.unwrap().is_none());
}

#[tokio::test]
async fn a_redis_that_restarts_empty_is_a_new_epoch_and_work_goes_on() {
    let mut server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let epoch = queue.push(&job(1)).await.unwrap();
    let held = take(&queue).await;
    server.kill();
    server.run();
    back(&queue).await;
    assert!(!held.extend().await.unwrap());
    assert_ne!(queue.push(&job(1)).await.unwrap(), epoch);
    assert_eq!(*take(&queue).await.job(), job(1));
    assert_works(&queue, 2).await;
}

#[tokio::test]
async fn an_epoch_is_one_for_all_who_meet_an_empty_redis() {
    let server = RedisServer::start();
    let one = connect(&server, LEASE, "one").await;
    let other = connect(&server, LEASE, "other").await;
    let epoch = one.epoch().await.unwrap();
    server.ask(&["FLUSHALL"]);
    let jobs = [job(1), job(2)];
    let (first, second) = tokio::join!(one.push(&jobs[0]), other.push(&jobs[1]));
    assert_eq!(first.as_ref().unwrap(), second.as_ref().unwrap());
    assert_ne!(first.unwrap(), epoch);
}

#[tokio::test]
async fn away_is_told_in_time_and_nothing_is_executed_after_the_return() {
    let mut server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    assert_works(&queue, 0).await;
    server.kill();

    for _ in 0..2 {
        let began = Instant::now();
        assert_unavailable(queue.push(&job(2)).await);
        assert!(began.elapsed() < AWAY);
        let began = Instant::now();
        assert_unavailable(queue.next(ALL, PATIENCE).await);
        assert!(began.elapsed() < AWAY);
        let began = Instant::now();
        assert_unavailable(queue.purge(job(1).package).await);
        assert_unavailable(queue.ping().await);
        assert!(began.elapsed() < AWAY * 2);
        // A caller that goes away itself leaves nothing behind either.
        let impatient = tokio::time::timeout(Duration::from_millis(50), queue.push(&job(1))).await;
        assert!(impatient.is_err());
    }
    assert_unavailable(queue.epoch().await);

    server.run();
    // The queue's own commands go in order: what had waited was sent before this answer.
    back(&queue).await;
    assert_eq!(server.ask_number(&["DBSIZE"]), 0);
    assert_works(&queue, 3).await;
    assert!(queue.next(ALL, Duration::ZERO).await.unwrap().is_none());
}

#[tokio::test]
async fn a_worker_that_waits_while_redis_goes_is_told_in_time() {
    let mut server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let waiting = async {
        let answer = queue.next(ALL, PATIENCE).await;
        (answer, Instant::now())
    };
    let killing = async {
        let is_listening = |client: &String| client.contains(" cmd=xread ") && client.contains(" flags=b ");
        while !server.ask(&["CLIENT", "LIST"]).iter().any(is_listening) {
            tokio::task::yield_now().await;
        }
        server.kill();
        Instant::now()
    };
    let ((answer, told), killed) = tokio::join!(waiting, killing);
    assert_unavailable(answer);
    assert!(told - killed < AWAY);
}

#[tokio::test]
async fn a_frozen_redis_costs_a_second() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    server.freeze(true);
    for number in 0..3 {
        let began = Instant::now();
        assert_unavailable(queue.push(&job(number)).await);
        assert!(began.elapsed() < AWAY);
    }
    server.freeze(false);
    back(&queue).await;
    // A job that Redis had received already may be there: an error says nothing about that.
    queue.push(&job(9)).await.unwrap();
    while take(&queue).await.job().package != job(9).package {}
}

#[tokio::test]
async fn what_a_frozen_redis_gave_to_nobody_is_given_again_at_once() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let held = job(0);
    queue.push(&held).await.unwrap();
    let in_hand = take(&queue).await;
    for number in 1..4 {
        queue.push(&job(number)).await.unwrap();
    }
    server.freeze(true);
    for _ in 0..3 {
        assert_unavailable(queue.next(ALL, PATIENCE).await);
    }
    server.freeze(false);
    back(&queue).await;
    let began = Instant::now();
    let mut taken = Vec::new();
    for _ in 1..4 {
        taken.push(take(&queue).await.job().package);
    }
    assert!(began.elapsed() < BACK, "{:?}", began.elapsed());
    taken.sort_unstable();
    assert_eq!(taken, [1, 2, 3].map(|number| job(number).package));
    // What is in hand, or was dropped without a word, stays so for the length of its lease.
    assert!(queue.next(ALL, Duration::ZERO).await.unwrap().is_none());
    assert!(in_hand.extend().await.unwrap());
}

#[tokio::test]
async fn a_job_that_a_frozen_redis_did_not_take_back_comes_again_at_once() {
    let mut server = RedisServer::with(|_, _| ["--appendonly", "yes"].map(str::to_owned).to_vec());
    let queue = connect(&server, LEASE, "worker").await;
    queue.push(&job(1)).await.unwrap();
    let delivery = take(&queue).await;
    server.kill();
    assert_unavailable(delivery.release().await);
    server.run();
    back(&queue).await;
    let began = Instant::now();
    assert_eq!(*take(&queue).await.job(), job(1));
    assert!(began.elapsed() < BACK, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_redis_that_comes_back_with_an_older_state_is_a_new_epoch_and_work_goes_on() {
    let mut server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    queue.push(&job(1)).await.unwrap();
    server.ask(&["SAVE"]);
    let epoch = queue.push(&job(2)).await.unwrap();
    server.kill();
    server.run();
    back(&queue).await;
    let renewed = queue.push(&job(2)).await.unwrap();
    assert_ne!(renewed, epoch);
    let other = connect(&server, LEASE, "other").await;
    assert_eq!(other.epoch().await.unwrap(), renewed, "one for all");
    let mut taken = [take(&queue).await, take(&queue).await].map(|delivery| delivery.job().clone());
    taken.sort_unstable_by_key(|job| job.package);
    assert_eq!(taken, [job(1), job(2)]);
}

#[tokio::test]
async fn nothing_is_left_of_ten_thousand_jobs() {
    const JOBS: u32 = 10_000;
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    for number in 0..JOBS {
        queue.push(&job(number)).await.unwrap();
    }
    // Their ends: purged or promoted while they wait, then acknowledged, purged in hand, or given back first.
    for number in (0..JOBS).step_by(10) {
        queue.purge(job(number).package).await.unwrap();
        queue
            .promote(job(number + 2).package, job(number + 2).run)
            .await
            .unwrap();
    }
    let mut taken = 0;
    while let Some(delivery) = queue.next(ALL, Duration::ZERO).await.unwrap() {
        taken += 1;
        match taken % 10 {
            0 => queue.purge(delivery.job().package).await.unwrap(),
            1 => {
                delivery.release().await.unwrap();
                let again = take(&queue).await;
                again.acknowledge().await.unwrap();
            }
            _ => delivery.acknowledge().await.unwrap(),
        }
    }
    assert_eq!(taken, JOBS - JOBS / 10);

    let mut keys = server.ask(&["KEYS", "*"]);
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["bell", "epoch", "lane:premium", "lane:standard", "turn"].map(key)
    );
    for lane in lanes() {
        assert_eq!(server.ask_number(&["XLEN", &lane]), 0);
        assert_eq!(server.ask(&["XPENDING", &lane, "workers"]), ["0"]);
    }
    let bytes: u64 = keys
        .iter()
        .map(|key| server.ask_number(&["MEMORY", "USAGE", key, "SAMPLES", "0"]))
        .sum();
    assert!(bytes < 20_000, "{bytes} bytes are left");

    queue.close().await.unwrap();
    for lane in lanes() {
        assert!(server.ask(&["XINFO", "CONSUMERS", &lane, "workers"]).is_empty());
    }
}

#[tokio::test]
async fn a_worker_that_leaves_with_a_job_in_hand_loses_no_job() {
    let lease = Duration::from_millis(300);
    let server = RedisServer::start();
    let leaving = connect(&server, lease, "leaving").await;
    leaving.push(&job(1)).await.unwrap();
    drop(take(&leaving).await);
    leaving.close().await.unwrap();
    let staying = connect(&server, lease, "staying").await;
    let delivery = take(&staying).await;
    assert_eq!(*delivery.job(), job(1));
    // Its name held the job's claim until now.
    connect(&server, lease, "leaving").await.close().await.unwrap();
    let consumers = server.ask(&["XINFO", "CONSUMERS", &lanes()[1], "workers"]);
    assert_eq!(consumers.iter().filter(|line| *line == "leaving").count(), 0);
    assert!(delivery.extend().await.unwrap());
}

#[tokio::test]
async fn a_worker_that_stops_waiting_leaves_its_job_to_others() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    for number in 0..20 {
        queue.push(&job(number)).await.unwrap();
        // Dropped before, while, or after Redis gives the job.
        let dropped = queue.next(ALL, PATIENCE);
        let soon = Duration::from_micros(u64::from(number) * 100);
        if let Ok(delivery) = tokio::time::timeout(soon, dropped).await {
            delivery.unwrap().unwrap().release().await.unwrap();
        }
        take(&queue).await.acknowledge().await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_group_is_made_again_and_no_job_is_lost() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let epoch = queue.push(&job(0)).await.unwrap();
    let held = take(&queue).await;
    queue.push(&job(2)).await.unwrap();
    for lane in lanes() {
        server.ask(&["XGROUP", "DESTROY", &lane, "workers"]);
    }
    assert!(!held.extend().await.unwrap());
    let again = [take(&queue).await, take(&queue).await];
    assert_eq!(
        again.each_ref().map(|delivery| delivery.job().clone()),
        [job(0), job(2)]
    );
    assert!(again[0].extend().await.unwrap());
    assert_eq!(queue.push(&job(4)).await.unwrap(), epoch);
}

#[tokio::test]
async fn a_lost_lane_is_a_new_epoch() {
    let server = RedisServer::start();
    let queue = connect(&server, LEASE, "worker").await;
    let epoch = queue.push(&job(0)).await.unwrap();
    server.ask(&["DEL", &lanes()[0]]);
    assert!(queue.next(ALL, Duration::ZERO).await.unwrap().is_none());
    assert_new_epoch(&queue, &epoch).await;
    // What is known of the job does not count as the job.
    assert_works(&queue, 0).await;
}

#[tokio::test]
async fn two_prefixes_are_two_queues() {
    let server = RedisServer::start();
    let one = connect(&server, LEASE, "worker").await;
    let other = options(&server.url(), "other", LEASE, "worker");
    let other = RedisQueue::connect(other).await.unwrap();
    one.push(&job(1)).await.unwrap();
    assert!(other.next(ALL, Duration::ZERO).await.unwrap().is_none());
    assert_ne!(one.epoch().await.unwrap(), other.epoch().await.unwrap());
}

#[tokio::test]
async fn settings_of_redis_that_harm_are_told() {
    let settings = "--save 900 1 --appendonly yes --maxmemory 50mb --maxmemory-policy allkeys-lru";
    for (settings, expected) in [
        ("", Some(0)),
        (settings, Some(3)),
        ("--user default on nopass ~* &* +@all -config", None),
    ] {
        let arguments = settings.split_whitespace().map(str::to_owned).collect();
        let server = RedisServer::with(|_, _| arguments);
        let queue = connect(&server, LEASE, "worker").await;
        assert_eq!(
            queue.concerns().await.map(|concerns| concerns.len()),
            expected,
            "{settings}"
        );
        assert_works(&queue, 1).await;
    }
}

/// What a person reads who starts a process that finds no queue.
async fn refusal(options: RedisOptions) -> (ConnectError, String) {
    let began = Instant::now();
    let error = RedisQueue::connect(options).await.err().expect("there is no queue");
    assert!(began.elapsed() < BACK);
    let text = format!("{error} {error:?}");
    (error, text)
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_a_sentence_without_it() {
    let server = RedisServer::with(|_, _| ["--requirepass", "correct"].map(str::to_owned).to_vec());
    let port = server.port();
    for secret in [":wr0ngw0rd@", "nobody:wr0ngw0rd@", ""] {
        let url = format!("redis://{secret}127.0.0.1:{port}/0");
        let (error, text) = refusal(options(&url, "test", LEASE, "worker")).await;
        assert!(matches!(error, ConnectError::Refused { .. }), "{text}");
        assert!(text.contains(&format!("127.0.0.1:{port}")), "{text}");
        assert!(!text.contains("wr0ngw0rd"), "{text}");
    }
    let url = format!("redis://:correct@127.0.0.1:{port}/3");
    let queue = RedisQueue::connect(options(&url, "test", LEASE, "worker"))
        .await
        .unwrap();
    assert_works(&queue, 1).await;
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_told_in_a_sentence_without_the_password() {
    let mut server = RedisServer::start();
    server.kill();
    let url = format!("redis://:wr0ngw0rd@127.0.0.1:{}", server.port());
    let (error, text) = refusal(options(&url, "test", LEASE, "worker")).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{text}");
    assert!(text.contains(&format!("127.0.0.1:{}", server.port())), "{text}");
    assert!(!text.contains("wr0ngw0rd"), "{text}");
}

/// A CA and, signed by it, a certificate for this machine's loopback address.
fn make_certificates(folder: &Path) {
    std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1").unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    for arguments in [
        format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=test-ca -days 2"),
        format!("req {key} -keyout server.key -out server.csr -subj /CN=test"),
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names"
            .into(),
    ] {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(folder)
            .output()
            .expect("this test needs openssl in the PATH");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test]
async fn tls_is_spoken_with_those_whom_the_ca_file_vouches_for() {
    let server = RedisServer::with(|folder, port| {
        make_certificates(folder);
        let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        [
            ("--port", "0".to_owned()),
            ("--tls-port", port.to_string()),
            ("--tls-cert-file", file("server.pem")),
            ("--tls-key-file", file("server.key")),
            ("--tls-ca-cert-file", file("ca.pem")),
            ("--tls-auth-clients", "no".to_owned()),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect()
    });
    let url = format!("rediss://127.0.0.1:{}", server.port());
    let with_ca = |file: &str| RedisOptions {
        ca_file: Some(server.folder().join(file)),
        ..options(&url, "test", LEASE, "worker")
    };
    let queue = RedisQueue::connect(with_ca("ca.pem")).await.expect("the CA is trusted");
    assert_works(&queue, 1).await;

    let (error, text) = refusal(options(&url, "test", LEASE, "worker")).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{text}");
    // The system trusts this one's authority, and the file names another's.
    let of_another = server.folder().join("server.pem");
    let status = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "authorities_of_the_system_are_trusted_beside_the_file",
        ])
        .env("SSL_CERT_FILE", server.folder().join("ca.pem"))
        .env(TLS_URL, &url)
        .env(TLS_FILE, of_another)
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());

    for file in ["absent.pem", "names"] {
        let (error, text) = refusal(with_ca(file)).await;
        assert!(matches!(error, ConnectError::CaFile(_)), "{text}");
    }
}

/// Tell the server and the file to a copy of this test that runs in a process of its own.
const TLS_URL: &str = "DUMPUS_TEST_TLS_URL";
const TLS_FILE: &str = "DUMPUS_TEST_TLS_FILE";

#[tokio::test]
#[ignore = "started by another test, as a process of its own"]
async fn authorities_of_the_system_are_trusted_beside_the_file() {
    let (Ok(url), Some(file)) = (std::env::var(TLS_URL), std::env::var_os(TLS_FILE)) else {
        return;
    };
    let options = RedisOptions {
        ca_file: Some(file.into()),
        ..options(&url, "test", LEASE, "worker")
    };
    let queue = RedisQueue::connect(options)
        .await
        .expect("the system's authority is trusted");
    assert_works(&queue, 1).await;
}
