//! Shows how far an analysis is: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dumpus_ports::archive::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const REDRAW: Duration = Duration::from_millis(100);
/// Lines go to logs: one for so many percent.
const PERCENT_PER_LINE: u8 = 10;

/// A display that follows a progress until it is finished.
pub(super) struct Display {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Display {
    pub(super) fn start(progress: Arc<Progress>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = if std::io::stderr().is_terminal() {
            tokio::spawn(bar(progress, stopped))
        } else {
            tokio::spawn(lines(progress, stopped))
        };
        Self { stop, task }
    }

    pub(super) async fn finish(self) {
        // A display that ended by itself shows nothing more.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

async fn bar(progress: Arc<Progress>, mut stopped: oneshot::Receiver<()>) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "{percent:>3} % [{wide_bar}] {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    loop {
        let (done, total) = progress.bytes();
        if total > 0 {
            bar.set_length(total);
            bar.set_position(done.min(total));
        }
        tokio::select! {
            _ = &mut stopped => break,
            () = tokio::time::sleep(REDRAW) => {}
        }
    }
    bar.finish_and_clear();
}

async fn lines(progress: Arc<Progress>, mut stopped: oneshot::Receiver<()>) {
    let began = Instant::now();
    let mut next = PERCENT_PER_LINE;
    let mut is_stopped = false;
    while !is_stopped {
        is_stopped = tokio::select! {
            _ = &mut stopped => true,
            () = tokio::time::sleep(REDRAW) => false,
        };
        if let Some(percent) = progress.percent().filter(|percent| *percent >= next) {
            next = percent - percent % PERCENT_PER_LINE + PERCENT_PER_LINE;
            let (done, total) = progress.bytes();
            let _ = writeln!(std::io::stderr(), "{}", line(percent, done, total, began.elapsed()));
        }
    }
}

fn line(percent: u8, done: u64, total: u64, elapsed: Duration) -> String {
    let megabytes = |bytes: u64| bytes / 1_000_000;
    let seconds = elapsed.as_secs_f64().max(0.001);
    #[expect(clippy::cast_precision_loss, reason = "a rate and a rest for people")]
    let (rate, left) = (
        done as f64 / seconds / 1e6,
        (total - done.min(total)) as f64 * seconds / done.max(1) as f64,
    );
    format!(
        "read {percent} % ({} of {} MB, {rate:.0} MB/s, {left:.0} s left)",
        megabytes(done),
        megabytes(total)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_percentage_rate_and_time_left() {
        let text = line(25, 50_000_000, 200_000_000, Duration::from_secs(2));
        assert_eq!(text, "read 25 % (50 of 200 MB, 25 MB/s, 6 s left)");
    }
}
