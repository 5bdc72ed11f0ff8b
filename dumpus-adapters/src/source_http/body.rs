//! The pieces of a body, each within a time limit.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::timeout;

/// A body on its way.
pub(super) struct Pieces {
    body: Incoming,
    idle: Duration,
    has_ended: bool,
}

/// The connection broke, or nothing came for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl Pieces {
    pub(super) const fn new(body: Incoming, idle: Duration) -> Self {
        Self {
            body,
            idle,
            has_ended: false,
        }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Broken> {
        while !self.has_ended {
            match timeout(self.idle, self.body.frame()).await {
                Ok(Some(Ok(frame))) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Ok(None) => self.has_ended = true,
                Ok(Some(Err(_))) | Err(_) => return Err(Broken),
            }
        }
        Ok(None)
    }

    /// The first pieces: at least so many bytes, unless the body has fewer.
    pub(super) async fn first(&mut self, least: usize) -> Result<Bytes, Broken> {
        let mut first = BytesMut::new();
        while first.len() < least {
            match self.next().await? {
                Some(piece) if first.is_empty() && piece.len() >= least => return Ok(piece),
                Some(piece) => first.extend_from_slice(&piece),
                None => break,
            }
        }
        Ok(first.freeze())
    }
}
