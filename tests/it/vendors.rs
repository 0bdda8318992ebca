//! Paddle Billing and Lemon Squeezy against real databases: the same comparison over their own lists.

use launchcheck_fixtures::{
    Plan, World,
    database::{Engine, User},
    scenarios,
    stripe::{Trouble, now},
    vendors::{Account, Kind, VendorApi},
};
use serde_json::Value;
use std::collections::BTreeSet;
use tokio::runtime::Runtime;

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::MariaDb];

struct Stage {
    api: VendorApi,
    world: World,
    expected: BTreeSet<(String, String)>,
    _runtime: Runtime,
}

/// 230 customers, more than a page of either, most of them as they should be.
fn stage(kind: Kind, engine: Engine, pinned: bool) -> Stage {
    let mut account = Account::new(kind, &format!("pdl_live_apikey_{}", "01h04vsc0qhwtsbsxh"));
    let (paid, ended) = ("active", if kind == Kind::Paddle { "canceled" } else { "expired" });
    let mut plan: Plan = scenarios::healthy();
    plan.stripe = None;
    plan.users.clear();
    plan.database = Some(engine);
    let mut expected = BTreeSet::new();
    let mut row = |account: &Account, n: usize, word: &str| {
        let (customer, sub) = account.ids(n);
        let period_end = Some(now() + 20 * 86_400);
        let user = User::paying(&format!("u{n}"), &customer, &sub, word);
        plan.users.push(User { email: format!("u{n}@customers.example"), period_end, ..user });
    };
    for n in 0..230 {
        let (theirs, ours) = match n {
            3 => (paid, ended),
            5 => (ended, "active"),
            // Both sides ended; a trial; overdue for less than the grace.
            7..=9 => (ended, ended),
            10 => (
                if kind == Kind::Paddle { "trialing" } else { "on_trial" },
                if kind == Kind::Paddle { "trialing" } else { "on_trial" },
            ),
            11 => ("past_due", "past_due"),
            // Cancelled, and paid until a day to come.
            12 if kind == Kind::LemonSqueezy => ("cancelled", "cancelled"),
            13 if kind == Kind::LemonSqueezy => ("cancelled", "active"),
            _ => (paid, "active"),
        };
        account.add(n, theirs);
        row(&account, n, ours);
    }
    // The provider does not know this one.
    row(&account, 500, "active");
    for (n, rule) in [(3, "paid-without-access"), (5, "access-without-payment"), (500, "subscription-unknown")] {
        expected.insert((format!("billing.{rule}"), account.ids(n).0));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let key = account.key.clone();
    let api = VendorApi::start(runtime.handle(), account).unwrap();
    let provider = if kind == Kind::Paddle { "paddle" } else { "lemonsqueezy" };
    let pin = if pinned {
        "\nmapping = { table = \"users\", customer = \"stripe_customer_id\", subscription = \"stripe_subscription_id\", status = \"subscription_status\" }"
    } else {
        ""
    };
    plan.table(
        "[[billing]]",
        &format!(
            "provider = \"{provider}\"\nkey-env = \"VENDOR_AUDIT_KEY\"\ndatabase-url-env = \"AUDIT_DATABASE_URL\"\napi-base = \"{}\"{pin}",
            api.url()
        ),
    );
    plan.env.insert("VENDOR_AUDIT_KEY".into(), key);
    let world = World::start(plan).unwrap();
    Stage { api, world, expected, _runtime: runtime }
}
/// Rule and customer of each line, what was said beside, and what it ended with.
fn drift(stage: &Stage, more: &[&str]) -> (BTreeSet<(String, String)>, String, String, Option<i32>) {
    let mut command = stage.world.command(env!("CARGO_BIN_EXE_launchcheck"));
    let output = command.args(["drift", "--format", "jsonl", "--rate", "1000"]).args(more).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |l: &str| {
        let v: Value = serde_json::from_str(l).unwrap();
        (v["rule"].as_str().unwrap().to_owned(), v["customer"].as_str().unwrap_or_default().to_owned())
    };
    let found = text.lines().map(line).collect();
    (found, text, String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

#[test]
fn their_lists_are_compared_on_every_engine() {
    for kind in [Kind::Paddle, Kind::LemonSqueezy] {
        for engine in ENGINES {
            // Ids that are mere numbers are found by what the account holds.
            for pinned in [true, false] {
                let stage = stage(kind, engine, pinned);
                let (found, lines, said, code) = drift(&stage, &[]);
                assert_eq!(found, stage.expected, "{kind:?} {engine:?} {pinned}\n{said}\n{lines}");
                assert_eq!(code, Some(1), "{said}");
                assert!(!lines.contains("stripe ") && !lines.contains("Stripe"), "{lines}");
                let money = lines.contains("\"mrr\":1500,");
                assert_eq!(money, kind == Kind::Paddle, "{lines}");
                assert_eq!(stage.api.writes(), 0);
                assert_eq!(stage.world.database().writes(), Vec::<String>::new());
                let pages = stage.api.requests().iter().filter(|r| r.path.ends_with("/subscriptions")).count();
                assert!(pages <= 6, "{pages}");
            }
        }
    }
}

#[test]
fn in_bad_weather_nothing_wrong_is_said() {
    for kind in [Kind::Paddle, Kind::LemonSqueezy] {
        let stage = stage(kind, Engine::Sqlite, true);
        for list in ["subscriptions", "customers"] {
            for trouble in
                [Trouble::Html, Trouble::Cut, Trouble::Status(500), Trouble::Status(429), Trouble::Status(404)]
            {
                stage.api.change(|a| {
                    a.trouble.insert(list.to_owned(), trouble);
                });
                let (found, _, said, code) = drift(&stage, &["--timeout", "2s", "--deadline", "5s"]);
                let what = format!("{kind:?} {list} {trouble:?}: {said}");
                assert!(found.is_subset(&stage.expected), "{found:?} {what}");
                assert!(said.contains("could not be read") && matches!(code, Some(1 | 3)), "{what}");
                stage.api.change(|a| a.trouble.clear());
            }
        }
        stage.api.change(|a| a.denied.push("subscriptions".into()));
        let (found, _, said, code) = drift(&stage, &[]);
        assert_eq!((found.len(), code), (0, Some(3)), "{said}");
        assert!(said.contains("lacks the permission"), "{said}");
        stage.api.change(|a| a.key.push('x'));
        let (found, _, _, code) = drift(&stage, &[]);
        assert_eq!((found.len(), code), (0, Some(3)));
    }
}
