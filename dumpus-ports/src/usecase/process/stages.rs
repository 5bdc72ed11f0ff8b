//! Progress of work on a package.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::archive::Progress;

/// Progress of the two long stages.
#[derive(Default)]
pub(super) struct Stages {
    pub(super) downloading: Arc<Progress>,
    pub(super) analyzing: Arc<Progress>,
    is_analyzing: AtomicBool,
    is_storing: AtomicBool,
}

impl Stages {
    pub(super) fn analyzing_began(&self) {
        self.is_analyzing.store(true, Ordering::Relaxed);
    }

    pub(super) fn storing_began(&self) {
        self.is_storing.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_storing(&self) -> bool {
        self.is_storing.load(Ordering::Relaxed)
    }

    pub(super) fn percent(&self) -> Option<u8> {
        let is_analyzing = self.is_analyzing.load(Ordering::Relaxed);
        if is_analyzing {
            self.analyzing.percent()
        } else {
            self.downloading.percent()
        }
    }
}
