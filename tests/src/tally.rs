//! Builds the rows of the truth from what was planned and written.

use std::collections::{BTreeMap, HashMap};

use crate::{
    calendar::{HOUR, day_text},
    channels::{Channel, Expect},
    events::RowKey,
    messages::MessageSums,
    plan::Plan,
    quirk::Quirk,
    spec::Section,
    truth::{ActivityRow, DmChannelRow, GroupChannelRow, GuildChannelRow, GuildRow, OwnerRow, SectionStatus, Truth},
    world::Listing,
};

/// Adds the rows of a channel's messages.
pub(crate) fn add_hours(plan: &Plan<'_>, channel: &Channel, sums: &MessageSums, truth: &mut Truth) {
    let guild = channel.guild().map(|guild| plan.world.guilds[guild].id);
    for (hour, count) in &sums.hours {
        let at = hour * HOUR;
        if plan.window.contains(at) {
            let key = RowKey {
                channel: Some(channel.id),
                guild,
                ..RowKey::hourly("message_sent", at)
            };
            truth.activity.push(row(key, *count));
        }
    }
}

fn row(key: RowKey, count: u64) -> ActivityRow {
    let text = |id: Option<u64>| id.map(|id| id.to_string());
    ActivityRow {
        event_name: key.event.to_owned(),
        day: day_text(key.day),
        hour: key.hour,
        occurence_count: count,
        associated_user_id: text(key.user),
        associated_channel_id: text(key.channel),
        associated_guild_id: text(key.guild),
        extra_field_1: key.extra_1.map(str::to_owned),
        extra_field_2: key.extra_2.map(|is_set| if is_set { "1" } else { "0" }.to_owned()),
    }
}

/// Fills in everything except the archive facts and the message rows.
pub(crate) fn fill(plan: &Plan<'_>, sums: &BTreeMap<u64, MessageSums>, truth: &mut Truth) {
    truth.window = plan.window;
    truth.owner = owner(plan);
    truth
        .activity
        .extend(plan.events.rows.iter().map(|(key, count)| row(*key, *count)));
    truth.voice_sessions.clone_from(&plan.events.voice);
    truth.sessions.clone_from(&plan.events.sessions);
    truth.payments.clone_from(&plan.payments.rows);
    let mut minutes: HashMap<&str, u64> = HashMap::new();
    for session in &plan.events.voice {
        *minutes.entry(&session.channel_id).or_default() += session.duration_mins.cast_unsigned();
    }
    for channel in &plan.channels {
        let spoken = minutes.get(channel.id.to_string().as_str()).copied().unwrap_or(0);
        add_channel(plan, channel, sums.get(&channel.id), spoken, truth);
    }
    add_guilds(plan, sums, truth);
    let has_event_rows = !(plan.events.rows.is_empty() && truth.voice_sessions.is_empty() && truth.sessions.is_empty());
    add_sections(plan, has_event_rows, truth);
    truth.package_is_partial =
        !plan.spec.holds(Section::Messages) || !plan.spec.holds(Section::Servers) || !plan.events.has_types;
    truth.activity.sort_unstable();
    truth.dm_channels_data.sort_unstable();
    truth.group_channels_data.sort_unstable();
    truth.guild_channels_data.sort_unstable();
    truth.guilds.sort_unstable();
    truth.payments.sort_unstable();
    truth.voice_sessions.sort_unstable();
    truth.sessions.sort_unstable();
}

fn owner(plan: &Plan<'_>) -> Option<OwnerRow> {
    let spec = plan.spec;
    let is_known = spec.holds(Section::Account)
        || plan.events.has_types
        // There are at least three conversations, and the owner is in all of them.
        || spec.holds(Section::Messages);
    is_known.then(|| plan.world.owner_row(spec))
}

fn add_channel(plan: &Plan<'_>, channel: &Channel, sums: Option<&MessageSums>, spoken: u64, truth: &mut Truth) {
    let channel_id = channel.id.to_string();
    let total_message_count = sums.map_or(0, |sums| sums.count);
    match &channel.expect {
        Expect::Dm {
            user,
            name,
            display,
            avatar,
        } => truth.dm_channels_data.push(DmChannelRow {
            channel_id,
            dm_user_id: user.clone(),
            user_name: name.clone(),
            display_name: display.clone(),
            user_avatar_url: avatar.clone(),
            total_message_count,
            total_voice_channel_duration: spoken,
            sentiment_score: sums.map_or(Some(0), MessageSums::sentiment),
        }),
        Expect::Group { name, recipients } => truth.group_channels_data.push(GroupChannelRow {
            channel_id,
            channel_name: name.clone(),
            recipient_count: *recipients,
            total_message_count,
            total_voice_channel_duration: spoken,
        }),
        Expect::Guild { guild, name } => truth.guild_channels_data.push(GuildChannelRow {
            channel_id,
            channel_name: name.clone(),
            guild_id: plan.world.guilds[*guild].id.to_string(),
            total_message_count,
            total_voice_channel_duration: spoken,
        }),
        Expect::Nowhere => {}
    }
}

fn add_guilds(plan: &Plan<'_>, sums: &BTreeMap<u64, MessageSums>, truth: &mut Truth) {
    let listed = plan.world.listed_guilds(plan.spec);
    let named = plan.guilds_of_channels();
    let mut counts: HashMap<usize, u64> = HashMap::new();
    for channel in &plan.channels {
        if let (Some(guild), Some(sums)) = (channel.guild(), sums.get(&channel.id)) {
            *counts.entry(guild).or_default() += sums.count;
        }
    }
    for (at, guild) in plan.world.guilds.iter().enumerate() {
        let is_listed = listed.contains(&guild.id);
        if !is_listed && !named.contains(&at) {
            continue;
        }
        let in_channels = guild.name_in_channels.as_ref().filter(|_| named.contains(&at));
        let name = match in_channels {
            _ if is_listed && guild.listing == Listing::Named => guild.name.clone(),
            Some(name) => name.clone(),
            None => "Unknown server".to_owned(),
        };
        truth.guilds.push(GuildRow {
            guild_id: guild.id.to_string(),
            guild_name: name,
            total_message_count: counts.get(&at).copied().unwrap_or(0),
        });
    }
}

fn add_sections(plan: &Plan<'_>, has_event_rows: bool, truth: &mut Truth) {
    let spec = plan.spec;
    let judge = |is_there: bool, is_damaged: bool, is_empty: bool| match () {
        () if !is_there => SectionStatus::Missing,
        () if is_damaged => SectionStatus::Damaged,
        () if is_empty => SectionStatus::Empty,
        () => SectionStatus::Ok,
    };
    let has_account = spec.holds(Section::Account);
    let has_payments = plan.payments.old.is_some() || plan.payments.new.is_some();
    let is_torn = plan.channels.iter().any(|channel| channel.damage.is_some());
    let is_broken = truth.archive.unreadable_lines > 0 || plan.events.files.iter().any(|file| file.damage.is_some());
    truth.sections = BTreeMap::from([
        (Section::Account, judge(has_account, false, false)),
        (
            Section::Messages,
            judge(spec.holds(Section::Messages), is_torn, truth.archive.messages == 0),
        ),
        (Section::Servers, judge(spec.holds(Section::Servers), false, false)),
        (
            Section::Activity,
            judge(!plan.events.files.is_empty(), is_broken, !has_event_rows),
        ),
        (
            Section::Payments,
            judge(
                has_payments,
                spec.has(Quirk::IncompletePayments),
                plan.payments.rows.is_empty(),
            ),
        ),
    ]);
    debug_assert!(spec.has(Quirk::UnusableDates) || truth.window.last_day.is_some());
}
