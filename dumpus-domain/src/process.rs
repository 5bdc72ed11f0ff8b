//! The processes of an instance: servers and workers, and whether their settings agree.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::queue::Lane;
use crate::time::Millis;

/// How often a process reports that it is alive.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// A process that missed three heartbeats is offline.
pub const OFFLINE_AFTER: Duration = Duration::from_secs(15);
/// A process that has been offline for this long is forgotten.
pub const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

/// Identifies a process from its start to its end. Random, 12 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub [u8; 6]);

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is none of the words that stand for these values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown word")]
pub struct UnknownWord;

impl FromStr for ProcessId {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let is_hex = text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16)
            .ok()
            .filter(|_| is_hex)
            .ok_or(UnknownWord)?;
        let [_, _, bytes @ ..] = number.to_be_bytes();
        Ok(Self(bytes))
    }
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident $word:literal)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// The word in the registry and on pages.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err(UnknownWord) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a process does for its instance.
    Role {
        /// Answers clients.
        Server "server"
        /// Processes packages.
        Worker "worker"
        /// Both, in embedded mode.
        Embedded "embedded"
    }
}

words! {
    /// What a process is doing.
    ProcessState {
        /// Nothing at the moment.
        Idle "idle"
        /// It has packages in work.
        Working "working"
        /// It cannot process packages, for a reason of its own.
        Faulty "faulty"
        /// It takes no more packages: an operator drained it, or it is stopping.
        Draining "draining"
    }
}

/// Tells two instance keys apart, and reveals nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyCheck(pub [u8; 8]);

/// What a process has to agree on with the others of its instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedSettings {
    /// The key that it seals links with.
    pub key: KeyCheck,
    /// Another key, whose links it opens.
    pub other_key: Option<KeyCheck>,
    /// The largest package that it downloads, in bytes.
    pub max_download: u64,
    /// Further settings by name, as an operator would write them. None is secret.
    pub values: BTreeMap<String, String>,
}

impl SharedSettings {
    /// Whether one of the two opens the links that the other one seals, or both have the same key.
    #[must_use]
    pub fn shares_key(&self, other: &Self) -> bool {
        self.key == other.key || self.other_key == Some(other.key) || other.other_key == Some(self.key)
    }
}

/// What a process reports of itself with every heartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// The process.
    pub id: ProcessId,
    /// What it does.
    pub role: Role,
    /// What the system calls its machine.
    pub host: String,
    /// The release that it runs.
    pub version: String,
    /// Lanes that it serves, in their order; none for a server.
    pub lanes: Vec<Lane>,
    /// What it is doing.
    pub state: ProcessState,
    /// Why it is faulty, in words.
    pub fault: Option<String>,
    /// Packages that it has processed since its start.
    pub done: u64,
    /// Packages that failed here since its start.
    pub failed: u64,
    /// Resident memory in bytes, where the system tells.
    pub memory: Option<u64>,
    /// Its settings.
    pub settings: SharedSettings,
}

/// A process as the registry knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// When its first heartbeat came.
    pub started_at: Millis,
    /// When the last one came.
    pub seen_at: Millis,
    /// Whether an operator wants it to take no more packages.
    pub is_drained: bool,
    /// The last heartbeat.
    pub last: Heartbeat,
}

impl Process {
    /// Whether it has missed three heartbeats. One that was seen in the future was seen before the clock was set back, and
    /// would have been seen since.
    #[must_use]
    pub fn is_offline(&self, now: Millis) -> bool {
        self.silence(now) >= OFFLINE_AFTER
    }

    /// Whether it has been offline for a day.
    #[must_use]
    pub fn is_forgotten(&self, now: Millis) -> bool {
        self.silence(now) >= FORGOTTEN_AFTER
    }

    fn silence(&self, now: Millis) -> Duration {
        self.seen_at.until(now).max(now.until(self.seen_at))
    }

    /// Whether it takes packages of a lane, as far as its last heartbeat says.
    #[must_use]
    pub fn takes(&self, lane: Lane) -> bool {
        let is_able = matches!(self.last.state, ProcessState::Idle | ProcessState::Working);
        is_able && !self.is_drained && self.last.lanes.contains(&lane)
    }

    /// Whether it processes packages.
    #[must_use]
    pub fn is_worker(&self) -> bool {
        self.last.role != Role::Server
    }
}

/// A setting that processes do not agree on, with the processes that have each value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Its name.
    pub setting: String,
    /// Values, in their order.
    pub values: BTreeMap<String, Vec<ProcessId>>,
}

/// The settings that these processes do not agree on, in the order of their names. A process that lacks a setting, as one
/// of another release may, agrees with every value.
#[must_use]
pub fn disagreements<'a>(processes: impl IntoIterator<Item = &'a Heartbeat>) -> Vec<Disagreement> {
    let mut settings: BTreeMap<&str, BTreeMap<String, Vec<ProcessId>>> = BTreeMap::new();
    for process in processes {
        for (name, value) in &process.settings.values {
            let values = settings.entry(name).or_default();
            values.entry(value.clone()).or_default().push(process.id);
        }
    }
    let several = settings.into_iter().filter(|(_, values)| values.len() > 1);
    let disagreement = |(name, values): (&str, _)| Disagreement {
        setting: name.to_owned(),
        values,
    };
    several.map(disagreement).collect()
}
