//! How fast an account may be asked: a bucket for each operation and one for all of them, shared by
//! whoever asks, and made smaller when the account says so.
//!
//! docs.stripe.com/rate-limits (2026-11): 25 requests a second for each operation, where listing and
//! retrieving are two; 100 in all in live mode and 25 in a sandbox. A 429 names its reason.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The pause after a refusal; it doubles while refusals follow, up to the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);
/// So many answers in a row let the rate grow again.
const CALM: u32 = 40;
/// The longest that a refusal may ask to wait: one vendor bars an address for a minute.
const ASKED: Duration = Duration::from_secs(90);
/// The least a second, however often it is refused.
const LEAST: f64 = 1.0;
/// The most requests to one operation at once, which a refusal for concurrency halves.
const AT_ONCE: u32 = 24;

/// The paces of the accounts of a run, by base and key.
#[derive(Clone, Default)]
pub struct Paces(Arc<Mutex<BTreeMap<u64, Arc<Pace>>>>);
impl Paces {
    /// The pace of this account: the same for all who ask. `per_second` is for each operation, `in_all`
    /// for all of them; from 1000 on nothing is held back.
    #[must_use]
    pub fn of(&self, account: u64, per_second: u32, in_all: u32) -> Arc<Pace> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(account).or_insert_with(|| Arc::new(Pace::new(per_second, in_all))))
    }
}

/// The pace of one account.
pub struct Pace {
    each: f64,
    state: Mutex<State>,
}
struct State {
    all: Bucket,
    of: BTreeMap<String, Bucket>,
}
/// A bucket that holds a single token: nobody saves up for a burst.
#[derive(Clone, Debug)]
struct Bucket {
    full: f64,
    rate: f64,
    next: Instant,
    until: Instant,
    pause: Duration,
    calm: u32,
    open: u32,
    most: u32,
}
impl Bucket {
    fn new(rate: f64, most: u32, now: Instant) -> Self {
        Self { full: rate, rate, next: now, until: now, pause: PAUSE, calm: 0, open: 0, most }
    }
    fn step(&self) -> Duration {
        if self.rate >= 1000.0 { Duration::ZERO } else { Duration::from_secs_f64(1.0 / self.rate) }
    }
    fn ready(&self) -> Instant {
        self.next.max(self.until)
    }
    fn take(&mut self, now: Instant) {
        // A timer that fires late is made up for by one token, so that the rate is what it is said to be.
        let step = self.step();
        self.next = (self.next + step).max(now);
        self.open += 1;
    }
    fn refused(&mut self, now: Instant, slower: bool, wait: Option<Duration>) {
        // Requests that were on their way are refused for the same reason, and it is one refusal.
        if now < self.until {
            return;
        }
        self.calm = 0;
        self.until = now + wait.map_or(self.pause, |w| w.min(ASKED));
        self.pause = (self.pause * 2).min(LONGEST);
        if slower {
            self.rate = (self.rate / 2.0).max(LEAST);
        }
    }
    fn answered(&mut self) {
        self.calm += 1;
        if self.calm >= CALM {
            self.calm = 0;
            self.pause = PAUSE;
            self.rate = (self.rate * 1.25).min(self.full);
            self.most = (self.most + 1).min(AT_ONCE);
        }
    }
}

/// Why an account refused, as its header `Stripe-Rate-Limited-Reason` says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Reason {
    Global,
    GlobalConcurrency,
    Endpoint,
    EndpointConcurrency,
    Resource,
}
impl Reason {
    /// What is not said is taken for the operation's own limit, the lowest of them.
    fn of(word: Option<&str>) -> Self {
        match word {
            Some("global-rate") => Self::Global,
            Some("global-concurrency") => Self::GlobalConcurrency,
            Some("endpoint-concurrency") => Self::EndpointConcurrency,
            Some("resource-specific") => Self::Resource,
            _ => Self::Endpoint,
        }
    }
}

/// Leave to ask, given back when it is dropped.
pub struct Leave<'a> {
    pace: &'a Pace,
    operation: String,
}
impl Leave<'_> {
    /// Notes that the account refused: the reason it gave and how long it asked to wait.
    pub fn refused(&self, reason: Option<&str>, wait: Option<Duration>) {
        self.pace.refused(&self.operation, Instant::now(), reason, wait);
    }
    /// Notes an answer.
    pub fn answered(&self) {
        let mut state = self.pace.state();
        state.all.answered();
        if let Some(bucket) = state.of.get_mut(&self.operation) {
            bucket.answered();
        }
    }
}
impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        state.all.open = state.all.open.saturating_sub(1);
        if let Some(bucket) = state.of.get_mut(&self.operation) {
            bucket.open = bucket.open.saturating_sub(1);
        }
    }
}

impl Pace {
    fn new(per_second: u32, in_all: u32) -> Self {
        let each = f64::from(per_second.max(1));
        let all = if per_second >= 1000 { each } else { f64::from(in_all).max(each) };
        Self {
            each,
            state: Mutex::new(State { all: Bucket::new(all, 4 * AT_ONCE, Instant::now()), of: BTreeMap::new() }),
        }
    }
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Waits until this operation may be asked.
    pub async fn leave(&self, path: &str) -> Leave<'_> {
        loop {
            match self.at(path, Instant::now()) {
                Ok(leave) => return leave,
                Err(then) => tokio::time::sleep_until(then).await,
            }
        }
    }
    /// Leave at this moment, or when to ask again.
    fn at(&self, path: &str, now: Instant) -> Result<Leave<'_>, Instant> {
        let operation = operation(path);
        let mut state = self.state();
        let (all, room) = (state.all.ready(), state.all.open < state.all.most);
        let fresh = || Bucket::new(self.each, AT_ONCE, now);
        let bucket = state.of.entry(operation.clone()).or_insert_with(fresh);
        let ready = bucket.ready().max(all);
        let room = room && bucket.open < bucket.most;
        if ready > now || !room {
            // A place comes free with an answer, of which nobody knows the time.
            return Err(if room { ready } else { ready.max(now + Duration::from_millis(5)) });
        }
        bucket.take(now);
        state.all.take(now);
        drop(state);
        Ok(Leave { pace: self, operation })
    }
    fn refused(&self, operation: &str, now: Instant, reason: Option<&str>, wait: Option<Duration>) {
        let mut state = self.state();
        let reason = Reason::of(reason);
        if matches!(reason, Reason::Global | Reason::GlobalConcurrency) {
            let bucket = &mut state.all;
            bucket.refused(now, reason == Reason::Global, wait);
            if reason == Reason::GlobalConcurrency {
                bucket.most = (bucket.most / 2).max(1);
            }
        } else if let Some(bucket) = state.of.get_mut(operation) {
            bucket.refused(now, reason == Reason::Endpoint, wait);
            if reason == Reason::EndpointConcurrency {
                bucket.most = (bucket.most / 2).max(1);
            }
        }
    }
}
/// What has a limit of its own: the path, where an id in it stands for any.
fn operation(path: &str) -> String {
    let mut parts = path.trim_matches('/').split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("v2"), Some(a), Some(b)) => format!("v2/{a}/{b}"),
        (Some(v), Some(kind), None) => format!("{v}/{kind}"),
        (Some(v), Some(kind), Some(_)) => format!("{v}/{kind}/:id"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that is set and not waited for.
    struct Clock {
        pace: Pace,
        began: Instant,
        now: Instant,
    }
    impl Clock {
        fn new(per_second: u32, in_all: u32) -> Self {
            let pace = Pace::new(per_second, in_all);
            let now = Instant::now();
            Self { pace, began: now, now }
        }
        fn take(&mut self, path: &str) {
            for _ in 0..10_000 {
                match self.pace.at(path, self.now) {
                    Ok(leave) => return drop(leave),
                    Err(then) => self.now = then,
                }
            }
            panic!("no leave for {path}");
        }
        /// How many milliseconds it is until so many more have been asked.
        fn ms(&mut self, path: &str, count: usize) -> u128 {
            let began = self.now;
            (0..count).for_each(|_| self.take(path));
            (self.now - began).as_millis()
        }
        fn refused(&mut self, reason: Option<&str>, wait: Option<Duration>) {
            self.take(LIST);
            self.pace.refused("v1/subscriptions", self.now, reason, wait);
        }
    }
    const LIST: &str = "/v1/subscriptions";

    #[test]
    fn each_operation_has_its_rate_and_all_have_one() {
        let mut live = Clock::new(24, 90);
        let one = live.ms(LIST, 49);
        assert!((1990..2050).contains(&one), "{one}");
        let paths =
            ["/v1/subscriptions/sub_1", "/v1/customers", "/v1/events", "/v1/invoices", "/v1/refunds", "/v1/disputes"];
        let began = live.now;
        (0..30).for_each(|_| paths.iter().for_each(|p| live.take(p)));
        let all = (live.now - began).as_millis();
        assert!((1950..2300).contains(&all), "180 requests at 90 a second: {all}");
        let mut sandbox = Clock::new(24, 24);
        (0..24).for_each(|_| ["/v1/a", "/v1/b"].iter().for_each(|p| sandbox.take(p)));
        assert!((sandbox.now - sandbox.began).as_millis() >= 1900, "a sandbox has one limit for all");
        assert_eq!(Clock::new(1000, 90).ms(LIST, 500), 0);
    }

    #[test]
    fn a_refusal_is_obeyed_by_its_reason() {
        let after = |reason: &str, path: &str| {
            let mut clock = Clock::new(24, 90);
            clock.refused(Some(reason), None);
            clock.ms(path, 13)
        };
        assert!(after("endpoint-rate", LIST) >= 500 + 11 * 83, "half the rate after a pause");
        assert!(after("endpoint-rate", "/v1/customers") < 550, "and nobody else's");
        assert!(after("global-rate", "/v1/customers") >= 500);
        let resource = after("resource-specific", LIST);
        assert!((500..1100).contains(&resource), "a pause and the same rate: {resource}");
        let mut clock = Clock::new(24, 90);
        clock.refused(None, Some(Duration::from_secs(3)));
        assert!(clock.ms(LIST, 1) >= 3000, "as long as it asks for");
    }

    #[test]
    fn a_refusal_for_concurrency_leaves_fewer_at_once_and_never_none() {
        let mut clock = Clock::new(1000, 90);
        for _ in 0..6 {
            clock.refused(Some("endpoint-concurrency"), None);
            clock.now += LONGEST;
        }
        let one = clock.pace.at(LIST, clock.now).ok();
        assert!(one.is_some() && clock.pace.at(LIST, clock.now).is_err());
        drop(one);
        assert!(clock.pace.at(LIST, clock.now).is_ok());
    }

    #[test]
    fn the_rate_comes_back_when_it_is_calm() {
        let mut clock = Clock::new(24, 90);
        clock.refused(None, None);
        for _ in 0..200 {
            clock.take(LIST);
            clock.pace.at("/v1/x", clock.now).ok();
            let mut state = clock.pace.state();
            state.of.get_mut("v1/subscriptions").unwrap().answered();
        }
        assert!(clock.ms(LIST, 24) < 1100);
    }
}
