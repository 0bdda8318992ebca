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
    /// Whether there are jobs of a library that is known.
    pub queued: bool,
    /// Jobs and queues that are tried once only.
    pub once: Vec<Tried>,
    /// Jobs and workers whose last failure nobody hears of.
    pub unheard: Vec<Tried>,
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
/// A job, a queue or a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Where.
    pub at: Place,
    /// Whose it is.
    pub library: Library,
    /// Whether the source says so itself: `retries: 0`.
    pub chosen: bool,
}
/// A library of queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Library {
    /// `BullMQ`
    BullMq,
    /// Inngest
    Inngest,
    /// Trigger.dev
    TriggerDev,
    /// `QStash` of Upstash
    QStash,
    /// pg-boss
    PgBoss,
    /// Graphile Worker
    Graphile,
}
impl Library {
    /// Its name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BullMq => "BullMQ",
            Self::Inngest => "Inngest",
            Self::TriggerDev => "Trigger.dev",
            Self::QStash => "QStash",
            Self::PgBoss => "pg-boss",
            Self::Graphile => "Graphile Worker",
        }
    }
    /// The option that has a job tried several times.
    #[must_use]
    pub const fn retries(self) -> &'static str {
        match self {
            Self::BullMq => "defaultJobOptions: { attempts: 5, backoff: { type: \"exponential\", delay: 1000 } }",
            Self::Inngest => "retries: 4",
            Self::TriggerDev => "retry: { maxAttempts: 5 }",
            Self::QStash => "retries: 3",
            Self::PgBoss => "retryLimit: 5, retryBackoff: true",
            Self::Graphile => "maxAttempts: 10",
        }
    }
    /// What hears of jobs that failed for good.
    #[must_use]
    pub const fn hears(self) -> &'static str {
        match self {
            Self::BullMq => "worker.on(\"failed\", (job, error) => report(job?.id, error));",
            Self::Inngest | Self::TriggerDev => "onFailure: async ({ error }) => report(error),",
            Self::QStash => "failureCallback: \"https://YOUR-DOMAIN/api/jobs/failed\",",
            Self::PgBoss => {
                "await boss.createQueue(\"mail\", { deadLetter: \"failed\" }); // and boss.work(\"failed\", report)"
            }
            Self::Graphile => "runner.events.on(\"job:failed\", ({ job, error }) => report(job.id, error));",
        }
    }
    /// Whether the service lists failed jobs in a dashboard of its own.
    #[must_use]
    pub const fn has_dashboard(self) -> bool {
        matches!(self, Self::Inngest | Self::TriggerDev | Self::QStash)
    }
}
/// The first of each library.
pub(super) fn first_of_each(all: &[Tried]) -> impl Iterator<Item = &Tried> {
    all.iter().enumerate().filter(|(i, t)| !all[..*i].iter().any(|u| u.library == t.library)).map(|(_, t)| t)
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
