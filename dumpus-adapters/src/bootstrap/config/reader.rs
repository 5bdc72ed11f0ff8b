//! Reads values, and remembers everything that is wrong with them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::table::settings;

/// Everything that is wrong with a configuration. Values are not repeated: they may be secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} problem(s):", self.0.len())?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigErrors {}

/// Reads values by the names of their settings.
pub struct Reader<'a> {
    value_of: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    /// A reader of these values.
    #[must_use]
    pub fn new(value_of: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            value_of,
            problems: Vec::new(),
        }
    }

    /// Notes a problem.
    pub fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// The value as it is; an empty one counts as unset.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        debug_assert!(
            settings().any(|setting| setting.name == name),
            "{name} is not in the table"
        );
        let value = (self.value_of)(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// The value, read by `parse`, or what holds without it.
    pub fn read<T>(&mut self, name: &str, unset: T, expected: &str, parse: impl Fn(&str) -> Option<T>) -> T {
        let Some(value) = self.text(name) else { return unset };
        parse(&value).unwrap_or_else(|| {
            self.problem(format!("{name} is not {expected}"));
            unset
        })
    }

    /// The value, read by its type.
    pub fn optional<T: FromStr>(&mut self, name: &str, expected: &str) -> Option<T> {
        self.read(name, None, expected, |value| value.parse().ok().map(Some))
    }

    /// Values with commas between them.
    pub fn list<T: FromStr>(&mut self, name: &str, expected: &str) -> Vec<T> {
        let value = self.text(name).unwrap_or_default();
        let mut values = Vec::new();
        for part in value.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Ok(part) = part.parse() else {
                self.problem(format!("{name} holds something that is not {expected}"));
                break;
            };
            values.push(part);
        }
        values
    }

    /// A whole number of a range.
    pub fn number(&mut self, name: &str, unset: u64, range: std::ops::RangeInclusive<u64>) -> u64 {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        self.read(name, unset, &expected, |value| {
            value.parse().ok().filter(|number| range.contains(number))
        })
    }

    /// A number of bytes above 0 such as `512MiB`.
    pub fn bytes(&mut self, name: &str) -> Option<u64> {
        self.read(name, None, "a number of bytes such as 512MiB or 20GiB", |value| {
            bytes(value).filter(|bytes| *bytes > 0).map(Some)
        })
    }

    /// The same where 0 has a meaning.
    pub fn bytes_or_none(&mut self, name: &str) -> Option<u64> {
        self.read(name, None, "a number of bytes such as 512MiB, or 0", |value| {
            bytes(value).map(Some)
        })
    }

    /// A whole number above 0.
    pub fn count(&mut self, name: &str) -> Option<u64> {
        self.read(name, None, "a number above 0", |value| {
            value.parse().ok().filter(|count| *count > 0).map(Some)
        })
    }

    /// A time such as `30s` or `2m`; bare numbers are seconds.
    pub fn duration(&mut self, name: &str, unset: Duration, at_least: Duration) -> Duration {
        let expected = format!("a time such as 30s or 2m, of at least {} s", at_least.as_secs());
        self.read(name, unset, &expected, |value| {
            duration(value).filter(|duration| *duration >= at_least)
        })
    }

    /// What was read, if nothing was wrong with it.
    ///
    /// # Errors
    /// Everything that was.
    pub fn finish<T>(self, read: T) -> Result<T, ConfigErrors> {
        if self.problems.is_empty() {
            Ok(read)
        } else {
            Err(ConfigErrors(self.problems))
        }
    }
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim())
}

fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = split_unit(text);
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "kb" => 1_000,
        "m" | "mib" => 1 << 20,
        "mb" => 1_000_000,
        "g" | "gib" => 1 << 30,
        "gb" => 1_000_000_000,
        "t" | "tib" => 1 << 40,
        "tb" => 1_000_000_000_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split_unit(text);
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "" | "s" => Some(Duration::from_secs(number)),
        "m" | "min" => Some(Duration::from_secs(number.checked_mul(60)?)),
        "h" => Some(Duration::from_secs(number.checked_mul(3_600)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_units() {
        assert_eq!(bytes("512MiB"), Some(512 << 20));
        assert_eq!(bytes("2 GB"), Some(2_000_000_000));
        assert_eq!(bytes("17"), Some(17));
        assert_eq!(bytes("0"), Some(0));
        for wrong in ["", "-1", "1.5G", "x", "99999999999TiB"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
        assert_eq!(duration("90"), Some(Duration::from_secs(90)));
        assert_eq!(duration("2m"), Some(Duration::from_mins(2)));
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("2 days"), None);
    }

    #[test]
    fn nothing_is_a_size_only_where_it_has_a_meaning() {
        let mut reader = Reader::new(&|_| Some("0".to_owned()));
        assert_eq!(reader.bytes_or_none("DUMPUS_SPOOL_MEMORY"), Some(0));
        assert_eq!(reader.bytes("DUMPUS_MAX_DOWNLOAD"), None);
        assert_eq!(reader.finish(()).unwrap_err().0.len(), 1);
    }

    #[test]
    fn every_problem_is_named_and_no_value_is() {
        let values = |name: &str| match name {
            "DUMPUS_LISTEN" => Some("nowhere-secret".to_owned()),
            "DUMPUS_CONCURRENCY" => Some("many-secret".to_owned()),
            "DUMPUS_MAX_LINE" => Some(String::new()),
            _ => None,
        };
        let mut reader = Reader::new(&values);
        let _: Option<std::net::SocketAddr> = reader.optional("DUMPUS_LISTEN", "an address such as 127.0.0.1:5000");
        assert_eq!(reader.number("DUMPUS_CONCURRENCY", 1, 1..=64), 1);
        assert_eq!(reader.bytes("DUMPUS_MAX_LINE"), None);
        let problems = reader.finish(()).unwrap_err();
        assert_eq!(problems.0.len(), 2);
        assert!(!problems.to_string().contains("secret"));
    }
}
