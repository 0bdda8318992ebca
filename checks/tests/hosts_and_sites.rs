//! What the tls and web rules say of weather that no single example shows.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its scene should stop there")]

use launchcheck_checks::{
    facts::Facts,
    rule, tls, vocab,
    vocab::{Cause, Eval, Fault, Missing, Rule, TargetId, Targets, Verdict, View},
    web,
};

type Read = fn(&str) -> Result<(Targets, Facts, TargetId), String>;

fn judge(rule: &Rule, read: Read, text: &str) -> (Result<Verdict, Missing>, Vec<Cause>) {
    judge_read(rule, &read(text).unwrap_or_else(|e| panic!("{}: {e}", rule.id)))
}

fn judge_read(
    rule: &Rule,
    (targets, facts, at): &(Targets, Facts, TargetId),
) -> (Result<Verdict, Missing>, Vec<Cause>) {
    let view = View::new(at, targets, facts);
    let Eval::Code(check) = &rule.eval else { panic!("{} is not code", rule.id) };
    let said = check(&view);
    (said, view.close().1)
}

fn fences(rule: &Rule) -> Vec<(bool, String)> {
    let (mut out, mut open): (Vec<(bool, String)>, bool) = (Vec::new(), false);
    for line in rule.docs.iter().map(|l| l.trim()) {
        match line {
            "```pass" | "```fail" => {
                out.push((line == "```fail", String::new()));
                open = true;
            }
            "```" => open = false,
            _ if open => {
                let text = &mut out.last_mut().unwrap().1;
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    out
}

fn faults(id: &str, read: Read, text: &str) -> Vec<Fault> {
    match judge(rule(id).unwrap(), read, text).0 {
        Ok(Verdict::Fail(faults)) => faults,
        _ => Vec::new(),
    }
}

fn is_unknown(id: &str, read: Read, text: &str) -> bool {
    let (said, unseen) = judge(rule(id).unwrap(), read, text);
    match said {
        Ok(Verdict::Fail(f)) if !f.is_empty() => false,
        Ok(_) => !unseen.is_empty(),
        Err(m) => matches!(m, Missing::Unknown(_)),
    }
}

#[test]
fn a_host_that_says_no_leaves_its_other_rules_unknown() {
    for failure in ["refused", "reset", "alert", "timeout"] {
        let text = format!("host acme.test\nunreachable {failure}");
        for rule in tls::RULES.iter().filter(|r| r.id != "tls.unreachable" && r.on == vocab::TargetKind::Host) {
            assert!(is_unknown(&rule.id, tls::example::facts, &text), "{} when {failure}", rule.id);
        }
    }
    assert!(is_unknown("tls.unreachable", tls::example::facts, "host acme.test\nunreachable timeout"));
}

#[test]
fn all_that_is_wrong_is_found_at_once() {
    let text = "host acme.test\nremaining -1d\nnames other.example\ntrust self-signed\nkey rsa 1024";
    let failing: Vec<&str> = tls::RULES
        .iter()
        .filter(|r| !faults(&r.id, tls::example::facts, text).is_empty())
        .map(|r| r.id.as_ref())
        .collect();
    assert_eq!(failing, ["tls.expired", "tls.name-mismatch", "tls.untrusted", "tls.key-weak", "tls.self-signed"]);
}

#[test]
fn an_inferred_www_is_milder_unless_visitors_end_there() {
    let lowered = |text: &str| faults("tls.expired", tls::example::facts, text)[0].lower_to;
    assert_eq!(lowered("host www.acme.test inferred\nelsewhere\nremaining -1d"), Some(vocab::Severity::High));
    assert_eq!(lowered("host www.acme.test inferred\nremaining -1d"), None);
    assert_eq!(lowered("host acme.test\nelsewhere\nremaining -1d"), None);
}

/// Whether a rule judges what the plain example does not have: a file, a route, a test account.
fn needs_more(rule: &Rule) -> bool {
    matches!(judge(rule, web::example::facts, "").0, Err(Missing::NotConfigured(_)) | Ok(Verdict::NotApplicable(_)))
}

#[test]
fn silence_never_becomes_a_pass_of_the_site() {
    for rule in web::RULES {
        // Nobody asks http of these; the sibling has a fact of its own.
        let text = "https://acme.test/ timeout";
        if rule.id != "web.www-unreachable" && rule.id != "web.plain-http-open" && !needs_more(rule) {
            assert!(is_unknown(&rule.id, web::example::facts, text), "{} when https is silent", rule.id);
        }
    }
    let silent_http = "http://acme.test/ timeout";
    for (id, unknown) in [
        ("web.plain-http-open", true),
        ("web.redirect-loop", true),
        ("web.hsts-missing", false),
        ("web.server-error", false),
        ("web.unreachable", false),
        ("web.host-split", false),
    ] {
        assert_eq!(is_unknown(id, web::example::facts, silent_http), unknown, "{id} when http is silent");
    }
}

#[test]
fn a_wall_hides_what_stands_behind_it() {
    for wall in [
        "403 cf-mitigated: challenge",
        "503 cf-mitigated: challenge",
        "401 www-authenticate: Basic",
        "302 https://vercel.com/sso-api?url=x",
    ] {
        let text = format!("https://acme.test/ {wall}");
        for id in ["web.hsts-missing", "web.server-error", "web.host-split"] {
            assert!(is_unknown(id, web::example::facts, &text), "{id} behind {wall}");
        }
        assert!(faults("web.unreachable", web::example::facts, &text).is_empty());
    }
}

#[test]
fn one_loop_is_one_fault() {
    let text = "https://acme.test/ 308 https://www.acme.test/\nhttps://www.acme.test/ 308 https://acme.test/";
    let found = faults("web.redirect-loop", web::example::facts, text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].subject.as_str(), "acme.test");
    assert_eq!(found[0].lower_to, None);
    // Its subject is the same, so that it gives way.
    assert_eq!(faults("web.unreachable", web::example::facts, text)[0].subject.as_str(), "acme.test");
    assert!(faults("web.www-unreachable", web::example::facts, text).is_empty());
    assert!(faults("web.redirect-chain-long", web::example::facts, text).is_empty());
}

#[test]
fn a_host_that_the_redirects_need_fails_under_its_own_name() {
    let text = "https://acme.test/ 308 https://www.acme.test/\nhttps://www.acme.test/ refused";
    assert_eq!(faults("web.unreachable", web::example::facts, text)[0].subject.as_str(), "www.acme.test");
    let declared = "canonical www.acme.test\nhttps://www.acme.test/ 200\nhttps://acme.test/ 404";
    assert_eq!(faults("web.www-unreachable", web::example::facts, declared)[0].subject.as_str(), "acme.test");
}

#[test]
fn redirects_away_are_recorded_and_not_followed() {
    let text = "https://acme.test/ 301 https://acme.example/";
    assert!(faults("web.unreachable", web::example::facts, text).is_empty());
    let (_, facts, at) = web::example::facts(text).unwrap();
    assert!(matches!(facts.front[&at].get(), Err(Missing::NotConfigured(_))));
}

/// Every table of the docs' examples, with what each URL answers.
fn tables() -> Vec<String> {
    web::RULES.iter().flat_map(|r| fences(r)).map(|(_, text)| text).collect()
}

/// How a rule ended: 0 fails, 1 is unknown, 2 has nothing to say against the site.
fn standing(rule: &Rule, read: &(Targets, Facts, TargetId)) -> u8 {
    match judge_read(rule, read) {
        (Ok(Verdict::Fail(f)), _) if !f.is_empty() => 0,
        (Ok(_), unseen) => 2 - u8::from(!unseen.is_empty()),
        (Err(Missing::Unknown(_)), _) => 1,
        (Err(Missing::NotConfigured(_)), _) => 2,
    }
}

#[test]
fn silence_never_acquits() {
    const URLS: [&str; 5] = [
        "https://acme.test/",
        "http://acme.test/",
        "https://www.acme.test/",
        "http://www.acme.test/",
        "https://acme.test/en",
    ];
    for text in tables() {
        let calm = web::example::facts(&text).unwrap();
        for url in URLS {
            // A later line of the table beats an earlier one.
            let silent = web::example::facts(&format!("{text}{url} timeout\n")).unwrap();
            for rule in web::RULES {
                let (before, after) = (standing(rule, &calm), standing(rule, &silent));
                // What another way in still shows may fail on; nothing may turn into a pass.
                assert!(before != 0 || after < 2, "{} is acquitted when {url} is silent:\n{text}", rule.id);
            }
        }
    }
}

#[test]
fn a_host_that_is_down_acquits_nobody() {
    let down = web::example::facts("https://acme.test/ refused\nhttp://acme.test/ refused\n").unwrap();
    for rule in web::RULES.iter().filter(|r| !needs_more(r)) {
        let expected = match rule.id.as_ref() {
            "web.unreachable" => 0,
            // www still answers, and leads to the host that is down.
            "web.www-unreachable" => 2,
            _ => 1,
        };
        assert_eq!(standing(rule, &down), expected, "{}", rule.id);
    }
}
