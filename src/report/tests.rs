use super::*;
use crate::samples::{acme, behind, fails, fault, inputs, staged, unit, waived};
use Severity::{Blocker, High, Low, Medium};

fn report(units: Vec<Unit>) -> Report {
    build(inputs(units, &Targets::default()))
}

#[test]
fn findings_are_sorted_worst_first_then_by_rule_target_and_subject() {
    let units = vec![
        unit("web.b", Low, fails(vec![fault("")])),
        unit("web.a", High, fails(vec![fault("z"), fault("a"), fault("m").lowered(Low)])),
        unit("tls.z", High, fails(vec![fault("")])),
        unit("web.c", Blocker, fails(vec![fault("")])),
    ];
    let r = report(units);
    let order: Vec<_> = r.findings.iter().map(|f| (f.severity, f.rule.id.as_ref(), f.subject.as_str())).collect();
    assert_eq!(
        order,
        [
            (Blocker, "web.c", ""),
            (High, "tls.z", ""),
            (High, "web.a", "a"),
            (High, "web.a", "z"),
            (Low, "web.a", "m"),
            (Low, "web.b", "")
        ]
    );
}

#[test]
fn a_fingerprint_depends_on_rule_target_and_subject_alone() {
    let text = fingerprint("web.a", "site:acme.test", "x");
    assert_eq!(text.len(), 16);
    assert!(text.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()));
    let one = report(vec![unit("web.a", High, fails(vec![fault("x").titled("one wording")]))]);
    let other = report(vec![unit("web.a", Low, fails(vec![fault("x").titled("another").and_saw("more")]))]);
    assert_eq!(one.findings[0].fingerprint, text);
    assert_eq!(other.findings[0].fingerprint, text);
    assert_ne!(fingerprint("web.a", "site:acme.test", "y"), text);
    // The first digits of `printf '1\0web.a\0site:acme.test\0x' | sha256sum`.
    assert_eq!(text, "188237c94995310f");
}

#[test]
fn the_why_is_the_first_two_sentences_of_the_rules_own() {
    let r = report(vec![unit("web.a", High, fails(vec![fault("")]))]);
    assert_eq!(
        r.findings[0].why.as_str(),
        "Large mailbox providers junk mail without it. Sign-up and receipt mail may never arrive."
    );
}

#[test]
fn a_finding_without_a_line_of_its_own_points_at_the_target() {
    use launchcheck_checks::vocab::Origin;
    let units = vec![unit("web.a", High, fails(vec![fault("")]))];
    let mut targets = Targets::default();
    targets.add(units[0].target.clone(), Origin::Declared(Place::new("launchcheck.toml", 2, 10)));
    let r = build(inputs(units, &targets));
    assert_eq!(r.findings[0].anchor(), Some(&Place::new("launchcheck.toml", 2, 10)));
}

#[test]
fn a_dead_resolver_is_one_group() {
    let mut units: Vec<_> =
        (0..9).map(|i| unit(&format!("email.r{i}"), High, Outcome::unknown(vec![Cause::Timeout; i % 3 + 1]))).collect();
    units.push(unit("billing.b", Blocker, Outcome::unknown(vec![Cause::Unset("DATABASE_URL".into())])));
    units.push(unit("web.z", Blocker, behind("web.unreachable", TargetId::new(TargetKind::Site, "acme.test"))));
    let targets = Targets::default();
    let mut given = inputs(units, &targets);
    given.run.unanswered = vec![Unanswered { place: "resolver 192.0.2.1:53".into(), cause: Cause::Timeout, count: 12 }];
    let r = build(given);
    let told: Vec<_> = r.unverified.iter().map(|g| (g.units.len(), g.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            (1, "DATABASE_URL is not set"),
            (9, "resolver 192.0.2.1:53: no answer in time"),
            (1, "waits for web.unreachable on site:acme.test"),
        ]
    );
}

#[test]
fn what_hides_the_others_is_to_be_mended_and_not_the_network() {
    let lost = |cause: Cause| Outcome::unknown(vec![cause]);
    let units = || {
        vec![
            unit("tls.expired", Blocker, lost(Cause::NoRoute)),
            unit("tls.unreachable", Blocker, fails(vec![fault("")])),
            unit("tls.untrusted", Blocker, lost(Cause::Deadline)),
        ]
    };
    let targets = Targets::default();
    let told = |given: Inputs<'_>| -> Vec<(String, String)> {
        let groups = build(given).unverified;
        groups
            .iter()
            .map(|g| (g.reason.to_string(), g.hint.as_ref().map(ToString::to_string).unwrap_or_default()))
            .collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let mut given = inputs(units(), &targets);
    given.run.interrupted = true;
    assert_eq!(
        told(given),
        [
            pair("the run ended before the answer", "Run it to its end."),
            pair("the host cannot be reached", "Mend tls.unreachable first; it hides these."),
        ]
    );
    // Where this machine itself found no way out, the finding is not to blame.
    let mut given = inputs(units(), &targets);
    given.run.unanswered = vec![Unanswered { place: "acme.test".into(), cause: Cause::NoRoute, count: 1 }];
    assert!(told(given)[1].1.starts_with("See whether this machine has a network"));
}

#[test]
fn the_event_path_breaks_once() {
    use PathState::{AtRisk, Broken, NotChecked, Ok, Unverified};
    let r = report(vec![
        staged("dns.server-lame", Blocker, Stage::Domain, Outcome::Pass),
        staged("tls.old", Medium, Stage::Tls, fails(vec![fault("")])),
        staged("webhook.route-missing", Blocker, Stage::Route, fails(vec![fault("")])),
        staged("billing.event-noted", Low, Stage::Subscription, fails(vec![fault("")])),
        staged("webhook.unsigned-accepted", Blocker, Stage::Signature, Outcome::unknown(vec![Cause::Timeout])),
        staged("billing.paid-without-access", Blocker, Stage::Database, fails(vec![fault("")])),
        staged("email.dmarc-missing", High, Stage::Email, fails(vec![fault("")])),
        staged("code.status-unrepresentable", Medium, Stage::Crm, Outcome::Pass),
        staged("web.redirect-loop", High, Stage::Support, Outcome::Pass),
    ]);
    let path: Vec<_> = r.event_path.iter().map(|s| (s.stage, s.state, s.first_break)).collect();
    assert_eq!(path[0], (Stage::Domain, Ok, false));
    assert_eq!(path[1], (Stage::Tls, AtRisk, false));
    assert_eq!(path[2], (Stage::Route, Broken, true));
    assert_eq!(path[3], (Stage::Signature, Unverified, false));
    assert_eq!(path[4], (Stage::Secret, NotChecked, false));
    assert_eq!(path[5], (Stage::Subscription, Ok, false));
    assert_eq!(path[7], (Stage::Database, Broken, false));
    assert_eq!(path[8], (Stage::Crm, Ok, false));
    assert_eq!(path[9], (Stage::Support, NotChecked, false));
    assert_eq!(path[10], (Stage::Email, AtRisk, false));
}

#[test]
fn the_sample_company_is_told_in_words() {
    let r = report(acme());
    assert_eq!(r.because(), "2 blockers are open");
    let note = r.score_note().expect("it is held");
    assert!(note.contains("2 unverified checks could raise it to 57; held at 49 while a blocker is open"), "{note}");
    assert_eq!(r.next[0].command.as_str(), "launchcheck explain email.dmarc-missing");
    assert_eq!(
        r.next[1].command.as_str(),
        "launchcheck audit acme.test --only email.dmarc-missing,webhook.unsigned-accepted"
    );
    assert_eq!((r.exit_code, r.findings.len(), r.waived.len()), (1, 7, 1));
}

#[test]
fn an_accepted_blocker_stands_beside_go() {
    let mut accepted = unit("web.x", Blocker, Outcome::Waived);
    accepted.waived.push(waived(""));
    let r = report(vec![accepted, unit("web.y", Low, Outcome::Pass)]);
    assert_eq!(r.verdict_line(), "GO with 1 blocker waived");
    assert!(!r.is_all_green());
}

#[test]
fn an_incomplete_run_says_what_to_set() {
    let r = report(vec![
        unit("web.y", Low, Outcome::Pass),
        unit("billing.b", Blocker, Outcome::unknown(vec![Cause::Unset("DATABASE_URL".into())])),
    ]);
    assert_eq!(r.because(), "1 check that gates could not be verified");
    assert_eq!(r.next[0].command.as_str(), "DATABASE_URL=… launchcheck audit acme.test --only billing.b");
}
