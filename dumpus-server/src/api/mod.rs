//! The HTTP API: transport for the use cases of `dumpus-ports`, and nothing else.

mod auth;
mod client;
mod cors;
mod document;
mod edge;
mod extras;
mod limit;
mod model;
mod operation;
mod packages;
mod responses;
mod route;
mod status;
mod trouble;

use std::fmt;
use std::sync::{Arc, OnceLock};

use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt, Response, Route};
use poem_openapi::{LicenseObject, OpenApiService};

use dumpus_ports::blobs::BlobStore;
use dumpus_ports::profiles::GuildDirectory;
use dumpus_ports::queue::JobQueue;
use dumpus_ports::registry::PackageRegistry;
use dumpus_ports::usecase::{
    DeletePackage, FetchData, LocateBlob, LookUpUser, ReadStatus, ServeBlob, SubmitPackage, UpgradePackage,
};

pub use client::{Front, Network, ParseNetworkError};
pub use cors::{Cors, ParseOriginsError};
pub use document::{Documents, VERSION};
pub use limit::{ParseRateError, Rate};

use self::edge::Edge;
use self::extras::Extras;
use self::model::{BackendState, Ready};
use self::operation::Operation;
use self::packages::Packages;
use crate::demo::Demo;

/// What the API offers over HTTP.
pub struct UseCases {
    /// Takes links in.
    pub submit: SubmitPackage,
    /// Tells how a package stands.
    pub status: ReadStatus,
    /// Gives results.
    pub fetch: FetchData,
    /// Says where encrypted results are.
    pub locate: LocateBlob,
    /// Serves encrypted results.
    pub serve: ServeBlob,
    /// Names Discord users.
    pub look_up: LookUpUser,
    /// Erases packages.
    pub delete: DeletePackage,
    /// Moves packages to the premium lane.
    pub upgrade: UpgradePackage,
    /// Names Discord guilds, with a bot only.
    pub guilds: Option<Arc<dyn GuildDirectory>>,
    /// A made-up person's statistics.
    pub demo: Demo,
    /// What the use cases need to work.
    pub backends: Backends,
}

/// The backends, to be asked whether they answer.
pub struct Backends {
    /// The database of packages.
    pub registry: Arc<dyn PackageRegistry>,
    /// The queue of jobs.
    pub queue: Arc<dyn JobQueue>,
    /// The store of results.
    pub blobs: Arc<dyn BlobStore>,
}

impl Backends {
    async fn ready(&self) -> Ready {
        async fn state<E>(ping: impl Future<Output = Result<(), E>>) -> BackendState {
            match tokio::time::timeout(trouble::BUDGET, ping).await {
                Ok(Ok(())) => BackendState::Up,
                _ => BackendState::Down,
            }
        }
        let (registry, queue, blobs) = tokio::join!(
            state(self.registry.ping()),
            state(self.queue.ping()),
            state(self.blobs.ping())
        );
        Ready::of(registry, queue, blobs)
    }
}

/// How the API behaves.
#[derive(Clone, Default)]
pub struct ApiSettings {
    /// Which web pages may read answers.
    pub cors: Cors,
    /// How addresses are read and made.
    pub front: Front,
    /// Submissions per client address; `None` without limit.
    pub submit_rate: Option<Rate>,
    /// What the payment back end shows; `None` takes no upgrades.
    pub admin_token: Option<String>,
    /// What `/health` calls this machine.
    pub hostname: String,
}

impl fmt::Debug for ApiSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiSettings")
            .field("cors", &self.cors)
            .field("front", &self.front)
            .field("submit_rate", &self.submit_rate)
            .field("hostname", &self.hostname)
            .finish_non_exhaustive()
    }
}

/// The API with everything that requests and answers go through, and its description.
#[must_use]
pub fn service(use_cases: Arc<UseCases>, settings: ApiSettings) -> (BoxEndpoint<'static, Response>, Documents) {
    let documents = Arc::new(OnceLock::new());
    let packages = Packages {
        use_cases: use_cases.clone(),
        limit: settings.submit_rate.map(limit::RateLimit::new),
    };
    let extras = Extras {
        use_cases: use_cases.clone(),
    };
    let operation = Operation {
        use_cases,
        admin_token: settings.admin_token,
        hostname: settings.hostname,
        documents: documents.clone(),
    };
    let service = OpenApiService::new((packages, extras, operation), document::TITLE, VERSION)
        .description(document::DESCRIPTION)
        .license(LicenseObject::new("MIT"));
    let described = documents
        .get_or_init(|| Documents::new(&service.spec(), &service.scalar_html()))
        .clone();
    let edge = Edge {
        inner: Route::new().nest_no_strip("/", service).map_to_response(),
        cors: settings.cors,
        front: Arc::new(settings.front),
    };
    (edge.boxed(), described)
}
