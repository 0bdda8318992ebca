//! Thinking without sockets: questions, rounds of answers, and feeds of pages.

use super::{Cause, Observed};
use std::collections::BTreeMap;

/// One kind of question to the world. Equal questions are asked once in a run.
pub trait Question: Ord + Clone + Send + Sync + 'static {
    /// What an answer to it looks like.
    type Answer: Clone + Send + Sync + 'static;
    /// The word that counters, progress and recordings use for this kind.
    const KIND: &'static str;
    /// Whom it is asked of: limits are kept for each such place.
    fn place(&self) -> String;
}

/// All answers so far, by question.
pub type Answers<Q> = BTreeMap<Q, Observed<<Q as Question>::Answer>>;

/// A piece of thinking in which the answers decide what to ask next (an SPF tree, a DMARC walk, a
/// chain of redirects). It is a pure step over all answers so far, so a test can play it with a
/// list of answers.
pub trait Inquiry {
    /// The questions it asks.
    type Q: Question;
    /// What it comes to.
    type Out;
    /// Either *every* question that can be asked now, or the result. It must end: a step that is
    /// given an answer to each question it returned returns other questions or `Done`.
    fn step(&self, seen: &Answers<Self::Q>) -> Step<Self::Q, Self::Out>;
}

/// What an inquiry wants next.
#[derive(Debug)]
pub enum Step<Q, O> {
    /// These questions, all at once.
    Ask(Vec<Q>),
    /// Nothing more; this is the result.
    Done(O),
}

/// A stream of pages that needs time (rate limits) and keeps no answers.
pub trait Feed {
    /// What is sent for one page.
    type Request;
    /// What is read out of the pages.
    type Item;
    /// What to do at `now_ms`, in milliseconds of a clock that only moves forward.
    fn poll(&mut self, now_ms: u64) -> Next<Self::Request>;
    /// The answer to request `id`; items are handed out as they are read.
    fn answer(&mut self, id: u32, now_ms: u64, page: Observed<Vec<u8>>, out: &mut dyn FnMut(Self::Item));
}

/// What a feed wants next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<R> {
    /// Send this request; its answer comes back under the number.
    Send(u32, R),
    /// Nothing before this time, in milliseconds; answers may come earlier.
    WaitUntil(u64),
    /// Nothing until an answer comes.
    WaitForAnswer,
    /// All read, with what could not be.
    Done(Vec<Cause>),
}

impl<Q: Question, O> Step<Q, O> {
    /// Plays an inquiry against a function that answers at once; for examples and tests.
    /// Returns the result and how many rounds and questions it took.
    pub fn play<I>(inquiry: &I, mut answer: impl FnMut(&Q) -> Observed<Q::Answer>) -> (O, usize, usize)
    where
        I: Inquiry<Q = Q, Out = O>,
    {
        let (mut seen, mut rounds) = (Answers::<Q>::new(), 0);
        loop {
            match inquiry.step(&seen) {
                Step::Done(out) => return (out, rounds, seen.len()),
                Step::Ask(questions) => {
                    rounds += 1;
                    for q in questions {
                        let a = answer(&q);
                        seen.insert(q, a);
                    }
                }
            }
        }
    }
}
