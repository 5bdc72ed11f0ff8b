//! Statistics by hour, made of the runs that ended in it: the hours stay when the runs are gone.

use std::collections::BTreeMap;
use std::time::Duration;

use super::access::AccessError;
use crate::domain::history::{Hour, HourStatistics};
use crate::domain::queue::Lane;
use crate::domain::time::Millis;
use crate::registry::{RunHistory, RunPage};

/// Runs read at a time.
const PAGE: u32 = 1_000;
/// An hour is complete when no transaction that ended a run in it can still be open.
const SETTLED: Duration = Duration::from_mins(1);

/// Records every complete hour that is not recorded.
pub(super) async fn roll_up(history: &dyn RunHistory) -> Result<(), AccessError> {
    let now = history.now().await?;
    let settled = i64::try_from(SETTLED.as_millis()).unwrap_or(i64::MAX);
    let until = Hour::of(Millis(now.0.saturating_sub(settled))).start();
    let from = history
        .last_hour()
        .await?
        .map_or(Millis(i64::MIN), |last| last.next().start());
    let mut page = RunPage {
        from,
        until,
        after: None,
        limit: PAGE,
    };
    let mut current: Option<(Hour, BTreeMap<Lane, HourStatistics>)> = None;
    loop {
        let runs = history.runs(&page).await?;
        for run in &runs {
            let hour = Hour::of(run.ended_at);
            if let Some((last, lanes)) = current.take_if(|(current, _)| *current != hour) {
                history.record_hour(last, &lanes).await?;
            }
            let (_, lanes) = current.get_or_insert_with(|| (hour, BTreeMap::new()));
            lanes.entry(run.lane).or_default().add(run);
        }
        page.after = runs.last().map(|run| (run.ended_at, run.run));
        if runs.len() < PAGE as usize {
            break;
        }
    }
    if let Some((hour, lanes)) = current {
        history.record_hour(hour, &lanes).await?;
    }
    Ok(())
}
