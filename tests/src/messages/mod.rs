//! Messages: texts, times and file formats.

mod file;
mod sequence;
pub(crate) mod text;

pub(crate) use file::push_escaped;
use file::{FileKind, Speller};
use sequence::Sequence;
use text::Style;

use crate::{
    channels::Channel,
    quirk::Quirk,
    rng::Rng,
    spec::{Generation, PackageSpec},
};

/// The message files of a channel, and the kind of its texts.
pub(crate) struct ChannelMessages {
    sequence: Sequence,
    files: Vec<FileKind>,
    rng: Rng,
}

/// The expected results of a channel's messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct MessageSums {
    pub(crate) count: u64,
    /// Times of the messages with a valid time.
    pub(crate) hours: std::collections::BTreeMap<i64, u64>,
    scores: i64,
    scored: i64,
    unknown: bool,
}

impl MessageSums {
    /// Mean of the non-zero scores in units of 1e-4, rounded half away from zero.
    pub(crate) fn sentiment(&self) -> Option<i32> {
        if self.unknown {
            return None;
        }
        if self.scored == 0 {
            return Some(0);
        }
        let rounded = (2 * self.scores.abs() + self.scored) / (2 * self.scored);
        i32::try_from(rounded * self.scores.signum()).ok()
    }
}

impl ChannelMessages {
    pub(crate) fn new(spec: &PackageSpec, channel: &Channel, span: (i64, i64)) -> Self {
        let mut rng = Rng::new(spec.seed ^ channel.id).fork("message files");
        let own = if spec.generation >= Generation::Y2024March {
            FileKind::Json
        } else {
            FileKind::Csv
        };
        let other = if own == FileKind::Json {
            FileKind::Csv
        } else {
            FileKind::Json
        };
        let files = if spec.has(Quirk::BothMessageFiles) && rng.chance(40) {
            vec![own, other]
        } else if spec.has(Quirk::MixedFileKinds) && rng.chance(50) {
            vec![other]
        } else {
            vec![own]
        };
        let style = match rng.below(10) {
            0..3 => Style::Scored,
            3 => Style::Neutral,
            4 if spec.has(Quirk::Attachments) => Style::Empty,
            _ => Style::Prose,
        };
        let sequence = Sequence::new(spec, channel, style, files.len() > 1, span);
        Self { sequence, files, rng }
    }

    /// What an analysis must find.
    pub(crate) fn sums(&self) -> MessageSums {
        let mut sums = MessageSums::default();
        let mut text = String::new();
        let mut sequence = self.sequence.clone();
        while let Some(message) = sequence.next(&mut text) {
            sums.count += 1;
            match message.score {
                None => sums.unknown = true,
                Some(0) => {}
                Some(score) => {
                    sums.scores += i64::from(score);
                    sums.scored += 1;
                }
            }
            if let Some(at) = message.found_at() {
                *sums.hours.entry(at.div_euclid(crate::calendar::HOUR)).or_default() += 1;
            }
        }
        sums
    }

    /// File names.
    pub(crate) fn files(&self) -> impl Iterator<Item = &'static str> {
        self.files.iter().map(|kind| kind.name())
    }

    /// Passes the bytes of file `number` to `sink` in pieces.
    ///
    /// # Errors
    /// Errors of `sink`.
    pub(crate) fn write<E>(
        &self,
        spec: &PackageSpec,
        number: usize,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let name = self.files[number].name();
        let mut speller = Speller::new(spec, self.files[number], self.rng.fork(name));
        let mut sequence = self.sequence.clone();
        let mut out = Vec::with_capacity(PIECE + 4096);
        let mut text = String::new();
        let mut at = 0;
        speller.begin(&mut out);
        while let Some(message) = sequence.next(&mut text) {
            // With two files, each has a third of the messages to itself, and both have the rest.
            let is_here = self.files.len() == 1 || at % 3 != number;
            at += 1;
            if !is_here {
                continue;
            }
            speller.message(&mut out, &message, &text);
            if out.len() >= PIECE {
                sink(&out)?;
                out.clear();
            }
        }
        speller.end(&mut out);
        sink(&out)
    }
}

const PIECE: usize = 64 * 1024;
