//! Lanes, and positions in them.

use std::collections::BTreeSet;

use dumpus_domain::queue::{Lane, QueueSnapshot, Ticket, lane_order};
use proptest::prelude::*;

#[test]
fn one_delivery_in_five_asks_the_standard_lane_first() {
    let first = (0..20)
        .filter(|deliveries| lane_order(*deliveries)[0] == Lane::Standard)
        .count();
    assert_eq!(first, 4);
}

proptest! {
    #[test]
    fn a_position_never_rises_while_others_only_leave(
        tickets in prop::collection::btree_set((any::<bool>(), (0i64..500).prop_map(Ticket)), 1..60),
        leaving in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        mine in any::<prop::sample::Index>(),
    ) {
        let lane = |premium: bool| if premium { Lane::Premium } else { Lane::Standard };
        let mut waiting: BTreeSet<_> = tickets.clone();
        let all: Vec<_> = tickets.into_iter().collect();
        let mine = all[mine.index(all.len())];
        let position = |waiting: &BTreeSet<(bool, Ticket)>| {
            QueueSnapshot::new(waiting.iter().map(|(premium, ticket)| (lane(*premium), *ticket))).position(lane(mine.0), mine.1).ahead
        };
        let mut last = position(&waiting);
        for leaves in leaving {
            let leaves = all[leaves.index(all.len())];
            if leaves != mine {
                waiting.remove(&leaves);
            }
            let now = position(&waiting);
            prop_assert!(now <= last);
            last = now;
        }
    }
}
