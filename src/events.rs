//! What the engine and the gatherer tell while they work. Progress listens, and so will every
//! format that is written as the run goes.

use crate::outcome::Unit;
use launchcheck_checks::vocab::{Family, Shown};

/// Something happened.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The units of the run are known: how many each family has to settle.
    Planned {
        /// Families in the order of the report, with the number of their units.
        totals: &'a [(Family, usize)],
    },
    /// What a family with open units still waits for.
    Waiting {
        /// The family.
        family: Family,
        /// The target: a host, a URL, a provider.
        what: &'a Shown,
    },
    /// One unit of this family has all the facts it will get.
    Settled {
        /// The family.
        family: Family,
    },
    /// A unit was judged, given way and waived: this is its last word.
    Judged {
        /// The unit.
        unit: &'a Unit,
    },
    /// Nothing more comes; the report follows.
    Finished,
}

/// Somebody who listens. It is called from the run itself, so it must be quick.
pub trait Listener: Send + Sync {
    /// Hears an event.
    fn on(&self, event: Event<'_>);
}

/// Nobody listens.
impl Listener for () {
    fn on(&self, _: Event<'_>) {}
}
