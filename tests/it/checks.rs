//! `[[check.sql]]` on real databases: judged with consent and not without it, and whatever the query
//! tries, the server takes one reading statement and nothing else.

use launchcheck_fixtures::{Plan, World, database::Engine, scenarios};
use serde_json::Value;

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::MariaDb];

fn plan(engine: Engine, queries: &[(&str, &str, &str)]) -> Plan {
    let mut plan = scenarios::healthy();
    plan.database = Some(engine);
    let table = |(name, query, wanted): &(&str, &str, &str)| {
        format!("name = \"{name}\"\nquery = \"{}\"\n{wanted}", query.replace('"', "\\\""))
    };
    plan.table("[[check.sql]]", &queries.iter().map(table).collect::<Vec<_>>().join("\n[[check.sql]]\n"));
    plan
}
/// Every unit of a check, by its name, with its outcome and causes; and the findings.
fn audit(world: &World, more: &[&str]) -> (Vec<(String, String, String)>, Value, Option<i32>) {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    let output = command.args(["audit", "--format", "json", "--only", "custom"]).args(world.args()).args(more).output();
    let output = output.unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let units = report["units"].as_array().unwrap().iter().filter(|u| u["rule"] == "custom.assertion-failed");
    let text = |u: &Value| {
        let name = u["target"].as_str().map_or_else(|| u["target"].to_string(), str::to_owned);
        (name, u["outcome"].as_str().unwrap_or_default().to_owned(), u.to_string())
    };
    let mut units: Vec<_> = units.map(text).collect();
    units.sort();
    (units, report["findings"].clone(), output.status.code())
}

#[test]
fn a_query_is_judged_with_consent_and_skipped_without() {
    for engine in ENGINES {
        let world = World::start(plan(
            engine,
            &[
                ("a few users", "SELECT count(*) FROM users", "max = 1000"),
                ("b no null e-mail", "SELECT count(*) FROM users WHERE email IS NULL;", "expect = 0"),
                ("c nobody", "SELECT count(*) FROM users", "expect = 0\nseverity = \"low\""),
                ("d mean", "SELECT avg(n) FROM (SELECT 2 AS n UNION ALL SELECT 3) AS x", "max = 2.4"),
            ],
        ))
        .unwrap();
        let (units, findings, code) = audit(&world, &["--allow-sql"]);
        let outcomes: Vec<&str> = units.iter().map(|(_, o, _)| o.as_str()).collect();
        assert_eq!(outcomes, ["pass", "pass", "fail", "fail"], "{engine:?}: {units:?}");
        let told = findings.to_string();
        assert!(told.contains("the query says 2.5 and should say at most 2.4"), "{engine:?}: {told}");
        assert!(told.contains("check:c nobody") && told.contains("\"low\""), "{told}");
        assert_eq!(code, Some(0), "high is no blocker");

        let before = world.database().connections();
        let (units, findings, _) = audit(&world, &[]);
        assert!(units.iter().all(|(_, o, u)| o == "skipped" && u.contains("--allow-sql")), "{units:?}");
        assert_eq!(findings.as_array().map(Vec::len), Some(0));
        assert_eq!(world.database().connections(), before, "nobody was asked");
        assert_eq!(world.database().writes(), Vec::<String>::new());
    }
}

#[test]
fn what_is_no_reading_query_is_refused_by_the_server_and_unknown() {
    for engine in ENGINES {
        let queries = [
            ("a several", "SELECT 1; SELECT 2"),
            ("b write", "DELETE FROM users"),
            ("c break out", "SELECT 1) AS CHAR); DELETE FROM users; SELECT CAST((1"),
            ("d commit", "COMMIT"),
            ("e words", "SELECT 'many'"),
            ("f no table", "SELECT count(*) FROM nothing_of_that_name"),
            ("g by a function", "SELECT take_all()"),
        ];
        let queries: Vec<(&str, &str, &str)> = queries.iter().map(|(n, q)| (*n, *q, "max = 0")).collect();
        let mut plan = plan(engine, &queries);
        // A function that writes, which the login may call and which writes by its maker's rights.
        plan.sql = match engine {
            Engine::Sqlite => Vec::new(),
            Engine::Postgres => vec![
                "CREATE FUNCTION take_all() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS \
                 'BEGIN DELETE FROM users; RETURN 0; END'"
                    .to_owned(),
            ],
            Engine::MariaDb => vec![
                "CREATE FUNCTION take_all() RETURNS INT MODIFIES SQL DATA BEGIN DELETE FROM users; RETURN 0; END"
                    .to_owned(),
                "GRANT EXECUTE ON acme.* TO auditor@localhost".to_owned(),
            ],
        };
        let world = World::start(plan).unwrap();
        let (units, findings, code) = audit(&world, &["--allow-sql"]);
        assert_eq!(units.len(), 7);
        for (name, outcome, unit) in &units {
            assert_eq!(outcome, "unknown", "{engine:?} {name}: {unit}");
        }
        if engine != Engine::Sqlite {
            let by_function = units.last().unwrap().2.to_ascii_lowercase();
            assert!(
                by_function.contains("read-only") || by_function.contains("read only"),
                "{engine:?}: {by_function}"
            );
        }
        assert_eq!(findings.as_array().map(Vec::len), Some(0), "{findings}");
        assert_eq!(code, Some(0), "a check of high severity does not gate by default");
        // The log names the statements that were tried; what counts is that the rows are still there.
        let rows = world.database().count("users").unwrap();
        assert!(rows > 0, "{engine:?}: the rows are gone");
    }
}
