//! What requests and responses pass through, whatever the operation.

pub(super) mod auth;
pub(super) mod client;
pub(super) mod cors;
pub(super) mod package_id;
pub(super) mod problem;
pub(super) mod rate_limit;
pub(super) mod refusal;
pub(super) mod response_layer;
pub(super) mod route;
