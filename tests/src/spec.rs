//! Specification of a package.

use std::collections::BTreeSet;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::{calendar, quirk::Quirk, rng::Rng};

/// Determines a package completely: equal specifications give equal bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageSpec {
    /// Seed of the random generator.
    pub seed: u64,
    /// Target size in uncompressed bytes; exceeded if the counts below require more.
    pub size: u64,
    /// Format.
    pub generation: Generation,
    /// Language of the top-level folders, from 2025 on; older packages are in English.
    pub language: Language,
    /// Sections to leave out.
    pub without: BTreeSet<Section>,
    /// Oddities.
    pub quirks: BTreeSet<Quirk>,
    /// Folders with event files.
    pub folders: BTreeSet<Folder>,
    /// Event files per folder.
    pub shards: u32,
    /// How long event lines are.
    pub lines: LineWidth,
    /// Channels, in addition to those of quirks.
    pub channels: u32,
    /// Guilds, in addition to those of quirks.
    pub guilds: u32,
    /// Payments, in addition to those of quirks.
    pub payments: u32,
    /// Messages; `None` for as many as fill `message_percent`.
    pub messages: Option<u64>,
    /// Share of the bytes that are messages, in percent.
    pub message_percent: u64,
    /// Share of the event lines that are of a counted type, in percent.
    pub counted_percent: u64,
    /// Counted events except voice and sessions; `None` for the rest of `counted_percent`.
    pub events: Option<u64>,
    /// Voice sessions; `None` for a tenth of the counted lines.
    pub voice: Option<u64>,
    /// Sessions; `None` for half of the counted lines.
    pub sessions: Option<u64>,
    /// Target number of `activity` rows; `None` gives every third message and every second event its own row.
    pub activity_rows: Option<u64>,
    /// Whether one event file has half of all bytes; `None` for yes from 64 MB on.
    pub half_in_one_file: Option<bool>,
    /// Years that the activity spans.
    pub years: u32,
    /// Date of the newest entry, in days since 1970.
    pub made_on: i64,
    /// Compression level, 1 to 9.
    pub level: u32,
}

impl Default for PackageSpec {
    fn default() -> Self {
        Self {
            seed: 0,
            size: 1_000_000,
            generation: Generation::Y2025,
            language: Language::English,
            without: BTreeSet::new(),
            quirks: BTreeSet::new(),
            folders: BTreeSet::from(Folder::ALL),
            shards: 1,
            lines: LineWidth::Realistic,
            channels: 40,
            guilds: 12,
            payments: 4,
            messages: None,
            message_percent: 10,
            counted_percent: 9,
            events: None,
            voice: None,
            sessions: None,
            activity_rows: None,
            half_in_one_file: None,
            years: 6,
            made_on: calendar::day_number(2026, 2, 1),
            level: 4,
        }
    }
}

impl PackageSpec {
    /// Whether the package has an oddity.
    #[must_use]
    pub fn has(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    /// Whether the package has a section.
    #[must_use]
    pub fn holds(&self, section: Section) -> bool {
        !self.without.contains(&section)
    }

    /// A small package (some tens to some hundreds of kilobytes) with a random combination of everything.
    ///
    /// One seed in eight gives a package without oddities. The others have each oddity with a probability of 3, 15, 50 or
    /// 90 percent, so that oddities occur both alone and together.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        let mut rng = Rng::new(seed).fork("specification");
        let density = *rng.pick(&[0, 3, 3, 15, 15, 50, 50, 90]);
        // Quirks that empty a whole section would hide the others if they were as likely.
        let rare = [
            Quirk::OnlyEmptyEventFiles,
            Quirk::OnlyUntypedLines,
            Quirk::UnusableDates,
        ];
        let quirks = Quirk::value_variants()
            .iter()
            .copied()
            .filter(|quirk| {
                let density = if rare.contains(quirk) { density.min(5) } else { density };
                rng.chance(density)
            })
            .collect();
        let without = Section::ALL
            .into_iter()
            .filter(|_| rng.chance(if density == 0 { 0 } else { 8 }))
            .collect();
        let mut folders: BTreeSet<_> = Folder::ALL.into_iter().filter(|_| rng.chance(60)).collect();
        folders.insert(*rng.pick(&Folder::ALL));
        let lines = if rng.chance(80) {
            LineWidth::Lean
        } else {
            LineWidth::Realistic
        };
        let some = |rng: &mut Rng, max: u64| Some(rng.below(max + 1));
        Self {
            seed,
            size: 20_000 + rng.below(180_000),
            generation: *rng.pick(Generation::value_variants()),
            language: *rng.pick(Language::value_variants()),
            without,
            quirks,
            folders,
            shards: 1 + u32::try_from(rng.below(3)).unwrap_or(0),
            lines,
            channels: u32::try_from(rng.below(25)).unwrap_or(0),
            guilds: 1 + u32::try_from(rng.below(8)).unwrap_or(0),
            payments: u32::try_from(rng.below(8)).unwrap_or(0),
            messages: some(&mut rng, 400),
            message_percent: 10,
            counted_percent: 9,
            events: some(&mut rng, 150),
            voice: some(&mut rng, 40),
            sessions: some(&mut rng, 40),
            activity_rows: if rng.chance(50) { some(&mut rng, 400) } else { None },
            half_in_one_file: Some(rng.chance(30)),
            years: 1 + u32::try_from(rng.below(9)).unwrap_or(0),
            made_on: calendar::day_number(2024, 6, 1) + rng.between(0, 900),
            level: 1,
        }
    }
}

/// The format, named after the year in which Discord introduced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Generation {
    /// Lower-case folders, channel folders that are bare ids, CSV.
    #[value(name = "2018")]
    Y2018,
    /// Channel folders begin with `c`.
    #[value(name = "2021")]
    Y2021,
    /// Labels end with `#0000`.
    #[value(name = "2023")]
    Y2023,
    /// JSON messages, labels end with `#0`.
    #[value(name = "2024-03")]
    Y2024March,
    /// Names instead of numbers for types.
    #[value(name = "2024-04")]
    Y2024April,
    /// Capitalised, translated folders, labels with servers, a payments file.
    #[value(name = "2025")]
    Y2025,
}

/// The language of the top-level folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// Japanese, where activity and activities share a folder.
    Japanese,
    /// Polish.
    Polish,
    /// Portuguese.
    Portuguese,
    /// A language that does not exist.
    Invented,
}

/// A part of the package whose completeness is reported separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// `user.json`.
    Account,
    /// Channels and their messages.
    Messages,
    /// The index of guilds.
    Servers,
    /// Event files.
    Activity,
    /// Payments in either location.
    Payments,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 5] = [
        Self::Account,
        Self::Messages,
        Self::Servers,
        Self::Activity,
        Self::Payments,
    ];
}

/// A folder of event files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Folder {
    /// Usage statistics.
    Analytics,
    /// Personalisation.
    Modeling,
    /// Reporting.
    Reporting,
    /// Trust and safety.
    Tns,
}

impl Folder {
    /// Every folder, sorted by name.
    pub const ALL: [Self; 4] = [Self::Analytics, Self::Modeling, Self::Reporting, Self::Tns];

    /// The folder's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Analytics => "analytics",
            Self::Modeling => "modeling",
            Self::Reporting => "reporting",
            Self::Tns => "tns",
        }
    }
}

/// How long event lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineWidth {
    /// 30 to 90 keys, 1 to 2.8 KB, as in real packages.
    Realistic,
    /// A dozen keys, so that small packages hold many events.
    Lean,
}
