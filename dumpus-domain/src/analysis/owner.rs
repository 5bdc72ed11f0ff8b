//! Whose package it is, where the account's file does not say so.

use std::collections::BTreeMap;

use super::channel_fold::{ChannelFold, ChannelKind};
use crate::report::{Owner, Text};

/// Conversations that somebody must take part in to be the owner: in one or two, both people do.
const FEWEST_CONVERSATIONS: usize = 3;

/// The user of most event lines, else the recipient of most conversations of two.
pub(super) fn guess(users: &BTreeMap<Text, u64>, channels: &BTreeMap<Text, ChannelFold>) -> Option<Owner> {
    // Of equals the smallest id, so that the first maximum is used.
    let by_events = users.iter().rev().max_by_key(|(_, count)| **count);
    let id = match by_events {
        Some((id, _)) => id.clone(),
        None => by_conversations(channels)?,
    };
    Some(Owner {
        id,
        name: "Unknown".into(),
        display_name: None,
        avatar_hash: None,
    })
}

/// Somebody in more than half of all conversations, because a few may be odd. Nobody if two people are in equally many.
fn by_conversations(channels: &BTreeMap<Text, ChannelFold>) -> Option<Text> {
    let mut conversations = 0;
    let mut taking_part: BTreeMap<&Text, usize> = BTreeMap::new();
    for channel in channels.values().filter(|channel| channel.kind == ChannelKind::Direct) {
        conversations += 1;
        let mut people: Vec<_> = channel.recipients.iter().flatten().collect();
        people.sort_unstable();
        people.dedup();
        for id in people {
            *taking_part.entry(id).or_default() += 1;
        }
    }
    let is_id = |id: &Text| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let mut candidates: Vec<_> = taking_part.into_iter().filter(|(id, _)| is_id(id)).collect();
    candidates.sort_unstable_by_key(|(_, count)| std::cmp::Reverse(*count));
    let (id, count) = *candidates.first()?;
    let is_alone = candidates.get(1).is_none_or(|(_, next)| *next < count);
    (is_alone && count >= FEWEST_CONVERSATIONS && count * 2 > conversations).then(|| id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::observation::Channel;
    use crate::time::DayWindow;

    fn owner(conversations: &[&[&'static str]]) -> Option<String> {
        let channels = conversations.iter().enumerate().map(|(number, people)| {
            let id = number.to_string();
            let channel = Channel {
                id: &id,
                kind: Some(ChannelKind::Direct),
                recipients: Some(people.iter().copied().map(Some).collect()),
                ..Channel::default()
            };
            (Text::from(&*id), ChannelFold::new(&channel, DayWindow::until(None)))
        });
        guess(&BTreeMap::new(), &channels.collect()).map(|owner| owner.id.to_string())
    }

    #[test]
    fn the_recipient_of_most_conversations_is_the_owner() {
        assert_eq!(owner(&[&["1", "2"], &["1", "3"], &["4", "1"]]).as_deref(), Some("1"));
        assert_eq!(
            owner(&[&["1", "2"], &["5"], &["1", "3"], &["4", "1"]]).as_deref(),
            Some("1")
        );
    }

    #[test]
    fn without_a_majority_nobody_is() {
        assert_eq!(owner(&[&["1", "2"], &["1", "3"]]), None, "two conversations");
        assert_eq!(owner(&[&["1", "2"], &["1", "2"], &["1", "2"]]), None, "either of two");
        let half: [&[&str]; 6] = [&["1", "2"], &["1", "3"], &["1", "4"], &["5"], &["6"], &["7"]];
        assert_eq!(owner(&half), None, "no more than half");
    }
}
