use super::{ALL, QueueUnderTest, TIMEOUT, assert_idle, drain, job, package, push, run, take};
use crate::domain::queue::Lane;

/// 4: a promoted job waits in the premium lane, after earlier ones.
pub async fn a_promoted_job_moves_to_the_premium_lane(queue: QueueUnderTest) {
    use Lane::{Premium, Standard};
    push(&queue, [(1, Standard), (2, Standard), (3, Premium), (4, Standard)]).await;
    for _ in 0..2 {
        assert!(queue.server.promote(package(2), run(1)).await.expect("promote"));
    }
    let first = take(&queue.worker).await;
    let second = take(&queue.worker).await;
    assert_eq!(
        [&first, &second].map(|delivery| delivery.job().package),
        [3, 2].map(package)
    );
    assert_eq!(second.job().lane, Premium);
    assert_eq!(second.job().link, job(2, Standard).link);
    assert_eq!(drain(&queue, ALL).await, [1, 4].map(package));
    assert_idle(&queue).await;
}

/// 4: a released job can be promoted like any waiting one.
pub async fn a_released_job_can_be_promoted(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard), (2, Lane::Premium)]).await;
    let standard = queue.worker.next(&[Lane::Standard], TIMEOUT).await.expect("next");
    standard.expect("a job").release().await.expect("release");
    assert!(queue.server.promote(package(1), run(1)).await.expect("promote"));
    assert_eq!(drain(&queue, &[Lane::Premium]).await, [2, 1].map(package));
}

/// 4: a job of another run is not promoted, nor is a missing one.
pub async fn only_a_job_of_the_run_is_promoted(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    assert!(!queue.server.promote(package(1), run(2)).await.expect("promote"));
    assert!(!queue.server.promote(package(2), run(1)).await.expect("promote"));
    assert_eq!(drain(&queue, &[Lane::Premium]).await, []);
    take(&queue.worker).await.acknowledge().await.expect("acknowledge");
    assert!(!queue.server.promote(package(1), run(1)).await.expect("promote"));
    assert_idle(&queue).await;
}

/// 4: a job that is promoted during a delivery stays with its worker.
pub async fn a_job_promoted_during_its_delivery_stays_with_its_worker(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    let delivery = take(&queue.worker).await;
    for _ in 0..2 {
        assert!(queue.server.promote(package(1), run(1)).await.expect("promote"));
        assert_idle(&queue).await;
        assert!(delivery.extend().await.expect("extend"));
    }
    delivery.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
    // Nothing about the job remains after its end.
    push(&queue, [(1, Lane::Standard)]).await;
    take(&queue.worker).await.release().await.expect("release");
    assert_eq!(drain(&queue, &[Lane::Premium]).await, []);
    assert_eq!(drain(&queue, &[Lane::Standard]).await, [package(1)]);
}

/// 4: a job that was promoted during a delivery waits in the premium lane after its release.
pub async fn a_job_promoted_during_its_delivery_is_released_to_the_premium_lane(queue: QueueUnderTest) {
    use Lane::{Premium, Standard};
    push(&queue, [(1, Standard), (2, Premium), (3, Standard)]).await;
    let standard = queue.worker.next(&[Standard], TIMEOUT).await.expect("next");
    assert!(queue.server.promote(package(1), run(1)).await.expect("promote"));
    standard.expect("a job").release().await.expect("release");
    for expected in [2, 1] {
        let premium = queue.other.next(&[Premium], TIMEOUT).await.expect("next");
        let premium = premium.expect("a job");
        assert_eq!(
            (premium.job().package, premium.job().lane),
            (package(expected), Premium)
        );
        assert_eq!(premium.job().link, job(expected, Premium).link);
        assert!(premium.extend().await.expect("extend"));
        premium.acknowledge().await.expect("acknowledge");
    }
    assert_eq!(drain(&queue, ALL).await, [package(3)]);
    assert_idle(&queue).await;
}

/// 4: a job that was promoted during a delivery waits in the premium lane after its lease ends.
pub async fn a_job_promoted_during_its_delivery_expires_to_the_premium_lane(queue: QueueUnderTest) {
    push(&queue, [(1, Lane::Standard)]).await;
    let silent = take(&queue.worker).await;
    assert!(queue.server.promote(package(1), run(1)).await.expect("promote"));
    let again = queue.other.next(&[Lane::Premium], TIMEOUT).await.expect("next");
    let again = again.expect("a job");
    assert_eq!((again.job().package, again.job().lane), (package(1), Lane::Premium));
    assert!(!silent.extend().await.expect("extend"));
    silent.release().await.expect("release");
    again.acknowledge().await.expect("acknowledge");
    assert_idle(&queue).await;
}
