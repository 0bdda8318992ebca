//! `launchcheck webhook exercise` against an app that writes into real databases: one that is well, and
//! many with one flaw each.

use launchcheck_fixtures::{
    Plan, World,
    database::Engine,
    scenarios::stripe_key,
    shop::{CUSTOMER, Flaw, HOOK, HOST, Shop},
    stripe::{Event, Subscription, now},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, process::Output};

fn exercise(world: &World, flags: &[&str]) -> Output {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command.args(["webhook", "exercise", "--timeout", "1m"]).args(flags).args(world.args());
    command.output().expect("the executable runs")
}
fn report(world: &World, flags: &[&str]) -> (Value, Output) {
    let output = exercise(world, &[&["--active-events", "--format", "json"], flags].concat());
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    (report, output)
}
/// Rule and subject of each finding.
fn findings(report: &Value) -> BTreeSet<(String, String)> {
    let all = report["findings"].as_array().into_iter().flatten();
    let text = |v: &Value| v.as_str().unwrap_or_default().replace("webhook.", "");
    all.map(|f| (text(&f["rule"]), text(&f["subject"]))).collect()
}
fn pairs(wanted: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    wanted.iter().map(|(r, s)| ((*r).to_owned(), (*s).to_owned())).collect()
}
fn outcome(report: &Value, rule: &str) -> String {
    let units = report["units"].as_array().into_iter().flatten();
    let unit = units.into_iter().find(|u| u["rule"] == format!("webhook.{rule}").as_str());
    unit.map_or_else(String::new, |u| format!("{} {}", u["outcome"].as_str().unwrap_or_default(), u["causes"]))
}
/// The rows of an exhibit, as their text.
fn exhibit(report: &Value, id: &str) -> String {
    let all = report["exhibits"].as_array().into_iter().flatten();
    all.filter(|e| e["id"] == id).map(ToString::to_string).collect()
}
fn business(world: &World) -> Vec<Value> {
    let posts = world.log().requests().into_iter().filter(|r| r.method == "POST" && r.host == HOST && r.path == HOOK);
    let events = posts.filter_map(|r| serde_json::from_slice::<Value>(&r.body).ok());
    events.filter(|e| e["type"] != "launchcheck.probe" && e["type"].is_string()).collect()
}
fn shop(flaw: Flaw, engine: Engine) -> World {
    Shop::world(flaw, engine, |_| ()).expect("the world starts")
}

const RULES: [&str; 3] = ["duplicate-not-idempotent", "event-not-applied", "alert-not-single"];

#[test]
fn an_app_that_is_well_passes_every_run() {
    for engine in [Engine::Postgres, Engine::Sqlite, Engine::MariaDb] {
        let flaw = Flaw::None;
        let world = shop(flaw, engine);
        let (report, output) = report(&world, &["--synthetic", "--times", "8"]);
        let table = exhibit(&report, "acceptance");
        assert_eq!(findings(&report), BTreeSet::new(), "{engine:?} {flaw:?}: {}\n{table}", report["findings"]);
        for rule in RULES {
            assert_eq!(outcome(&report, rule), "pass []", "{engine:?} {flaw:?} {rule}\n{table}");
        }
        assert_eq!(output.status.code(), Some(0), "{engine:?}");
        assert_eq!(table.matches("\"ok\"").count(), 10, "{table}");
        assert_eq!(world.database().writes().iter().filter(|w| w.contains("launchcheck_audit")).count(), 0);
        let left = exhibit(&report, "left-behind");
        assert!(left.contains("payments") && left.contains("webhook_events") && left.contains(CUSTOMER), "{left}");
        // What is sent names the declared customer and nobody else, and says that it is of test mode.
        for event in business(&world) {
            let whom = &event["data"]["object"]["customer"];
            assert!(whom == CUSTOMER || event["type"] == "charge.dispute.created", "{event}");
            assert_eq!(event["livemode"], false);
        }
    }
}

#[test]
fn work_that_is_done_after_the_answer_is_waited_for() {
    let world = shop(Flaw::Queued, Engine::Postgres);
    let (report, _) = report(&world, &["--synthetic", "--times", "8", "--run", "paid,refund,duplicate"]);
    assert_eq!(findings(&report), BTreeSet::new(), "{}", exhibit(&report, "acceptance"));
    for rule in [RULES[0], RULES[1]] {
        assert_eq!(outcome(&report, rule), "pass []", "{}", exhibit(&report, "acceptance"));
    }
}

type Named = (Flaw, &'static str, &'static [(&'static str, &'static str)]);
const DUPLICATE: &str = "duplicate-not-idempotent";

/// Each flaw, the runs that show it, and what is raised.
const FLAWS: &[Named] = &[
    (Flaw::NoDedupe, "duplicate", &[(DUPLICATE, "payments")]),
    (Flaw::CrashOnRepeat, "duplicate", &[(DUPLICATE, "answer")]),
    (Flaw::Race, "duplicate", &[(DUPLICATE, "payments")]),
    (Flaw::NeverActivates, "paid", &[("event-not-applied", "paid")]),
    (Flaw::TwoAlerts, "failed", &[("alert-not-single", "")]),
    (Flaw::NoAlert, "failed", &[("alert-not-single", "")]),
    (Flaw::RefundKeepsAccess, "paid,refund,cancel-now", &[("event-not-applied", "refund")]),
    (Flaw::AnyOrder, "out-of-order,cancel-now", &[("event-not-applied", "out-of-order")]),
    (Flaw::EndsAtOnce, "cancel-at-end", &[("event-not-applied", "cancel-at-end")]),
];

/// The rules that only an exercise can fire are fired here, as [`FLAWS`] has it.
pub(crate) fn fired() -> impl Iterator<Item = String> {
    FLAWS.iter().flat_map(|(_, _, wanted)| *wanted).map(|(rule, _)| format!("webhook.{rule}"))
}

#[test]
fn each_flaw_is_named() {
    for (flaw, runs, wanted) in FLAWS {
        let world = shop(*flaw, Engine::Postgres);
        let (report, output) = report(&world, &["--synthetic", "--times", "8", "--run", runs]);
        let said = format!("{flaw:?}: {}\n{}", report["findings"], exhibit(&report, "acceptance"));
        assert_eq!(findings(&report), pairs(wanted), "{said}");
        let high = report["findings"][0]["severity"] == "high";
        assert_eq!(output.status.code(), Some(u8::from(high).into()), "{said}");
        assert!(said.contains("\"fails\""), "{said}");
    }
}

#[test]
fn what_single_deliveries_hide_shows_at_once() {
    let world = shop(Flaw::Race, Engine::Postgres);
    let (report, _) = report(&world, &["--synthetic", "--times", "12", "--run", "duplicate"]);
    let saw = report["findings"][0]["saw"].to_string();
    assert!(saw.contains("at once") && !saw.contains("one after another"), "{saw}");
}

#[test]
fn an_apps_own_words_are_understood() {
    let world = shop(Flaw::OwnWords, Engine::Sqlite);
    let (report, _) = report(&world, &["--synthetic", "--run", "paid,refund,cancel-now"]);
    assert_eq!(findings(&report), BTreeSet::new(), "{}", exhibit(&report, "acceptance"));
    assert_eq!(outcome(&report, "event-not-applied"), "pass []", "{}", exhibit(&report, "acceptance"));
}

#[test]
fn a_forged_purchase_tells_swallowed_from_unchecked() {
    for (flaw, wanted) in [(Flaw::Swallows, "error-swallowed"), (Flaw::NoCheck, "unsigned-accepted")] {
        let world = shop(flaw, Engine::Postgres);
        let (report, _) = report(&world, &["--synthetic", "--run", "paid"]);
        let found = findings(&report);
        assert_eq!(found, pairs(&[(wanted, "")]), "{flaw:?}: {}", report["findings"]);
        let saw = report["findings"][0]["saw"].to_string();
        let proof =
            if flaw == Flaw::Swallows { "it changed nothing in the database" } else { "a forged purchase changed" };
        assert!(saw.contains(proof), "{saw}");
    }
}

#[test]
fn what_may_be_the_events_own_fault_is_not_known() {
    // Made-up objects are not at Stripe.
    let world = shop(Flaw::AsksStripe, Engine::Sqlite);
    let (report, output) = report(&world, &["--synthetic", "--run", "paid,duplicate"]);
    assert_eq!(findings(&report), BTreeSet::new());
    for rule in [RULES[0], RULES[1]] {
        assert!(outcome(&report, rule).contains("may fetch its objects from Stripe"), "{}", outcome(&report, rule));
    }
    assert_eq!(output.status.code(), Some(3));
    // A table that is not there, and a database that is silent: nothing is sent.
    for (name, change) in [
        (
            "no table",
            (|p: &mut Plan| {
                p.table("[exercise]", "tables = [\"invoices\"]\ncustomer = \"cus_tess\"");
            }) as fn(&mut Plan),
        ),
        ("no database", |p| {
            p.env("AUDIT_DATABASE_URL", "postgres://nobody@127.0.0.1:1/acme");
        }),
    ] {
        let world = Shop::world(Flaw::None, Engine::Sqlite, change).unwrap();
        let (report, _) = self::report(&world, &["--synthetic", "--run", "duplicate"]);
        assert!(outcome(&report, RULES[0]).starts_with("unknown"), "{name}: {}", outcome(&report, RULES[0]));
        assert_eq!(business(&world).len(), 0, "{name}");
    }
    // A handler that refuses what is signed is told of by its own rule.
    let world = Shop::world(Flaw::None, Engine::Sqlite, |p| {
        p.env("STRIPE_WEBHOOK_SECRET", "whsec_another");
    });
    let world = world.unwrap();
    let (report, _) = self::report(&world, &["--synthetic", "--run", "duplicate"]);
    assert!(outcome(&report, RULES[0]).starts_with("unknown"));
    assert_eq!(business(&world).len(), 0);
}

/// The account's own events about a purchase, a refund and an end.
fn history(plan: &mut Plan, status: &str) {
    let sub = "sub_real";
    let stripe = plan.stripe.as_mut().unwrap();
    stripe.data.subscriptions.push(Subscription::new(sub, CUSTOMER).status(status));
    let mut add = |id: &str, kind: &str, age: i64, object: Value| {
        let mut event = Event::new(id, kind, "", now() - age);
        event.object = object;
        stripe.data.events.push(event);
    };
    let subscription =
        |status: &str| json!({ "id": sub, "object": "subscription", "customer": CUSTOMER, "status": status });
    let invoice = |id: &str| json!({ "id": id, "object": "invoice", "customer": CUSTOMER, "subscription": sub });
    add("evt_created", "customer.subscription.created", 9000, subscription("active"));
    add("evt_paid", "invoice.paid", 8990, invoice("in_1"));
    add("evt_failed", "invoice.payment_failed", 500, invoice("in_2"));
    let charge = json!({ "id": "ch_1", "object": "charge", "customer": CUSTOMER, "refunded": true });
    add("evt_refunded", "charge.refunded", 400, charge);
    add("evt_deleted", "customer.subscription.deleted", 300, subscription("canceled"));
}

#[test]
fn events_of_the_test_account_are_signed_anew() {
    let world = Shop::world(Flaw::None, Engine::Postgres, |p| history(p, "active")).unwrap();
    let (report, _) = report(&world, &["--run", "paid,failed,refund,cancel-now,duplicate,dispute", "--times", "5"]);
    let table = exhibit(&report, "acceptance");
    assert_eq!(findings(&report), BTreeSet::new(), "{table}");
    assert_eq!(outcome(&report, RULES[0]), "pass []", "{table}");
    // The account has no dispute: that is not known, and not fine.
    assert!(outcome(&report, RULES[1]).contains("have no charge.dispute.created"), "{}", outcome(&report, RULES[1]));
    for event in business(&world) {
        assert!(event["id"].as_str().unwrap().starts_with("evt_launchcheck_"), "{event}");
        assert!(event["created"].as_i64().unwrap() <= now() + 3 && event["launchcheck_original"].is_null(), "{event}");
    }
    // An app that does not open access is wrong only where the subscription is active today.
    for (status, wanted) in [("active", &[("event-not-applied", "paid")][..]), ("canceled", &[])] {
        let world = Shop::world(Flaw::NeverActivates, Engine::Sqlite, |p| history(p, status)).unwrap();
        let (report, _) = self::report(&world, &["--run", "paid"]);
        assert_eq!(findings(&report), pairs(wanted), "{status}: {}", exhibit(&report, "acceptance"));
    }
    // One that fails on a real refund is wrong.
    let world = Shop::world(Flaw::CrashOnRefund, Engine::Sqlite, |p| history(p, "active")).unwrap();
    let (report, _) = self::report(&world, &["--run", "refund"]);
    assert_eq!(findings(&report), pairs(&[("event-not-applied", "refund")]));
    assert!(report["findings"][0]["title"].as_str().unwrap().contains("refuses charge.refunded with 500"));
}

#[test]
fn events_of_a_file_are_sent_too() {
    let world = Shop::world(Flaw::None, Engine::Sqlite, |p| {
        let event = json!({ "id": "evt_1", "type": "invoice.payment_failed", "created": 1, "livemode": false,
            "data": { "object": { "object": "invoice", "id": "in_9", "customer": CUSTOMER } } });
        p.file("events.json", &json!({ "object": "list", "data": [event] }).to_string());
        p.file("broken.json", "{\"type\": 1}");
    })
    .unwrap();
    let (report, _) = report(&world, &["--events", "events.json", "--run", "failed"]);
    assert_eq!(outcome(&report, RULES[2]), "pass []", "{}", exhibit(&report, "acceptance"));
    assert_eq!(business(&world).len(), 1);
    let output = exercise(&world, &["--active-events", "--events", "broken.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("entry 1 is no event of Stripe's"));
}

/// A name, what is changed, the flags, and what is said.
type Refusal = (&'static str, fn(&mut Plan), Vec<&'static str>, &'static str);

#[test]
fn nothing_is_sent_without_consent() {
    let url = "https://api.acme.test/webhooks/stripe";
    let live = |p: &mut Plan| {
        let key = stripe_key("rk", "live");
        p.env("STRIPE_KEY", &key);
        p.stripe = None;
    };
    let keyless = |p: &mut Plan| {
        p.env.remove("STRIPE_KEY");
    };
    let unlisted = |p: &mut Plan| p.stripe.as_mut().unwrap().data.endpoints.clear();
    let silent = |p: &mut Plan| p.stripe = None;
    let events = ["--active-events", "--synthetic"];
    let cases: Vec<Refusal> = vec![
        ("consent", |_| (), vec!["--synthetic"], "--active-events"),
        ("live", live, events.to_vec(), "counts as live (the Stripe key is a live one)"),
        ("keyless", keyless, events.to_vec(), "no Stripe key says that it is test mode"),
        ("unlisted", unlisted, events.to_vec(), "the test account has no such endpoint"),
        ("silent", silent, events.to_vec(), "the test account has no such endpoint"),
        ("all runs", live, vec![url, "--active-events", "--synthetic"], "one event of one run"),
        ("replay", live, vec![url, "--active-events", "--synthetic", "--run", "duplicate"], "one event of one run"),
        ("own events", live, vec![url, "--active-events", "--run", "paid"], "never sent again"),
        (
            "no customer",
            |p| {
                p.table("[exercise]", "tables = [\"payments\"]");
            },
            events.to_vec(),
            "name a test customer",
        ),
        (
            "nothing to count",
            |p| {
                p.drop_table("[exercise]");
            },
            events.to_vec(),
            "there is no [exercise]",
        ),
    ];
    for (name, change, flags, wanted) in cases {
        let world = Shop::world(Flaw::None, Engine::Sqlite, change).unwrap();
        let output = exercise(&world, &flags);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(said.contains(wanted), "{name}: {said}");
        assert_eq!(world.log().requests().len(), 0, "{name}");
    }
}

#[test]
fn in_live_mode_one_event_goes_out_once() {
    let url = format!("https://{HOST}{HOOK}");
    for run in ["paid", "failed", "reactivate"] {
        let world = Shop::world(Flaw::None, Engine::Postgres, |p| {
            p.env("STRIPE_KEY", &stripe_key("rk", "live"));
            p.stripe = None;
        });
        let world = world.unwrap();
        let output = exercise(&world, &[&url, "--active-events", "--synthetic", "--run", run]);
        let text = String::from_utf8_lossy(&output.stdout);
        let sent = business(&world);
        assert_eq!(sent.len(), usize::from(run != "reactivate"), "{run}: {text}");
        for event in &sent {
            assert_eq!((&event["livemode"], &event["data"]["object"]["customer"]), (&json!(true), &json!(CUSTOMER)));
        }
        if run == "paid" {
            assert!(text.contains("LEFT BEHIND BY 1 EVENTS OF") && text.contains("ACCEPTANCE"), "{text}");
            assert!(text.contains("NULL -> active") && text.contains("payments"), "{text}");
        }
    }
}

#[test]
fn an_audit_never_sends_business_events() {
    let world = shop(Flaw::NoDedupe, Engine::Sqlite);
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command.args(["audit", "--active", "--format", "json", "--only", "webhook"]).args(world.args());
    let output = command.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for rule in RULES {
        assert_eq!(outcome(&report, rule), "skipped []", "{rule}");
    }
    assert_eq!(business(&world).len(), 0);
}
