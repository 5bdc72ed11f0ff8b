//! What goes wrong with downloads, in sentences for the owner of the package: no address, no key.

use std::fmt;
use std::time::Duration;

/// Something that another attempt may not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No connection, or a broken one.
    Unreachable,
    /// The other side could not prove who it is.
    Certificate,
    /// No answer in time.
    Silent,
    /// An answer that says it is temporary.
    Status(u16),
    /// A page that only browsers get past.
    Challenge,
    /// The body ended, or stopped, before its end.
    Short {
        /// Bytes that came.
        arrived: u64,
        /// Bytes that were announced.
        total: Option<u64>,
    },
    /// The package behind the link is not the one whose beginning was downloaded.
    Changed,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Unreachable => f.write_str("The server that holds the package could not be reached."),
            Self::Certificate => {
                f.write_str("The server that holds the package could not prove its identity: its certificate is not valid.")
            }
            Self::Silent => f.write_str("The server that holds the package did not answer in time."),
            Self::Status(status) => write!(
                f,
                "The server that holds the package is in trouble, it answered with status {status}."
            ),
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

/// The whole time limit has passed.
pub(super) fn too_long(limit: Duration) -> String {
    let seconds = limit.as_secs();
    let (count, name) = match seconds {
        0..120 => (seconds, "seconds"),
        120..7200 => (seconds / 60, "minutes"),
        _ => (seconds / 3600, "hours"),
    };
    format!("The download took longer than the allowed {count} {name}.")
}

/// More than an instance takes.
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
    fn a_short_archive_says_how_much_came() {
        let short = |arrived, total| Trouble::Short { arrived, total }.to_string();
        assert_eq!(
            short(412_900_000, Some(980_000_000)),
            "The archive ends early: 412 of 980 MB arrived."
        );
        assert_eq!(short(7, Some(9000)), "The archive ends early: 7 of 9000 bytes arrived.");
        assert_eq!(short(51_000, None), "The archive ends early: only 51 kB arrived.");
    }

    #[test]
    fn limits_are_told_in_fitting_units() {
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
