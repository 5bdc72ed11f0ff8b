//! `GET /process/{package_id}/user/{user_id}`: a Discord user.

use std::sync::Arc;
use std::time::Duration;

use poem::Error;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json, types::Example};

use dumpus_ports::Dumpus;
use dumpus_ports::domain::package::PackageId;
use dumpus_ports::profiles::UserProfile;
use dumpus_ports::rate_limiter::{Rate, RateLimiter};
use dumpus_ports::usecase::LookUpError;

use crate::api::document::Group;
use crate::api::http::{
    Code, LOOK_UP_BUDGET, Operation, OwnedId, Owner, Problem, RateLimit, Refusal, problem, with_timeout,
};

/// Look-ups of one owner. The official client looks up 21 users for a page.
const RATE: Rate = Rate::new(63, Duration::from_mins(1));
/// For what will be the same for as long as this server runs: the client would ask for 21 users with every page.
const ABSENT_DIRECTORY: &str = "private, max-age=3600";
/// How long a look-up waits for its turn before it is refused.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

pub(super) struct User {
    dumpus: Arc<Dumpus>,
    limit: RateLimit,
}

impl User {
    pub(super) fn new(dumpus: Arc<Dumpus>, limiter: Arc<dyn RateLimiter>) -> Self {
        let limit = RateLimit::new(limiter, "look-ups", RATE);
        Self { dumpus, limit }
    }

    async fn look_up(&self, owner: &Owner, package: PackageId, user: &str) -> Result<Option<UserProfile>, Refusal> {
        let key = owner.key();
        if !self.dumpus.owns(&key, package) {
            return Err(Refusal::Unauthorized);
        }
        self.limit.take_in_turn(package, LONGEST_WAIT).await?;
        with_timeout(LOOK_UP_BUDGET, self.dumpus.look_up_user(&key, package, user)).await
    }
}

impl Operation for User {
    type Refusal = Problem;
}

/// A Discord user.
#[derive(Debug, Object)]
#[oai(rename = "UserAnswer", example)]
struct UserBody {
    /// Discord's id of the user.
    user_id: String,
    /// The handle.
    username: String,
    /// The name shown to others.
    display_name: Option<String>,
    /// URL of the avatar, or of Discord's default one.
    avatar_url: String,
}

impl From<UserProfile> for UserBody {
    fn from(user: UserProfile) -> Self {
        Self {
            user_id: user.user_id,
            username: user.username,
            display_name: user.display_name,
            avatar_url: user.avatar_url,
        }
    }
}

impl Example for UserBody {
    fn example() -> Self {
        Self {
            user_id: "422820341791064085".to_owned(),
            username: "ada".to_owned(),
            display_name: Some("Ada".to_owned()),
            avatar_url: "https://cdn.discordapp.com/embed/avatars/0.png".to_owned(),
        }
    }
}

/// Responses to a request for a user. The official client takes the JSON of any other HTTP code for a user and keeps
/// it: an unavailable backend is a 500 here.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unauthorized")]
enum UserResponse {
    /// The user.
    #[oai(status = 200)]
    Found(Json<UserBody>),
    /// The key is missing or malformed, or owns no existing package.
    #[oai(status = 401)]
    Unauthorized(Json<Problem>),
    /// There is no such user, or no directory of users is configured.
    #[oai(status = 404)]
    NotFound(
        Json<Problem>,
        /// An hour, if no directory of users is configured.
        #[oai(header = "Cache-Control")]
        Option<String>,
    ),
    /// The rate limit was not lifted within five seconds.
    #[oai(status = 429)]
    RateLimited(
        Json<Problem>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A defect of the server, or a backend is unavailable.
    #[oai(status = 500)]
    Failed(Json<Problem>),
}

impl UserResponse {
    fn unauthorized(_: Error) -> Self {
        Refusal::Unauthorized.into()
    }
}

impl From<Refusal> for UserResponse {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthorized => Self::Unauthorized(refusal.body()),
            Refusal::RateLimited(seconds) => Self::RateLimited(refusal.body(), seconds),
            Refusal::Unavailable => Self::Failed(refusal.body()),
            _ => Self::Failed(Refusal::Failed.body()),
        }
    }
}

impl From<LookUpError> for Refusal {
    fn from(error: LookUpError) -> Self {
        match error {
            LookUpError::Access(error) => error.into(),
            LookUpError::Profile(error) => error.into(),
            other => Self::defect(&other),
        }
    }
}

#[OpenApi(tag = "Group::Packages")]
impl User {
    /// A Discord user
    ///
    /// Name and avatar of a Discord user, for the owner of an existing package.
    #[oai(
        path = "/process/:package_id/user/:user_id",
        method = "get",
        operation_id = "getUser"
    )]
    async fn user(
        &self,
        owner: Owner,
        #[doc = "The package's id."] package_id: Path<OwnedId>,
        #[doc = "Discord's id of the user."] user_id: Path<String>,
    ) -> UserResponse {
        match self.look_up(&owner, package_id.0.0, &user_id).await {
            Ok(Some(user)) => UserResponse::Found(Json(user.into())),
            Ok(None) if self.dumpus.has_profiles() => {
                UserResponse::NotFound(problem(Code::NotFound, "There is no such user."), None)
            }
            Ok(None) => UserResponse::NotFound(
                problem(Code::NotFound, "This instance has no directory of users."),
                Some(ABSENT_DIRECTORY.to_owned()),
            ),
            Err(refusal) => refusal.into(),
        }
    }
}
