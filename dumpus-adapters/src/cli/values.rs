//! Parsers of values. Their errors never repeat the value: it may be a secret in the wrong place.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bytesize::ByteSize;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// Parses sizes of at least `least` bytes, such as `512MiB`, `20 GB` or `4096`.
pub fn bytes<T>(least: T) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: TryFrom<u64> + PartialOrd + Display + Copy + Send + Sync + 'static,
{
    move |text| {
        // A letter alone is a power of 1,024, as for memory limits of containers.
        let unit = if text.ends_with(['k', 'K', 'm', 'M', 'g', 'G', 't', 'T']) {
            "iB"
        } else {
            ""
        };
        let size = format!("{text}{unit}").parse::<ByteSize>().map(|size| size.as_u64());
        // Larger sizes are clamped to the largest by the parser.
        let size = size
            .ok()
            .filter(|size| *size < u64::MAX)
            .and_then(|size| T::try_from(size).ok());
        size.filter(|size| *size >= least)
            .ok_or_else(|| format!("expected a size of at least {least} bytes, such as 512MiB or 20GiB"))
    }
}

/// The text of a size, as [`bytes()`] parses it.
#[must_use]
pub fn bytes_text(bytes: u64) -> String {
    format!("{:.0}", ByteSize(bytes)).replace(' ', "")
}

/// Parses durations of at least `least`, such as `30s` or `2m`; a number alone is in seconds.
pub fn duration(least: Duration) -> impl Fn(&str) -> Result<Duration, String> + Clone + Send + Sync + 'static {
    move |text| {
        let seconds = text.parse().map(Duration::from_secs).ok();
        seconds
            .or_else(|| humantime::parse_duration(text).ok())
            .filter(|duration| *duration >= least)
            .ok_or_else(|| {
                format!(
                    "expected a duration of at least {}, such as 90s or 2m",
                    duration_text(least)
                )
            })
    }
}

/// The text of a duration, as [`duration`] parses it.
#[must_use]
pub fn duration_text(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

/// Parses a number of days above 0 and up to a century, fractions allowed.
///
/// # Errors
/// What was expected.
pub fn days(text: &str) -> Result<Duration, String> {
    let days = text.parse().ok().filter(|days: &f64| *days > 0.0 && *days <= 36_525.0);
    days.and_then(|days| Duration::try_from_secs_f64(days * SECONDS_PER_DAY).ok())
        .ok_or_else(|| "expected a number of days, above 0 and at most 36525".to_owned())
}

/// Parses numbers of a range.
pub fn number<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("expected a number from {} to {}", range.start(), range.end()))
    }
}

/// Parses a number above 0.
///
/// # Errors
/// What was expected.
pub fn count(text: &str) -> Result<u64, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "expected a number above 0".to_owned())
}

/// Parses an `http` or `https` address, and removes slashes at its end.
///
/// # Errors
/// What was expected.
pub fn address(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_clean = |rest: &&str| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['?', '#', '@', ' ']);
    rest.filter(is_clean)
        .map(|_| text.trim_end_matches('/').to_owned())
        .ok_or_else(|| "expected an address such as https://host.example.org".to_owned())
}

/// Parses the path of a file that exists.
///
/// # Errors
/// What was expected.
pub fn file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    path.is_file()
        .then_some(path)
        .ok_or_else(|| "expected the path of a file".to_owned())
}

/// Parses the path of a directory that exists.
///
/// # Errors
/// What was expected.
pub fn directory(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    path.is_dir()
        .then_some(path)
        .ok_or_else(|| "expected the path of a directory".to_owned())
}
