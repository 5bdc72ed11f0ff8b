//! Everything that strangers write and Dumpus reads, as functions of bytes: what no bytes may do is a panic here.
//!
//! The fuzzer calls them through `targets/`, and a test of the workspace with each file of `corpus/`.

mod archive;
mod bearer;
mod link;
mod range;
mod sealed_link;
mod spool;

/// Panics when it finds a defect.
pub type Target = fn(&[u8]);

/// The targets, by the names of their folders in `corpus/`.
pub const TARGETS: [(&str, Target); 11] = [
    ("link", link::link),
    ("bearer", bearer::bearer),
    ("origin", link::origin),
    ("archive_directory", archive::directory),
    ("event_line", archive::event_line),
    ("messages_json", archive::messages_json),
    ("messages_csv", archive::messages_csv),
    ("documents", archive::documents),
    ("sealed_link", sealed_link::sealed_link),
    ("spool", spool::spool),
    ("range", range::range),
];

/// Runs a target.
///
/// # Panics
/// If there is no such target, and whenever the target finds a defect.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.unwrap_or_else(|| panic!("there is no target {name}"));
    target(data);
}

/// A runtime of this thread.
fn block_on<F: Future>(future: F) -> F::Output {
    use tokio::runtime::{Builder, Runtime};
    thread_local! {
        static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// Takes a byte off the front: 0 where there is none.
fn take(data: &mut &[u8]) -> u8 {
    let Some((first, rest)) = data.split_first() else {
        return 0;
    };
    *data = rest;
    *first
}
