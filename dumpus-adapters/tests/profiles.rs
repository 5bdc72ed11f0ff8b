//! Directories against a stub of Discord's API.
#![cfg(feature = "profiles")]
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod stub;

use std::time::{Duration, Instant};

use dumpus_adapters::profiles::{
    DiscordGuilds, HttpProfiles, NoProfiles, ProfileSettings, ProfileSettingsError, Token, Upstream,
};
use dumpus_ports::profiles::{GuildDirectory as _, ProfileDirectory as _, ProfileError};
use futures_util::future::join_all;
use stub::server::{Head, Reply, Stub};

const ID: &str = "80351110224678912";

fn user() -> Reply {
    Reply::new(200, r#"{"username":"nelly"}"#)
}

async fn discord(
    patience: Duration,
    answers: impl Fn(usize, &Head) -> Reply + Send + Sync + 'static,
) -> (HttpProfiles, Stub) {
    let stub = Stub::start(answers).await;
    let upstream = Upstream::Discord {
        base: stub.origin(),
        token: Token::new("secret"),
    };
    let settings = ProfileSettings {
        patience,
        ..ProfileSettings::default()
    };
    (HttpProfiles::new(upstream, &settings).expect("a directory"), stub)
}

const PATIENCE: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_bot_shows_its_token() {
    let (directory, stub) = discord(PATIENCE, |_, _| user()).await;
    directory.look_up(ID).await.expect("an answer");
    let request = &stub.requests()[0];
    assert_eq!(request.path, format!("/users/{ID}"));
    assert_eq!(request.header("authorization"), Some("Bot secret"));
}

#[tokio::test]
async fn dis_who_gets_a_signed_token() {
    let stub = Stub::start(|_, _| user()).await;
    let upstream = Upstream::DisWho {
        base: stub.origin(),
        secret: Token::new("secret"),
    };
    assert!(!format!("{upstream:?}").contains("secret\""));
    let directory = HttpProfiles::new(upstream, &ProfileSettings::default()).expect("a directory");
    directory.look_up(ID).await.expect("an answer");
    let request = &stub.requests()[0];
    assert_eq!(request.path, format!("/user/{ID}"));
    let authorization = request.header("authorization").expect("a token");
    assert!(authorization.starts_with("Bearer ey"));
    assert_eq!(authorization.matches('.').count(), 2);
}

#[tokio::test]
async fn a_page_of_look_ups_makes_one_request_per_user() {
    let (directory, stub) = discord(PATIENCE, |_, _| user()).await;
    let ids: Vec<String> = (1..=21_u64).flat_map(|id| vec![(id << 30).to_string(); 3]).collect();
    let answers = join_all(ids.iter().map(|id| directory.look_up(id))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(Some(_)))));
    assert_eq!(stub.requests().len(), 21);
}

#[tokio::test]
async fn a_limit_that_passes_soon_is_waited_for() {
    let (directory, stub) = discord(PATIENCE, |number, _| match number {
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
async fn a_limit_that_does_not_pass_in_time_is_told_at_once() {
    let (directory, stub) = discord(PATIENCE, |_, _| Reply::new(429, "").with("retry-after", "60")).await;
    let limited = directory.look_up(ID).await;
    let Err(ProfileError::RateLimited { retry_after }) = limited else {
        panic!("{limited:?}");
    };
    assert!((59..=61).contains(&retry_after), "{retry_after}");
    let other = directory.look_up("80351110224678913").await;
    assert!(matches!(other, Err(ProfileError::RateLimited { .. })));
    assert_eq!(stub.requests().len(), 1, "nobody is asked before the time is over");
}

#[tokio::test]
async fn the_last_request_of_a_window_closes_it() {
    let (directory, stub) = discord(PATIENCE, |_, _| {
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
async fn what_goes_wrong_is_unavailable_and_not_kept() {
    for reply in [
        Reply::new(500, ""),
        Reply::new(401, ""),
        Reply::new(302, "").with("location", "/"),
        Reply::new(200, "no json"),
        Reply::new(200, "[]"),
        Reply::new(200, r#"{"error":"trouble"}"#),
        Reply::new(200, r#"{"username":"nelly"}"#).cut_after(5),
    ] {
        let told = format!("{reply:?}");
        let (directory, _stub) = discord(
            PATIENCE,
            move |number, _| {
                if number == 0 { reply.clone() } else { user() }
            },
        )
        .await;
        assert_eq!(directory.look_up(ID).await, Err(ProfileError::Unavailable), "{told}");
        assert!(matches!(directory.look_up(ID).await, Ok(Some(_))), "{told}");
    }
}

#[tokio::test]
async fn an_upstream_that_says_nothing_is_left() {
    let (directory, _stub) = discord(Duration::from_millis(100), |_, _| Reply::silence()).await;
    assert_eq!(directory.look_up(ID).await, Err(ProfileError::Unavailable));
}

#[tokio::test]
async fn what_is_no_id_is_not_asked_for() {
    let (directory, stub) = discord(PATIENCE, |_, _| user()).await;
    for id in ["", "deleted:1", "../1", "007", "99999999999999999999"] {
        assert_eq!(directory.look_up(id).await, Ok(None));
    }
    assert!(stub.requests().is_empty());
}

#[tokio::test]
async fn nobody_is_asked_when_nothing_is_configured() {
    assert_eq!(NoProfiles.look_up(ID).await, Ok(None));
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    for base in ["", "discord", "ftp://discord.com"] {
        let refused = DiscordGuilds::new(base, Token::new("secret"), &ProfileSettings::default());
        assert!(matches!(refused, Err(ProfileSettingsError::Address)), "{base}");
    }
}

#[tokio::test]
async fn servers_of_the_bot_are_shown() {
    let stub = Stub::start(|_, head| match &*head.path {
        "/guilds/41?with_counts=true" => {
            Reply::new(200, r#"{"name":"Home","icon":"a_1f","approximate_member_count":12}"#)
        }
        "/guilds/42?with_counts=true" => Reply::new(200, r#"{"name":"Plain","icon":null}"#),
        _ => Reply::new(403, r#"{"message":"Missing Access"}"#),
    })
    .await;
    let guilds = DiscordGuilds::new(&stub.origin(), Token::new("secret"), &ProfileSettings::default());
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
