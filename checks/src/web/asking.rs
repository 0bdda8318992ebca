//! Asking for looks in rounds: an inquiry goes over its questions, and those without an answer yet
//! are asked all at once.

use super::look::{Look, LookQuestion};
use crate::vocab::{Answers, Cause, Missing, Step};
use crate::wire::HostFailure;

/// One pass over the answers so far.
pub(super) struct Asking<'a> {
    seen: &'a Answers<LookQuestion>,
    open: Vec<LookQuestion>,
    gaps: Vec<Cause>,
}
impl<'a> Asking<'a> {
    pub(super) const fn new(seen: &'a Answers<LookQuestion>) -> Self {
        Self { seen, open: Vec::new(), gaps: Vec::new() }
    }
    /// The answer, where there is one already; silence becomes a gap.
    pub(super) fn ask(&mut self, question: &LookQuestion) -> Option<Result<&'a Look, &'a HostFailure>> {
        match self.seen.get(question).map(|a| a.get()) {
            None => {
                if !self.open.contains(question) {
                    self.open.push(question.clone());
                }
                None
            }
            Some(Ok(Ok(look))) => Some(Ok(look)),
            Some(Ok(Err(failure))) => Some(Err(failure)),
            Some(Err(Missing::Unknown(cause))) => {
                self.gaps.push(cause);
                None
            }
            Some(Err(Missing::NotConfigured(_))) => {
                self.gaps.push(Cause::NotRecorded);
                None
            }
        }
    }
    /// As [`Asking::ask`], where a failure and a wall are gaps as well.
    pub(super) fn look(&mut self, question: &LookQuestion) -> Option<&'a Look> {
        match self.ask(question)? {
            Ok(look) => match &look.wall {
                None => Some(look),
                Some(wall) => {
                    self.gaps.push(Cause::Wall(wall.clone()));
                    None
                }
            },
            Err(failure) => {
                self.gaps.push(failure.cause());
                None
            }
        }
    }
    pub(super) fn gap(&mut self, cause: Cause) {
        self.gaps.push(cause);
    }
    /// Whether every question of this pass has its answer.
    pub(super) const fn is_settled(&self) -> bool {
        self.open.is_empty()
    }
    /// The next step: what is still open, or the result with its gaps.
    pub(super) fn end<T>(mut self, done: impl FnOnce(Vec<Cause>) -> T) -> Step<LookQuestion, T> {
        if !self.open.is_empty() {
            return Step::Ask(self.open);
        }
        self.gaps.sort();
        self.gaps.dedup();
        Step::Done(done(self.gaps))
    }
}
