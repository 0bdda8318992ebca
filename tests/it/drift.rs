//! `launchcheck drift` by the built executable: the whole list, in every format, on every engine.

use launchcheck_fixtures::{
    Plan, World,
    database::{Engine, User},
    scenarios,
    stripe::{Customer, Data, Event, Key, Subscription, Trouble, now},
};
use serde_json::Value;
use std::{
    process::{Output, Stdio},
    time::Duration,
};

/// Seven customers who pay without access, and one who has it without paying.
fn plan(engine: Engine) -> Plan {
    let mut plan = scenarios::healthy();
    plan.database = Some(engine);
    for n in 0..8 {
        let (customer, sub) = (format!("cus_d{n}"), format!("sub_d{n}"));
        let (stripe, word) = if n == 7 { ("canceled", "active") } else { ("active", "canceled") };
        let data = &mut plan.stripe.as_mut().unwrap().data;
        data.customers.push(Customer::new(&customer, &format!("d{n}@customers.example")));
        data.subscriptions.push(Subscription::new(&sub, &customer).status(stripe));
        plan.users.push(User::paying(&format!("d{n}"), &customer, &sub, word));
    }
    plan
}
fn drift(world: &World, args: &[&str]) -> Output {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    let api = world.stripe().url();
    command.arg("drift").args(["--stripe-api", &api]).args(args).output().unwrap()
}
fn lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn every_difference_is_listed_on_every_engine() {
    for engine in [Engine::Sqlite, Engine::Postgres, Engine::MariaDb] {
        let world = World::start(plan(engine)).unwrap();
        let output = drift(&world, &["--format", "jsonl"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let found = lines(&output);
        let of = |rule: &str| found.iter().filter(|l| l["rule"] == rule).count();
        assert_eq!((of("billing.paid-without-access"), of("billing.access-without-payment")), (7, 1), "{said}");
        assert_eq!((found.len(), output.status.code()), (8, Some(1)), "{said}");
        let first = found.iter().find(|l| l["customer"] == "cus_d0").unwrap();
        for (field, want) in [
            ("severity", Value::from("blocker")),
            ("subscription", "sub_d0".into()),
            ("row", "d0".into()),
            ("stripe", "active".into()),
            ("database", "canceled".into()),
            ("mrr", 4900.into()),
            ("currency", "usd".into()),
        ] {
            assert_eq!(first[field], want, "{engine:?} {field}");
        }
        assert!(first["fix"].as_str().unwrap().contains("UPDATE users SET subscription_status = 'active'"), "{first}");
        assert!(first["fix"].as_str().unwrap().contains("ROLLBACK"));
        assert!(first["cause"].as_str().unwrap().contains("30 days"), "{first}");
        assert!(said.contains("8 differences") && said.contains("392.00 USD a month"), "{said}");
        assert_eq!(world.database().writes(), Vec::<String>::new());
        assert_eq!(world.stripe().counts().writes, 0);
    }
}

#[test]
fn it_can_be_narrowed_and_written_as_a_table_or_csv() {
    let world = World::start(plan(Engine::Sqlite)).unwrap();
    let one = drift(&world, &["--format", "jsonl", "--customer", "cus_d3"]);
    assert_eq!((lines(&one).len(), one.status.code()), (1, Some(1)));
    let class = drift(&world, &["--format", "jsonl", "--class", "access-without-payment"]);
    assert_eq!((lines(&class).len(), class.status.code()), (1, Some(0)), "high is no blocker");
    let strict = drift(&world, &["--format", "jsonl", "--class", "access-without-payment", "--fail-on", "high"]);
    assert_eq!(strict.status.code(), Some(1));
    let later = drift(&world, &["--format", "jsonl", "--since", "2099-01-01"]);
    assert_eq!((lines(&later).len(), later.status.code()), (0, Some(0)));
    let csv = drift(&world, &["--format", "csv"]);
    let text = String::from_utf8_lossy(&csv.stdout).into_owned();
    assert!(
        text.starts_with("rule,severity,customer,subscription,row,stripe,database,mrr,at_risk,currency,cause,fix\r\n")
    );
    assert_eq!(text.lines().count(), 9);
    let table = String::from_utf8_lossy(&drift(&world, &[]).stdout).into_owned();
    assert!(table.contains("billing.paid-without-access [blocker] 7") && table.contains("8 differences"), "{table}");
    let wrong = drift(&world, &["--class", "rows"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn what_could_not_be_read_ends_3_and_is_named() {
    let mut plan = scenarios::healthy();
    plan.stripe.as_mut().unwrap().trouble.insert("/v1/subscriptions".into(), Trouble::Html);
    let world = World::start(plan).unwrap();
    let output = drift(&world, &["--format", "jsonl"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((lines(&output).len(), output.status.code()), (0, Some(3)), "{said}");
    assert!(said.contains("HTML"), "{said}");
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let mut plan = scenarios::healthy();
    let account = plan.stripe.as_mut().unwrap();
    account.data.generate(3000);
    account.weather.delay_ms = 40;
    for (n, sub) in account.data.subscriptions.iter().rev().take(3000).enumerate() {
        let word = if n % 1000 == 7 { "canceled" } else { "active" };
        plan.users.push(User::paying(&format!("user{}", 2999 - n), &sub.customer, &sub.id, word));
    }
    let world = World::start(plan).unwrap();
    let file = world.project().join("resume.jsonl");
    let run = || {
        let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
        command.args([
            "drift",
            "--format",
            "jsonl",
            "--rate",
            "1000",
            "--stripe-api",
            &world.stripe().url(),
            "--resume",
        ]);
        command.arg(&file).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let pages = || world.stripe().counts().of("/v1/subscriptions");
    let mut first = run();
    // The first eight come one after the other: when the twelfth is asked for, they were kept.
    while pages() < 12 && first.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(std::fs::read_to_string(&file).unwrap().lines().count() > 700);
    // What changed in between is read again, by its event.
    let cured = world.plan().stripe.as_ref().unwrap().data.subscriptions.last().unwrap().id.clone();
    world.stripe().change(|a| {
        let sub = a.data.subscriptions.iter_mut().find(|s| s.id == cured).unwrap();
        *sub = sub.clone().status("canceled");
        a.data.events.push(Event::new("evt_1", "customer.subscription.updated", &cured, now()));
    });
    let before = pages();
    let second = run().wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    let found: Vec<Value> = lines(&second);
    assert_eq!(found.iter().filter(|l| l["rule"] == "billing.paid-without-access").count(), 3, "{said}");
    assert!(said.contains("went on from") && said.contains("in 30"), "{said}");
    // Beside its first look at the account it asks for the times that are missing, and not from the top.
    let lists = world.stripe().requests().into_iter().filter(|r| r.path == "/v1/subscriptions");
    let again = lists.skip(usize::try_from(before).unwrap());
    let whole = again.filter(|r| !r.query.as_deref().unwrap_or_default().contains("created")).count();
    assert!(whole <= 1, "{whole} pages were asked for from the top");
    assert!(!file.exists(), "all was read");
    assert_eq!(world.stripe().counts().writes, 0);
}

#[test]
fn what_the_handler_ignores_is_named_by_its_branch() {
    let mut plan = plan(Engine::Sqlite);
    let data = &mut plan.stripe.as_mut().unwrap().data;
    for (n, (name, kind, pending)) in [
        ("sub_d7", "customer.subscription.deleted", 0),
        ("sub_d0", "customer.subscription.updated", 0),
        ("sub_d1", "customer.subscription.updated", 1),
    ]
    .into_iter()
    .enumerate()
    {
        let event = Event::new(&format!("evt_{n}"), kind, name, now() - 3 * 86_400);
        data.events.push(Event { pending_webhooks: pending, ..event });
    }
    plan.file(
        "src/app/webhooks/stripe/route.ts",
        "import { stripe } from \"@/lib/stripe\";\nimport { db } from \"@/lib/db\";\n\n\
         export async function POST(request: Request) {\n  const body = await request.text();\n  \
         const signature = request.headers.get(\"stripe-signature\")!;\n  \
         const event = stripe.webhooks.constructEvent(body, signature, process.env.STRIPE_WEBHOOK_SECRET!);\n  \
         if (event.type === \"customer.subscription.updated\") {\n    const sub = event.data.object;\n    \
         if (sub.status === \"past_due\" || sub.status === \"canceled\") {\n      \
         await db.users.update({ where: { customer: sub.customer }, data: { status: sub.status } });\n    }\n  }\n  \
         return Response.json({ received: true });\n}\n",
    );
    let world = World::start(plan).unwrap();
    let output = drift(&world, &["--format", "jsonl"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let found = lines(&output);
    let cause = |customer: &str| {
        let line = found.iter().find(|l| l["customer"] == customer).unwrap_or_else(|| panic!("{customer}: {said}"));
        line["cause"].as_str().unwrap_or_else(|| panic!("{line}")).to_owned()
    };
    let route = "src/app/webhooks/stripe/route.ts:";
    let deleted = cause("cus_d7");
    assert!(deleted.contains("the handler ignores it"), "{deleted}");
    assert!(
        deleted.contains(route) && deleted.ends_with("has no branch for customer.subscription.deleted"),
        "{deleted}"
    );
    let updated = cause("cus_d0");
    assert!(updated.contains(route) && updated.ends_with("and has no branch for active"), "{updated}");
    assert!(cause("cus_d1").contains("was never delivered"));
    assert_eq!(world.stripe().counts().writes, 0);
}

#[test]
fn without_leave_to_read_events_what_may_be_on_its_way_is_not_reported() {
    let mut plan = plan(Engine::Sqlite);
    for key in &mut plan.stripe.as_mut().unwrap().keys {
        let mut all = Key::auditor(&key.secret);
        all.permissions.as_mut().unwrap().remove("rak_event_read");
        *key = all;
    }
    let world = World::start(plan).unwrap();
    let output = drift(&world, &["--format", "jsonl"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // Its end was five days ago, and nothing happens to a subscription after it.
    let found: Vec<Value> = lines(&output);
    assert_eq!(found.iter().map(|l| l["customer"].clone()).collect::<Vec<_>>(), ["cus_d7"], "{said}");
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("rak_event_read") && said.contains("7 more look like it"), "{said}");
}

#[test]
fn connected_accounts_stand_in_the_same_database() {
    let mut plan = plan(Engine::Sqlite);
    let mut theirs = Data::default();
    for n in 0..3 {
        let (customer, sub) = (format!("cus_c{n}"), format!("sub_c{n}"));
        theirs.customers.push(Customer::new(&customer, &format!("c{n}@customers.example")));
        theirs.subscriptions.push(Subscription::new(&sub, &customer));
        plan.users.push(User::paying(&format!("c{n}"), &customer, &sub, if n == 1 { "canceled" } else { "active" }));
    }
    plan.stripe.as_mut().unwrap().connected.insert("acct_1Theirs".to_owned(), theirs);
    let table = |accounts: &str| {
        format!(
            "provider = \"stripe\"\nstripe-key-env = \"STRIPE_AUDIT_KEY\"\ndatabase-url-env = \"AUDIT_DATABASE_URL\"\n\
             accounts = [\"{accounts}\"]"
        )
    };
    plan.table("[[billing]]", &table("acct_1Theirs"));
    let world = World::start(plan.clone()).unwrap();
    let output = drift(&world, &["--format", "jsonl"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let found = lines(&output);
    assert!(found.iter().any(|l| l["customer"] == "cus_c1" && l["rule"] == "billing.paid-without-access"), "{said}");
    assert!(!found.iter().any(|l| l["customer"] == "cus_c0" || l["customer"] == "cus_c2"), "{found:?}");
    assert_eq!(found.len(), 9, "{said}");
    assert!(world.stripe().requests().iter().any(|r| r.header("stripe-account") == Some("acct_1Theirs")));

    plan.table("[[billing]]", &table("acct_1Strangers"));
    let world = World::start(plan).unwrap();
    let output = drift(&world, &["--format", "jsonl"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((lines(&output).len(), output.status.code()), (0, Some(3)), "{said}");
    assert!(said.contains("access to the connected account"), "{said}");
}
