//! What comes next, through the executable and over real servers: the authority's window, the
//! registry, the lists that are kept, this machine's clock; and each of them in bad weather.

use super::ended::Ended;
use launchcheck_fixtures::{
    Plan, World,
    ca::{Ca, Leaf, Signed, Twist},
    http::Reply,
    net::Mode,
    scenarios::{
        self,
        renewal::{dated, domain_object, one_server},
    },
    stripe::now,
    temp::TempDir,
};
use std::{
    path::Path,
    time::{Duration, Instant},
};

const ACME: &str = "acme-v02.api.letsencrypt.org";
const REGISTRY: &str = "rdap.registry.example";
const LISTS: &str = "ca.example";

fn audit_in(world: &World, cache: Option<&Path>, more: &[&str]) -> Ended {
    let begun = Instant::now();
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    if let Some(cache) = cache {
        command.env("XDG_CACHE_HOME", cache);
    }
    let output = command
        .args(["audit", "--format", "json", "--only", "tls", "--timeout", "2s", "--deadline", "20s"])
        .args(more)
        .args(world.args())
        .output()
        .unwrap();
    Ended::of(begun, &output)
}
fn audit(world: &World) -> Ended {
    audit_in(world, None, &[])
}
fn with(change: impl FnOnce(&mut Plan)) -> World {
    let mut plan = scenarios::healthy();
    change(&mut plan);
    World::start(plan).unwrap()
}
fn lets_encrypt(p: &mut Plan) {
    "Let's Encrypt".clone_into(&mut p.authority);
}
fn registry(p: &mut Plan, reply: Reply) {
    p.host(REGISTRY).site.on("GET", "/domain/acme.test", reply);
    p.flags.extend(["--rdap".to_owned(), format!("https://{REGISTRY}/")]);
}
fn known() -> Reply {
    Reply::json(200, &domain_object("acme.test", 300, "client transfer prohibited"))
}

#[test]
fn an_authority_is_asked_for_each_certificate_by_its_own_name() {
    let world = with(lets_encrypt);
    let ended = audit(&world);
    assert_eq!((ended.code, ended.findings()), (0, vec![]), "{}", ended.text);
    assert_eq!(ended.outcome_on("tls.renewal-window-passed", "host:app.acme.test").0, "pass");
    assert_eq!(world.log().count("GET", ACME, "/directory"), 1);
    let asked: Vec<String> = world
        .log()
        .requests()
        .into_iter()
        .filter_map(|r| r.path.strip_prefix("/acme/renewal-info/").map(str::to_owned))
        .collect();
    let mut distinct = asked.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!((asked.len(), distinct.len()), (4, 4), "{asked:?}");
    let keys: Vec<&str> = asked.iter().filter_map(|id| Some(id.split_once('.')?.0)).collect();
    assert!(keys.len() == 4 && keys.iter().all(|k| *k == keys[0] && k.len() > 20), "one issuing key: {asked:?}");
    assert!(ended.text.contains("its authority suggests"), "the exhibit");
}

#[test]
fn an_authority_in_bad_weather_leaves_its_window_unknown() {
    type Case = (&'static str, fn(&mut Plan), &'static str);
    let weather: [Case; 6] = [
        ("refused", |p| p.host(ACME).https = Mode::Stopped, "refused"),
        ("silent", |p| p.host(ACME).https = Mode::Silent, "timeout"),
        ("not trusted", |p| p.host(ACME).leaf = Some(Leaf::new(&[ACME]).signed(Signed::ByStranger)), "parse"),
        (
            "limited",
            |p| {
                p.host(ACME).site.on("GET", "/directory", Reply::status(429));
            },
            "rate-limited",
        ),
        (
            "endless",
            |p| {
                p.host(ACME).site.on("GET", "/directory", Reply::endless());
            },
            "too-large",
        ),
        (
            "nonsense",
            |p| {
                p.host(ACME).site.on("GET", "/directory", Reply::text(200, "\u{1b}[2J{"));
            },
            "parse",
        ),
    ];
    for (name, change, cause) in weather {
        let world = with(|p| {
            lets_encrypt(p);
            change(p);
        });
        let ended = audit(&world);
        let (outcome, causes) = ended.outcome_on("tls.renewal-window-passed", "host:app.acme.test");
        assert!(outcome == "unknown" && causes.contains(cause), "{name}: {outcome} {causes}");
        assert_eq!(ended.findings(), [""; 0], "{name}");
        assert!(ended.took < Duration::from_secs(15), "{name}: took {:?}", ended.took);
        assert!(!ended.text.contains('\u{1b}') && !ended.text.contains("\\u001b"), "{name}: an escape got through");
    }
}

#[test]
fn the_registry_is_found_by_the_list_of_iana() {
    const DOMAIN: &str = "acme.xn--zckzah";
    let world = |listed: &str| {
        let mut plan = Plan::new(DOMAIN);
        plan.host(DOMAIN).site.on("GET", "/", Reply::html(200, "hello"));
        let list = format!("{{\"services\":[[[\"{listed}\"],[\"https://{REGISTRY}/v1/\"]]]}}");
        plan.host("data.iana.org").site.on("GET", "/rdap/dns.json", Reply::json(200, &list));
        let held = Reply::json(200, &domain_object(DOMAIN, 200, "client hold"));
        plan.host(REGISTRY).site.on("GET", &format!("/v1/domain/{DOMAIN}"), held);
        plan.table("[site]", &format!("domain = \"{DOMAIN}\""));
        World::start(plan).unwrap()
    };
    let found = world("xn--zckzah");
    let ended = audit(&found);
    assert_eq!(ended.outcome_on("tls.registration-held", &format!("zone:{DOMAIN}")).0, "fail");
    assert_eq!(ended.outcome_on("tls.registration-expiring", &format!("zone:{DOMAIN}")).0, "pass");
    assert_eq!(found.log().count("GET", REGISTRY, &format!("/v1/domain/{DOMAIN}")), 1);
    assert!(ended.text.contains("Example Registrar") && ended.text.contains("locked against transfer: no"));
    let none = world("shop");
    let ended = audit(&none);
    assert_eq!(
        ended.outcome_on("tls.registration-held", &format!("zone:{DOMAIN}")).0,
        "not-applicable",
        "{}",
        ended.text
    );
    assert_eq!(none.log().count("GET", REGISTRY, &format!("/v1/domain/{DOMAIN}")), 0);
}

#[test]
fn of_a_name_that_is_registered_nowhere_nobody_is_asked() {
    let world = with(|_| ());
    let ended = audit(&world);
    assert_eq!(ended.code, 0, "{}", ended.text);
    assert_eq!(ended.outcome_on("tls.registration-held", "zone:acme.test").0, "not-applicable");
    let asked = world.dns().queries();
    for name in ["data.iana.org", ACME, "rdap.verisign.com"] {
        assert_eq!((asked.of(name, "A"), asked.of(name, "AAAA")), (0, 0), "{name}");
    }
}

#[test]
fn a_registry_in_bad_weather_is_unknown_and_never_held() {
    type Case = (&'static str, fn(&mut Plan), &'static str);
    let weather: [Case; 6] = [
        ("hangs", |p| registry(p, Reply::hang()), "timeout"),
        ("fails", |p| registry(p, Reply::status(503)), "parse"),
        ("limits", |p| registry(p, Reply::status(429)), "rate-limited"),
        ("cut", |p| registry(p, Reply::cut("{\"ldhName\":\"acme.test\"")), "too-large"),
        ("another name", |p| registry(p, Reply::json(200, &domain_object("other.test", 3, "client hold"))), "parse"),
        (
            "private",
            |p| {
                registry(p, known());
                p.zone.set(REGISTRY, "A", "127.0.0.1").remove(REGISTRY, "AAAA");
            },
            "no-route",
        ),
    ];
    for (name, change, cause) in weather {
        let ended = audit(&with(change));
        for rule in ["tls.registration-held", "tls.registration-expiring"] {
            let (outcome, causes) = ended.outcome_on(rule, "zone:acme.test");
            assert!(outcome == "unknown" && causes.contains(cause), "{name}: {rule}: {outcome} {causes}");
        }
        assert_eq!((ended.code, ended.findings()), (3, vec![]), "{name}: a blocker is not known");
        assert!(ended.took < Duration::from_secs(15), "{name}: took {:?}", ended.took);
    }
}

#[test]
fn what_a_registry_writes_in_another_way_is_not_known() {
    type Case = (&'static str, &'static str, [&'static str; 2]);
    let cases: [Case; 3] = [
        ("2027-05-04T09:00:00Z", "soon", ["unknown", "fail"]),
        ("[\"client hold\"]", "\"client hold\"", ["pass", "unknown"]),
        ("\"status\":[\"client hold\"],", "", ["pass", "not-applicable"]),
    ];
    for (what, instead, wanted) in cases {
        let body = domain_object("acme.test", 300, "client hold");
        let ends = body.split("expiration\",\"eventDate\":\"").nth(1).unwrap()[..20].to_owned();
        let body = body.replace(&ends, "2027-05-04T09:00:00Z").replace(what, instead);
        let body = body.replace("2027-05-04T09:00:00Z", &ends);
        let ended = audit(&with(|p| registry(p, Reply::json(200, &body))));
        let said =
            ["tls.registration-expiring", "tls.registration-held"].map(|r| ended.outcome_on(r, "zone:acme.test").0);
        assert_eq!(said, wanted, "{instead}");
    }
}

#[test]
fn each_registered_domain_is_asked_once() {
    let plan = scenarios::all().into_iter().find(|s| s.name == "tls.registration-held@second-domain").unwrap().plan;
    let world = World::start(plan).unwrap();
    let ended = audit(&world);
    for (domain, held) in [("acme.test", "pass"), ("acme-status.example", "fail")] {
        assert_eq!(world.log().count("GET", REGISTRY, &format!("/domain/{domain}")), 1, "{domain}");
        assert_eq!(ended.outcome_on("tls.registration-held", &format!("zone:{domain}")).0, held, "{domain}");
    }
}

#[test]
fn two_names_of_one_server_blame_nobody_and_leave_every_date_unknown() {
    let world = with(|p| {
        dated(p, &["acme.test", "www.acme.test"], now() - 7_200);
        one_server(p);
    });
    let ended = audit(&world);
    assert_eq!(ended.findings(), [""; 0], "{}", ended.text);
    for (rule, on) in [("tls.clock-skewed", "site:acme.test"), ("tls.expired", "host:app.acme.test")] {
        let (outcome, causes) = ended.outcome_on(rule, on);
        assert!(outcome == "unknown" && causes.contains("clock"), "{rule}: {outcome} {causes}");
    }
}

#[test]
fn where_the_missing_certificate_cannot_be_had_only_its_kind_is_unknown() {
    let world = with(|p| {
        let leaf = Leaf::new(&["app.acme.test"]).signed(Signed::WithoutIntermediate);
        p.host("app.acme.test").leaf = Some(leaf);
        p.host(LISTS).http = Mode::Silent;
    });
    let ended = audit(&world);
    let said = |rule: &str| ended.outcome_on(rule, "host:app.acme.test").0;
    assert_eq!(ended.findings(), ["tls.chain-incomplete"], "{}", ended.text);
    assert!(
        ended.text.contains("What the server sends leads to no trusted root") && ended.text.contains("cannot be told")
    );
    assert_eq!(said("tls.untrusted"), "unknown");
    for (rule, wanted) in [
        ("tls.self-signed", "pass"),
        ("tls.placeholder-certificate", "pass"),
        ("tls.root-distrusted", "pass"),
        ("tls.revoked", "not-applicable"),
    ] {
        assert_eq!(said(rule), wanted, "{rule}");
    }
    assert_eq!(ended.code, 3, "a blocker is not known");
}

#[test]
fn a_list_is_looked_at_where_the_chain_is_completed_and_not_where_it_is_refused() {
    let world = with(|p| {
        let leaf = |host: &str| Leaf::new(&[host]).twist(Twist::Revoked);
        p.host("app.acme.test").leaf = Some(leaf("app.acme.test").signed(Signed::WithoutIntermediate));
        p.host("api.acme.test").leaf = Some(leaf("api.acme.test").signed(Signed::ByStranger));
    });
    let ended = audit(&world);
    assert_eq!(ended.outcome_on("tls.revoked", "host:app.acme.test").0, "fail", "{}", ended.text);
    let (outcome, _) = ended.outcome_on("tls.revoked", "host:api.acme.test");
    assert_eq!(outcome, "not-applicable", "nobody believes that authority's list");
    assert_eq!(ended.outcome_on("tls.untrusted", "host:api.acme.test").0, "fail");
}

#[test]
fn a_revocation_list_is_asked_for_once_and_kept_for_a_while() {
    let world = with(|p| {
        for host in ["acme.test", "app.acme.test"] {
            p.host(host).leaf = Some(Leaf::new(&[host]).twist(Twist::Listed));
        }
    });
    let cache = TempDir::new("launchcheck-cache").unwrap();
    let asked = || world.log().count("GET", LISTS, "/revoked.crl");
    let audit = |more: &[&str]| {
        let ended = audit_in(&world, Some(cache.path()), more);
        assert_eq!((ended.code, ended.findings()), (0, vec![]), "{}", ended.text);
        assert_eq!(ended.outcome_on("tls.revoked", "host:app.acme.test").0, "pass");
    };
    audit(&["--no-cache"]);
    assert_eq!(asked(), 1, "two certificates, one list");
    assert!(std::fs::read_dir(cache.path()).unwrap().next().is_none(), "nothing was kept");
    audit(&[]);
    assert_eq!(asked(), 2);
    audit(&[]);
    assert_eq!(asked(), 2, "it was kept");
    let kept: Vec<_> = std::fs::read_dir(cache.path().join("launchcheck")).unwrap().flatten().collect();
    assert_eq!(kept.len(), 1);
    // What is no list any more, or is too old, is asked for again.
    std::fs::write(kept[0].path(), b"0nonsense").unwrap();
    audit(&[]);
    assert_eq!(asked(), 3);
    let old = std::time::SystemTime::now() - Duration::from_hours(2);
    std::fs::File::options().append(true).open(kept[0].path()).unwrap().set_modified(old).unwrap();
    audit(&[]);
    assert_eq!(asked(), 4);
}

#[test]
fn what_each_address_serves_is_looked_up_and_each_list_is_asked_for_once() {
    let leaf = |twist| Some(Leaf::new(&["app.acme.test"]).twist(twist));
    let world = with(|p| {
        p.host("app.acme.test").leaf = leaf(Twist::Listed);
        for (address, twist) in [("203.0.113.90", Twist::Listed), ("203.0.113.91", Twist::Revoked)] {
            p.at_address("app.acme.test", address, |h| h.leaf = leaf(twist));
        }
    });
    let ended = audit_in(&world, None, &["--no-cache"]);
    assert_eq!(ended.code, 1, "{}", ended.text);
    let found = &ended.report["findings"][0];
    assert_eq!((&found["rule"], &found["subject"]), (&"tls.revoked".into(), &"203.0.113.91 (revoked)".into()));
    assert_eq!(world.log().count("GET", LISTS, "/revoked.crl"), 1, "three certificates, one list");
    for (address, verdict) in [("203.0.113.90", "fine"), ("203.0.113.91", "revoked")] {
        let tables = ended.report["exhibits"].as_array().unwrap();
        let mut rows =
            tables.iter().filter(|e| e["id"] == "handshakes").flat_map(|e| e["table"]["rows"].as_array().unwrap());
        let row = rows.find(|r| r[1] == address).unwrap_or_else(|| panic!("{address}: {}", ended.text));
        assert_eq!(row[6], verdict, "{address}");
    }
    // A list that says nothing leaves it open whether that address is well, and no more than that.
    let world = with(|p| {
        p.at_address("app.acme.test", "203.0.113.90", |h| h.leaf = leaf(Twist::Listed));
        p.host(LISTS).http = Mode::Silent;
    });
    let ended = audit_in(&world, None, &["--no-cache"]);
    assert_eq!(ended.outcome_on("tls.revoked", "host:app.acme.test").0, "unknown", "{}", ended.text);
    assert_eq!(
        (ended.code, ended.findings()),
        (3, vec!["tls.address-differs"]),
        "another certificate, for information"
    );
}

#[test]
fn a_wrong_clock_leaves_every_date_unknown() {
    let world = with(|p| {
        dated(p, &["acme.test", "www.acme.test"], now() - 90 * 86_400);
        p.host("app.acme.test").leaf = Some(Leaf::new(&["app.acme.test"]).expired());
    });
    let ended = audit(&world);
    assert_eq!(ended.findings(), ["tls.clock-skewed"], "{}", ended.text);
    for rule in ["tls.expired", "tls.not-yet-valid", "tls.expiring"] {
        let (outcome, causes) = ended.outcome_on(rule, "host:app.acme.test");
        assert!(outcome == "unknown" && causes.contains("clock"), "{rule}: {outcome} {causes}");
    }
    assert_eq!(ended.outcome_on("tls.name-mismatch", "host:app.acme.test").0, "pass", "no date is needed for that");
    let visits = world.log().by_route();
    assert!(visits.values().all(|n| *n == 1), "nobody was asked again for the time: {visits:?}");
}

#[test]
fn with_a_wrong_clock_no_path_and_no_address_is_called_out_of_time() {
    let world = with(|p| {
        dated(p, &["acme.test", "www.acme.test"], now() - 40 * 86_400);
        let ended = Leaf::new(&["api.acme.test"]).twist(Twist::IntermediateEnded(3));
        p.host("api.acme.test").leaf = Some(ended);
        p.at_address("app.acme.test", "203.0.113.90", |h| h.leaf = Some(Leaf::new(&["app.acme.test"]).expired()));
        p.more("[[host]]", "name = \"self.acme.test\"");
        p.host("self.acme.test").leaf = Some(Leaf::new(&["self.acme.test"]).signed(Signed::Itself));
    });
    let ended = audit(&world);
    let (outcome, causes) = ended.outcome_on("tls.untrusted", "host:api.acme.test");
    assert!(outcome == "unknown" && causes.contains("clock"), "{outcome} {causes}");
    let found = ended.findings();
    assert!(!found.contains(&"tls.untrusted") && !ended.text.contains("\"expired\""), "{found:?}");
    assert!(!ended.text.contains("a fault of its own"), "{}", ended.text);
    assert_eq!(ended.outcome_on("tls.self-signed", "host:self.acme.test").0, "fail", "that needs no clock");
    assert_eq!(ended.outcome_on("tls.ipv6-broken", "host:app.acme.test").0, "pass", "neither does that");
}

#[test]
fn a_list_that_is_not_about_the_certificate_leaves_it_unknown() {
    let world = with(|p| {
        p.host("app.acme.test").leaf = Some(Leaf::new(&["app.acme.test"]).twist(Twist::Revoked));
        let other = Ca::new("Another Authority", "http://another.example/").unwrap().revocation_list().unwrap();
        let v4 = p.host(LISTS).v4().to_string();
        p.zone.remove(LISTS, "AAAA");
        p.at_address(LISTS, &v4, |h| {
            h.site.on_http("GET", "/revoked.crl", Reply::status(200).bytes(&other));
        });
    });
    let ended = audit(&world);
    let (outcome, causes) = ended.outcome_on("tls.revoked", "host:app.acme.test");
    assert!(outcome == "unknown" && causes.contains("not about"), "{outcome} {causes}");
    assert_eq!(ended.code, 3, "a blocker is not known");
}

#[test]
fn a_person_is_told_what_comes() {
    let world = with(|p| {
        lets_encrypt(p);
        registry(p, known());
        p.zone.add("acme.test", "CAA", "0 issue \"digicert.com\"");
    });
    let output = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "-v", "--only", "tls"])
        .args(world.args())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    for words in [
        "The next renewal of app.acme.test will be refused: CAA at acme.test does not allow Let's Encrypt",
        "0 issue \"letsencrypt.org\"",
        "THE REGISTRATION OF ACME.TEST",
        "locked against transfer: yes",
        "THE NEXT RENEWALS",
        "CAA for app.acme.test (at acme.test): issue \"digicert.com\"",
    ] {
        assert!(text.contains(words), "{words:?} is missing in\n{text}");
    }
}
