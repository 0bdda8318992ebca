//! PostgreSQL and what speaks its protocol.

use super::{Session, cause, sql::Dialect};
use futures_util::future::BoxFuture;
use launchcheck_checks::{billing::mapping::ColumnKind, vocab::Cause};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions};
use std::{str::FromStr, time::Duration};

/// Partitions are read through their parent; views repeat what tables hold.
static DIALECT: Dialect = Dialect {
    quote: '"',
    text: "text",
    numbered: true,
    savepoints: true,
    several: false,
    catalogue: "SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname::text END, c.relname::text, \
                a.attname::text, CASE WHEN t.typname IN ('json', 'jsonb') THEN 'S' ELSE t.typcategory::text END \
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                JOIN pg_type t ON t.oid = a.atttypid \
                WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition \
                AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' \
                AND has_column_privilege(c.oid, a.attnum, 'SELECT') \
                ORDER BY n.nspname, c.relname, c.oid, a.attnum LIMIT 20000",
    kind: |category| match category {
        "S" | "E" => ColumnKind::Text,
        "B" => ColumnKind::Flag,
        "N" => ColumnKind::Number,
        "D" => ColumnKind::Time,
        _ => ColumnKind::Other,
    },
    veiled: "SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname::text END, c.relname::text \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relrowsecurity AND row_security_active(c.oid) LIMIT 20000",
    unique: "SELECT CASE WHEN n.nspname = current_schema() THEN NULL ELSE n.nspname::text END, c.relname::text, \
             a.attname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
             JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) \
             WHERE i.indisunique AND n.nspname NOT LIKE 'pg\\_%' LIMIT 20000",
    leaf: |column, path| {
        let steps: Vec<String> = path.iter().map(|s| format!("\"{s}\"")).collect();
        let document = format!("CAST({column} AS text)");
        let leaf = format!("CAST({document} AS jsonb) #>> '{{{}}}'", steps.join(","));
        format!("(CASE WHEN {document} ~ '^\\s*\\{{.*\\}}\\s*$' THEN {leaf} END)")
    },
};

struct Postgres(PgConnection);

/// Connects and begins.
pub(super) async fn open(url: &str, instead: Option<&(String, u16)>) -> Result<Box<dyn Session>, Cause> {
    // A pooler refuses start-up parameters it does not know, and keeps no prepared statements.
    let mut options = PgConnectOptions::from_str(url)
        .map_err(|e| cause::of(&e))?
        .extra_float_digits(None)
        .statement_cache_capacity(0)
        .application_name("launchcheck")
        .disable_statement_logging();
    if let Some((host, port)) = instead {
        options = options.host(host).port(*port);
    }
    let mut connection = PgConnection::connect_with(&options).await.map_err(|e| cause::of(&e))?;
    let begun = connection.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").await;
    begun.map_err(|e| cause::of(&e))?;
    Ok(Box::new(Postgres(connection)))
}

impl Session for Postgres {
    fn dialect(&self) -> &'static Dialect {
        &DIALECT
    }
    super::speak!();
    fn limit(&mut self, time: Duration) -> BoxFuture<'_, sqlx::Result<()>> {
        self.run(format!("SET LOCAL statement_timeout = {}", time.as_millis()))
    }
}
