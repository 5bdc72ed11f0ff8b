//! A job that is delivered to this process.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::BoxError;
use dumpus_ports::queue::{Delivery, Job, QueueError, SealedLink};
use fred::bytes::Bytes;
use fred::types::Value;

use super::client::Shared;
use super::outstanding::OutstandingDeliveries;
use super::scripts;

/// The result of `take.lua`: package, lane, entry, delivery number, run, link.
pub(super) type Taken = (String, String, String, String, String, Bytes);

pub(super) struct RedisDelivery {
    shared: Arc<Shared>,
    job: Job,
    entry: String,
    number: String,
}

impl RedisDelivery {
    pub(super) fn new(shared: Arc<Shared>, taken: Taken) -> Result<Self, BoxError> {
        let (package, lane, entry, number, run, link) = taken;
        let job = Job {
            package: package.parse()?,
            run: run.parse()?,
            lane: lane.parse()?,
            link: SealedLink(link.to_vec()),
        };
        shared
            .outstanding
            .take(OutstandingDeliveries::name(job.lane, &entry), &number);
        Ok(Self {
            shared,
            job,
            entry,
            number,
        })
    }

    async fn settle(&self, script: &'static str, delay: Duration) -> Result<bool, QueueError> {
        let arguments: [Value; 7] = [
            self.job.lane.as_str().into(),
            self.entry.as_str().into(),
            self.number.as_str().into(),
            self.shared.consumer.as_str().into(),
            self.shared.lease_ms().into(),
            self.job.package.to_string().into(),
            delay.as_millis().to_string().into(),
        ];
        let keys = self.shared.keys.with_job(self.job.package);
        self.shared.run(script, keys, arguments.to_vec()).await
    }

    /// Ends the delivery. If Redis is unavailable, it delivers the job to this process again, which then settles it.
    async fn end(&self, script: &'static str, delay: Duration) -> Result<(), QueueError> {
        let ended = self.settle(script, delay).await;
        let name = OutstandingDeliveries::name(self.job.lane, &self.entry);
        self.shared.outstanding.remove(&name, &self.number);
        ended.map(drop)
    }
}

impl Drop for RedisDelivery {
    fn drop(&mut self) {
        let name = OutstandingDeliveries::name(self.job.lane, &self.entry);
        self.shared.outstanding.drop(&name, &self.number);
    }
}

#[async_trait]
impl Delivery for RedisDelivery {
    fn job(&self) -> &Job {
        &self.job
    }

    async fn extend(&self) -> Result<bool, QueueError> {
        self.settle(scripts::EXTEND, Duration::ZERO).await
    }

    async fn acknowledge(self: Box<Self>) -> Result<(), QueueError> {
        self.end(scripts::ACKNOWLEDGE, Duration::ZERO).await
    }

    async fn release(self: Box<Self>) -> Result<(), QueueError> {
        self.end(scripts::RELEASE, Duration::ZERO).await
    }

    async fn postpone(self: Box<Self>, delay: Duration) -> Result<(), QueueError> {
        self.end(scripts::POSTPONE, delay).await
    }
}
