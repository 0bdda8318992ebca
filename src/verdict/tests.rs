use super::*;
use crate::samples::{behind, fails, fault, leak, rule, unit, unit_of, waived};
use Severity::{Blocker, High, Info, Low, Medium};
use launchcheck_checks::vocab::{Cause, Rule, TargetId, TargetKind};

fn unknown() -> Outcome {
    Outcome::unknown(vec![Cause::Timeout])
}
fn broken() -> Outcome {
    fails(vec![fault("")])
}
fn skipped(skip: Skip) -> Outcome {
    Outcome::Skipped(skip)
}
fn gate(fail_on: FailOn) -> Gate {
    Gate { fail_on, ..Gate::default() }
}
fn ended(units: &[Unit], gate: &Gate) -> (Decision, u8) {
    let ruling = rule_on(units, gate);
    (ruling.decision, exit_code(&ruling, gate, false))
}

#[test]
fn the_verdict_follows_the_worst_of_what_is_open_and_unknown() {
    use Decision::{Go, GoWithWarnings, Incomplete, NoGo};
    let pass = || unit("web.ok", Blocker, Outcome::Pass);
    let host = TargetId::new(TargetKind::Host, "acme.test");
    for (units, want) in [
        (vec![pass()], (Go, 0)),
        (vec![pass(), unit("web.x", Blocker, broken())], (NoGo, 1)),
        (vec![pass(), unit("web.x", Blocker, broken()), unit("web.y", Blocker, unknown())], (NoGo, 1)),
        (vec![pass(), unit("web.x", Blocker, fails(vec![fault("").lowered(High)]))], (GoWithWarnings, 0)),
        (vec![pass(), unit("web.x", Blocker, unknown()), unit("web.y", High, broken())], (Incomplete, 3)),
        (vec![pass(), unit("web.x", Blocker, behind("web.unreachable", host))], (Go, 0)),
        (vec![pass(), unit("web.x", High, broken())], (GoWithWarnings, 0)),
        (vec![pass(), unit("web.x", Medium, broken())], (GoWithWarnings, 0)),
        (vec![pass(), unit("web.x", High, unknown())], (GoWithWarnings, 0)),
        (vec![pass(), unit("web.x", Medium, unknown())], (GoWithWarnings, 0)),
        (vec![pass(), unit("web.x", Low, broken()), unit("web.y", Info, broken())], (Go, 0)),
        (vec![pass(), unit("web.x", Low, unknown())], (Go, 0)),
        (vec![unit("web.x", Blocker, Outcome::Waived)], (Go, 0)),
        (vec![unit("config.waiver-expired", High, broken()), pass()], (GoWithWarnings, 0)),
    ] {
        assert_eq!(ended(&units, &Gate::default()), want, "{units:?}");
    }
}

#[test]
fn nothing_judged_is_no_go_ahead() {
    let units = [unit("web.x", Blocker, skipped(Skip::Offline)), unit("config.waiver-unused", Low, Outcome::Pass)];
    assert_eq!(ended(&units, &Gate::default()), (Decision::Incomplete, 3));
    assert_eq!(ended(&[], &Gate::default()), (Decision::Incomplete, 3));
}

#[test]
fn fail_on_moves_the_gate() {
    let high = [unit("web.x", High, broken())];
    assert_eq!(ended(&high, &gate(FailOn::High)), (Decision::NoGo, 1));
    assert_eq!(ended(&high, &gate(FailOn::Low)), (Decision::NoGo, 1));
    let dark = [unit("web.x", Low, unknown())];
    assert_eq!(ended(&dark, &gate(FailOn::Low)), (Decision::Incomplete, 3));
    assert_eq!(ended(&dark, &gate(FailOn::Medium)), (Decision::Go, 0));
    // Never ends 0 and still says what is true.
    assert_eq!(ended(&[unit("web.x", Blocker, broken())], &gate(FailOn::Never)), (Decision::NoGo, 0));
    assert_eq!(ended(&[unit("web.x", Blocker, unknown())], &gate(FailOn::Never)), (Decision::Incomplete, 0));
}

#[test]
fn on_unknown_ignore_keeps_the_verdict() {
    let lenient = Gate { on_unknown: OnUnknown::Ignore, ..Gate::default() };
    assert_eq!(ended(&[unit("web.x", Blocker, unknown())], &lenient), (Decision::Incomplete, 0));
    assert_eq!(ended(&[unit("web.x", Blocker, broken())], &lenient), (Decision::NoGo, 1));
}

#[test]
fn what_is_required_must_be_proven() {
    let require = |picks: &[&str]| Gate {
        require: picks.iter().map(|p| Pick::parse(p).expect("a pick")).collect(),
        ..Gate::default()
    };
    let units = [
        unit("web.x", Blocker, Outcome::Pass),
        unit("env.a", Low, Outcome::Pass),
        unit("env.b", Low, skipped(Skip::NotConfigured("no production source".into()))),
        unit("email.c", Low, unknown()),
    ];
    for (pick, met) in [
        ("web", true),
        ("web.x", true),
        ("env.a", true),
        ("env", false),
        ("env.b", false),
        ("billing", false),
        ("email.c", false),
        ("web.y", false),
    ] {
        let (decision, code) = ended(&units, &require(&[pick]));
        assert_eq!((decision == Decision::Incomplete, code == 3), (!met, !met), "{pick}");
    }
    let lenient = Gate { on_unknown: OnUnknown::Ignore, ..require(&["billing"]) };
    assert_eq!(ended(&units, &lenient).1, 3);
}

#[test]
fn a_preview_rule_never_gates() {
    let preview = leak(Rule { lifecycle: Lifecycle::Preview, ..rule("web.new", Blocker) });
    for outcome in [broken(), unknown()] {
        let units = [unit("web.ok", Low, Outcome::Pass), unit_of(preview, outcome)];
        assert_eq!(ended(&units, &Gate::default()), (Decision::Go, 0));
    }
}

#[test]
fn a_unit_with_open_and_waived_faults_is_open() {
    let mut half = unit("web.x", Blocker, fails(vec![fault("a")]));
    half.waived.push(waived("b"));
    assert_eq!(ended(&[half], &Gate::default()).0, Decision::NoGo);
}

#[test]
fn an_interrupted_run_ends_130() {
    let ruling = rule_on(&[unit("web.x", Blocker, broken())], &Gate::default());
    assert_eq!(exit_code(&ruling, &Gate::default(), true), 130);
    assert_eq!(exit_code(&ruling, &gate(FailOn::Never), true), 130);
}

#[test]
fn a_verdict_names_what_it_leaves_unproven() {
    let known = [Family::Email, Family::Tls, Family::Webhook, Family::Env, Family::Billing, Family::Config];
    let units = [
        unit("email.a", High, Outcome::Pass),
        unit("email.b", High, skipped(Skip::Asked)),
        unit("tls.a", High, skipped(Skip::Offline)),
        unit("tls.b", High, skipped(Skip::Offline)),
        unit("webhook.a", High, Outcome::Pass),
        unit("webhook.b", High, skipped(Skip::Offline)),
        unit("env.a", High, broken()),
        unit("env.c", High, unknown()),
        unit("web.a", High, unknown()),
        unit("env.b", High, skipped(Skip::NotConfigured("no production source".into()))),
    ];
    let text: Vec<_> = unproven(&units, &known, &Gate::default()).iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "email.b (left out by --only or --skip)",
            "tls (--offline)",
            "webhook on the network (--offline)",
            "signed webhook (--active)",
            "env (no production source)",
            "billing (no [[billing]])",
        ]
    );
    assert_eq!(proven(&units), [Family::Email, Family::Webhook, Family::Env]);
}
