//! Why something could not be found out.

use super::Shown;
use std::fmt;

/// The reason an answer is missing. It never means "the answer was bad": of an audited host a
/// refusal is an answer, and only what leaves us ignorant is a cause.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Cause {
    /// No answer within `--timeout`.
    Timeout,
    /// The run's `--deadline` came first, or the run was interrupted.
    Deadline,
    /// A resolver, name server, vendor or database refused or reset the connection.
    Refused,
    /// The network has no way there (no route, network unreachable).
    NoRoute,
    /// The name server failed to answer (SERVFAIL).
    Servfail,
    /// Credentials were not accepted.
    Auth,
    /// Credentials were accepted and lack a permission; the text names it.
    Permission(Shown),
    /// The vendor asked us to slow down until the deadline.
    RateLimited,
    /// A login page, bot wall or firewall stood in front; the text names it.
    Wall(Shown),
    /// The answer could not be read as what it should be.
    Parse(Shown),
    /// All answers came, and they do not tell; the text says what they leave open.
    Untold(Shown),
    /// The answer was larger than the cap.
    TooLarge,
    /// A variable that the configuration names is not set; the text is its name.
    Unset(Shown),
    /// A file could not be read; the text names it.
    Unreadable(Shown),
    /// A recording that is being replayed does not hold the answer.
    NotRecorded,
    /// This machine's own clock is wrong, so nothing that depends on the time can be judged; the text
    /// says by how much.
    Clock(Shown),
    /// Only a part was looked at; the text says how much of it, and how to see the rest.
    Partial(Shown),
}

impl Cause {
    /// The stable word of the JSON report.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Deadline => "deadline",
            Self::Refused => "refused",
            Self::NoRoute => "no-route",
            Self::Servfail => "servfail",
            Self::Auth => "auth",
            Self::Permission(_) => "permission",
            Self::RateLimited => "rate-limited",
            Self::Wall(_) => "wall",
            Self::Parse(_) => "parse",
            Self::Untold(_) => "untold",
            Self::TooLarge => "too-large",
            Self::Unset(_) => "unset",
            Self::Unreadable(_) => "unreadable",
            Self::NotRecorded => "not-recorded",
            Self::Clock(_) => "clock",
            Self::Partial(_) => "partial",
        }
    }

    /// What the word alone does not say: a permission, a variable, a file.
    #[must_use]
    pub const fn detail(&self) -> Option<&Shown> {
        match self {
            Self::Permission(s)
            | Self::Wall(s)
            | Self::Parse(s)
            | Self::Untold(s)
            | Self::Unset(s)
            | Self::Unreadable(s)
            | Self::Clock(s)
            | Self::Partial(s) => Some(s),
            _ => None,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer in time"),
            Self::Deadline => f.write_str("the run ended before the answer"),
            Self::Refused => f.write_str("refused"),
            Self::NoRoute => f.write_str("no route to the address"),
            Self::Servfail => f.write_str("the name server failed (SERVFAIL)"),
            Self::Auth => f.write_str("the credentials were not accepted"),
            Self::Permission(p) => write!(f, "the key lacks the permission {p}"),
            Self::RateLimited => f.write_str("rate limited"),
            Self::Wall(w) => write!(f, "behind {w}"),
            Self::Parse(w) => write!(f, "unreadable answer: {w}"),
            Self::Untold(what) => what.fmt(f),
            Self::TooLarge => f.write_str("the answer was too large"),
            Self::Unset(v) => write!(f, "{v} is not set"),
            Self::Unreadable(p) => write!(f, "{p} could not be read"),
            Self::NotRecorded => f.write_str("not in the recording"),
            Self::Clock(by) => write!(f, "this machine's clock is {by}"),
            Self::Partial(what) => f.write_str(what.as_str()),
        }
    }
}

/// What a known fact could not see. A fact without gaps is whole.
pub trait Gaps {
    /// The causes, one for each part that is missing.
    fn gaps(&self) -> &[Cause] {
        &[]
    }
}
