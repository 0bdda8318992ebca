//! This machine's clock against what two servers say: a wrong clock makes every certificate look
//! expired or not yet valid.

use super::judge::{moment, span};
use crate::vocab::{Cause, Gaps, Observed, Shown};
use crate::wire::HttpAnswer;
use jiff::fmt::rfc2822::DateTimeParser;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// How far a clock may be off, in seconds. Certificates are dated to the second, and five minutes are
/// what other protocols allow as well (Kerberos, RFC 4120).
pub const TOLERANCE: i64 = 300;

/// What one host says of the time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// The host.
    pub host: Shown,
    /// Its Date header, Unix time.
    pub from: i64,
    /// The latest that it can mean: a cache may have dated the answer when it stored it, or now, and
    /// says in Age how long ago that was (RFC 9110, section 6.6.1; RFC 9111, section 5.1).
    pub to: i64,
    /// The addresses at which it answers, by which two names of one server are told.
    pub at: BTreeSet<IpAddr>,
}
impl Told {
    /// Reads the Date and Age headers of an answer.
    #[must_use]
    pub fn of(host: impl Into<Shown>, answer: &HttpAnswer, at: BTreeSet<IpAddr>) -> Option<Self> {
        let date = answer.header("date")?;
        let from = DateTimeParser::new().parse_timestamp(date.as_str()).ok()?.as_second();
        let age = answer.header("age").and_then(|a| a.as_str().trim().parse::<u32>().ok()).unwrap_or(0);
        Some(Self { host: host.into(), from, to: from + i64::from(age), at })
    }
}

/// This machine's clock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clock {
    /// The seconds that it is ahead; negative where it is behind, 0 where it is right.
    pub ahead: i64,
    /// When the run began by it, Unix time.
    pub now: i64,
    /// What the hosts say.
    pub told: Vec<Told>,
    /// Why nothing that depends on the time can be judged, where it is wrong.
    pub gaps: Vec<Cause>,
}
impl Gaps for Clock {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Compares the hosts' time with this machine's, which was between `begun` and `seen` (Unix time)
/// when they spoke. It is wrong only where at least two servers say so and agree on by how much: two
/// names of one server are one clock, and which of the two is wrong is then not known.
#[must_use]
pub fn clock(mut told: Vec<Told>, begun: i64, seen: i64) -> Observed<Clock> {
    told.sort_by(|a, b| a.host.cmp(&b.host));
    told.dedup_by(|a, b| a.host == b.host);
    if told.iter().map(|t| &t.host).collect::<BTreeSet<_>>().len() < 2 {
        return Observed::not_configured("fewer than two hosts say what time it is");
    }
    let offsets: Vec<i64> = told.iter().map(|t| ahead(t, begun, seen)).collect();
    let (least, most) = (offsets.iter().min().copied().unwrap_or(0), offsets.iter().max().copied().unwrap_or(0));
    let agree = (least > 0 || most < 0) && most - least <= 2 * TOLERANCE;
    let ahead = if agree { if least > 0 { least } else { most } } else { 0 };
    let apart = |a: &Told| told.iter().any(|b| !a.at.is_empty() && !b.at.is_empty() && a.at.is_disjoint(&b.at));
    if ahead != 0 && !told.iter().any(apart) {
        let words = words(ahead);
        let why = format!(
            "this machine's clock is {words} by the one server that says what time it is, which may itself be wrong"
        );
        return Observed::unknown(Cause::Clock(why.into()));
    }
    let mut made = Clock { ahead, now: begun, told, gaps: Vec::new() };
    if ahead != 0 {
        made.gaps.push(Cause::Clock(made.words().into()));
    }
    Observed::known(made)
}

/// By how much the clock is ahead of (or, below zero, behind) what a host may mean.
const fn ahead(told: &Told, begun: i64, seen: i64) -> i64 {
    if begun > told.to + TOLERANCE {
        begun - told.to
    } else if seen < told.from - TOLERANCE {
        seen - told.from
    } else {
        0
    }
}

fn words(ahead: i64) -> String {
    format!("{} {}", span(ahead), if ahead > 0 { "ahead" } else { "behind" })
}

impl Clock {
    /// By how much it is wrong, for people.
    #[must_use]
    pub fn words(&self) -> String {
        words(self.ahead)
    }
    /// What each host says beside what this machine says, for people.
    pub fn evidence(&self) -> impl Iterator<Item = String> + '_ {
        let own = format!("this machine: {}", moment(self.now));
        std::iter::once(own).chain(self.told.iter().map(|t| format!("{}: {}", t.host, moment(t.from))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_219_200;

    fn clock_of(told: &[(&str, i64, i64)]) -> Observed<Clock> {
        // Every host has a server of its own, but for those that are called the same.
        let told = told.iter().enumerate().map(|(n, (h, from, age))| {
            let last = if h.starts_with("same") { 1 } else { u8::try_from(n).unwrap() + 2 };
            let at = [IpAddr::from([203, 0, 113, last])].into();
            Told { host: (*h).into(), from: NOW + from, to: NOW + from + age, at }
        });
        clock(told.collect(), NOW, NOW + 20)
    }
    fn off(told: &[(&str, i64, i64)]) -> Option<i64> {
        clock_of(told).get().ok().map(|c| c.ahead)
    }

    #[test]
    fn two_names_of_one_server_are_one_clock() {
        let cause = |told: &[_]| match clock_of(told).into_inner() {
            Err(crate::vocab::Missing::Unknown(cause)) => Some(cause.word()),
            _ => None,
        };
        let skewed = [("same.test", 7_200, 0), ("same-www.test", 7_200, 0)];
        assert_eq!(cause(&skewed), Some("clock"), "it may be the server's that is wrong");
        assert_eq!(off(&[skewed[0], skewed[1], ("other.test", 7_200, 0)]), Some(-7_180));
        assert_eq!(off(&[("same.test", 0, 0), ("same-www.test", 0, 0)]), Some(0));
    }

    #[test]
    fn two_hosts_must_say_so_and_agree() {
        assert_eq!(off(&[("a.test", 0, 0), ("b.test", 5, 0)]), Some(0));
        assert_eq!(off(&[("a.test", -3_600, 0), ("b.test", -3_590, 0)]), Some(3_590));
        assert_eq!(off(&[("a.test", 7_220, 0), ("b.test", 7_230, 0)]), Some(-7_200));
        assert_eq!(off(&[("a.test", 3_600, 0)]), None, "one host alone may itself be wrong");
        assert_eq!(off(&[("a.test", 3_600, 0), ("a.test", 3_600, 0)]), None, "twice the same host");
        assert_eq!(off(&[("a.test", 3_600, 0), ("b.test", 0, 0)]), Some(0), "they disagree");
        assert_eq!(off(&[("a.test", 3_600, 0), ("b.test", 90_000, 0)]), Some(0), "they disagree on how much");
        assert_eq!(off(&[("a.test", 290, 0), ("b.test", -290, 0)]), Some(0));
    }

    #[test]
    fn a_cached_answer_may_be_old() {
        assert_eq!(off(&[("a.test", -7_200, 7_200), ("b.test", -3_600, 3_700)]), Some(0), "dated when it was stored");
        assert_eq!(off(&[("a.test", 0, 7_200), ("b.test", 0, 3_700)]), Some(0), "dated now");
    }

    #[test]
    fn the_header_as_servers_send_it() {
        let answer = |headers: &[(&str, &str)]| HttpAnswer {
            status: 200,
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), v.as_bytes().to_vec())).collect(),
            body: Vec::new(),
            truncated: false,
            took_ms: 1,
        };
        let of = |headers| Told::of("a.test", &answer(headers), BTreeSet::new());
        let told = of(&[("date", "Sat, 21 Nov 2026 00:00:00 GMT"), ("age", "60")]).unwrap();
        assert_eq!((told.from, told.to), (NOW, NOW + 60));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("date", "yesterday")]), None);
    }
}
