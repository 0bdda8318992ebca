//! The differential against a real Next.js app with the real `stripe` package: each variant of its
//! webhook route and middleware gets the verdict that names its cause, and healthy ones get none.

use launchcheck_fixtures::{
    Plan, World,
    nextjs::NextJs,
    scenarios::{noise, stripe_key},
    stripe::{Account, Destination, Key},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

const HOST: &str = "api.acme.test";

/// Each path of the app with all that is raised for it under `--active`.
const VERDICTS: &[(&str, &[(&str, &str)])] = &[
    ("/api/healthy", &[]),
    ("/api/quiet", &[]),
    ("/api/raw", &[]),
    ("/api/json-parse", &[("body-reserialised", "blocker"), ("crash-on-odd-body", "medium")]),
    ("/api/json-parse-quiet", &[("body-reserialised", "blocker")]),
    ("/api/spaced", &[("body-reserialised", "blocker")]),
    ("/api/parsed-object", &[("body-parsed", "blocker")]),
    ("/api/bodyparser", &[("body-parsed", "blocker")]),
    ("/api/bodyparser-quiet", &[("body-parsed", "blocker")]),
    ("/api/edge-sync", &[("edge-runtime-sync", "blocker")]),
    ("/api/secret-missing", &[("secret-missing", "blocker")]),
    ("/api/secret-undefined", &[("secret-missing", "blocker")]),
    ("/api/secret-wrong", &[("secret-wrong", "blocker")]),
    ("/api/no-verify", &[("unsigned-accepted", "blocker"), ("crash-on-odd-body", "medium")]),
    ("/api/swallowed", &[("error-swallowed", "high")]),
    ("/api/unhandled", &[("unhandled-rejected", "high")]),
    ("/api/stale", &[("stale-accepted", "medium")]),
    ("/api/leaky", &[("answer-leaks", "medium")]),
    ("/api/thrown", &[("server-error", "high")]),
    ("/api/get-only", &[("method-missing", "blocker")]),
    ("/api/nothing", &[("route-missing", "blocker")]),
    ("/api/healthy/", &[("slash-redirect", "blocker")]),
    ("/api/behind-clerk/hook", &[("auth-wall", "blocker")]),
    ("/api/behind-signin/hook", &[("auth-wall", "blocker")]),
    ("/api/behind-session/hook", &[("auth-wall", "blocker")]),
];

fn world(app: &NextJs, secret: &str, paths: &[&str], budget: &str) -> World {
    let mut plan = Plan::new("acme.test");
    plan.host(HOST).site.script("*", "*", app.script());
    for path in paths {
        plan.more("[[webhook]]", &format!("provider = \"stripe\"\nurl = \"https://{HOST}{path}\""));
    }
    // What is timed here is the machine, so only the test of `slow` has a budget that it can miss.
    plan.table("[thresholds]", &format!("acknowledgement = \"{budget}\"\nroute-p95 = \"{budget}\""));
    plan.dotenv("production.env", "STRIPE_WEBHOOK_SECRET", secret);
    World::start(plan).expect("the world starts")
}

fn audit(world: &World, flags: &[&str]) -> Value {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command
        .args(["audit", "--format", "json", "--only", "webhook", "--timeout", "5m", "--deadline", "20m"])
        .args(flags)
        .args(world.args());
    let output = command.output().expect("the executable runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| {
        panic!("{e}\n{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    })
}

/// What is raised, by the path of the webhook.
fn raised(report: &Value) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut out = BTreeMap::<_, BTreeSet<_>>::new();
    for finding in report["findings"].as_array().into_iter().flatten() {
        let path = text(&finding["target"]).replace(&format!("webhook:https://{HOST}"), "");
        let rule = text(&finding["rule"]).replace("webhook.", "");
        out.entry(path).or_default().insert((rule, text(&finding["severity"])));
    }
    out
}
fn unknown(report: &Value, path: &str) -> Vec<String> {
    let units = report["units"].as_array().into_iter().flatten();
    let of = format!("webhook:https://{HOST}{path}");
    let here = units.filter(|u| u["target"] == of.as_str() && u["outcome"] == "unknown");
    here.map(|u| format!("{} {}", u["rule"], u["causes"])).collect()
}

#[test]
fn each_variant_gets_the_verdict_that_names_its_cause() {
    let secret = format!("whsec_{}", noise("nextjs", 32));
    let key = stripe_key("sk", "test");
    let env = [("STRIPE_SECRET_KEY", key.as_str()), ("STRIPE_WEBHOOK_SECRET", secret.as_str())];
    let app = NextJs::start(Path::new(env!("CARGO_TARGET_TMPDIR")), &env).expect("Next.js runs");
    let paths: Vec<&str> = VERDICTS.iter().map(|(path, _)| *path).collect();
    let world = world(&app, &secret, &paths, "1m");
    let report = audit(&world, &["--active", "--env-file", "production.env"]);
    let got = raised(&report);
    let mut wrong = Vec::new();
    for (path, wanted) in VERDICTS {
        let wanted: BTreeSet<(String, String)> =
            wanted.iter().map(|(r, s)| ((*r).to_owned(), (*s).to_owned())).collect();
        let got = got.get(*path).cloned().unwrap_or_default();
        if got != wanted {
            wrong.push(format!("{path}: {got:?}, but should be {wanted:?}; unknown: {:?}", unknown(&report, path)));
        }
        if wanted.is_empty() && !unknown(&report, path).is_empty() {
            wrong.push(format!("{path}: a healthy route, and unknown: {:?}", unknown(&report, path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!report.to_string().contains(&secret), "the secret is in the report");
    for seen in world.log().requests() {
        assert!(!format!("{seen:?}").contains(&secret), "the secret was sent");
    }

    // Without --active the loud handlers say it themselves, and of the quiet ones nothing is said.
    let report = audit(&world, &[]);
    let got = raised(&report);
    for (path, rule) in [
        ("/api/bodyparser", Some("body-parsed")),
        ("/api/edge-sync", Some("edge-runtime-sync")),
        ("/api/secret-missing", Some("secret-missing")),
        ("/api/healthy", None),
        ("/api/json-parse", None),
        ("/api/bodyparser-quiet", None),
        ("/api/secret-wrong", None),
        ("/api/unhandled", None),
    ] {
        let got: Vec<&str> = got.get(path).into_iter().flatten().map(|(r, _)| r.as_str()).collect();
        assert_eq!(got, rule.into_iter().collect::<Vec<_>>(), "{path}");
    }
    a_slow_handler_is_timed(&app, &secret);
    thin_events_are_sent_where_stripe_sends_them(&app, &secret);
    a_secret_of_the_laptop_proves_nothing(&app);
}

fn a_slow_handler_is_timed(app: &NextJs, secret: &str) {
    let world = world(app, secret, &["/api/slow"], "60ms");
    let report = audit(&world, &["--active", "--env-file", "production.env"]);
    let found = raised(&report);
    let rules: Vec<&str> = found.values().flatten().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(rules, ["slow"], "{}", report["findings"]);
    let saw = report["findings"][0]["saw"].to_string();
    assert!(saw.contains("20 signed events"), "{saw}");
}

fn thin_events_are_sent_where_stripe_sends_them(app: &NextJs, secret: &str) {
    let audited = |path: &str, payload: &str| {
        let mut plan = world(app, secret, &[path], "1m").plan().clone();
        let key = stripe_key("rk", "live");
        let mut account = Account::new(&stripe_key("sk", "live"));
        account.keys.push(Key::auditor(&key));
        let mut destination = Destination::webhook("ed_1", &format!("https://{HOST}{path}"));
        payload.clone_into(&mut destination.payload);
        account.data.destinations.push(destination);
        plan.stripe = Some(account);
        plan.table("[[billing]]", "provider = \"stripe\"\nstripe-key-env = \"STRIPE_AUDIT_KEY\"");
        plan.env("STRIPE_AUDIT_KEY", &key);
        let world = World::start(plan).expect("the world starts");
        let report = audit(&world, &["--active", "--env-file", "production.env"]);
        let found: Vec<String> = raised(&report).into_values().flatten().map(|(rule, _)| rule).collect();
        (found, unknown(&report, path), report["findings"].to_string())
    };
    // The real package refuses in each the events that are not of its kind.
    let (found, _, text) = audited("/api/healthy", "thin");
    assert_eq!(found, ["thin-event-refused"], "{text}");
    assert!(text.contains("You passed a thin event notification"), "{text}");
    for (path, payload) in [("/api/thin", "thin"), ("/api/healthy", "snapshot")] {
        let (found, unknown, text) = audited(path, payload);
        assert!(found.is_empty() && unknown.is_empty(), "{path}: {text} {unknown:?}");
    }
    let (found, _, text) = audited("/api/thin", "snapshot");
    assert_eq!(found, ["signed-refused"], "{text}");
}

fn a_secret_of_the_laptop_proves_nothing(app: &NextJs) {
    let other = format!("whsec_{}", noise("laptop", 32));
    let mut plan = world(app, &other, &["/api/healthy"], "1m").plan().clone();
    plan.env("STRIPE_WEBHOOK_SECRET", &other);
    let world = World::start(plan).expect("the world starts");
    // From the process of a laptop it is not known to be production's; from a declared file it is.
    let report = audit(&world, &["--active"]);
    assert!(raised(&report).is_empty(), "{}", report["findings"]);
    assert!(unknown(&report, "/api/healthy").iter().any(|u| u.contains("webhook.secret-wrong")));
    let report = audit(&world, &["--active", "--env-file", "production.env"]);
    let found = raised(&report);
    assert_eq!(found["/api/healthy"], BTreeSet::from([("secret-wrong".to_owned(), "blocker".to_owned())]));
}
