//! The API over in-memory adapters, and a client of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use dumpus_adapters::crypto_ring::{InstanceKey, RingVault};
use dumpus_adapters::memory::MemoryRateLimiter;
use dumpus_adapters::memory::blobs::MemoryBlobs;
use dumpus_adapters::memory::clock::ManualClock;
use dumpus_adapters::memory::queue::ProcessQueue;
use dumpus_adapters::memory::registry::MemoryRegistry;
use dumpus_adapters::report_sqlite::SqliteWriter;
use dumpus_ports::Dumpus;
use dumpus_ports::blobs::{BlobKey, BlobStore};
use dumpus_ports::clock::Clock;
use dumpus_ports::domain::lifecycle::Stage;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::domain::process::ProcessId;
use dumpus_ports::domain::queue::Lane;
use dumpus_ports::domain::secret::UpnKey;
use dumpus_ports::domain::time::Millis;
use dumpus_ports::profiles::{GuildDirectory, GuildProfile, ProfileDirectory, ProfileError, UserProfile};
use dumpus_ports::queue::JobQueue;
use dumpus_ports::registry::{Lease, LeaseOutcome, LeaseRequest, Registry, StoredResult, Volume};
use dumpus_ports::vault::Vault;
use dumpus_server::api::{self, ApiSettings, UseCases};
use dumpus_server::demo::Demo;
use poem::Response;
use poem::endpoint::BoxEndpoint;
use poem::test::{TestClient, TestResponse};
use serde_json::Value;

pub(crate) const ADMIN: &str = "an admin token of a test";

/// Users by id: some exist, one is asked for too often, one breaks the directory.
struct Users;

#[async_trait]
impl ProfileDirectory for Users {
    async fn look_up(&self, user_id: &str) -> Result<Option<UserProfile>, ProfileError> {
        match user_id {
            "1" => Ok(Some(UserProfile {
                user_id: user_id.to_owned(),
                username: "ada".to_owned(),
                display_name: None,
                avatar_url: "https://cdn.discordapp.com/embed/avatars/0.png".to_owned(),
            })),
            "429" => Err(ProfileError::RateLimited {
                retry_after: Duration::from_secs(7),
            }),
            "500" => Err(ProfileError::Unavailable),
            "666" => panic!("a defect that names a secret"),
            _ => Ok(None),
        }
    }
}

#[async_trait]
impl GuildDirectory for Users {
    async fn look_up_guild(&self, guild_id: &str) -> Result<Option<GuildProfile>, ProfileError> {
        let icons = HashMap::from([("1", Some("https://cdn.example/icon.png".to_owned())), ("2", None)]);
        Ok(icons.get(guild_id).map(|icon_url| GuildProfile {
            name: "Garden".to_owned(),
            icon_url: icon_url.clone(),
            member_count: 14,
        }))
    }
}

/// What an instance is built over.
#[derive(Clone)]
pub(crate) struct Backends {
    pub(crate) registry: Registry,
    pub(crate) queue: Arc<dyn JobQueue>,
    pub(crate) blobs: Arc<dyn BlobStore>,
    pub(crate) vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
}

/// Backends in this process.
pub(crate) fn backends() -> Backends {
    let clock = Arc::new(ManualClock::at(Millis(1_800_000_000_000)));
    Backends {
        registry: Registry::new(Arc::new(MemoryRegistry::new(clock.clone()))),
        queue: Arc::new(ProcessQueue::new(Duration::from_mins(1))),
        blobs: Arc::new(MemoryBlobs::new(clock.clone())),
        vault: Arc::new(RingVault::new(&InstanceKey::from_bytes([7; 32]))),
        clock,
    }
}

/// An instance over these backends.
pub(crate) fn dumpus(backends: &Backends) -> Arc<Dumpus> {
    let Backends {
        registry,
        queue,
        blobs,
        vault,
        clock,
    } = backends.clone();
    let instance = Dumpus::builder()
        .registry(registry)
        .queue(queue)
        .blobs(blobs)
        .vault(vault)
        .clock(clock)
        .profiles(Arc::new(Users));
    Arc::new(instance.build().unwrap())
}

/// The API over these backends.
pub(crate) fn api(backends: &Backends, settings: ApiSettings) -> BoxEndpoint<'static, Response> {
    let use_cases = UseCases {
        dumpus: dumpus(backends),
        guilds: Some(Arc::new(Users)),
        demo: Demo::new(Arc::new(SqliteWriter::default())),
        rate_limiter: Arc::new(MemoryRateLimiter::default()),
    };
    api::service(use_cases, settings)
}

/// A running API, its backends, and what tests do with both.
pub(crate) struct Instance {
    pub(crate) backends: Backends,
    pub(crate) client: TestClient<BoxEndpoint<'static, Response>>,
}

impl Instance {
    pub(crate) fn new() -> Self {
        Self::with(ApiSettings {
            admin_token: Some(ADMIN.parse().unwrap()),
            ..ApiSettings::default()
        })
    }

    pub(crate) fn with(settings: ApiSettings) -> Self {
        Self::over(backends(), settings)
    }

    pub(crate) fn over(backends: Backends, settings: ApiSettings) -> Self {
        let client = TestClient::new(api(&backends, settings));
        Self { backends, client }
    }

    pub(crate) fn id(&self, key: &str) -> PackageId {
        self.backends.vault.package_id(&UpnKey::new(key))
    }

    pub(crate) async fn get(&self, path: &str, key: &str) -> TestResponse {
        self.client
            .get(path)
            .header("Authorization", format!("Bearer {key}"))
            .send()
            .await
    }

    pub(crate) async fn of_package(&self, key: &str, rest: &str) -> TestResponse {
        self.get(&format!("/process/{}/{rest}", self.id(key)), key).await
    }

    pub(crate) async fn post(&self, body: &str) -> TestResponse {
        let request = self.client.post("/process").content_type("application/json");
        request.body(body.to_owned()).send().await
    }

    pub(crate) async fn submit(&self, key: &str) -> TestResponse {
        let link = format!("https://click.discord.com/ls/click?upn={key}");
        self.post(&serde_json::json!({ "package_link": link }).to_string())
            .await
    }

    /// Takes the job of the next package, as a worker does.
    pub(crate) async fn lease(&self) -> Lease {
        let delivery = self
            .backends
            .queue
            .next(&Lane::ALL, Duration::ZERO)
            .await
            .unwrap()
            .unwrap();
        let job = delivery.job().clone();
        let request = LeaseRequest {
            id: [1; 16],
            worker: ProcessId([1; 6]),
        };
        let leased = self
            .backends
            .registry
            .leases
            .lease(job.package, job.run, request, Duration::from_mins(1))
            .await
            .unwrap();
        let LeaseOutcome::Granted(lease) = leased else {
            panic!("no lease: {leased:?}")
        };
        lease
    }

    /// Submits and processes a package whose result are these bytes.
    pub(crate) async fn process(&self, key: &str, result: &[u8]) -> BlobKey {
        self.submit(key).await.assert_status_is_ok();
        let (lease, leases, vault) = (self.lease().await, &self.backends.registry.leases, &self.backends.vault);
        for stage in [Stage::Downloading, Stage::Analyzing] {
            assert!(leases.step(&lease, stage).await.unwrap());
        }
        let (envelope, sealed) = vault
            .seal_result(&UpnKey::new(key), &lease.package, result.to_vec())
            .unwrap();
        let blob = BlobKey::from_bytes(vault.random().unwrap());
        let size = sealed.len() as u64;
        self.backends.blobs.put(blob, sealed).await.unwrap();
        assert!(
            leases
                .finish(&lease, &StoredResult { blob, envelope, size }, &Volume::default())
                .await
                .unwrap()
        );
        blob
    }
}

/// A key as Discord makes them, a different one for each number.
pub(crate) fn key(number: u32) -> String {
    format!("u001.{number:08}{}", "Ab-_9".repeat(120))
}

/// The body of an answer that is JSON.
pub(crate) async fn json(response: TestResponse) -> Value {
    let body = response.0.into_body().into_bytes().await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// The headers that every answer has.
pub(crate) fn assert_common_headers(response: &TestResponse) {
    let header = |name: &str| response.0.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("access-control-allow-origin"), "*");
    assert_eq!(
        header("access-control-allow-headers"),
        "Authorization, Content-Type, Accept"
    );
    assert_eq!(header("access-control-allow-methods"), "GET, POST, DELETE");
    assert_eq!(header("access-control-max-age"), "86400");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-encoding"), "");
}
