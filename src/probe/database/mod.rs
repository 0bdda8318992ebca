//! The app's own database, read and never written: three native drivers behind one small trait.
//!
//! Everything comes back as text, cast by the server, in one read-only transaction with a limit on
//! each statement. No prepared statement is kept, so a pooler in front does no harm.

/// The half of [`Session`] that reads the same for every driver. A macro and no generic function:
/// sqlx ties rows, arguments and decoding to the driver's own types, and the bounds that would
/// name them all are longer than this.
macro_rules! speak {
    () => {
        fn rows<'a>(
            &'a mut self,
            sql: String,
            args: Vec<String>,
            each: $crate::probe::database::Each<'a>,
        ) -> futures_util::future::BoxFuture<'a, sqlx::Result<()>> {
            Box::pin(async move {
                use futures_util::StreamExt as _;
                use sqlx::Row as _;
                let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false);
                for arg in args {
                    query = query.bind(arg);
                }
                let mut rows = query.fetch(&mut self.0);
                while let Some(row) = rows.next().await {
                    let row = row?;
                    each((0..row.len()).map(|i| row.try_get(i)).collect::<sqlx::Result<_>>()?);
                }
                Ok(())
            })
        }
        fn run(&mut self, sql: String) -> futures_util::future::BoxFuture<'_, sqlx::Result<()>> {
            Box::pin(async move {
                sqlx::Executor::execute(&mut self.0, sqlx::raw_sql(sqlx::AssertSqlSafe(sql))).await.map(|_| ())
            })
        }
        fn close(mut self: Box<Self>) -> futures_util::future::BoxFuture<'static, ()> {
            Box::pin(async move {
                let _ = self.run("ROLLBACK".to_owned()).await;
                let _ = sqlx::Connection::close(self.0).await;
            })
        }
    };
}
use speak;

mod cause;
mod mysql;
mod postgres;
mod sql;
mod sqlite;

use super::{
    layers::{Counters, Sooner},
    secret::Secret,
};
use futures_util::future::BoxFuture;
use launchcheck_checks::{
    billing::{
        facts::{EventColumn, Layout},
        json,
        mapping::{ColumnKind, ColumnSample, People, Role, Settled, TableSample, is_event_column},
        objects::fold_email,
        row::Row,
        stripe::digest,
        vendor::Vendor,
    },
    vocab::{Cause, Shown},
};
use sql::Dialect;
use std::{collections::BTreeSet, path::Path, time::Duration};

/// How long one statement of a scan may take.
const SCAN: Duration = Duration::from_secs(10);
/// How long one statement of the sampling may take.
const SAMPLE: Duration = Duration::from_secs(2);
/// How many tables are sampled.
const TABLES: usize = 400;
/// How many ids one statement asks for.
const CHUNK: usize = 200;

/// A row as text.
type Cells = Vec<Option<String>>;
type Each<'a> = &'a mut (dyn FnMut(Cells) + Send);

/// A transaction that only reads, in one of the three engines.
trait Session: Send {
    /// How this engine writes what SQL leaves open.
    fn dialect(&self) -> &'static Dialect;
    /// Runs one statement and hands out its rows.
    fn rows<'a>(&'a mut self, sql: String, args: Vec<String>, each: Each<'a>) -> BoxFuture<'a, sqlx::Result<()>>;
    /// Runs statements without rows and without arguments.
    fn run(&mut self, sql: String) -> BoxFuture<'_, sqlx::Result<()>>;
    /// Limits how long each statement from now on may take.
    fn limit(&mut self, time: Duration) -> BoxFuture<'_, sqlx::Result<()>>;
    /// Ends the transaction and the connection.
    fn close(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Which engine a URL speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Engine {
    Postgres,
    MySql,
    Sqlite,
}

/// Where a database is.
#[derive(Clone, Debug)]
pub struct Database {
    engine: Engine,
    url: Secret<String>,
    /// Where to connect instead of what the URL says.
    instead: Option<(String, u16)>,
}
impl Database {
    /// Reads a database URL: `postgres://`, `postgresql://`, `mysql://`, `mariadb://`, `sqlite:` or
    /// `file:`. A path of the last two is relative to `base`.
    ///
    /// # Errors
    /// [`Cause::Parse`] for anything else. The text never holds the URL, which is a secret.
    pub fn parse(url: &Secret<String>, base: &Path) -> Result<Self, Cause> {
        let text = url.expose().trim().trim_matches(['"', '\'']);
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(Cause::Parse("the database URL has no scheme (postgres://, mysql://, sqlite:)".into()));
        };
        let (engine, url) = match scheme.to_ascii_lowercase().as_str() {
            "postgres" | "postgresql" => (Engine::Postgres, format!("postgres:{rest}")),
            "mysql" | "mariadb" => (Engine::MySql, format!("mysql:{rest}")),
            "sqlite" | "sqlite3" | "file" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                let path = path.split('?').next().unwrap_or_default();
                let direct = base.join(path);
                // One framework means its own folder by a relative path.
                let nested = base.join("prisma").join(path);
                let file = if !direct.exists() && nested.exists() { nested } else { direct };
                (Engine::Sqlite, file.to_string_lossy().into_owned())
            }
            other => {
                let why =
                    format!("databases of the kind {other}: are not read (postgres, mysql, mariadb and sqlite are)");
                return Err(Cause::Parse(why.into()));
            }
        };
        Ok(Self { engine, url: Secret::new(url), instead: None })
    }
    /// Host and port that the URL names; `None` for a file.
    #[must_use]
    pub fn address(&self) -> Option<(String, u16)> {
        let port = match self.engine {
            Engine::Postgres => 5432,
            Engine::MySql => 3306,
            Engine::Sqlite => return None,
        };
        let url = url::Url::parse(self.url.expose()).ok()?;
        Some((url.host_str()?.to_owned(), url.port().unwrap_or(port)))
    }
    /// Connects there instead of where the URL says.
    #[must_use]
    pub fn at(mut self, host: String, port: u16) -> Self {
        self.instead = Some((host, port));
        self
    }

    /// Opens a transaction that only reads.
    ///
    /// # Errors
    /// Why not, as a cause.
    pub async fn open(&self, timeout: Duration, until: &Sooner, counters: &Counters) -> Result<Reading, Cause> {
        let (url, instead) = (self.url.expose(), self.instead.as_ref());
        let opening = async {
            match self.engine {
                Engine::Postgres => postgres::open(url, instead).await,
                Engine::MySql => mysql::open(url, instead).await,
                Engine::Sqlite => sqlite::open(url).await,
            }
        };
        let session = tokio::select! {
            biased;
            () = until.reached() => return Err(Cause::Deadline),
            done = tokio::time::timeout(timeout, opening) => match done {
                Err(_) => return Err(Cause::Timeout),
                Ok(session) => session?,
            },
        };
        Ok(Reading { session, until: until.clone(), counters: counters.clone() })
    }
}

/// A transaction that only reads.
pub struct Reading {
    session: Box<dyn Session>,
    until: Sooner,
    counters: Counters,
}
impl Reading {
    async fn rows(&mut self, sql: String, args: Vec<String>, limit: Duration, each: Each<'_>) -> Result<(), Cause> {
        self.counters.add("queries", 1);
        bounded(&self.until, limit, self.session.rows(sql, args, each)).await
    }
    async fn run(&mut self, sql: &'static str) -> Result<(), Cause> {
        bounded(&self.until, SAMPLE, self.session.run(sql.to_owned())).await
    }
    async fn limit(&mut self, time: Duration) -> Result<(), Cause> {
        bounded(&self.until, SAMPLE, self.session.limit(time)).await
    }

    /// The quote that this engine puts around names.
    #[must_use]
    pub fn quote(&self) -> char {
        self.session.dialect().quote
    }

    /// Every table with a sample of what its text columns hold, and what could not be sampled.
    ///
    /// # Errors
    /// Why the catalogue could not be read.
    pub async fn samples(&mut self) -> Result<(Vec<TableSample>, Vec<Cause>), Cause> {
        self.limit(SAMPLE).await?;
        let dialect = self.session.dialect();
        let mut tables: Vec<TableSample> = Vec::new();
        self.rows(dialect.catalogue.to_owned(), Vec::new(), SAMPLE, &mut |cells| {
            sql::column(dialect, cells, &mut tables);
        })
        .await?;
        let mut gaps = Vec::new();
        if tables.len() > TABLES {
            tables.truncate(TABLES);
            gaps.push(Cause::TooLarge);
        }
        for table in &mut tables {
            match self.sample(dialect, table).await {
                Ok(()) => json::expand(table),
                // Nobody is there any more, and the tables behind would seem to hold nothing.
                Err(cause @ (Cause::Deadline | Cause::Refused | Cause::NoRoute)) => return Err(cause),
                Err(cause) => gaps.push(cause),
            }
        }
        if let Some(table) = self.veiled().await?.first() {
            gaps.push(veil(table));
        }
        Ok((tables, gaps))
    }
    /// The tables of which this login is shown only the rows that a policy lets it see (row security of
    /// PostgreSQL, which some hosts turn on for every table).
    ///
    /// # Errors
    /// Why that could not be asked.
    pub async fn veiled(&mut self) -> Result<Vec<String>, Cause> {
        let sql = self.session.dialect().veiled;
        let mut veiled = Vec::new();
        if !sql.is_empty() {
            let mut keep = |cells: Cells| {
                if let [schema, Some(table)] = cells.as_slice() {
                    veiled.push(schema.as_ref().map_or_else(|| table.clone(), |s| format!("{s}.{table}")));
                }
            };
            self.rows(sql.to_owned(), Vec::new(), SAMPLE, &mut keep).await?;
        }
        Ok(veiled)
    }
    async fn sample(&mut self, dialect: &Dialect, table: &mut TableSample) -> Result<(), Cause> {
        let columns: Vec<usize> =
            (0..table.columns.len()).filter(|i| table.columns[*i].kind == ColumnKind::Text).collect();
        for part in columns.chunks(40) {
            let sql = dialect.sample(table, part);
            if dialect.savepoints {
                self.run("SAVEPOINT launchcheck").await?;
            }
            let columns: &mut Vec<ColumnSample> = &mut table.columns;
            let mut keep = |cells: Cells| {
                if let [Some(index), Some(value)] = cells.as_slice()
                    && let Some(column) = index.parse::<usize>().ok().and_then(|i| columns.get_mut(i))
                {
                    column.values.push(value.clone());
                }
            };
            let done = self.rows(sql, Vec::new(), SAMPLE, &mut keep).await;
            if dialect.savepoints && done.is_err() {
                self.run("ROLLBACK TO SAVEPOINT launchcheck").await?;
            }
            done?;
        }
        Ok(())
    }

    /// How many of these ids stand in the column. Without an index each statement reads the whole table,
    /// for which it may take `time`.
    ///
    /// # Errors
    /// Why that could not be counted.
    pub async fn held(
        &mut self,
        table: &TableSample,
        column: &str,
        ids: &[Box<str>],
        time: Duration,
    ) -> Result<usize, Cause> {
        self.limit(time).await?;
        let dialect = self.session.dialect();
        let mut held = 0;
        for part in ids.chunks(CHUNK) {
            let sql = dialect.held(table, column, part.len());
            let args = part.iter().map(ToString::to_string).collect();
            if dialect.savepoints {
                self.run("SAVEPOINT launchcheck").await?;
            }
            let mut count = |cells: Cells| held += cells.first().and_then(|c| c.as_ref()?.parse().ok()).unwrap_or(0);
            let done = self.rows(sql, args, time, &mut count).await;
            if dialect.savepoints && done.is_err() {
                self.run("ROLLBACK TO SAVEPOINT launchcheck").await?;
            }
            done?;
        }
        Ok(held)
    }

    /// Every row that carries an id.
    ///
    /// # Errors
    /// Why they ended before their end; what was handed out until then stands.
    pub async fn scan(
        &mut self,
        settled: &Settled,
        time: Duration,
        each: &mut (dyn FnMut(Row) + Send),
    ) -> Result<(), Cause> {
        self.limit(time).await?;
        let sql = self.session.dialect().scan(settled);
        self.rows(sql, Vec::new(), time, &mut |cells| each(row(&cells, settled.vendor))).await
    }
    /// The one number that a query of the configuration gives; `None` for NULL.
    ///
    /// It stands as an expression in a statement of ours, so that a server takes one SELECT and nothing
    /// else, in a transaction that only reads. What the query calls is still run with the login's rights.
    ///
    /// # Errors
    /// Why the server refused it, in its words; [`Cause::Parse`] too where it gives no number.
    pub async fn number(&mut self, query: &str, time: Duration) -> Result<Option<f64>, Cause> {
        let query = query.trim().trim_end_matches(';').trim_end();
        let dialect = self.session.dialect();
        if dialect.several && sql::is_several(query) {
            return Err(Cause::Parse("the query is more than one statement".into()));
        }
        self.limit(time).await?;
        let mut found = None;
        // A comment at its end must not swallow what stands behind it.
        let sql = format!("SELECT {}", dialect.cast(&format!("(\n{query}\n)")));
        self.rows(sql, Vec::new(), time, &mut |cells| found = cells.into_iter().next()).await?;
        match found.flatten() {
            None => Ok(None),
            Some(text) => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Some(number)),
                _ => Err(Cause::Parse("the query gives no number".into())),
            },
        }
    }
    /// Whether the table still has the columns that it was sampled with, by name and kind.
    ///
    /// # Errors
    /// [`Cause::Parse`] where it has not: what was read under one meaning is not judged under another.
    pub async fn held_still(&mut self, settled: &Settled, shape: &[String]) -> Result<(), Cause> {
        let dialect = self.session.dialect();
        let mut tables: Vec<TableSample> = Vec::new();
        self.limit(SAMPLE).await?;
        self.rows(dialect.catalogue.to_owned(), Vec::new(), SAMPLE, &mut |cells| {
            sql::column(dialect, cells, &mut tables);
        })
        .await?;
        let table = tables.iter().find(|t| t.name == settled.table && t.schema == settled.schema);
        let columns = table.iter().flat_map(|t| &t.columns).filter(|c| !c.name.contains('#'));
        let now = columns.map(|c| format!("{} {:?}", c.name, c.kind));
        if now.eq(shape.iter().cloned()) {
            return Ok(());
        }
        let table = &settled.mapping.table;
        Err(Cause::Parse(format!("the columns of {table} changed while it was read; run it again").into()))
    }

    /// The rows of these subscriptions and customers.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn again(
        &mut self,
        settled: &Settled,
        subscriptions: &[Box<str>],
        customers: &[Box<str>],
        each: &mut (dyn FnMut(Row) + Send),
    ) -> Result<(), Cause> {
        self.limit(SCAN).await?;
        let dialect = self.session.dialect();
        let roles = [
            (settled.mapping.subscription.as_deref(), subscriptions),
            (settled.mapping.customer.as_deref(), customers),
        ];
        // A row is found by its subscription and by its customer again, and is told once.
        let mut told = BTreeSet::new();
        for (column, ids) in roles {
            let Some(column) = column else { continue };
            for part in ids.chunks(CHUNK) {
                let sql = dialect.again(settled, column, part.len());
                let args = part.iter().map(ToString::to_string).collect();
                let mut once = |row: Row| {
                    if told.insert(row.clone()) {
                        each(row);
                    }
                };
                self.rows(sql, args, SCAN, &mut |cells| once(row(&cells, settled.vendor))).await?;
            }
        }
        Ok(())
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// Why they could not be counted.
    pub async fn count(&mut self, table: &TableSample) -> Result<i64, Cause> {
        self.limit(SCAN).await?;
        let sql = self.session.dialect().count(table);
        let mut count = None;
        let mut read = |cells: Cells| count = cells.first().and_then(|c| c.as_ref()?.parse().ok());
        self.rows(sql, Vec::new(), SCAN, &mut read).await?;
        count.ok_or_else(|| Cause::Parse("the database counted no rows".into()))
    }
    /// What stands in a column of the rows where another column holds an id, in a fixed order.
    ///
    /// # Errors
    /// Why it could not be read.
    pub async fn values(
        &mut self,
        table: &TableSample,
        column: &str,
        key: &str,
        id: &str,
    ) -> Result<Vec<Option<String>>, Cause> {
        self.limit(SCAN).await?;
        let sql = self.session.dialect().values(table, column, key);
        let mut values = Vec::new();
        let mut read = |cells: Cells| values.extend(cells.into_iter().next());
        self.rows(sql, vec![id.to_owned()], SCAN, &mut read).await?;
        values.sort();
        Ok(values)
    }

    /// The digests of the addresses of the app's users.
    ///
    /// # Errors
    /// Why they ended before their end.
    pub async fn people(
        &mut self,
        people: &People,
        time: Duration,
        each: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), Cause> {
        self.limit(time).await?;
        let sql = self.session.dialect().people(people);
        let mut fold = |cells: Cells| {
            let address = cells.into_iter().next().flatten();
            if let Some(email) = address.and_then(|e| fold_email(&e)) {
                each(digest(&email));
            }
        };
        self.rows(sql, Vec::new(), time, &mut fold).await
    }
    /// The column of the billing table that refers to the users, where one does.
    ///
    /// # Errors
    /// Why that could not be asked.
    pub async fn owner(&mut self, settled: &Settled, people: &People) -> Result<Option<String>, Cause> {
        let (Some(owner), Some(key)) = (settled.mapping.column(Role::Owner), &people.key) else { return Ok(None) };
        if settled.table == people.table && settled.schema == people.schema {
            return Ok(None);
        }
        let sql = self.session.dialect().refers(settled, owner, people, key);
        let mut counts = (0_u64, 0_u64);
        let mut read = |cells: Cells| {
            let number = |i: usize| cells.get(i).and_then(|c| c.as_ref()?.split('.').next()?.parse().ok()).unwrap_or(0);
            counts = (number(0), number(1));
        };
        self.tried(sql, &mut read).await?;
        Ok((counts.0 > 0 && counts.1 * 10 >= counts.0 * 9).then(|| owner.to_owned()))
    }
    /// What the indexes and the duplicates say: of the columns with ids of events, and of the users.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn layout(&mut self, tables: &[TableSample], people: Option<&People>) -> Result<Layout, Cause> {
        let dialect = self.session.dialect();
        let mut layout = Layout::default();
        let mut unique = BTreeSet::new();
        self.limit(SAMPLE).await?;
        self.rows(dialect.unique.to_owned(), Vec::new(), SAMPLE, &mut |cells| {
            if let [schema, Some(table), Some(column)] = cells.as_slice() {
                unique.insert((schema.clone().unwrap_or_default(), table.clone(), column.clone()));
            }
        })
        .await?;
        let mut held = Vec::new();
        for table in tables {
            held.extend(table.columns.iter().filter(|c| is_event_column(table, c)).map(|c| (table, c)));
        }
        for (table, column) in held {
            let is_unique = unique.contains(&(table.schema.clone(), table.name.clone(), column.name.clone()));
            let mut twice = Vec::new();
            if !is_unique {
                let sql = dialect.twice(table, &column.name);
                self.tried(sql, &mut |cells| twice.extend(cells.into_iter().flatten())).await?;
            }
            layout.events.push(EventColumn {
                table: table.full_name().into(),
                column: column.name.as_str().into(),
                unique: is_unique,
                twice: u64::try_from(twice.len()).unwrap_or(u64::MAX),
                example: twice.first().map(|id| Shown::from(id.as_str()).short(60)),
                quote: dialect.quote,
            });
        }
        if let Some(people) = people {
            let sql = dialect.twins(people);
            let mut keys = Vec::new();
            self.tried(sql, &mut |cells| keys.push(cells)).await?;
            layout.twin_count = u64::try_from(keys.len()).unwrap_or(u64::MAX);
            let first = keys.into_iter().next().into_iter().flatten().flatten();
            layout.twins = first.map(|k| Shown::from(k).short(60)).collect();
            layout.people = Some(people.full_name().into());
        }
        Ok(layout)
    }
    /// What stands in rows that carry no id of the provider's: the status, the plan and how many rows.
    ///
    /// # Errors
    /// Why it could not be counted within two seconds: it is only shown.
    pub async fn given(&mut self, settled: &Settled) -> Result<Vec<(Shown, Option<Shown>, u64)>, Cause> {
        let Some(sql) = self.session.dialect().given(settled) else { return Ok(Vec::new()) };
        self.limit(SAMPLE).await?;
        let mut given = Vec::new();
        let short = |text: &String| Shown::from(text.as_str()).short(40);
        let mut keep = |cells: Cells| {
            if let [Some(status), plan, Some(count)] = cells.as_slice() {
                given.push((short(status), plan.as_ref().map(short), count.parse().unwrap_or(0)));
            }
        };
        self.tried(sql, &mut keep).await?;
        Ok(given)
    }
    /// A statement that may fail without ending the transaction.
    async fn tried(&mut self, sql: String, each: Each<'_>) -> Result<(), Cause> {
        let savepoints = self.session.dialect().savepoints;
        if savepoints {
            self.run("SAVEPOINT launchcheck").await?;
        }
        let done = self.rows(sql, Vec::new(), SCAN, each).await;
        if savepoints && done.is_err() {
            self.run("ROLLBACK TO SAVEPOINT launchcheck").await?;
        }
        done
    }

    /// Ends the transaction, so that it holds nothing back in the server.
    pub async fn close(self) {
        let _ = tokio::time::timeout(Duration::from_secs(1), self.session.close()).await;
    }
}
/// Runs a statement within its time and the run's. The server is asked to give up first; this is
/// for one that does not, or that is gone.
async fn bounded(until: &Sooner, limit: Duration, work: BoxFuture<'_, sqlx::Result<()>>) -> Result<(), Cause> {
    let patience = limit + Duration::from_secs(1);
    tokio::select! {
        biased;
        () = until.reached() => Err(Cause::Deadline),
        done = tokio::time::timeout(patience, work) => match done {
            Err(_) => Err(Cause::Timeout),
            Ok(done) => done.map_err(|e| cause::of(&e)),
        },
    }
}
/// A part of a table's rows is not shown to this login.
pub fn veil(table: &str) -> Cause {
    Cause::Permission(format!("BYPASSRLS (row security hides rows of {table} from this login)").into())
}
fn row(cells: &[Option<String>], vendor: Vendor) -> Row {
    Row::read_of(vendor, |role| {
        let at = Role::ALL.iter().position(|r| *r == role)?;
        cells.get(at).and_then(|c| c.as_deref())
    })
}

#[cfg(test)]
mod tests;
