//! What is asked last and only with consent: equal requests for their times, malformed ones, and as
//! many as a rate limit should stop.

use super::asking::Asking;
use super::look::{Look, LookQuestion};
use crate::vocab::{Answers, Cause, Gaps, Inquiry, Step};
use crate::wire::Method;
use url::Url;

/// Requests before the measured ones: the first finds everything cold.
const WARM: u16 = 2;
/// Requests that are measured.
pub const SAMPLES: u16 = 20;
/// Routes that are measured.
const ROUTES: usize = 8;
/// Requests that a rate limit should stop.
pub const BURST: u16 = 30;

/// How long declared routes take. Not configured without `--active`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Speed {
    /// Each route with the sorted times of its answers in milliseconds.
    pub routes: Vec<(String, Vec<u32>)>,
    /// The most that is in order.
    pub budget_ms: u64,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Speed {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Measures routes, one request at a time.
#[derive(Clone, Debug)]
pub struct SpeedWalk {
    /// The front page's URL.
    pub home: Url,
    /// The routes, as declared.
    pub routes: Vec<String>,
    /// The most that is in order.
    pub budget_ms: u64,
}
impl Inquiry for SpeedWalk {
    type Q = LookQuestion;
    type Out = Speed;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Speed> {
        let mut asking = Asking::new(seen);
        let mut routes = Vec::new();
        'routes: for path in self.routes.iter().take(ROUTES) {
            let Ok(at) = self.home.join(path) else { continue };
            let mut times = Vec::new();
            for turn in 1..=WARM + SAMPLES {
                let question = LookQuestion { turn, ..LookQuestion::get(at.as_str()) };
                match asking.look(&question) {
                    Some(look) if turn > WARM && look.is_success() => times.push(look.took_ms),
                    Some(_) => {}
                    // One at a time, and no further where one was not answered.
                    None if !asking.is_settled() => break 'routes,
                    None => break,
                }
            }
            times.sort_unstable();
            if !times.is_empty() {
                routes.push((path.clone(), times));
            }
        }
        asking.end(|gaps| Speed { routes, budget_ms: self.budget_ms, gaps })
    }
}

/// What malformed requests are answered with. Not configured without `--active`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Odd {
    /// The answers.
    pub looks: Vec<(String, Look)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Odd {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Asks routes with input that no client sends.
#[derive(Clone, Debug)]
pub struct OddWalk {
    /// The front page's URL.
    pub home: Url,
    /// The routes, as declared.
    pub routes: Vec<String>,
}
impl Inquiry for OddWalk {
    type Q = LookQuestion;
    type Out = Odd;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Odd> {
        let mut asking = Asking::new(seen);
        let mut looks = Vec::new();
        for path in &self.routes {
            let Ok(mut at) = self.home.join(path) else { continue };
            at.set_query(Some("id=%27%22%3C&page=-1&limit=x"));
            // What a firewall does to such input says nothing of the app.
            if let Some(Ok(look)) = asking.ask(&LookQuestion::get(at.as_str())) {
                looks.push((path.clone(), look.clone()));
            }
        }
        asking.end(|gaps| Odd { looks, gaps })
    }
}

/// What many requests in a row are answered with. Not configured without `[web] rate-limit` and
/// `--active`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flood {
    /// The path, as declared.
    pub path: String,
    /// The statuses, in order.
    pub statuses: Vec<u16>,
    /// Whether an answer that stopped it said for how long.
    pub retry_after: bool,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Flood {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Asks one path again and again, until it is stopped.
#[derive(Clone, Debug)]
pub struct FloodWalk {
    /// The front page's URL.
    pub home: Url,
    /// The path, as declared.
    pub path: String,
}
impl Inquiry for FloodWalk {
    type Q = LookQuestion;
    type Out = Flood;

    fn step(&self, seen: &Answers<LookQuestion>) -> Step<LookQuestion, Flood> {
        let mut asking = Asking::new(seen);
        let (mut statuses, mut retry_after) = (Vec::new(), false);
        if let Ok(at) = self.home.join(&self.path) {
            for turn in 1..=BURST {
                let mut question = LookQuestion { turn, method: Method::Post, ..LookQuestion::get(at.as_str()) };
                question.headers.push(("content-type".to_owned(), "application/json".to_owned()));
                match asking.ask(&question) {
                    Some(Ok(look)) => {
                        statuses.push(look.status);
                        retry_after |= look.header("retry-after").is_some();
                        if look.status == 429 {
                            break;
                        }
                    }
                    Some(Err(failure)) => {
                        asking.gap(failure.cause());
                        break;
                    }
                    None => break,
                }
            }
        }
        let path = self.path.clone();
        asking.end(|gaps| Flood { path, statuses, retry_after, gaps })
    }
}
