//! The operations of the port. Each is a script.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use dumpus_ports::domain::package::{PackageId, RunId};
use dumpus_ports::domain::queue::{Lane, STANDARD_SHARE, lane_order};
use dumpus_ports::queue::{Delivery, Job, JobQueue, QueueError};
use dumpus_ports::registry::Epoch;
use dumpus_ports::vault::Vault;
use fred::bytes::Bytes;
use fred::interfaces::{ClientLike, KeysInterface};
use fred::types::{InfoKind, Value};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::client::{Connection, Shared, connect};
use super::config_warning::{self, ConfigWarning};
use super::delivery::{RedisDelivery, Taken};
use super::keys::Keys;
use super::notifier::JobNotifier;
use super::options::{ConnectError, RedisOptions};
use super::rate_limiter::RedisRateLimiter;
use super::scripts;
use uuid::Uuid;

/// Interval at which a waiting worker polls, regardless of notifications.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// How long the epoch is cached. The port allows a second.
const EPOCH_TTL: Duration = Duration::from_millis(800);
/// Maximum wait for a job, so that computing its end cannot overflow.
const WAIT_CAP: Duration = Duration::from_hours(24);
/// Longest time to find a queue that exists.
const FIND_TIMEOUT: Duration = Duration::from_secs(4);
/// Consumers that are idle for this long are deleted. A worker that returns later is registered again.
const MAX_CONSUMER_IDLE: Duration = Duration::from_hours(1);

/// A queue in Redis, shared by all processes of an instance.
pub struct RedisQueue {
    shared: Arc<Shared>,
    listener: Connection,
    notifier: OnceLock<JobNotifier>,
    epoch: Mutex<Option<(Instant, Epoch)>>,
}

impl RedisQueue {
    /// Connects, and creates the queue if Redis is empty.
    ///
    /// # Errors
    /// [`ConnectError`], whose message does not contain the password. A process should not start without its queue.
    pub async fn connect(options: RedisOptions) -> Result<Self, ConnectError> {
        let config = options.config()?;
        let connected = async {
            let (commands, listener) = (connect(config.clone()).await?, connect(config).await?);
            let shared = Arc::new(Shared::new(commands, options.clone()));
            let marker = Value::from(Uuid::new_v4().simple().to_string());
            let keys = shared.keys.shared();
            let () = shared.evaluate(scripts::EPOCH, keys, vec![marker]).await?;
            delete_idle_consumers(&shared, "").await?;
            Ok((shared, listener))
        };
        let (shared, listener) = connected.await.map_err(|error| options.connect_error(error))?;
        Ok(Self {
            shared,
            listener,
            notifier: OnceLock::new(),
            epoch: Mutex::default(),
        })
    }

    /// Connects to the queue of an instance that has one already, and creates nothing otherwise.
    ///
    /// # Errors
    /// [`ConnectError`], within a few seconds; [`ConnectError::Unclaimed`] when no instance has its queue there.
    pub async fn find(options: RedisOptions) -> Result<Self, ConnectError> {
        let found = async {
            let connected = connect(options.config()?).await;
            let connection = connected.map_err(|error| options.connect_error(error))?;
            let owner = connection.client.get(Keys::new(&options.prefix, "").instance()).await;
            let owner: Option<String> = owner.map_err(|error| options.connect_error(error))?;
            if owner.is_none() {
                let address = options.address();
                return Err(ConnectError::Unclaimed { address });
            }
            Self::connect(options.clone()).await
        };
        timeout(FIND_TIMEOUT, found).await.unwrap_or_else(|error| {
            Err(ConnectError::Unreachable {
                address: options.address(),
                source: error.into(),
            })
        })
    }

    /// Warnings about the configuration of Redis; `None` if Redis does not reveal it.
    pub async fn config_warnings(&self) -> Option<Vec<ConfigWarning>> {
        match config_warning::config_warnings(&self.shared).await {
            Ok(warnings) => Some(warnings),
            Err(error) => {
                tracing::debug!(error = %error, "Could not read the Redis configuration");
                None
            }
        }
    }

    /// The server and its release, such as `Redis 7.0.15`; `None` if it does not tell.
    pub async fn version(&self) -> Option<String> {
        let client = &self.shared.connection.client;
        let info: String = client.info(Some(InfoKind::Server)).await.ok()?;
        let field = |name: &str| {
            let mut lines = info.lines().filter_map(|line| line.split_once(':'));
            lines
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.trim().to_owned())
        };
        // Valkey pretends to be a Redis 7.2, and adds its own fields.
        field("valkey_version")
            .map(|version| format!("Valkey {version}"))
            .or_else(|| field("redis_version").map(|version| format!("Redis {version}")))
    }

    /// A rate limiter over the same connection. The vault makes the names under which Redis knows clients.
    pub fn rate_limiter(&self, vault: Arc<dyn Vault>) -> RedisRateLimiter {
        RedisRateLimiter::new(self.shared.clone(), vault)
    }

    /// Deletes the consumer of this process from Redis. Call it on shutdown, after all deliveries have ended.
    ///
    /// # Errors
    /// If Redis is unavailable; another process deletes the consumer later.
    pub async fn close(self) -> Result<(), QueueError> {
        let leaving = delete_idle_consumers(&self.shared, &self.shared.consumer).await;
        leaving.map_err(|error| self.shared.queue_error(error))
    }

    async fn take(&self, lanes: &[Lane]) -> Result<Option<Box<dyn Delivery>>, QueueError> {
        let shared = self.shared.clone();
        let lanes: String = lanes.iter().copied().map(initial).collect();
        let (sender, taken) = oneshot::channel();
        tokio::spawn(async move {
            let requesting = shared.outstanding.requesting.lock().await;
            let arguments: [Value; 6] = [
                Uuid::new_v4().simple().to_string().into(),
                shared.consumer.as_str().into(),
                shared.lease_ms().into(),
                lane_schedule().into(),
                lanes.into(),
                shared.keys.job_prefix().into(),
            ];
            let known = shared.outstanding.known(shared.lease).into_iter().map(Value::from);
            let arguments = arguments.into_iter().chain(known).collect();
            let keys = shared.keys.shared();
            let taken: Result<Option<Taken>, _> = shared.evaluate(scripts::TAKE, keys, arguments).await;
            let delivery = match taken {
                Ok(Some(taken)) => RedisDelivery::new(shared.clone(), taken)
                    .map(|delivery| Some(Box::new(delivery) as Box<dyn Delivery>))
                    .map_err(QueueError::Failed),
                Ok(None) => Ok(None),
                Err(error) => Err(shared.queue_error(error)),
            };
            drop(requesting);
            // The worker was cancelled in the meantime: release the job, so that others need not wait for its lease to end.
            if let Err(Ok(Some(delivery))) = sender.send(delivery)
                && let Err(error) = delivery.release().await
            {
                tracing::debug!(error = %error, "Could not release an unclaimed job, its lease will expire");
            }
        });
        taken.await.map_err(|error| QueueError::Failed(error.into()))?
    }

    fn remember(&self, epoch: String) -> Epoch {
        let epoch = Epoch(epoch);
        *self.epoch.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), epoch.clone()));
        epoch
    }

    fn remembered(&self) -> Option<Epoch> {
        let remembered = self.epoch.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, epoch) = remembered.as_ref()?;
        (at.elapsed() < EPOCH_TTL).then(|| epoch.clone())
    }
}

#[async_trait]
impl JobQueue for RedisQueue {
    async fn push(&self, job: &Job) -> Result<Epoch, QueueError> {
        let arguments: [Value; 5] = [
            Uuid::new_v4().simple().to_string().into(),
            job.package.to_string().into(),
            job.run.to_string().into(),
            job.lane.as_str().into(),
            Bytes::copy_from_slice(&job.link.0).into(),
        ];
        let keys = self.shared.keys.with_job(job.package);
        let epoch = self.shared.run(scripts::PUSH, keys, arguments.to_vec()).await?;
        Ok(self.remember(epoch))
    }

    async fn next(&self, lanes: &[Lane], max_wait: Duration) -> Result<Option<Box<dyn Delivery>>, QueueError> {
        let deadline = Instant::now() + max_wait.min(WAIT_CAP);
        let listener = || JobNotifier::listen(self.listener.client.clone(), self.shared.keys.notification().to_owned());
        loop {
            let mut notified = self.notifier.get_or_init(listener).subscribe();
            if let Some(delivery) = self.take(lanes).await? {
                return Ok(Some(delivery));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            // Notified or not, the next round tries again.
            let _ = timeout(left.min(POLL_INTERVAL), notified.changed()).await;
        }
    }

    async fn promote(&self, package: PackageId, run: RunId) -> Result<bool, QueueError> {
        let arguments: [Value; 3] = [
            package.to_string().into(),
            run.to_string().into(),
            self.shared.lease_ms().into(),
        ];
        let keys = self.shared.keys.with_job(package);
        self.shared.run(scripts::PROMOTE, keys, arguments.to_vec()).await
    }

    async fn purge(&self, package: PackageId) -> Result<(), QueueError> {
        let keys = self.shared.keys.with_job(package);
        self.shared.run(scripts::PURGE, keys, Vec::new()).await
    }

    async fn expedite(&self, package: PackageId, run: RunId) -> Result<bool, QueueError> {
        let keys = self.shared.keys.with_job(package);
        let arguments = vec![run.to_string().into(), self.shared.lease_ms().into()];
        self.shared.run(scripts::EXPEDITE, keys, arguments).await
    }

    async fn contains(&self, package: PackageId, run: RunId) -> Result<bool, QueueError> {
        let keys = self.shared.keys.with_job(package);
        self.shared
            .run(scripts::CONTAINS, keys, vec![run.to_string().into()])
            .await
    }

    async fn epoch(&self) -> Result<Epoch, QueueError> {
        if let Some(epoch) = self.remembered() {
            return Ok(epoch);
        }
        let marker = vec![Uuid::new_v4().simple().to_string().into()];
        let epoch = self
            .shared
            .run(scripts::EPOCH, self.shared.keys.shared(), marker)
            .await?;
        Ok(self.remember(epoch))
    }

    async fn ping(&self) -> Result<(), QueueError> {
        let pong: Result<Value, _> = self.shared.connection.client.ping(None).await;
        pong.map(drop).map_err(|error| self.shared.queue_error(error))
    }

    async fn probe(&self) -> Result<(), QueueError> {
        let keys = self.shared.keys.with_probe();
        self.shared.run(scripts::PROBE, keys, Vec::new()).await
    }
}

async fn delete_idle_consumers(shared: &Shared, leaving: &str) -> Result<(), fred::error::Error> {
    let idle = MAX_CONSUMER_IDLE.max(shared.lease * 2).as_millis().to_string();
    let arguments = vec![leaving.into(), idle.into()];
    shared
        .evaluate(scripts::DELETE_IDLE_CONSUMERS, shared.keys.shared(), arguments)
        .await
}

/// The lane that is served first in each turn, for the scripts.
fn lane_schedule() -> String {
    (0..STANDARD_SHARE).map(|turn| initial(lane_order(turn)[0])).collect()
}

const fn initial(lane: Lane) -> char {
    match lane {
        Lane::Standard => 's',
        Lane::Premium => 'p',
    }
}
