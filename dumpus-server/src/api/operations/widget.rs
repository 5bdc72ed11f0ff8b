//! `GET /widget/{guild_id}`: a guild as a widget of the official client shows it.

use std::sync::Arc;
use std::time::Duration;

use poem::Error;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json, types::Example};

use dumpus_ports::profiles::GuildDirectory;
use dumpus_ports::rate_limiter::{Rate, RateLimiter};

use crate::api::document::Group;
use crate::api::http::{BUDGET, Client, Code, Operation, RateLimit, Refusal, Refuse, with_timeout};

/// Requests of one client. A page of the official client shows one widget; each unknown guild costs a request of the bot.
const RATE: Rate = Rate::new(30, Duration::from_mins(1));

pub(super) struct Widget {
    guilds: Option<Arc<dyn GuildDirectory>>,
    limit: RateLimit,
}

impl Widget {
    pub(super) fn new(guilds: Option<Arc<dyn GuildDirectory>>, limiter: Arc<dyn RateLimiter>) -> Self {
        Self {
            guilds,
            limit: RateLimit::new(limiter, "widgets", RATE),
        }
    }
}

impl Operation for Widget {
    type Refusal = WidgetProblem;
    const IS_CACHEABLE: bool = true;
}

/// A guild as a widget shows it.
#[derive(Debug, Object)]
#[oai(rename = "WidgetAnswer", example)]
struct WidgetBody {
    /// Its name.
    name: String,
    /// URL of its icon.
    icon_url: String,
    /// Approximate number of members.
    member_count: u64,
}

impl Example for WidgetBody {
    fn example() -> Self {
        Self {
            name: "Dumpus".to_owned(),
            icon_url: "https://cdn.discordapp.com/icons/1082042302410891264/0123456789abcdef.png".to_owned(),
            member_count: 1200,
        }
    }
}

/// Why there is no widget.
#[derive(Debug, Object)]
#[oai(example)]
pub(super) struct WidgetProblem {
    /// One plain sentence.
    error: String,
}

impl Refuse for WidgetProblem {
    fn refused(_: Code, detail: &str) -> Self {
        Self {
            error: detail.to_owned(),
        }
    }
}

impl Example for WidgetProblem {
    fn example() -> Self {
        problem("There is no such guild.").0
    }
}

fn problem(error: &str) -> Json<WidgetProblem> {
    Json(WidgetProblem {
        error: error.to_owned(),
    })
}

/// Responses to a request for a widget.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "Self::unreadable")]
enum WidgetResponse {
    /// The guild.
    #[oai(status = 200)]
    Found(Json<WidgetBody>),
    /// The id is malformed.
    #[oai(status = 400)]
    Unreadable(Json<WidgetProblem>),
    /// There is no such guild, it has no icon, or no bot that knows it is configured.
    #[oai(status = 404)]
    NotFound(Json<WidgetProblem>),
    /// Too many requests.
    #[oai(status = 429)]
    RateLimited(
        Json<WidgetProblem>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A defect of the server, or Discord does not answer.
    #[oai(status = 500)]
    Failed(Json<WidgetProblem>),
}

impl WidgetResponse {
    fn unreadable(_: Error) -> Self {
        Self::malformed()
    }

    fn malformed() -> Self {
        Self::Unreadable(problem("The id of a guild has digits only."))
    }

    fn not_found(error: &str) -> Self {
        Self::NotFound(problem(error))
    }
}

impl From<Refusal> for WidgetResponse {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::RateLimited(seconds) => Self::RateLimited(refusal.body(), seconds),
            _ => Self::Failed(problem("Discord does not answer.")),
        }
    }
}

#[OpenApi(tag = "Group::Extras")]
impl Widget {
    /// Widget of a guild
    #[oai(path = "/widget/:guild_id", method = "get", operation_id = "getWidget")]
    async fn widget(
        &self,
        client: Client,
        #[doc = "Discord's id of the guild."] guild_id: Path<String>,
    ) -> WidgetResponse {
        let is_id = (1..=20).contains(&guild_id.len()) && guild_id.bytes().all(|byte| byte.is_ascii_digit());
        if !is_id {
            return WidgetResponse::malformed();
        }
        let Some(guilds) = &self.guilds else {
            return WidgetResponse::not_found("This instance knows no guilds.");
        };
        if let Err(wait) = self.limit.take(client.address).await {
            return Refusal::RateLimited(wait.as_secs() + 1).into();
        }
        match with_timeout(BUDGET * 3, guilds.look_up_guild(&guild_id)).await {
            Ok(Some(guild)) => match guild.icon_url {
                Some(icon_url) => WidgetResponse::Found(Json(WidgetBody {
                    name: guild.name,
                    icon_url,
                    member_count: guild.member_count,
                })),
                // The official client cannot show a guild without an icon.
                None => WidgetResponse::not_found("This guild has no icon."),
            },
            Ok(None) => WidgetResponse::not_found("There is no such guild."),
            Err(refusal) => refusal.into(),
        }
    }
}
