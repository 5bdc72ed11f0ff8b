//! Divides a package among threads, and brings together what they found.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dumpus_ports::archive::ArchiveError;
use dumpus_ports::domain::analysis::{Analysis, ChannelFold, EventFold};
use dumpus_ports::domain::layout::Layout;
use dumpus_ports::domain::report::Section;

use super::entry::Unpacker;
use super::job::{Damages, Job};
use super::window::Window;
use super::{account, channel, events, indexes};

/// A piece of work for one thread. No thread shares an entry: a deflate stream cannot be divided, and handing its
/// lines to another thread gains nothing.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// The event file with this place among the event files.
    Events(usize),
    /// The folder with this place among the channels.
    Channel(usize),
}

enum Done {
    Events(EventFold),
    Channel(ChannelFold),
}

/// Reads everything that the layout names. What the analysis is told does not depend on the number of threads.
pub(super) fn read(job: &Job, layout: &Layout) -> Result<Analysis, ArchiveError> {
    let tasks = tasks(job, layout);
    let next = AtomicUsize::new(0);
    let work = || {
        let _stop = StopOnPanic(job);
        let done = work(job, layout, &tasks, &next);
        if done.is_err() {
            job.stop();
        }
        done
    };
    let mut analysis = Analysis::new();
    let (documents, done) = thread::scope(|scope| {
        let threads: Vec<_> = (0..job.options.threads.get().min(tasks.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let documents = documents(job, layout, &mut analysis);
        if documents.is_err() {
            job.stop();
        }
        let done: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
        (documents, done)
    });
    let mut results = Vec::with_capacity(done.len() + 1);
    let mut found = Vec::with_capacity(tasks.len());
    results.push(documents);
    for thread in done {
        let result = thread.unwrap_or_else(|panic| resume_unwind(panic));
        results.push(result.map(|part| found.extend(part)));
    }
    // A thread that was stopped because another failed says that it was cancelled.
    let mut errors = results.into_iter().filter_map(Result::err);
    if let Some(first) = errors.next() {
        let is_cause = |error: &ArchiveError| !matches!(error, ArchiveError::Cancelled);
        return Err(if is_cause(&first) {
            first
        } else {
            errors.find(is_cause).unwrap_or(first)
        });
    }
    found.sort_unstable_by_key(|(task, ..)| *task);
    for (_, done, damages) in found {
        match done {
            Done::Events(fold) => analysis.events(fold),
            Done::Channel(fold) => analysis.channel(fold),
        }
        damages.tell(analysis.gaps());
    }
    Ok(analysis)
}

/// Largest first, so that no thread is left with a large one in the end.
fn tasks(job: &Job, layout: &Layout) -> Vec<Task> {
    let packed = |entry: Option<usize>| entry.map_or(0, |entry| job.entries[entry].packed);
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

type Found = Vec<((bool, usize), Done, Damages)>;

fn work(job: &Job, layout: &Layout, tasks: &[Task], next: &AtomicUsize) -> Result<Found, ArchiveError> {
    let mut unpacker = Unpacker::new();
    let mut window = Window::new();
    let mut found = Vec::new();
    while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
        job.go_on()?;
        found.push(match *task {
            Task::Events(place) => {
                let source = u32::try_from(place).unwrap_or(u32::MAX);
                let (fold, damages) = events::read(job, &mut unpacker, &mut window, layout.events[place], source)?;
                ((false, place), Done::Events(fold), damages)
            }
            Task::Channel(place) => {
                let folder = &layout.channels[place];
                let (fold, damages) = channel::read(job, &mut unpacker, &mut window, folder)?;
                ((true, place), Done::Channel(fold), damages)
            }
        });
    }
    Ok(found)
}

/// Reads the small documents, and says which sections are not there.
fn documents(job: &Job, layout: &Layout, analysis: &mut Analysis) -> Result<(), ArchiveError> {
    let mut unpacker = Unpacker::new();
    let mut damages = Damages::default();
    account::read(job, &mut unpacker, layout, analysis, &mut damages)?;
    indexes::read_messages(job, &mut unpacker, layout, analysis, &mut damages)?;
    indexes::read_servers(job, &mut unpacker, layout, analysis, &mut damages)?;
    let gaps = analysis.gaps();
    damages.tell(gaps);
    for (section, is_there) in [
        (Section::Messages, layout.has_messages()),
        (Section::Servers, layout.has_servers()),
        (Section::Activity, !layout.events.is_empty()),
    ] {
        if !is_there {
            gaps.missing(section);
        }
    }
    Ok(())
}

/// The other threads need not end their work when one of them panics.
struct StopOnPanic<'a>(&'a Job);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}
