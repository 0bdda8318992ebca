//! A healthy company is asked each thing once, as the servers' own counters tell, and no secret of
//! it is in any report.

use launchcheck_fixtures::{World, database::Engine, scenarios};
use std::{
    collections::BTreeMap,
    process::{Output, Stdio},
    time::Duration,
};

fn audit(world: &World, extra: &[&str]) -> Output {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command.arg("audit").args(world.args()).args(extra).output().expect("the executable runs")
}

#[test]
fn each_lookup_handshake_and_request_is_made_once() {
    let world = World::start(scenarios::healthy()).expect("the world starts");
    let output = audit(&world, &["--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));

    assert_eq!(world.dns().queries().repeated(), [], "lookups");
    let handshakes = world.handshakes();
    assert!(handshakes.values().all(|n| *n == 1), "{handshakes:?}");
    assert_eq!(handshakes.len(), 4, "apex, www, app and api: {handshakes:?}");
    // Each has an IPv4 and an IPv6 address, and each of these is shaken hands with once.
    let by_address = world.log().handshakes_by_address();
    assert!(by_address.values().all(|seen| *seen == (2, 2)), "{by_address:?}");

    // A signature more or less makes another request of it, so requests differ by it too.
    let mut requests = BTreeMap::<String, u64>::new();
    for r in world.log().requests() {
        let signed = if r.header("stripe-signature").is_some() { "signed" } else { "" };
        *requests.entry(format!("{} {}://{}{} {signed}", r.method, r.scheme, r.host, r.path)).or_default() += 1;
        assert!(r.header("user-agent").is_some_and(|u| u.starts_with("launchcheck/")), "{r:?}");
    }
    assert!(requests.values().all(|n| *n == 1), "{requests:#?}");

    let mut asked = BTreeMap::<String, u64>::new();
    for r in world.stripe().requests() {
        *asked.entry(format!("{} {}?{}", r.method, r.path, r.query.unwrap_or_default())).or_default() += 1;
    }
    assert!(asked.values().all(|n| *n == 1), "{asked:#?}");
    assert_eq!(world.stripe().counts().writes, 0);
    assert_eq!(world.database().writes(), Vec::<String>::new());
}

/// Values that must never be seen: each as it stands in a file or in the environment.
fn secrets(world: &World) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(world.project().join(".env.production")).expect("the production file");
    let mut all: Vec<(String, String)> = text
        .lines()
        .filter_map(|l| l.split_once('='))
        .map(|(n, v)| (n.to_owned(), v.trim_matches('"').to_owned()))
        .chain(world.env())
        .filter(|(name, _)| {
            !name.starts_with("NEXT_PUBLIC_APP") && name != "EMAIL_FROM" && !name.contains("DATABASE_URL")
        })
        .filter(|(_, value)| value.len() > 8)
        .collect();
    // Of an address the password is the secret.
    let password = text.lines().find_map(|l| l.strip_prefix("DATABASE_URL=")?.split(':').nth(2)?.split('@').next());
    all.extend(password.map(|p| ("DATABASE_URL".to_owned(), p.to_owned())));
    all
}

#[test]
fn no_secret_is_in_any_output() {
    let mut masked = false;
    for plan in [scenarios::healthy(), scenarios::ordinary(), broken()] {
        let world = World::start(plan).expect("the world starts");
        let secrets = secrets(&world);
        assert!(secrets.len() >= 4, "{}", secrets.len());
        for extra in
            [&["--format", "json"][..], &["-vv"], &["-q"], &["--format", "human", "--output", "json=report.json"]]
        {
            let output = audit(&world, extra);
            let mut said = [output.stdout, output.stderr].concat();
            said.extend(std::fs::read(world.project().join("report.json")).unwrap_or_default());
            let said = String::from_utf8_lossy(&said);
            masked |= said.contains("sk_test_…") || said.contains("sk_live_…");
            for (name, value) in &secrets {
                assert!(!said.contains(value.as_str()), "{name} is in the output of {extra:?}");
                // Neither is a good half of one.
                let half = value.get(value.len() / 4..value.len() * 3 / 4).unwrap_or(value);
                assert!(!said.contains(half), "half of {name} is in the output of {extra:?}");
            }
        }
        for request in world.log().requests() {
            let text = format!("{request:?}");
            assert!(secrets.iter().all(|(_, v)| !text.contains(v.as_str())), "a secret went to {}", request.host);
        }
    }
    // What is shown of a key is its kind: there was something to hide.
    assert!(masked);
}

/// A company whose findings are about secrets: keys of the wrong mode, in public, and a database
/// that refuses the password.
fn broken() -> launchcheck_fixtures::Plan {
    let mut plan = scenarios::demo();
    plan.dotenv(".env.production", "NEXT_PUBLIC_BILLING", &scenarios::stripe_key("sk", "live"));
    plan.dotenv(".env.production", "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY", &scenarios::stripe_key("sk", "test"));
    plan.dotenv(".env.production", "AUTH_SECRET", &scenarios::noise("auth", 40));
    plan.database = Some(Engine::Sqlite);
    let nowhere = format!("postgres://acme:{}@127.0.0.1:1/acme", scenarios::noise("database", 20));
    plan.dotenv(".env.production", "DATABASE_URL", &nowhere);
    plan
}

/// How many times the audit of a domain's mail has to wait for answers. Each is kept back until no
/// further question has come for `quiet`: what is asked then depends on what is released now.
fn rounds(world: &World, quiet: Duration) -> usize {
    world.dns().reset_counts();
    world.dns().hold();
    let mut child = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "acme.test", "--no-config", "--only", "email", "--timeout", "120s", "--deadline", "600s"])
        .args(["--resolver", &world.dns().address().to_string(), "--format", "json"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the executable starts");
    let (mut rounds, mut asked) = (0, 0);
    while child.try_wait().expect("it runs").is_none() {
        std::thread::sleep(quiet);
        let now = world.dns().queries().total();
        if now == asked && world.dns().waiting() > 0 {
            world.dns().release();
            rounds += 1;
        }
        asked = now;
    }
    rounds
}

/// Google's include tree, two senders' and two mail servers, and each thing is asked once, within
/// seven rounds. A machine that stalls in the middle of a round makes two of it, so then it is counted
/// again with more patience: no delay fails this, and an eighth round does.
#[test]
fn the_mail_of_a_plain_saas_takes_seven_rounds() {
    let world = World::start(scenarios::plain_saas()).expect("the world starts");
    let mut counted = 0;
    for quiet in [60, 400, 2_000] {
        counted = rounds(&world, Duration::from_millis(quiet));
        assert_eq!(world.dns().queries().repeated(), [], "each thing once");
        assert!(world.dns().queries().total() > 15, "{:?}", world.dns().queries());
        if counted <= 7 {
            break;
        }
    }
    assert!((2..=7).contains(&counted), "{counted} rounds");
    println!("{counted} rounds, {} questions", world.dns().queries().total());
}
