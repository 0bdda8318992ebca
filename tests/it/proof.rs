//! The proof of the comparison: every class of drift and more than fifteen look-alikes in one account,
//! on real PostgreSQL, MariaDB and SQLite, in each weather. Everything of the first is found and
//! nothing of the second, or what could not be seen is said; never is anything wrong said.

use launchcheck_fixtures::{
    Plan, World,
    database::{Engine, User},
    scenarios,
    stripe::{
        Account, Customer, Data, Dispute, Event, Invoice, Item, Refund, Return, Subscription, Trouble, Weather, now,
    },
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

const DAY: i64 = 86_400;
const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::MariaDb];
type Found = BTreeSet<(String, String)>;

/// An account and its database while they are staged.
struct Stage {
    plan: Plan,
    expected: Found,
    sql: Vec<String>,
    controls: usize,
}
impl Stage {
    fn account(&mut self) -> &mut Account {
        self.plan.stripe.as_mut().unwrap()
    }
    fn data(&mut self) -> &mut Data {
        &mut self.account().data
    }
    /// A customer at Stripe with one subscription, whose address is the user's.
    fn stripe(&mut self, name: &str, status: &str, change: impl FnOnce(Subscription) -> Subscription) {
        let (customer, sub) = (format!("cus_{name}"), format!("sub_{name}"));
        let data = self.data();
        data.customers.push(Customer::new(&customer, &format!("{name}@customers.example")));
        data.subscriptions.push(change(Subscription::new(&sub, &customer).status(status)));
    }
    fn row(&mut self, name: &str, word: &str) {
        self.plan.users.push(User::paying(name, &format!("cus_{name}"), &format!("sub_{name}"), word));
    }
    fn both(&mut self, name: &str, status: &str, word: &str) {
        self.stripe(name, status, |s| s);
        self.row(name, word);
    }
    fn sub(&mut self, name: &str) -> &mut Subscription {
        let id = format!("sub_{name}");
        self.data().subscriptions.iter_mut().find(|s| s.id == id).unwrap()
    }
    /// Sets columns of one row.
    fn set(&mut self, name: &str, what: &str) {
        self.sql.push(format!("UPDATE users SET {what} WHERE id = '{name}'"));
    }
    fn finds(&mut self, rule: &str, name: &str) {
        self.expected.insert((format!("billing.{rule}"), format!("cus_{name}")));
    }
    fn control(&mut self) {
        self.controls += 1;
    }
}

/// The columns that further classes hang on, agreeing with Stripe in every row but those that are
/// staged otherwise.
const COLUMNS: [&str; 12] = [
    "ALTER TABLE users ADD COLUMN stripe_price_id VARCHAR(64)",
    "ALTER TABLE users ADD COLUMN seats INTEGER",
    "ALTER TABLE users ADD COLUMN cancel_at_period_end BOOLEAN",
    "ALTER TABLE users ADD COLUMN currency VARCHAR(3)",
    "ALTER TABLE users ADD COLUMN livemode BOOLEAN",
    "ALTER TABLE users ADD COLUMN is_subscribed BOOLEAN",
    "UPDATE users SET stripe_price_id = 'price_pro' WHERE stripe_subscription_id IS NOT NULL",
    "UPDATE users SET seats = 1",
    "UPDATE users SET cancel_at_period_end = FALSE",
    "UPDATE users SET currency = 'usd'",
    "UPDATE users SET livemode = TRUE",
    "UPDATE users SET is_subscribed = (lower(subscription_status) IN ('active', 'trialing', 'past_due'))",
];

/// Every class of section 4 and every look-alike.
fn stage(engine: Engine) -> Stage {
    let mut plan = scenarios::healthy();
    plan.table(
        "[[billing]]",
        "provider = \"stripe\"\nstripe-key-env = \"STRIPE_AUDIT_KEY\"\ndatabase-url-env = \"AUDIT_DATABASE_URL\"",
    );
    plan.database = Some(engine);
    let mut s = Stage { plan, expected: Found::new(), sql: Vec::new(), controls: 0 };
    // Most customers are as they should be: what a column means is learned from them.
    for n in 0..40 {
        s.both(&format!("fine{n:02}"), "active", "active");
    }
    for n in 0..4 {
        s.both(&format!("left{n}"), "canceled", "canceled");
    }
    drifts(&mut s);
    look_alikes(&mut s);
    s.plan.sql = COLUMNS.iter().map(ToString::to_string).chain(s.sql.clone()).collect();
    s
}

fn drifts(s: &mut Stage) {
    // Paid and no access.
    s.stripe("norow", "active", |s| s);
    s.plan.users.push(User { customer: Some("cus_norow".into()), ..User::new("norow") });
    s.finds("row-missing", "norow");
    s.both("shutout", "active", "canceled");
    s.finds("paid-without-access", "shutout");
    s.both("oldid", "canceled", "canceled");
    s.data().subscriptions.push(Subscription::new("sub_oldid2", "cus_oldid"));
    s.finds("paid-without-access", "oldid");
    s.stripe("unlinked", "active", |s| s);
    s.plan.users.push(User::new("unlinked"));
    s.finds("customer-unmapped", "unlinked");
    s.stripe("orphan", "active", |s| s);
    s.finds("orphan-subscription", "orphan");
    s.both("stale", "canceled", "active");
    s.data().subscriptions.push(Subscription::new("sub_stale2", "cus_stale"));
    s.finds("subscription-stale", "stale");
    // Access and not paid.
    for (name, status) in [
        ("gone", "canceled"),
        ("unpaid", "unpaid"),
        ("died", "incomplete_expired"),
        ("open", "incomplete"),
        ("rest", "paused"),
    ] {
        s.both(name, status, "active");
        s.finds("access-without-payment", name);
    }
    s.both("late", "past_due", "past_due");
    let sub = s.sub("late");
    (sub.period_start, sub.period_end) = (now() - 25 * DAY, now() + 5 * DAY);
    s.finds("past-due-beyond-grace", "late");
    s.both("trialover", "paused", "trialing");
    s.finds("trial-ended", "trialover");
    s.both("deleted", "canceled", "active");
    s.data().customers.iter_mut().filter(|c| c.id == "cus_deleted").for_each(|c| c.deleted = true);
    s.finds("customer-deleted", "deleted");
    // Ids that are not what they seem.
    s.row("nowhere", "active");
    s.finds("subscription-unknown", "nowhere");
    s.row("testmode", "active");
    s.data().other_mode.push("sub_testmode".to_owned());
    s.finds("test-id-in-live", "testmode");
    // One column against the other side.
    s.both("word", "active", "trialing");
    s.finds("status-mismatch", "word");
    s.both("price", "active", "active");
    s.sub("price").items = vec![Item::monthly("price_team", 9_900)];
    s.finds("price-mismatch", "price");
    s.both("seats", "active", "active");
    s.set("seats", "seats = 5");
    s.finds("quantity-mismatch", "seats");
    s.both("period", "active", "active");
    s.set("period", "current_period_end = current_period_end - 864000");
    s.finds("period-mismatch", "period");
    s.both("ending", "active", "active");
    s.sub("ending").cancel_at_period_end = true;
    s.finds("cancel-unreflected", "ending");
    s.both("euro", "active", "active");
    s.set("euro", "currency = 'eur'");
    s.finds("currency-mismatch", "euro");
    s.both("mode", "active", "active");
    s.set("mode", "livemode = FALSE");
    s.finds("livemode-mismatch", "mode");
    s.both("flag", "active", "active");
    s.set("flag", "is_subscribed = FALSE");
    s.finds("row-contradiction", "flag");
    // Twice.
    s.both("twice", "active", "active");
    s.data().subscriptions.push(Subscription::new("sub_twice2", "cus_twice"));
    s.finds("double-billing", "twice");
    s.both("twin", "active", "active");
    s.data().customers.push(Customer::new("cus_twin2", "TWIN@customers.example"));
    s.data().subscriptions.push(Subscription::new("sub_twin2", "cus_twin2"));
    s.finds("double-billing", "twin");
    s.both("former", "active", "active");
    s.data().customers.push(Customer::new("cus_former0", "Former@customers.example"));
    s.data().subscriptions.push(Subscription::new("sub_former0", "cus_former0").status("canceled"));
    s.finds("customer-duplicate", "former");
    s.both("copied", "active", "active");
    s.plan.users.push(User {
        email: "copy@customers.example".into(),
        ..User::paying("copy", "cus_copied", "sub_copied", "active")
    });
    s.finds("row-duplicate", "copied");
    // Money that does not come, or goes back.
    s.both("collect", "active", "active");
    s.sub("collect").pause_collection = Some("void".to_owned());
    s.finds("collection-paused", "collect");
    s.both("writeoff", "active", "active");
    let of = Subscription::new("sub_writeoff", "cus_writeoff");
    s.data().invoices.push(Invoice::latest(&of, "uncollectible"));
    s.finds("invoice-uncollectible", "writeoff");
    s.both("refunded", "active", "active");
    s.data().refunds.push(Refund(Return::whole("re_1", "cus_refunded", "succeeded")));
    s.finds("refunded-with-access", "refunded");
    s.both("disputed", "active", "active");
    s.data().disputes.push(Dispute(Return::whole("dp_1", "cus_disputed", "needs_response")));
    s.finds("disputed-with-access", "disputed");
}

fn look_alikes(s: &mut Stage) {
    // A second live subscription, for another product that the app does not sell.
    s.both("course", "active", "active");
    let course = || vec![Item::monthly("price_course", 900)];
    s.data().subscriptions.push(Subscription::new("sub_course2", "cus_course").items(course()));
    s.control();
    // Somebody who only has that other product.
    s.stripe("onlycourse", "active", |s| s.items(course()));
    s.control();
    // Comped, another provider's, and registered without a plan.
    s.plan.users.push(User::new("friend").status("active"));
    s.control();
    s.plan.users.push(User { subscription: Some("I-ABC123".into()), ..User::new("otherprovider").status("active") });
    s.control();
    s.plan.users.push(User { customer: Some("cus_window".into()), ..User::new("window") });
    s.data().customers.push(Customer::new("cus_window", "window@customers.example"));
    s.control();
    // Bought a minute ago, and changed a minute ago: the events are on their way.
    s.stripe("fresh", "active", |s| s.created(now() - 60));
    s.control();
    s.both("flux", "active", "canceled");
    s.data().events.push(Event::new("evt_flux", "customer.subscription.updated", "sub_flux", now() - 60));
    s.control();
    // On a test clock, which no list shows.
    s.stripe("clock", "canceled", |s| Subscription { test_clock: Some("clock_1".into()), ..s });
    s.row("clock", "active");
    s.control();
    // Other spellings and coarser words.
    s.both("british", "canceled", "CANCELLED");
    s.control();
    s.both("coarse", "unpaid", "inactive");
    s.control();
    // Overdue for less than the grace.
    s.both("grace", "past_due", "past_due");
    s.control();
    // Cancelled, and paid for until a day to come that both sides know.
    s.stripe("paidup", "canceled", |s| s.period(now() - 20 * DAY, now() + 10 * DAY));
    s.row("paidup", "active");
    s.control();
    // Two workspaces of one person, each with a row of its own.
    for name in ["work1", "work2"] {
        s.both(name, "active", "active");
        let customer = format!("cus_{name}");
        let same = s.data().customers.iter_mut().find(|c| c.id == customer).unwrap();
        same.email = Some("owner@customers.example".to_owned());
    }
    s.control();
    // The row's price is the second of two items, and the twelfth of twelve.
    s.both("pair", "active", "active");
    s.sub("pair").items = vec![Item::monthly("price_pro", 4_900), Item::monthly("price_addon", 500)];
    s.set("pair", "stripe_price_id = 'price_addon'");
    s.control();
    s.both("dozen", "active", "active");
    s.sub("dozen").items =
        (0..12).map(|n| Item::monthly(if n == 11 { "price_pro" } else { "price_part" }, 100)).collect();
    s.control();
    // A refund of a part, a refund of an earlier period, a dispute that was won.
    s.both("part", "active", "active");
    s.data().refunds.push(Refund(Return { back: 900, ..Return::whole("re_2", "cus_part", "succeeded") }));
    s.control();
    s.both("before", "active", "active");
    s.data()
        .refunds
        .push(Refund(Return { charged: now() - 60 * DAY, ..Return::whole("re_3", "cus_before", "succeeded") }));
    s.control();
    s.both("won", "active", "active");
    s.data().disputes.push(Dispute(Return::whole("dp_2", "cus_won", "won")));
    s.control();
    // A trial that goes on, an end that is off by minutes, an old subscription beside the living one.
    s.both("trial", "trialing", "trialing");
    s.sub("trial").trial_end = Some(now() + 5 * DAY);
    s.control();
    s.both("minutes", "active", "active");
    s.set("minutes", "current_period_end = current_period_end - 1200");
    s.control();
    s.both("again", "active", "active");
    s.data().subscriptions.push(Subscription::new("sub_again0", "cus_again").status("canceled"));
    s.control();
    // Deleted at Stripe, and without access here.
    s.both("goodbye", "canceled", "canceled");
    s.data().customers.iter_mut().filter(|c| c.id == "cus_goodbye").for_each(|c| c.deleted = true);
    s.control();
    // An open invoice that is young.
    s.both("due", "active", "active");
    let of = Subscription::new("sub_due", "cus_due");
    s.data().invoices.push(Invoice { created: now() - DAY, ..Invoice::latest(&of, "open") });
    s.control();
}

fn command(world: &World) -> Command {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    let api = world.stripe().url();
    command.arg("drift").args(["--format", "jsonl", "--rate", "1000", "--stripe-api", &api]);
    command
}
fn found(output: &Output) -> Found {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |l: &str| {
        let v: Value = serde_json::from_str(l).unwrap();
        (v["rule"].as_str().unwrap().to_owned(), v["customer"].as_str().unwrap_or_default().to_owned())
    };
    text.lines().map(line).collect()
}
/// What must hold whatever happens: nothing is wrong, nothing is written, and where something is
/// missing the run ends 3 (or 1 for what it found) and names a cause.
fn holds(world: &World, output: &Output, expected: &Found, what: &str) -> bool {
    let (found, said) = (found(output), String::from_utf8_lossy(&output.stderr).into_owned());
    let wrong: Vec<_> = found.difference(expected).collect();
    assert!(wrong.is_empty(), "{what}: wrongly reported {wrong:?}\n{said}");
    let missing: Vec<_> = expected.difference(&found).collect();
    let told = said.contains("could not be read: ");
    assert!(missing.is_empty() || told, "{what}: missed without a word {missing:?}\n{said}");
    assert!(matches!(output.status.code(), Some(1 | 3)), "{what}: {:?}\n{said}", output.status.code());
    assert_eq!(world.stripe().counts().writes, 0, "{what}");
    assert_eq!(world.database().writes(), Vec::<String>::new(), "{what}");
    missing.is_empty() && !told
}

#[test]
fn every_class_is_found_and_no_look_alike_on_every_engine() {
    for engine in ENGINES {
        let Stage { plan, expected, controls, .. } = stage(engine);
        assert!(controls >= 20 && expected.len() >= 32, "{controls} look-alikes, {} classes", expected.len());
        let world = World::start(plan).unwrap();
        let output = command(&world).output().unwrap();
        assert!(holds(&world, &output, &expected, &format!("{engine:?}")), "all is found in fair weather");
        assert_eq!(output.status.code(), Some(1));
        // Each of the classes is there: a list that lost one would still look long.
        let rules: BTreeSet<&str> = expected.iter().map(|(r, _)| r.as_str()).collect();
        let known = launchcheck_checks::billing::CLASSES.iter().map(|c| c.rule).collect::<BTreeSet<_>>();
        assert_eq!(rules, known);
    }
}

#[test]
fn what_is_about_the_table_as_a_whole_is_one_finding_on_every_engine() {
    for engine in ENGINES {
        let mut s = stage(engine);
        // A column that is never filled, and two users with one address.
        s.plan.sql.push("UPDATE users SET current_period_end = NULL".to_owned());
        s.plan.users.push(User { email: "FINE00@customers.example".into(), ..User::new("second") });
        s.expected.remove(&("billing.period-mismatch".to_owned(), "cus_period".to_owned()));
        // Nothing in the row says any more that this one is paid for until a day to come.
        s.finds("access-without-payment", "paidup");
        for rule in ["billing.period-missing", "billing.user-duplicate"] {
            s.expected.insert((rule.to_owned(), String::new()));
        }
        let world = World::start(s.plan).unwrap();
        let output = command(&world).output().unwrap();
        assert!(holds(&world, &output, &s.expected, &format!("{engine:?}")), "all is found");
        for rule in ["billing.period-missing", "billing.user-duplicate"] {
            let lines = String::from_utf8_lossy(&output.stdout).lines().filter(|l| l.contains(rule)).count();
            assert_eq!(lines, 1, "{engine:?} {rule}");
        }
    }
}

#[test]
fn rain_changes_nothing() {
    let weathers = [
        ("5 % errors", Weather { errors: 5, ..Weather::default() }),
        ("storms of 429", Weather { storm: 12, ..Weather::default() }),
        ("cut pages", Weather { cut: 5, html: 3, ..Weather::default() }),
    ];
    for engine in ENGINES {
        let Stage { plan, expected, .. } = stage(engine);
        let world = World::start(plan).unwrap();
        for (name, weather) in weathers {
            world.stripe().change(|a| a.weather = weather);
            let output = command(&world).output().unwrap();
            assert!(
                holds(&world, &output, &expected, &format!("{engine:?} {name}")),
                "{engine:?}: {name} hid something"
            );
        }
    }
}

#[test]
fn a_list_that_is_torn_hides_only_what_hangs_on_it() {
    let lists = [
        "/v1/subscriptions",
        "/v1/subscriptions/:id",
        "/v1/subscription_items",
        "/v1/customers",
        "/v1/customers/:id",
        "/v1/events",
        "/v1/invoices",
        "/v1/refunds",
        "/v1/disputes",
    ];
    let troubles = [Trouble::Html, Trouble::Cut, Trouble::Loop, Trouble::Status(403), Trouble::Status(429)];
    // Of SQLite all of them, of the servers one: what differs between them is not the account.
    let all = troubles.map(|t| (Engine::Sqlite, t));
    let worlds = all.into_iter().chain([(Engine::Postgres, Trouble::Html), (Engine::MariaDb, Trouble::Html)]);
    std::thread::scope(|threads| {
        let runs: Vec<_> =
            worlds.map(|(engine, trouble)| threads.spawn(move || torn(engine, trouble, &lists))).collect();
        for run in runs {
            run.join().unwrap();
        }
    });
}
/// One world in which each of the lists has this trouble, one after the other.
fn torn(engine: Engine, trouble: Trouble, lists: &[&str]) {
    let Stage { plan, expected, .. } = stage(engine);
    let world = World::start(plan).unwrap();
    for list in lists {
        world.stripe().change(|a| {
            a.trouble.insert((*list).to_owned(), trouble);
        });
        let output = command(&world).args(["--timeout", "2s", "--deadline", "6s"]).output().unwrap();
        let mut expected = expected.clone();
        if (*list, trouble) == ("/v1/events", Trouble::Status(403)) {
            // Without the permission a change is known by the subscription's own times alone.
            expected.insert(("billing.paid-without-access".to_owned(), "cus_flux".to_owned()));
        }
        holds(&world, &output, &expected, &format!("{engine:?} {list} {trouble:?}"));
        world.stripe().change(|a| a.trouble.clear());
    }
}

#[test]
fn a_connection_that_is_cut_in_a_result_is_unknown_and_never_wrong() {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        let Stage { mut plan, expected, .. } = stage(engine);
        // Rows enough that they do not come in one packet.
        plan.users.extend((0..3000).map(|n| User::new(&format!("free{n:04}"))));
        plan.users
            .extend((0..400).map(|n| User { customer: Some(format!("cus_window{n}")), ..User::new(&format!("w{n}")) }));
        let world = World::start(plan).unwrap();
        world.database().cut(usize::MAX, 0);
        let output = command(&world).output().unwrap();
        assert!(holds(&world, &output, &expected, "uncut"));
        let sent = world.database().sent();
        assert!(sent.len() >= 3, "sample, scan and second reading: {sent:?}");
        for (connection, bytes) in sent.into_iter().enumerate() {
            for part in [1, 3, 5, 7, 9] {
                world.database().cut(connection, bytes * part / 10);
                let output = command(&world).output().unwrap();
                let whole = holds(&world, &output, &expected, &format!("{engine:?} {connection} cut at {part}/10"));
                assert!(!whole, "{engine:?}: the cut of connection {connection} at {part}/10 went unnoticed");
            }
        }
    }
}

#[test]
fn a_table_that_changes_between_two_readings_is_not_judged() {
    // The column gets another name, and another column takes its place.
    let change = [
        "ALTER TABLE users RENAME COLUMN subscription_status TO old_status",
        "ALTER TABLE users ADD COLUMN subscription_status VARCHAR(40)",
    ];
    for engine in ENGINES {
        for (held, when) in [("/v1/customers", "before the second reading"), ("/v1/subscriptions", "before the scan")] {
            let Stage { mut plan, .. } = stage(engine);
            plan.stripe.as_mut().unwrap().trouble.insert(held.to_owned(), Trouble::Wait);
            let world = World::start(plan).unwrap();
            let child = command(&world).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            if (engine, held) == (Engine::Sqlite, "/v1/subscriptions") {
                // Nobody can see from outside when a file was sampled.
                continue;
            }
            let asked = || match held {
                // The sampling ends its own transaction.
                "/v1/subscriptions" => world.database().statements().iter().any(|s| s == "ROLLBACK"),
                _ => world.stripe().requests().iter().any(|r| r.path == held),
            };
            let began = Instant::now();
            while !asked() && began.elapsed() < Duration::from_mins(1) {
                std::thread::sleep(Duration::from_millis(5));
            }
            for sql in change {
                world.database().run(sql).unwrap();
            }
            if engine == Engine::Postgres {
                world.database().run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO auditor").unwrap();
            }
            world.database().mark();
            world.stripe().change(|a| a.trouble.clear());
            let output = child.wait_with_output().unwrap();
            let what = format!("{engine:?} {when}");
            let (found, said) = (found(&output), String::from_utf8_lossy(&output.stderr).into_owned());
            assert!(found.is_empty() && said.contains("could not be read: "), "{what}: {found:?}\n{said}");
            assert_eq!(output.status.code(), Some(3), "{what}\n{said}");
        }
    }
}
