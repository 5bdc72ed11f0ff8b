use std::time::Duration;

use super::{ALL, QueueUnderTest, drain, package, push, take};
use crate::domain::queue::{Lane, STANDARD_SHARE};

/// 2: premium jobs come first, and each lane is in order of arrival.
pub async fn premium_comes_first_and_lanes_keep_their_order(queue: QueueUnderTest) {
    use Lane::{Premium, Standard};
    push(&queue, [(1, Standard), (2, Premium), (3, Standard), (4, Premium)]).await;
    assert_eq!(drain(&queue, ALL).await, [2, 4, 1, 3].map(package));
}

/// 2: one lease in five goes to a waiting standard job, counted over all workers.
pub async fn one_lease_in_five_is_for_the_standard_lane(queue: QueueUnderTest) {
    push(&queue, (0..40).map(|number| (number, Lane::Premium))).await;
    push(&queue, (100..110).map(|number| (number, Lane::Standard))).await;
    let taken = drain(&queue, ALL).await;
    let share = usize::try_from(STANDARD_SHARE).expect("a small number");
    for leases in taken.chunks(share) {
        let standard = leases.iter().filter(|id| **id >= package(100)).count();
        assert_eq!(standard, 1, "{taken:?}");
    }
}

/// 2: workers that only serve the premium lane do not use up turns of the standard lane.
pub async fn premium_workers_do_not_use_up_the_standard_turn(queue: QueueUnderTest) {
    push(&queue, (0..30).map(|number| (number, Lane::Premium))).await;
    push(&queue, [(100, Lane::Standard)]).await;
    for _ in 0..10 {
        let premium = queue.worker.next(&[Lane::Premium], Duration::ZERO).await.expect("next");
        assert!(premium.is_some_and(|delivery| delivery.job().lane == Lane::Premium));
    }
    let mut taken = Vec::new();
    for _ in 0..STANDARD_SHARE {
        taken.push(take(&queue.other).await.job().package);
    }
    assert!(taken.contains(&package(100)), "{taken:?}");
}

/// 2: a worker gets only jobs of the requested lanes.
pub async fn only_requested_lanes_are_served(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard), (2, Lane::Premium)]).await;
    assert_eq!(drain(&queue, &[Lane::Standard]).await, [package(1)]);
    assert_eq!(drain(&queue, &[Lane::Premium]).await, [package(2)]);
}
