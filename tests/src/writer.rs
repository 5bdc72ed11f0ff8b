//! Writes the entries of a package, in any order.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Seek, Write},
};

use crate::{
    account,
    archive::{ArchiveWriter, Damage, EntryOptions},
    channels::{Label, json_text},
    events::spaced,
    layout::Layout,
    messages::{ChannelMessages, MessageSums},
    plan::Plan,
    quirk::Quirk,
    rng::Rng,
    spec::{PackageSpec, Section},
    tally,
    truth::{EventEntry, Truth},
    world::Listing,
};

/// Writes every entry to `out`, and returns the archive facts, the message rows, and the channel sums.
///
/// # Errors
/// Errors of `out`.
pub(crate) fn write<W: Write + Seek>(plan: &Plan<'_>, out: W) -> io::Result<(Truth, BTreeMap<u64, MessageSums>)> {
    let spec = plan.spec;
    let mut writer = PackageWriter {
        plan,
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
    Ok((truth, sums))
}

/// A unit of writing.
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
                self.file(&format!("{root}/users/user.json"), r#"{"id":"1","username":"not me"}"#)?;
                self.file(&format!("{root}/poker/poker.json"), r#"{"global_stats":{"hands":3}}"#)
            }
            Part::Advertisements => {
                let path = format!("{}/traits.json", self.layout.ads);
                self.file(&path, r#"{"age_group":"unknown","genre_names_l90":[]}"#)
            }
            Part::Support => {
                let path = format!("{}/tickets.json", self.layout.support);
                self.file(&path, r#"{"1":{"ticket_id":"1","status":"closed","comments":[]}}"#)
            }
        }
    }

    fn options(&mut self, day: i64, damage: Option<Damage>) -> EntryOptions {
        let stored = self.spec.has(Quirk::StoredEntries) && self.rng.chance(25);
        EntryOptions {
            day: if self.spec.has(Quirk::UnusableDates) { 0 } else { day },
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
                self.archive.directory(&self.layout.spelled(directory), day)?;
            }
        }
        Ok(())
    }

    /// A file that macOS adds; `path` is relative to the root of the archive.
    fn junk(&mut self, path: &str) -> io::Result<()> {
        let day = self.older_day();
        let options = self.options(day, None);
        let content = b"\0\x05\x16\x07\0\x02\0\0Mac OS X        \0\x02\0\0\0\x09";
        self.archive.file(&self.layout.spelled(path), options, content)?;
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

    /// A small file at `path`, relative to the root of the package.
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

    /// A small file of JSON, spaced as Discord's.
    fn document(&mut self, path: &str, content: &str) -> io::Result<()> {
        if self.spec.has(Quirk::CompactJson) {
            return self.file(path, content);
        }
        self.file(path, &spaced(content))
    }

    /// An entry that a later entry of the same name overrides.
    fn replaced(&mut self, path: &str, content: &str) -> io::Result<()> {
        if self.spec.has(Quirk::DuplicateNames) {
            self.file(path, content)
        } else {
            Ok(())
        }
    }

    fn account(&mut self) -> io::Result<()> {
        let path = format!("{}/user.json", self.layout.account);
        self.replaced(&path, r#"{"id":"170000000000000002","username":"replaced"}"#)?;
        let content = account::user_json(self.spec, &self.plan.world, &self.plan.payments);
        self.document(&path, &content)?;
        let image = format!("{}/avatar.png", self.layout.account);
        self.file(&image, "\u{89}PNG and so on")
    }

    fn index(&mut self) -> io::Result<()> {
        if self.spec.has(Quirk::MissingIndex) {
            return Ok(());
        }
        let channels = self.plan.channels.iter().map(|channel| (channel.id, &channel.label));
        let strays = self.plan.stray_labels.iter().map(|(id, label)| (*id, label));
        let pairs = channels.chain(strays).filter_map(|(id, label)| match label {
            Label::Absent => None,
            Label::Null => Some(format!("\"{id}\":null")),
            Label::Text(text) => Some(format!("\"{id}\":{}", json_text(text))),
        });
        let pairs: Vec<_> = pairs.collect();
        let path = format!("{}/index.json", self.layout.messages);
        self.replaced(&path, "{}")?;
        self.document(&path, &format!("{{{}}}", pairs.join(",")))
    }

    fn guild(&mut self, at: usize) -> io::Result<()> {
        let guild = &self.plan.world.guilds[at];
        if guild.listing == Listing::Absent {
            return Ok(());
        }
        let root = format!("{}/{}", self.layout.servers, guild.id);
        let content = format!("{{\"id\":\"{}\",\"name\":{}}}", guild.id, json_text(&guild.name));
        self.document(&format!("{root}/guild.json"), &content)?;
        self.file(&format!("{root}/audit-log.json"), "[]")
    }

    fn channel(&mut self, at: usize) -> io::Result<()> {
        let (plan, spec) = (self.plan, self.spec);
        let channel = &plan.channels[at];
        let folder = self.layout.channel(channel.id);
        if let Some(json) = &channel.json {
            self.document(&format!("{folder}/channel.json"), json)?;
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
        let file = &plan.events.files[at];
        let path = self.layout.events(file.folder, file.shard);
        if at == 0 {
            self.replaced(&path, r#"{"event_type":"email_opened","event_id":"AQICreplacedAAAAA=","user_id":"1","timestamp":"\"2024-01-01T18:23:01.005Z\""}"#)?;
        }
        self.directories_of(&path)?;
        let day = self.older_day();
        let mut options = self.options(day, file.damage);
        // Filler exceeds the target slightly, and incompressible data grows.
        options.zip64 |= file.budget >= 3_900_000_000;
        let name = self.layout.entry(&path);
        let mut entry = self.archive.entry(&name, options)?;
        let counts = file.write(spec, &plan.places, plan.span, |piece| entry.write_all(piece))?;
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
