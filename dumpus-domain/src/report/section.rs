//! The parts of a package, and what became of each.

/// A part of the package that is read and reported on separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// `user.json`.
    Account,
    /// The channels the owner wrote in.
    Messages,
    /// The index of guilds.
    Servers,
    /// The event files.
    Activity,
    /// Payments of either place.
    Payments,
}

impl Section {
    /// Every section, in the order of the result.
    pub const ALL: [Self; 5] = [
        Self::Account,
        Self::Messages,
        Self::Servers,
        Self::Activity,
        Self::Payments,
    ];

    /// The spelling in the result.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Messages => "messages",
            Self::Servers => "servers",
            Self::Activity => "activity",
            Self::Payments => "payments",
        }
    }
}

/// What became of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionStatus {
    /// Read whole.
    Ok,
    /// Not in the package.
    Missing,
    /// In the package, without anything to count.
    Empty,
    /// In the package, but a file of it could not be read, or not whole. Single lines that were skipped are in the detail.
    Damaged,
}

impl SectionStatus {
    /// The spelling in the result.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Damaged => "damaged",
        }
    }
}

/// What was read of a section, and what could not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionRow {
    /// The section.
    pub section: Section,
    /// What became of it.
    pub status: SectionStatus,
    /// In plain words: what was counted, skipped or given up. Never a name, text or id of the package.
    pub detail: Option<String>,
}
