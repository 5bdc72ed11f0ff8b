//! Which entries of an archive are what, by the shape of their paths.
//!
//! Names of top-level folders are translated into the account's language and have changed with the years, so no rule
//! looks at them. Paths are read after at most one wrapping folder, which people add when they pack a package anew.

use std::collections::BTreeMap;

/// The entries that statistics need, as the reader's positions of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Candidates for the account's `user.json`, the likeliest first.
    pub profiles: Vec<usize>,
    /// `payments.json` of the billing export.
    pub payments: Option<usize>,
    /// `index.json` of the messages.
    pub messages_index: Option<usize>,
    /// `index.json` of the servers.
    pub servers_index: Option<usize>,
    /// Id and `guild.json` of each server's folder, by id.
    pub guilds: Vec<(String, usize)>,
    /// Folders of the messages, by id.
    pub channels: Vec<ChannelFolder>,
    /// Event files, sorted by path.
    pub events: Vec<usize>,
}

/// The folder of one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelFolder {
    /// The digits of the folder's name.
    pub id: String,
    /// `channel.json`.
    pub channel: Option<usize>,
    /// `messages.json`.
    pub messages_json: Option<usize>,
    /// `messages.csv`, until March 2024.
    pub messages_csv: Option<usize>,
}

impl Layout {
    /// Finds the entries; of entries with one path the last is used, as in other unzippers.
    #[must_use]
    pub fn locate<'a>(entries: impl IntoIterator<Item = (usize, &'a str)>) -> Self {
        let mut paths: BTreeMap<String, usize> = BTreeMap::new();
        for (entry, name) in entries {
            if let Some(path) = normalized(name) {
                paths.insert(path, entry);
            }
        }
        let split: Vec<_> = paths
            .iter()
            .map(|(path, entry)| (path.split('/').collect(), *entry))
            .collect();
        let wrapper = wrapper(&split);
        let inside = split.iter().filter_map(|(segments, entry)| match wrapper {
            None => Some((segments.as_slice(), *entry)),
            Some(wrapper) => Some((segments.strip_prefix(&[wrapper])?, *entry)),
        });
        Self::from_segments(&inside.collect::<Vec<_>>())
    }

    fn from_segments(entries: &[(&[&str], usize)]) -> Self {
        let mut layout = Self::default();
        let mut roots = Roots::default();
        let mut channels: BTreeMap<String, ChannelFolder> = BTreeMap::new();
        let mut indexes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut profiles: BTreeMap<&str, usize> = BTreeMap::new();
        let mut billing: BTreeMap<&str, usize> = BTreeMap::new();
        for (segments, entry) in entries {
            let entry = *entry;
            match **segments {
                [root, "user.json"] => drop(profiles.insert(root, entry)),
                [root, "index.json"] => drop(indexes.insert(root, entry)),
                [root, "user_data_exports", "discord_billing", "payments.json"] => drop(billing.insert(root, entry)),
                [_, folder, file] if is_event_file(folder, file) => layout.events.push(entry),
                [root, folder, "guild.json"] if is_id(folder) => {
                    roots.servers.get_or_insert(root);
                    layout.guilds.push((folder.to_owned(), entry));
                }
                [root, folder, file @ ("channel.json" | "messages.json" | "messages.csv")] => {
                    let id = folder.strip_prefix('c').unwrap_or(folder);
                    if !is_id(id) {
                        continue;
                    }
                    roots.messages.get_or_insert(root);
                    let channel = channels.entry(id.to_owned()).or_default();
                    match file {
                        "channel.json" => channel.channel = Some(entry),
                        "messages.json" => channel.messages_json = Some(entry),
                        _ => channel.messages_csv = Some(entry),
                    }
                }
                _ => {}
            }
        }
        roots.claim_lone_index(&indexes);
        layout.messages_index = roots.messages.and_then(|root| indexes.get(root).copied());
        layout.servers_index = roots.servers.and_then(|root| indexes.get(root).copied());
        layout.payments = billing.values().next().copied();
        // A game's folder may hold a `user.json` too: the account is where the billing export is.
        let mut candidates: Vec<_> = profiles.into_iter().collect();
        candidates.sort_by_key(|(root, _)| !billing.contains_key(root));
        layout.profiles = candidates.into_iter().map(|(_, entry)| entry).collect();
        layout.channels = channels
            .into_iter()
            .map(|(id, folder)| ChannelFolder { id, ..folder })
            .collect();
        layout
    }

    /// Whether the messages section is there, if without any channel.
    #[must_use]
    pub fn has_messages(&self) -> bool {
        self.messages_index.is_some() || !self.channels.is_empty()
    }

    /// Whether the servers section is there, if without any server.
    #[must_use]
    pub fn has_servers(&self) -> bool {
        self.servers_index.is_some() || !self.guilds.is_empty()
    }
}

/// Top-level folders of the two sections that have an index.
#[derive(Default)]
struct Roots<'a> {
    messages: Option<&'a str>,
    servers: Option<&'a str>,
}

impl<'a> Roots<'a> {
    /// An account without servers or without messages has an index without folders beside it: when one section is known,
    /// the only other index is the other section's. It is never guessed while both are unknown.
    fn claim_lone_index(&mut self, indexes: &BTreeMap<&'a str, usize>) {
        let known = self.messages.or(self.servers);
        let mut others = indexes.keys().filter(|root| Some(**root) != known);
        let (Some(other), None) = (others.next(), others.next()) else {
            return;
        };
        match (self.messages, self.servers) {
            (Some(_), None) => self.servers = Some(other),
            (None, Some(_)) => self.messages = Some(other),
            _ => {}
        }
    }
}

/// The path with `/` between segments; `None` for folders and for what macOS adds to archives.
fn normalized(name: &str) -> Option<String> {
    let path = name.replace('\\', "/");
    if path.ends_with('/') {
        return None;
    }
    let segments: Vec<_> = path
        .split('/')
        .filter(|segment| !matches!(*segment, "" | "."))
        .collect();
    let junk = |segment: &&str| segment.starts_with("__MACOSX") || segment.starts_with("._") || *segment == ".DS_Store";
    if segments.is_empty() || segments.iter().any(junk) {
        return None;
    }
    Some(segments.join("/"))
}

/// The wrapping folder: there is one when no section is found without it.
fn wrapper<'a>(entries: &[(Vec<&'a str>, usize)]) -> Option<&'a str> {
    let is_section = |segments: &[&str]| match segments {
        [_, folder, file] => {
            is_event_file(folder, file)
                || (*file == "guild.json" && is_id(folder))
                || (matches!(*file, "channel.json" | "messages.json" | "messages.csv")
                    && is_id(folder.strip_prefix('c').unwrap_or(folder)))
        }
        [_, "user_data_exports", "discord_billing", "payments.json"] => true,
        _ => false,
    };
    let is_profile = |segments: &[&str]| matches!(segments, [_, "user.json"]);
    if entries
        .iter()
        .any(|(segments, _)| is_section(segments) || is_profile(segments))
    {
        return None;
    }
    let mut wrapped: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    for (segments, _) in entries {
        if let [first, rest @ ..] = segments.as_slice() {
            let (sections, profile) = wrapped.entry(first).or_default();
            *sections += usize::from(is_section(rest));
            *profile |= is_profile(rest);
        }
    }
    let likeliest = wrapped.into_iter().max_by_key(|(_, found)| *found)?;
    (likeliest.1 > (0, false)).then_some(likeliest.0)
}

/// Snowflakes have 17 to 19 digits today.
fn is_id(text: &str) -> bool {
    (15..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A file of one of four pipelines, usually `events-2024-00000-of-00001.json`.
fn is_event_file(folder: &str, file: &str) -> bool {
    matches!(folder, "analytics" | "modeling" | "reporting" | "tns") && file.strip_suffix(".json").is_some()
}
