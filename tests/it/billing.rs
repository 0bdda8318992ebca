//! Billing over a strict Stripe API and real databases: every class is found on each engine, what
//! must not be reported is not, bad weather makes Unknown and never a finding, nothing is written.

use launchcheck::{
    audit::{Start, run},
    config::{Source, load::parse},
    outcome::Outcome,
    report::Report,
    settings::Settings,
    survey::{Ground, survey},
};
use launchcheck_checks::vocab::{Cause, ExhibitBody, Family, Pick};
use launchcheck_fixtures::{
    Plan,
    database::{Engine, User},
    net::Mode,
    scenarios,
    stripe::{Customer, Item, Key, Limits, Subscription, Trouble, Weather, now},
    world::World,
};
use std::time::{Duration, Instant};

/// Audits the billing family of a world, without the executable around it.
fn audit(world: &World, timeout: Duration, deadline: Duration) -> Report {
    audit_of(world, Settings { timeout, deadline, ..Settings::default() })
}
fn audit_of(world: &World, settings: Settings) -> Report {
    let root = world.project();
    let text = std::fs::read_to_string(root.join("launchcheck.toml")).unwrap();
    let source = Source { shown: "launchcheck.toml".into(), root: root.clone(), text };
    let settings = Settings {
        only: vec![Pick::Family(Family::Billing)],
        resolver: Some(world.dns().address()),
        stripe_api: Some(world.stripe().url().parse().unwrap()),
        ..settings
    };
    let ground =
        Ground { domain: None, config: parse(source).unwrap(), here: &root, infer_app: false, notes: Vec::new() };
    let start = Start {
        settings,
        survey: survey(ground, &[]).unwrap(),
        environment: world.env().into_iter().collect(),
        told: Vec::new(),
        label: "acme.test".into(),
        command: "launchcheck audit".into(),
        now: jiff::Timestamp::now(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(start, &())).unwrap()
}
pub(crate) fn look(world: &World) -> Report {
    audit(world, Duration::from_secs(5), Duration::from_secs(30))
}
fn findings(report: &Report) -> Vec<(String, String)> {
    let ours = report.findings.iter().filter(|f| f.rule.family() == Family::Billing);
    let mut found: Vec<_> = ours.map(|f| (f.rule.id.to_string(), f.severity.word().to_owned())).collect();
    found.sort();
    found.dedup();
    found
}
fn outcome<'a>(report: &'a Report, rule: &str) -> &'a Outcome {
    let id = format!("billing.{rule}");
    &report.units.iter().find(|u| u.rule.id == id).unwrap().outcome
}
fn causes(report: &Report, rule: &str) -> Vec<Cause> {
    match outcome(report, rule) {
        Outcome::Unknown { causes, .. } => causes.clone(),
        other => panic!("{rule}: {other:?}"),
    }
}
const DRIFT: [&str; 4] = ["paid-without-access", "access-without-payment", "status-mismatch", "subscription-unknown"];
const ENDPOINTS: [&str; 3] = ["endpoint-missing", "endpoint-disabled", "endpoint-elsewhere"];
const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::MariaDb];

/// Takes the pinned mapping away, so that it has to be found.
fn unpinned(plan: &mut Plan) {
    plan.table(
        "[[billing]]",
        "provider = \"stripe\"\nstripe-key-env = \"STRIPE_AUDIT_KEY\"\ndatabase-url-env = \"AUDIT_DATABASE_URL\"",
    );
}
/// Adds a customer of whom Stripe says the one and the database the other.
fn pair(plan: &mut Plan, name: &str, stripe: &str, database: Option<&str>) {
    let (customer, sub) = (format!("cus_{name}"), format!("sub_{name}"));
    subscription(plan, Subscription::new(&sub, &customer).status(stripe));
    if let Some(word) = database {
        plan.users.push(User::paying(name, &customer, &sub, word));
    }
}
fn subscription(plan: &mut Plan, sub: Subscription) {
    let data = &mut plan.stripe.as_mut().unwrap().data;
    data.customers.push(Customer::new(&sub.customer, &format!("{}@customers.example", sub.customer)));
    data.subscriptions.push(sub);
}

#[test]
fn each_scenario_raises_its_own() {
    for scenario in scenarios::all() {
        if !scenario.name.starts_with("billing.") && !["healthy", "ordinary"].contains(&scenario.name.as_str()) {
            continue;
        }
        let world = World::start(scenario.plan).unwrap();
        let report = look(&world);
        let wanted: Vec<_> = scenario.raises.into_iter().filter(|(r, _)| r.starts_with("billing.")).collect();
        assert_eq!(findings(&report), wanted, "{}", scenario.name);
        let unknown = |u: &&launchcheck::outcome::Unit| {
            u.rule.family() == Family::Billing
                && matches!(&u.outcome, Outcome::Unknown { causes, .. } if !causes.is_empty())
        };
        let may = scenario.name == "billing.mapping-unconfirmed";
        assert!(may || report.units.iter().find(unknown).is_none(), "{}: {:?}", scenario.name, report.units);
        assert_eq!(world.stripe().counts().writes, 0);
        assert_eq!(world.database().writes(), Vec::<String>::new());
    }
}

#[test]
fn the_mapping_is_found_by_value_on_every_engine() {
    for engine in ENGINES {
        let mut plan = scenarios::healthy();
        unpinned(&mut plan);
        plan.database = Some(engine);
        pair(&mut plan, "hans", "active", Some("canceled"));
        pair(&mut plan, "ines", "canceled", Some("active"));
        pair(&mut plan, "jana", "active", None);
        pair(&mut plan, "kurt", "active", Some("trialing"));
        plan.users.push(User::paying("lena", "cus_lena", "sub_lena", "active"));
        let world = World::start(plan).unwrap();
        let report = look(&world);
        let rules: Vec<String> = findings(&report).into_iter().map(|(r, _)| r).collect();
        let mut wanted = DRIFT.map(|d| format!("billing.{d}")).to_vec();
        wanted.push("billing.orphan-subscription".to_owned());
        wanted.sort();
        assert_eq!(rules, wanted, "{engine:?}");
        let subjects: Vec<&str> = report.findings.iter().map(|f| f.subject.as_str()).collect();
        assert_eq!(subjects, ["cus_hans", "cus_ines", "cus_jana", "cus_lena", "cus_kurt"], "{engine:?}");
        let (_, exhibit) = report.exhibits.iter().find(|(_, e)| e.id == "column-mapping").unwrap();
        let ExhibitBody::Table { rows, .. } = &exhibit.body else { panic!() };
        assert!(format!("{rows:?}").contains("users.stripe_subscription_id"), "{rows:?}");
        assert_eq!(world.database().writes(), Vec::<String>::new(), "{engine:?}");
        assert_eq!(world.stripe().counts().writes, 0);
    }
}

#[test]
fn what_must_not_be_reported_is_not() {
    let mut plan = scenarios::healthy();
    // A second subscription for another product.
    pair(&mut plan, "olga", "active", Some("active"));
    let beside = Subscription::new("sub_olga2", "cus_olga");
    subscription(&mut plan, beside.items(vec![Item::monthly("price_course", 900)]));
    // Comped, and another provider's.
    plan.users.push(User::new("friend").status("active"));
    plan.users.push(User { subscription: Some("I-ABC123".into()), ..User::new("pay").status("active") });
    // Bought a minute ago; the webhook is on its way.
    subscription(&mut plan, Subscription::new("sub_new", "cus_new").created(now() - 60));
    // On a test clock.
    let clock = Subscription { test_clock: Some("clock_1".into()), ..Subscription::new("sub_clock", "cus_clock") };
    subscription(&mut plan, clock.status("canceled"));
    plan.users.push(User::paying("clock", "cus_clock", "sub_clock", "active"));
    // Spelling, and a coarser word.
    pair(&mut plan, "pia", "canceled", Some("CANCELLED"));
    pair(&mut plan, "quin", "unpaid", Some("inactive"));
    // Set to end, already written as ended.
    let ending = Subscription { cancel_at_period_end: true, ..Subscription::new("sub_rosa", "cus_rosa") };
    subscription(&mut plan, ending);
    plan.users.push(User::paying("rosa", "cus_rosa", "sub_rosa", "inactive"));
    let world = World::start(plan).unwrap();
    let report = look(&world);
    assert_eq!(findings(&report), []);
    assert!(DRIFT.iter().all(|r| *outcome(&report, r) == Outcome::Pass), "{:?}", report.units);
}

#[test]
fn a_missing_permission_is_named_and_hides_only_its_own() {
    for (lacking, unknown, judged) in [
        ("rak_subscription_read", &DRIFT[..], &ENDPOINTS[..]),
        ("rak_webhook_read", &ENDPOINTS[..], &DRIFT[..]),
        ("rak_event_destination_read", &[][..], &ENDPOINTS[..]),
        (
            "rak_customer_read",
            &["row-missing", "access-without-payment", "customer-deleted"][..],
            &["paid-without-access"],
        ),
        ("rak_invoice_read", &["invoice-uncollectible"][..], &DRIFT[..]),
        ("rak_charge_read", &["refunded-with-access", "disputed-with-access"][..], &DRIFT[..]),
        ("rak_event_read", &["events-undelivered", "failure-rate"][..], &DRIFT[..]),
    ] {
        let mut plan = scenarios::healthy();
        let account = plan.stripe.as_mut().unwrap();
        for key in &mut account.keys {
            let mut all = Key::auditor(&key.secret);
            all.permissions.as_mut().unwrap().remove(lacking);
            *key = all;
        }
        let world = World::start(plan).unwrap();
        let report = look(&world);
        assert_eq!(findings(&report), []);
        for rule in unknown {
            assert_eq!(causes(&report, rule), [Cause::Permission(lacking.into())], "{rule}");
        }
        assert!(judged.iter().all(|r| *outcome(&report, r) == Outcome::Pass), "{lacking}: {:?}", report.units);
    }
}

#[test]
fn bad_weather_at_stripe_is_unknown_and_never_a_finding() {
    type Check = fn(&Cause) -> bool;
    let cases: [(Trouble, Check); 5] = [
        (Trouble::Status(401), |c| *c == Cause::Auth),
        (Trouble::Status(500), |c| matches!(c, Cause::Parse(_))),
        (Trouble::Html, |c| matches!(c, Cause::Parse(_))),
        (Trouble::Cut, |c| matches!(c, Cause::Refused | Cause::Parse(_))),
        (Trouble::Hang, |c| *c == Cause::Timeout),
    ];
    for (trouble, fits) in cases {
        let mut plan = scenarios::healthy();
        pair(&mut plan, "hans", "canceled", Some("active"));
        plan.stripe.as_mut().unwrap().trouble.insert("/v1/subscriptions".into(), trouble);
        let world = World::start(plan).unwrap();
        let report = audit(&world, Duration::from_secs(1), Duration::from_secs(20));
        assert_eq!(findings(&report), [], "{trouble:?}");
        for rule in DRIFT {
            let why = causes(&report, rule);
            assert!(why.iter().all(fits), "{trouble:?}: {why:?}");
        }
        assert!(ENDPOINTS.iter().all(|r| *outcome(&report, r) == Outcome::Pass));
    }
}

#[test]
fn candidates_that_cannot_be_read_again_are_not_reported() {
    let mut plan = scenarios::healthy();
    pair(&mut plan, "hans", "canceled", Some("active"));
    plan.stripe.as_mut().unwrap().trouble.insert("/v1/subscriptions/:id".into(), Trouble::Html);
    let world = World::start(plan).unwrap();
    let report = look(&world);
    assert_eq!(findings(&report), []);
    assert!(DRIFT.iter().all(|r| !causes(&report, r).is_empty()));
}

#[test]
fn an_api_that_is_not_there_or_never_stops_slowing_us() {
    let world = World::start(scenarios::healthy()).unwrap();
    world.stripe().set_mode(Mode::Stopped);
    let report = look(&world);
    for rule in DRIFT.iter().chain(&ENDPOINTS) {
        assert_eq!(causes(&report, rule), [Cause::Refused], "{rule}");
    }
    let mut plan = scenarios::healthy();
    plan.stripe.as_mut().unwrap().trouble.insert("/v1/subscriptions".into(), Trouble::Status(429));
    let world = World::start(plan).unwrap();
    let began = Instant::now();
    let report = audit(&world, Duration::from_secs(1), Duration::from_secs(4));
    assert!(began.elapsed() < Duration::from_secs(6));
    assert!(DRIFT.iter().all(|r| causes(&report, r) == [Cause::RateLimited]), "{:?}", report.units);
}

#[test]
fn a_database_that_is_not_there_leaves_the_endpoints_judged() {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        for (mode, want) in
            [(Mode::Stopped, Cause::Refused), (Mode::Silent, Cause::Timeout), (Mode::Reset, Cause::Refused)]
        {
            let mut plan = scenarios::healthy();
            plan.database = Some(engine);
            let world = World::start(plan).unwrap();
            world.database().set_mode(mode);
            let report = audit(&world, Duration::from_secs(1), Duration::from_secs(10));
            for rule in DRIFT {
                assert_eq!(causes(&report, rule), std::slice::from_ref(&want), "{engine:?} {mode:?}");
            }
            assert!(ENDPOINTS.iter().all(|r| *outcome(&report, r) == Outcome::Pass));
        }
    }
}

/// Rows that no customer of Stripe's has: many subscriptions of long ago, each with a word.
fn crowd(engine: Engine, rows: u32, word: &str) -> Plan {
    let mut plan = scenarios::healthy();
    plan.database = Some(engine);
    let digit = (0..10).map(|n| format!("SELECT {n} AS n")).collect::<Vec<_>>().join(" UNION ALL ");
    let digits = (0..5).map(|n| format!("({digit}) AS d{n}")).collect::<Vec<_>>().join(", ");
    let number = (0..5).map(|n| format!("d{n}.n * {}", 10_u32.pow(n))).collect::<Vec<_>>().join(" + ");
    let concat = |a: &str| match engine {
        Engine::MariaDb => format!("concat('{a}', k)"),
        _ => format!("'{a}' || k"),
    };
    let word = if word.ends_with('_') { concat(word) } else { format!("'{word}'") };
    plan.sql.push(format!(
        "INSERT INTO users (id, email, stripe_customer_id, stripe_subscription_id, subscription_status) \
         SELECT {}, NULL, {}, {}, {word} FROM (SELECT {number} AS k FROM {digits}) AS all_of_them WHERE k < {rows}",
        concat("crowd"),
        concat("cus_crowd"),
        concat("sub_crowd"),
    ));
    plan
}

#[test]
fn a_table_beyond_what_an_audit_keeps_is_unknown_and_what_was_seen_stands() {
    for engine in ENGINES {
        // The crowd comes behind the customers in the table.
        let mut plan = crowd(engine, 1_500, "canceled");
        pair(&mut plan, "ines", "canceled", Some("active"));
        let world = World::start(plan).unwrap();
        let settings = Settings {
            timeout: Duration::from_secs(20),
            deadline: Duration::from_mins(1),
            billing_rows: Some(1_000),
            billing_rate: Some(100_000),
            ..Settings::default()
        };
        let report = audit_of(&world, settings);
        let found = findings(&report);
        // The crowd's subscriptions are unknown to Stripe, and that is told of those that were asked for.
        let right = ["billing.access-without-payment", "billing.subscription-unknown"];
        assert!(found.iter().all(|(rule, _)| right.contains(&rule.as_str())), "{engine:?}: {found:?}");
        for rule in ["row-missing", "orphan-subscription"] {
            let why = causes(&report, rule);
            let said = |c: &Cause| matches!(c, Cause::Partial(t) if t.as_str().contains("checked 1000 of 1507 rows; run `launchcheck drift`"));
            assert!(why.iter().any(said), "{engine:?} {rule}: {why:?}");
        }
        assert_eq!(world.database().writes(), Vec::<String>::new(), "{engine:?}");
    }
}

#[test]
fn a_scan_that_stalls_in_the_middle_is_unknown_and_the_rest_is_judged() {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        let mut plan = crowd(engine, 2_500, "canceled");
        pair(&mut plan, "aahans", "active", Some("canceled"));
        pair(&mut plan, "aaines", "canceled", Some("active"));
        // By their names these come behind the crowd, where nothing is read any more: who pays, who pays for what two rows of
        // theirs name, and who pays with an address that a user has.
        for name in ["late", "later"] {
            pair(&mut plan, name, "active", None);
            plan.sql.push(format!(
                "INSERT INTO users (id, email, stripe_customer_id, stripe_subscription_id, subscription_status) VALUES \
                 ('zz{name}', 'cus_{name}@customers.example', 'cus_{name}', 'sub_{name}', 'active')"
            ));
        }
        let world = World::start(plan).unwrap();
        let settings = || Settings {
            timeout: Duration::from_secs(20),
            deadline: Duration::from_mins(1),
            billing_rate: Some(100_000),
            ..Settings::default()
        };
        // The first connection is for samples, the second for the rows. How much goes over it without a stall:
        let scan = 1;
        world.database().cut(usize::MAX, 0);
        audit_of(&world, settings());
        let sent = world.database().sent();
        world.database().stall(scan, sent[scan] / 2);
        let report = audit_of(&world, Settings { deadline: Duration::from_secs(24), ..settings() });
        let found = findings(&report);
        let right = ["billing.access-without-payment", "billing.paid-without-access", "billing.subscription-unknown"];
        assert!(found.iter().all(|(rule, _)| right.contains(&rule.as_str())), "{engine:?}: {found:?}");
        assert!(found.iter().any(|(rule, _)| rule == right[0]), "the rest is judged: {engine:?} {:?}", report.units);
        for rule in ["row-missing", "customer-unmapped", "orphan-subscription"] {
            let why = causes(&report, rule);
            let said = |c: &Cause| matches!(c, Cause::Partial(t) if t.as_str().contains("rows; run `launchcheck drift`") && t.as_str().contains(" of more than "));
            assert!(why.iter().any(said), "{engine:?} {rule}: {why:?}");
        }
        assert_eq!(world.database().writes(), Vec::<String>::new(), "{engine:?}");
    }
}

#[test]
fn a_column_of_many_different_words_is_unknown_and_never_wrong() {
    for engine in ENGINES {
        many_words(engine);
    }
}
fn many_words(engine: Engine) {
    // More words than are learned from; a million of them are in benches/billing.rs.
    let mut plan = crowd(engine, 25_000, "state_");
    // Some subscriptions carry a word of their own.
    for n in 0..30 {
        pair(&mut plan, &format!("odd{n}"), "active", Some(&format!("tier-{n}")));
    }
    let world = World::start(plan).unwrap();
    let settings = Settings {
        timeout: Duration::from_secs(20),
        deadline: Duration::from_mins(1),
        billing_rate: Some(100_000),
        ..Settings::default()
    };
    let report = audit_of(&world, settings);
    let found = findings(&report);
    assert!(found.iter().all(|(rule, _)| rule == "billing.subscription-unknown"), "{engine:?}: {found:?}");
    for rule in ["paid-without-access", "access-without-payment", "status-mismatch"] {
        let why = causes(&report, rule);
        assert!(why.iter().any(|c| matches!(c, Cause::Parse(_))), "{engine:?} {rule}: {why:?}");
    }
    assert_eq!(world.database().writes(), Vec::<String>::new());
}

#[test]
fn a_database_without_a_trace_of_the_paying_customers_proves_nothing() {
    let mut plan = scenarios::healthy();
    unpinned(&mut plan);
    plan.env.insert("AUDIT_DATABASE_URL".into(), "file:empty.db".into());
    let world = World::start(plan).unwrap();
    std::fs::write(world.project().join("empty.db"), "").unwrap();
    let report = look(&world);
    assert!(
        DRIFT
            .iter()
            .all(|r| matches!(&causes(&report, r)[..], [Cause::Parse(why)] if why.as_str().contains("no column")))
    );
    assert!(ENDPOINTS.iter().all(|r| *outcome(&report, r) == Outcome::Pass));
}

#[test]
fn what_is_not_set_is_said_by_its_name() {
    let mut plan = scenarios::healthy();
    plan.env.remove("AUDIT_DATABASE_URL");
    let world = World::start(plan).unwrap();
    let report = look(&world);
    assert!(DRIFT.iter().all(|r| causes(&report, r) == [Cause::Unset("AUDIT_DATABASE_URL".into())]));
    assert!(ENDPOINTS.iter().all(|r| *outcome(&report, r) == Outcome::Pass));
}

#[test]
fn a_thousand_customers_in_rain_and_within_the_limit() {
    let mut plan = scenarios::healthy();
    unpinned(&mut plan);
    for n in 0..1000 {
        pair(&mut plan, &format!("n{n}"), "active", Some(if n % 250 == 7 { "canceled" } else { "active" }));
    }
    let account = plan.stripe.as_mut().unwrap();
    account.limits = Some(Limits::default());
    account.weather = Weather { errors: 3, html: 0, cut: 2, delay_ms: 50, storm: 0 };
    let world = World::start(plan).unwrap();
    let report = look(&world);
    assert_eq!(findings(&report), [("billing.paid-without-access".to_owned(), "blocker".to_owned())]);
    assert_eq!(report.findings.len(), 4);
    let counts = world.stripe().counts();
    assert_eq!(counts.status(429), 0, "{counts:?}");
    assert!(counts.of("/v1/subscriptions") >= 11);
}

#[test]
fn an_old_version_of_the_database_is_not_held_open_while_stripe_is_read() {
    let mut plan = scenarios::healthy();
    plan.database = Some(Engine::Postgres);
    let world = World::start(plan).unwrap();
    look(&world);
    let said = world.database().statements();
    let of = |word: &str| said.iter().filter(|s| s.starts_with(word)).count();
    assert!(of("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY") >= 2, "{said:#?}");
    assert_eq!(of("BEGIN"), of("ROLLBACK") - of("ROLLBACK TO"), "{said:#?}");
}

#[test]
fn what_was_found_before_the_deadline_stands_and_no_pass_is_claimed() {
    let mut plan = scenarios::healthy();
    for n in 0..2500 {
        // At 200 ms a page the list ends in the middle of the account.
        pair(&mut plan, &format!("n{n:04}"), "active", Some(if n % 5 == 0 { "canceled" } else { "active" }));
    }
    plan.stripe.as_mut().unwrap().weather.delay_ms = 200;
    let world = World::start(plan).unwrap();
    let began = Instant::now();
    let report = audit(&world, Duration::from_secs(2), Duration::from_secs(8));
    assert!(began.elapsed() < Duration::from_secs(11));
    assert_eq!(findings(&report), [("billing.paid-without-access".to_owned(), "blocker".to_owned())]);
    for rule in ["access-without-payment", "status-mismatch", "subscription-unknown"] {
        let why = causes(&report, rule);
        assert!(why.iter().all(|c| matches!(c, Cause::Deadline | Cause::Partial(_))), "{rule}: {why:?}");
    }
    let told = format!("{:?}", report.findings[0].saw);
    assert!(told.contains("were not read again"), "{told}");
}
