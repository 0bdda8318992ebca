//! MySQL and MariaDB.

use super::{Session, cause, sql::Dialect};
use futures_util::future::BoxFuture;
use launchcheck_checks::{billing::mapping::ColumnKind, vocab::Cause};
use sqlx::{ConnectOptions, Connection, Executor, MySqlConnection, mysql::MySqlConnectOptions};
use std::{str::FromStr, time::Duration};

static DIALECT: Dialect = Dialect {
    quote: '`',
    text: "CHAR",
    numbered: false,
    savepoints: false,
    several: false,
    catalogue: "SELECT CAST(NULL AS CHAR), CAST(c.table_name AS CHAR), CAST(c.column_name AS CHAR), \
                CAST(c.column_type AS CHAR) \
                FROM information_schema.columns c JOIN information_schema.tables t \
                ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
                WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' \
                ORDER BY c.table_name, c.ordinal_position LIMIT 20000",
    kind: |declared| {
        let t = declared.to_ascii_lowercase();
        if t.starts_with("tinyint(1)") || t.starts_with("bool") {
            ColumnKind::Flag
        } else if t.contains("char") || t.contains("text") || t.starts_with("enum") || t == "json" {
            ColumnKind::Text
        } else if t.contains("int") || t.starts_with("decimal") {
            ColumnKind::Number
        } else if t.starts_with("date") || t.starts_with("time") {
            ColumnKind::Time
        } else {
            ColumnKind::Other
        }
    },
    veiled: "",
    unique: "SELECT CAST(NULL AS CHAR), CAST(table_name AS CHAR), CAST(column_name AS CHAR) \
             FROM information_schema.statistics WHERE table_schema = DATABASE() AND non_unique = 0 LIMIT 20000",
    leaf: |column, path| {
        let steps = format!(".\"{}\"", path.join("\".\""));
        format!("(CASE WHEN JSON_VALID({column}) THEN JSON_UNQUOTE(JSON_EXTRACT({column}, '${steps}')) END)")
    },
};

struct MySql(MySqlConnection);

/// Connects and begins.
pub(super) async fn open(url: &str, instead: Option<&(String, u16)>) -> Result<Box<dyn Session>, Cause> {
    let mut options = MySqlConnectOptions::from_str(url)
        .map_err(|e| cause::of(&e))?
        .statement_cache_capacity(0)
        .disable_statement_logging();
    if let Some((host, port)) = instead {
        options = options.host(host).port(*port);
    }
    let mut connection = MySqlConnection::connect_with(&options).await.map_err(|e| cause::of(&e))?;
    let begin = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
                 START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
    connection.execute(sqlx::raw_sql(begin)).await.map_err(|e| cause::of(&e))?;
    Ok(Box::new(MySql(connection)))
}

impl Session for MySql {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }
    super::speak!();
    /// The two name it differently, and in different units.
    fn limit(&mut self, time: Duration) -> BoxFuture<'_, sqlx::Result<()>> {
        Box::pin(async move {
            let mariadb = format!("SET SESSION max_statement_time = {}", time.as_secs());
            if self.run(mariadb).await.is_ok() {
                return Ok(());
            }
            self.run(format!("SET SESSION max_execution_time = {}", time.as_millis())).await
        })
    }
}
