//! Answers in memory, and look-ups that wait for each other.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dumpus_ports::profiles::ProfileError;
use tokio::sync::watch;
use tokio::time::Instant;

/// What a look-up gives.
pub(super) type Answer<V> = Result<Option<V>, ProfileError>;

/// Keeps answers by id, at most so many, and asks once for what many want.
pub(super) struct Cache<V> {
    state: Mutex<State<V>>,
    capacity: usize,
    /// How long what was found is kept, and that nothing was found.
    lifetimes: (Duration, Duration),
}

struct State<V> {
    kept: HashMap<u64, Kept<V>>,
    /// Ids by age of their answers.
    ages: BTreeMap<u64, u64>,
    next_age: u64,
    pending: HashMap<u64, watch::Receiver<Option<Answer<V>>>>,
}

struct Kept<V> {
    value: Option<V>,
    until: Instant,
    age: u64,
}

impl<V: Clone + Send + Sync + 'static> Cache<V> {
    pub(super) fn new(capacity: usize, lifetimes: (Duration, Duration)) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                kept: HashMap::new(),
                ages: BTreeMap::new(),
                next_age: 0,
                pending: HashMap::new(),
            }),
            capacity,
            lifetimes,
        })
    }

    /// The kept answer, the one that is on its way, or a new one. Whoever asks may leave; the others get theirs.
    pub(super) async fn get<F>(self: &Arc<Self>, id: u64, fetch: impl FnOnce() -> F) -> Answer<V>
    where
        F: Future<Output = Answer<V>> + Send + 'static,
    {
        let mut coming = {
            let mut state = self.lock();
            if let Some(kept) = state.kept.get(&id).filter(|kept| kept.until > Instant::now()) {
                return Ok(kept.value.clone());
            }
            if let Some(coming) = state.pending.get(&id) {
                coming.clone()
            } else {
                let (told, coming) = watch::channel(None);
                state.pending.insert(id, coming.clone());
                let (guard, fetching) = (Pending(self.clone(), id), fetch());
                tokio::spawn(async move {
                    let answer = fetching.await;
                    guard.0.keep(id, &answer);
                    drop(guard);
                    told.send_replace(Some(answer));
                });
                coming
            }
        };
        let answer = coming.wait_for(Option::is_some).await;
        match answer.as_deref() {
            Ok(Some(answer)) => answer.clone(),
            // The one who asked has panicked.
            Ok(None) | Err(_) => Err(ProfileError::Unavailable),
        }
    }

    fn keep(&self, id: u64, answer: &Answer<V>) {
        let Ok(value) = answer else { return };
        let lifetime = if value.is_some() {
            self.lifetimes.0
        } else {
            self.lifetimes.1
        };
        let mut state = self.lock();
        let age = state.next_age;
        state.next_age += 1;
        let kept = Kept {
            value: value.clone(),
            until: Instant::now() + lifetime,
            age,
        };
        if let Some(former) = state.kept.insert(id, kept) {
            state.ages.remove(&former.age);
        }
        state.ages.insert(age, id);
        while state.kept.len() > self.capacity {
            let Some((_, oldest)) = state.ages.pop_first() else {
                break;
            };
            state.kept.remove(&oldest);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look-up on its way; forgotten also when it panics.
struct Pending<V: Clone + Send + Sync + 'static>(Arc<Cache<V>>, u64);

impl<V: Clone + Send + Sync + 'static> Drop for Pending<V> {
    fn drop(&mut self) {
        self.0.lock().pending.remove(&self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::time::{advance, sleep};

    const DAY: Duration = Duration::from_hours(24);
    const MINUTES: Duration = Duration::from_mins(10);

    /// Answers with how often it was asked.
    #[derive(Clone, Default)]
    struct Counter(Arc<AtomicUsize>);

    impl Counter {
        fn asked(&self) -> usize {
            self.0.load(Ordering::SeqCst)
        }

        async fn ask(self, answer: Answer<usize>) -> Answer<usize> {
            let number = self.0.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_millis(10)).await;
            answer.map(|value| value.map(|_| number))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_at_once_make_one_request() {
        let (cache, counter) = (Cache::new(10, (DAY, MINUTES)), Counter::default());
        let ask = || cache.get(7, || counter.clone().ask(Ok(Some(0))));
        let (a, b, c) = tokio::join!(ask(), ask(), ask());
        assert_eq!([&a, &b, &c], [&Ok(Some(0)); 3]);
        assert_eq!(ask().await, Ok(Some(0)));
        assert_eq!(counter.asked(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_leaves_takes_nothing_from_the_others() {
        let (cache, counter) = (Cache::new(10, (DAY, MINUTES)), Counter::default());
        let ask = || cache.get(7, || counter.clone().ask(Ok(Some(0))));
        let left = tokio::time::timeout(Duration::from_millis(1), ask()).await;
        assert!(left.is_err());
        assert_eq!(ask().await, Ok(Some(0)));
        assert_eq!(counter.asked(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn answers_live_as_long_as_they_should() {
        let (cache, counter) = (Cache::new(10, (DAY, MINUTES)), Counter::default());
        let ask = |answer| cache.get(7, || counter.clone().ask(answer));
        assert_eq!(ask(Ok(None)).await, Ok(None));
        advance(MINUTES.saturating_sub(Duration::from_secs(1))).await;
        assert_eq!(ask(Ok(Some(0))).await, Ok(None));
        advance(Duration::from_secs(2)).await;
        assert_eq!(ask(Ok(Some(0))).await, Ok(Some(1)));
        advance(DAY.saturating_sub(Duration::from_secs(1))).await;
        assert_eq!(ask(Ok(None)).await, Ok(Some(1)));
        advance(Duration::from_secs(2)).await;
        assert_eq!(ask(Ok(None)).await, Ok(None));
    }

    #[tokio::test(start_paused = true)]
    async fn errors_are_not_kept() {
        let (cache, counter) = (Cache::new(10, (DAY, MINUTES)), Counter::default());
        let ask = |answer| cache.get(7, || counter.clone().ask(answer));
        let trouble = Err(ProfileError::Unavailable);
        assert_eq!(ask(trouble.clone()).await, trouble);
        assert_eq!(ask(Ok(Some(0))).await, Ok(Some(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_panics_leaves_nobody_waiting() {
        let cache: Arc<Cache<usize>> = Cache::new(10, (DAY, MINUTES));
        let panicking = || async { panic!("a defect") };
        assert_eq!(cache.get(7, panicking).await, Err(ProfileError::Unavailable));
        let counter = Counter::default();
        assert_eq!(cache.get(7, || counter.clone().ask(Ok(Some(0)))).await, Ok(Some(0)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_answers_make_room() {
        let (cache, counter) = (Cache::new(3, (DAY, MINUTES)), Counter::default());
        for id in [1, 2, 3, 4, 5, 5, 4] {
            cache.get(id, || counter.clone().ask(Ok(Some(0)))).await.unwrap();
        }
        let state = cache.lock();
        let mut ids: Vec<_> = state.kept.keys().copied().collect();
        ids.sort_unstable();
        assert_eq!(ids, [3, 4, 5]);
        assert_eq!((state.ages.len(), state.pending.len()), (3, 0));
        assert_eq!(counter.asked(), 5);
    }
}
