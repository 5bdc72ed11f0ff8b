//! Wakes workers that wait for a job.

use std::time::Duration;

use fred::clients::Client;
use fred::error::Error;
use fred::interfaces::{ClientLike, StreamsInterface};
use fred::types::Value;
use fred::types::config::Options;
use fred::types::streams::XReadResponse;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::client::TIMEOUT;

const BLOCK_MS: u64 = 5_000;
/// Time between attempts while Redis is unavailable.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// Wakes the waiting workers of a process when a job may be available. It uses a separate connection, because a blocking
/// read delays other commands.
pub(super) struct JobNotifier {
    notified: watch::Receiver<()>,
    listener: JoinHandle<()>,
}

impl JobNotifier {
    pub(super) fn listen(client: Client, key: String) -> Self {
        let (sender, notified) = watch::channel(());
        let listener = tokio::spawn(async move {
            // The lowest id, so that the first response is the last notification.
            let mut last = "0-0".to_owned();
            loop {
                match next_notification(&client, &key, &last).await {
                    Ok(Some(id)) => {
                        last = id;
                        sender.send_replace(());
                    }
                    Ok(None) => {}
                    Err(error) => {
                        tracing::debug!(error = %error, "Could not read job notifications");
                        tokio::time::sleep(RETRY_INTERVAL).await;
                    }
                }
            }
        });
        Self { notified, listener }
    }

    /// A receiver that sees notifications from now on.
    pub(super) fn subscribe(&self) -> watch::Receiver<()> {
        let mut subscription = self.notified.clone();
        subscription.mark_unchanged();
        subscription
    }
}

impl Drop for JobNotifier {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn next_notification(client: &Client, key: &str, last: &str) -> Result<Option<String>, Error> {
    let options = Options {
        timeout: Some(Duration::from_millis(BLOCK_MS) + TIMEOUT),
        max_attempts: Some(1),
        ..Options::default()
    };
    let client = client.with_options(&options);
    // A response without entries is null, which cannot be converted.
    let response: Value = client.xread(Some(1), Some(BLOCK_MS), key, last).await?;
    if response.is_null() {
        return Ok(None);
    }
    let entries: XReadResponse<String, String, String, String> = response.into_xread_response()?;
    Ok(entries.into_values().flatten().last().map(|(id, _)| id))
}
