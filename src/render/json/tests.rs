use super::*;
use crate::{
    report::{self, RunInfo},
    samples::{acme, inputs},
};
use launchcheck_checks::vocab::{Cell, Exhibit, ExhibitBody, TargetId, TargetKind, Targets};
use serde_json::Value;
use std::path::Path;

fn sample() -> report::Report {
    let targets = Targets::default();
    let mut given = inputs(acme(), &targets);
    given.exhibits = vec![
        (
            TargetId::new(TargetKind::Mail, "acme.test"),
            Exhibit {
                id: "spf-tree",
                title: "What the SPF record asks for".into(),
                body: ExhibitBody::Tree(vec![(0, "acme.test".into()), (1, "include:_spf.mail.example".into())]),
            },
        ),
        (
            TargetId::new(TargetKind::Site, "acme.test"),
            Exhibit {
                id: "redirect-matrix",
                title: "Redirects".into(),
                body: ExhibitBody::Table {
                    columns: vec!["from", "hops", "https", "note"],
                    rows: vec![vec![Cell::Text("http".into()), Cell::Number(2), Cell::Flag(true), Cell::Empty]],
                },
            },
        ),
    ];
    report::build(given)
}

#[test]
fn the_top_level_is_the_contract() {
    let json: Value = serde_json::from_str(&render(&sample())).unwrap();
    let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    // serde_json's map is sorted.
    assert_eq!(
        keys,
        [
            "categories",
            "event_path",
            "exhibits",
            "exit_code",
            "findings",
            "run",
            "schema",
            "score",
            "target",
            "tool",
            "units",
            "unproven",
            "verdict",
            "waived"
        ]
    );
    assert_eq!(json["schema"], "launchcheck.report/1");
    assert_eq!((json["verdict"].as_str(), json["exit_code"].as_u64()), (Some("no-go"), Some(1)));
    let score: Vec<_> = json["score"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(score, ["capped_by", "ceiling", "model", "raw", "value"]);
    assert_eq!((json["score"]["value"].as_u64(), json["score"]["capped_by"].as_str()), (Some(41), Some("blocker")));
    let finding: Vec<_> = json["findings"][0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        finding,
        ["family", "fingerprint", "fix", "place", "rule", "saw", "severity", "subject", "target", "title"]
    );
    assert_eq!(json["units"].as_array().unwrap().len(), 16);
    let outcomes: std::collections::BTreeSet<_> =
        json["units"].as_array().unwrap().iter().map(|u| u["outcome"].as_str().unwrap()).collect();
    assert_eq!(
        outcomes.into_iter().collect::<Vec<_>>(),
        ["fail", "not-applicable", "pass", "skipped", "unknown", "waived"]
    );
    let unknown = json["units"].as_array().unwrap().iter().find(|u| u["outcome"] == "unknown").unwrap();
    assert_eq!(unknown["causes"][0]["cause"], "unset");
    assert_eq!(unknown["causes"][0]["detail"], "DATABASE_URL");
    for kind in ["lookups", "handshakes", "requests"] {
        assert!(json["run"]["counts"][kind].is_u64());
    }
}

#[test]
fn a_report_reads_back_as_it_was_written() {
    let written = render(&sample());
    let read: v1::Report = serde_json::from_str(&written).unwrap();
    assert_eq!(read, v1::Report::from(&sample()));
}

#[test]
fn only_the_run_differs_between_runs() {
    let (mut one, mut two) = (sample(), sample());
    two.run = RunInfo { clock: "2027-01-01T00:00:00Z".into(), duration_ms: 9, ..RunInfo::default() };
    assert_ne!(render(&one), render(&two));
    one.run = RunInfo::default();
    two.run = RunInfo::default();
    assert_eq!(render(&one), render(&two));
    // The order in which units arrive does not matter either.
    let targets = Targets::default();
    let mut given = inputs(acme(), &targets);
    given.units.reverse();
    let (back, forth) = (report::build(given), report::build(inputs(acme(), &targets)));
    assert_eq!(render(&back), render(&forth));
}

/// Everything that the schema calls required is there, and nothing that it does not know; enough of
/// JSON Schema for the shapes this crate writes.
fn conforms(value: &Value, schema: &Value, root: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.strip_prefix("#/definitions/").expect("a local reference");
        return conforms(value, &root["definitions"][name], root, at);
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all.iter().for_each(|s| conforms(value, s, root, at));
    }
    if let Some(options) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let fits = options.iter().any(|s| {
            let (value, root, s) = (value.clone(), root.clone(), s.clone());
            std::panic::catch_unwind(move || conforms(&value, &s, &root, "")).is_ok()
        });
        assert!(fits, "{at}: {value} is none of {options:?}");
        return;
    }
    if let Some(constant) = schema.get("const") {
        assert_eq!(value, constant, "{at}");
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value}");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(s) => vec![s],
        Value::Array(a) => a.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind), "{at}: {kind} is not {kinds:?}");
    if let Value::Array(items) = value {
        items.iter().enumerate().for_each(|(i, v)| conforms(v, &schema["items"], root, &format!("{at}[{i}]")));
    }
    if let Value::Object(fields) = value {
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(fields.contains_key(required.as_str().unwrap()), "{at}: {required} is missing");
        }
        for (key, v) in fields {
            let known = schema["properties"].get(key).or_else(|| schema.get("additionalProperties"));
            let known = known.unwrap_or_else(|| panic!("{at}.{key} is not in the schema"));
            conforms(v, known, root, &format!("{at}.{key}"));
        }
    }
}

#[test]
fn a_report_conforms_to_its_schema() {
    let root: Value = serde_json::from_str(&schema()).unwrap();
    let report: Value = serde_json::from_str(&render(&sample())).unwrap();
    conforms(&report, &root, &root, "report");
    let mut without = report;
    without.as_object_mut().unwrap().remove("verdict");
    assert!(std::panic::catch_unwind(|| conforms(&without, &root, &root, "report")).is_err());
}

/// Written anew with `LAUNCHCHECK_BLESS=1 cargo test schema`.
#[test]
fn the_committed_schema_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report-1.schema.json");
    if std::env::var_os("LAUNCHCHECK_BLESS").is_some() {
        std::fs::write(&path, schema()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, schema(), "run: LAUNCHCHECK_BLESS=1 cargo test schema");
}
