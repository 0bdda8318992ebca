use super::*;
use crate::{
    outcome::{Outcome, Skip, Unit},
    report::{self, Unanswered},
    samples::{acme, behind, fails, fault, inputs, unit, waived},
};
use launchcheck_checks::vocab::{
    Cause, Cell, Evidence, Exhibit, ExhibitBody, Fix, Shown, TargetId, TargetKind, Targets,
};

fn built(units: Vec<Unit>) -> Report {
    report::build(inputs(units, &Targets::default()))
}

fn sample() -> Report {
    let targets = Targets::default();
    let mut given = inputs(acme(), &targets);
    given.exhibits = vec![
        (
            TargetId::new(TargetKind::Mail, "acme.test"),
            Exhibit {
                id: "spf-tree",
                title: "What the SPF record asks for".into(),
                body: ExhibitBody::Tree(vec![(0, "acme.test".into()), (1, "include:_spf.mail.example".into())]),
            },
        ),
        (
            TargetId::new(TargetKind::Site, "acme.test"),
            Exhibit {
                id: "redirect-matrix",
                title: "Redirects".into(),
                body: ExhibitBody::Table {
                    columns: vec!["from", "hops", "https", "note"],
                    rows: vec![vec![
                        Cell::Text("http://acme.test/".into()),
                        Cell::Number(2),
                        Cell::Flag(true),
                        Cell::Empty,
                    ]],
                },
            },
        ),
    ];
    report::build(given)
}

fn at(width: usize) -> RenderOptions {
    RenderOptions { width, ..RenderOptions::default() }
}

#[test]
fn the_whole_report() {
    insta::assert_snapshot!("whole", render(&sample(), &at(100)));
}

#[test]
fn the_whole_report_in_colour() {
    insta::assert_snapshot!("colour", render(&sample(), &RenderOptions { colour: true, ..at(100) }));
}

#[test]
fn the_whole_report_on_a_narrow_terminal() {
    let text = render(&sample(), &at(60));
    insta::assert_snapshot!("narrow", text);
}

#[test]
fn the_whole_report_in_ascii() {
    let text = render(&sample(), &RenderOptions { unicode: false, ..at(100) });
    assert!(text.is_ascii());
    insta::assert_snapshot!("ascii", text);
}

#[test]
fn the_whole_report_with_everything() {
    let options = RenderOptions { detail: Verbosity::Debug, ..at(100) };
    insta::assert_snapshot!("log", render(&sample(), &options));
}

#[test]
fn quiet_is_the_last_block() {
    let whole = render(&sample(), &at(100));
    let quiet = render(&sample(), &RenderOptions { detail: Verbosity::Quiet, ..at(100) });
    assert!(whole.ends_with(&quiet));
    assert!(quiet.starts_with("NO-GO") && quiet.lines().count() == 3, "{quiet}");
}

#[test]
fn all_green_is_three_lines() {
    let units = vec![
        unit("email.spf-missing", Severity::High, Outcome::Pass),
        unit("webhook.route-missing", Severity::Blocker, Outcome::Pass),
        unit("env.unused", Severity::Low, Outcome::NotApplicable("no such file".into())),
        unit("tls.expired", Severity::Blocker, Outcome::Pass),
        unit("web.unreachable", Severity::Blocker, Outcome::Pass),
    ];
    let text = render(&built(units), &at(100));
    assert_eq!(text.lines().count(), 3, "{text}");
    insta::assert_snapshot!("green", text);
}

#[test]
fn an_outage_is_one_line_a_cause() {
    let mut units: Vec<_> =
        (0..9).map(|i| unit(&format!("email.r{i}"), Severity::High, Outcome::unknown(vec![Cause::Timeout]))).collect();
    let www = TargetId::new(TargetKind::Host, "www.acme.test");
    units.extend((0..3).map(|i| unit(&format!("tls.r{i}"), Severity::High, behind("tls.unreachable", www.clone()))));
    units.push(unit("web.a", Severity::Blocker, Outcome::Pass));
    let targets = Targets::default();
    let mut given = inputs(units, &targets);
    given.run.unanswered = vec![Unanswered { place: "resolver 192.0.2.1:53".into(), cause: Cause::Timeout, count: 12 }];
    insta::assert_snapshot!("outage", render(&report::build(given), &at(100)));
}

#[test]
fn an_accepted_blocker_is_shown_beside_go() {
    let mut accepted = unit("web.x", Severity::Blocker, Outcome::Waived);
    accepted.waived.push(waived("/admin"));
    let units = vec![
        accepted,
        unit("web.y", Severity::Low, Outcome::Pass),
        unit("tls.a", Severity::Low, Outcome::Skipped(Skip::Offline)),
    ];
    insta::assert_snapshot!("accepted", render(&built(units), &at(100)));
}

#[test]
fn what_is_hidden_is_counted() {
    let options = RenderOptions { min_severity: Severity::High, ..at(100) };
    let text = render(&sample(), &options);
    assert!(!text.contains("MEDIUM") && !text.contains("OLD_ANALYTICS_ID"), "{text}");
    assert!(text.contains("3 findings below --min-severity high are not shown"), "{text}");
}

#[test]
fn nothing_from_outside_moves_the_cursor_or_forges_a_line() {
    let hostile = "\x1b[2J\x1b]0;owned\x07\r\nNO-GO\u{202e}gnp.exe\u{9b}31m";
    let fault = |fix| {
        fault(hostile)
            .titled(hostile)
            .and_saw(Evidence::Text(Shown::wire(hostile.as_bytes())))
            .and_saw(Evidence::Dns { name: hostile.into(), kind: "TXT".into(), answer: vec![hostile.into()] })
            .and_saw(fix)
    };
    let mut units = vec![
        unit("web.a", Severity::Blocker, fails(vec![fault("x")])),
        unit("web.b", Severity::Low, Outcome::unknown(vec![Cause::Wall(hostile.into())])),
        unit("web.c", Severity::Low, Outcome::NotApplicable(hostile.into())),
    ];
    units[0].target.name = hostile.to_owned();
    let Outcome::Fail(faults) = &mut units[0].outcome else { unreachable!() };
    faults[0].fix = Fix::Code { place: hostile.into(), lines: vec![hostile.into()] };
    let targets = Targets::default();
    let mut given = inputs(units, &targets);
    given.label = hostile.into();
    given.run.notes = vec![hostile.into()];
    let report = report::build(given);
    for detail in [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose, Verbosity::Debug] {
        let text = render(&report, &RenderOptions { detail, ..at(100) });
        assert!(text.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')), "{text:?}");
        assert!(!text.lines().skip(1).any(|l| l.starts_with("NO-GO\u{20}gnp")), "{text}");
    }
    let json = crate::render::json::render(&report);
    assert!(json.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')));
    assert!(!json.contains("\\u001b") && !json.contains("\\u0007"));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let plain = render(&sample(), &at(100));
    let colour = render(&sample(), &RenderOptions { colour: true, ..at(100) });
    let mut stripped = String::new();
    let mut rest = colour.as_str();
    while let Some((before, after)) = rest.split_once("\x1b[") {
        stripped.push_str(before);
        rest = after.split_once('m').map_or("", |(_, r)| r);
    }
    stripped.push_str(rest);
    let lines = |s: &str| s.lines().map(|l| l.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&stripped), lines(&plain));
}

#[test]
fn no_line_is_wider_than_the_page_but_what_is_to_be_pasted() {
    use unicode_width::UnicodeWidthStr;
    for width in [60, 80, 100, 120] {
        for line in render(&sample(), &at(width)).lines() {
            let pasted = line.starts_with("            ") || line.contains("launchcheck audit");
            assert!(pasted || line.width() <= width, "{width}: {line}");
        }
    }
}
