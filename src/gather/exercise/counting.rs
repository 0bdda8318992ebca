//! Counting rows: each look is a transaction of its own that only reads.

use crate::{
    config::{self, Located},
    gather::{Cx, billing},
    probe::{
        database::Database,
        layers::{Counters, Sooner},
    },
};
use launchcheck_checks::{
    billing::mapping::{ColumnKind, TableSample, is_customer_id},
    vocab::{Cause, Fact, Missing, TargetId},
    webhook::exercise::access::Values,
};
use std::{collections::BTreeMap, time::Duration};

/// Whose access is looked at.
#[derive(Clone, Debug, Default)]
pub(super) struct Whom {
    pub(super) customer: Option<String>,
    pub(super) subscription: Option<String>,
}

/// What stood in the database at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Count {
    /// Rows by table.
    pub(super) rows: BTreeMap<String, i64>,
    /// What the column with access says of the customer.
    pub(super) access: Values,
}

/// By which column the customer's row is found.
enum Key {
    Customer(String),
    Subscription(String),
}
/// The column with access.
struct Access {
    table: TableSample,
    column: String,
    key: Option<Key>,
}

/// Counts what the configuration names.
pub(super) struct Counting {
    database: Database,
    pub(super) until: Sooner,
    timeout: Duration,
    counters: Counters,
    tables: Vec<TableSample>,
    access: Option<Access>,
    /// The name of the table with alerts, as the database has it.
    pub(super) alerts: Option<String>,
}

impl Counting {
    /// Finds the tables and columns.
    pub(super) async fn of<F: Fact>(
        at: &TargetId,
        cx: &Cx<F>,
        named: &config::Exercise,
        mapping: Option<&config::Mapping>,
    ) -> Result<Self, Missing> {
        let database = billing::database(at, cx)?;
        let mut this = Self {
            database,
            until: cx.wire().time.deadline.within(cx.settings().deadline),
            timeout: cx.settings().timeout,
            counters: cx.wire().counters.clone(),
            tables: Vec::new(),
            access: None,
            alerts: None,
        };
        let mut reading = this.open().await.map_err(Missing::Unknown)?;
        let sampled = reading.samples().await;
        reading.close().await;
        let (all, _) = sampled.map_err(Missing::Unknown)?;
        this.name(&all, named, mapping).map_err(Missing::Unknown)?;
        Ok(this)
    }

    fn name(
        &mut self,
        all: &[TableSample],
        named: &config::Exercise,
        mapping: Option<&config::Mapping>,
    ) -> Result<(), Cause> {
        let table = |name: &str| {
            let same = |t: &&TableSample| t.full_name() == name || t.name == name;
            let alike =
                |t: &&TableSample| t.full_name().eq_ignore_ascii_case(name) || t.name.eq_ignore_ascii_case(name);
            let found = all.iter().find(same).or_else(|| all.iter().find(alike));
            found
                .cloned()
                .ok_or_else(|| Cause::Untold(format!("the database has no table `{name}` ([exercise])").into()))
        };
        for name in named.tables.iter().map(Located::get) {
            let found = table(name)?;
            self.tables.push(found);
        }
        if let Some(alerts) = &named.alerts {
            let found = table(alerts)?;
            self.alerts = Some(found.full_name());
            self.tables.push(found);
        }
        if let Some((of, column)) = named.access.as_ref().and_then(|a| a.rsplit_once('.')) {
            let found = table(of)?;
            let has = |c: &str| found.columns.iter().find(|x| x.name.eq_ignore_ascii_case(c)).map(|x| x.name.clone());
            let column = has(column).ok_or_else(|| {
                Cause::Untold(format!("the table `{of}` has no column `{column}` ([exercise])").into())
            })?;
            let mapped = mapping.filter(|m| m.table.as_ref().is_some_and(|t| t.eq_ignore_ascii_case(of)));
            let key = mapped.and_then(|m| m.customer.as_ref()).and_then(|c| has(c)).map(Key::Customer);
            self.access = Some(Access { key: key.or_else(|| key_of(&found)), table: found.clone(), column });
            self.tables.push(found);
        }
        self.tables.sort_by_key(TableSample::full_name);
        self.tables.dedup_by_key(|t| t.full_name());
        Ok(())
    }

    async fn open(&self) -> Result<crate::probe::database::Reading, Cause> {
        let opened = self.database.open(self.timeout, &self.until, &self.counters).await;
        opened.inspect_err(|cause| self.counters.silence("the database", cause.clone()))
    }

    /// Why the access of this customer cannot be read, where it cannot.
    pub(super) fn blind(&self, whom: &Whom) -> Option<Cause> {
        let access = self.access.as_ref()?;
        let why = match (&access.key, &whom.customer, &whom.subscription) {
            (Some(Key::Customer(_)), Some(_), _) | (Some(Key::Subscription(_)), _, Some(_)) => return None,
            (None, ..) => format!("no column of {} has ids of Stripe customers", access.table.full_name()),
            _ => "the events name no customer".to_owned(),
        };
        Some(Cause::Untold(why.into()))
    }
    /// Whether the configuration names a column with access.
    pub(super) const fn sees_access(&self) -> bool {
        self.access.is_some()
    }

    /// What stands there now.
    pub(super) async fn look(&self, whom: &Whom) -> Result<Count, Cause> {
        let mut reading = self.open().await?;
        let count = self.read(&mut reading, whom).await;
        reading.close().await;
        count
    }
    async fn read(&self, reading: &mut crate::probe::database::Reading, whom: &Whom) -> Result<Count, Cause> {
        let mut count = Count::default();
        for table in &self.tables {
            count.rows.insert(table.full_name(), reading.count(table).await?);
        }
        if let Some(access) = &self.access {
            let by = match &access.key {
                Some(Key::Customer(column)) => whom.customer.as_ref().map(|id| (column, id)),
                Some(Key::Subscription(column)) => whom.subscription.as_ref().map(|id| (column, id)),
                None => None,
            };
            if let Some((key, id)) = by {
                count.access = reading.values(&access.table, &access.column, key, id).await?;
            }
        }
        Ok(count)
    }
}

/// The column with ids of customers, else that with ids of subscriptions: by what it holds, else by its
/// name.
fn key_of(table: &TableSample) -> Option<Key> {
    let texts = || table.columns.iter().filter(|c| c.kind == ColumnKind::Text);
    let holds = |fits: fn(&str) -> bool| texts().find(|c| c.values.iter().any(|v| fits(v)));
    let called = |word: &str| texts().find(|c| c.name.to_ascii_lowercase().contains(word));
    let customer = holds(is_customer_id).or_else(|| called("customer"));
    let subscription = || {
        holds(|v| v.starts_with("sub_")).or_else(|| {
            texts().find(|c| c.name.to_ascii_lowercase().contains("subscription") && c.name.ends_with("id"))
        })
    };
    let key = customer.map(|c| Key::Customer(c.name.clone()));
    key.or_else(|| subscription().map(|c| Key::Subscription(c.name.clone())))
}
