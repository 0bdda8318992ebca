//! A long list read in several places at once: ranges by the time of creation, of which an idle
//! worker takes half of what is left of the largest.
//!
//! It begins as the plain list does, page after page, and is divided only once it proves to be long.
//! Where the filter by time is not known, or the order is not what it should be, it goes on as a
//! plain list; what was handed out until then is handed out again, and is told by its id.

use super::{
    feed::{ApiRequest, Pace},
    stripe::{Listed, digest},
};
use crate::vocab::{Cause, Feed, Missing, Next, Observed};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    marker::PhantomData,
};

/// How many pages are read one after the other before the list is divided: most accounts have fewer.
const ALONE: u32 = 8;
/// Fewer objects than this are not worth dividing: two pages, of which one would be half empty.
const FEW: i64 = 250;
/// The most requests at once, whatever the latency, and where nothing limits the rate: more only hold
/// more pages in memory.
const MOST: usize = 24;
const UNLIMITED: (u32, usize) = (1000, 8);
/// A list that is told to be this long is divided from its first page on.
const LONG: u64 = 2000;
/// How often a page is asked for again that could not be read.
const AGAIN: u32 = 2;
/// Nothing in any account is older: the first public month of the service, 2011-09.
const BEGINNING: i64 = 1_314_835_200;

/// What comes out of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece<T> {
    /// An object. One that is handed out twice has the same id.
    One(T),
    /// All objects that were made from the first to the second time, both included, are handed out.
    Covered(i64, i64),
}

/// A part of the list that somebody reads from its newest end on.
#[derive(Debug)]
struct Span {
    /// The oldest time that belongs to it.
    low: i64,
    /// The newest; `None` is what is made while we read.
    high: Option<i64>,
    after: Option<Box<str>>,
    /// Down to where it was read.
    edge: i64,
    /// Objects in a thousand seconds, as far as was seen.
    dense: Option<i64>,
    /// How many objects it seems to hold still, where somebody told how many there are.
    left: Option<i64>,
    /// The digests of the pages' first ids, by which a cursor that loops is known.
    firsts: HashSet<u64>,
    tries: u32,
    state: State,
}
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Idle,
    Busy,
    Done,
}

/// A list by ranges of creation.
#[derive(Debug)]
pub struct Ranges<T> {
    pace: Pace,
    request: ApiRequest,
    now: i64,
    spans: Vec<Span>,
    /// Which span a request is for, when it was sent, and whether it names times of creation.
    open: BTreeMap<u32, (usize, u64, bool)>,
    asked: u32,
    read: u32,
    /// Answers are this slow, in milliseconds: a moving average.
    latency: u64,
    per_second: u32,
    failures: u32,
    /// Whether a page came that was asked for by times of creation.
    filters: bool,
    /// How many objects there seem to be; 0 where nobody knows.
    about: u64,
    objects: u64,
    plain: bool,
    gaps: BTreeSet<Cause>,
    what: PhantomData<fn() -> T>,
}
impl<T: Listed> Ranges<T> {
    /// The list as it stands at `now`, in seconds since 1970.
    #[must_use]
    pub fn new(per_second: u32, now: i64) -> Self {
        Self::without(per_second, now, &[])
    }
    /// The list without the parts that were read before: ranges of time, both ends included.
    #[must_use]
    pub fn without(per_second: u32, now: i64, covered: &[(i64, i64)]) -> Self {
        let mut query: Vec<(String, String)> = T::QUERY.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        query.push(("limit".into(), "100".into()));
        let mut new = Self {
            pace: Pace::new(per_second),
            request: ApiRequest { path: T::PATH.into(), query },
            now,
            spans: Vec::new(),
            open: BTreeMap::new(),
            asked: 0,
            read: 0,
            latency: 300,
            per_second,
            failures: 0,
            filters: false,
            about: 0,
            objects: 0,
            plain: false,
            gaps: BTreeSet::new(),
            what: PhantomData,
        };
        let mut covered: Vec<(i64, i64)> = covered.to_vec();
        covered.sort_unstable();
        let mut low = i64::MIN;
        for (from, to) in covered {
            if from > low {
                new.span(low, Some(from - 1));
            }
            low = low.max(to.saturating_add(1));
        }
        new.span(low, None);
        new
    }
    /// The same, told how many objects there seem to be: of a list that is nearly at its end no part is
    /// given away.
    #[must_use]
    pub fn about(mut self, objects: u64) -> Self {
        self.about = objects;
        if let Some(open) = self.spans.last_mut().filter(|_| objects > 0) {
            open.left = i64::try_from(objects).ok();
        }
        self
    }
    /// Whether so little is left, as far as was told, that it comes faster page after page.
    const fn is_nearly_done(&self) -> bool {
        self.objects <= self.about && self.about - self.objects < 1000
    }
    /// How many pages are read before the list is divided.
    const fn alone(&self) -> u32 {
        if self.about >= LONG { 1 } else { ALONE }
    }
    fn span(&mut self, low: i64, high: Option<i64>) {
        self.spans.push(Span {
            low,
            high,
            after: None,
            edge: high.unwrap_or(self.now),
            dense: None,
            left: None,
            firsts: HashSet::new(),
            tries: 0,
            state: State::Idle,
        });
    }
    /// Enough to be answered as fast as may be asked, and two for the ones that take longer.
    fn at_once(&self) -> usize {
        let wanted = u64::from(self.per_second) * self.latency / 1000 + 2;
        let most = if self.per_second >= UNLIMITED.0 { UNLIMITED.1 } else { MOST };
        usize::try_from(wanted).unwrap_or(most).min(most)
    }
    /// The span to ask next: one that waits, or half of the largest.
    fn next(&mut self) -> Option<usize> {
        if let Some(idle) = self.spans.iter().position(|s| s.state == State::Idle) {
            return Some(idle);
        }
        if self.plain || !T::BY_CREATION || self.read < self.alone() || self.is_nearly_done() {
            return None;
        }
        // Of an account that is younger than the service most of the time behind it holds nothing.
        let in_all = i64::try_from(self.about).ok().filter(|all| *all > 0);
        let in_all = in_all.map(|all| (all - i64::try_from(self.objects).unwrap_or(all)).max(2 * FEW));
        let expected = |s: &Span| {
            let Some(dense) = s.dense else { return 0 };
            let by_time = (s.edge - s.low.max(BEGINNING)).saturating_mul(dense) / 1000;
            let left = s.left.filter(|left| *left > 0);
            // Before a page of it came, the density is another's: without a number it is not cut again,
            // or what is empty would be cut for ever.
            if s.after.is_none() && left.is_none() && in_all.is_some() {
                return 0;
            }
            [left, in_all].into_iter().flatten().fold(by_time, i64::min)
        };
        let busy = self.spans.iter().enumerate().filter(|(_, s)| s.state == State::Busy);
        let (at, most) = busy.map(|(n, s)| (n, expected(s))).max_by_key(|(_, most)| *most)?;
        let span = &mut self.spans[at];
        let (low, bottom) = (span.low, span.low.max(BEGINNING));
        if most < FEW || span.edge - bottom < 2 {
            return None;
        }
        let dense = span.dense;
        let below = (most / 2).saturating_mul(1000) / dense.unwrap_or(1).max(1);
        let middle = (span.edge - below).clamp(bottom, span.edge - 2);
        let left = span.left.filter(|left| *left > 0);
        span.left = left.map(|left| left / 2);
        span.low = middle + 1;
        self.span(low, Some(middle));
        let new = self.spans.len() - 1;
        (self.spans[new].dense, self.spans[new].left) = (dense, left.map(|left| left - left / 2));
        Some(new)
    }
    fn ask(&self, span: &Span) -> ApiRequest {
        let mut request = self.request.clone();
        let mut put = |name: &str, value: String| request.query.push((name.to_owned(), value));
        if let Some(high) = span.high {
            put("created[lte]", high.to_string());
        }
        if span.low > i64::MIN {
            put("created[gte]", span.low.to_string());
        }
        if let Some(after) = &span.after {
            put("starting_after", after.to_string());
        }
        request
    }
    /// Begins again as a plain list.
    fn plainly(&mut self) {
        self.plain = true;
        self.open.clear();
        self.spans.clear();
        self.span(i64::MIN, None);
    }
    fn is_divided(&self) -> bool {
        self.spans.len() > 1 || self.spans.iter().any(|s| s.high.is_some() || s.low > i64::MIN)
    }
    fn page(&mut self, at: usize, body: &[u8], out: &mut dyn FnMut(Piece<T>)) -> Result<(), Cause> {
        let page = T::page(body)?;
        let times: Vec<Option<i64>> = page.data.iter().map(Listed::created).collect();
        let falls = times.iter().all(Option::is_some) && times.is_sorted_by(|a, b| a >= b);
        let (newest, oldest) = (times.first().copied().flatten(), times.last().copied().flatten());
        let span = &self.spans[at];
        let within = span.high.is_none_or(|high| newest.is_none_or(|t| t <= high));
        let trusted = falls && within;
        if !self.plain && !trusted {
            // The order, or the filter, is not what it was said to be.
            if self.is_divided() {
                self.plainly();
                return Ok(());
            }
            self.plain = true;
        }
        self.read += 1;
        self.objects += u64::try_from(page.data.len()).unwrap_or_default();
        let plain = self.plain;
        let span = &mut self.spans[at];
        span.tries = 0;
        let top = span.edge;
        if let Some(first) = page.data.first()
            && !span.firsts.insert(digest(first.id()))
        {
            return Err(Cause::Parse("the list repeats itself: a page began as an earlier one did".into()));
        }
        let last: Option<Box<str>> = page.data.last().map(|o| o.id().into());
        if let (Some(newest), Some(oldest)) = (newest, oldest) {
            let count = i64::try_from(page.data.len()).unwrap_or(i64::MAX);
            span.dense = Some((count * 1000 / (newest - oldest).max(1)).max(1));
            span.left = span.left.map(|left| left - count);
        }
        // What lies below the span was given to another.
        let low = span.low;
        page.data
            .into_iter()
            .filter(|o| plain || o.created().is_none_or(|t| t >= low))
            .for_each(|o| out(Piece::One(o)));
        match (last, oldest) {
            (Some(last), oldest) if page.has_more && (plain || oldest.is_none_or(|t| t >= low)) => {
                span.after = Some(last);
                span.state = State::Idle;
                if let Some(oldest) = oldest.filter(|_| !plain) {
                    span.edge = oldest;
                    if oldest < top {
                        out(Piece::Covered(oldest + 1, top));
                    }
                }
            }
            _ => {
                span.state = State::Done;
                span.firsts = HashSet::new();
                if !plain {
                    out(Piece::Covered(low, top));
                }
            }
        }
        Ok(())
    }
    /// A part that cannot be read. Some others are still tried: what was found stands.
    fn lost(&mut self, at: usize, cause: Cause) {
        self.spans[at].state = State::Done;
        self.failures += 1;
        if self.failures >= 3 || matches!(cause, Cause::Auth | Cause::Permission(_)) {
            self.open.clear();
            self.spans.iter_mut().for_each(|s| s.state = State::Done);
        }
        self.gaps.insert(cause);
    }
}

impl<T: Listed> Feed for Ranges<T> {
    type Request = ApiRequest;
    type Item = Piece<T>;
    fn poll(&mut self, now_ms: u64) -> Next<ApiRequest> {
        if self.open.is_empty() && self.spans.iter().all(|s| s.state == State::Done) {
            return Next::Done(self.gaps.iter().cloned().collect());
        }
        if self.open.len() >= self.at_once() {
            return Next::WaitForAnswer;
        }
        if !self.pace.ready(now_ms) {
            return Next::WaitUntil(self.pace.next());
        }
        let Some(at) = self.next() else { return Next::WaitForAnswer };
        self.pace.sent(now_ms);
        self.asked += 1;
        self.spans[at].state = State::Busy;
        let span = &self.spans[at];
        self.open.insert(self.asked, (at, now_ms, span.high.is_some() || span.low > i64::MIN));
        Next::Send(self.asked, self.ask(&self.spans[at]))
    }
    fn answer(&mut self, id: u32, now_ms: u64, page: Observed<Vec<u8>>, out: &mut dyn FnMut(Piece<T>)) {
        let Some((at, sent, filtered)) = self.open.remove(&id) else { return };
        self.latency = (self.latency * 7 + now_ms.saturating_sub(sent)) / 8;
        let cause = match page.into_inner() {
            Ok(body) => match self.page(at, &body, out) {
                Ok(()) => {
                    self.pace.went_well();
                    self.filters |= filtered;
                    return;
                }
                Err(cause) => cause,
            },
            Err(Missing::Unknown(Cause::RateLimited)) => {
                self.pace.slowed(now_ms);
                self.spans[at].state = State::Idle;
                return;
            }
            Err(Missing::Unknown(cause)) => cause,
            Err(Missing::NotConfigured(_)) => {
                self.spans[at].state = State::Done;
                return;
            }
        };
        let repeats = matches!(&cause, Cause::Parse(why) if why.as_str().starts_with("the list repeats"));
        let unread = matches!(cause, Cause::Parse(_)) && !repeats;
        let divided = self.is_divided();
        let span = &mut self.spans[at];
        if unread && span.tries < AGAIN {
            span.tries += 1;
            span.state = State::Idle;
            self.pace.slowed(now_ms);
        } else if unread && !self.plain && divided && !self.filters {
            // Not one page with the filter came: it may not be known here.
            self.plainly();
        } else {
            self.lost(at, cause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::stripe::Sub;

    /// An account with these times of creation, asked on a clock of its own by several at once.
    struct Account {
        times: Vec<i64>,
        /// In the order of the list: the time and the number.
        list: Vec<(i64, usize)>,
        filters: bool,
    }
    impl Account {
        fn answer(&self, request: &ApiRequest) -> Observed<Vec<u8>> {
            let of = |name: &str| request.query.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
            if !self.filters && (of("created[lte]").is_some() || of("created[gte]").is_some()) {
                return Observed::unknown(Cause::Parse("Stripe answered 400: unknown parameter".into()));
            }
            let bound = |name: &str| of(name).map(|v| v.parse::<i64>().unwrap());
            let start = of("starting_after").map_or(0, |id| {
                let number: usize = id["sub_".len()..].parse().unwrap();
                1 + self.list.iter().position(|o| o.1 == number).unwrap()
            });
            let fits =
                |t: i64| bound("created[lte]").is_none_or(|b| t <= b) && bound("created[gte]").is_none_or(|b| t >= b);
            let found: Vec<(i64, usize)> =
                self.list[start..].iter().copied().filter(|(t, _)| fits(*t)).take(101).collect();
            let data: Vec<String> = found
                .iter()
                .take(100)
                .map(|(t, n)| format!(r#"{{"id":"sub_{n}","customer":"cus_{n}","status":"active","created":{t}}}"#))
                .collect();
            Observed::known(format!(r#"{{"data":[{}],"has_more":{}}}"#, data.join(","), found.len() > 100).into_bytes())
        }
    }
    /// Plays a feed against answers that each take this long; returns the ids in their order, what is
    /// covered, the gaps, the requests, and the time.
    struct Played {
        ids: Vec<Box<str>>,
        covered: Vec<(i64, i64)>,
        gaps: Vec<Cause>,
        requests: usize,
        ms: u64,
    }
    fn play(mut feed: Ranges<Sub>, latency: u64, mut answer: impl FnMut(&ApiRequest) -> Observed<Vec<u8>>) -> Played {
        let (mut now, mut open): (u64, Vec<(u64, u32, ApiRequest)>) = (0, Vec::new());
        let mut p = Played { ids: Vec::new(), covered: Vec::new(), gaps: Vec::new(), requests: 0, ms: 0 };
        for _ in 0..1_000_000 {
            let wait = match feed.poll(now) {
                Next::Send(id, request) => {
                    p.requests += 1;
                    open.push((now + latency, id, request));
                    continue;
                }
                Next::WaitUntil(t) => Some(t),
                Next::WaitForAnswer => None,
                Next::Done(gaps) => {
                    (p.gaps, p.ms) = (gaps, now);
                    return p;
                }
            };
            open.sort_by_key(|(at, id, _)| (*at, *id));
            match (open.first().map(|o| o.0), wait) {
                (Some(at), wait) if wait.is_none_or(|w| at <= w) => {
                    let (at, id, request) = open.remove(0);
                    now = now.max(at);
                    let page = answer(&request);
                    feed.answer(id, now, page, &mut |piece| match piece {
                        Piece::One(sub) => p.ids.push(sub.id),
                        Piece::Covered(from, to) => p.covered.push((from, to)),
                    });
                }
                (_, Some(wait)) => now = wait,
                _ => panic!("nothing is open"),
            }
        }
        panic!("does not end");
    }
    fn whole(p: &Played, count: usize) {
        let ids: HashSet<&Box<str>> = p.ids.iter().collect();
        assert_eq!((ids.len(), p.gaps.len()), (count, 0), "{:?}", p.gaps);
    }
    const NOW: i64 = 1_795_000_000;
    fn account(count: i64) -> Account {
        // Three years, denser and denser, with a thousand made in one second by an import.
        let time = |n| if n % 7 == 0 && n < 7000 { NOW - 50_000_000 } else { NOW - n * n / 100 - n };
        let times: Vec<i64> = (0..count).map(time).collect();
        let mut list: Vec<(i64, usize)> = times.iter().enumerate().map(|(n, t)| (*t, n)).collect();
        list.sort_by_key(|(t, n)| (std::cmp::Reverse(*t), *n));
        Account { times, list, filters: true }
    }

    #[test]
    fn a_long_list_is_read_in_several_places_and_each_object_once() {
        let account = account(50_000);
        let p = play(Ranges::new(24, NOW), 300, |r| account.answer(r));
        whole(&p, 50_000);
        assert_eq!(p.ids.len(), 50_000, "none twice");
        // 500 pages at 24 a second are 21 seconds; one after the other they are 150.
        assert!(p.ms < 21_000 * 13 / 10 && p.requests < 600, "{} ms, {} requests", p.ms, p.requests);
    }

    #[test]
    fn a_list_that_is_told_to_be_long_is_divided_at_once() {
        let account = account(10_000);
        let p = play(Ranges::new(24, NOW).about(10_000), 300, |r| account.answer(r));
        whole(&p, 10_000);
        // 100 pages at 24 a second are 4.2 seconds.
        assert!(p.ms < 6500 && p.requests < 130, "{} ms, {} requests", p.ms, p.requests);
    }

    #[test]
    fn a_short_list_is_read_page_after_page() {
        let account = account(700);
        let p = play(Ranges::new(24, NOW), 300, |r| account.answer(r));
        whole(&p, 700);
        assert_eq!(p.requests, 7);
    }

    #[test]
    fn what_is_covered_need_not_be_read_again() {
        let account = account(20_000);
        let first = play(Ranges::new(24, NOW), 300, |r| account.answer(r));
        // All but what was covered last, as if the run had ended then.
        let kept = &first.covered[..first.covered.len() / 2];
        let second = play(Ranges::without(24, NOW, kept), 300, |r| account.answer(r));
        let within = |t: i64| kept.iter().any(|(from, to)| (*from..=*to).contains(&t));
        let missing: Vec<usize> = (0..20_000).filter(|n| !within(account.times[*n])).collect();
        let read: HashSet<&Box<str>> = second.ids.iter().collect();
        assert!(missing.iter().all(|n| read.contains(&format!("sub_{n}").into_boxed_str())));
        assert!(second.requests < first.requests * 3 / 4, "{} of {}", second.requests, first.requests);
        let all = play(Ranges::without(24, NOW, &first.covered), 300, |r| account.answer(r));
        assert!(all.ids.len() < 200, "{}", all.ids.len());
    }

    #[test]
    fn without_the_filter_or_the_order_it_is_a_plain_list() {
        let blind = Account { filters: false, ..account(5000) };
        let p = play(Ranges::new(24, NOW), 300, |r| blind.answer(r));
        whole(&p, 5000);
        let mut rising = account(5000);
        rising.list.reverse();
        let p = play(Ranges::new(24, NOW), 300, |r| rising.answer(r));
        whole(&p, 5000);
        assert_eq!(p.requests, 50);
    }

    #[test]
    fn storms_and_torn_pages_lose_nothing() {
        let account = account(9000);
        let mut n = 0;
        let p = play(Ranges::new(24, NOW), 300, |r| {
            n += 1;
            match n % 20 {
                3..=5 => Observed::unknown(Cause::RateLimited),
                11 => Observed::known(b"<html>".to_vec()),
                13 => Observed::known(br#"{"data":[{"id":"sub_1","#.to_vec()),
                _ => account.answer(r),
            }
        });
        whole(&p, 9000);
    }

    #[test]
    fn a_cursor_that_loops_and_a_key_that_may_not_end_it() {
        let body = |more: bool| {
            format!(r#"{{"data":[{{"id":"sub_1","customer":"c","status":"active","created":5}}],"has_more":{more}}}"#)
        };
        let p = play(Ranges::new(24, NOW), 300, |_| Observed::known(body(true).into_bytes()));
        assert!(matches!(p.gaps.as_slice(), [Cause::Parse(why)] if why.as_str().contains("repeats")));
        let p = play(Ranges::new(24, NOW), 300, |_| Observed::unknown(Cause::Permission("x".into())));
        assert_eq!((p.gaps.len(), p.requests), (1, 1));
    }
}
