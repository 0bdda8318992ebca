//! What is asked of a site and what never is, and sites that answer with everything at once or
//! nothing at all.

use launchcheck_fixtures::{
    Plan, World,
    http::Reply,
    scenarios::{self, stripe_key},
};
use serde_json::Value;
use std::{
    process::{Output, Stdio},
    time::{Duration, Instant},
};

fn run(world: &World, extra: &[&str]) -> (Output, Duration) {
    let begun = Instant::now();
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command.args(["audit", "--timeout", "2s", "--deadline", "20s"]).args(world.args()).args(extra);
    (command.output().expect("the executable runs"), begun.elapsed())
}
fn audit(plan: Plan, extra: &[&str]) -> (World, Value, Duration) {
    let world = World::start(plan).expect("the world starts");
    let (output, took) = run(&world, &[&["--format", "json"], extra].concat());
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("no report: {e}; {}", String::from_utf8_lossy(&output.stderr)));
    (world, report, took)
}
fn outcome(report: &Value, rule: &str) -> String {
    let units = report["units"].as_array().expect("units");
    units
        .iter()
        .find(|u| u["rule"] == rule)
        .map(|u| u["outcome"].as_str().unwrap_or_default().to_owned())
        .unwrap_or_default()
}
fn findings(report: &Value) -> Vec<&str> {
    report["findings"].as_array().into_iter().flatten().filter_map(|f| f["rule"].as_str()).collect()
}

#[test]
fn what_could_do_something_is_never_asked() {
    let mut plan = scenarios::healthy();
    plan.table(
        "[site]",
        "domain = \"acme.test\"\ncanonical = \"acme.test\"\nprivate-paths = [\"/account/delete\", \"/account\", \"/jobs\"]",
    );
    plan.table("[web]", "routes = [\"/api/cron/nightly\", \"/logout\", \"/api/send-mail\", \"/api/plans\"]\nrate-limit = \"/api/login\"");
    let (world, report, _) = audit(plan, &[]);
    for path in ["/account/delete", "/api/cron/nightly", "/logout", "/api/send-mail", "/api/login"] {
        assert_eq!(world.log().count("*", "acme.test", path), 0, "{path}");
    }
    assert_eq!(world.log().count("GET", "acme.test", "/account"), 1);
    // A page about jobs is asked, and a private page that is not asked is not called closed.
    assert_eq!(world.log().count("GET", "acme.test", "/jobs"), 1);
    let units = report["units"].as_array().expect("units");
    let doors = units.iter().find(|u| u["rule"] == "web.private-page-open").expect("the rule");
    assert_eq!(doors["outcome"], "unknown");
    assert!(doors["causes"].to_string().contains("/account/delete is not asked"), "{doors}");
    let posted: Vec<String> = world
        .log()
        .requests()
        .into_iter()
        .filter(|r| r.method != "GET" && r.method != "HEAD" && r.host != "api.acme.test")
        .map(|r| format!("{} {}{}", r.method, r.host, r.path))
        .collect();
    assert_eq!(posted, Vec::<String>::new(), "a passive run only looks");
}

#[test]
fn an_account_that_is_not_signed_in_proves_nothing() {
    let mut plan = scenarios::healthy();
    plan.table(
        "[site]",
        "domain = \"acme.test\"\ncanonical = \"acme.test\"\nprivate-paths = [\"/account\", \"/admin\"]",
    );
    plan.more("[[session]]", "name = \"anna\"\ncookie-env = \"ANNA_COOKIE\"\nrole = \"member\"");
    plan.env("ANNA_COOKIE", "session=expired");
    for path in ["/account", "/admin"] {
        plan.host("acme.test").site.on("GET", path, Reply::redirect(307, "/login"));
    }
    let (_, report, _) = audit(plan, &[]);
    assert_eq!(findings(&report), [""; 0], "{}", report["findings"]);
    assert_eq!(outcome(&report, "web.admin-open-to-members"), "unknown");
    assert!(report["units"].to_string().contains("is its cookie still signed in"));
}

#[test]
fn the_cookies_of_an_account_stay_at_home_and_are_never_shown() {
    let mut plan = scenarios::healthy();
    plan.table(
        "[site]",
        "domain = \"acme.test\"\ncanonical = \"acme.test\"\nprivate-paths = [\"/account\", \"/away\"]",
    );
    plan.table("[web]", "routes = [\"https://elsewhere.example/api/me\"]");
    plan.more("[[session]]", "name = \"anna\"\ncookie-env = \"ANNA_COOKIE\"\nrole = \"member\"");
    let cookie = format!("session={}", scenarios::noise("anna", 40));
    plan.env("ANNA_COOKIE", &cookie);
    plan.host("elsewhere.example").site.on("*", "*", Reply::json(200, "[]"));
    let away = Reply::redirect(302, "https://elsewhere.example{path}");
    plan.host("acme.test").site.on("GET", "/away", away).on(
        "GET",
        "/account",
        Reply::redirect(302, "http://acme.test/account"),
    );
    let world = World::start(plan).expect("the world starts");
    for extra in [&["--format", "json"][..], &["--format", "human", "-vv"]] {
        let (output, _) = run(&world, extra);
        assert!(output.stdout.len() > 500, "there is a report");
        let said = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&said).contains(&cookie[10..30]), "the cookie is in the output of {extra:?}");
    }
    let with: Vec<_> = world.log().requests().into_iter().filter(|r| r.header("cookie") == Some(&cookie)).collect();
    assert!(!with.is_empty() && with.iter().all(|r| r.host == "acme.test" && r.scheme == "https"), "{with:?}");
    assert_eq!(world.log().requests().iter().filter(|r| r.host == "elsewhere.example").count(), 0);
}

#[test]
fn a_key_in_a_script_is_named_and_not_shown() {
    let key = stripe_key("sk", "live");
    let mut plan = scenarios::healthy();
    let page = format!("<!doctype html><title>Acme</title><script>pay(\"{key}\")</script>");
    plan.host("acme.test").site.on("GET", "/", Reply::html(200, &page));
    let world = World::start(plan).expect("the world starts");
    for extra in [&["--format", "json"][..], &["--format", "human", "-vv"]] {
        let (output, _) = run(&world, extra);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            said.contains("web.secret-in-bundle") && said.contains(&format!("sk_live_…{}", &key[key.len() - 2..])),
            "{said}"
        );
        assert!(!said.contains(&key[8..24]), "the key is in the output of {extra:?}");
    }
}

/// The most resident memory of an audit in KiB, and its report.
fn peak(world: &World) -> (u64, Value) {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    command
        .args(["audit", "--format", "json", "--only", "web", "--timeout", "3s", "--deadline", "25s"])
        .args(world.args());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut out = child.stdout.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut out, &mut text).map(|_| text)
    });
    let (status, mut peak) = (format!("/proc/{}/status", child.id()), 0);
    while child.try_wait().expect("a state").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        peak = peak.max(line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    let text = reader.join().expect("a thread").expect("text");
    (peak, serde_json::from_str(&text).expect("a report"))
}

#[test]
fn endless_answers_are_cut_and_memory_stays_flat() {
    let calm = peak(&World::start(scenarios::healthy()).expect("a world")).0;
    let mut plan = scenarios::healthy();
    let tags = (0..12).map(|n| format!("<script src=\"/endless-{n}.js\"></script>")).collect::<Vec<_>>().concat();
    let site = &mut plan.host("acme.test").site;
    site.on("GET", "*", Reply::endless());
    site.on("GET", "/", Reply::html(200, &format!("<!doctype html><title>Acme</title>{tags}<p>Tickets.</p>")));
    site.on("GET", "/robots.txt", Reply::stall());
    let wide = "x".repeat(200_000);
    site.on("GET", "/.git/HEAD", Reply::text(200, "no").header("x-wide", &wide));
    let (most, report) = peak(&World::start(plan).expect("a world"));
    // Four bodies of 2 MB at once, each read as bytes and as text, and not twenty of them.
    assert!(most < calm + 80 * 1024, "{most} KiB, {calm} KiB in calm weather");
    assert!(findings(&report).iter().all(|r| *r != "web.dotfile-exposed"), "{:?}", findings(&report));
    assert_eq!(outcome(&report, "web.secret-in-bundle"), "unknown", "what was cut may hold anything");
}

#[test]
fn what_a_wall_hides_is_unknown() {
    let mut plan = scenarios::healthy();
    plan.table("[site]", "domain = \"acme.test\"\ncanonical = \"acme.test\"\nprivate-paths = [\"/account\"]");
    let front = Reply::html(200, "<!doctype html><title>Acme</title><script src=\"/app.js\"></script><p>Tickets.</p>");
    let wall = Reply::html(403, "<title>Just a moment...</title>").header("cf-mitigated", "challenge");
    plan.host("acme.test").site.on("GET", "*", wall).on("GET", "/", front);
    let (_, report, _) = audit(plan, &[]);
    for rule in ["web.dotfile-exposed", "web.private-page-open", "web.secret-in-bundle", "web.not-found-soft"] {
        assert_eq!(outcome(&report, rule), "unknown", "{rule}");
    }
    assert_eq!(report["verdict"], "incomplete", "{:?}", findings(&report));
}

#[test]
fn a_site_that_hangs_behind_its_front_page_ends_in_time() {
    for http2 in [true, false] {
        let mut plan = scenarios::healthy();
        let front =
            Reply::html(200, "<!doctype html><title>Acme</title><script src=\"/app.js\"></script><p>Tickets.</p>");
        let host = plan.host("acme.test");
        host.http2 = http2;
        host.site.on("GET", "*", Reply::hang()).on("GET", "/", front);
        let (_, report, took) = audit(plan, &["--only", "web"]);
        // Four questions hang at a time, and after these nobody waits any longer.
        assert!(took < Duration::from_secs(12), "took {took:?} (HTTP/2: {http2})");
        assert_eq!(outcome(&report, "web.dotfile-exposed"), "unknown");
        assert!(findings(&report).iter().all(|r| !r.contains("exposed")), "{:?}", findings(&report));
    }
}

#[test]
fn redirects_to_nowhere_end() {
    for location in
        ["https://", "//", "http://[::1", "javascript:alert(1)", "ftp://acme.test/", "https://acme.test:99999/", "%00"]
    {
        let mut plan = scenarios::healthy();
        plan.table("[site]", "domain = \"acme.test\"\ncanonical = \"acme.test\"\nprivate-paths = [\"/account\"]");
        plan.host("acme.test").site.on("GET", "*", Reply::redirect(302, location)).on(
            "GET",
            "/",
            Reply::html(200, "<h1>Acme</h1>"),
        );
        let (_, report, took) = audit(plan, &["--only", "web"]);
        assert!(took < Duration::from_secs(20), "{location}: {took:?}");
        assert!(!findings(&report).contains(&"web.private-page-open"), "{location}");
    }
}
