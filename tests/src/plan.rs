//! The plan of a package, which is complete before the first byte is written.

use std::collections::BTreeSet;

use crate::{
    calendar::{DAY, day_number},
    channels::{Channel, ChannelPlan, Expect, Label},
    events::{EventPlan, Place, Places},
    payments::PaymentPlan,
    quirk::Quirk,
    rng::Rng,
    spec::PackageSpec,
    truth::Window,
    world::World,
};

/// Discord's launch: earlier days are not counted.
pub(crate) const FIRST_DAY: i64 = day_number(2015, 5, 13);

/// The plan of a package.
pub(crate) struct Plan<'a> {
    pub(crate) spec: &'a PackageSpec,
    pub(crate) world: World,
    pub(crate) channels: Vec<Channel>,
    pub(crate) stray_labels: Vec<(u64, Label)>,
    pub(crate) payments: PaymentPlan,
    pub(crate) events: EventPlan,
    pub(crate) places: Places,
    pub(crate) window: Window,
    /// Start and end of ordinary activity, in milliseconds since 1970.
    pub(crate) span: (i64, i64),
}

impl<'a> Plan<'a> {
    pub(crate) fn new(spec: &'a PackageSpec) -> Self {
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
        // Ids of other lengths sort differently as text and as numbers.
        .filter(|channel| channel.id > 100_000_000_000_000_000)
        .map(|channel| (channel.id, channel.guild().map(|guild| world.guilds[guild].id)))
        .take(60)
        .collect()
}

impl Plan<'_> {
    /// Guilds that are named in channels.
    pub(crate) fn guilds_of_channels(&self) -> BTreeSet<usize> {
        let guilds = self.channels.iter().map(|channel| match channel.expect {
            Expect::Guild { guild, .. } => Some(guild),
            _ => None,
        });
        guilds.flatten().collect()
    }
}
