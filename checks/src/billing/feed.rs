//! Stripe's lists and single objects as feeds: what to ask next, how fast, and when to give up.
//!
//! A feed never assumes an order of identifiers, paces itself below the account's limit and backs
//! off when told to; how long it may take is for whoever drives it.

use super::stripe::{Listed, Lookup, Registered, Retrieved, Sub};
use crate::vocab::{Cause, Feed, Missing, Next, Observed};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    marker::PhantomData,
};

/// Requests a second to one of Stripe's endpoints: one below the documented limit of 25
/// (docs.stripe.com/rate-limits, 2026-11).
pub const PER_SECOND: u32 = 24;

/// One GET to the API.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct ApiRequest {
    /// The path, from the base on.
    pub path: String,
    /// The query.
    pub query: Vec<(String, String)>,
}

/// A token bucket without a burst, and the pause after "too many requests"; in milliseconds.
#[derive(Debug)]
pub(super) struct Pace {
    /// In microseconds, as the step is: 24 a second are no whole number of milliseconds.
    next: u64,
    step: u64,
    backoff: u64,
    /// Until when an earlier refusal holds: those of requests that were on their way are the same.
    slow: u64,
}
impl Pace {
    const FIRST_PAUSE_MS: u64 = 500;
    const LONGEST_PAUSE_MS: u64 = 8000;
    pub(super) fn new(per_second: u32) -> Self {
        let step = u64::from(1_000_000 / per_second.max(1));
        Self { next: 0, step, backoff: Self::FIRST_PAUSE_MS, slow: 0 }
    }
    pub(super) const fn ready(&self, now_ms: u64) -> bool {
        now_ms * 1000 >= self.next
    }
    /// When the next request may be sent.
    pub(super) const fn next(&self) -> u64 {
        self.next.div_ceil(1000)
    }
    pub(super) fn sent(&mut self, now_ms: u64) {
        // A timer that fires late is made up for, and no more: a pause is not followed by a burst.
        self.next = (self.next + self.step).max(now_ms * 1000);
    }
    pub(super) fn slowed(&mut self, now_ms: u64) {
        if now_ms < self.slow {
            return;
        }
        self.slow = now_ms + self.backoff;
        self.next = self.next.max(self.slow * 1000);
        self.backoff = (self.backoff * 2).min(Self::LONGEST_PAUSE_MS);
    }
    pub(super) fn went_well(&mut self) {
        self.backoff = Self::FIRST_PAUSE_MS;
    }
}

/// A list, page by page.
#[derive(Debug)]
pub struct Listing<T> {
    pace: Pace,
    request: ApiRequest,
    waiting: bool,
    asked: u32,
    firsts: HashSet<Box<str>>,
    done: Option<Vec<Cause>>,
    pages: u32,
    what: PhantomData<fn() -> T>,
}
impl<T: Listed> Listing<T> {
    /// The list of these objects, from its start.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        let mut query: Vec<(String, String)> = T::QUERY.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        query.push((T::LIMIT.0.into(), T::LIMIT.1.into()));
        Self::at(ApiRequest { path: T::PATH.into(), query }, per_second)
    }
    fn at(request: ApiRequest, per_second: u32) -> Self {
        Self {
            pace: Pace::new(per_second),
            request,
            waiting: false,
            asked: 0,
            firsts: HashSet::new(),
            done: None,
            pages: u32::MAX,
            what: PhantomData,
        }
    }
    /// The same list with more parameters (`created[gte]`, `status` …).
    #[must_use]
    pub fn with(mut self, parameters: &[(&str, &str)]) -> Self {
        self.request.query.retain(|(k, _)| k.ends_with("[]") || !parameters.iter().any(|(p, _)| p == k));
        self.request.query.extend(parameters.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        self
    }
    /// The same list, ended after so many pages; what lies behind them is then a gap.
    #[must_use]
    pub const fn at_most(mut self, pages: u32) -> Self {
        self.pages = pages;
        self
    }
    /// Reads a page and says what comes after it, or why there is no more.
    fn read(&mut self, body: &[u8], out: &mut dyn FnMut(T)) -> Result<bool, Cause> {
        let page = T::page(body)?;
        let Some(first) = page.data.first() else { return Ok(false) };
        // A server that does not know the cursor and starts again would never end.
        if !self.firsts.insert(first.id().into()) {
            return Err(Cause::Parse("the list repeats itself: a page began as an earlier one did".into()));
        }
        let last = page.data.last().map(|o| o.id().to_owned());
        page.data.into_iter().for_each(out);
        if let Some(next) = page.next {
            self.request = following(&self.request.path, &next)?;
            return Ok(true);
        }
        if page.has_more
            && let Some(last) = last
        {
            self.request.query.retain(|(k, _)| k != "starting_after");
            self.request.query.push(("starting_after".into(), last));
            return Ok(true);
        }
        Ok(false)
    }
}
impl Listing<Registered> {
    /// The event destinations of version 2 of the API: the same places under other ids, and the
    /// event buses of clouds. Their URLs are only there when asked for.
    #[must_use]
    pub fn destinations(per_second: u32) -> Self {
        let query = vec![("include[]".to_owned(), "webhook_endpoint.url".to_owned())];
        Self::at(ApiRequest { path: "/v2/core/event_destinations".into(), query }, per_second)
    }
}
/// The request behind a `next_page_url`, which may only lead on within the same list.
fn following(path: &str, next: &str) -> Result<ApiRequest, Cause> {
    let leads_away = || Cause::Parse("the list's next page leads elsewhere".into());
    let base = url::Url::parse("https://api.stripe.com").map_err(|_| leads_away())?;
    let url = base.join(next).map_err(|_| leads_away())?;
    if url.path() != path {
        return Err(leads_away());
    }
    Ok(ApiRequest { path: path.to_owned(), query: url.query_pairs().into_owned().collect() })
}

impl<T: Listed> Feed for Listing<T> {
    type Request = ApiRequest;
    type Item = T;
    fn poll(&mut self, now_ms: u64) -> Next<ApiRequest> {
        if let Some(gaps) = &self.done {
            return Next::Done(gaps.clone());
        }
        if self.waiting {
            return Next::WaitForAnswer;
        }
        if !self.pace.ready(now_ms) {
            return Next::WaitUntil(self.pace.next());
        }
        self.pace.sent(now_ms);
        self.waiting = true;
        self.asked += 1;
        Next::Send(self.asked, self.request.clone())
    }
    fn answer(&mut self, id: u32, now_ms: u64, page: Observed<Vec<u8>>, out: &mut dyn FnMut(T)) {
        if id != self.asked || !self.waiting {
            return;
        }
        self.waiting = false;
        match page.into_inner() {
            Ok(body) => match self.read(&body, out) {
                Ok(true) if self.asked >= self.pages => self.done = Some(vec![Cause::TooLarge]),
                Ok(true) => self.pace.went_well(),
                Ok(false) => self.done = Some(Vec::new()),
                Err(cause) => self.done = Some(vec![cause]),
            },
            Err(Missing::Unknown(Cause::RateLimited)) => self.pace.slowed(now_ms),
            Err(Missing::Unknown(cause)) => self.done = Some(vec![cause]),
            Err(Missing::NotConfigured(_)) => self.done = Some(Vec::new()),
        }
    }
}

/// Single objects by their ids, several at a time.
#[derive(Debug)]
pub struct Retrieval<T = Sub> {
    pace: Pace,
    left: VecDeque<Box<str>>,
    open: BTreeMap<u32, Box<str>>,
    asked: u32,
    gaps: BTreeSet<Cause>,
    fatal: bool,
    what: PhantomData<fn() -> T>,
}
impl<T: Retrieved> Retrieval<T> {
    /// Requests open at once: what 24 a second at 300 ms need.
    const AT_ONCE: usize = 9;

    /// Asks for each of these once, in this order.
    #[must_use]
    pub fn new(ids: impl IntoIterator<Item = Box<str>>, per_second: u32) -> Self {
        let mut seen = HashSet::new();
        Self {
            pace: Pace::new(per_second),
            left: ids.into_iter().filter(|id| seen.insert(id.clone())).collect(),
            open: BTreeMap::new(),
            asked: 0,
            gaps: BTreeSet::new(),
            fatal: false,
            what: PhantomData,
        }
    }
}
impl<T: Retrieved> Feed for Retrieval<T> {
    type Request = ApiRequest;
    type Item = (Box<str>, Lookup<T>);
    fn poll(&mut self, now_ms: u64) -> Next<ApiRequest> {
        if self.left.is_empty() && self.open.is_empty() {
            return Next::Done(self.gaps.iter().cloned().collect());
        }
        if self.left.is_empty() || self.open.len() >= Self::AT_ONCE {
            return Next::WaitForAnswer;
        }
        if !self.pace.ready(now_ms) {
            return Next::WaitUntil(self.pace.next());
        }
        let Some(id) = self.left.pop_front() else { return Next::WaitForAnswer };
        self.pace.sent(now_ms);
        self.asked += 1;
        // Ids come out of the user's database: whatever they hold stays within one segment.
        let segment: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        self.open.insert(self.asked, id);
        Next::Send(self.asked, ApiRequest { path: format!("{}{segment}", T::UNDER), query: Vec::new() })
    }
    fn answer(&mut self, id: u32, now_ms: u64, page: Observed<Vec<u8>>, out: &mut dyn FnMut(Self::Item)) {
        let Some(object) = self.open.remove(&id) else { return };
        match page.into_inner() {
            Ok(body) => match T::lookup(&body) {
                Ok(found) => {
                    self.pace.went_well();
                    out((object, found));
                }
                Err(cause) => {
                    self.gaps.insert(cause);
                }
            },
            Err(Missing::Unknown(Cause::RateLimited)) => {
                self.pace.slowed(now_ms);
                self.left.push_back(object);
            }
            Err(Missing::Unknown(cause)) => {
                // A key that was not accepted once will not be accepted the next time.
                self.fatal |= matches!(cause, Cause::Auth | Cause::Permission(_));
                self.gaps.insert(cause);
                if self.fatal {
                    self.left.clear();
                }
            }
            Err(Missing::NotConfigured(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: &[&str], more: bool) -> Observed<Vec<u8>> {
        let data: Vec<String> =
            ids.iter().map(|i| format!(r#"{{"id":"{i}","customer":"cus_1","status":"active"}}"#)).collect();
        Observed::known(format!(r#"{{"data":[{}],"has_more":{more}}}"#, data.join(",")).into_bytes())
    }

    /// Plays a feed on a clock of its own; returns the items, the gaps, the requests and the time.
    fn play<F: Feed<Request = ApiRequest>>(
        mut feed: F,
        mut answer: impl FnMut(&ApiRequest) -> Observed<Vec<u8>>,
    ) -> (Vec<F::Item>, Vec<Cause>, Vec<ApiRequest>, u64) {
        let (mut now, mut items, mut sent) = (0, Vec::new(), Vec::new());
        for _ in 0..10_000 {
            match feed.poll(now) {
                Next::Send(id, request) => {
                    now += 1;
                    let page = answer(&request);
                    sent.push(request);
                    feed.answer(id, now, page, &mut |i| items.push(i));
                }
                Next::WaitUntil(t) => now = t,
                Next::WaitForAnswer => panic!("nothing is open"),
                Next::Done(gaps) => return (items, gaps, sent, now),
            }
        }
        panic!("does not end");
    }

    #[test]
    fn pages_follow_the_last_id_whatever_the_order() {
        let (items, gaps, sent, _) = play(Listing::<Sub>::new(PER_SECOND), |r| {
            match r.query.iter().find(|(k, _)| k == "starting_after").map(|(_, v)| v.as_str()) {
                None => page(&["sub_9", "sub_2"], true),
                Some("sub_2") => page(&["sub_5"], false),
                other => panic!("{other:?}"),
            }
        });
        assert_eq!((items.len(), gaps.len(), sent.len()), (3, 0, 2));
        assert!(sent[0].query.contains(&("status".into(), "all".into())));
    }

    #[test]
    fn a_cursor_that_loops_ends_with_a_gap() {
        let (_, gaps, sent, _) = play(Listing::<Sub>::new(PER_SECOND), |_| page(&["sub_1", "sub_2"], true));
        assert!(matches!(gaps.as_slice(), [Cause::Parse(_)]));
        assert_eq!(sent.len(), 2);
    }

    #[test]
    fn too_many_requests_are_answered_by_waiting() {
        let mut tries = 0;
        let (items, gaps, _, ms) = play(Listing::<Sub>::new(PER_SECOND), |_| {
            tries += 1;
            if tries < 4 { Observed::unknown(Cause::RateLimited) } else { page(&["sub_1"], false) }
        });
        assert_eq!((items.len(), gaps.len()), (1, 0));
        assert!(ms >= 3500, "{ms}");
    }

    #[test]
    fn the_rate_is_held() {
        let ids = (0..48).map(|i| format!("sub_{i}").into_boxed_str());
        let gone = br#"{"error":{"code":"resource_missing","message":"No such subscription"}}"#;
        let (items, _, sent, ms) = play(Retrieval::<Sub>::new(ids, PER_SECOND), |_| Observed::known(gone.to_vec()));
        assert_eq!((items.len(), sent.len()), (48, 48));
        assert!(ms >= 47 * 41, "{ms}");
    }

    #[test]
    fn a_strange_id_stays_within_its_segment() {
        let (_, _, sent, _) =
            play(Retrieval::<Sub>::new(["sub_1/../../x?y".into()], PER_SECOND), |_| Observed::unknown(Cause::Timeout));
        assert!(!sent[0].path["/v1/subscriptions/".len()..].contains(['/', '?']), "{}", sent[0].path);
    }

    #[test]
    fn the_next_page_url_may_not_lead_away() {
        let first = r#"{"data":[{"id":"ed_1","status":"enabled"}],"next_page_url":"https://evil.example/v2/x"}"#;
        let (items, gaps, _, _) =
            play(Listing::destinations(PER_SECOND), |_| Observed::known(first.as_bytes().to_vec()));
        assert_eq!((items.len(), gaps.len()), (1, 1));
    }
}
