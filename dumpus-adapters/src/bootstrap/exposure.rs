//! Backends whose connections others could read or answer.

use std::net::IpAddr;

use secrecy::ExposeSecret as _;
use url::Url;

use super::settings::BackendSettings;

/// Modes of `sslmode` that verify who answers.
const VERIFIED: [&str; 2] = ["verify-ca", "verify-full"];

/// One sentence for each backend on another machine that is reached without TLS or without verification.
pub(super) fn exposed_backends(settings: &BackendSettings) -> Vec<String> {
    let postgres = settings.postgres_url.as_ref().and_then(|url| {
        let url = Url::parse(url.expose_secret()).ok()?;
        let given = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted);
        let is_verified = match given("sslmode") {
            // With its own authority, the weaker modes verify too.
            Some((_, mode)) => VERIFIED.contains(&&*mode) || (mode == "require" && given("sslrootcert").is_some()),
            None => given("sslrootcert").is_some(),
        };
        let is_socket = given("host").is_some_and(|(_, host)| host.starts_with('/'));
        let host = remote_host(&url).filter(|_| !is_verified && !is_socket)?;
        Some(format!(
            "PostgreSQL at {host} is not verified: others on the way may read and change what is stored; add \
             sslmode=verify-full"
        ))
    });
    let redis = settings.redis_url.as_ref().and_then(|url| {
        let url = Url::parse(url.expose_secret())
            .ok()
            .filter(|url| url.scheme() == "redis")?;
        let host = remote_host(&url)?;
        Some(format!(
            "Redis at {host} is reached without TLS: others on the way may read its password and change the queue; use \
             rediss://"
        ))
    });
    let store = settings.object_store().and_then(|store| {
        let url = Url::parse(store.endpoint.as_deref()?)
            .ok()
            .filter(|url| url.scheme() == "http")?;
        let host = remote_host(&url)?;
        Some(format!(
            "The object store at {host} is reached without TLS: others on the way may read its key; use https://"
        ))
    });
    [postgres, redis, store].into_iter().flatten().collect()
}

/// The host, if it is on another machine. A name without a dot is one of the container engine on this machine.
fn remote_host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let is_local = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => !host.contains('.') || host.ends_with(".localhost"),
    };
    (!is_local).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Command, FromArgMatches as _};

    use super::*;

    fn warnings(postgres: &str, redis: &str) -> Vec<String> {
        let command = BackendSettings::augment_args(Command::new("test"));
        let matches = command.get_matches_from(["test", "--postgres-url", postgres, "--redis-url", redis]);
        exposed_backends(&BackendSettings::from_arg_matches(&matches).unwrap())
    }

    #[test]
    fn cleartext_and_unverified_backends_on_other_machines_are_named_without_their_passwords() {
        let postgres = "postgres://anna:hunter2@db.example/dumpus";
        let redis = "redis://:hunter2@10.0.0.7:6379";
        let warned = warnings(postgres, redis);
        assert_eq!(warned.len(), 2, "{warned:?}");
        assert!(warned[0].contains("db.example") && warned[1].contains("10.0.0.7"));
        assert!(!warned.concat().contains("hunter2"));
        for mode in ["disable", "prefer", "require"] {
            assert_eq!(
                warnings(&format!("{postgres}?sslmode={mode}"), redis).len(),
                2,
                "{mode}"
            );
        }
    }

    #[test]
    fn verified_and_local_backends_are_not_named() {
        for (postgres, redis) in [
            (
                "postgres://db.example/dumpus?sslmode=verify-full",
                "rediss://cache.example",
            ),
            ("postgres://db.example/dumpus?sslrootcert=/ca.pem", "rediss://10.0.0.7"),
            ("postgres://127.0.0.1/dumpus", "redis://[::1]:6379"),
            ("postgres://postgres/dumpus", "redis://redis:6379"),
            ("postgres://localhost/dumpus?host=/run/postgresql", "redis://localhost"),
        ] {
            assert_eq!(warnings(postgres, redis), Vec::<String>::new(), "{postgres} {redis}");
        }
    }
}
