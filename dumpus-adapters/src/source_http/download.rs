//! A download: attempts, each of which goes on where the one before ended when that is possible.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use bytes::Bytes;
use dumpus_ports::archive::{PackageBytes, Progress};
use dumpus_ports::domain::failure_detail::FailureDetail;
use dumpus_ports::domain::link::PackageLink;
use dumpus_ports::source::SourceError;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, StatusCode};
use tokio::time::{Instant, sleep};
use url::Url;

use super::answer::{Place, Refusal, SNIFFED, judge_body, judge_head};
use super::body::{Broken, Pieces};
use super::range::{ContentRange, content_length, validator};
use super::route::{Answer, Wanted};
use super::{DownloadLimits, HttpSource};
use crate::spool::Spool;

/// A certificate that is not valid now will hardly be in a minute.
const CERTIFICATE_ATTEMPTS: u32 = 2;
/// One that is not met at once is hardly met within the seconds that a download can wait.
const CHALLENGE_ATTEMPTS: u32 = 2;
/// Nothing was heard from the host: another worker may reach it.
const CONNECT_ATTEMPTS: u32 = 3;

/// A disk with less room than this is full, whatever the package.
const SUFFICIENT_ROOM: u64 = 128 << 20;

/// The package of one link on its way.
pub(super) struct Download<'a> {
    source: &'a HttpSource,
    link: &'a PackageLink,
    progress: &'a Progress,
    arriving: Option<Arriving>,
    /// Where the last answer with bytes came from: asked first, because the link may count its uses.
    storage: Option<Url>,
    /// Most bytes that any attempt reached.
    farthest: u64,
    /// What hosts have sent in all attempts.
    received: Received,
}

/// Bytes that were sent, and how long that took.
#[derive(Clone, Copy, Debug, Default)]
struct Received {
    bytes: u64,
    time: Duration,
}

impl Received {
    /// Whether hosts have been sending too slowly for too long.
    fn check(self, limits: &DownloadLimits) -> Result<(), Failure> {
        let least = u128::from(limits.slowest) * self.time.as_micros() / 1_000_000;
        if self.time <= limits.grace || u128::from(self.bytes) >= least {
            return Ok(());
        }
        Err(Failure::TooSlow(FailureDetail::TooSlow {
            received: self.bytes,
            seconds: self.time.as_secs(),
        }))
    }
}

/// What has come so far.
struct Arriving {
    spool: Spool,
    arrived: u64,
    total: Option<u64>,
    validator: Option<HeaderValue>,
}

impl Arriving {
    async fn take(&mut self, piece: Bytes, progress: &Progress, limit: u64) -> Result<(), Failure> {
        let bytes = piece.len() as u64;
        if self.arrived + bytes > limit {
            return Err(Failure::TooLarge);
        }
        self.spool.write(piece).await?;
        self.arrived += bytes;
        progress.advance(bytes);
        Ok(())
    }

    fn short(&self) -> FailureDetail {
        short(self.arrived, self.total)
    }
}

/// Why an attempt brought no package.
enum Failure {
    Answered(Refusal),
    /// Another attempt shall begin at once, because something about this one was out of date.
    Again(FailureDetail),
    TooLarge,
    TooSlow(FailureDetail),
    Storage(io::Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Answered(refusal)
    }
}

impl From<FailureDetail> for Failure {
    fn from(detail: FailureDetail) -> Self {
        Self::Answered(Refusal::Retry(detail, None))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Storage(error)
    }
}

impl<'a> Download<'a> {
    pub(super) fn new(source: &'a HttpSource, link: &'a PackageLink, progress: &'a Progress) -> Self {
        Self {
            source,
            link,
            progress,
            arriving: None,
            storage: None,
            farthest: 0,
            received: Received::default(),
        }
    }

    /// Tries until the package is there, or another attempt is pointless.
    pub(super) async fn run(mut self) -> Result<Arc<dyn PackageBytes>, SourceError> {
        let limits = &self.source.settings.limits;
        let mut failures = 0;
        let mut waits = backoff(limits);
        loop {
            let (detail, wait) = match self.attempt().await {
                Ok(package) => return Ok(package),
                // How long the click host asks to wait does not matter: that is not waited for here.
                Err(Failure::Answered(Refusal::Retry(FailureDetail::Challenge, _))) => {
                    (FailureDetail::Challenge, Some(None))
                }
                Err(Failure::Answered(Refusal::Retry(detail, asked))) => (detail, Some(asked)),
                Err(Failure::Again(detail)) => (detail, None),
                Err(Failure::Answered(Refusal::Expired(detail))) => return Err(SourceError::Expired(detail)),
                Err(Failure::Answered(Refusal::Invalid(detail))) => return Err(SourceError::Invalid(detail)),
                Err(Failure::TooSlow(detail)) => return Err(SourceError::Unavailable(detail)),
                Err(Failure::TooLarge) => {
                    return Err(SourceError::Invalid(FailureDetail::TooLarge { bytes: limits.bytes }));
                }
                Err(Failure::Storage(error)) => return Err(self.does_not_fit(error)),
            };
            failures += 1;
            if self.has_come_farther() {
                failures = 1;
                waits = backoff(limits);
            }
            let max_attempts = match detail {
                FailureDetail::Certificate => limits.attempts.min(CERTIFICATE_ATTEMPTS),
                FailureDetail::Challenge => limits.attempts.min(CHALLENGE_ATTEMPTS),
                FailureDetail::Unreachable => limits.attempts.min(CONNECT_ATTEMPTS),
                _ => limits.attempts,
            };
            if failures >= max_attempts && detail == FailureDetail::Challenge {
                return Err(SourceError::Challenged);
            }
            if failures >= max_attempts {
                return Err(SourceError::Unavailable(detail));
            }
            tracing::debug!(fault = ?detail, failures, "Retrying a download");
            let delay = waits.next().unwrap_or_default();
            if let Some(asked) = wait {
                sleep(bounded(limits, delay, asked)).await;
            }
        }
    }

    /// Whether the package took up the room that there was, or there was none.
    fn does_not_fit(mut self, error: io::Error) -> SourceError {
        let arrived = self.arriving.take().map_or(0, |arriving| arriving.arrived);
        // Measured when the package is gone.
        match self.source.settings.spool.free_bytes() {
            Ok(free) if free >= SUFFICIENT_ROOM && arrived > free / 2 => SourceError::DoesNotFit(error),
            _ => SourceError::Storage(error),
        }
    }

    fn has_come_farther(&mut self) -> bool {
        let arrived = self.arriving.as_ref().map_or(0, |arriving| arriving.arrived);
        let is_farther = arrived > self.farthest;
        self.farthest = self.farthest.max(arrived);
        is_farther
    }

    async fn attempt(&mut self) -> Result<Arc<dyn PackageBytes>, Failure> {
        let limits = &self.source.settings.limits;
        let answer = self.ask().await?;
        let (head, body) = answer.response.into_parts();
        let mut pieces = Pieces::new(body, limits.idle);
        if !self.goes_on(head.status, &head.headers)? {
            self.start_over();
            let arriving = self
                .begin(answer.place, head.status, &head.headers, &mut pieces)
                .await?;
            self.arriving = Some(arriving);
        }
        self.storage = Some(answer.address);
        let Some(arriving) = &mut self.arriving else {
            return Err(FailureDetail::Changed.into());
        };
        loop {
            let asked = Instant::now();
            let next = pieces.next().await;
            self.received.time += asked.elapsed();
            let Some(piece) = next.map_err(|Broken| arriving.short())? else {
                break;
            };
            self.received.bytes += piece.len() as u64;
            self.received.check(limits)?;
            arriving.take(piece, self.progress, limits.bytes).await?;
        }
        match arriving.total {
            Some(total) if arriving.arrived < total => return Err(arriving.short().into()),
            Some(total) if arriving.arrived > total => {
                self.start_over();
                return Err(FailureDetail::Changed.into());
            }
            _ => {}
        }
        match self.arriving.take() {
            Some(arriving) => Ok(arriving.spool.finish().await?),
            None => Err(FailureDetail::Changed.into()),
        }
    }

    /// Asks for what is missing; an answer that brings nothing is a failure.
    async fn ask(&mut self) -> Result<Answer, Failure> {
        let wanted = self.arriving.as_ref().and_then(|arriving| {
            let validator = arriving.validator.clone()?;
            Some(Wanted {
                from: arriving.arrived,
                validator,
            })
        });
        let storage = self.storage.take().filter(|_| wanted.is_some());
        let is_again = storage.is_some();
        let answer = match storage {
            Some(address) => self.source.ask_again(address, wanted.as_ref()).await?,
            None => self.source.ask_link(self.link, wanted.as_ref()).await?,
        };
        let status = answer.response.status();
        if status == StatusCode::RANGE_NOT_SATISFIABLE && wanted.is_some() {
            self.start_over();
            return Err(Failure::Again(FailureDetail::Changed));
        }
        match judge_head(answer.place, status, answer.response.headers()) {
            None => Ok(answer),
            // Signed addresses expire, also in the middle of a download: the link gives a new one.
            Some(Refusal::Expired(_) | Refusal::Invalid(_)) if is_again => Err(Failure::Again(FailureDetail::Status {
                status: status.as_u16().into(),
            })),
            Some(refusal) => {
                self.storage = is_again.then_some(answer.address);
                Err(refusal.into())
            }
        }
    }

    /// Whether an answer brings what is missing, rather than the file from its beginning.
    fn goes_on(&mut self, status: StatusCode, headers: &HeaderMap) -> Result<bool, Failure> {
        if status != StatusCode::PARTIAL_CONTENT {
            return Ok(false);
        }
        let range = ContentRange::of(headers).ok_or(FailureDetail::Changed)?;
        let Some(arriving) = &mut self.arriving else {
            // Nobody asked for a part; one that is the whole will do.
            return if range.goes_on(0, None) {
                Ok(false)
            } else {
                Err(FailureDetail::Changed.into())
            };
        };
        let is_same = validator(headers).is_none_or(|now| arriving.validator.as_ref() == Some(&now));
        if is_same && range.goes_on(arriving.arrived, arriving.total) {
            arriving.total = arriving.total.or(range.total);
            return Ok(true);
        }
        self.start_over();
        Err(Failure::Again(FailureDetail::Changed))
    }

    /// Begins with the first byte, when it is an archive's.
    async fn begin(
        &self,
        place: Place,
        status: StatusCode,
        headers: &HeaderMap,
        pieces: &mut Pieces,
    ) -> Result<Arriving, Failure> {
        let limit = self.source.settings.limits.bytes;
        let total = content_length(headers);
        if total.is_some_and(|total| total > limit) {
            return Err(Failure::TooLarge);
        }
        let first = pieces.first(SNIFFED).await.map_err(|Broken| short(0, total))?;
        if let Some(refusal) = judge_body(place, status, headers, &first) {
            return Err(refusal.into());
        }
        self.progress.expect(total.unwrap_or(0));
        let mut arriving = Arriving {
            spool: Spool::start(&self.source.settings.spool, total),
            arrived: 0,
            total,
            validator: validator(headers),
        };
        arriving.take(first, self.progress, limit).await?;
        Ok(arriving)
    }

    /// What has come is of no use. The next spool has another key.
    fn start_over(&mut self) {
        if self.arriving.take().is_some() {
            self.progress.restart();
        }
    }
}

fn short(received: u64, total: Option<u64>) -> FailureDetail {
    match total {
        Some(total) => FailureDetail::Truncated { received, total },
        None => FailureDetail::Interrupted { received },
    }
}

/// Waits between attempts, doubled each time: the jitter adds up to as much again to each delay, so that clients that
/// failed together do not return together.
fn backoff(limits: &DownloadLimits) -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(limits.backoff / 2)
        .with_max_delay(limits.longest_wait / 2)
        .with_jitter()
        .without_max_times()
        .build()
}

/// A wait of at least what the other side asked for, unless that is more than the longest.
fn bounded(limits: &DownloadLimits, delay: Duration, asked: Option<Duration>) -> Duration {
    asked.unwrap_or_default().saturating_add(delay).min(limits.longest_wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn waits_grow_within_their_limits(failures in 0_u32..100, asked in prop::option::of(0_u64..1000)) {
            let limits = DownloadLimits::default();
            let asked = asked.map(Duration::from_secs);
            let delay = backoff(&limits).nth(failures as usize).unwrap();
            let wait = bounded(&limits, delay, asked);
            prop_assert!(wait <= limits.longest_wait);
            prop_assert!(wait >= asked.unwrap_or_default().min(limits.longest_wait));
            if asked.is_none() && failures < 5 {
                prop_assert!(wait <= limits.backoff * (1 << failures));
            }
        }
    }
}
