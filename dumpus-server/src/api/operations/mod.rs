//! The operations of the API, one file each. A new one is a file here and a line in [`all`].

mod blob;
mod ciphertext;
mod data;
mod delete;
mod demo;
mod documents;
mod health;
mod home;
mod ready;
mod status;
mod submit;
mod upgrade;
mod user;
mod widget;

use std::sync::{Arc, OnceLock};

use poem_openapi::OpenApi;

use dumpus_ports::Dumpus;
use dumpus_ports::profiles::GuildDirectory;

use super::document::Documents;
use super::http::{Operation, RateLimit, Route};
use super::settings::ApiSettings;
use crate::demo::Demo;

/// What the operations need.
pub struct UseCases {
    /// The instance.
    pub dumpus: Arc<Dumpus>,
    /// Looks Discord guilds up; `None` without a bot.
    pub guilds: Option<Arc<dyn GuildDirectory>>,
    /// The statistics of an invented person.
    pub demo: Demo,
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
    UseCases { dumpus, guilds, demo }: UseCases,
    settings: &ApiSettings,
    documents: Arc<OnceLock<Documents>>,
) -> Operations<impl OpenApi + 'static> {
    let none = Operations {
        api: (),
        routes: Vec::new(),
    };
    none.with(submit::Submit {
        dumpus: dumpus.clone(),
        limit: settings.submit_rate.map(RateLimit::new),
    })
    .with(status::Status(dumpus.clone()))
    .with(data::Data(dumpus.clone()))
    .with(blob::Blob(dumpus.clone()))
    .with(ciphertext::Ciphertext(dumpus.clone()))
    .with(user::User(dumpus.clone()))
    .with(delete::Delete(dumpus.clone()))
    .with(upgrade::Upgrade::new(dumpus.clone(), settings.admin_token.clone()))
    .with(demo::GetDemo(demo))
    .with(widget::Widget::new(guilds))
    .with(health::GetHealth {
        hostname: settings.hostname.clone(),
    })
    .with(ready::GetReadiness(dumpus))
    .with(documents::GetDocuments(documents))
    .with(home::Home)
}
