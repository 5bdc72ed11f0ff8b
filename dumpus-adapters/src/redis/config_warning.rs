//! Warnings about the configuration of Redis.

use std::collections::HashMap;
use std::fmt;

use fred::error::Error;
use fred::interfaces::ClientLike;
use fred::types::{ClusterHash, CustomCommand};

use super::client::Shared;

/// A setting of Redis that endangers the queue or the privacy of waiting packages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigWarning {
    /// Redis writes its memory to disk.
    Persistence {
        /// The setting that enables this.
        setting: &'static str,
    },
    /// Redis evicts keys when its memory is full.
    Eviction {
        /// The eviction policy.
        policy: String,
    },
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Persistence { setting } => write!(
                f,
                "Redis writes the encrypted links of waiting packages to disk: turn `{setting}` off, nothing is lost \
                 without it"
            ),
            Self::Eviction { policy } => write!(
                f,
                "Redis may evict waiting packages when its memory is full: set `maxmemory-policy` to noeviction instead \
                 of {policy}"
            ),
        }
    }
}

/// Checks the configuration of Redis.
///
/// # Errors
/// If Redis does not reveal it, like many managed services.
pub(super) async fn config_warnings(shared: &Shared) -> Result<Vec<ConfigWarning>, Error> {
    let mut settings = HashMap::new();
    // One at a time: older releases do not support lists.
    for name in ["save", "appendonly", "maxmemory", "maxmemory-policy"] {
        let command = CustomCommand::new_static("CONFIG", ClusterHash::Random, false);
        let pair: Vec<String> = shared.connection.client.custom(command, vec!["GET", name]).await?;
        settings.extend(pair.into_iter().nth(1).map(|value| (name, value)));
    }
    Ok(judge(&settings))
}

fn judge(settings: &HashMap<&str, String>) -> Vec<ConfigWarning> {
    let is = |name: &str, harmless: &str| settings.get(name).is_none_or(|value| value == harmless);
    let mut warnings = Vec::new();
    if !is("save", "") {
        warnings.push(ConfigWarning::Persistence { setting: "save" });
    }
    if !is("appendonly", "no") {
        warnings.push(ConfigWarning::Persistence { setting: "appendonly" });
    }
    if !is("maxmemory", "0") && !is("maxmemory-policy", "noeviction") {
        let policy = settings.get("maxmemory-policy").cloned().unwrap_or_default();
        warnings.push(ConfigWarning::Eviction { policy });
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(settings: [&'static str; 4]) -> Vec<ConfigWarning> {
        let names = ["save", "appendonly", "maxmemory", "maxmemory-policy"];
        let settings = names.into_iter().zip(settings.map(str::to_owned));
        judge(&settings.collect())
    }

    #[test]
    fn accepts_a_redis_that_keeps_everything_in_memory() {
        assert_eq!(of(["", "no", "0", "noeviction"]), []);
        assert_eq!(of(["", "no", "1048576", "noeviction"]), []);
        // Without a limit, nothing is evicted.
        assert_eq!(of(["", "no", "0", "allkeys-lru"]), []);
        assert_eq!(judge(&HashMap::new()), []);
    }

    #[test]
    fn warns_about_each_harmful_setting() {
        let warnings = of(["3600 1", "yes", "1048576", "allkeys-lru"]);
        let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings.len(), 3);
        for (warning, setting) in warnings.iter().zip(["`save`", "`appendonly`", "allkeys-lru"]) {
            assert!(warning.contains(setting), "{warning}");
        }
    }
}
