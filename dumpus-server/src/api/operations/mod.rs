//! The operations of the API, one file each. A new one is a file here and a line in [`all`].

mod blob;
mod ciphertext;
mod data;
mod delete;
mod demo;
mod documents;
mod favicon;
mod health;
mod home;
mod ready;
mod status;
mod submit;
mod upgrade;
mod user;
mod widget;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use poem_openapi::OpenApi;

use dumpus_ports::Dumpus;
use dumpus_ports::profiles::GuildDirectory;
use dumpus_ports::rate_limiter::{Rate, RateLimiter};

use super::document::Documents;
use super::http::{AdminTokens, Operation, RateLimit, ResultsInFlight, Route, SubmissionQuota};
use super::settings::ApiSettings;
use crate::demo::Demo;

/// Admin tokens of one client that are compared with a hash.
const ADMIN_TOKENS: Rate = Rate::new(10, Duration::from_mins(1));

/// What the operations need.
pub struct UseCases {
    /// The instance.
    pub dumpus: Arc<Dumpus>,
    /// Looks Discord guilds up; `None` without a bot.
    pub guilds: Option<Arc<dyn GuildDirectory>>,
    /// The statistics of an invented person.
    pub demo: Demo,
    /// Counts requests.
    pub rate_limiter: Arc<dyn RateLimiter>,
}

/// Operations and their routes. `api` is nested pairs of operations.
pub(super) struct Operations<T> {
    pub(super) api: T,
    pub(super) routes: Vec<Route>,
}

impl<T: OpenApi> Operations<T> {
    fn with<O: Operation>(mut self, operation: O) -> Operations<(T, O)> {
        self.routes.extend(Route::of::<O>());
        Operations {
            api: (self.api, operation),
            routes: self.routes,
        }
    }
}

/// All operations. `documents` are set once the service that they describe is complete.
pub(super) fn all(
    UseCases {
        dumpus,
        guilds,
        demo,
        rate_limiter,
    }: UseCases,
    settings: &ApiSettings,
    documents: Arc<OnceLock<Documents>>,
) -> Operations<impl OpenApi + 'static> {
    let none = Operations {
        api: (),
        routes: Vec::new(),
    };
    let submissions = settings.submit_rate.map(|rate| {
        let limit = RateLimit::new(rate_limiter.clone(), "submissions", rate);
        SubmissionQuota::new(dumpus.clone(), limit)
    });
    let admin_tokens = settings.admin_token.clone().map(|token| {
        let limit = RateLimit::new(rate_limiter.clone(), "admin tokens", ADMIN_TOKENS);
        AdminTokens::new(token, limit)
    });
    let in_flight = Arc::new(ResultsInFlight::default());
    let home = home::Home::new(dumpus.retention());
    none.with(submit::Submit {
        dumpus: dumpus.clone(),
        quota: submissions,
    })
    .with(status::Status(dumpus.clone()))
    .with(data::Data {
        dumpus: dumpus.clone(),
        in_flight: in_flight.clone(),
    })
    .with(blob::Blob {
        dumpus: dumpus.clone(),
        in_flight: in_flight.clone(),
    })
    .with(ciphertext::Ciphertext {
        dumpus: dumpus.clone(),
        in_flight,
    })
    .with(user::User::new(dumpus.clone(), rate_limiter.clone()))
    .with(delete::Delete(dumpus.clone()))
    .with(upgrade::Upgrade {
        dumpus: dumpus.clone(),
        admin_tokens,
    })
    .with(demo::GetDemo(demo))
    .with(widget::Widget::new(guilds, rate_limiter))
    .with(health::GetHealth {
        hostname: settings.hostname.clone(),
    })
    .with(ready::GetReadiness::new(dumpus))
    .with(documents::GetDocuments(documents))
    .with(home)
    .with(favicon::Favicon)
}
