//! Status words on both sides and what they mean for access.
//!
//! The provider's words come from an open list, the database's from whoever wrote the app; both
//! are folded here, and a word that nobody knows stays a word.

use std::fmt;

/// A subscription's status as Stripe names it (docs.stripe.com/api/subscriptions/object#status).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, serde::Serialize, serde::Deserialize)]
pub enum Status {
    /// Paid, or nothing to pay.
    Active,
    /// In a trial.
    Trialing,
    /// The last invoice is unpaid and is being collected.
    PastDue,
    /// Collection has been given up, the subscription still makes draft invoices.
    Unpaid,
    /// Ended.
    Canceled,
    /// The first payment is open; ends after 23 hours.
    Incomplete,
    /// The first payment never came.
    IncompleteExpired,
    /// A trial ended without a payment method.
    Paused,
    /// Cancelled and paid for until the period ends (Lemon Squeezy's `cancelled`).
    Leaving,
    /// A word this version does not know.
    Other(Box<str>),
}
impl Status {
    /// Reads the provider's word.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "active" => Self::Active,
            "trialing" => Self::Trialing,
            "past_due" => Self::PastDue,
            "unpaid" => Self::Unpaid,
            "canceled" => Self::Canceled,
            "incomplete" => Self::Incomplete,
            "incomplete_expired" => Self::IncompleteExpired,
            "paused" => Self::Paused,
            "cancelled" => Self::Leaving,
            other => Self::Other(other.into()),
        }
    }
    /// The provider's word.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Trialing => "trialing",
            Self::PastDue => "past_due",
            Self::Unpaid => "unpaid",
            Self::Canceled => "canceled",
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Paused => "paused",
            Self::Leaving => "cancelled",
            Self::Other(w) => w,
        }
    }
    /// Whether it has ended for good.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Canceled | Self::IncompleteExpired)
    }
}
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Whether somebody may use what is paid for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Access {
    /// They may.
    Yes,
    /// They may not.
    No,
    /// What is known does not say; never judged.
    Unclear,
}

/// What the comparison goes by. Times are in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// Seconds since 1970, taken before the first page was asked for.
    pub now: i64,
    /// How long a customer whose payment failed keeps access.
    pub past_due: i64,
    /// How recently something may have changed for its webhook to be still on the way.
    pub in_flight: i64,
    /// Whether the key is a live one.
    pub live: bool,
}
impl Policy {
    /// 14 days of access after a failed payment, 15 minutes for a webhook to arrive.
    #[must_use]
    pub const fn at(now: i64) -> Self {
        Self { now, past_due: 14 * 86_400, in_flight: 15 * 60, live: true }
    }

    /// What the provider's status entitles to. `period_start` is when the period began whose
    /// payment is due.
    #[must_use]
    pub fn entitles(&self, status: &Status, period_start: Option<i64>) -> Access {
        match status {
            Status::Active | Status::Trialing | Status::Leaving => Access::Yes,
            Status::PastDue => match period_start {
                Some(start) if self.now - start > self.past_due => Access::No,
                Some(_) => Access::Yes,
                None => Access::Unclear,
            },
            Status::Unpaid | Status::Canceled | Status::Incomplete | Status::IncompleteExpired | Status::Paused => {
                Access::No
            }
            Status::Other(_) => Access::Unclear,
        }
    }
}

/// A status word of the database.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Word {
    /// One of the provider's words, in some spelling.
    Is(Status),
    /// A word of the app's own for "has access": `true`, `canceling`, or learned.
    Live,
    /// A word of the app's own for "has none": `inactive`, `expired`, `false`, NULL, or learned.
    Ended,
    /// A word that says nothing to us.
    Unknown(Box<str>),
}
impl Word {
    /// Reads a word of the database: case, blanks and British spelling do not matter.
    #[must_use]
    pub fn fold(text: Option<&str>) -> Self {
        let Some(text) = text else { return Self::Ended };
        let w: String = text
            .trim()
            .chars()
            .map(|c| if matches!(c, ' ' | '-' | '.') { '_' } else { c.to_ascii_lowercase() })
            .collect();
        match w.as_str() {
            "cancelled" => Self::Is(Status::Canceled),
            "trial" | "trialling" | "on_trial" | "in_trial" => Self::Is(Status::Trialing),
            "pastdue" => Self::Is(Status::PastDue),
            "incompleteexpired" => Self::Is(Status::IncompleteExpired),
            "true" | "t" | "1" | "yes" | "canceling" | "cancelling" | "cancel_at_period_end" | "pending_cancel" => {
                Self::Live
            }
            "" | "false" | "f" | "0" | "no" | "inactive" | "deleted" | "expired" | "ended" | "none" | "disabled"
            | "free" => Self::Ended,
            other => match Status::parse(other) {
                Status::Other(_) => Self::Unknown(text.into()),
                known => Self::Is(known),
            },
        }
    }
    /// What the word alone says of access. Apps differ on whether `past_due` still lets in, so it
    /// says nothing.
    #[must_use]
    pub const fn access(&self) -> Access {
        match self {
            Self::Is(Status::Active | Status::Trialing) | Self::Live => Access::Yes,
            Self::Is(Status::PastDue | Status::Other(_)) | Self::Unknown(_) => Access::Unclear,
            Self::Is(_) | Self::Ended => Access::No,
        }
    }
    /// Whether the word can stand for the provider's status. The app's own coarse words fit
    /// whatever has the same access.
    #[must_use]
    pub fn fits(&self, status: &Status, entitled: Access) -> bool {
        match self {
            // What ends by itself is written down as ended, or as what it still is.
            Self::Is(s) if *status == Status::Leaving => s.is_over() || *s == Status::Active,
            Self::Is(s) => s == status || (s.is_over() && status.is_over()),
            Self::Live => entitled == Access::Yes,
            Self::Ended => entitled != Access::Yes || *status == Status::Leaving,
            Self::Unknown(_) => true,
        }
    }
    /// Whether the word belongs to the language of subscriptions at all.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_due_is_access_for_fourteen_days() {
        let p = Policy::at(100 * 86_400);
        let days = |n: i64| Some(p.now - n * 86_400);
        assert_eq!(p.entitles(&Status::PastDue, days(13)), Access::Yes);
        assert_eq!(p.entitles(&Status::PastDue, days(15)), Access::No);
        assert_eq!(p.entitles(&Status::PastDue, None), Access::Unclear);
        assert_eq!(p.entitles(&Status::parse("frozen"), days(1)), Access::Unclear);
    }

    #[test]
    fn words_are_folded() {
        for (text, want) in [
            ("ACTIVE", Word::Is(Status::Active)),
            ("Cancelled", Word::Is(Status::Canceled)),
            ("past-due", Word::Is(Status::PastDue)),
            ("PAST_DUE", Word::Is(Status::PastDue)),
            ("deleted", Word::Ended),
            ("f", Word::Ended),
            ("cancel_at_period_end", Word::Live),
            ("premium", Word::Unknown("premium".into())),
        ] {
            assert_eq!(Word::fold(Some(text)), want, "{text}");
        }
        assert_eq!(Word::fold(None), Word::Ended);
    }

    #[test]
    fn coarse_words_fit_what_has_the_same_access() {
        assert!(Word::Ended.fits(&Status::Canceled, Access::No));
        assert!(!Word::Ended.fits(&Status::Active, Access::Yes));
        assert!(!Word::Is(Status::Active).fits(&Status::Trialing, Access::Yes));
        assert!(Word::Is(Status::Canceled).fits(&Status::IncompleteExpired, Access::No));
    }
}
