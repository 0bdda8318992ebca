//! The probes against real servers: what is an answer, what is ignorance, and that everything is
//! asked once.

use launchcheck::{
    gather::Wire,
    probe::{
        Ask,
        connect::ConnectTo,
        layers::{Deadline, Stopper},
    },
    settings::{Settings, parse_connect_to},
};
use launchcheck_checks::{
    vocab::{Cause, DomainName, Missing, Observed},
    wire::{
        DnsAnswer, DnsQuestion, Found, HandshakeQuestion, HostFailure, HttpAnswer, HttpQuestion, Record, RecordKind,
    },
};
use launchcheck_fixtures::{
    dns::Fault,
    http::{Reply, TlsFault},
    net::Mode,
    world::{Plan, World},
};
use std::time::{Duration, Instant};

/// The wire as `World::args` describes it to the command line.
fn wire(world: &World, timeout_ms: u64) -> (Wire, Stopper) {
    let args = world.args();
    let value = |flag: &str| args.windows(2).filter(|w| w[0] == flag).map(|w| w[1].clone()).collect::<Vec<_>>();
    let connect_to = connect_to(world);
    let settings = Settings {
        resolver: Some(value("--resolver")[0].parse().unwrap()),
        connect_to,
        timeout: Duration::from_millis(timeout_ms),
        ..Settings::default()
    };
    let (stopper, deadline) = Deadline::after(Duration::from_secs(20));
    (Wire::new(&settings, deadline), stopper)
}
/// Where the world's addresses lead to.
pub(crate) fn connect_to(world: &World) -> Vec<ConnectTo> {
    world.args().windows(2).filter(|w| w[0] == "--connect-to").map(|w| parse_connect_to(&w[1]).unwrap()).collect()
}
fn name(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}
fn lookup(text: &str, kind: RecordKind) -> DnsQuestion {
    DnsQuestion::new(name(text), kind)
}
fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
fn cause<T: std::fmt::Debug>(answer: Observed<T>) -> Cause {
    match answer.into_inner() {
        Err(Missing::Unknown(c)) => c,
        other => panic!("expected ignorance, got {other:?}"),
    }
}
fn world() -> World {
    let mut plan = Plan::new("acme.test");
    plan.zone
        .add("acme.test", "TXT", "\"v=spf1 -all\"")
        .add("acme.test", "MX", "10 mx.acme.test.")
        .add("alias.acme.test", "CNAME", "acme.test.")
        .add("big.acme.test", "TXT", "\"whole\"")
        .add("a.servfail.acme.test", "TXT", "\"x\"")
        .fault("servfail.acme.test", Fault::Servfail)
        .fault("refused.acme.test", Fault::Refused)
        .fault("silent.acme.test", Fault::Timeout)
        .fault("big.acme.test", Fault::Truncated);
    for (host, fault) in [
        ("alert.acme.test", TlsFault::Alert),
        ("close.acme.test", TlsFault::Close),
        ("plain.acme.test", TlsFault::PlainText),
        ("hang.acme.test", TlsFault::Hang),
    ] {
        plan.host(host).fault = fault;
    }
    plan.host("down.acme.test").https = Mode::Stopped;
    plan.host("reset.acme.test").https = Mode::Reset;
    plan.host("mute.acme.test").https = Mode::Silent;
    for (host, http2) in [("acme.test", true), ("one.acme.test", false)] {
        let h = plan.host(host);
        h.http2 = http2;
        h.site
            .on("GET", "/", Reply::html(200, "hello"))
            .on("GET", "/other", Reply::html(200, "other"))
            .on("GET", "/endless", Reply::endless())
            .on("GET", "/stall", Reply::stall())
            .on("GET", "/hang", Reply::hang())
            .on("GET", "/close", Reply::close())
            .on("GET", "/moved", Reply::redirect(301, "https://www.acme.test/"))
            .on_http("GET", "/", Reply::redirect(308, "https://acme.test/"));
    }
    World::start(plan).unwrap()
}

#[test]
fn dns_answers_and_dns_ignorance() {
    let world = world();
    run(async {
        let (wire, _stop) = wire(&world, 1500);
        let known = |a: Observed<DnsAnswer>| a.into_inner().unwrap();
        let txt = known(wire.ask(&lookup("acme.test", RecordKind::Txt)).await);
        assert_eq!(txt.texts().collect::<Vec<_>>(), [b"v=spf1 -all".to_vec()]);
        let mx = known(wire.ask(&lookup("acme.test", RecordKind::Mx)).await);
        assert_eq!(mx.all(), [Record::Mx { preference: 10, exchange: "mx.acme.test".into() }]);
        let alias = known(wire.ask(&lookup("alias.acme.test", RecordKind::Txt)).await);
        assert_eq!((alias.aliases.as_slice(), alias.all().len()), (["acme.test".to_owned()].as_slice(), 1));
        assert_eq!(known(wire.ask(&lookup("gone.acme.test", RecordKind::A)).await).found, Found::NxDomain);
        assert_eq!(known(wire.ask(&lookup("acme.test", RecordKind::Caa)).await).found, Found::NoData);
        // The truncated answer is fetched again over TCP.
        assert_eq!(known(wire.ask(&lookup("big.acme.test", RecordKind::Txt)).await).all().len(), 1);
        assert_eq!(cause(wire.ask(&lookup("servfail.acme.test", RecordKind::A)).await), Cause::Servfail);
        assert_eq!(cause(wire.ask(&lookup("refused.acme.test", RecordKind::A)).await), Cause::Refused);
        assert_eq!(cause(wire.ask(&lookup("silent.acme.test", RecordKind::A)).await), Cause::Timeout);
    });
}

#[test]
fn a_dead_resolver_is_ignorance() {
    let world = world();
    world.dns().stop();
    run(async {
        let (wire, _stop) = wire(&world, 1000);
        let begin = Instant::now();
        let why = cause(wire.ask(&lookup("acme.test", RecordKind::A)).await);
        assert!(matches!(why, Cause::Refused | Cause::Timeout), "{why:?}");
        assert!(begin.elapsed() < Duration::from_secs(2));
        let tls = wire.ask(&HandshakeQuestion { host: name("acme.test"), port: 443 }).await;
        assert!(matches!(cause(tls), Cause::Refused | Cause::Timeout));
    });
}

#[test]
fn a_host_that_says_no_has_answered_and_one_that_is_silent_has_not() {
    let world = world();
    run(async {
        let (wire, _stop) = wire(&world, 1500);
        let ask = async |host: &str| wire.ask(&HandshakeQuestion { host: name(host), port: 443 }).await;
        let failure = async |host: &str| ask(host).await.into_inner().unwrap().unwrap_err();
        assert_eq!(failure("gone.acme.test").await, HostFailure::NoSuchName);
        assert_eq!(failure("down.acme.test").await, HostFailure::Refused);
        assert_eq!(failure("reset.acme.test").await, HostFailure::Reset);
        assert_eq!(failure("close.acme.test").await, HostFailure::Reset);
        assert!(matches!(failure("alert.acme.test").await, HostFailure::TlsAlert(_)));
        assert!(matches!(failure("plain.acme.test").await, HostFailure::NotTls(_)));
        assert_eq!(cause(ask("mute.acme.test").await), Cause::Timeout);
        assert_eq!(cause(ask("hang.acme.test").await), Cause::Timeout);
        let good = ask("acme.test").await.into_inner().unwrap().unwrap();
        assert_eq!((good.chain.len(), good.signature_fits), (2, Some(true)));
        assert_eq!((good.version.as_str(), good.alpn.unwrap().as_str()), ("TLS 1.3", "h2"));
    });
}

#[test]
fn requests_ride_on_the_connection_that_was_judged() {
    for (host, versions) in [("acme.test", "h2"), ("one.acme.test", "http/1.1")] {
        let world = world();
        run(async {
            let (wire, _stop) = wire(&world, 1500);
            let handshake = HandshakeQuestion { host: name(host), port: 443 };
            let get = |path: &str| HttpQuestion::get(format!("https://{host}{path}"));
            let (seen, first, second, again) = (
                wire.ask(&handshake).await.into_inner().unwrap().unwrap(),
                wire.ask(&get("/")).await.into_inner().unwrap().unwrap(),
                wire.ask(&get("/other")).await.into_inner().unwrap().unwrap(),
                wire.ask(&get("/")).await.into_inner().unwrap().unwrap(),
            );
            assert_eq!(seen.alpn.unwrap().as_str(), versions);
            assert_eq!((first.status, second.body.as_slice()), (200, b"other".as_slice()));
            assert_eq!(first, again);
        });
        assert_eq!(world.handshakes().get(host), Some(&1), "{versions}");
        assert_eq!(world.log().count("GET", host, "/"), 1);
        assert!(world.dns().queries().repeated().is_empty(), "{:?}", world.dns().queries().repeated());
    }
}

#[test]
fn requests_that_come_first_and_together_share_one_handshake() {
    let world = world();
    run(async {
        let (wire, _stop) = wire(&world, 1500);
        let get = |path: &str| HttpQuestion::get(format!("https://one.acme.test{path}"));
        let (questions, handshake) =
            ((get("/"), get("/other"), get("/moved")), HandshakeQuestion { host: name("one.acme.test"), port: 443 });
        let (a, b, c, _) =
            tokio::join!(wire.ask(&questions.0), wire.ask(&questions.1), wire.ask(&questions.2), wire.ask(&handshake));
        let status = |a: Observed<Result<HttpAnswer, HostFailure>>| a.into_inner().unwrap().unwrap().status;
        assert_eq!((status(a), status(b), status(c)), (200, 200, 301));
    });
    assert_eq!(world.handshakes().get("one.acme.test"), Some(&1));
}

#[test]
fn endless_and_stalled_bodies_are_cut_and_silent_routes_are_unknown() {
    for host in ["acme.test", "one.acme.test"] {
        let world = world();
        run(async {
            let (wire, _stop) = wire(&world, 700);
            let get = async |path: &str| wire.ask(&HttpQuestion::get(format!("https://{host}{path}"))).await;
            let endless = get("/endless").await.into_inner().unwrap().unwrap();
            assert!(endless.truncated && endless.body.len() <= launchcheck::probe::http::BODY_CAP);
            let stalled = get("/stall").await.into_inner().unwrap().unwrap();
            assert_eq!((stalled.status, stalled.truncated), (200, true));
            assert_eq!(cause(get("/hang").await), Cause::Timeout);
            assert_eq!(get("/close").await.into_inner().unwrap().unwrap_err(), HostFailure::Reset);
            // Still well after all that.
            assert_eq!(get("/").await.into_inner().unwrap().unwrap().body, b"hello");
            let plain = wire.ask(&HttpQuestion::get(format!("http://{host}/"))).await.into_inner().unwrap().unwrap();
            assert_eq!((plain.status, plain.location().unwrap().as_str()), (308, "https://acme.test/"));
        });
    }
}

#[test]
fn a_host_named_from_outside_never_leads_inside() {
    let mut plan = Plan::new("acme.test");
    plan.zone.add("inside.example", "A", "127.0.0.1");
    let world = World::start(plan).unwrap();
    run(async {
        let (wire, _stop) = wire(&world, 700);
        let mut question = HttpQuestion::get("http://inside.example/");
        question.audited = false;
        let refused = wire.ask(&question).await.into_inner().unwrap().unwrap_err();
        assert_eq!(refused, HostFailure::PrivateAddress("127.0.0.1".into()));
    });
}

#[test]
fn stopping_ends_what_is_open() {
    let world = world();
    run(async {
        let (wire, stop) = wire(&world, 10_000);
        let begin = Instant::now();
        let question = HttpQuestion::get("https://acme.test/hang");
        let (answer, ()) = tokio::join!(wire.ask(&question), async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            stop.stop();
        });
        assert_eq!(cause(answer), Cause::Deadline);
        assert!(begin.elapsed() < Duration::from_secs(2));
    });
}
