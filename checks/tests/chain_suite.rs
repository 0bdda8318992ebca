//! A community suite of chains in the x509-limbo format, where a path to its file is given: the
//! environment variable `LAUNCHCHECK_CHAIN_SUITE` names it, and without it nothing is judged.

#![expect(clippy::disallowed_methods, reason = "a test reads the suite that it is given")]

use launchcheck_checks::tls::file::{Case, certificates, name, revocation_lists};
use serde_json::Value;

fn texts(list: &Value) -> String {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

/// The case of a server that the suite describes; `None` for what it asks of other kinds of peer.
fn case(test: &Value) -> Option<Case> {
    if test["validation_kind"] != "SERVER" || !test["max_chain_depth"].is_null() {
        return None;
    }
    let peer = &test["expected_peer_name"];
    let mut chain = certificates(test["peer_certificate"].as_str()?.as_bytes()).ok()?;
    chain.extend(certificates(texts(&test["untrusted_intermediates"]).as_bytes()).unwrap_or_default());
    let time = test["validation_time"].as_str().and_then(|t| t.parse::<jiff::Timestamp>().ok());
    Some(Case {
        chain,
        name: peer["value"].as_str().and_then(|n| name(n).ok()),
        given: certificates(texts(&test["trusted_certs"]).as_bytes()).unwrap_or_default(),
        store: Vec::new(),
        lists: revocation_lists(texts(&test["crls"]).as_bytes()).unwrap_or_default(),
        now: time.unwrap_or_else(jiff::Timestamp::now).as_second(),
    })
}

#[test]
fn the_suite_agrees() {
    let Ok(path) = std::env::var("LAUNCHCHECK_CHAIN_SUITE") else { return };
    let suite: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut agreed, mut all) = (0_u32, 0_u32);
    for test in suite["testcases"].as_array().unwrap() {
        // The suite within the suite counts its thousands by itself.
        let id = test["id"].as_str().unwrap_or_default();
        let Some(case) = case(test).filter(|_| !id.starts_with("bettertls::")) else { continue };
        let said = case.judge();
        all += 1;
        if said.accepts() == (test["expected_result"] == "SUCCESS") {
            agreed += 1;
        } else {
            let why: Vec<String> = said.refusals().map(|(rule, words)| format!("{}: {words}", rule.id)).collect();
            println!("{id}: {} expected; {why:?} {:?}", test["expected_result"], said.unknown);
        }
    }
    println!("{agreed} of {all} agree");
    assert!(agreed * 100 >= all * 85, "{agreed} of {all} agree");
}
