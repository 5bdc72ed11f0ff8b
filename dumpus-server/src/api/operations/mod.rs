//! The operations of the API, one file each. A new one is a file here, its use case in [`UseCases`], and a line in
//! [`all`].

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

use dumpus_ports::profiles::GuildDirectory;
use dumpus_ports::usecase::{
    DeletePackage, FetchData, LocateBlob, LookUpUser, ReadStatus, ServeBlob, SubmitPackage, UpgradePackage,
};

pub use self::ready::Backends;

use super::document::Documents;
use super::http::{Operation, RateLimit, Route};
use super::settings::ApiSettings;
use crate::demo::Demo;

/// What the operations need.
pub struct UseCases {
    /// Submits packages.
    pub submit: SubmitPackage,
    /// Reads how a package stands.
    pub status: ReadStatus,
    /// Fetches decrypted results.
    pub fetch: FetchData,
    /// Locates encrypted results.
    pub locate: LocateBlob,
    /// Serves encrypted results.
    pub serve: ServeBlob,
    /// Looks Discord users up.
    pub look_up: LookUpUser,
    /// Deletes packages.
    pub delete: DeletePackage,
    /// Moves packages to the premium lane.
    pub upgrade: UpgradePackage,
    /// Looks Discord guilds up; `None` without a bot.
    pub guilds: Option<Arc<dyn GuildDirectory>>,
    /// The statistics of an invented person.
    pub demo: Demo,
    /// The backends whose readiness is reported.
    pub backends: Backends,
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
    use_cases: UseCases,
    settings: &ApiSettings,
    documents: Arc<OnceLock<Documents>>,
) -> Operations<impl OpenApi + 'static> {
    let none = Operations {
        api: (),
        routes: Vec::new(),
    };
    none.with(submit::Submit {
        use_case: use_cases.submit,
        limit: settings.submit_rate.map(RateLimit::new),
    })
    .with(status::Status(use_cases.status))
    .with(data::Data(use_cases.fetch))
    .with(blob::Blob(use_cases.locate))
    .with(ciphertext::Ciphertext(use_cases.serve))
    .with(user::User(use_cases.look_up))
    .with(delete::Delete(use_cases.delete))
    .with(upgrade::Upgrade {
        use_case: use_cases.upgrade,
        admin_token: settings.admin_token.clone(),
    })
    .with(demo::GetDemo(use_cases.demo))
    .with(widget::Widget(use_cases.guilds))
    .with(health::GetHealth {
        hostname: settings.hostname.clone(),
    })
    .with(ready::GetReadiness(use_cases.backends))
    .with(documents::GetDocuments(documents))
    .with(home::Home)
}
