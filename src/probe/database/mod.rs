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
        fold::Row,
        mapping::{ColumnKind, ColumnSample, Settled, TableSample},
    },
    vocab::Cause,
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
                Ok(()) => {}
                Err(Cause::Deadline) => return Err(Cause::Deadline),
                Err(cause) => gaps.push(cause),
            }
        }
        Ok((tables, gaps))
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

    /// How many of these ids stand in the column.
    ///
    /// # Errors
    /// Why that could not be counted.
    pub async fn held(&mut self, table: &TableSample, column: &str, ids: &[Box<str>]) -> Result<usize, Cause> {
        let dialect = self.session.dialect();
        let mut held = 0;
        for part in ids.chunks(CHUNK) {
            let sql = dialect.held(table, column, part.len());
            let args = part.iter().map(ToString::to_string).collect();
            if dialect.savepoints {
                self.run("SAVEPOINT launchcheck").await?;
            }
            let mut count = |cells: Cells| held += cells.first().and_then(|c| c.as_ref()?.parse().ok()).unwrap_or(0);
            let done = self.rows(sql, args, SAMPLE, &mut count).await;
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
    pub async fn scan(&mut self, settled: &Settled, each: &mut (dyn FnMut(Row) + Send)) -> Result<(), Cause> {
        self.limit(SCAN).await?;
        let sql = self.session.dialect().scan(settled);
        self.rows(sql, Vec::new(), SCAN, &mut |cells| each(row(&cells))).await
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
                self.rows(sql, args, SCAN, &mut |cells| once(row(&cells))).await?;
            }
        }
        Ok(())
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
fn row(cells: &[Option<String>]) -> Row {
    let cell = |i: usize| cells.get(i).and_then(|c| c.as_deref());
    Row::read(cell(0), cell(1), cell(2), cell(3))
}

#[cfg(test)]
mod tests;
