//! Webhook routes in bad weather, over real sockets: a finding or ignorance, never a crash, never a
//! guess; and what `--active` sends.

use launchcheck_fixtures::{
    World,
    http::Reply,
    scenarios,
    stripe::{Event, now},
};
use serde_json::Value;
use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::Output,
    time::Duration,
};

const HOST: &str = "api.acme.test";
const HOOK: &str = "/webhooks/stripe";

fn run(world: &World, flags: &[&str]) -> (Value, Output) {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command.args(["audit", "--format", "json", "--only", "webhook"]).args(flags).args(world.args());
    let output = command.output().expect("the executable runs");
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    (report, output)
}
fn findings(report: &Value) -> Vec<String> {
    let all = report["findings"].as_array().into_iter().flatten();
    all.filter_map(|f| Some(f["rule"].as_str()?.replace("webhook.", ""))).collect()
}
fn outcome(report: &Value, rule: &str) -> String {
    let units = report["units"].as_array().into_iter().flatten();
    let unit = units.into_iter().find(|u| u["rule"] == format!("webhook.{rule}").as_str());
    unit.map_or_else(String::new, |u| format!("{} {}", u["outcome"].as_str().unwrap_or_default(), u["causes"]))
}

type Route = (&'static str, &'static str, Reply);
/// A name, what the route answers, what is raised, and what nobody can know then.
type Case = (&'static str, Route, &'static [&'static str], &'static str);

#[test]
fn bad_weather_is_a_finding_or_unknown() {
    let huge = "x".repeat(100_000);
    let reply = |reply: Reply| ("*", "*", reply);
    let post = |reply: Reply| ("POST", HOOK, reply);
    let cases: Vec<Case> = vec![
        ("endless", post(Reply::endless()), &["unsigned-accepted"], ""),
        ("stalled", post(Reply::stall()), &["unsigned-accepted"], ""),
        ("cut", post(Reply::cut("half")), &["unsigned-accepted"], ""),
        ("huge headers", post(Reply::status(400).header("x-huge", &huge)), &[], "unsigned-accepted"),
        ("silent", post(Reply::hang()), &[], "unsigned-accepted"),
        ("closed", post(Reply::close()), &[], "unsigned-accepted"),
        ("all silent", reply(Reply::hang()), &[], "route-missing"),
        ("200 to everything", reply(Reply::html(200, "<h1>Acme</h1>")), &["route-missing"], ""),
        ("nowhere", reply(Reply::redirect(308, "http://[")), &["redirected"], "unsigned-accepted"),
        ("relative", reply(Reply::redirect(301, "elsewhere")), &["redirected"], "unsigned-accepted"),
        ("itself", reply(Reply::redirect(301, "{path}")), &["redirected"], "unsigned-accepted"),
        ("foreign", reply(Reply::redirect(302, "https://parked.example/")), &["redirected"], "walled"),
    ];
    for (name, (method, path, reply), wanted, open) in cases {
        let mut plan = scenarios::healthy();
        plan.host(HOST).site.on(method, path, reply);
        let world = World::start(plan).expect("the world starts");
        let (report, output) = run(&world, &["--active", "--timeout", "1s", "--deadline", "40s"]);
        assert_ne!(output.status.code(), Some(2), "{name}");
        let blockers: Vec<String> = findings(&report);
        assert_eq!(blockers, wanted, "{name}: {}", report["findings"]);
        if !open.is_empty() {
            assert!(outcome(&report, open).starts_with("unknown"), "{name}: {open} is {}", outcome(&report, open));
        }
        // A redirect is never followed: nobody but the declared host was asked.
        let asked = world.log().requests();
        assert!(asked.iter().all(|r| r.host == HOST), "{name}: {asked:?}");
    }
}

#[test]
fn a_wall_that_lets_the_provider_through_is_none() {
    let challenge = Reply::html(403, "<title>Just a moment...</title>").header("cf-mitigated", "challenge");
    // nginx lets Stripe's addresses through and nobody else.
    let addresses = Reply::html(403, "<center><h1>403 Forbidden</h1></center><hr><center>nginx</center>");
    for wall in [challenge, addresses] {
        a_wall_is_judged_by_what_arrived(&wall);
    }
}

fn a_wall_is_judged_by_what_arrived(wall: &Reply) {
    let mut plan = scenarios::healthy();
    plan.host(HOST).site.on("*", "*", wall.clone());
    let stripe = plan.stripe.as_mut().expect("an account");
    stripe.data.events.push(Event::new("evt_1", "invoice.paid", "in_1", now() - 7200));
    let world = World::start(plan).expect("the world starts");
    let (report, output) = run(&world, &[]);
    assert_eq!(outcome(&report, "bot-wall"), "pass []");
    // What it hides from us stays unverified.
    assert!(outcome(&report, "unsigned-accepted").starts_with("unknown"));
    assert_eq!((findings(&report), output.status.code()), (Vec::new(), Some(3)));
    // Without an account that could tell it is open.
    let mut plan = world.plan().clone();
    plan.drop_table("[[billing]]");
    let (report, _) = run(&World::start(plan).expect("the world starts"), &[]);
    assert!(outcome(&report, "bot-wall").starts_with("unknown"));
}

#[test]
fn the_url_to_register_is_printed_whole() {
    let mut plan = scenarios::healthy();
    plan.host(HOST).site.on("*", "/webhooks/*", Reply::redirect(308, "{path}/"));
    let world = World::start(plan).expect("the world starts");
    let (report, _) = run(&world, &[]);
    assert_eq!(findings(&report), ["slash-redirect"]);
    let fix = report["findings"][0]["fix"].to_string();
    assert!(fix.contains("Register exactly https://api.acme.test/webhooks/stripe/ at stripe"), "{fix}");
}

#[test]
fn the_end_of_the_redirects_is_tried_with_a_signed_event() {
    let scenario = scenarios::all().into_iter().find(|s| s.name == "webhook.host-redirect@and-a-slash");
    let mut plan = scenario.expect("the scenario").plan;
    let world = World::start(plan.clone()).expect("the world starts");
    let (report, _) = run(&world, &[]);
    let text = report["findings"][0].to_string();
    assert!(text.contains("Register exactly https://acme.test/api/stripe/ at stripe"), "{text}");
    assert!(text.contains("and from there to https://acme.test/api/stripe/"), "{text}");
    assert!(text.contains("to a signed event"), "{text}");
    let posts = |world: &World, host: &str| {
        let all = world.log().requests();
        all.into_iter().filter(|r| r.method == "POST" && r.host == host).map(|r| r.path).collect::<Vec<_>>()
    };
    assert_eq!(posts(&world, "acme.test"), ["/api/stripe/"]);
    // Without consent nothing but OPTIONS goes there.
    plan.flags.clear();
    let world = World::start(plan).expect("the world starts");
    let (report, _) = run(&world, &[]);
    let text = report["findings"][0].to_string();
    assert!(text.contains("Register exactly https://acme.test/api/stripe/ at stripe"), "{text}");
    assert!(posts(&world, "acme.test").is_empty());
}

#[test]
fn a_route_that_stands_under_another_spelling_is_found() {
    for (registered, served) in [
        ("https://www.acme.test/webhooks/stripe", ("acme.test", HOOK)),
        ("https://acme.test/webhooks/stripe/", ("acme.test", HOOK)),
        ("https://acme.test/webhooks/stripe", ("www.acme.test", HOOK)),
    ] {
        let mut plan = scenarios::healthy();
        let table = format!("provider = \"stripe\"\nurl = \"{registered}\"\nsecret-env = \"STRIPE_WEBHOOK_SECRET\"");
        plan.table("[[webhook]]", &table);
        for host in ["acme.test", "www.acme.test"] {
            plan.host(host).site.on("*", "*", Reply::html(404, "<h1>Not found</h1>"));
        }
        let right = scenarios::stripe_handler(scenarios::signing_secret());
        plan.host(served.0).site.script("POST", served.1, right);
        // A handler that looks at the method by itself says nothing to OPTIONS.
        plan.host(served.0).site.on("OPTIONS", served.1, Reply::status(405));
        let world = World::start(plan).expect("the world starts");
        let (report, _) = run(&world, &["--active"]);
        assert_eq!(findings(&report), ["route-missing"], "{registered}: {}", report["findings"]);
        let text = report["findings"][0].to_string();
        let wanted = format!("Register exactly https://{}{}: there a POST is taken", served.0, served.1);
        assert!(text.contains(&wanted) && text.contains("to a signed event"), "{text}");
    }
}

/// Answers 413 to the first request of each connection and then resets it, as a server does that
/// will not read a body.
fn too_large(listener: &TcpListener) {
    while let Ok((stream, _)) = listener.accept() {
        std::thread::spawn(move || answer_once(stream));
    }
}
fn answer_once(mut stream: TcpStream) {
    let mut head = [0u8; 8192];
    let _ = stream.read(&mut head);
    let _ = stream.write_all(b"HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n");
    let _ = stream.flush();
    // The next request meets a closed connection.
    std::thread::sleep(Duration::from_millis(20));
}

#[test]
fn a_connection_that_is_reset_after_413_says_nothing_of_the_next_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || too_large(&listener));
    let mut plan = scenarios::healthy();
    plan.table("[[webhook]]", &format!("provider = \"stripe\"\nurl = \"http://{HOST}{HOOK}\""));
    plan.flags.extend(["--connect-to".to_owned(), format!("{HOST}:80:127.0.0.1:{port}")]);
    let world = World::start(plan).expect("the world starts");
    for _ in 0..5 {
        let (report, _) = run(&world, &["--timeout", "5s"]);
        for rule in ["unsigned-accepted", "forged-accepted", "route-missing"] {
            assert!(!outcome(&report, rule).starts_with("unknown"), "{rule}: {}", outcome(&report, rule));
        }
    }
}

#[test]
fn nothing_signed_is_sent_without_consent() {
    let world = World::start(scenarios::healthy()).expect("the world starts");
    let (report, _) = run(&world, &[]);
    let posts = || world.log().requests().into_iter().filter(|r| r.method == "POST" && r.host == HOST);
    assert_eq!(posts().count(), 3, "a control, an unsigned and a forged one");
    assert_eq!(outcome(&report, "signed-refused"), "skipped []");
    world.log().clear();
    let (report, _) = run(&world, &["--active"]);
    assert_eq!(outcome(&report, "signed-refused"), "pass []", "{}", report["findings"]);
    // Two that warm up and twenty that are timed, one fresh, one stale; two odd bodies; the three of before.
    assert_eq!(posts().count(), 22 + 2 + 2 + 3);
    for request in posts().filter(|r| r.path == HOOK && !r.body.is_empty()) {
        assert!(request.header("user-agent").is_some_and(|u| u.starts_with("launchcheck/")), "{request:?}");
        if let Ok(event) = serde_json::from_slice::<Value>(&request.body) {
            assert_eq!((&event["livemode"], &event["type"]), (&Value::Bool(false), &Value::from("launchcheck.probe")));
        }
    }
}
