//! What requests and responses pass through, whatever the operation.

mod admin_token;
mod auth;
mod client;
mod cors;
mod in_flight;
mod outages;
mod package_id;
mod problem;
mod rate_limit;
mod refusal;
mod response;
mod response_layer;
mod route;
mod shared;
mod submission_quota;
mod untrusted_proxies;

pub use self::admin_token::{AdminToken, ParseAdminTokenError};
pub use self::client::{Network, ParseNetworkError, ProxySettings};
pub use self::cors::{Cors, ParseOriginsError};

pub(super) use self::admin_token::AdminTokens;
pub(super) use self::auth::{Admin, Owner};
pub(super) use self::client::Client;
pub(super) use self::in_flight::ResultsInFlight;
pub(super) use self::outages::watch as watch_backends;
pub(super) use self::package_id::OwnedId;
pub(super) use self::problem::{Code, Problem, RETRY_AFTER, Refuse, problem};
pub(super) use self::rate_limit::{RateLimit, client_network};
pub(super) use self::refusal::{BUDGET, LOOK_UP_BUDGET, RESULT_BUDGET, Refusal, with_timeout};
pub(super) use self::response::{OwnerResponse, ResultResponse};
pub(super) use self::response_layer::ResponseLayer;
pub(super) use self::route::{Operation, Route, RouteTable};
pub(super) use self::shared::Shared;
pub(super) use self::submission_quota::SubmissionQuota;
pub(super) use self::untrusted_proxies::UntrustedProxies;
