//! What the source sells, hands to a model, keeps in its tables, and what watches over it.

use crate::vocab::{Cause, Gaps, Place};

/// All of it, as one reading of the source yields it.
#[derive(Clone, Debug, Default)]
pub struct Deeds {
    /// Payments.
    pub money: Money,
    /// What models may do.
    pub tools: Tools,
    /// The tables that the schema declares.
    pub columns: Columns,
    /// What watches over the app and its deploys.
    pub watch: Watch,
}

macro_rules! with_gaps {
    ($($t:ty),*) => { $(impl Gaps for $t { fn gaps(&self) -> &[Cause] { &self.gaps } })* };
}
with_gaps!(Money, Tools, Columns, Watch);

/// What the source does about payments.
#[derive(Clone, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing of the source, and any of them may hold together"
)]
pub struct Money {
    /// Where a webhook handler names a type of event of Stripe, and that type.
    pub handles: Option<(Place, String)>,
    /// Whether the source speaks of subscriptions and not of single payments alone.
    pub subscriptions: bool,
    /// Whether any file names an event or a status that follows a payment which failed.
    pub follows: bool,
    /// Cases for a failed payment that do nothing.
    pub silent: Vec<Silent>,
    /// Sales that code of browsers writes.
    pub in_browser: Vec<BrowserSale>,
    /// Whether there is code of browsers at all.
    pub browser: bool,
    /// How many files draw pages.
    pub pages: u32,
    /// Whether any of these speaks of billing.
    pub shown: bool,
    /// Files that speak of payments and could not be parsed.
    pub gaps: Vec<Cause>,
}
/// A case for a failed payment that does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// Where the case stands.
    pub at: Place,
    /// The type of event.
    pub event: String,
    /// Whether another event brings the new status all the same.
    pub elsewhere: bool,
}
/// A sale that code of browsers writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserSale {
    /// Where.
    pub at: Place,
    /// The call.
    pub call: String,
    /// What it writes, in words.
    pub what: String,
}

/// What models are given to call.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    /// How many tools there are.
    pub tools: u32,
    /// Those that reach a write which should be asked about.
    pub writes: Vec<ToolWrite>,
    /// Files with tools that could not be parsed.
    pub gaps: Vec<Cause>,
}
/// A tool that writes without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolWrite {
    /// Where the tool stands.
    pub at: Place,
    /// Its name; empty where it has none.
    pub tool: String,
    /// The write, and where it stands.
    pub call: String,
    /// Where the write stands.
    pub reaches: Place,
    /// What it does, in words.
    pub what: &'static str,
}

/// The tables that hold what a provider of payments calls its own.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The tables with an id of a provider.
    pub tables: Vec<BillingTable>,
    /// Whether any schema was found.
    pub schema: bool,
    /// Whether anything in the schema can hold a status: a column of such a name in any table of people
    /// or payments, or a column for anything.
    pub status: bool,
    /// Schemas that could not be read.
    pub gaps: Vec<Cause>,
}
/// A table with an id of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillingTable {
    /// Its name.
    pub table: String,
    /// The column of the subscription's id.
    pub column: String,
    /// Where that stands.
    pub at: Place,
    /// The column for the end of the period, where there is one.
    pub period: Option<String>,
}

/// What watches over the app and its deploys.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    /// Whether the app is one that runs, with a package.json.
    pub app: bool,
    /// The package that takes payments.
    pub sells_with: Option<String>,
    /// What reports errors.
    pub reports_errors: Option<String>,
    /// Whether the folder is under Git.
    pub git: bool,
    /// The commands of package.json that check something: `test`, `lint`.
    pub scripts: Vec<String>,
    /// The files that say what runs on a push, and what they do.
    pub pipelines: Vec<Pipeline>,
    /// Whether the build itself checks: `npm test && next build`.
    pub build_checks: bool,
    /// What could not be read.
    pub gaps: Vec<Cause>,
}
/// A file that says what runs on a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// The file.
    pub file: String,
    /// Whether it checks: tests, types, lints.
    pub checks: bool,
    /// Where it deploys, if it does.
    pub deploys: Option<Place>,
}
