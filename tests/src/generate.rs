//! Writes a package and notes down the truth about it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Cursor, Seek, Write},
};

use crate::{
    account,
    archive::{ArchiveWriter, Damage, EntryOptions},
    calendar::{DAY, day_number},
    channels::{Channel, ChannelPlan, Expect, Label, json_text},
    events::{EventFile, EventPlan, Place, Places},
    layout::Layout,
    messages::{ChannelMessages, MessageSums},
    payments::PaymentPlan,
    quirk::Quirk,
    rng::Rng,
    spec::{PackageSpec, Section},
    tally,
    truth::{EventEntry, Truth, Window},
    world::{Listing, World},
};

/// Discord's launch: nothing before it counts.
pub(crate) const FIRST_DAY: i64 = day_number(2015, 5, 13);

/// Everything about a package that is known before it is written.
pub(crate) struct Plan<'a> {
    pub(crate) spec: &'a PackageSpec,
    pub(crate) world: World,
    pub(crate) channels: Vec<Channel>,
    stray_labels: Vec<(u64, Label)>,
    pub(crate) payments: PaymentPlan,
    pub(crate) events: EventPlan,
    places: Places,
    pub(crate) window: Window,
    /// First and last moment of ordinary activity, in milliseconds since 1970.
    span: (i64, i64),
}

impl<'a> Plan<'a> {
    fn new(spec: &'a PackageSpec) -> Self {
        let last_day = (!spec.has(Quirk::UnusableDates)).then_some(spec.made_on + 2);
        let window = Window {
            first_day: FIRST_DAY,
            last_day,
        };
        let first = spec.made_on - 365 * i64::from(spec.years.max(1));
        let span = (first.max(FIRST_DAY + 2) * DAY, (spec.made_on - 1) * DAY);
        let mut world = World::new(spec);
        let (channels, stray_labels) = ChannelPlan::new(spec, &mut world).finish();
        let payments = PaymentPlan::new(spec, span);
        let mut rng = Rng::new(spec.seed).fork("places");
        let mut voice_places = voice_places(&world, &channels);
        while voice_places.len() < 4 {
            let guild = rng.chance(70).then(|| world.guilds[0].id);
            voice_places.push((world.next_id(&mut rng), guild));
        }
        let places = Places {
            owner: world.owner.id,
            channels: voice_places.iter().map(|(channel, _)| *channel).collect(),
            guilds: world.guilds.iter().map(|guild| guild.id).collect(),
        };
        let events = EventPlan::new(spec, &places, &voice_places, window, span);
        Self {
            spec,
            world,
            channels,
            stray_labels,
            payments,
            events,
            places,
            window,
            span,
        }
    }
}

fn voice_places(world: &World, channels: &[Channel]) -> Vec<Place> {
    channels
        .iter()
        // Ids of other lengths sort differently as texts and as numbers.
        .filter(|channel| channel.id > 100_000_000_000_000_000)
        .map(|channel| {
            (
                channel.id,
                channel.guild().map(|guild| world.guilds[guild].id),
            )
        })
        .take(60)
        .collect()
}

/// Writes the package of `spec` to `out` and gives what an analysis of it must find.
///
/// # Errors
/// What `out` answers.
pub fn generate<W: Write + Seek>(spec: &PackageSpec, out: W) -> io::Result<Truth> {
    let plan = Plan::new(spec);
    let mut writer = PackageWriter {
        plan: &plan,
        spec,
        layout: Layout::new(spec),
        archive: ArchiveWriter::new(out, spec.level),
        rng: Rng::new(spec.seed).fork("archive"),
        directories: BTreeSet::new(),
        truth: Truth::default(),
        sums: BTreeMap::new(),
    };
    let mut parts = writer.parts();
    if spec.has(Quirk::ShuffledEntries) {
        writer.rng.shuffle(&mut parts);
    }
    for part in parts {
        writer.write(part)?;
    }
    let PackageWriter {
        archive,
        mut truth,
        sums,
        ..
    } = writer;
    truth.archive.entries = archive.entry_count() as u64;
    truth.archive.bytes = archive.finish()?.1;
    tally::fill(&plan, &sums, &mut truth);
    Ok(truth)
}

/// A package in memory.
///
/// # Panics
/// When the package needs more memory than there is.
#[must_use]
pub fn generate_in_memory(spec: &PackageSpec) -> (Vec<u8>, Truth) {
    let mut out = Cursor::new(Vec::new());
    #[expect(clippy::expect_used, reason = "memory takes everything")]
    let truth = generate(spec, &mut out).expect("writing to memory");
    (out.into_inner(), truth)
}

/// What is written in one go.
#[derive(Clone, Copy)]
enum Part {
    Readme,
    Account,
    Payments,
    Index,
    Channel(usize),
    Servers,
    Guild(usize),
    Events(usize),
    Games,
    Advertisements,
    Support,
}

struct PackageWriter<'a, W> {
    plan: &'a Plan<'a>,
    spec: &'a PackageSpec,
    layout: Layout,
    archive: ArchiveWriter<W>,
    rng: Rng,
    directories: BTreeSet<String>,
    truth: Truth,
    sums: BTreeMap<u64, MessageSums>,
}

impl<W: Write + Seek> PackageWriter<'_, W> {
    fn parts(&self) -> Vec<Part> {
        let mut parts = vec![Part::Readme];
        if self.spec.holds(Section::Account) {
            parts.extend([Part::Account, Part::Payments]);
        }
        parts.extend((0..self.plan.events.files.len()).map(Part::Events));
        parts.extend([Part::Games, Part::Advertisements]);
        if self.spec.holds(Section::Messages) {
            parts.push(Part::Index);
            parts.extend((0..self.plan.channels.len()).map(Part::Channel));
        }
        if self.spec.holds(Section::Servers) {
            parts.push(Part::Servers);
            parts.extend((0..self.plan.world.guilds.len()).map(Part::Guild));
        }
        parts.push(Part::Support);
        parts
    }

    fn write(&mut self, part: Part) -> io::Result<()> {
        match part {
            Part::Readme => {
                let options = self.options(self.spec.made_on, None);
                let text = "# Discord Data Package\n\nWelcome to your Discord Data Package.\n";
                self.archive
                    .file(&self.layout.entry("README.txt"), options, text.as_bytes())?;
                if self.spec.has(Quirk::MacJunk) {
                    let name = format!("{}.DS_Store", self.layout.wrapper());
                    self.junk(&name)?;
                }
                Ok(())
            }
            Part::Account => self.account(),
            Part::Payments => match self.plan.payments.file() {
                Some(file) => {
                    let path = format!(
                        "{}/user_data_exports/discord_billing/payments.json",
                        self.layout.account
                    );
                    self.file(&path, &file)
                }
                None => Ok(()),
            },
            Part::Index => self.index(),
            Part::Channel(at) => self.channel(at),
            Part::Servers => {
                let guilds = self.plan.world.guilds.iter();
                let pairs = guilds.filter_map(|guild| match guild.listing {
                    Listing::Named => Some(format!("\"{}\":{}", guild.id, json_text(&guild.name))),
                    Listing::Null => Some(format!("\"{}\":null", guild.id)),
                    Listing::Absent => None,
                });
                let pairs: Vec<_> = pairs.collect();
                let path = format!("{}/index.json", self.layout.servers);
                self.file(&path, &format!("{{{}}}", pairs.join(",")))
            }
            Part::Guild(at) => self.guild(at),
            Part::Events(at) => self.events(at),
            Part::Games => {
                let root = format!("{}/Activities_1", self.layout.activities);
                self.file(
                    &format!("{root}/users/user.json"),
                    r#"{"id":"1","username":"not me"}"#,
                )?;
                self.file(
                    &format!("{root}/poker/poker.json"),
                    r#"{"global_stats":{"hands":3}}"#,
                )
            }
            Part::Advertisements => {
                let path = format!("{}/traits.json", self.layout.ads);
                self.file(&path, r#"{"age_group":"unknown","genre_names_l90":[]}"#)
            }
            Part::Support => {
                let path = format!("{}/tickets.json", self.layout.support);
                self.file(
                    &path,
                    r#"{"1":{"ticket_id":"1","status":"closed","comments":[]}}"#,
                )
            }
        }
    }

    fn options(&mut self, day: i64, damage: Option<Damage>) -> EntryOptions {
        let stored = self.spec.has(Quirk::StoredEntries) && self.rng.chance(25);
        EntryOptions {
            day: if self.spec.has(Quirk::UnusableDates) {
                0
            } else {
                day
            },
            stored: stored && damage.is_none(),
            zip64: self.spec.has(Quirk::Zip64Headers),
            descriptor: self.spec.has(Quirk::DataDescriptors),
            damage,
        }
    }

    fn older_day(&mut self) -> i64 {
        self.spec.made_on - self.rng.between(0, 30)
    }

    fn directories_of(&mut self, path: &str) -> io::Result<()> {
        if self.spec.has(Quirk::NoDirectories) {
            return Ok(());
        }
        let path = format!("{}{path}", self.layout.wrapper());
        for (end, _) in path.match_indices('/') {
            let directory = &path[..=end];
            if !self.directories.contains(directory) {
                self.directories.insert(directory.to_owned());
                let day = if self.spec.has(Quirk::UnusableDates) {
                    0
                } else {
                    self.spec.made_on
                };
                self.archive
                    .directory(&self.layout.spelled(directory), day)?;
            }
        }
        Ok(())
    }

    /// A twin or store that macOS adds; `path` is from the root of the archive.
    fn junk(&mut self, path: &str) -> io::Result<()> {
        let day = self.older_day();
        let options = self.options(day, None);
        let content = b"\0\x05\x16\x07\0\x02\0\0Mac OS X        \0\x02\0\0\0\x09";
        self.archive
            .file(&self.layout.spelled(path), options, content)?;
        Ok(())
    }

    fn twin(&mut self, path: &str) -> io::Result<()> {
        if !self.spec.has(Quirk::MacJunk) || self.rng.chance(70) {
            return Ok(());
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let twin = format!("__MACOSX/{}{folder}/._{name}", self.layout.wrapper());
        self.junk(&twin)
    }

    /// A small file at `path` from the root of the package.
    fn file(&mut self, path: &str, content: &str) -> io::Result<()> {
        self.directories_of(path)?;
        let day = self.older_day();
        let options = self.options(day, None);
        let size = self
            .archive
            .file(&self.layout.entry(path), options, content.as_bytes())?;
        self.truth.archive.unpacked_bytes += size.unpacked;
        self.twin(path)
    }

    /// An entry that a later one of the same name replaces.
    fn replaced(&mut self, path: &str, content: &str) -> io::Result<()> {
        if self.spec.has(Quirk::DuplicateNames) {
            self.file(path, content)
        } else {
            Ok(())
        }
    }

    fn account(&mut self) -> io::Result<()> {
        let path = format!("{}/user.json", self.layout.account);
        self.replaced(
            &path,
            r#"{"id":"170000000000000002","username":"replaced"}"#,
        )?;
        let content = account::user_json(self.spec, &self.plan.world, &self.plan.payments);
        self.file(&path, &content)?;
        let image = format!("{}/avatar.png", self.layout.account);
        self.file(&image, "\u{89}PNG and so on")
    }

    fn index(&mut self) -> io::Result<()> {
        if self.spec.has(Quirk::MissingIndex) {
            return Ok(());
        }
        let channels = self
            .plan
            .channels
            .iter()
            .map(|channel| (channel.id, &channel.label));
        let strays = self
            .plan
            .stray_labels
            .iter()
            .map(|(id, label)| (*id, label));
        let pairs = channels
            .chain(strays)
            .filter_map(|(id, label)| match label {
                Label::Absent => None,
                Label::Null => Some(format!("\"{id}\":null")),
                Label::Text(text) => Some(format!("\"{id}\":{}", json_text(text))),
            });
        let pairs: Vec<_> = pairs.collect();
        let path = format!("{}/index.json", self.layout.messages);
        self.replaced(&path, "{}")?;
        self.file(&path, &format!("{{{}}}", pairs.join(",")))
    }

    fn guild(&mut self, at: usize) -> io::Result<()> {
        let guild = &self.plan.world.guilds[at];
        if guild.listing == Listing::Absent {
            return Ok(());
        }
        let root = format!("{}/{}", self.layout.servers, guild.id);
        let content = format!(
            "{{\"id\":\"{}\",\"name\":{}}}",
            guild.id,
            json_text(&guild.name)
        );
        self.file(&format!("{root}/guild.json"), &content)?;
        self.file(&format!("{root}/audit-log.json"), "[]")
    }

    fn channel(&mut self, at: usize) -> io::Result<()> {
        let (plan, spec) = (self.plan, self.spec);
        let channel = &plan.channels[at];
        let folder = self.layout.channel(channel.id);
        if let Some(json) = &channel.json {
            self.file(&format!("{folder}/channel.json"), json)?;
        }
        if !channel.has_file {
            return Ok(());
        }
        let messages = ChannelMessages::new(spec, channel, plan.span);
        for (number, name) in messages.files().enumerate() {
            let path = format!("{folder}/{name}");
            if at == 0 {
                let content = if name.ends_with("json") {
                    r#"[{"ID":1190000000000000012,"Timestamp":"2024-01-01 18:37:01","Contents":"","Attachments":""}]"#
                } else {
                    "ID,Timestamp,Contents,Attachments\n1190000000000000012,2024-01-01 18:37:01+00:00,x,\n"
                };
                self.replaced(&path, content)?;
            }
            self.directories_of(&path)?;
            let day = self.older_day();
            let options = self.options(day, channel.damage);
            let mut entry = self.archive.entry(&self.layout.entry(&path), options)?;
            messages.write(spec, number, |piece| entry.write_all(piece))?;
            let size = entry.finish()?;
            self.truth.archive.unpacked_bytes += size.unpacked;
            self.truth.archive.message_bytes += size.unpacked;
            self.twin(&path)?;
        }
        if !channel.is_lost() {
            let mut sums = messages.sums();
            self.truth.archive.messages += sums.count;
            tally::add_hours(plan, channel, &sums, &mut self.truth);
            sums.hours.clear();
            self.sums.insert(channel.id, sums);
        }
        Ok(())
    }

    fn events(&mut self, at: usize) -> io::Result<()> {
        let (plan, spec) = (self.plan, self.spec);
        let file: &EventFile = &plan.events.files[at];
        let path = self.layout.events(file.folder, file.shard);
        if at == 0 {
            self.replaced(&path, r#"{"event_type":"email_opened","event_id":"AQICreplacedAAAAA=","user_id":"1","timestamp":"\"2024-01-01T18:23:01.005Z\""}"#)?;
        }
        self.directories_of(&path)?;
        let day = self.older_day();
        let mut options = self.options(day, file.damage);
        // Filler overshoots a little, and incompressible gigabytes grow.
        options.zip64 |= file.budget >= 3_900_000_000;
        let name = self.layout.entry(&path);
        let mut entry = self.archive.entry(&name, options)?;
        let counts = file.write(spec, &plan.places, plan.span, |piece| {
            entry.write_all(piece)
        })?;
        let size = entry.finish()?;
        let facts = &mut self.truth.archive;
        facts.event_lines += counts.lines;
        facts.counted_event_lines += counts.counted;
        facts.unreadable_lines += counts.unreadable;
        facts.unpacked_bytes += size.unpacked;
        facts.event_bytes += size.unpacked;
        facts.event_entries.push(EventEntry {
            name,
            unpacked: size.unpacked,
            packed: size.packed,
        });
        self.twin(&path)
    }
}

impl Plan<'_> {
    /// Guilds that channels name.
    pub(crate) fn guilds_of_channels(&self) -> BTreeSet<usize> {
        let guilds = self.channels.iter().map(|channel| match channel.expect {
            Expect::Guild { guild, .. } => Some(guild),
            _ => None,
        });
        guilds.flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use clap::ValueEnum;

    use super::*;
    use crate::truth::SectionStatus;

    fn every_quirk() -> BTreeSet<Quirk> {
        let silencing = [Quirk::OnlyEmptyEventFiles, Quirk::OnlyUntypedLines];
        let all = Quirk::value_variants().iter().copied();
        all.filter(|quirk| !silencing.contains(quirk)).collect()
    }

    fn names(package: &[u8]) -> Vec<String> {
        let archive = zip::ZipArchive::new(Cursor::new(package)).unwrap();
        archive
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect()
    }

    #[test]
    fn a_seed_always_gives_the_same_bytes() {
        for seed in 0..6 {
            let spec = PackageSpec::random(seed);
            assert_eq!(
                generate_in_memory(&spec),
                generate_in_memory(&spec),
                "seed {seed}"
            );
        }
        let first = PackageSpec {
            seed: 1,
            ..PackageSpec::default()
        };
        let second = PackageSpec {
            seed: 2,
            ..PackageSpec::default()
        };
        assert_ne!(generate_in_memory(&first).0, generate_in_memory(&second).0);
    }

    #[test]
    fn a_plain_package_opens_and_every_entry_is_whole() {
        let spec = PackageSpec {
            size: 200_000,
            ..PackageSpec::default()
        };
        let (package, truth) = generate_in_memory(&spec);
        let mut archive = zip::ZipArchive::new(Cursor::new(&package)).unwrap();
        let mut total = 0;
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).unwrap();
            total += std::io::copy(&mut entry, &mut std::io::sink()).unwrap();
        }
        assert_eq!(package.len() as u64, truth.archive.bytes);
        assert!(total >= truth.archive.unpacked_bytes);
        assert!(truth.archive.unpacked_bytes > 180_000);
        assert!(
            truth
                .sections
                .values()
                .all(|status| *status == SectionStatus::Ok)
        );
    }

    #[test]
    fn random_specifications_give_archives_that_open() {
        for seed in 0..150 {
            let (package, truth) = generate_in_memory(&PackageSpec::random(seed));
            assert!(!names(&package).is_empty(), "seed {seed}");
            assert_eq!(truth.sections.len(), Section::ALL.len());
            assert!(package.len() < 3_000_000, "seed {seed}: {}", package.len());
        }
    }

    #[test]
    fn every_oddity_alone_gives_an_archive_that_opens() {
        for &quirk in Quirk::value_variants() {
            let spec = PackageSpec {
                quirks: BTreeSet::from([quirk]),
                size: 30_000,
                events: Some(20),
                voice: Some(5),
                sessions: Some(5),
                channels: 8,
                ..PackageSpec::default()
            };
            assert!(!names(&generate_in_memory(&spec).0).is_empty(), "{quirk:?}");
        }
    }

    #[test]
    fn all_oddities_together_leave_every_table_filled() {
        let spec = PackageSpec {
            quirks: every_quirk(),
            size: 400_000,
            ..PackageSpec::default()
        };
        let (_, truth) = generate_in_memory(&spec);
        assert!(truth.activity.len() > 100);
        assert!(truth.voice_sessions.len() > 15);
        assert!(truth.sessions.len() > 15);
        assert!(truth.dm_channels_data.len() > 15);
        assert!(!truth.group_channels_data.is_empty());
        assert!(!truth.guild_channels_data.is_empty());
        assert!(!truth.payments.is_empty());
        assert_eq!(truth.sections[&Section::Messages], SectionStatus::Damaged);
        assert_eq!(truth.sections[&Section::Activity], SectionStatus::Damaged);
    }

    #[test]
    fn rows_of_the_truth_are_unique_and_stretches_do_not_overlap() {
        for seed in 0..60 {
            let truth = generate_in_memory(&PackageSpec::random(seed)).1;
            let keys: BTreeSet<_> = truth
                .activity
                .iter()
                .map(|row| crate::ActivityRow {
                    occurence_count: 0,
                    ..row.clone()
                })
                .collect();
            assert_eq!(keys.len(), truth.activity.len(), "seed {seed}");
            let voice = truth.voice_sessions.windows(2);
            assert!(
                voice.clone().all(|pair| pair[0].ended <= pair[1].started),
                "seed {seed}"
            );
            let sessions = truth.sessions.windows(2);
            assert!(
                sessions
                    .clone()
                    .all(|pair| pair[0].ended <= pair[1].started),
                "seed {seed}"
            );
        }
    }

    #[test]
    fn lines_of_plain_event_files_are_json_with_the_usual_ends() {
        let spec = PackageSpec {
            size: 300_000,
            ..PackageSpec::default()
        };
        let (package, truth) = generate_in_memory(&spec);
        let mut archive = zip::ZipArchive::new(Cursor::new(&package)).unwrap();
        let mut lines = 0;
        for entry in &truth.archive.event_entries {
            let mut content = String::new();
            archive
                .by_name(&entry.name)
                .unwrap()
                .read_to_string(&mut content)
                .unwrap();
            for line in content.lines() {
                let value: serde_json::Value = serde_json::from_str(line).unwrap();
                assert!(line.starts_with("{\"event_type\":\""));
                assert!(value["timestamp"].is_string());
                assert!((900..3200).contains(&line.len()), "{line}");
                lines += 1;
            }
        }
        assert_eq!(lines, truth.archive.event_lines);
    }

    #[test]
    fn the_wanted_number_of_activity_rows_is_about_met() {
        let spec = PackageSpec {
            size: 3_000_000,
            messages: Some(12_000),
            events: Some(3000),
            activity_rows: Some(8000),
            lines: crate::LineWidth::Lean,
            ..PackageSpec::default()
        };
        let rows = generate_in_memory(&spec).1.activity.len();
        assert!((7000..9000).contains(&rows), "{rows}");
    }
}
