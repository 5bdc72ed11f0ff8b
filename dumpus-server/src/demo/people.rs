//! The owner, and the people they know.

use dumpus_ports::domain::analysis::observation::{Profile, Relationship};

use super::chat::Habit::{self, Daytime, Evening, Night};
use super::chat::{Interest, STILL};
use super::ids::{Kind, id};
use super::recorder::Recorder;

/// The owner's number among the people.
const OWNER: usize = 1;
/// The first friend's number.
const FRIENDS_FROM: usize = 11;

/// Somebody to talk to.
pub(super) struct Friend {
    pub(super) handle: &'static str,
    /// The name they show, if there is a relationship with them: it is where a package has such names.
    name: Option<&'static str>,
    /// The usual score of a message to them, in units of 1e-4.
    pub(super) mood: i32,
    pub(super) interest: Interest,
    pub(super) habit: Habit,
}

/// Handle, shown name, mood, weeks from and until, how often, and when.
type Entry = (&'static str, &'static str, i32, u32, u32, u64, Habit);

const fn friend((handle, name, mood, from, until, often, habit): Entry) -> Friend {
    Friend {
        handle,
        name: if name.is_empty() { None } else { Some(name) },
        mood,
        interest: Interest { from, until, often },
        habit,
    }
}

/// Everybody with whom there is a conversation of two. Those without a name are no friends (any more).
pub(super) const FRIENDS: [Friend; 30] = [
    friend(("juniper.reed", "Juniper", 4_100, 0, STILL, 760, Evening)),
    friend(("marlow_k", "Marlow", 1_900, 9, STILL, 430, Night)),
    friend(("tamsin.bakes", "Tamsin", 5_200, 22, STILL, 360, Evening)),
    friend(("oleander", "Oleander", -900, 0, 190, 420, Night)),
    friend(("wren.w", "Wren", 3_300, 61, STILL, 330, Daytime)),
    friend(("ptolemy_jr", "Ptolemy", 400, 4, 160, 170, Evening)),
    friend(("isolde.m", "Isolde", 2_700, 104, STILL, 410, Evening)),
    friend(("biscotti", "Biscotti", 6_100, 130, STILL, 210, Daytime)),
    friend(("quillfeather", "Quill", 1_200, 40, 230, 190, Night)),
    friend(("hazel.north", "Hazel", 3_800, 158, STILL, 280, Evening)),
    friend(("dunstan", "Dunstan", -300, 52, STILL, 90, Daytime)),
    friend(("pepper.pot", "Pepper", 4_700, 182, STILL, 230, Evening)),
    friend(("ottoline", "Ottoline", 2_200, 0, 120, 240, Evening)),
    friend(("finnegan_b", "Finnegan", 900, 83, 270, 120, Night)),
    friend(("saffron.s", "Saffron", 5_600, 208, STILL, 260, Evening)),
    friend(("mabel.o", "Mabel", 3_000, 70, STILL, 70, Daytime)),
    friend(("corvin", "Corvin", -1_700, 110, 175, 140, Night)),
    friend(("lumi.snow", "Lumi", 4_400, 236, STILL, 240, Night)),
    friend(("barnaby", "Barnaby", 1_500, 27, STILL, 60, Evening)),
    friend(("thistle", "Thistle", 2_500, 145, STILL, 110, Evening)),
    friend(("ambrose.v", "Ambrose", 700, 199, 300, 130, Daytime)),
    friend(("clementine", "Clementine", 5_900, 252, STILL, 270, Evening)),
    friend(("rowan_tree", "Rowan", 1_800, 95, STILL, 50, Evening)),
    friend(("nettie", "Nettie", 3_500, 270, STILL, 220, Daytime)),
    friend(("gulliver", "Gulliver", 2_000, 36, 140, 90, Evening)),
    friend(("sorrel", "Sorrel", 2_900, 284, STILL, 250, Night)),
    friend(("mr.pumpernickel", "Pumpernickel", 4_900, 225, STILL, 80, Evening)),
    friend(("clover_7", "", 600, 118, 150, 80, Evening)),
    friend(("the.tinker", "", -500, 172, STILL, 40, Daytime)),
    friend(("old_heron", "", 1_100, 60, 78, 110, Night)),
];

/// The owner's id.
pub(super) fn owner() -> String {
    id(Kind::Person, OWNER)
}

/// The id of a friend by their place in [`FRIENDS`].
pub(super) fn friend_id(place: usize) -> String {
    id(Kind::Person, FRIENDS_FROM + place)
}

/// Tells the analysis who everybody is. Nobody has an avatar: an invented one would be a broken picture.
pub(super) fn introduce(recorder: &mut Recorder) {
    recorder.analysis.profile(&Profile {
        id: &owner(),
        username: Some("demo"),
        global_name: Some("Demo Dormouse"),
        avatar_hash: None,
    });
    for (place, friend) in FRIENDS.iter().enumerate().filter(|(_, friend)| friend.name.is_some()) {
        recorder.analysis.relationship(&Relationship {
            user_id: &friend_id(place),
            username: Some(friend.handle),
            global_name: friend.name,
            avatar_hash: None,
        });
    }
}
