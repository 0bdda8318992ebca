//! What holds for every question: each is asked once, a limited number at a time and at one place,
//! within the timeout and the deadline, and counted.

use super::Ask;
use futures_util::future::FutureExt;
use launchcheck_checks::vocab::{Cause, Missing, Observed, Question};
use std::{
    collections::BTreeMap,
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{OnceCell, Semaphore, watch},
    time::Instant,
};

/// When the run ends. Interrupting a run moves it to now.
#[derive(Clone)]
pub struct Deadline {
    at: watch::Receiver<Instant>,
}
/// Moves the deadline.
pub struct Stopper(watch::Sender<Instant>);

impl Deadline {
    /// A deadline this far from now, and the handle that moves it.
    #[must_use]
    pub fn after(time: Duration) -> (Stopper, Self) {
        let (tx, rx) = watch::channel(Instant::now() + time);
        (Stopper(tx), Self { at: rx })
    }
    /// The time left.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.at.borrow().saturating_duration_since(Instant::now())
    }
    /// A deadline that comes when this one does, or after `time` from now where that is sooner.
    /// It follows when this one is moved.
    #[must_use]
    pub fn within(&self, time: Duration) -> Sooner {
        Sooner { outer: self.clone(), at: Instant::now() + time }
    }
    /// Waits for the deadline, wherever it is moved.
    pub async fn reached(&self) {
        let mut at = self.at.clone();
        loop {
            let end = *at.borrow_and_update();
            tokio::select! {
                () = tokio::time::sleep_until(end) => return,
                changed = at.changed() => if changed.is_err() {
                    tokio::time::sleep_until(end).await;
                    return;
                }
            }
        }
    }
}
/// A share of the run's time.
#[derive(Clone)]
pub struct Sooner {
    outer: Deadline,
    at: Instant,
}
impl Sooner {
    /// The time left.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.outer.left().min(self.at.saturating_duration_since(Instant::now()))
    }
    /// A part of this share.
    #[must_use]
    pub fn within(&self, time: Duration) -> Self {
        Self { outer: self.outer.clone(), at: self.at.min(Instant::now() + time) }
    }
    /// Waits for it.
    pub async fn reached(&self) {
        tokio::select! {
            () = tokio::time::sleep_until(self.at) => {}
            () = self.outer.reached() => {}
        }
    }
}
impl Stopper {
    /// Ends the run now: open questions become unknown, facts finish with gaps, the report prints.
    pub fn stop(&self) {
        self.0.send_replace(Instant::now());
    }
}

/// How often each kind of question was really asked, how often the run's own memory answered, and
/// who did not answer.
#[derive(Clone, Default, Debug)]
pub struct Counters {
    kinds: Arc<Mutex<BTreeMap<&'static str, Arc<Count>>>>,
    silences: Arc<Mutex<Silences>>,
}
/// Who did not answer and how, with how often.
pub type Silences = BTreeMap<(String, Cause), u64>;
/// One kind's counts.
#[derive(Default, Debug)]
pub struct Count {
    asked: AtomicU64,
    remembered: AtomicU64,
}
impl Counters {
    fn of(&self, kind: &'static str) -> Arc<Count> {
        Arc::clone(self.kinds.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default())
    }
    /// Counts questions of a kind that go past the layers (a vendor's pages, a database's queries).
    pub fn add(&self, kind: &'static str, n: u64) {
        self.of(kind).asked.fetch_add(n, Ordering::Relaxed);
    }
    /// Notes that somebody did not answer.
    pub fn silence(&self, place: impl Into<String>, cause: Cause) {
        let mut silences = self.silences.lock().unwrap_or_else(PoisonError::into_inner);
        *silences.entry((place.into(), cause)).or_default() += 1;
    }
    /// Who did not answer.
    #[must_use]
    pub fn silences(&self) -> Silences {
        self.silences.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// Kind, asked, answered again from memory.
    #[must_use]
    pub fn all(&self) -> Vec<(&'static str, u64, u64)> {
        let all = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().map(|(k, c)| (*k, c.asked.load(Ordering::Relaxed), c.remembered.load(Ordering::Relaxed))).collect()
    }
}

type Cell<Q> = Arc<OnceCell<Observed<<Q as Question>::Answer>>>;

/// Asks each question once; whoever asks it again waits for, or gets, the same answer.
pub struct Once<Q: Question, I> {
    inner: I,
    cells: Mutex<BTreeMap<Q, Cell<Q>>>,
    count: Arc<Count>,
    counters: Counters,
}
impl<Q: Question, I> Once<Q, I> {
    /// Around `inner`.
    pub fn new(inner: I, counters: &Counters) -> Self {
        Self { inner, cells: Mutex::default(), count: counters.of(Q::KIND), counters: counters.clone() }
    }
}
impl<Q: Question, I: Ask<Q>> Ask<Q> for Once<Q, I> {
    async fn ask(&self, question: &Q) -> Observed<Q::Answer> {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(question.clone()).or_default())
        };
        if cell.initialized() {
            self.count.remembered.fetch_add(1, Ordering::Relaxed);
        }
        cell.get_or_init(|| async {
            self.count.asked.fetch_add(1, Ordering::Relaxed);
            // Whoever might ask holds room for the whole future of asking, and most are answered from memory: in a
            // box it is there once, and only while it is asked.
            let answer = self.inner.ask(question).boxed().await;
            if let Err(Missing::Unknown(cause)) = answer.get() {
                self.counters.silence(question.place(), cause);
            }
            answer
        })
        .await
        .clone()
    }
}

/// The time that one piece of work may take.
#[derive(Clone)]
pub struct Bound {
    /// `--timeout`.
    pub timeout: Duration,
    /// `--deadline`.
    pub deadline: Deadline,
}
impl Bound {
    /// Runs work within the timeout and the deadline.
    pub async fn run<T>(&self, work: impl Future<Output = Observed<T>>) -> Observed<T> {
        tokio::select! {
            biased;
            answer = work => answer,
            () = self.deadline.reached() => Observed::unknown(Cause::Deadline),
            () = tokio::time::sleep(self.timeout) => Observed::unknown(Cause::Timeout),
        }
    }
}

/// Ends a question at the timeout or the deadline.
pub struct Bounded<I> {
    /// The layer below.
    pub inner: I,
    /// The time one question may take.
    pub time: Bound,
}
impl<Q: Question, I: Ask<Q>> Ask<Q> for Bounded<I> {
    async fn ask(&self, question: &Q) -> Observed<Q::Answer> {
        self.time.run(self.inner.ask(question)).await
    }
}

/// Lets so many questions run at one place at a time.
pub struct Limited<I> {
    inner: I,
    most: usize,
    places: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}
impl<I> Limited<I> {
    /// At most `most` at a place.
    pub const fn new(inner: I, most: usize) -> Self {
        Self { inner, most, places: Mutex::new(BTreeMap::new()) }
    }
}
impl<Q: Question, I: Ask<Q>> Ask<Q> for Limited<I> {
    async fn ask(&self, question: &Q) -> Observed<Q::Answer> {
        let gate = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(question.place()).or_insert_with(|| Arc::new(Semaphore::new(self.most))))
        };
        // A closed gate cannot happen (nobody closes it); asking without a permit is the safe reading.
        let _permit = gate.acquire().await;
        self.inner.ask(question).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use launchcheck_checks::{
        vocab::DomainName,
        wire::{DnsAnswer, DnsQuestion, RecordKind},
    };

    struct Slow(Duration);
    impl Ask<DnsQuestion> for Slow {
        async fn ask(&self, _: &DnsQuestion) -> Observed<DnsAnswer> {
            tokio::time::sleep(self.0).await;
            Observed::known(DnsAnswer::nodata())
        }
    }
    fn question() -> DnsQuestion {
        DnsQuestion::new(DomainName::parse("acme.test").unwrap(), RecordKind::A)
    }

    #[tokio::test]
    async fn a_question_is_asked_once_however_many_wait_for_it() {
        let counters = Counters::default();
        let once = Once::new(Slow(Duration::from_millis(5)), &counters);
        let q = question();
        let (a, b) = tokio::join!(once.ask(&q), once.ask(&q));
        once.ask(&q).await;
        assert_eq!(a, b);
        assert_eq!(counters.all(), [("lookups", 1, 1)]);
    }

    #[tokio::test]
    async fn stopping_ends_open_questions_as_unknown() {
        let (stopper, deadline) = Deadline::after(Duration::from_mins(1));
        let time = Bound { timeout: Duration::from_secs(50), deadline: deadline.clone() };
        let bounded = Bounded { inner: Slow(Duration::from_secs(50)), time };
        let q = question();
        let (answer, ()) = tokio::join!(bounded.ask(&q), async { stopper.stop() });
        assert_eq!(answer, Observed::unknown(Cause::Deadline));
        assert_eq!(deadline.left(), Duration::ZERO);
    }

    #[tokio::test]
    async fn silence_is_a_timeout() {
        let (_stopper, deadline) = Deadline::after(Duration::from_mins(1));
        let time = Bound { timeout: Duration::from_millis(5), deadline };
        let bounded = Bounded { inner: Slow(Duration::from_secs(50)), time };
        assert_eq!(bounded.ask(&question()).await, Observed::unknown(Cause::Timeout));
    }
}
