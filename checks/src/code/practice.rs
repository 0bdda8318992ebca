//! What the source does at its doors, on its schedule, and with what it logs, stores and sells. Each
//! matter is a fact of its own, so that a file which could not be parsed is a gap only where its text
//! speaks of that matter.

use crate::vocab::{Cause, Gaps, Place};
use std::collections::BTreeSet;

/// All of it, as one reading of the source yields it.
#[derive(Clone, Debug, Default)]
pub struct Practice {
    /// Routes that only some may call.
    pub doors: Doors,
    /// What the host calls by the clock.
    pub schedule: Schedule,
    /// What is logged.
    pub logs: Logs,
    /// What it sells, hands to models and keeps.
    pub deeds: super::deeds::Deeds,
    /// What it does with what it is sent, and in its actions and queues.
    pub work: super::work::Work,
}

macro_rules! with_gaps {
    ($($t:ty),*) => { $(impl Gaps for $t { fn gaps(&self) -> &[Cause] { &self.gaps } })* };
}
with_gaps!(Doors, Schedule, Logs);

/// The routes that only some may call, and what the source tells browsers of other sites.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    /// Admin, cron and internal routes, in the order of their files.
    pub doors: Vec<Door>,
    /// Answers that let pages of any site read them with the visitor's cookies.
    pub cors: Vec<Cors>,
    /// The places where a password is compared, in the order of their files.
    pub logins: Vec<Login>,
    /// Whether anything is said about other sites at all.
    pub speaks_cors: bool,
    /// Functions that the configuration calls guards.
    pub guards: Vec<String>,
    /// Files of such routes that could not be parsed.
    pub gaps: Vec<Cause>,
}
/// A route, page, action or procedure that only some may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Its file, as people know it.
    pub file: String,
    /// The URL path; of an action or a procedure its name and file.
    pub route: String,
    /// Whom it is for.
    pub kind: DoorKind,
    /// What it is.
    pub what: Opening,
    /// Where its handler begins.
    pub at: Place,
    /// What keeps others out, such as `requireAdmin`; `None` where nothing was seen.
    pub guard: Option<String>,
    /// The functions that it calls, by the last part of their names, and those that these call.
    pub calls: BTreeSet<String>,
    /// The first thing it does that matters: a query, a call of a module of its own.
    pub does: Option<(Place, String)>,
    /// Whether that writes.
    pub writes: bool,
    /// Whether something of it could not be followed: a module that is not here, a wrapper of a package.
    pub unsure: bool,
}
/// A place where a password is compared with what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Where.
    pub at: Place,
    /// The call: `bcrypt.compare`.
    pub call: String,
    /// Whether anything on the way there counts how often somebody tries.
    pub limited: bool,
}
/// What a door is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Opening {
    /// A route file of Next.js.
    Route,
    /// A page that is rendered on the server.
    Page,
    /// A server action.
    Action,
    /// A procedure of tRPC or oRPC.
    Procedure,
    /// A route that Hono, Express or Fastify serve.
    Served,
}
/// Whom a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DoorKind {
    /// The people who run the app.
    Admin,
    /// The clock of the host.
    Cron,
    /// Other parts of the app.
    Internal,
}
/// An answer that lets any site read it with the visitor's cookies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// Where the origin is answered.
    pub at: Place,
    /// How, in words.
    pub how: &'static str,
}

/// The routes that the host calls by the clock, as `vercel.json` lists them.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    /// The entries, in the order of files and lines.
    pub crons: Vec<Cron>,
    /// A `vercel.json` that could not be read.
    pub gaps: Vec<Cause>,
}
/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    /// The path that is called, as written.
    pub path: String,
    /// When, as written.
    pub schedule: String,
    /// Where it stands.
    pub at: Place,
    /// Where it leads.
    pub leads: Leads,
}
/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To this file.
    To(String),
    /// Perhaps somewhere; why it cannot be said.
    Perhaps(&'static str),
    /// To no file.
    Nowhere,
}

/// What is written into logs.
#[derive(Clone, Debug, Default)]
pub struct Logs {
    /// What should not stand there, in the order of files and lines.
    pub leaks: Vec<Logged>,
    /// How many calls that log were looked at.
    pub calls: u32,
    /// Files that log and could not be parsed.
    pub gaps: Vec<Cause>,
}
/// A value in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Where.
    pub at: Place,
    /// The call: `console.log`.
    pub call: String,
    /// The value, as the source names it.
    pub what: String,
    /// What it is.
    pub kind: LoggedKind,
}
/// What kind of value is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoggedKind {
    /// A variable of the environment that holds a secret, or all of them.
    Variable,
    /// Something that is called a password, a key, a card number.
    Secret,
    /// Something that may be a secret or not, such as a token.
    Perhaps,
    /// An address or a number of a person.
    Person,
}
