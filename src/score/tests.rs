use super::*;
use crate::{
    outcome::Skip,
    samples::{behind, fails, fault, leak, rule, unit, unit_of, waived},
};
use launchcheck_checks::vocab::{Cause, Rule, TargetId, TargetKind};

fn unknown() -> Outcome {
    Outcome::unknown(vec![Cause::Timeout])
}
fn held(units: &[Unit]) -> (u8, u8) {
    let held = score(units).held.expect("something is judged");
    (held.value, held.ceiling)
}

#[test]
fn a_full_house_is_100_and_one_unknown_low_is_not() {
    use Severity::{Blocker, Low};
    let mut units: Vec<_> = ["email.a", "tls.a", "web.a", "webhook.a", "env.a", "code.a", "billing.a", "custom.a"]
        .map(|id| unit(id, Blocker, Outcome::Pass))
        .into();
    assert_eq!(held(&units), (100, 100));
    units.push(unit("email.b", Low, unknown()));
    assert_eq!(held(&units), (99, 100));
}

#[test]
fn a_unit_earns_its_weight_less_its_worst_fault() {
    use Severity::{Blocker, High, Low, Medium};
    let lowered = |s| fails(vec![fault("a").lowered(s)]);
    for (outcome, earned) in [
        (Outcome::Pass, 20),
        (lowered(Low), 19),
        (lowered(Medium), 16),
        (lowered(High), 10),
        (fails(vec![fault("a").lowered(Low), fault("b").lowered(Medium), fault("c").lowered(Low)]), 16),
        (fails(vec![fault("")]), 0),
        (unknown(), 0),
    ] {
        let got = score(&[unit("web.a", Blocker, outcome)]).raw.expect("judged");
        assert_eq!(got.value, earned * 5);
    }
}

#[test]
fn categories_are_weighed_and_scaled_to_those_that_count() {
    use Severity::High;
    // Email 20 whole, web 15 empty: 20 / 35.
    let units = [unit("email.a", High, Outcome::Pass), unit("web.a", High, fails(vec![fault("")]))];
    assert_eq!(score(&units).raw, Some(Range { value: 57, ceiling: 57 }));
    // dns shares the weight of email, and crm and support that of billing.
    let units = [unit("dns.a", High, Outcome::Pass), unit("email.a", High, fails(vec![fault("")]))];
    assert_eq!(score(&units).raw, Some(Range { value: 50, ceiling: 50 }));
    assert_eq!(Category::of(Family::Support), Category::Billing);
}

#[test]
fn what_was_not_judged_leaves_the_count() {
    use Severity::{Blocker, High};
    let mut accepted = unit("email.c", Blocker, Outcome::Waived);
    accepted.waived.push(waived(""));
    let units = [
        unit("email.a", High, Outcome::Pass),
        unit("email.b", Blocker, Outcome::NotApplicable("no mail".into())),
        accepted,
        unit("tls.a", Blocker, Outcome::Skipped(Skip::Offline)),
    ];
    let s = score(&units);
    assert_eq!(s.held, Some(Range { value: 100, ceiling: 100 }));
    assert_eq!(s.categories[0].units, Tally { passed: 1, not_applicable: 1, waived: 1, ..Tally::default() });
    assert_eq!(s.categories[1].score, None);
    assert_eq!(score(&[unit("tls.a", Blocker, Outcome::Skipped(Skip::Offline))]).held, None);
}

#[test]
fn open_findings_hold_both_numbers() {
    use Severity::{Blocker, High, Medium};
    let many = |s| {
        let mut units: Vec<_> = (0..20).map(|i| unit(&format!("web.p{i}"), Blocker, Outcome::Pass)).collect();
        units.push(unit("web.x", s, fails(vec![fault("")])));
        units.push(unit("web.y", Medium, unknown()));
        units
    };
    let blocker = score(&many(Blocker));
    assert_eq!(blocker.held, Some(Range { value: 49, ceiling: 49 }));
    assert_eq!(blocker.raw, Some(Range { value: 94, ceiling: 95 }));
    assert_eq!(blocker.capped_by, Some(Cap { by: Blocker, at: 49, open: true }));
    let high = score(&many(High));
    assert_eq!(
        (high.held, high.capped_by.map(|c| c.word())),
        (Some(Range { value: 79, ceiling: 79 }), Some("high".into()))
    );
    assert_eq!(score(&many(Medium)).capped_by, None);
    // A score that is below its cap anyway is not held by it.
    assert_eq!(score(&[unit("web.x", Blocker, fails(vec![fault("")]))]).capped_by, None);
}

#[test]
fn an_outage_that_hides_a_blocker_does_not_lift_the_cap() {
    use Severity::Blocker;
    let with = |outcome| {
        let mut units: Vec<_> = (0..20).map(|i| unit(&format!("web.p{i}"), Blocker, Outcome::Pass)).collect();
        units.push(unit("web.x", Blocker, outcome));
        units
    };
    assert_eq!(held(&with(fails(vec![fault("")]))), (49, 49));
    assert_eq!(held(&with(unknown())), (49, 100));
    assert_eq!(score(&with(unknown())).capped_by.map(|c| c.word()).as_deref(), Some("unknown-blocker"));
    // Behind another finding it is explained, and that one holds the score.
    let host = TargetId::new(TargetKind::Host, "acme.test");
    assert_eq!(held(&with(behind("tls.unreachable", host))), (95, 100));
}

#[test]
fn a_preview_rule_weighs_nothing_and_holds_nothing() {
    let preview = leak(Rule { lifecycle: Lifecycle::Preview, ..rule("web.new", Severity::Blocker) });
    let units = [unit("web.a", Severity::Low, Outcome::Pass), unit_of(preview, fails(vec![fault("")]))];
    assert_eq!(held(&units), (100, 100));
}

#[test]
fn the_config_family_weighs_nothing_and_caps() {
    let units = [
        unit("web.a", Severity::Low, Outcome::Pass),
        unit("config.waiver-expired", Severity::High, fails(vec![fault("")])),
    ];
    let s = score(&units);
    assert_eq!(s.raw, Some(Range { value: 100, ceiling: 100 }));
    assert_eq!(s.held, Some(Range { value: 79, ceiling: 79 }));
    assert_eq!(s.categories[8].score, None);
}

/// A small generator, so that the loops below see the same worlds on every machine.
struct Dice(u64);
impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
    fn severity(&mut self) -> Severity {
        Severity::ALL[usize::try_from(self.roll(5)).unwrap_or_default()]
    }
    fn world(&mut self, rules: &[&'static Rule]) -> Vec<Unit> {
        rules
            .iter()
            .map(|rule| {
                let outcome = match self.roll(7) {
                    0..=2 => Outcome::Pass,
                    3 => Outcome::NotApplicable("nothing there".into()),
                    4 => unknown(),
                    _ => {
                        let lower = self.severity();
                        fails(vec![fault("a").lowered(lower)])
                    }
                };
                unit_of(rule, outcome)
            })
            .collect()
    }
}

#[test]
fn no_outage_raises_a_score_and_no_value_passes_its_ceiling() {
    let mut dice = Dice(7);
    let families = ["email", "dns", "tls", "web", "webhook", "env", "billing", "config"];
    let rules: Vec<&'static Rule> =
        families.iter().flat_map(|f| Severity::ALL.map(|s| leak(rule(&format!("{f}.{}", s.word()), s)))).collect();
    for _ in 0..2_000 {
        let from = usize::try_from(dice.roll(30)).unwrap_or_default();
        let take = 1 + usize::try_from(dice.roll(10)).unwrap_or_default();
        let before = dice.world(&rules[from..(from + take)]);
        let fine = score(&before);
        for range in [fine.held, fine.raw].into_iter().flatten() {
            assert!(range.value <= range.ceiling, "{fine:?}");
        }
        for category in fine.categories.iter().filter_map(|c| c.score) {
            assert!(category.value <= category.ceiling && category.ceiling <= 100);
        }
        let mut after = before.clone();
        for unit in &mut after {
            if dice.roll(3) == 0 {
                unit.outcome = unknown();
            }
        }
        let dark = score(&after);
        if let (Some(fine), Some(dark)) = (fine.held, dark.held) {
            assert!(dark.value <= fine.value, "{fine:?} became {dark:?}\n{before:#?}\n{after:#?}");
        }
    }
}

#[test]
fn the_explanation_comes_from_the_table() {
    let text = explain();
    for (category, weight, _) in POLICY.categories {
        assert!(
            text.lines().any(|l| l.trim().starts_with(category.word()) && l.contains(&weight.to_string())),
            "{text}"
        );
    }
    assert!(
        text.contains("blocker 20, high 10, medium 4, low 1, info 0") && text.contains("49") && text.contains("79")
    );
}
