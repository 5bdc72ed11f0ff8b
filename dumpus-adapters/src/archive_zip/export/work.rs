//! Divides a package among threads, and brings together what they found.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::{Analysis, ChannelFold, EventFold, Events, Losses};
use dumpus_ports::domain::layout::Layout;
use dumpus_ports::domain::report::{Report, Section};

use super::context::ReadContext;
use super::{account, channel, events, indexes};
use crate::archive_zip::container::{SlidingBuffer, Unpacker};
use crate::export_format::Labels;

/// A piece of work for one thread. No thread shares an entry: a deflate stream cannot be divided, and handing its
/// lines to another thread gains nothing.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// The event file with this place among the event files.
    Events(usize),
    /// The folder with this place among the channels.
    Channel(usize),
}

/// The work, and what threads do of it together.
struct Work<'a> {
    context: &'a ReadContext,
    layout: &'a Layout,
    tasks: Vec<Task>,
    next: AtomicUsize,
    event_files: Mutex<Vec<EventFold>>,
}

/// What one thread has read.
#[derive(Default)]
struct ThreadOutput {
    /// With their places among the channels.
    channels: Vec<(usize, ChannelFold)>,
    /// Set by the thread that read the end of the last event file.
    events: Option<Events>,
    losses: Losses,
}

/// Reads everything that the layout names. The report does not depend on the number of threads.
pub(super) fn read(context: &ReadContext, layout: &Layout, threads: NonZeroUsize) -> Result<Report, ArchiveError> {
    let work = Work {
        context,
        layout,
        tasks: tasks(context, layout),
        next: AtomicUsize::new(0),
        event_files: Mutex::default(),
    };
    let run = || {
        // An error or a panic of one thread ends the others.
        let cancel_on_failure = context.archive.cancel.clone().drop_guard();
        let found = work.run()?;
        cancel_on_failure.disarm();
        Ok(found)
    };
    let mut analysis = Analysis::new();
    let (documents, done) = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.get().min(work.tasks.len()))
            .map(|_| scope.spawn(run))
            .collect();
        let documents = documents(context, layout, &mut analysis);
        if documents.is_err() {
            context.archive.cancel.cancel();
        }
        let done: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
        (documents, done)
    });
    let mut found = ThreadOutput::default();
    let mut errors = Vec::new();
    let labels = documents.unwrap_or_else(|error| {
        errors.push(error);
        Labels::default()
    });
    for thread in done {
        match thread.unwrap_or_else(|panic| resume_unwind(panic)) {
            Ok(of_thread) => found.add(of_thread),
            Err(error) => errors.push(error),
        }
    }
    // A thread that was stopped because another failed says that it was cancelled.
    errors.sort_by_key(|error| matches!(error, ArchiveError::Cancelled));
    if let Some(error) = errors.into_iter().next() {
        return Err(error);
    }
    found.report(&mut analysis);
    context.archive.check_cancelled()?;
    Ok(analysis.finish(&labels)?)
}

impl Work<'_> {
    fn run(&self) -> Result<ThreadOutput, ArchiveError> {
        let mut unpacker = Unpacker::new();
        let mut buffer = SlidingBuffer::new();
        let mut found = ThreadOutput::default();
        while let Some(task) = self.tasks.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            self.context.archive.check_cancelled()?;
            let losses = match *task {
                Task::Events(place) => {
                    let source = u32::try_from(place).unwrap_or(u32::MAX);
                    let entry = self.layout.events[place];
                    let (fold, losses) = events::read(self.context, &mut unpacker, &mut buffer, entry, source)?;
                    found.events = self.merge_if_last(fold).or(found.events);
                    losses
                }
                Task::Channel(place) => {
                    let folder = &self.layout.channels[place];
                    let (fold, losses) = channel::read(self.context, &mut unpacker, &mut buffer, folder)?;
                    found.channels.push((place, fold));
                    losses
                }
            };
            found.losses.merge(losses);
        }
        Ok(found)
    }

    /// Merges all event files once the last one has been read: the other threads have channels to read meanwhile.
    fn merge_if_last(&self, fold: EventFold) -> Option<Events> {
        let all = {
            let mut folds = self.event_files.lock().unwrap_or_else(PoisonError::into_inner);
            folds.push(fold);
            (folds.len() == self.layout.events.len()).then(|| std::mem::take(&mut *folds))
        };
        all.map(Events::merge)
    }
}

impl ThreadOutput {
    fn add(&mut self, other: Self) {
        self.channels.extend(other.channels);
        self.events = self.events.take().or(other.events);
        self.losses.merge(other.losses);
    }

    fn report(mut self, analysis: &mut Analysis) {
        self.channels.sort_unstable_by_key(|(place, _)| *place);
        for (_, channel) in self.channels {
            analysis.channel(channel);
        }
        if let Some(events) = self.events {
            analysis.events(events);
        }
        analysis.losses().merge(self.losses);
    }
}

/// Largest first, so that no thread is left with a large one in the end.
fn tasks(context: &ReadContext, layout: &Layout) -> Vec<Task> {
    let packed = |entry: Option<usize>| entry.map_or(0, |entry| context.archive.entries[entry].packed);
    let events = (0..layout.events.len()).map(Task::Events);
    let channels = (0..layout.channels.len()).map(Task::Channel);
    let mut tasks: Vec<_> = events.chain(channels).collect();
    tasks.sort_by_cached_key(|task| {
        std::cmp::Reverse(match *task {
            Task::Events(place) => packed(Some(layout.events[place])),
            Task::Channel(place) => {
                let folder = &layout.channels[place];
                [folder.channel, folder.messages_json, folder.messages_csv]
                    .into_iter()
                    .map(packed)
                    .sum()
            }
        })
    });
    tasks
}

/// Reads the small documents, and notes which sections are missing. Returns the labels of channels.
fn documents(context: &ReadContext, layout: &Layout, analysis: &mut Analysis) -> Result<Labels, ArchiveError> {
    let mut unpacker = Unpacker::new();
    account::read(context, &mut unpacker, layout, analysis)?;
    let labels = indexes::read_messages(context, &mut unpacker, layout, analysis)?;
    indexes::read_servers(context, &mut unpacker, layout, analysis)?;
    for (section, is_there) in [
        (Section::Messages, layout.has_messages()),
        (Section::Servers, layout.has_servers()),
        (Section::Activity, !layout.events.is_empty()),
    ] {
        if !is_there {
            analysis.losses().missing(section);
        }
    }
    Ok(labels)
}
