//! What the rules about edges ask of a site, and no more than that.

use launchcheck_fixtures::{World, http::Reply, net::Mode, scenarios};
use serde_json::Value;

fn audit(world: &World) -> Value {
    let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
    let output = command.args(["audit", "--only", "tls", "--format", "json"]).args(world.args()).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn outcome(report: &Value, rule: &str, target: &str) -> String {
    let units = report["units"].as_array().unwrap();
    let unit = units.iter().find(|u| u["rule"] == rule && u["target"] == target).unwrap();
    unit["outcome"].as_str().unwrap().to_owned()
}

#[test]
fn plain_http_is_asked_only_where_https_is_refused() {
    let mut plan = scenarios::healthy();
    let status = plan.host("status.acme.test");
    status.https = Mode::Stopped;
    status.site.on_http("*", "*", Reply::html(200, "all is well"));
    plan.more("[[host]]", "name = \"status.acme.test\"\nrenewal = \"auto\"");
    let world = World::start(plan).unwrap();
    let report = audit(&world);
    let over_http = |host: &str| world.log().requests().iter().filter(|r| r.scheme == "http" && r.host == host).count();
    assert_eq!((over_http("status.acme.test"), over_http("app.acme.test"), over_http("api.acme.test")), (1, 0, 0));
    assert_eq!(outcome(&report, "tls.hsts-cuts-subdomain", "site:acme.test"), "fail");
    // Its front door cannot be asked, and what is not known is no pass.
    assert_eq!(outcome(&report, "tls.edge-origin-broken", "host:status.acme.test"), "unknown");
}

#[test]
fn a_host_that_answers_no_http_has_no_front_door() {
    let mut plan = scenarios::healthy();
    plan.host("app.acme.test").site.on("*", "*", Reply::close());
    let world = World::start(plan).unwrap();
    let report = audit(&world);
    for rule in ["tls.edge-origin-broken", "tls.edge-flexible-loop"] {
        assert_eq!(outcome(&report, rule, "host:app.acme.test"), "not-applicable", "{rule}");
        assert_eq!(outcome(&report, rule, "host:acme.test"), "pass", "{rule}");
    }
}

#[test]
fn a_post_is_never_sent_for_a_handshake() {
    let world = World::start(scenarios::healthy()).unwrap();
    let report = audit(&world);
    assert_eq!(outcome(&report, "tls.webhook-host-strict", "host:api.acme.test"), "pass");
    assert_eq!(outcome(&report, "tls.webhook-host-strict", "host:app.acme.test"), "not-applicable");
    let methods: Vec<String> = world.log().requests().into_iter().map(|r| r.method).filter(|m| m != "GET").collect();
    assert_eq!(methods, Vec::<String>::new());
}
