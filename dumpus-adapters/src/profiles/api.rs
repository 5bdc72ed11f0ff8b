//! A client for a rate-limited JSON API.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use dumpus_ports::domain::link::{LinkPolicy, Origin};
use dumpus_ports::domain::rate::Rate;
use dumpus_ports::profiles::ProfileError;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::header::{ACCEPT, AUTHORIZATION, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{HeaderMap, Request, Response, StatusCode, body::Incoming};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Url;

use super::{ProfileOptions, ProfileOptionsError};
use crate::transport::{self, Transport, TransportSettings};

/// Concurrent requests. A page of a client asks for 21 users, and Discord allows about 30 in half a minute.
const MAX_REQUESTS: usize = 4;
/// A user takes about 1 KB.
const MAX_BODY_BYTES: usize = 256 << 10;
/// The wait after a 429 that does not state one.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);
/// Discord bans addresses for a while that get 10,000 responses of these statuses within ten minutes.
const REJECTIONS: [StatusCode; 3] = [
    StatusCode::UNAUTHORIZED,
    StatusCode::FORBIDDEN,
    StatusCode::TOO_MANY_REQUESTS,
];
const REJECTION_PERIOD: Duration = Duration::from_mins(10);
/// How long no request is sent after too many of them.
const REJECTION_PAUSE: Duration = Duration::from_mins(1);

pub(super) struct Api {
    transport: Transport,
    base: String,
    timeout: Duration,
    permits: Semaphore,
    /// No request is sent before this instant.
    blocked_until: Mutex<Option<Instant>>,
    rejections: Rejections,
}

/// Counts responses that a host may ban this address for.
struct Rejections {
    rate: Rate,
    /// Times are microseconds since this.
    start: Instant,
    idle_at: Mutex<u64>,
}

impl Rejections {
    fn new(max: u32) -> Self {
        Self {
            rate: Rate::new(max, REJECTION_PERIOD),
            start: Instant::now(),
            idle_at: Mutex::default(),
        }
    }

    /// Counts one. False if there are too many.
    fn record(&self) -> bool {
        let now = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut idle_at = self.idle_at.lock().unwrap_or_else(PoisonError::into_inner);
        match self.rate.take(*idle_at, now) {
            Ok(later) => {
                *idle_at = later;
                true
            }
            Err(_) => false,
        }
    }
}

impl Api {
    pub(super) fn new(base: &str, options: &ProfileOptions) -> Result<Self, ProfileOptionsError> {
        let base = base.trim().trim_end_matches('/');
        let address = Url::parse(base).map_err(|_| ProfileOptionsError::Address)?;
        // The operator configured this host, so it need not be public.
        let origin = Origin::of(&address).ok_or(ProfileOptionsError::Address)?;
        let transport = TransportSettings {
            policy: LinkPolicy::new(vec![origin]),
            overrides: options.overrides.clone(),
            extra_ca_file: options.extra_ca_file.clone(),
            ..TransportSettings::default()
        };
        Ok(Self {
            transport: Transport::new(&transport, MAX_REQUESTS)?,
            base: base.to_owned(),
            timeout: options.timeout,
            permits: Semaphore::new(MAX_REQUESTS),
            blocked_until: Mutex::new(None),
            rejections: Rejections::new(options.max_rejections),
        })
    }

    /// Requests a resource. `None` if the response has one of the statuses `absent`.
    ///
    /// # Errors
    /// [`ProfileError::RateLimited`] if a limit does not end within the timeout; [`ProfileError::Unavailable`] for
    /// every other failure.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        authorization: &str,
        absent: &[StatusCode],
    ) -> Result<Option<T>, ProfileError> {
        let deadline = Instant::now() + self.timeout;
        let Ok(Ok(_permit)) = timeout_at(deadline, self.permits.acquire()).await else {
            return Err(rate_limited(DEFAULT_RETRY_AFTER));
        };
        loop {
            self.wait_for_rate_limit(deadline).await?;
            let response = timeout_at(deadline, self.send(path, authorization)).await;
            let response = response.map_err(|_| ProfileError::Unavailable)??;
            self.record_rate_limit(response.status(), response.headers());
            match response.status() {
                StatusCode::OK => {
                    let body = Limited::new(response.into_body(), MAX_BODY_BYTES).collect();
                    let body = timeout_at(deadline, body)
                        .await
                        .map_err(|_| ProfileError::Unavailable)?;
                    let body = body.map_err(|_| ProfileError::Unavailable)?.to_bytes();
                    return serde_json::from_slice(&body).map(Some).map_err(|_| {
                        tracing::warn!("Could not parse the response of a directory");
                        ProfileError::Unavailable
                    });
                }
                StatusCode::TOO_MANY_REQUESTS => {}
                status if absent.contains(&status) => return Ok(None),
                status => {
                    tracing::warn!(status = status.as_u16(), "Directory refused a request");
                    return Err(ProfileError::Unavailable);
                }
            }
        }
    }

    async fn send(&self, path: &str, authorization: &str) -> Result<Response<Incoming>, ProfileError> {
        let mut authorization = HeaderValue::from_str(authorization).map_err(|_| ProfileError::Unavailable)?;
        authorization.set_sensitive(true);
        let request = Request::get(format!("{}{path}", self.base))
            .header(USER_AGENT, transport::USER_AGENT)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, authorization)
            .body(Empty::<Bytes>::new())
            .map_err(|_| ProfileError::Unavailable)?;
        self.transport.send(request).await.map_err(|reason| {
            tracing::warn!(reason = ?reason, "Could not reach a directory");
            ProfileError::Unavailable
        })
    }

    /// Waits for the end of the upstream's rate limit if that is before the deadline.
    async fn wait_for_rate_limit(&self, deadline: Instant) -> Result<(), ProfileError> {
        loop {
            let blocked_until = *self.blocked_until.lock().unwrap_or_else(PoisonError::into_inner);
            match blocked_until {
                Some(end) if end > deadline => return Err(rate_limited(end - Instant::now())),
                Some(end) if end > Instant::now() => sleep_until(end).await,
                _ => return Ok(()),
            }
        }
    }

    /// Blocks further requests if the upstream rejected this one, or would reject the next one.
    fn record_rate_limit(&self, status: StatusCode, headers: &HeaderMap) {
        let is_exhausted = headers.get("x-ratelimit-remaining").is_some_and(|left| left == "0");
        let reset = seconds(headers, "x-ratelimit-reset-after");
        let wait = if status == StatusCode::TOO_MANY_REQUESTS {
            let stated = seconds(headers, RETRY_AFTER.as_str()).or(reset);
            stated.or(Some(DEFAULT_RETRY_AFTER))
        } else {
            reset.filter(|_| is_exhausted)
        };
        let wait = if REJECTIONS.contains(&status) && !self.rejections.record() {
            tracing::warn!("A directory rejects too many requests: none is sent for a minute");
            wait.max(Some(REJECTION_PAUSE))
        } else {
            wait
        };
        if let Some(end) = wait.and_then(|wait| Instant::now().checked_add(wait)) {
            let mut blocked_until = self.blocked_until.lock().unwrap_or_else(PoisonError::into_inner);
            *blocked_until = (*blocked_until).max(Some(end));
        }
    }
}

fn rate_limited(wait: Duration) -> ProfileError {
    ProfileError::RateLimited {
        retry_after: Duration::from_secs(wait.as_secs() + 1),
    }
}

/// A header with a number of seconds; Discord sends fractions.
fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    let seconds = headers.get(name)?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
