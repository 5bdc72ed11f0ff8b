//! Errors of downloads, as sentences for the owner of the package, without addresses or keys.

use std::fmt;
use std::time::Duration;

/// An error that a retry may resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DownloadFault {
    /// There was no connection, or it broke.
    Unreachable,
    /// The certificate of the server is not valid.
    Certificate,
    /// There was no response in time.
    Silent,
    /// The response has a status that may be temporary.
    Status(u16),
    /// The response is a challenge for browsers.
    Challenge,
    /// The body was incomplete.
    Short {
        /// Number of bytes received.
        arrived: u64,
        /// Number of bytes announced.
        total: Option<u64>,
    },
    /// The package has changed since its beginning was downloaded.
    Changed,
}

impl fmt::Display for DownloadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unreachable => f.write_str("The server that hosts the package could not be reached."),
            Self::Certificate => {
                f.write_str("The server that hosts the package could not prove its identity: its certificate is not valid.")
            }
            Self::Silent => f.write_str("The server that hosts the package did not respond in time."),
            Self::Status(status) => write!(f, "The server that hosts the package responded with status {status}."),
            Self::Challenge => f.write_str(
                "Discord asked for a check that only a browser can pass instead of giving the package; try again later.",
            ),
            Self::Short {
                arrived,
                total: Some(total),
            } => {
                let (unit, name) = unit(total);
                write!(
                    f,
                    "The archive ends early: {} of {} {name} arrived.",
                    arrived / unit,
                    total / unit
                )
            }
            Self::Short { arrived, total: None } => {
                let (unit, name) = unit(arrived);
                write!(f, "The archive ends early: only {} {name} arrived.", arrived / unit)
            }
            Self::Changed => f.write_str("The package behind the link changed while it was downloaded."),
        }
    }
}

/// The download exceeded the time limit.
pub(super) fn too_long(limit: Duration) -> String {
    let seconds = limit.as_secs();
    let (count, name) = match seconds {
        0..120 => (seconds, "seconds"),
        120..7200 => (seconds / 60, "minutes"),
        _ => (seconds / 3600, "hours"),
    };
    format!("The download took longer than the allowed {count} {name}.")
}

/// The package exceeds the size limit.
pub(super) fn too_large(limit: u64) -> String {
    let (unit, name) = unit(limit);
    format!(
        "The package is larger than the {} {name} that this server takes.",
        limit / unit
    )
}

fn unit(bytes: u64) -> (u64, &'static str) {
    match bytes {
        0..10_000 => (1, "bytes"),
        10_000..10_000_000 => (1_000, "kB"),
        _ => (1_000_000, "MB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_archive_reports_the_received_size() {
        let short = |arrived, total| DownloadFault::Short { arrived, total }.to_string();
        assert_eq!(
            short(412_900_000, Some(980_000_000)),
            "The archive ends early: 412 of 980 MB arrived."
        );
        assert_eq!(short(7, Some(9000)), "The archive ends early: 7 of 9000 bytes arrived.");
        assert_eq!(short(51_000, None), "The archive ends early: only 51 kB arrived.");
    }

    #[test]
    fn limits_have_suitable_units() {
        assert_eq!(
            too_long(Duration::from_hours(2)),
            "The download took longer than the allowed 2 hours."
        );
        assert_eq!(
            too_large(20_000_000),
            "The package is larger than the 20 MB that this server takes."
        );
    }
}
