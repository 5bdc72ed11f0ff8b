//! An API over HTTP that limits how often it is asked.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use dumpus_ports::domain::link::{LinkPolicy, Origin};
use dumpus_ports::profiles::ProfileError;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::header::{ACCEPT, AUTHORIZATION, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{HeaderMap, Request, Response, StatusCode, body::Incoming};
use serde::de::DeserializeOwned;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Url;

use super::{ProfileSettings, ProfileSettingsError};
use crate::transport::{self, Transport, TransportSettings};

/// Requests at once: a client asks for 21 users, and Discord allows some 30 in half a minute.
const SEATS: usize = 4;
/// Connections that wait for the next client.
const IDLE_CONNECTIONS: usize = SEATS;
/// A user has some 1 KB.
const MOST_BYTES: usize = 256 << 10;
/// When an upstream says that it was asked too often, but not for how long.
const UNSAID_WAIT: Duration = Duration::from_secs(1);

pub(super) struct Api {
    transport: Transport,
    base: String,
    patience: Duration,
    seats: Semaphore,
    /// Nothing is asked before this.
    gate: Mutex<Option<Instant>>,
}

impl Api {
    pub(super) fn new(base: &str, settings: &ProfileSettings) -> Result<Self, ProfileSettingsError> {
        let base = base.trim().trim_end_matches('/');
        let address = Url::parse(base).map_err(|_| ProfileSettingsError::Address)?;
        // The operator names this host, so it may be anywhere.
        let origin = Origin::of(&address).ok_or(ProfileSettingsError::Address)?;
        let transport = TransportSettings {
            policy: LinkPolicy::new(vec![origin]),
            overrides: settings.overrides.clone(),
            extra_ca_file: settings.extra_ca_file.clone(),
            ..TransportSettings::default()
        };
        Ok(Self {
            transport: Transport::new(&transport, IDLE_CONNECTIONS)?,
            base: base.to_owned(),
            patience: settings.patience,
            seats: Semaphore::new(SEATS),
            gate: Mutex::new(None),
        })
    }

    /// Asks for a resource; `None` when there is none. `absent` are the statuses that say so.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        authorization: &str,
        absent: &[StatusCode],
    ) -> Result<Option<T>, ProfileError> {
        let deadline = Instant::now() + self.patience;
        let Ok(Ok(_seat)) = timeout_at(deadline, self.seats.acquire()).await else {
            return Err(limited(UNSAID_WAIT));
        };
        loop {
            self.pass_gate(deadline).await?;
            let answer = timeout_at(deadline, self.send(path, authorization)).await;
            let answer = answer.map_err(|_| ProfileError::Unavailable)??;
            self.heed(answer.status(), answer.headers());
            match answer.status() {
                StatusCode::OK => {
                    let body = Limited::new(answer.into_body(), MOST_BYTES).collect();
                    let body = timeout_at(deadline, body)
                        .await
                        .map_err(|_| ProfileError::Unavailable)?;
                    let body = body.map_err(|_| ProfileError::Unavailable)?.to_bytes();
                    return serde_json::from_slice(&body).map(Some).map_err(|_| {
                        tracing::warn!("a directory gave an answer that is not understood");
                        ProfileError::Unavailable
                    });
                }
                StatusCode::TOO_MANY_REQUESTS => {}
                status if absent.contains(&status) => return Ok(None),
                status => {
                    tracing::warn!(status = status.as_u16(), "a directory refused an answer");
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
            tracing::warn!(reason = ?reason, "a directory could not be reached");
            ProfileError::Unavailable
        })
    }

    /// Waits until the upstream wants to be asked again, when that is before the deadline.
    async fn pass_gate(&self, deadline: Instant) -> Result<(), ProfileError> {
        loop {
            let gate = *self.gate.lock().unwrap_or_else(PoisonError::into_inner);
            match gate {
                Some(gate) if gate > deadline => return Err(limited(gate - Instant::now())),
                Some(gate) if gate > Instant::now() => sleep_until(gate).await,
                _ => return Ok(()),
            }
        }
    }

    /// Closes the gate when the upstream says that the next request would be one too many.
    fn heed(&self, status: StatusCode, headers: &HeaderMap) {
        let is_over = status == StatusCode::TOO_MANY_REQUESTS;
        let is_last = headers.get("x-ratelimit-remaining").is_some_and(|left| left == "0");
        let wait = if is_over {
            seconds(headers, RETRY_AFTER.as_str())
                .or_else(|| seconds(headers, "x-ratelimit-reset-after"))
                .or(Some(UNSAID_WAIT))
        } else {
            seconds(headers, "x-ratelimit-reset-after").filter(|_| is_last)
        };
        if let Some(until) = wait.and_then(|wait| Instant::now().checked_add(wait)) {
            let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
            *gate = Some(gate.map_or(until, |gate| gate.max(until)));
        }
    }
}

fn limited(wait: Duration) -> ProfileError {
    ProfileError::RateLimited {
        retry_after: wait.as_secs() + 1,
    }
}

/// Discord writes fractions of seconds.
fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    let seconds = headers.get(name)?.to_str().ok()?.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
