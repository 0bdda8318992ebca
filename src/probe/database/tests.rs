use super::*;
use crate::probe::layers::Deadline;
use launchcheck_checks::billing::mapping::{Coverage, Settlement, candidates, settle};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use std::path::PathBuf;

const TABLES_SQL: &str = "CREATE TABLE account (id INTEGER PRIMARY KEY, email VARCHAR(100), plan_ref VARCHAR(60), \
     payer VARCHAR(60), subscription_status VARCHAR(20), current_period_end INTEGER); \
     INSERT INTO account VALUES (1, 'a@acme.test', 'sub_1', 'cus_1', 'active', 1800000000), \
     (2, 'b@acme.test', 'sub_2', 'cus_2', 'canceled', 1700000000), (3, 'c@acme.test', NULL, NULL, 'free', NULL); \
     CREATE TABLE invoice (id INTEGER, sub VARCHAR(60)); INSERT INTO invoice VALUES (1, 'sub_1'), (2, 'sub_2');";

struct Folder(PathBuf);
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
fn folder(name: &str) -> Folder {
    let path = std::env::temp_dir().join(format!("launchcheck-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    Folder(path)
}
async fn sqlite(name: &str) -> (Folder, Database) {
    let folder = folder(name);
    let file = folder.0.join("app.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut made = options.connect().await.unwrap();
    made.execute(sqlx::raw_sql(AssertSqlSafe(TABLES_SQL))).await.unwrap();
    made.close().await.unwrap();
    let database = Database::parse(&Secret::new("file:./app.db?mode=rwc".to_owned()), &folder.0).unwrap();
    (folder, database)
}
fn until() -> (crate::probe::layers::Stopper, Sooner) {
    let (stopper, deadline) = Deadline::after(Duration::from_secs(30));
    (stopper, deadline.within(Duration::from_secs(30)))
}

/// Finds the mapping, scans and reads again: what every engine must do alike.
async fn reads_like_the_others(database: &Database) {
    let (_stopper, until) = until();
    let mut reading = database.open(Duration::from_secs(5), &until, &Counters::default()).await.unwrap();
    let (tables, gaps) = reading.samples().await.unwrap();
    assert!(gaps.is_empty(), "{gaps:?}");
    let account = tables.iter().find(|t| t.name == "account").unwrap();
    let held = |c: &str| account.columns.iter().find(|x| x.name == c).unwrap().values.len();
    assert_eq!((held("plan_ref"), held("subscription_status")), (2, 3));
    let ids: Vec<Box<str>> = vec!["sub_1".into(), "sub_2".into(), "sub_9".into()];
    let mut covered = Vec::new();
    for c in candidates(&tables).into_iter().filter(|c| c.subscriptions) {
        let held = reading.held(&tables[c.table], &c.column, &ids, SCAN).await.unwrap();
        covered.push((c, Coverage { asked: ids.len(), held }));
    }
    let Settlement::Settled(settled) = settle(&tables, &covered) else { panic!("{covered:?}") };
    assert_eq!(settled.mapping.subscription.as_deref(), Some("plan_ref"));
    let mut rows = Vec::new();
    reading.scan(&settled, Duration::from_secs(10), &mut |r| rows.push(r)).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].period_end, Some(1_800_000_000));
    let mut again = Vec::new();
    reading.again(&settled, &["sub_2".into()], &["cus_1".into()], &mut |r| again.push(r)).await.unwrap();
    assert_eq!(again.len(), 2);
    let write = reading.session.run("INSERT INTO invoice VALUES (3, 'x')".to_owned()).await;
    assert!(write.is_err(), "it could write");
    reading.close().await;
}

#[tokio::test]
async fn sqlite_is_read_and_never_written() {
    let (_folder, database) = sqlite("sqlite-reads").await;
    reads_like_the_others(&database).await;
}

#[tokio::test]
async fn a_file_that_is_not_there_is_not_made() {
    let folder = folder("sqlite-none");
    let database = Database::parse(&Secret::new("sqlite:none.db".to_owned()), &folder.0).unwrap();
    let (_stopper, until) = until();
    let opened = database.open(Duration::from_secs(5), &until, &Counters::default()).await;
    assert!(matches!(opened.err(), Some(Cause::Unreadable(_))));
    assert!(!folder.0.join("none.db").exists());
}

#[tokio::test]
async fn nobody_listening_is_refused() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (_stopper, until) = until();
    for scheme in ["postgres", "mysql", "mariadb"] {
        let url = Secret::new(format!("{scheme}://u:p@127.0.0.1:{port}/app"));
        let database = Database::parse(&url, Path::new(".")).unwrap();
        assert_eq!(database.address(), Some(("127.0.0.1".to_owned(), port)));
        let opened = database.open(Duration::from_secs(5), &until, &Counters::default()).await;
        assert_eq!(opened.err(), Some(Cause::Refused), "{scheme}");
    }
}

#[test]
fn a_url_is_never_in_the_cause() {
    for url in ["mongodb://user:geheim@db.acme.test/x", "geheim", "redis://:geheim@x"] {
        let cause = Database::parse(&Secret::new(url.to_owned()), Path::new(".")).unwrap_err();
        assert!(!cause.to_string().contains("geheim"), "{cause}");
    }
}

#[test]
fn names_are_quoted() {
    let table = TableSample {
        schema: String::new(),
        name: "a\"; DROP TABLE b; --".into(),
        columns: vec![ColumnSample { name: "c`\"".into(), kind: ColumnKind::Text, values: Vec::new() }],
    };
    let dialect = Dialect {
        veiled: "",
        quote: '"',
        text: "text",
        numbered: true,
        savepoints: false,
        several: false,
        catalogue: "",
        kind: |_| ColumnKind::Text,
        unique: "",
        leaf: |column, _| column.to_owned(),
    };
    let sql = dialect.sample(&table, &[0]);
    assert!(sql.contains("FROM \"a\"\"; DROP TABLE b; --\"") && sql.contains("\"c`\"\"\""), "{sql}");
}
