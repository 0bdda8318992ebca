//! Hand-made rules and units for the tests of score, verdict, report and renderers.

use crate::{
    outcome::{Behind, Outcome, Skip, Unit, WaivedFault},
    report::{Inputs, RunInfo, Setting},
    verdict::Gate,
};
use launchcheck_checks::vocab::{
    Cause, Eval, Evidence, Family, Fault, Fix, Intent, Lifecycle, Place, Rule, Severity, Shown, Stage, TargetId,
    TargetKind, Targets,
};
use std::borrow::Cow;

/// A rule of this id and severity; leaked, as a declared one is.
pub(crate) fn rule(id: &str, severity: Severity) -> Rule {
    let on = match id.split('.').next().unwrap_or_default() {
        "email" => TargetKind::Mail,
        "tls" => TargetKind::Host,
        "webhook" => TargetKind::Webhook,
        "env" => TargetKind::App,
        "billing" => TargetKind::Billing,
        "config" => TargetKind::Run,
        _ => TargetKind::Site,
    };
    Rule {
        id: Cow::Owned(id.to_owned()),
        module: "",
        docs: Cow::Borrowed(&[
            " A summary of the rule.",
            "",
            " # Why at launch",
            " Large mailbox providers junk mail without it. Sign-up and receipt mail may",
            " never arrive. A third sentence that nobody needs here.",
            "",
            " # Fix",
            " Do this.",
        ]),
        fails: Cow::Owned(format!("{id} fails")),
        holds: Cow::Owned(format!("{id} holds")),
        severity,
        on,
        intent: Intent::Passive,
        stage: None,
        yields_to: &[],
        since: "0.1.0",
        lifecycle: Lifecycle::Stable,
        wants: Cow::Borrowed(&[]),
        eval: Eval::Engine,
    }
}

pub(crate) fn leak(rule: Rule) -> &'static Rule {
    Box::leak(Box::new(rule))
}

/// A unit on the usual target of its family.
pub(crate) fn unit(id: &str, severity: Severity, outcome: Outcome) -> Unit {
    unit_of(leak(rule(id, severity)), outcome)
}

pub(crate) fn unit_of(rule: &'static Rule, outcome: Outcome) -> Unit {
    let name = match rule.on {
        TargetKind::Host => "api.acme.test",
        TargetKind::Webhook => "https://api.acme.test/hooks/stripe",
        TargetKind::App => ".",
        TargetKind::Billing => "stripe",
        TargetKind::Run => "run",
        _ => "acme.test",
    };
    Unit::new(rule, TargetId::new(rule.on, name), outcome)
}

pub(crate) fn staged(id: &str, severity: Severity, stage: Stage, outcome: Outcome) -> Unit {
    unit_of(leak(Rule { stage: Some(stage), ..rule(id, severity) }), outcome)
}

pub(crate) fn fault(subject: &str) -> Fault {
    Fault::new(subject, "what was seen", Fix::step("mend it"))
}

pub(crate) fn fails(faults: Vec<Fault>) -> Outcome {
    Outcome::Fail(faults)
}

pub(crate) fn waived(subject: &str) -> WaivedFault {
    WaivedFault {
        fault: fault(subject).titled("The site is not in the preload list"),
        reason: "subdomain migration pending".into(),
        expires: jiff::civil::date(2026, 12, 31),
        accept_blocker: false,
    }
}

pub(crate) fn behind(rule: &str, target: TargetId) -> Outcome {
    Outcome::Unknown { causes: Vec::new(), behind: vec![Behind { rule: Cow::Owned(rule.to_owned()), target }] }
}

/// The sample company: something of everything.
pub(crate) fn acme() -> Vec<Unit> {
    use Severity::{Blocker, High, Low, Medium};
    let record = Fix::record("_dmarc.acme.test", "TXT", "v=DMARC1; p=none; rua=mailto:dmarc@acme.test");
    let dmarc = Fault::here(
        Evidence::Dns { name: "_dmarc.acme.test".into(), kind: "TXT".into(), answer: vec!["NXDOMAIN".into()] },
        record,
    )
    .titled("No DMARC record");
    let unsigned = Fault::here(
        Evidence::Http {
            method: "POST".into(),
            url: "https://api.acme.test/hooks/stripe".into(),
            status: 200,
            note: "without Stripe-Signature".into(),
        },
        Fix::Code {
            place: "the webhook handler".into(),
            lines: vec!["const event = stripe.webhooks.constructEvent(body, signature, secret)".into()],
        },
    )
    .titled("The webhook accepts an unsigned event")
    .at(Place::new("launchcheck.toml", 12, 1));
    let expiring = Fault::here(
        Evidence::Certificate {
            host: "api.acme.test:443".into(),
            names: "api.acme.test".into(),
            issuer: "R11".into(),
            validity: ("2026-09-01T14:02:00Z".into(), "2026-11-30T14:02:00Z".into()),
        },
        Fix::steps(["Renewal should have run at 30 days.", "Check the ACME job on the host of api.acme.test."]),
    )
    .titled("The certificate expires in 9 days");
    let unread = Fault::new(
        "RESEND_API_KEY",
        Evidence::Place(Place::new("src/mail.ts", 14, 20), "process.env.RESEND_API_KEY".into()),
        Fix::EnvVar { name: "RESEND_API_KEY".into(), value: "the key of your Resend account".into() },
    )
    .titled("RESEND_API_KEY is read but not set");
    let unset = || Cause::Unset("DATABASE_URL".into());
    let mut preload = unit("web.preload-missing", Low, Outcome::Waived);
    preload.waived.push(waived(""));
    vec![
        staged("email.dmarc-missing", Blocker, Stage::Email, fails(vec![dmarc])),
        staged("webhook.unsigned-accepted", Blocker, Stage::Signature, fails(vec![unsigned])),
        staged("tls.expiring", High, Stage::Tls, fails(vec![expiring])),
        unit("env.required-missing", High, fails(vec![unread])),
        unit(
            "email.dkim-key-weak",
            Medium,
            fails(vec![fault("default").titled("DKIM key \"default\" is 1024 bits; use 2048")]),
        ),
        unit(
            "web.hsts-missing",
            Medium,
            fails(vec![fault("").titled("No Strict-Transport-Security on https://acme.test/")]),
        ),
        unit(
            "env.unused",
            Low,
            fails(vec![fault("OLD_ANALYTICS_ID").titled("OLD_ANALYTICS_ID is set but never read")]),
        ),
        preload,
        unit("email.spf-missing", High, Outcome::Pass),
        staged("web.unreachable", Blocker, Stage::Domain, Outcome::Pass),
        staged("webhook.route-missing", Blocker, Stage::Route, Outcome::Pass),
        unit("tls.expired", Blocker, Outcome::Pass),
        unit("email.mx-missing", Medium, Outcome::NotApplicable("the domain receives no mail".into())),
        unit("billing.paid-without-access", Blocker, Outcome::unknown(vec![unset()])),
        unit("billing.access-without-payment", High, Outcome::unknown(vec![unset()])),
        unit(
            "env.test-key-in-production",
            Blocker,
            Outcome::Skipped(Skip::NotConfigured(Shown::from("no production source"))),
        ),
    ]
}

/// These units as a run over acme.test.
pub(crate) fn inputs(units: Vec<Unit>, targets: &Targets) -> Inputs<'_> {
    Inputs {
        label: "acme.test".into(),
        units,
        exhibits: Vec::new(),
        targets,
        known: vec![Family::Email, Family::Tls, Family::Web, Family::Webhook, Family::Env, Family::Billing],
        gate: Gate::default(),
        run: RunInfo {
            clock: "2026-11-21T11:00:00Z".into(),
            duration_ms: 2_841,
            counts: [("lookups", 31), ("handshakes", 4), ("requests", 9)].into(),
            remembered: 14,
            config: Some("launchcheck.toml".into()),
            settings: vec![Setting { name: "fail-on", value: "blocker".into(), origin: "default".into() }],
            command: "launchcheck audit acme.test".into(),
            ..RunInfo::default()
        },
    }
}
