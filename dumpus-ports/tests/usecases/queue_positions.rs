//! One look at the registry for everybody who asks where they stand.

use std::time::Duration;

use dumpus_ports::usecase::PackageState;

use crate::support::{Fault, Gate, Person, World, assert_unavailable, pass};

const FRESH_FOR: Duration = Duration::from_millis(500);
const MOMENT: Duration = Duration::from_millis(1);

async fn ahead(world: &World, person: &Person) -> u64 {
    match world.state(person).await {
        PackageState::Underway { position, .. } => position.ahead,
        other => panic!("not underway: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn however_many_ask_there_is_one_look_in_500_ms() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let looks = world.registry.asked("queue_snapshot");
    for _ in 0..1_000 {
        ahead(&world, &ann).await;
    }
    assert_eq!(world.registry.asked("queue_snapshot"), looks);
    pass(FRESH_FOR).await;
    for _ in 0..1_000 {
        ahead(&world, &ann).await;
    }
    assert_eq!(world.registry.asked("queue_snapshot"), looks + 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_during_a_refresh_gets_the_previous_snapshot() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    pass(FRESH_FOR).await;
    let looks = world.registry.asked("queue_snapshot");
    let look = Gate::new();
    world.registry.inject("queue_snapshot", [Fault::Waits(look.clone())]);
    let others = async {
        look.reached().await;
        assert_eq!(ahead(&world, &ann).await, 0);
        look.open();
    };
    tokio::join!(ahead(&world, &ann), others);
    assert_eq!(world.registry.asked("queue_snapshot"), looks + 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_during_a_long_refresh_waits_for_it() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    pass(FRESH_FOR).await;
    let looks = world.registry.asked("queue_snapshot");
    let (look, second) = (Gate::new(), Duration::from_secs(1));
    world.registry.inject("queue_snapshot", [Fault::Waits(look.clone())]);
    let others = async {
        look.reached().await;
        pass(second).await;
        let (_, ()) = tokio::join!(ahead(&world, &ann), async { look.open() });
    };
    tokio::join!(ahead(&world, &ann), others);
    assert_eq!(world.registry.asked("queue_snapshot"), looks + 1);
}

#[tokio::test(start_paused = true)]
async fn slow_refreshes_are_rare() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    pass(FRESH_FOR).await;
    world
        .registry
        .inject("queue_snapshot", [Fault::Slow(Duration::from_millis(100))]);
    ahead(&world, &ann).await;
    let looks = world.registry.asked("queue_snapshot");
    pass(Duration::from_millis(2_499)).await;
    ahead(&world, &ann).await;
    assert_eq!(world.registry.asked("queue_snapshot"), looks);
    pass(MOMENT).await;
    ahead(&world, &ann).await;
    assert_eq!(world.registry.asked("queue_snapshot"), looks + 1);
}

#[tokio::test(start_paused = true)]
async fn one_look_that_was_very_slow_does_not_put_off_the_next_for_long() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    pass(FRESH_FOR).await;
    let second = Duration::from_secs(1);
    world.registry.inject("queue_snapshot", [Fault::Slow(second)]);
    ahead(&world, &ann).await;
    let looks = world.registry.asked("queue_snapshot");
    pass(Duration::from_secs(5)).await;
    ahead(&world, &ann).await;
    assert_eq!(world.registry.asked("queue_snapshot"), looks + 1);
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_is_made_again_by_the_next_who_asks() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    pass(FRESH_FOR).await;
    world.registry.inject("queue_snapshot", [Fault::Unavailable]);
    assert_unavailable(world.status(&ann).await, "the registry");
    assert_eq!(ahead(&world, &ann).await, 0);
}

#[tokio::test(start_paused = true)]
async fn who_was_admitted_since_the_last_look_is_counted() {
    let world = World::new();
    let mut people = Vec::new();
    for name in ["ann", "bob", "cid", "dee"] {
        people.push(world.waiting(name).await);
    }
    assert_eq!(world.registry.asked("queue_snapshot"), 1);
    for (place, person) in people.iter().enumerate() {
        assert_eq!(ahead(&world, person).await, place as u64);
        assert_eq!(world.row(person).await.joined.standard, place as u64);
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_admitted_during_a_look_is_counted() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let bob = world.person("bob");
    let (admission, answer) = (Gate::new(), Gate::new());
    world.registry.inject("admit", [Fault::Waits(admission.clone())]);
    world
        .registry
        .inject("queue_snapshot", [Fault::Answers(answer.clone())]);
    let submission = async {
        world.submit(&bob.link).await.unwrap();
        answer.open();
    };
    let look = async {
        admission.reached().await;
        pass(FRESH_FOR).await;
        ahead(&world, &ann).await
    };
    let open = async {
        // The registry has answered, and bob is not in the answer.
        answer.reached().await;
        admission.open();
    };
    tokio::join!(submission, look, open);
    let cid = world.waiting("cid").await;
    assert_eq!(ahead(&world, &cid).await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_later_package_is_behind_one_that_is_being_queued() {
    let world = World::new();
    let ann = world.waiting("ann").await;
    let (bob, queue) = (world.person("bob"), Gate::new());
    world.queue.inject("push", [Fault::Waits(queue.clone())]);
    let submission = async { world.submit(&bob.link).await.unwrap() };
    let later = async {
        queue.reached().await;
        let cid = world.waiting("cid").await;
        let before = ahead(&world, &cid).await;
        queue.open();
        (cid, before)
    };
    let (_, (cid, before)) = tokio::join!(submission, later);
    assert_eq!((before, ahead(&world, &cid).await), (2, 2));
    assert_eq!(ahead(&world, &ann).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_number_falls_and_never_rises_while_others_leave() {
    let world = World::new();
    let mut people = Vec::new();
    for name in ["ann", "bob", "cid", "dee", "eve"] {
        people.push(world.waiting(name).await);
    }
    let last = people.pop().unwrap();
    let mut numbers = vec![ahead(&world, &last).await];
    world.work().await;
    for person in people.iter().rev() {
        pass(FRESH_FOR).await;
        numbers.push(ahead(&world, &last).await);
        world.delete(person).await.unwrap();
    }
    pass(FRESH_FOR).await;
    numbers.push(ahead(&world, &last).await);
    assert_eq!(numbers, [4, 3, 2, 1, 0, 0]);
}
