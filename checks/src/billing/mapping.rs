//! Which columns of the app's own tables hold the billing state.
//!
//! Names do not find them, values do: a column is what its sampled values look like, and which one
//! is meant is decided by the account's own ids. What is not confirmed is said and never judged by.

use super::{
    status::Word,
    vendor::{Vendor, is_of_paddle},
};
use crate::vocab::{Cell, Exhibit, ExhibitBody, Shown};
use std::collections::{BTreeMap, BTreeSet};

/// `[billing.mapping]`: what the user pins. Empty roles are looked for in the same table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mapping {
    /// The table, with its schema where it needs one: `users`, `billing.subscriptions`.
    pub table: String,
    /// The column with `cus_…`.
    pub customer: Option<String>,
    /// The column with `sub_…`.
    pub subscription: Option<String>,
    /// The column with the status word, or a boolean.
    pub status: Option<String>,
    /// The column with `price_…`.
    pub price: Option<String>,
    /// The column with the end of the period.
    pub period_end: Option<String>,
    /// The column that says that it will end: a boolean or a time.
    pub cancel: Option<String>,
    /// The columns of the other roles; these are looked for and not pinned.
    pub more: BTreeMap<Role, String>,
}

/// The evidence of a role that the user pinned.
const PINNED: &str = "pinned by [billing.mapping]";

/// What a column means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[expect(missing_docs, reason = "the roles are the words themselves")]
pub enum Role {
    Customer,
    Subscription,
    Status,
    Price,
    PeriodEnd,
    Cancel,
    Plan,
    Quantity,
    Currency,
    Livemode,
    Flag,
    Email,
    Owner,
    Key,
}
impl Role {
    /// The roles that can be pinned and are always shown.
    pub const PINNED: [Self; 6] =
        [Self::Customer, Self::Subscription, Self::Status, Self::Price, Self::PeriodEnd, Self::Cancel];
    /// Every role, in the order they are shown and read.
    pub const ALL: [Self; 14] = [
        Self::Customer,
        Self::Subscription,
        Self::Status,
        Self::Price,
        Self::PeriodEnd,
        Self::Cancel,
        Self::Plan,
        Self::Quantity,
        Self::Currency,
        Self::Livemode,
        Self::Flag,
        Self::Email,
        Self::Owner,
        Self::Key,
    ];
    /// The word in the report.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Subscription => "subscription",
            Self::Status => "status",
            Self::Price => "price",
            Self::PeriodEnd => "period_end",
            Self::Cancel => "cancel",
            Self::Plan => "plan",
            Self::Quantity => "quantity",
            Self::Currency => "currency",
            Self::Livemode => "livemode",
            Self::Flag => "flag",
            Self::Email => "email",
            Self::Owner => "owner",
            Self::Key => "key",
        }
    }
    /// The word in the configuration.
    #[must_use]
    pub fn key(self) -> String {
        self.word().replace('_', "-")
    }
}
impl Mapping {
    /// The column of a role.
    #[must_use]
    pub fn column(&self, role: Role) -> Option<&str> {
        match role {
            Role::Customer => &self.customer,
            Role::Subscription => &self.subscription,
            Role::Status => &self.status,
            Role::Price => &self.price,
            Role::PeriodEnd => &self.period_end,
            Role::Cancel => &self.cancel,
            other => return self.more.get(&other).map(String::as_str),
        }
        .as_deref()
    }
    fn put(&mut self, role: Role, column: Option<String>) {
        match role {
            Role::Customer => self.customer = column,
            Role::Subscription => self.subscription = column,
            Role::Status => self.status = column,
            Role::Price => self.price = column,
            Role::PeriodEnd => self.period_end = column,
            Role::Cancel => self.cancel = column,
            other => {
                self.more.remove(&other);
                self.more.extend(column.map(|c| (other, c)));
            }
        }
    }
    /// The lines of configuration that pin it.
    #[must_use]
    pub fn stanza(&self) -> String {
        let quoted = |t: &str| format!("\"{}\"", t.replace('\\', "\\\\").replace('"', "\\\""));
        let mut parts = vec![format!("table = {}", quoted(&self.table))];
        let given = Role::PINNED.into_iter().filter_map(|r| Some((r, self.column(r)?)));
        parts.extend(given.map(|(role, column)| format!("{} = {}", role.key(), quoted(column))));
        format!("mapping = {{ {} }}", parts.join(", "))
    }
}

// ------------------------------------------------------------------------ what the database shows ---

/// A table and a sample of what its columns hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableSample {
    /// Its schema, where the database has such; empty for the one that needs no naming.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<ColumnSample>,
}
/// A column and up to 200 of its values that are not NULL, as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ColumnSample {
    /// Its name.
    pub name: String,
    /// What it is declared as.
    pub kind: ColumnKind,
    /// The values.
    pub values: Vec<String>,
}
/// The kinds of column that matter here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum ColumnKind {
    /// Text of any length, and enumerations.
    Text,
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A date or time.
    Time,
    /// Anything else; never read.
    Other,
}
impl TableSample {
    /// The name a person would write.
    #[must_use]
    pub fn full_name(&self) -> String {
        if self.schema.is_empty() { self.name.clone() } else { format!("{}.{}", self.schema, self.name) }
    }
    fn column(&self, name: &str) -> Option<&ColumnSample> {
        let exact = self.columns.iter().find(|c| c.name == name);
        exact.or_else(|| self.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name)))
    }
    fn is_called(&self, name: &str) -> bool {
        let full = self.full_name();
        name.eq_ignore_ascii_case(&full) || name.eq_ignore_ascii_case(&self.name)
    }
}

/// What a value is by its prefix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum IdKind {
    Customer,
    Subscription,
    Price,
}
impl IdKind {
    const ALL: [Self; 3] = [Self::Customer, Self::Subscription, Self::Price];
}
/// Whether this is the id of a subscription and not of a schedule.
#[must_use]
pub fn is_subscription_id(value: &str) -> bool {
    has_prefix(value, "sub_") && !value.starts_with("sub_sched_")
}
/// Whether this is the id of a customer.
#[must_use]
pub fn is_customer_id(value: &str) -> bool {
    has_prefix(value, "cus_")
}
fn has_prefix(value: &str, prefix: &str) -> bool {
    value.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty() && rest.len() <= 250 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}
fn is_of(kind: IdKind, value: &str) -> bool {
    match kind {
        IdKind::Customer => is_customer_id(value) || is_of_paddle(value, "ctm_"),
        IdKind::Subscription => is_subscription_id(value),
        IdKind::Price => {
            // `price_pro_monthly` is somebody's key for looking a price up: an id has one underscore.
            ["price_", "plan_", "pri_"].iter().any(|p| has_prefix(value, p)) && value.matches('_').count() == 1
        }
    }
}
/// How many of the values are of the kind, where at least nine in ten are.
fn typed(column: &ColumnSample, kind: IdKind) -> Option<usize> {
    if column.kind != ColumnKind::Text || column.values.is_empty() {
        return None;
    }
    let fitting = column.values.iter().filter(|v| is_of(kind, v)).count();
    (fitting * 10 >= column.values.len() * 9).then_some(fitting)
}

// --------------------------------------------------------------------------------- the candidates ---

/// A column that may be the one the billing state hangs on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The table, by its place in the sample.
    pub table: usize,
    /// The column with the ids.
    pub column: String,
    /// Whether it holds subscriptions; else it holds customers.
    pub subscriptions: bool,
    score: i64,
    fitting: usize,
}

/// Words in a table's name that say it is about something else (invoices, logs, price lists).
const BESIDE: &[&str] = &[
    "invoice",
    "payment",
    "charge",
    "payout",
    "credential",
    "webhook",
    "event",
    "price",
    "product",
    "item",
    "audit",
    "history",
    "transaction",
    "refund",
];

/// The columns that may hold the account's ids, best guess first. Which one does is for the
/// account's own ids to say.
#[must_use]
pub fn candidates(tables: &[TableSample]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        let name = table.name.to_ascii_lowercase();
        let mut base = 0;
        if name.contains("subscri") || name.contains("billing") {
            base += 20;
        }
        if is_beside(&table.name) {
            base -= 50;
        }
        if table.columns.iter().any(|c| {
            let c = c.name.to_ascii_lowercase();
            c.contains("status") || c.contains("active") || c.contains("plan") || c.contains("tier")
        }) {
            base += 8;
        }
        for column in &table.columns {
            for (kind, subscriptions) in [(IdKind::Subscription, true), (IdKind::Customer, false)] {
                if let Some(fitting) = typed(column, kind) {
                    let score = base + i64::try_from(fitting.min(200) / 10).unwrap_or_default();
                    found.push(Candidate { table: index, column: column.name.clone(), subscriptions, score, fitting });
                }
            }
        }
    }
    // Subscriptions first: a customer column is the anchor only where there is no other.
    found.sort_by(|a, b| {
        (b.subscriptions, b.score, b.fitting, a.table, &a.column).cmp(&(
            a.subscriptions,
            a.score,
            a.fitting,
            b.table,
            &b.column,
        ))
    });
    found
}

/// The same for a provider. Ids that are mere numbers say nothing by themselves: their columns go by
/// name, and which of them is meant only the account's own ids tell.
#[must_use]
pub fn candidates_of(vendor: Vendor, tables: &[TableSample]) -> Vec<Candidate> {
    if vendor != Vendor::LemonSqueezy {
        return candidates(tables);
    }
    let mut found = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        for column in table.columns.iter().filter(|c| matches!(c.kind, ColumnKind::Text | ColumnKind::Number)) {
            let name = plain(&column.name);
            let subscriptions = name.contains("subscription");
            let numbers = column.values.iter().filter(|v| vendor.is_subscription(v)).count();
            let fits = column.kind == ColumnKind::Number || (numbers > 0 && numbers * 10 >= column.values.len() * 9);
            if fits && (subscriptions || name.contains("customer") || name.contains("lemon")) {
                let score = if is_beside(&table.name) { -50 } else { 0 } + if name.contains("lemon") { 20 } else { 0 };
                let both = name.contains("lemon") && !name.contains("customer");
                let column = column.name.clone();
                found.push(Candidate { table: index, column, subscriptions: subscriptions || both, score, fitting: 0 });
            }
        }
    }
    found
}

/// How many of the account's ids that were looked up are in the candidate's column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Coverage {
    /// How many were looked up.
    pub asked: usize,
    /// How many of them it holds.
    pub held: usize,
}

/// The mapping that the comparison goes by, with what each part rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    /// The columns, spelled as the database does.
    pub mapping: Mapping,
    /// The schema of the table; empty where it needs none.
    pub schema: String,
    /// The table's own name.
    pub table: String,
    /// Whether the status column holds no words: a boolean, or a number.
    pub status_is_flag: bool,
    /// The quote that the database puts around names; `"` unless it is told otherwise.
    pub quote: char,
    /// Whose ids they are.
    pub vendor: Vendor,
    /// The roles and their evidence.
    pub roles: Vec<RoleShown>,
    /// Where the people stand, where that is another table.
    pub people: Option<People>,
    /// The column that says that a row was deleted, where rows are kept: the app sees them no more.
    pub deleted: Option<Deleted>,
}
/// The column that marks rows as deleted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deleted {
    /// Its name.
    pub column: String,
    /// Whether it is a boolean; else a time.
    pub is_flag: bool,
}
/// A table of the app's users, with their e-mail addresses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct People {
    /// The schema of the table; empty where it needs none.
    pub schema: String,
    /// The table's own name.
    pub table: String,
    /// The column that tells rows apart.
    pub key: Option<String>,
    /// The column with the address.
    pub email: String,
    /// The column of the billing table that holds this table's key, where there is one.
    pub owner: Option<String>,
    /// The column that says that a row was deleted, where rows are kept.
    pub deleted: Option<Deleted>,
    /// The column of the tenant, in each of whom an address may stand once.
    pub tenant: Option<String>,
}
impl People {
    /// The name a person would write.
    #[must_use]
    pub fn full_name(&self) -> String {
        if self.schema.is_empty() { self.table.clone() } else { format!("{}.{}", self.schema, self.table) }
    }
}

/// Whether a column holds the ids of the events that were handled. A table that is a history holds
/// them as often as it likes.
#[must_use]
pub fn is_event_column(table: &TableSample, column: &ColumnSample) -> bool {
    let name = table.name.to_ascii_lowercase();
    let history = ["audit", "history", "attempt", "deliver", "log"].iter().any(|w| name.contains(w));
    let fitting = column.values.iter().filter(|v| has_prefix(v, "evt_")).count();
    !history && !column.name.contains('#') && fitting > 0 && fitting * 10 >= column.values.len() * 9
}

/// The columns of the guides' canonical row that no table has, by any of their usual names.
#[must_use]
pub fn absent(tables: &[TableSample], settled: &Settled) -> Vec<&'static str> {
    let has = |role| settled.mapping.column(role).is_some();
    let named =
        |names: &[&str]| tables.iter().flat_map(|t| &t.columns).any(|c| names.contains(&plain(&c.name).as_str()));
    let typed_as = |kind| tables.iter().flat_map(|t| &t.columns).any(|c| typed(c, kind).is_some());
    let access = [
        "accesslevel",
        "access",
        "hasaccess",
        "entitlement",
        "entitlements",
        "tier",
        "role",
        "roles",
        "permissions",
        "isactive",
        "active",
        "ispro",
        "ispremium",
        "ispaid",
        "features",
    ];
    let ends = ["currentperiodend", "periodend", "billingcycleendsat", "renewsat", "paiduntil", "expiresat", "endsat"];
    let columns = [
        ("user_id", has(Role::Owner) || has(Role::Key) || settled.people.is_some() || named(&["userid", "ownerid"])),
        (
            "stripe_customer_id",
            has(Role::Customer) || typed_as(IdKind::Customer) || named(&["stripecustomerid", "stripecustomer"]),
        ),
        (
            "stripe_subscription_id",
            has(Role::Subscription)
                || typed_as(IdKind::Subscription)
                || named(&["stripesubscriptionid", "stripesubscription"]),
        ),
        ("plan", has(Role::Plan) || has(Role::Price) || named(&["plan", "planname", "tier", "productid", "priceid"])),
        ("status", has(Role::Status) || has(Role::Flag)),
        ("current_period_end", has(Role::PeriodEnd) || named(&ends)),
        ("access_level", named(&access)),
    ];
    columns.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect()
}

/// The tables that each keep a status beside at least half of the account's subscriptions.
#[must_use]
pub fn scattered(tables: &[TableSample], covered: &[(Candidate, Coverage)]) -> Vec<Shown> {
    let held = covered.iter().filter(|(c, cov)| c.subscriptions && cov.asked > 0 && cov.held * 2 >= cov.asked);
    let mut places: Vec<(usize, Shown)> = held
        .filter(|(c, _)| !is_beside(&tables[c.table].name))
        .filter_map(|(c, _)| {
            let table = &tables[c.table];
            let (column, _, sure) = status(table)?;
            sure.then(|| (c.table, format!("{}.{}", table.full_name(), column.name).into()))
        })
        .collect();
    places.sort();
    places.dedup();
    places.into_iter().map(|(_, place)| place).collect()
}
/// One role, as the exhibit shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoleShown {
    /// The role.
    pub role: Role,
    /// `schema.table.column`; `None` where there is none.
    pub column: Option<Shown>,
    /// `id`, `word`, `flag`, `time`.
    pub unit: &'static str,
    /// Whether values and the account agree that it is this column.
    pub confirmed: bool,
    /// What that rests on.
    pub evidence: Shown,
}

/// What came of looking for the mapping.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Settlement {
    /// These columns.
    Settled(Settled),
    /// Nothing that may be judged by, and why; with the best guess for showing.
    Unconfirmed(Option<Settled>, Shown),
    /// The database holds no id of a customer or subscription and has no column made for one.
    NoBillingState,
}

/// Decides between the candidates by how many of the account's ids each holds. `covered` pairs a
/// candidate with its coverage.
#[must_use]
pub fn settle(tables: &[TableSample], covered: &[(Candidate, Coverage)]) -> Settlement {
    let Some((best, coverage)) = choose(tables, covered) else { return unvalued(tables) };
    let table = &tables[best.table];
    let mut settled = fill(table, best, *coverage);
    let beside = covered.iter().find(|(c, cov)| {
        best.subscriptions && !c.subscriptions && c.table == best.table && cov.held > 0 && cov.held * 2 >= cov.asked
    });
    if let (Some((c, cov)), None) = (beside, &settled.mapping.customer) {
        settled.mapping.customer = Some(c.column.clone());
        for shown in settled.roles.iter_mut().filter(|r| r.role == Role::Customer) {
            shown.column = Some(format!("{}.{}", table.full_name(), c.column).into());
            shown.confirmed = true;
            shown.evidence = format!("holds {} of {} of the account's ids", cov.held, cov.asked).into();
        }
    }
    let place = format!("{}.{}", table.full_name(), best.column);
    if coverage.asked == 0 {
        return Settlement::Unconfirmed(
            Some(settled),
            format!("{place} holds ids, and the account has none to compare with").into(),
        );
    }
    if coverage.held * 2 < coverage.asked {
        let why = format!("{place} holds only {} of {} of the account's ids", coverage.held, coverage.asked);
        return Settlement::Unconfirmed(Some(settled), why.into());
    }
    let rival = covered.iter().find(|(c, cov)| {
        c.subscriptions == best.subscriptions
            && (c.table, &c.column) != (best.table, &best.column)
            && !is_beside(&tables[c.table].name)
            && cov.held * coverage.asked.max(1) == coverage.held * cov.asked.max(1)
            && c.score == best.score
    });
    // Team and organisation billing, say: each holds a part, and judging by one alone would call the
    // other's customers missing.
    let split = covered.iter().find(|(c, cov)| {
        c.subscriptions == best.subscriptions
            && c.table != best.table
            && !is_beside(&tables[c.table].name)
            && coverage.held * 10 < coverage.asked * 9
            && cov.held * 10 >= cov.asked
            && (coverage.held + cov.held) * 20 <= coverage.asked * 21
    });
    if let Some((other, cov)) = split {
        let other = format!("{}.{}", tables[other.table].full_name(), other.column);
        let (held, more, asked) = (coverage.held, cov.held, coverage.asked);
        let why = format!("{place} holds {held} of {asked} of the account's ids and {other} another {more}");
        return Settlement::Unconfirmed(Some(settled), why.into());
    }
    if let Some((rival, _)) = rival {
        let other = format!("{}.{}", tables[rival.table].full_name(), rival.column);
        return Settlement::Unconfirmed(Some(settled), format!("{place} and {other} hold the same ids").into());
    }
    Settlement::Settled(settled)
}
fn is_beside(table: &str) -> bool {
    let name = table.to_ascii_lowercase();
    let about = BESIDE.iter().any(|w| name.contains(w)) || name.ends_with("log") || name.ends_with("logs");
    // A trail of subscriptions is a trail: it forgets nothing and lets nobody in.
    let trail = ["history", "audit", "archive", "event"].iter().any(|w| name.contains(w)) || name.ends_with("log");
    trail || (about && !name.contains("subscri"))
}

/// The candidate that holds the largest share. Tables about something else (invoices, events) hold
/// the same ids and more, since they forget nothing, so they count only where no other will do; and
/// among those within a tenth of the best, names decide.
fn choose<'a>(tables: &[TableSample], covered: &'a [(Candidate, Coverage)]) -> Option<&'a (Candidate, Coverage)> {
    let share = |c: &Coverage| c.held * 100 / c.asked.max(1);
    let of = |subscriptions: bool, beside: bool, least: usize| {
        let fit = move |(c, cov): &&(Candidate, Coverage)| {
            c.subscriptions == subscriptions && is_beside(&tables[c.table].name) == beside && share(cov) >= least
        };
        let best = covered.iter().filter(fit).map(|(_, cov)| share(cov)).max()?;
        let near = covered.iter().filter(fit).filter(move |(_, cov)| share(cov) + 10 >= best);
        near.max_by_key(|(c, cov)| (c.score, share(cov)))
    };
    // Half of the account's ids is what confirms; below that the best guess is only shown.
    let tries =
        [(true, false, 50), (false, false, 50), (true, true, 50), (true, false, 0), (false, false, 0), (true, true, 0)];
    tries.into_iter().find_map(|(subscriptions, beside, least)| of(subscriptions, beside, least))
}

/// No value gave a column away: either there is no such column, or it is empty.
fn unvalued(tables: &[TableSample]) -> Settlement {
    let named = tables.iter().find_map(|t| {
        let c = t.columns.iter().find(|c| {
            let n = plain(&c.name);
            c.values.is_empty()
                && c.kind == ColumnKind::Text
                && (n.contains("stripe") || n.contains("subscriptionid") || n.contains("customerid"))
        })?;
        Some(format!("{}.{}", t.full_name(), c.name))
    });
    match named {
        Some(place) => Settlement::Unconfirmed(
            None,
            format!("{place} looks made for it by its name, and holds no value that could confirm it").into(),
        ),
        None => Settlement::NoBillingState,
    }
}

/// The mapping that the configuration pins, with the roles it leaves open looked for in the table.
///
/// # Errors
/// The sentence that says which table or column the database does not have.
pub fn pinned(pin: &Mapping, tables: &[TableSample]) -> Result<Settled, Shown> {
    let table = tables
        .iter()
        .find(|t| t.full_name() == pin.table)
        .or_else(|| tables.iter().find(|t| t.is_called(&pin.table)))
        .ok_or_else(|| Shown::from(format!("[billing.mapping] names the table {}, which is not there", pin.table)))?;
    for role in Role::ALL {
        if let Some(column) = pin.column(role)
            && table.column(column).is_none()
        {
            let name = table.full_name();
            return Err(format!("[billing.mapping] {} = \"{column}\": {name} has no such column", role.key()).into());
        }
    }
    let mut settled = around(table, pin);
    for shown in &mut settled.roles {
        if pin.column(shown.role).is_some() {
            shown.confirmed = true;
            shown.evidence = PINNED.into();
        }
    }
    if settled.mapping.subscription.is_none() && settled.mapping.customer.is_none() {
        return Err(format!("[billing.mapping] gives {} neither subscription nor customer", pin.table).into());
    }
    Ok(settled)
}

fn fill(table: &TableSample, best: &Candidate, coverage: Coverage) -> Settled {
    let mut pin = Mapping { table: table.full_name(), ..Mapping::default() };
    let role = if best.subscriptions { Role::Subscription } else { Role::Customer };
    pin.put(role, Some(best.column.clone()));
    let mut settled = around(table, &pin);
    let sampled = table.column(&best.column).map_or(0, |c| c.values.len());
    let prefix = if best.subscriptions { "sub_" } else { "cus_" };
    for shown in settled.roles.iter_mut().filter(|r| r.role == role) {
        shown.confirmed = coverage.held > 0 && coverage.held * 2 >= coverage.asked;
        let holds = format!("holds {} of {} of the account's ids", coverage.held, coverage.asked);
        shown.evidence = match best.fitting {
            0 => holds.into(),
            n => format!("{n} of {sampled} sampled values start with {prefix}; {holds}").into(),
        };
    }
    settled
}

/// Completes a mapping within its table, by value first and by name where values cannot tell.
fn around(table: &TableSample, pin: &Mapping) -> Settled {
    let mut mapping = Mapping { table: table.full_name(), ..Mapping::default() };
    let mut roles = Vec::new();
    for role in Role::ALL {
        let given = pin.column(role).and_then(|c| table.column(c));
        let found = given.map(|c| (c, "given".to_owned(), true)).or_else(|| look(table, role));
        mapping.put(role, found.as_ref().map(|(c, ..)| c.name.clone()));
        roles.push(RoleShown {
            role,
            column: found.as_ref().map(|(c, ..)| format!("{}.{}", table.full_name(), c.name).into()),
            unit: unit(role, found.as_ref().map(|(c, ..)| c.kind)),
            confirmed: found.as_ref().is_some_and(|(.., sure)| *sure),
            evidence: found.map_or_else(|| "no such column".into(), |(_, why, _)| why.into()),
        });
    }
    let status_is_flag =
        mapping.status.as_deref().and_then(|s| table.column(s)).is_some_and(|c| c.kind != ColumnKind::Text);
    Settled {
        mapping,
        schema: table.schema.clone(),
        table: table.name.clone(),
        status_is_flag,
        quote: '"',
        vendor: Vendor::Stripe,
        roles,
        people: None,
        deleted: deleted(table),
    }
}
/// The column that marks a row as deleted.
fn deleted(table: &TableSample) -> Option<Deleted> {
    table.columns.iter().find_map(|c| {
        let is_flag = match (plain(&c.name).as_str(), c.kind) {
            ("deletedat", ColumnKind::Time | ColumnKind::Text) => false,
            ("isdeleted" | "deleted", ColumnKind::Flag) => true,
            _ => return None,
        };
        Some(Deleted { column: c.name.clone(), is_flag })
    })
}
/// The column that says to which tenant a row belongs, where an app has such.
fn tenant(table: &TableSample) -> Option<String> {
    const NAMES: &[&str] = &[
        "tenantid",
        "organizationid",
        "organisationid",
        "orgid",
        "workspaceid",
        "accountid",
        "companyid",
        "siteid",
        "storeid",
    ];
    table.columns.iter().find(|c| NAMES.contains(&plain(&c.name).as_str())).map(|c| c.name.clone())
}
const fn unit(role: Role, kind: Option<ColumnKind>) -> &'static str {
    match (role, kind) {
        (_, None) => "",
        (Role::Customer | Role::Subscription | Role::Price | Role::Owner | Role::Key, _) => "id",
        (_, Some(ColumnKind::Flag)) => "flag",
        (Role::Quantity, _) => "number",
        (Role::PeriodEnd | Role::Cancel, _) => "time",
        _ => "word",
    }
}

/// A column's name as it is compared: of a leaf of JSON the last step, without case and underscores.
pub(super) fn plain(name: &str) -> String {
    let last = name.rsplit(['#', '.']).next().unwrap_or(name);
    last.to_ascii_lowercase().replace(['_', '-', ' '], "")
}

/// A column for the role in this table, why, and whether values say so.
fn look(table: &TableSample, role: Role) -> Option<(&ColumnSample, String, bool)> {
    let by_value = |kind: IdKind, prefix: &str| {
        let best = table.columns.iter().filter_map(|c| Some((typed(c, kind)?, c))).max_by_key(|(n, _)| *n)?;
        Some((best.1, format!("{} of {} sampled values start with {prefix}", best.0, best.1.values.len()), true))
    };
    let by_name = |names: &[&str], kinds: &[ColumnKind]| {
        names.iter().find_map(|wanted| {
            let c = table.columns.iter().find(|c| {
                let n = plain(&c.name);
                kinds.contains(&c.kind) && (n == *wanted || n == format!("stripe{wanted}"))
            })?;
            Some((c, "by its name".to_owned(), false))
        })
    };
    match role {
        Role::Customer => by_value(IdKind::Customer, "cus_"),
        Role::Subscription => by_value(IdKind::Subscription, "sub_"),
        Role::Price => by_value(IdKind::Price, "price_"),
        Role::Status => status(table),
        Role::PeriodEnd => by_name(
            &[
                "currentperiodend",
                "subscriptioncurrentperiodend",
                "periodend",
                "renewsat",
                "subscriptionend",
                "paiduntil",
            ],
            &[ColumnKind::Time, ColumnKind::Number, ColumnKind::Text],
        ),
        Role::Cancel => by_name(
            &["cancelatperiodend", "cancelat", "subscriptioncancelatperiodend"],
            &[ColumnKind::Flag, ColumnKind::Number, ColumnKind::Time],
        ),
        other => beyond(table, other),
    }
}

/// The roles that only say more about a row. They are found by their names and by what they hold;
/// those that a finding may rest on are confirmed on the whole join.
fn beyond(table: &TableSample, role: Role) -> Option<(&ColumnSample, String, bool)> {
    use ColumnKind::{Flag, Number, Text, Time};
    let named = |names: &[&str], kinds: &[ColumnKind], fits: fn(&str) -> bool| {
        names.iter().find_map(|wanted| {
            let c = table.columns.iter().find(|c| kinds.contains(&c.kind) && plain(&c.name) == *wanted)?;
            let fitting = c.values.iter().filter(|v| fits(v)).count();
            (fitting * 10 >= c.values.len() * 9).then(|| (c, "by its name".to_owned(), false))
        })
    };
    match role {
        Role::Plan => named(
            &["plan", "planname", "subscriptionplan", "plankey", "plancode", "tier", "accesslevel", "subscriptiontier"],
            &[Text],
            |v| v.len() <= 40 && !IdKind::ALL.into_iter().any(|k| is_of(k, v)),
        ),
        Role::Quantity => {
            named(&["quantity", "seats", "seatcount", "licensecount", "licenses", "numseats"], &[Number], |_| true)
        }
        Role::Currency => named(&["currency", "billingcurrency", "subscriptioncurrency"], &[Text], |v| {
            v.len() == 3 && v.bytes().all(|b| b.is_ascii_alphabetic())
        }),
        Role::Livemode => named(&["livemode", "islive", "islivemode", "stripelivemode"], &[Flag, Number], |_| true),
        Role::Flag => named(
            &[
                "issubscribed",
                "subscribed",
                "subscriptionactive",
                "ispro",
                "ispaid",
                "haspaid",
                "ispremium",
                "hasaccess",
                "isactive",
                "active",
            ],
            &[Flag, Number],
            |_| true,
        ),
        Role::Email => named(
            &["email", "emailaddress", "useremail", "owneremail", "billingemail", "customeremail"],
            &[Text],
            |v| v.contains('@'),
        ),
        Role::Owner => named(
            &["userid", "ownerid", "referenceid", "organizationid", "organisationid", "orgid", "teamid", "workspaceid"],
            &[Text, Number, ColumnKind::Other],
            |_| true,
        ),
        Role::Key => named(&["id", "uuid", "uid", "pk"], &[Text, Number, Time, ColumnKind::Other], |_| true),
        _ => None,
    }
}

/// The status column: its name says so and its values are words of subscriptions, or it is a flag.
fn status(table: &TableSample) -> Option<(&ColumnSample, String, bool)> {
    let about = |c: &ColumnSample| {
        let n = plain(&c.name);
        // "status" alone may be the status of a user; beside subscriptions in the name it is not.
        let own = ["stripestatus", "subscriptionstatus", "stripesubscriptionstatus", "billingstatus", "substatus"];
        if own.contains(&n.as_str()) {
            return Some(3);
        }
        (n == "status" || n.ends_with("subscriptionstatus") || n == "state").then_some(2)
    };
    let words: Option<(i32, &ColumnSample, usize)> = table
        .columns
        .iter()
        .filter(|c| c.kind == ColumnKind::Text && !c.values.is_empty())
        .filter_map(|c| {
            let rank = about(c)?;
            let known = c.values.iter().filter(|v| Word::fold(Some(v)).is_known()).count();
            // A column with mostly foreign words speaks of something else.
            (known * 2 > c.values.len()).then_some((rank, c, known))
        })
        .max_by_key(|(rank, _, known)| (*rank, *known));
    if let Some((rank, column, known)) = words {
        let distinct: BTreeSet<String> = column.values.iter().map(|v| v.to_ascii_lowercase()).collect();
        let name = table.name.to_ascii_lowercase();
        let sure = rank == 3
            || name.contains("subscri")
            || name.contains("billing")
            || distinct.iter().any(|w| !matches!(Word::fold(Some(w)), Word::Is(super::status::Status::Active)));
        return Some((
            column,
            format!("{known} of {} sampled values are subscription words", column.values.len()),
            sure,
        ));
    }
    let flag = table.columns.iter().find(|c| {
        let n = plain(&c.name);
        matches!(c.kind, ColumnKind::Flag | ColumnKind::Number)
            && ["active", "isactive", "issubscribed", "subscribed", "subscriptionactive", "ispro", "ispaid", "haspaid"]
                .contains(&n.as_str())
    })?;
    let user = ["active", "is_active", "isActive"].iter().any(|n| flag.name.eq_ignore_ascii_case(n));
    let sure = !user || table.name.to_ascii_lowercase().contains("subscri");
    Some((flag, "a flag, by its name".to_owned(), sure))
}

/// The table that holds the app's users: it has addresses, and its name speaks of people.
#[must_use]
pub fn people(tables: &[TableSample]) -> Option<People> {
    const NAMES: &[&str] =
        &["user", "users", "appuser", "appusers", "account", "accounts", "profile", "profiles", "member", "members"];
    let rank = |t: &TableSample| NAMES.iter().position(|n| plain(&t.name) == *n);
    let with = tables.iter().filter_map(|t| {
        let rank = rank(t)?;
        let email = beyond(t, Role::Email).filter(|(c, ..)| !c.values.is_empty() && !c.name.contains('#'))?.0;
        Some((rank, t, email))
    });
    // Schemas of their own (`auth.users`) come behind the app's.
    let (_, table, email) = with.min_by_key(|(rank, t, _)| (!t.schema.is_empty(), *rank))?;
    Some(People {
        schema: table.schema.clone(),
        table: table.name.clone(),
        key: beyond(table, Role::Key).map(|(c, ..)| c.name.clone()),
        email: email.name.clone(),
        owner: None,
        deleted: deleted(table),
        tenant: tenant(table),
    })
}

impl Settled {
    /// What is known of a role.
    #[must_use]
    pub fn role(&self, role: Role) -> Option<&RoleShown> {
        self.roles.iter().find(|r| r.role == role)
    }
    /// The column of a role, where it is confirmed.
    #[must_use]
    pub fn confirmed(&self, role: Role) -> Option<&str> {
        self.role(role).filter(|r| r.confirmed).and_then(|_| self.mapping.column(role))
    }
    /// Notes that the whole join agrees, or does not, with what the sample said of a role.
    pub fn judge(&mut self, role: Role, confirmed: bool, evidence: impl Into<Shown>) {
        let mut roles = self.roles.iter_mut();
        if let Some(r) = roles.find(|r| r.role == role && r.evidence.as_str() != PINNED) {
            r.confirmed = confirmed;
            r.evidence = evidence.into();
        }
    }
    /// The drawing: role, column, unit, confirmed, evidence.
    #[must_use]
    pub fn exhibit(&self) -> Exhibit {
        let shown = self.roles.iter().filter(|r| Role::PINNED.contains(&r.role) || r.column.is_some());
        let rows = shown.map(|r| {
            vec![
                Cell::Text(r.role.word().into()),
                r.column.clone().map_or(Cell::Empty, Cell::Text),
                if r.unit.is_empty() { Cell::Empty } else { Cell::Text(r.unit.into()) },
                Cell::Flag(r.confirmed),
                Cell::Text(self.vendor.told(r.evidence.as_str()).into()),
            ]
        });
        let pin = Shown::from(self.mapping.stanza());
        drawing(
            rows.chain([
                state(false, &self.vendor.told("ids of Stripe's were found")),
                line("config", None, true, pin),
            ])
            .collect(),
        )
    }
}
fn line(role: &str, column: Option<Shown>, confirmed: bool, evidence: impl Into<Shown>) -> Vec<Cell> {
    let column = column.map_or(Cell::Empty, Cell::Text);
    vec![Cell::Text(role.into()), column, Cell::Empty, Cell::Flag(confirmed), Cell::Text(evidence.into())]
}
fn state(none: bool, why: &str) -> Vec<Cell> {
    line("no_billing_state", None, none, why)
}
fn drawing(rows: Vec<Vec<Cell>>) -> Exhibit {
    Exhibit {
        id: "column-mapping",
        title: "Where the database keeps the billing state".into(),
        body: ExhibitBody::Table { columns: vec!["role", "column", "unit", "confirmed", "evidence"], rows },
    }
}
/// The same drawing for a database that says nothing yet: each role without a column, and what the
/// app's own files say instead.
#[must_use]
pub fn nothing_yet(un: &super::facts::Unconfirmed) -> Exhibit {
    let rows = Role::PINNED.into_iter().map(|r| line(r.word(), None, false, "no such column"));
    let guesses = un.guess.iter().map(|g| line("guess", None, false, g.clone()));
    drawing(rows.chain([state(true, un.why.as_str())]).chain(guesses).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: ColumnKind, values: &[&str]) -> ColumnSample {
        ColumnSample { name: name.into(), kind, values: values.iter().map(|v| (*v).into()).collect() }
    }
    fn table(name: &str, columns: Vec<ColumnSample>) -> TableSample {
        TableSample { schema: String::new(), name: name.into(), columns }
    }
    use ColumnKind::{Flag, Number, Text, Time};

    /// One app keeps the subscription in `planId`; names alone would pick `customerId`.
    #[test]
    fn values_find_what_names_hide() {
        let tables = vec![
            table(
                "Subscription",
                vec![
                    column("planId", Text, &["sub_1", "sub_2", "sub_3"]),
                    column("customerId", Text, &["cus_1", "cus_2", "cus_3"]),
                    column("status", Text, &["ACTIVE", "PAST_DUE", "INACTIVE"]),
                    column("periodEnd", Time, &[]),
                ],
            ),
            table("Invoice", vec![column("subscription", Text, &["sub_1", "sub_2"])]),
        ];
        let found = candidates(&tables);
        assert_eq!(found[0].column, "planId");
        let covered: Vec<_> = found.into_iter().map(|c| (c, Coverage { asked: 3, held: 3 })).collect();
        let Settlement::Settled(s) = settle(&tables, &covered) else { panic!() };
        assert_eq!(s.mapping.subscription.as_deref(), Some("planId"));
        assert_eq!(s.mapping.customer.as_deref(), Some("customerId"));
        assert_eq!(s.mapping.status.as_deref(), Some("status"));
        assert_eq!(s.mapping.period_end.as_deref(), Some("periodEnd"));
        assert!(s.role(Role::Subscription).unwrap().evidence.as_str().contains("3 of 3"));
    }

    #[test]
    fn coverage_beats_names() {
        let tables = vec![
            table("PlatformBilling", vec![column("subscriptionId", Text, &["sub_x"])]),
            table("Team", vec![column("metadata_sub", Text, &["sub_1", "sub_2"])]),
        ];
        let covered: Vec<_> = candidates(&tables)
            .into_iter()
            .map(|c| {
                let held = if c.table == 1 { 9 } else { 0 };
                (c, Coverage { asked: 10, held })
            })
            .collect();
        let Settlement::Settled(s) = settle(&tables, &covered) else { panic!() };
        assert_eq!(s.mapping.table, "Team");
    }

    /// The table of invoices forgets nothing, so it holds more of the ids than the users do.
    #[test]
    fn invoices_are_not_where_access_is_kept() {
        let ids: &[&str] = &["sub_1", "sub_2", "sub_3"];
        let tables = vec![
            table("invoices", vec![column("subscription_id", Text, ids), column("status", Text, &["paid", "open"])]),
            table("teams", vec![column("ref", Text, ids)]),
        ];
        let covered: Vec<_> = candidates(&tables)
            .into_iter()
            .map(|c| {
                let held = if c.table == 0 { 10 } else { 7 };
                (c, Coverage { asked: 10, held })
            })
            .collect();
        let Settlement::Settled(s) = settle(&tables, &covered) else { panic!() };
        assert_eq!(s.mapping.table, "teams");
    }

    #[test]
    fn what_the_account_does_not_know_is_not_confirmed() {
        let tables = vec![table("subs", vec![column("id", Text, &["sub_1", "sub_2"])])];
        for (asked, held) in [(10, 4), (0, 0), (10, 0)] {
            let covered: Vec<_> = candidates(&tables).into_iter().map(|c| (c, Coverage { asked, held })).collect();
            assert!(matches!(settle(&tables, &covered), Settlement::Unconfirmed(Some(_), _)), "{asked} {held}");
        }
    }

    #[test]
    fn an_empty_column_and_no_column_are_told_apart() {
        let empty = [table("users", vec![column("stripe_customer_id", Text, &[])])];
        assert!(matches!(settle(&empty, &[]), Settlement::Unconfirmed(None, _)));
        let none = [table("users", vec![column("name", Text, &["A"])])];
        assert_eq!(settle(&none, &[]), Settlement::NoBillingState);
    }

    #[test]
    fn a_users_own_status_is_not_the_subscriptions() {
        let t = table(
            "users",
            vec![column("sub", Text, &["sub_1", "sub_2"]), column("status", Text, &["active", "active"])],
        );
        let pin = Mapping { table: "users".into(), subscription: Some("sub".into()), ..Mapping::default() };
        let s = pinned(&pin, &[t]).unwrap();
        assert!(!s.role(Role::Status).unwrap().confirmed);
    }

    #[test]
    fn a_pin_that_is_not_there_is_said() {
        let t = table("Users", vec![column("SubId", Text, &[]), column("ok", Flag, &[]), column("n", Number, &[])]);
        let pin = |table: &str, sub: &str| Mapping {
            table: table.into(),
            subscription: Some(sub.into()),
            ..Mapping::default()
        };
        assert!(pinned(&pin("user", "SubId"), std::slice::from_ref(&t)).unwrap_err().as_str().contains("not there"));
        assert!(
            pinned(&pin("users", "sub"), std::slice::from_ref(&t)).unwrap_err().as_str().contains("no such column")
        );
        assert_eq!(pinned(&pin("users", "subid"), &[t]).unwrap().mapping.subscription.as_deref(), Some("SubId"));
    }

    #[test]
    fn ids_by_their_prefix() {
        assert!(is_subscription_id("sub_1ABC"));
        assert!(!is_subscription_id("sub_sched_1"));
        assert!(!is_subscription_id("sub_../x"));
        assert!(is_customer_id("cus_1") && !is_customer_id("cus_"));
    }
}
