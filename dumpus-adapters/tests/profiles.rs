//! Directories against a stub of Discord's API.
#![cfg(feature = "profiles")]
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod stub;

use std::time::{Duration, Instant};

use dumpus_adapters::profiles::{DiscordGuilds, HttpProfiles, ProfileOptions, ProfileOptionsError, Token, Upstream};
use dumpus_ports::profiles::{GuildDirectory as _, ProfileDirectory as _, ProfileError};
use futures_util::future::join_all;
use stub::server::{Head, Reply, Stub};

const ID: &str = "80351110224678912";

fn user() -> Reply {
    Reply::new(200, r#"{"username":"nelly"}"#)
}

async fn discord(
    timeout: Duration,
    answers: impl Fn(usize, &Head) -> Reply + Send + Sync + 'static,
) -> (HttpProfiles, Stub) {
    let stub = Stub::start(answers).await;
    let upstream = Upstream::Discord {
        base: stub.origin(),
        token: Token::new("secret"),
    };
    let mut options = ProfileOptions::default();
    options.timeout = timeout;
    (HttpProfiles::new(upstream, &options).expect("a directory"), stub)
}

const TIMEOUT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn sends_the_token_of_a_bot() {
    let (directory, stub) = discord(TIMEOUT, |_, _| user()).await;
    directory.look_up(ID).await.expect("an answer");
    let request = &stub.requests()[0];
    assert_eq!(request.path, format!("/users/{ID}"));
    assert_eq!(request.header("authorization"), Some("Bot secret"));
}

#[tokio::test]
async fn sends_a_signed_token_to_diswho() {
    let stub = Stub::start(|_, _| user()).await;
    let upstream = Upstream::Diswho {
        base: stub.origin(),
        secret: Token::new("secret"),
    };
    assert!(!format!("{upstream:?}").contains("secret\""));
    let directory = HttpProfiles::new(upstream, &ProfileOptions::default()).expect("a directory");
    directory.look_up(ID).await.expect("an answer");
    let request = &stub.requests()[0];
    assert_eq!(request.path, format!("/user/{ID}"));
    let authorization = request.header("authorization").expect("a token");
    assert!(authorization.starts_with("Bearer ey"));
    assert_eq!(authorization.matches('.').count(), 2);
}

#[tokio::test]
async fn a_page_of_look_ups_makes_one_request_per_user() {
    let (directory, stub) = discord(TIMEOUT, |_, _| user()).await;
    let ids: Vec<String> = (1..=21_u64).flat_map(|id| vec![(id << 30).to_string(); 3]).collect();
    let answers = join_all(ids.iter().map(|id| directory.look_up(id))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Some(_)))));
    assert_eq!(stub.requests().len(), 21);
}

#[tokio::test]
async fn waits_for_a_rate_limit_that_ends_in_time() {
    let (directory, stub) = discord(TIMEOUT, |number, _| match number {
        0 => Reply::new(429, r#"{"retry_after":0.3}"#).with("retry-after", "0.3"),
        _ => user(),
    })
    .await;
    let began = Instant::now();
    assert!(matches!(directory.look_up(ID).await, Ok(Some(_))));
    assert!(began.elapsed() >= Duration::from_millis(300));
    assert_eq!(stub.requests().len(), 2);
}

#[tokio::test]
async fn reports_a_rate_limit_that_outlasts_the_timeout_at_once() {
    let (directory, stub) = discord(TIMEOUT, |_, _| Reply::new(429, "").with("retry-after", "60")).await;
    let limited = directory.look_up(ID).await;
    let Err(ProfileError::RateLimited { retry_after }) = limited else {
        panic!("{limited:?}");
    };
    assert!((59..=61).contains(&retry_after.as_secs()), "{retry_after:?}");
    let other = directory.look_up("80351110224678913").await;
    assert!(matches!(other, Err(ProfileError::RateLimited { .. })));
    assert_eq!(stub.requests().len(), 1, "no request is sent before the limit ends");
}

#[tokio::test]
async fn stops_after_the_last_request_of_a_window() {
    let (directory, stub) = discord(TIMEOUT, |_, _| {
        user()
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset-after", "60")
    })
    .await;
    assert!(matches!(directory.look_up(ID).await, Ok(Some(_))));
    let next = directory.look_up("80351110224678913").await;
    assert!(matches!(next, Err(ProfileError::RateLimited { .. })));
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn failures_are_unavailable_and_not_cached() {
    for reply in [
        Reply::new(500, ""),
        Reply::new(401, ""),
        Reply::new(302, "").with("location", "/"),
        Reply::new(200, "no json"),
        Reply::new(200, "[]"),
        Reply::new(200, r#"{"error":"failed"}"#),
        Reply::new(200, r#"{"username":"nelly"}"#).cut_after(5),
    ] {
        let description = format!("{reply:?}");
        let (directory, _stub) = discord(
            TIMEOUT,
            move |number, _| {
                if number == 0 { reply.clone() } else { user() }
            },
        )
        .await;
        assert_eq!(
            directory.look_up(ID).await,
            Err(ProfileError::Unavailable),
            "{description}"
        );
        assert!(matches!(directory.look_up(ID).await, Ok(Some(_))), "{description}");
    }
}

#[tokio::test]
async fn gives_up_on_a_silent_upstream() {
    let (directory, _stub) = discord(Duration::from_millis(100), |_, _| Reply::silence()).await;
    assert_eq!(directory.look_up(ID).await, Err(ProfileError::Unavailable));
}

#[tokio::test]
async fn sends_no_request_for_text_that_is_not_an_id() {
    let (directory, stub) = discord(TIMEOUT, |_, _| user()).await;
    for id in ["", "deleted:1", "../1", "007", "99999999999999999999"] {
        assert_eq!(directory.look_up(id).await, Ok(None));
    }
    assert!(stub.requests().is_empty());
}

#[tokio::test]
async fn rejects_an_invalid_base_url() {
    for base in ["", "discord", "ftp://discord.com"] {
        let refused = DiscordGuilds::new(base, Token::new("secret"), &ProfileOptions::default());
        assert!(matches!(refused, Err(ProfileOptionsError::Address)), "{base}");
    }
}

#[tokio::test]
async fn finds_the_servers_of_the_bot() {
    let stub = Stub::start(|_, head| match &*head.path {
        "/guilds/41?with_counts=true" => {
            Reply::new(200, r#"{"name":"Home","icon":"a_1f","approximate_member_count":12}"#)
        }
        "/guilds/42?with_counts=true" => Reply::new(200, r#"{"name":"Plain","icon":null}"#),
        _ => Reply::new(403, r#"{"message":"Missing Access"}"#),
    })
    .await;
    let guilds = DiscordGuilds::new(&stub.origin(), Token::new("secret"), &ProfileOptions::default());
    let guilds = guilds.expect("a directory");
    let home = guilds.look_up_guild("41").await.expect("an answer").expect("a guild");
    assert_eq!((&*home.name, home.member_count), ("Home", 12));
    assert_eq!(
        home.icon_url.as_deref(),
        Some("https://cdn.discordapp.com/icons/41/a_1f.gif")
    );
    let plain = guilds.look_up_guild("42").await.expect("an answer").expect("a guild");
    assert_eq!(plain.icon_url, None);
    assert_eq!(guilds.look_up_guild("43").await, Ok(None));
    assert_eq!(guilds.look_up_guild("x").await, Ok(None));
}

#[tokio::test]
async fn pauses_before_discord_bans_the_address_for_too_many_rejections() {
    let stub = Stub::start(|_, _| Reply::new(403, r#"{"message":"Missing Access"}"#)).await;
    let mut options = ProfileOptions::default();
    options.max_rejections = 5;
    let guilds = DiscordGuilds::new(&stub.origin(), Token::new("secret"), &options).expect("a directory");
    let mut answers = Vec::new();
    for id in 1..=20 {
        answers.push(guilds.look_up_guild(&id.to_string()).await);
    }
    // One more than allowed, whose response says that there are too many.
    assert_eq!(stub.requests().len(), 6);
    let is_limited = |answer: &Result<_, _>| matches!(answer, Err(ProfileError::RateLimited { .. }));
    assert!(answers[..6].iter().all(|answer| *answer == Ok(None)));
    assert!(answers[6..].iter().all(is_limited));
}
