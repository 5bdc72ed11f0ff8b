//! The people and guilds of a package.

use std::collections::BTreeSet;

use crate::{
    quirk::Quirk,
    rng::Rng,
    spec::{PackageSpec, Section},
    truth::OwnerRow,
};

/// The owner, other people, and the guilds.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) owner: Person,
    pub(crate) people: Vec<Person>,
    pub(crate) guilds: Vec<Guild>,
    ids: Ids,
}

/// A Discord user.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) display: Option<String>,
    pub(crate) avatar: Option<String>,
    /// Whether `user.json` lists the person.
    pub(crate) is_listed: bool,
}

impl Person {
    pub(crate) fn avatar_url(&self) -> Option<String> {
        let hash = self.avatar.as_deref().filter(|hash| !hash.is_empty())?;
        let kind = if hash.starts_with("a_") { "gif" } else { "png" };
        Some(format!("https://cdn.discordapp.com/avatars/{}/{hash}.{kind}", self.id))
    }
}

/// How the server index lists a guild.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listing {
    Named,
    Null,
    Absent,
}

/// A guild.
#[derive(Clone, Debug)]
pub(crate) struct Guild {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) listing: Listing,
    /// The name in `channel.json`.
    pub(crate) name_in_channels: Option<String>,
}

impl Guild {
    /// Whether a label `channel in Server` is unambiguous for this name.
    pub(crate) fn has_one_name(&self) -> bool {
        self.name_in_channels.as_deref() == Some(&self.name)
    }
}

/// Generates unique, ascending ids of 18 digits.
#[derive(Clone, Debug)]
struct Ids(u64);

impl Ids {
    fn next(&mut self, rng: &mut Rng) -> u64 {
        self.0 += 1 + rng.below(40_000_000_000_000);
        self.0
    }
}

const SYLLABLES: [&str; 16] = [
    "ju", "ni", "per", "mo", "ra", "lin", "to", "bex", "ka", "sol", "vi", "nu", "dre", "fa", "qui", "zo",
];

const GUILD_NAMES: [&str; 12] = [
    "Sample Garden",
    "Tide Pool",
    "Rust & Ruin",
    "Kärtchen \"Werkstatt\"",
    "夜のカフェ",
    "Late Train",
    "Quiet Corner 🌙",
    "Board, Dice",
    "Hexagon",
    "Étage 4",
    "Paper Boats",
    "North\\South",
];

impl World {
    pub(crate) fn new(spec: &PackageSpec) -> Self {
        let mut rng = Rng::new(spec.seed).fork("world");
        let mut ids = Ids(170_000_000_000_000_000);
        let id = ids.next(&mut rng);
        let mut owner = person(spec, &mut rng, id);
        if spec.has(Quirk::MinimalAccount) {
            owner.display = None;
            owner.avatar = None;
        }
        let count = spec.channels / 2 + 12;
        let people = (0..count)
            .map(|_| {
                let id = ids.next(&mut rng);
                person(spec, &mut rng, id)
            })
            .collect();
        let mut world = Self {
            owner,
            people,
            guilds: Vec::new(),
            ids,
        };
        for number in 0..spec.guilds.max(1) {
            let base = GUILD_NAMES[number as usize % GUILD_NAMES.len()];
            let name = if (number as usize) < GUILD_NAMES.len() {
                base.to_owned()
            } else {
                format!("{base} {number}")
            };
            let name_in_channels = if spec.has(Quirk::RenamedGuilds) && rng.chance(30) && number > 0 {
                Some(format!("Old {name}"))
            } else {
                Some(name.clone())
            };
            world.add_guild(&mut rng, name, Listing::Named, name_in_channels);
        }
        world
    }

    pub(crate) fn next_id(&mut self, rng: &mut Rng) -> u64 {
        self.ids.next(rng)
    }

    /// Adds a guild and returns its index.
    pub(crate) fn add_guild(
        &mut self,
        rng: &mut Rng,
        name: String,
        listing: Listing,
        name_in_channels: Option<String>,
    ) -> usize {
        let id = self.ids.next(rng);
        self.guilds.push(Guild {
            id,
            name,
            listing,
            name_in_channels,
        });
        self.guilds.len() - 1
    }

    /// The row of `package_data` if there is a `user.json`.
    pub(crate) fn owner_row(&self, spec: &PackageSpec) -> OwnerRow {
        let id = self.owner.id.to_string();
        if spec.holds(Section::Account) {
            OwnerRow {
                id,
                name: self.owner.name.clone(),
                display_name: self.owner.display.clone(),
                avatar_url: self.owner.avatar_url(),
            }
        } else {
            OwnerRow {
                id,
                name: "Unknown".to_owned(),
                display_name: None,
                avatar_url: None,
            }
        }
    }

    /// The person, if `user.json` lists them.
    pub(crate) fn listed(&self, spec: &PackageSpec, person: usize) -> Option<&Person> {
        let has_details = spec.holds(Section::Account) && !spec.has(Quirk::MinimalAccount);
        self.people.get(person).filter(|person| has_details && person.is_listed)
    }

    /// Ids of the guilds in the index, if there is an index.
    pub(crate) fn listed_guilds(&self, spec: &PackageSpec) -> BTreeSet<u64> {
        if !spec.holds(Section::Servers) {
            return BTreeSet::new();
        }
        let listed = self.guilds.iter().filter(|guild| guild.listing != Listing::Absent);
        listed.map(|guild| guild.id).collect()
    }
}

fn person(spec: &PackageSpec, rng: &mut Rng, id: u64) -> Person {
    let mut name = String::new();
    for _ in 0..2 + rng.below(2) {
        name.push_str(rng.pick::<&str>(&SYLLABLES));
    }
    name.push('_');
    name.push_str(&rng.below(1000).to_string());
    let display = rng.chance(70).then(|| match rng.below(3) {
        0 => format!("{name} ✨"),
        1 => format!("The \"{name}\""),
        _ => name.to_uppercase(),
    });
    let hash = format!("{:016x}{:016x}", rng.next(), rng.next());
    let avatar = match rng.below(10) {
        _ if spec.has(Quirk::NoAvatars) => rng.chance(50).then(String::new),
        0..3 => None,
        3..6 => Some(format!("a_{hash}")),
        _ => Some(hash),
    };
    Person {
        id,
        name,
        display,
        avatar,
        is_listed: rng.chance(80),
    }
}
