//! What the source does with what it is sent, in its actions and in its queues, and what it leaves to
//! people.

use crate::vocab::{Cause, Gaps, Place};

/// All of it, as one reading of the source yields it.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// What becomes of what is sent.
    pub inputs: Inputs,
    /// Actions, queues and integrations.
    pub jobs: Jobs,
    /// What people are left to do.
    pub notes: Notes,
}

macro_rules! with_gaps {
    ($($t:ty),*) => { $(impl Gaps for $t { fn gaps(&self) -> &[Cause] { &self.gaps } })* };
}
with_gaps!(Inputs, Jobs, Notes);

/// What becomes of what is sent.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// How many files take a body and write.
    pub files: u32,
    /// Bodies that are written as they came.
    pub raw: Vec<RawWrite>,
    /// Rows that are written by an id alone, whoever they belong to.
    pub unscoped: Vec<Unscoped>,
    /// Rows that a webhook and another file both make.
    pub twice: Vec<Twice>,
    /// Files that could not be parsed.
    pub gaps: Vec<Cause>,
}
/// A body that is written as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawWrite {
    /// Where.
    pub at: Place,
    /// The write: `prisma.user.update`.
    pub call: String,
    /// The name of the body.
    pub body: String,
}
/// A row that is written by an id that a caller chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unscoped {
    /// Where.
    pub at: Place,
    /// The write: `prisma.project.delete`.
    pub call: String,
    /// The column that says whose the row is.
    pub owner: String,
}
/// A row that two ways make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twice {
    /// The table.
    pub table: String,
    /// Where the webhook makes it.
    pub webhook: Place,
    /// Where the other does.
    pub other: Place,
}

/// Actions, queues and integrations.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    /// How many server actions there are.
    pub actions: u32,
    /// Those that wait for several other companies in a row.
    pub chained: Vec<Chained>,
    /// Queues of `BullMQ`.
    pub queues: Vec<Place>,
    /// Whether anything sets how often a job is tried.
    pub attempts: bool,
    /// Workers of `BullMQ`.
    pub workers: Vec<Place>,
    /// Whether anything hears of jobs that failed for good.
    pub hears_failures: bool,
    /// Companies that only code of browsers tells.
    pub browser_only: Vec<(String, Place)>,
    /// Whether code of browsers calls any of them.
    pub browser_calls: bool,
    /// Webhook handlers whose logs name no event.
    pub anonymous: Vec<Place>,
    /// How many webhook handlers log.
    pub logging: u32,
    /// Files that could not be parsed.
    pub gaps: Vec<Cause>,
}
/// An action that waits for several companies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chained {
    /// Where the action begins.
    pub at: Place,
    /// Its name.
    pub action: String,
    /// The calls, each with the company, in order.
    pub calls: Vec<(&'static str, String, Place)>,
    /// Whether a `catch` stands around any of them.
    pub caught: bool,
}

/// What people are left to do.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Remarks that leave a step to somebody, as the remark says it.
    pub manual: Vec<(Place, String)>,
    /// How many files were looked at.
    pub files: u32,
    /// What could not be read.
    pub gaps: Vec<Cause>,
}
