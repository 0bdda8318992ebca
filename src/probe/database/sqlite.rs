//! SQLite files.

use super::{Session, cause, sql::Dialect};
use futures_util::future::BoxFuture;
use launchcheck_checks::{
    billing::mapping::ColumnKind,
    vocab::{Cause, Shown},
};
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::Path, time::Duration};

static DIALECT: Dialect = Dialect {
    quote: '"',
    text: "TEXT",
    numbered: false,
    savepoints: false,
    several: true,
    catalogue: "SELECT NULL, m.name, p.name, p.type FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS p \
                WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, p.cid LIMIT 20000",
    // By the rules of affinity (sqlite.org/datatype3.html), with the names that frameworks use.
    kind: |declared| {
        let t = declared.to_ascii_uppercase();
        if t.contains("BOOL") {
            ColumnKind::Flag
        } else if t.contains("DATE") || t.contains("TIME") {
            ColumnKind::Time
        } else if t.contains("INT") || t.contains("REAL") || t.contains("NUM") || t.contains("DEC") {
            ColumnKind::Number
        } else if t.contains("BLOB") {
            ColumnKind::Other
        } else {
            ColumnKind::Text
        }
    },
    veiled: "",
    unique: "SELECT NULL, m.name, i.name FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS l \
             JOIN pragma_index_info(l.name) AS i WHERE m.type = 'table' AND l.\"unique\" = 1 LIMIT 20000",
    leaf: |column, path| {
        let steps = format!(".\"{}\"", path.join("\".\""));
        format!("(CASE WHEN json_valid({column}) THEN json_extract({column}, '${steps}') END)")
    },
};

struct Sqlite(SqliteConnection);

/// Opens the file and begins.
pub(super) async fn open(path: &str) -> Result<Box<dyn Session>, Cause> {
    if !Path::new(path).is_file() {
        return Err(Cause::Unreadable(Shown::from(path)));
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .statement_cache_capacity(0)
        .busy_timeout(Duration::from_secs(2))
        .pragma("query_only", "ON")
        .disable_statement_logging();
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(|e| cause::of(&e))?;
    connection.execute("BEGIN DEFERRED").await.map_err(|e| cause::of(&e))?;
    Ok(Box::new(Sqlite(connection)))
}

impl Session for Sqlite {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }
    super::speak!();
    /// It has no such setting; whoever asks waits no longer than this.
    fn limit(&mut self, _time: Duration) -> BoxFuture<'_, sqlx::Result<()>> {
        Box::pin(async { Ok(()) })
    }
}
