//! Going on where a download ended.

use hyper::HeaderMap;
use hyper::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderValue, LAST_MODIFIED};

/// What `If-Range` says: a strong tag, or the date. Without either nothing proves that it is the same file still.
pub(super) fn validator(headers: &HeaderMap) -> Option<HeaderValue> {
    let tag = headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\""));
    tag.or_else(|| headers.get(LAST_MODIFIED)).cloned()
}

/// The place of a partial answer in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) total: Option<u64>,
}

impl ContentRange {
    /// `bytes 5-9/10`, or with a `*` for an unknown total.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
        let (range, total) = text.strip_prefix("bytes ")?.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let range = Self {
            first: first.parse().ok()?,
            last: last.parse().ok()?,
            total: match total {
                "*" => None,
                total => Some(total.parse().ok()?),
            },
        };
        let is_sound = range.first <= range.last && range.total.is_none_or(|total| range.last < total);
        is_sound.then_some(range)
    }

    /// Whether it goes on behind `arrived` bytes of a file of `total`, to its end.
    pub(super) fn goes_on(&self, arrived: u64, total: Option<u64>) -> bool {
        let known = self.total.or(total);
        self.first == arrived
            && (self.total.is_none() || total.is_none() || self.total == total)
            && known.is_none_or(|total| self.last + 1 == total)
    }
}

/// Announced bytes of a body.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Option<ContentRange> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_RANGE, text.parse().unwrap());
        ContentRange::of(&headers)
    }

    #[test]
    fn a_range_must_be_sound() {
        assert_eq!(
            range("bytes 5-9/10"),
            Some(ContentRange {
                first: 5,
                last: 9,
                total: Some(10)
            })
        );
        assert!(range("bytes 5-9/*").is_some());
        for text in [
            "bytes 5-10/10",
            "bytes 9-5/10",
            "bytes */10",
            "5-9/10",
            "bytes 5-9",
            "bytes -9/10",
        ] {
            assert_eq!(range(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_rest_of_the_same_file_goes_on() {
        let goes_on = |text, arrived, total| range(text).is_some_and(|range| range.goes_on(arrived, total));
        assert!(goes_on("bytes 5-9/10", 5, Some(10)));
        assert!(goes_on("bytes 5-9/*", 5, Some(10)));
        assert!(goes_on("bytes 5-9/10", 5, None));
        assert!(!goes_on("bytes 4-9/10", 5, Some(10)));
        assert!(!goes_on("bytes 5-9/11", 5, Some(10)));
        assert!(!goes_on("bytes 5-8/10", 5, Some(10)));
        assert!(!goes_on("bytes 5-10/11", 5, Some(10)));
    }

    #[test]
    fn weak_tags_prove_nothing() {
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, "W/\"a\"".parse().unwrap());
        assert_eq!(validator(&headers), None);
        headers.insert(LAST_MODIFIED, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        assert_eq!(validator(&headers), headers.get(LAST_MODIFIED).cloned());
        headers.insert(ETAG, "\"a\"".parse().unwrap());
        assert_eq!(validator(&headers).unwrap(), "\"a\"");
    }
}
