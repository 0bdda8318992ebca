//! What a declared query said, and what it should say.
use crate::vocab::{Gaps, Severity, Shown};
use std::fmt;

/// What the number should be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Wanted {
    /// This.
    Exactly(f64),
    /// No more than this.
    AtMost(f64),
}
impl Wanted {
    /// Whether a number is as it should be. No number, which SQL writes as NULL, never is.
    #[must_use]
    pub fn holds(self, number: Option<f64>) -> bool {
        // Counts are whole and far below 2^53, so equal ones are the same bits.
        number.is_some_and(|n| match self {
            Self::Exactly(wanted) => (n - wanted).abs() < 1e-9,
            Self::AtMost(most) => n <= most,
        })
    }
}
impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(n) => write!(f, "{n}"),
            Self::AtMost(n) => write!(f, "at most {n}"),
        }
    }
}

/// The answer to one `[[check.sql]]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The query, as it stands in the configuration.
    pub query: Shown,
    /// What came back; `None` for NULL.
    pub number: Option<f64>,
    /// What should.
    pub wanted: Wanted,
    /// How bad it is where it does not.
    pub severity: Severity,
}
impl Gaps for Answer {}
