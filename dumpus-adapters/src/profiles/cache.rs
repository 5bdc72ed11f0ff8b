//! Answers kept in memory; concurrent look-ups of one id share one request.

use std::future::Future;
use std::time::{Duration, Instant};

use dumpus_ports::profiles::ProfileError;
use moka::Expiry;
use moka::future::Cache as Entries;
use moka::policy::EvictionPolicy;

/// What a look-up returns.
pub(super) type Answer<V> = Result<Option<V>, ProfileError>;

/// A bounded cache of answers by id, those that found nothing included. Errors are not kept.
pub(super) struct Cache<V>(Entries<u64, Option<V>>);

/// How long answers are kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetimes {
    pub(super) found: Duration,
    pub(super) absent: Duration,
}

impl<V> Expiry<u64, Option<V>> for Lifetimes {
    fn expire_after_create(&self, _: &u64, answer: &Option<V>, _: Instant) -> Option<Duration> {
        Some(if answer.is_some() { self.found } else { self.absent })
    }

    fn expire_after_update(&self, id: &u64, answer: &Option<V>, now: Instant, _: Option<Duration>) -> Option<Duration> {
        self.expire_after_create(id, answer, now)
    }
}

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    pub(super) fn new(capacity: usize, lifetimes: Lifetimes) -> Self {
        let entries = Entries::builder()
            .max_capacity(capacity as u64)
            // The default policy turns new keys away when the cache is full.
            .eviction_policy(EvictionPolicy::lru())
            .expire_after(lifetimes);
        Self(entries.build())
    }

    /// The kept answer, the one that another caller is waiting for, or that of `fetch`.
    pub(super) async fn get(&self, id: u64, fetch: impl Future<Output = Answer<V>> + Send + 'static) -> Answer<V> {
        if let Some(kept) = self.0.get(&id).await {
            return Ok(kept);
        }
        let entries = self.0.clone();
        // In a task, so that the request completes for the other callers when this one is cancelled.
        match tokio::spawn(async move { entries.try_get_with(id, fetch).await }).await {
            Ok(answer) => answer.map_err(|error| ProfileError::clone(&error)),
            Err(_panic) => Err(ProfileError::Unavailable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Notify;
    use tokio::task::yield_now;

    const LONG: Lifetimes = Lifetimes {
        found: Duration::from_hours(24),
        absent: Duration::from_mins(10),
    };

    /// Answers with the number of earlier requests, when it may.
    #[derive(Clone, Default)]
    struct Upstream {
        asked: Arc<AtomicUsize>,
        may_answer: Arc<Notify>,
    }

    impl Upstream {
        fn asked(&self) -> usize {
            self.asked.load(Ordering::SeqCst)
        }

        async fn ask(self, answer: Answer<usize>) -> Answer<usize> {
            let number = self.asked.fetch_add(1, Ordering::SeqCst);
            answer.map(|value| value.map(|_| number))
        }

        async fn ask_slowly(self) -> Answer<usize> {
            let number = self.asked.fetch_add(1, Ordering::SeqCst);
            self.may_answer.notified().await;
            Ok(Some(number))
        }
    }

    #[tokio::test]
    async fn concurrent_look_ups_make_one_request() {
        let (cache, upstream) = (Cache::new(10, LONG), Upstream::default());
        let ask = || cache.get(7, upstream.clone().ask_slowly());
        upstream.may_answer.notify_one();
        let (a, b, c) = tokio::join!(ask(), ask(), ask());
        assert_eq!([&a, &b, &c], [&Ok(Some(0)); 3]);
        assert_eq!(ask().await, Ok(Some(0)));
        assert_eq!(upstream.asked(), 1);
    }

    #[tokio::test]
    async fn a_cancelled_caller_takes_nothing_from_the_others() {
        let (cache, upstream) = (Cache::new(10, LONG), Upstream::default());
        let ask = || cache.get(7, upstream.clone().ask_slowly());
        tokio::select! {
            biased;
            _ = ask() => panic!("the request is not answered yet"),
            () = async { while upstream.asked() == 0 { yield_now().await } } => {}
        }
        upstream.may_answer.notify_one();
        assert_eq!(ask().await, Ok(Some(0)));
        assert_eq!(upstream.asked(), 1);
    }

    #[test]
    fn lifetimes_depend_on_whether_something_was_found() {
        let now = Instant::now();
        assert_eq!(LONG.expire_after_create(&7, &Some(0), now), Some(LONG.found));
        assert_eq!(LONG.expire_after_create(&7, &None::<usize>, now), Some(LONG.absent));
        // Keeping an answer again, for example just after it expired, starts its time again.
        let rest = Some(Duration::from_secs(1));
        assert_eq!(LONG.expire_after_update(&7, &Some(0), now, rest), Some(LONG.found));
        // Being read does not prolong it.
        assert_eq!(LONG.expire_after_read(&7, &Some(0), now, rest, now), rest);
    }

    #[tokio::test]
    async fn an_answer_is_fetched_again_after_its_lifetime() {
        let lifetimes = Lifetimes {
            found: LONG.found,
            absent: Duration::ZERO,
        };
        let (cache, upstream) = (Cache::new(10, lifetimes), Upstream::default());
        let ask = |answer| cache.get(7, upstream.clone().ask(answer));
        assert_eq!(ask(Ok(None)).await, Ok(None));
        assert_eq!(ask(Ok(None)).await, Ok(None));
        assert_eq!(upstream.asked(), 2);
        assert_eq!(ask(Ok(Some(0))).await, Ok(Some(2)));
        assert_eq!(ask(Ok(Some(0))).await, Ok(Some(2)));
        assert_eq!(upstream.asked(), 3);
    }

    #[tokio::test]
    async fn errors_are_not_kept() {
        let (cache, upstream) = (Cache::new(10, LONG), Upstream::default());
        let ask = |answer| cache.get(7, upstream.clone().ask(answer));
        let error = Err(ProfileError::Unavailable);
        assert_eq!(ask(error.clone()).await, error);
        assert_eq!(ask(Ok(Some(0))).await, Ok(Some(1)));
    }

    #[tokio::test]
    async fn a_request_that_panics_leaves_nobody_waiting() {
        let cache: Cache<usize> = Cache::new(10, LONG);
        let panicking = async { panic!("a defect") };
        assert_eq!(cache.get(7, panicking).await, Err(ProfileError::Unavailable));
        let upstream = Upstream::default();
        assert_eq!(cache.get(7, upstream.ask(Ok(Some(0)))).await, Ok(Some(0)));
    }

    #[tokio::test]
    async fn the_oldest_answers_make_room() {
        let (cache, upstream) = (Cache::new(3, LONG), Upstream::default());
        for id in [1, 2, 3, 4, 5, 5, 4] {
            cache.get(id, upstream.clone().ask(Ok(Some(0)))).await.unwrap();
            cache.0.run_pending_tasks().await;
        }
        let mut ids: Vec<_> = cache.0.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        assert_eq!(ids, [3, 4, 5]);
        assert_eq!(upstream.asked(), 5);
    }
}
