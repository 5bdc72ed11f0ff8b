//! What one client can occupy: runs, results in flight, look-ups, guesses.

use dumpus_ports::domain::error_code::ErrorCode;
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::rate_limiter::Rate;
use dumpus_ports::registry::Failure;
use dumpus_server::api::ApiSettings;
use futures_util::future::join_all;
use poem::test::TestResponse;
use serde_json::json;
use tokio::time::{Duration, Instant};

use crate::support::{ADMIN, Instance, assert_common_headers, json, key};

/// An instance on which a client may begin this many runs an hour.
fn limited(count: u32) -> Instance {
    Instance::with(ApiSettings {
        submit_rate: Some(format!("{count}/hour").parse().unwrap()),
        ..ApiSettings::default()
    })
}

async fn status(response: TestResponse) -> u16 {
    response.0.status().as_u16()
}

/// Submits packages until one is refused. Returns the number of those that were accepted.
async fn submit_until_refused(instance: &Instance, from: u32) -> u32 {
    let mut accepted = 0;
    while accepted < 100 && status(instance.submit(&key(from + accepted)).await).await == 200 {
        accepted += 1;
    }
    accepted
}

async fn fail_next(instance: &Instance) {
    let lease = instance.lease().await;
    let failure = Failure::new(ErrorCode::ExpiredLink, FailureDetail::LinkExpired);
    assert!(instance.backends.registry.leases.fail(&lease, &failure).await.unwrap());
}

#[tokio::test]
async fn submissions_that_begin_no_run_are_not_counted() {
    let instance = limited(2);
    for _ in 0..20 {
        assert_eq!(status(instance.submit(&key(0)).await).await, 200);
        assert_eq!(
            status(instance.submit("short").await).await,
            200,
            "not a link to a package"
        );
    }
    assert_eq!(status(instance.submit(&key(1)).await).await, 200);
    let refused = instance.submit(&key(2)).await;
    assert_eq!(refused.0.status(), 429);
    assert_common_headers(&refused);
    // A page that is loaded again submits again.
    for _ in 0..20 {
        for known in [0, 1] {
            let response = json(instance.submit(&key(known)).await).await;
            assert_eq!(response["isAccepted"], json!(true));
        }
    }
}

#[tokio::test]
async fn a_processed_package_is_accepted_again_by_a_client_that_is_over_its_limit() {
    let instance = limited(1);
    instance.process(&key(0), b"result").await;
    assert_eq!(status(instance.submit(&key(1)).await).await, 429);
    assert_eq!(status(instance.submit(&key(0)).await).await, 200);
}

#[tokio::test]
async fn a_client_has_ten_unfinished_packages() {
    let instance = limited(100);
    assert_eq!(submit_until_refused(&instance, 0).await, 10);
    let refused = instance.submit(&key(10)).await;
    let wait: u64 = refused.0.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    fail_next(&instance).await;
    fail_next(&instance).await;
    assert_eq!(submit_until_refused(&instance, 20).await, 2);
}

#[tokio::test]
async fn a_link_that_fails_counts_three_times() {
    let instance = limited(6);
    assert_eq!(status(instance.submit(&key(0)).await).await, 200);
    fail_next(&instance).await;
    assert_eq!(submit_until_refused(&instance, 1).await, 3);
}

#[tokio::test]
async fn five_people_behind_one_address_are_served_with_the_defaults() {
    let instance = Instance::with(ApiSettings {
        submit_rate: Some(Rate::new(60, Duration::from_hours(1)).with_burst(20)),
        ..ApiSettings::default()
    });
    for person in 0..5 {
        instance.process(&key(person), b"result").await;
    }
    for person in 0..5 {
        let key = key(person);
        let looked_up = (0..21).map(|_| instance.of_package(&key, "user/1"));
        for response in join_all(looked_up).await {
            assert_eq!(status(response).await, 200);
        }
    }
    let keys: Vec<_> = (0..5).map(key).collect();
    let fetched = keys.iter().map(|key| instance.of_package(key, "data"));
    for response in join_all(fetched).await {
        assert_eq!(status(response).await, 200);
    }
}

#[tokio::test]
async fn a_package_has_two_results_in_flight() {
    let instance = Instance::new();
    instance.process(&key(0), b"result").await;
    instance.process(&key(1), b"result").await;
    let unread = [
        instance.of_package(&key(0), "data").await,
        instance.of_package(&key(0), "data").await,
    ];
    let refused = instance.of_package(&key(0), "data").await;
    assert_eq!(refused.0.status(), 503);
    assert_common_headers(&refused);
    assert!(refused.0.header("retry-after").is_some());
    assert_eq!(status(instance.of_package(&key(1), "data").await).await, 200);
    drop(unread);
    assert_eq!(status(instance.of_package(&key(0), "data").await).await, 200);
}

#[tokio::test]
async fn a_client_has_eight_results_in_flight() {
    let instance = Instance::new();
    let mut unread = Vec::new();
    for owner in 0..9 {
        instance.process(&key(owner), b"result").await;
        unread.push(instance.of_package(&key(owner), "data").await);
    }
    let codes: Vec<_> = unread.iter().map(|response| response.0.status().as_u16()).collect();
    assert_eq!(codes, [200, 200, 200, 200, 200, 200, 200, 200, 503]);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_key_occupies_nothing_of_the_owner() {
    let instance = Instance::new();
    instance.process(&key(0), b"result").await;
    let package = instance.id(&key(0));
    for rest in ["user/1", "data"] {
        let path = format!("/process/{package}/{rest}");
        for _ in 0..70 {
            assert_eq!(status(instance.get(&path, &key(1)).await).await, 401);
        }
    }
    let began = Instant::now();
    assert_eq!(status(instance.of_package(&key(0), "user/1").await).await, 200);
    assert_eq!(status(instance.of_package(&key(0), "data").await).await, 200);
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn look_ups_wait_for_their_turn_and_too_many_are_refused() {
    let instance = Instance::new();
    instance.process(&key(0), b"result").await;
    instance.process(&key(1), b"result").await;
    let began = Instant::now();
    for _ in 0..63 {
        assert_eq!(status(instance.of_package(&key(0), "user/1").await).await, 200);
    }
    assert!(began.elapsed() < Duration::from_millis(900));
    assert_eq!(status(instance.of_package(&key(0), "user/1").await).await, 200);
    assert!(began.elapsed() >= Duration::from_millis(900), "it waited for its turn");
    let owner = key(0);
    let many = join_all((0..50).map(|_| instance.of_package(&owner, "user/1"))).await;
    let refused: Vec<_> = many.iter().filter(|response| response.0.status() == 429).collect();
    assert!(refused.len() >= 40, "{}", refused.len());
    assert!(
        refused
            .iter()
            .all(|response| response.0.header("retry-after").is_some())
    );
    assert_eq!(status(instance.of_package(&key(1), "user/1").await).await, 200);
}

#[tokio::test(start_paused = true)]
async fn responses_to_guessed_keys_and_tokens_are_delayed_and_stay_401() {
    let instance = Instance::new();
    instance.process(&key(0), b"result").await;
    let (status_path, admin_path) = (
        format!("/process/{}/status", instance.id(&key(0))),
        "/admin/packages/0/upgrade",
    );
    let guess = async |number: u32| {
        let guessed = if number.is_multiple_of(2) {
            instance.get(&status_path, &key(number + 1)).await
        } else {
            let request = instance.client.post(admin_path);
            request.header("Authorization", "Bearer a guess").send().await
        };
        assert_eq!(guessed.0.status(), 401);
    };
    let began = Instant::now();
    for number in 0..30 {
        guess(number).await;
    }
    assert!(began.elapsed() < Duration::from_secs(1));
    for number in 30..34 {
        guess(number).await;
    }
    assert!(began.elapsed() >= Duration::from_secs(5));
    // The owner and the operator are not.
    let began = Instant::now();
    assert_eq!(status(instance.of_package(&key(0), "status").await).await, 200);
    let request = instance.client.post(admin_path);
    let upgraded = request.header("Authorization", format!("Bearer {ADMIN}")).send().await;
    assert_eq!(upgraded.0.status(), 200);
    assert!(began.elapsed() < Duration::from_secs(1));
}
