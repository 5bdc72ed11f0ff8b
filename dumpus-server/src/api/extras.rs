//! The demo, and widgets of guilds.

use std::sync::Arc;

use poem::Error;
use poem_openapi::param::Path;
use poem_openapi::payload::{Binary, Json};
use poem_openapi::{ApiResponse, OpenApi};

use dumpus_ports::profiles::ProfileError;

use super::UseCases;
use super::client::Client;
use super::model::{BlobBody, Code, Problem, Widget, WidgetProblem};
use super::packages::Group;
use super::responses::problem;
use super::trouble::BUDGET;

pub(super) struct Extras {
    pub(super) use_cases: Arc<UseCases>,
}

/// Answers with the demo's statistics.
#[derive(ApiResponse)]
enum DemoData {
    /// The statistics: a SQLite file, compressed with gzip.
    #[oai(status = 200)]
    Answer(Binary<Vec<u8>>),
    /// A defect of the server.
    #[oai(status = 500)]
    Failed(Json<Problem>),
}

/// Answers to a question for a widget.
#[derive(ApiResponse)]
#[oai(bad_request_handler = "WidgetAnswer::unread")]
enum WidgetAnswer {
    /// The guild.
    #[oai(status = 200)]
    Answer(Json<Widget>),
    /// The id is none.
    #[oai(status = 400)]
    Unread(Json<WidgetProblem>),
    /// There is no such guild, it has no icon, or no bot is configured that knows it.
    #[oai(status = 404)]
    NotFound(Json<WidgetProblem>),
    /// Too many questions.
    #[oai(status = 429)]
    Limited(
        Json<WidgetProblem>,
        /// Seconds until another attempt makes sense.
        #[oai(header = "Retry-After")]
        u64,
    ),
    /// A defect of the server, or Discord does not answer.
    #[oai(status = 500)]
    Failed(Json<WidgetProblem>),
}

impl WidgetAnswer {
    fn unread(_: Error) -> Self {
        Self::Unread(widget_problem("The id of a guild has digits only."))
    }
}

fn widget_problem(error: &str) -> Json<WidgetProblem> {
    Json(WidgetProblem::new(error))
}

#[OpenApi]
impl Extras {
    /// Statistics of the demo
    ///
    /// A made-up person's statistics, the same on every instance.
    #[oai(
        path = "/process/demo/data",
        method = "get",
        operation_id = "getDemoData",
        tag = "Group::Demo"
    )]
    async fn demo_data(&self) -> DemoData {
        match self.use_cases.demo.file().await {
            Ok(file) => DemoData::Answer(Binary(file.to_vec())),
            Err(error) => {
                tracing::error!(error = %error, "the demo could not be made");
                DemoData::Failed(problem(Code::ServerError, "Something went wrong on the server."))
            }
        }
    }

    /// Address of the demo's statistics
    ///
    /// They are not encrypted: `iv` is null.
    #[oai(
        path = "/process/demo/blob",
        method = "get",
        operation_id = "getDemoBlob",
        tag = "Group::Demo"
    )]
    async fn demo_blob(&self, client: Client) -> Json<BlobBody> {
        Json(BlobBody {
            url: format!("{}/process/demo/data", client.base),
            iv: None,
            ttl: 300,
        })
    }

    /// Widget of a guild
    #[oai(
        path = "/widget/:guild_id",
        method = "get",
        operation_id = "getWidget",
        tag = "Group::Extras"
    )]
    async fn widget(&self, #[doc = "Discord's id of the guild."] guild_id: Path<String>) -> WidgetAnswer {
        let is_id = (1..=20).contains(&guild_id.len()) && guild_id.bytes().all(|byte| byte.is_ascii_digit());
        if !is_id {
            return WidgetAnswer::Unread(widget_problem("The id of a guild has digits only."));
        }
        let Some(guilds) = &self.use_cases.guilds else {
            return WidgetAnswer::NotFound(widget_problem("This instance knows no guilds."));
        };
        match tokio::time::timeout(BUDGET * 3, guilds.look_up_guild(&guild_id)).await {
            Ok(Ok(Some(guild))) => match guild.icon_url {
                Some(icon_url) => WidgetAnswer::Answer(Json(Widget {
                    name: guild.name,
                    icon_url,
                    member_count: guild.member_count,
                })),
                // The official client cannot show a guild without one.
                None => WidgetAnswer::NotFound(widget_problem("This guild has no icon.")),
            },
            Ok(Ok(None)) => WidgetAnswer::NotFound(widget_problem("There is no such guild.")),
            Ok(Err(ProfileError::RateLimited { retry_after })) => {
                WidgetAnswer::Limited(widget_problem("Too many questions."), retry_after.max(1))
            }
            Ok(Err(_)) | Err(_) => WidgetAnswer::Failed(widget_problem("Discord does not answer.")),
        }
    }
}
