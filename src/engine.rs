//! Judging: every unit (a rule on a target) comes to an outcome. The engine plans, evaluates,
//! lets faults give way to more specific ones, and waives; only it can say "unknown", "skipped" or
//! "waived".

use crate::{
    config::{Config, Waiver},
    events::{Event, Listener},
    gather::Gather,
    outcome::{Behind, Outcome, Skip, Unit, WaivedFault},
    settings::Settings,
};
use jiff::civil::Date;
use launchcheck_checks::{
    code::facts::Ignore,
    dns::existence::{self, Came, Front},
    facts::{FactKind, Facts},
    vocab::{
        Eval, Evidence, Family, Fault, Fix, Intent, Missing, Pick, Rule, Severity, Shown, TargetId, TargetKind,
        Targets, Verdict, View,
    },
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Why a rule on a target is not judged, where the user's own flags say so.
fn skipped(rule: &Rule, target: &TargetId, settings: &Settings) -> Option<Skip> {
    let asked = settings.only.is_empty() || picked(&settings.only, rule, target);
    if !asked || picks_any(&settings.skip, rule, target) {
        return Some(Skip::Asked);
    }
    match rule.intent {
        Intent::Active if !settings.active => return Some(Skip::NeedsActive),
        Intent::Events if settings.exercise.is_none() => return Some(Skip::NeedsEvents),
        _ => {}
    }
    (settings.offline && rule.facts().any(FactKind::needs_network)).then_some(Skip::Offline)
}

fn matches(pick: &Pick, rule: &Rule, target: &TargetId) -> bool {
    match pick {
        Pick::Family(f) => rule.family() == *f,
        Pick::Rule(r) => rule.id == *r,
        Pick::Target(t) => target == t,
    }
}
/// `--skip`: any pick that matches leaves the unit out.
fn picks_any(picks: &[Pick], rule: &Rule, target: &TargetId) -> bool {
    picks.iter().any(|p| matches(p, rule, target))
}
/// `--only`: within a class (families, rules, targets) any pick will do; every class that is named
/// must agree. A family and a rule id widen each other, since both name rules.
fn picked(picks: &[Pick], rule: &Rule, target: &TargetId) -> bool {
    let names_target = |p: &&Pick| matches!(p, Pick::Target(_));
    let (targets, rules): (Vec<&Pick>, Vec<&Pick>) = picks.iter().partition(names_target);
    let agrees = |class: &[&Pick]| class.is_empty() || class.iter().any(|p| matches(p, rule, target));
    agrees(&targets) && agrees(&rules)
}

/// Every unit of the run, those that are skipped with their reason.
#[must_use]
pub fn plan(targets: &Targets, settings: &Settings) -> Vec<(&'static Rule, TargetId, Option<Skip>)> {
    launchcheck_checks::rules()
        .flat_map(|rule| targets.of(rule.on).map(move |t| (rule, t.clone())))
        .map(|(rule, target)| {
            let skip = skipped(rule, &target, settings);
            (rule, target, skip)
        })
        .collect()
}

/// Gathers what the planned units want, judges them, and returns every outcome with the facts.
pub async fn run(gather: &Arc<Gather>, today: Date, listener: &dyn Listener) -> (Vec<Unit>, Facts) {
    let context = &gather.context;
    let (targets, settings) = (&context.survey.targets, &context.settings);
    let planned = plan(targets, settings);
    let totals: Vec<(Family, usize)> = Family::ALL
        .into_iter()
        .map(|f| (f, planned.iter().filter(|(r, _, skip)| r.family() == f && skip.is_none()).count()))
        .filter(|(_, n)| *n > 0)
        .collect();
    listener.on(Event::Planned { totals: &totals });
    let open: Vec<&(&'static Rule, TargetId, Option<Skip>)> = planned.iter().filter(|(_, _, s)| s.is_none()).collect();
    let waiting = Waiting::new(&open);
    gather
        .make(
            &open,
            |(rule, target, _)| (rule.facts().collect(), target.clone()),
            |(rule, target, _)| {
                let family = rule.family();
                listener.on(Event::Settled { family });
                if let Some(what) = waiting.without(family, target) {
                    listener.on(Event::Waiting { family, what: &what });
                }
            },
        )
        .await;
    let facts = gather.facts();
    let units = judge(planned, targets, &facts, &context.survey.config, today);
    for unit in &units {
        listener.on(Event::Judged { unit });
    }
    listener.on(Event::Finished);
    (units, facts)
}

/// The units that are not settled yet, counted by family and target.
struct Waiting(Mutex<BTreeMap<Family, BTreeMap<TargetId, usize>>>);
impl Waiting {
    fn new(open: &[&(&'static Rule, TargetId, Option<Skip>)]) -> Self {
        let mut all: BTreeMap<Family, BTreeMap<TargetId, usize>> = BTreeMap::new();
        for (rule, target, _) in open {
            *all.entry(rule.family()).or_default().entry(target.clone()).or_default() += 1;
        }
        Self(Mutex::new(all))
    }
    /// Takes one unit out; what its family waits for now, in the words of a person.
    fn without(&self, family: Family, target: &TargetId) -> Option<Shown> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let targets = all.get_mut(&family)?;
        if let Some(count) = targets.get_mut(target) {
            *count -= 1;
            if *count == 0 {
                targets.remove(target);
            }
        }
        targets.keys().next().map(|t| t.name.as_str().into())
    }
}

/// Judges planned units from facts: evaluate, yield, waive. Pure.
#[must_use]
pub fn judge(
    planned: Vec<(&'static Rule, TargetId, Option<Skip>)>,
    targets: &Targets,
    facts: &Facts,
    config: &Config,
    today: Date,
) -> Vec<Unit> {
    let mut units: Vec<Unit> = planned
        .into_iter()
        .map(|(rule, target, skip)| {
            let outcome = match skip {
                Some(skip) => Outcome::Skipped(skip),
                None => evaluate(rule, &target, targets, facts),
            };
            Unit::new(rule, target, outcome)
        })
        .collect();
    stand_behind(&mut units, targets);
    give_way(&mut units, targets);
    accept_remarked(&mut units, facts);
    waive(&mut units, config, today);
    units
}

/// Applies the remarks in the source: `// launchcheck-ignore rule: reason` on the line of a finding or
/// on the one above it. One without a reason covers nothing, and none covers a blocker.
fn accept_remarked(units: &mut [Unit], facts: &Facts) {
    let remarks: Vec<&Ignore> =
        facts.code_index.values().filter_map(|i| i.as_ref().as_ref().ok()).flat_map(|i| &i.tree.ignores).collect();
    if remarks.is_empty() {
        return;
    }
    for unit in units.iter_mut() {
        let Outcome::Fail(faults) = &mut unit.outcome else { continue };
        let covers = |fault: &Fault| {
            let blocker = crate::outcome::effective(unit.rule, fault) == Severity::Blocker;
            let at = fault.at.as_ref().filter(|_| !blocker)?;
            remarks.iter().find(|r| {
                let near = r.at.line == at.line || r.at.line + 1 == at.line;
                r.rule == unit.rule.id && !r.reason.is_empty() && r.at.file == at.file && near
            })
        };
        let (mut open, mut accepted) = (Vec::new(), Vec::new());
        for fault in std::mem::take(faults) {
            match covers(&fault) {
                Some(r) => accepted.push(WaivedFault {
                    reason: format!("{} ({}:{})", r.reason, r.at.file, r.at.line).into(),
                    fault,
                    // A remark goes with the line that it stands by.
                    expires: Date::MAX,
                    accept_blocker: false,
                }),
                None => open.push(fault),
            }
        }
        unit.outcome = if open.is_empty() { Outcome::Waived } else { Outcome::Fail(open) };
        unit.waived.extend(accepted);
    }
}

/// What one rule says on one target.
#[must_use]
pub fn evaluate(rule: &Rule, at: &TargetId, targets: &Targets, facts: &Facts) -> Outcome {
    let view = View::new(at, targets, facts);
    let said = match &rule.eval {
        Eval::Code(f) => f(&view),
        Eval::Declared(f) => f(&view),
        // Settled when waivers are applied.
        Eval::Engine => return Outcome::Pass,
    };
    let (seen, unseen) = view.close();
    let wants_facts = rule.facts().next().is_some();
    match said {
        Ok(Verdict::Fail(faults)) if !faults.is_empty() => Outcome::Fail(faults),
        Ok(_) if !unseen.is_empty() => Outcome::unknown(distinct(unseen)),
        Ok(Verdict::NotApplicable(why)) => Outcome::NotApplicable(why),
        Ok(Verdict::Pass | Verdict::Fail(_)) if seen == 0 && wants_facts => {
            Outcome::NotApplicable("nothing of the kind is configured".into())
        }
        Ok(Verdict::Pass | Verdict::Fail(_)) => Outcome::Pass,
        Err(Missing::Unknown(cause)) => Outcome::unknown(vec![cause]),
        Err(Missing::NotConfigured(what)) => not_configured(what),
    }
}

/// A missing declaration of the user's is "skipped" where declaring it would make the rule run, so
/// that the report can say what to declare; otherwise there is nothing to judge.
fn not_configured(what: &'static str) -> Outcome {
    if what.starts_with("no production source") || what.starts_with("not sent") {
        Outcome::Skipped(Skip::NotConfigured(what.into()))
    } else {
        Outcome::NotApplicable(what.into())
    }
}

fn distinct<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list.dedup();
    list
}

/// Puts behind a fault of the zone what it explains: where resolvers refuse all of it, or where it does
/// not exist, nothing else is told apart.
fn stand_behind(units: &mut [Unit], targets: &Targets) {
    let failed = |id: &str| {
        let of = units.iter().filter(move |u| u.rule.id == id);
        of.filter_map(|u| match &u.outcome {
            Outcome::Fail(faults) => Some((u.rule, u.target.clone(), faults.clone())),
            _ => None,
        })
        .collect::<Vec<_>>()
    };
    let mut fronts = Vec::new();
    for rule in launchcheck_checks::rules().filter(|r| existence::is_front(r)) {
        for (rule, zone, faults) in failed(&rule.id) {
            for fault in faults {
                // It may itself give way to what knows more.
                let knows = |(_, t, others): &(_, TargetId, Vec<Fault>)| {
                    targets.are_linked(&zone, t) && others.iter().any(|o| o.subject == fault.subject)
                };
                let better = rule.yields_to.iter().flat_map(|id| failed(id)).find(knows);
                let (named, target) = better.map_or((rule, zone.clone()), |(r, t, _)| (r, t));
                fronts.push((rule, zone.clone(), fault, Behind { rule: named.id.clone(), target }));
            }
        }
    }
    for unit in units {
        let verdict;
        let came = match &unit.outcome {
            Outcome::Unknown { causes, behind } if behind.is_empty() => Came::Unknown(causes),
            Outcome::Pass => Came::Judged(&Verdict::Pass),
            Outcome::Fail(faults) => {
                verdict = Verdict::Fail(faults.clone());
                Came::Judged(&verdict)
            }
            _ => continue,
        };
        let explains = |(rule, zone, fault, behind): &(&Rule, TargetId, Fault, Behind)| {
            let front = Front { rule, zone, fault };
            let itself = unit.rule.id == behind.rule && unit.target == behind.target;
            (!itself && front.explains(unit.rule, &unit.target, came, targets)).then(|| behind.clone())
        };
        let behind: Vec<Behind> = fronts.iter().filter_map(explains).collect();
        if !behind.is_empty() {
            unit.outcome = Outcome::Unknown { causes: Vec::new(), behind: distinct(behind) };
        }
    }
}

/// Lets faults give way: where a rule named in `yields_to` fails on the target or a linked one,
/// the faults about the same subject (or all, where neither side has subjects) are explained by
/// it. A unit with no fault left is unknown, behind the other: the score cannot rise by it.
fn give_way(units: &mut [Unit], targets: &Targets) {
    // What failed is read from the first evaluation: a rule that itself gave way still explains.
    let mut failed: BTreeMap<&str, Vec<(TargetId, Vec<Fault>)>> = BTreeMap::new();
    for unit in units.iter() {
        if let Outcome::Fail(faults) = &unit.outcome {
            failed.entry(unit.rule.id.as_ref()).or_default().push((unit.target.clone(), faults.clone()));
        }
    }
    for unit in units.iter_mut() {
        let Outcome::Fail(faults) = &mut unit.outcome else { continue };
        let mut behind = Vec::new();
        for specific in unit.rule.yields_to {
            for (target, others) in failed.get(specific).into_iter().flatten() {
                if !targets.are_linked(&unit.target, target) {
                    continue;
                }
                let before = faults.len();
                faults.retain(|f| !others.iter().any(|o| o.subject == f.subject));
                if faults.len() < before {
                    behind.push(Behind { rule: (*specific).into(), target: target.clone() });
                }
            }
        }
        if faults.is_empty() {
            unit.outcome = Outcome::Unknown { causes: Vec::new(), behind: distinct(behind) };
        }
    }
}

fn covers(waiver: &Waiver, rule: &Rule, target: &TargetId, fault: &Fault) -> bool {
    rule.id == *waiver.rule.as_str()
        && waiver.target.as_ref().is_none_or(|t| **t == *target)
        && waiver.subject.as_ref().is_none_or(|s| s.as_str() == fault.subject.as_str())
}

/// Applies the waivers whose date has not passed, and judges the waivers themselves.
fn waive(units: &mut [Unit], config: &Config, today: Date) {
    let mut used = vec![false; config.waivers.len()];
    // A waiver is only called unused where something it could cover was judged.
    let mut judged = vec![false; config.waivers.len()];
    // A blocker is only waived where the waiver says that it accepts one.
    let mut refused = vec![false; config.waivers.len()];
    for unit in units.iter_mut() {
        for (i, waiver) in config.waivers.iter().enumerate() {
            let about =
                unit.rule.id == *waiver.rule.as_str() && waiver.target.as_ref().is_none_or(|t| **t == unit.target);
            judged[i] |= about && !matches!(unit.outcome, Outcome::Skipped(_) | Outcome::Unknown { .. });
        }
        let Outcome::Fail(faults) = &mut unit.outcome else { continue };
        let mut open = Vec::new();
        for fault in std::mem::take(faults) {
            let severity = crate::outcome::effective(unit.rule, &fault);
            let blocker = severity == Severity::Blocker;
            let (accepting, silent): (Vec<_>, Vec<_>) = (config.waivers.iter().enumerate())
                .filter(|(_, w)| covers(w, unit.rule, &unit.target, &fault))
                .partition(|(_, w)| !blocker || w.accept_blocker);
            for (i, _) in silent {
                refused[i] = true;
            }
            // One that still counts goes before one whose date has passed.
            let hit = accepting.iter().find(|(_, w)| *w.expires >= today).or(accepting.first()).copied();
            match hit {
                Some((i, w)) => {
                    used[i] = true;
                    if *w.expires < today {
                        open.push(fault);
                    } else {
                        unit.waived.push(WaivedFault {
                            fault,
                            reason: w.reason.as_str().into(),
                            expires: *w.expires,
                            accept_blocker: w.accept_blocker,
                        });
                    }
                }
                None => open.push(fault),
            }
        }
        unit.outcome = if open.is_empty() { Outcome::Waived } else { Outcome::Fail(open) };
    }
    let list: Vec<(usize, &Waiver)> = config.waivers.iter().enumerate().map(|(i, w)| (i, &**w)).collect();
    let fault = |i: usize, w: &Waiver, saw: String, fix: Fix| {
        let mut subject = w.rule.to_string();
        if let Some(t) = &w.target {
            subject = format!("{subject} on {}", **t);
        }
        if let Some(s) = &w.subject {
            subject = format!("{subject} ({})", s.as_str());
        }
        let mut fault = Fault::new(subject, Evidence::Text(saw.into()), fix);
        fault.at = config.place(&config.waivers[i]);
        fault
    };
    let expired: Vec<Fault> = list
        .iter()
        .filter(|(_, w)| *w.expires < today)
        .map(|(i, w)| {
            let saw = format!("expired on {}: \"{}\"", *w.expires, w.reason.as_str());
            fault(
                *i,
                w,
                saw,
                Fix::step("Mend what it covers and delete the [[waiver]] table, or set a new date in expires."),
            )
        })
        .collect();
    let unused: Vec<Fault> = list
        .iter()
        .filter(|(i, w)| *w.expires >= today && judged[*i] && !used[*i])
        .map(|(i, w)| {
            if refused[*i] {
                let saw = format!("{} is a blocker here, and the waiver does not accept one", w.rule.as_str());
                let fix =
                    Fix::step("Mend the blocker; or, to launch with it, add accept-blocker = true to the [[waiver]].");
                return fault(*i, w, saw, fix).titled("A waiver does not cover the blocker that it names");
            }
            let saw = format!("no finding of {} matches it", w.rule.as_str());
            fault(*i, w, saw, Fix::step("Delete the [[waiver]] table."))
        })
        .collect();
    for unit in units.iter_mut().filter(|u| matches!(u.rule.eval, Eval::Engine) && u.outcome == Outcome::Pass) {
        debug_assert_eq!(unit.target.kind, TargetKind::Run);
        let faults = if unit.rule.id == "config.waiver-expired" { &expired } else { &unused };
        unit.outcome = match faults.as_slice() {
            [] if config.waivers.is_empty() => Outcome::NotApplicable("the configuration has no waivers".into()),
            [] => Outcome::Pass,
            faults => Outcome::Fail(faults.to_vec()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use launchcheck_checks::vocab::{Cause, Lifecycle, Origin, Severity, Text};
    use std::borrow::Cow;

    type Say = fn() -> Result<Verdict, Missing>;

    fn rule(id: &'static str, severity: Severity, yields_to: &'static [&'static str], say: Say) -> &'static Rule {
        Box::leak(Box::new(Rule {
            id: Text::Borrowed(id),
            module: "",
            docs: Cow::Borrowed(&[]),
            fails: "fails".into(),
            holds: "holds".into(),
            severity,
            on: TargetKind::Host,
            intent: Intent::Passive,
            stage: None,
            yields_to,
            since: "0.1.0",
            lifecycle: Lifecycle::Stable,
            wants: Cow::Borrowed(&[]),
            eval: Eval::Declared(Box::new(move |_| say())),
        }))
    }
    fn engine_rule(id: &str) -> (&'static Rule, TargetId, Option<Skip>) {
        (launchcheck_checks::rule(id).unwrap(), TargetId::new(TargetKind::Run, "run"), None)
    }
    fn host(name: &str) -> TargetId {
        TargetId::new(TargetKind::Host, name)
    }
    fn fault(subject: &str) -> Fault {
        Fault::new(subject, "seen", Fix::step("mend"))
    }
    fn config(toml: &str) -> Config {
        toml::from_str(toml).unwrap()
    }
    fn today() -> Date {
        jiff::civil::date(2026, 11, 21)
    }
    fn judged(rules: Vec<(&'static Rule, TargetId)>, targets: &Targets, toml: &str) -> Vec<Unit> {
        let mut planned: Vec<_> = rules.into_iter().map(|(r, t)| (r, t, None)).collect();
        planned.extend([engine_rule("config.waiver-expired"), engine_rule("config.waiver-unused")]);
        judge(planned, targets, &Facts::default(), &config(toml), today())
    }
    fn find<'a>(units: &'a [Unit], id: &str) -> &'a Outcome {
        &units.iter().find(|u| u.rule.id == id).unwrap().outcome
    }

    #[test]
    fn ignorance_is_never_a_pass() {
        let lost = rule("tls.lost", Severity::High, &[], || Err(Missing::Unknown(Cause::Timeout)));
        let units = judged(vec![(lost, host("a.test"))], &Targets::default(), "");
        assert_eq!(find(&units, "tls.lost"), &Outcome::unknown(vec![Cause::Timeout]));
        let absent = rule("tls.absent", Severity::High, &[], || {
            Err(Missing::NotConfigured("no production source; name one with [[app]] production or --env-file"))
        });
        let units = judged(vec![(absent, host("a.test"))], &Targets::default(), "");
        assert!(matches!(find(&units, "tls.absent"), Outcome::Skipped(Skip::NotConfigured(_))));
    }

    #[test]
    fn one_cause_is_one_finding() {
        let specific = rule("tls.specific", Severity::Blocker, &[], || Ok(fault("a").into()));
        let general =
            rule("tls.general", Severity::High, &["tls.specific"], || Ok(vec![fault("a"), fault("b")].into()));
        let behind = rule("tls.behind", Severity::High, &["tls.specific"], || Ok(fault("a").into()));
        let (one, two) = (host("one.test"), host("two.test"));
        let mut targets = Targets::default();
        targets.add(one.clone(), Origin::CommandLine);
        targets.add(two.clone(), Origin::CommandLine);
        targets.link(&one, &two);
        let units = judged(vec![(specific, one.clone()), (general, two.clone()), (behind, two.clone())], &targets, "");
        // The fault about another subject stands, the explained one gives way.
        assert_eq!(find(&units, "tls.general"), &Outcome::Fail(vec![fault("b")]));
        let Outcome::Unknown { causes, behind } = find(&units, "tls.behind") else { panic!() };
        assert!(causes.is_empty());
        assert_eq!(behind, &[Behind { rule: "tls.specific".into(), target: one.clone() }]);
        // Without a link there is no explanation.
        let apart = judged(vec![(specific, one), (general, two)], &Targets::default(), "");
        assert_eq!(find(&apart, "tls.general"), &Outcome::Fail(vec![fault("a"), fault("b")]));
    }

    #[test]
    fn waivers_cover_until_their_date_and_are_judged_themselves() {
        let bad: fn() -> &'static Rule =
            || rule("tls.bad", Severity::High, &[], || Ok(vec![fault("a"), fault("b")].into()));
        let waiver = |extra: &str, expires: &str| {
            format!("[[waiver]]\nrule = \"tls.bad\"\nreason = \"moving\"\nexpires = \"{expires}\"\n{extra}\n")
        };
        let all = judged(vec![(bad(), host("a.test"))], &Targets::default(), &waiver("", "2026-11-21"));
        assert_eq!(find(&all, "tls.bad"), &Outcome::Waived);
        assert_eq!(all[0].waived.len(), 2);
        assert_eq!(find(&all, "config.waiver-unused"), &Outcome::Pass);

        let one = judged(vec![(bad(), host("a.test"))], &Targets::default(), &waiver("subject = \"a\"", "2026-12-01"));
        assert_eq!(find(&one, "tls.bad"), &Outcome::Fail(vec![fault("b")]));
        assert_eq!(one[0].waived.len(), 1);

        let late = judged(vec![(bad(), host("a.test"))], &Targets::default(), &waiver("", "2026-11-20"));
        assert_eq!(late[0].open().len(), 2);
        assert!(matches!(find(&late, "config.waiver-expired"), Outcome::Fail(f) if f.len() == 1));

        let both = format!("{}{}", waiver("", "2026-11-20"), waiver("", "2026-12-01"));
        let renewed = judged(vec![(bad(), host("a.test"))], &Targets::default(), &both);
        assert_eq!(find(&renewed, "tls.bad"), &Outcome::Waived, "the one that counts goes first");

        let worst = rule("tls.bad", Severity::Blocker, &[], || Ok(vec![fault("a")].into()));
        let silent = judged(vec![(worst, host("a.test"))], &Targets::default(), &waiver("", "2026-12-01"));
        assert_eq!(silent[0].open().len(), 1);
        assert!(
            matches!(find(&silent, "config.waiver-unused"), Outcome::Fail(f) if f[0].title.as_str().contains("blocker"))
        );
        let accepted =
            judged(vec![(worst, host("a.test"))], &Targets::default(), &waiver("accept-blocker = true", "2026-12-01"));
        assert_eq!(find(&accepted, "tls.bad"), &Outcome::Waived);

        let unused = judged(
            vec![(bad(), host("a.test"))],
            &Targets::default(),
            &waiver("target = \"host:a.test\"\nsubject = \"c\"", "2026-12-01"),
        );
        assert!(matches!(find(&unused, "config.waiver-unused"), Outcome::Fail(f) if f.len() == 1));
    }

    #[test]
    fn a_waiver_of_what_was_not_judged_is_not_called_unused() {
        let lost = rule("tls.bad", Severity::High, &[], || Err(Missing::Unknown(Cause::Timeout)));
        let toml = "[[waiver]]\nrule = \"tls.bad\"\nreason = \"r\"\nexpires = \"2026-12-01\"\n";
        let units = judged(vec![(lost, host("a.test"))], &Targets::default(), toml);
        assert_eq!(find(&units, "config.waiver-unused"), &Outcome::Pass);
    }

    #[test]
    fn a_blocker_is_waived_only_with_the_word() {
        let bad: fn() -> &'static Rule = || rule("tls.bad", Severity::Blocker, &[], || Ok(fault("").into()));
        let toml = "[[waiver]]\nrule = \"tls.bad\"\nreason = \"r\"\nexpires = \"2026-12-01\"\n";
        let without = judged(vec![(bad(), host("a.test"))], &Targets::default(), toml);
        assert!(matches!(find(&without, "tls.bad"), Outcome::Fail(_)));
        let with =
            judged(vec![(bad(), host("a.test"))], &Targets::default(), &format!("{toml}accept-blocker = true\n"));
        assert_eq!(find(&with, "tls.bad"), &Outcome::Waived);
    }

    #[test]
    fn picks_are_or_within_a_class_and_and_between() {
        let bad = rule("tls.bad", Severity::High, &[], || Ok(Verdict::Pass));
        let settings = |only: &[&str], skip: &[&str]| Settings {
            only: only.iter().map(|p| Pick::parse(p).unwrap()).collect(),
            skip: skip.iter().map(|p| Pick::parse(p).unwrap()).collect(),
            ..Settings::default()
        };
        let run = |only: &[&str], skip: &[&str]| skipped(bad, &host("a.test"), &settings(only, skip)).is_none();
        assert!(run(&[], &[]));
        assert!(run(&["tls"], &[]));
        assert!(run(&["email", "tls.bad"], &[]));
        assert!(run(&["tls", "host:a.test"], &[]));
        assert!(!run(&["tls", "host:b.test"], &[]));
        assert!(!run(&["email"], &[]));
        assert!(!run(&[], &["host:a.test"]));
        assert!(!run(&["tls"], &["tls.bad"]));
    }

    /// The examples of the family's own rules, in their small language.
    #[test]
    fn the_examples_of_the_config_rules_hold() {
        for id in ["config.waiver-expired", "config.waiver-unused"] {
            let docs = launchcheck_checks::rule(id).unwrap().docs.join("\n");
            for (kind, text) in launchcheck_checks::vocab::fences(&docs) {
                let (mut toml, mut day, mut units) = (String::new(), today(), Vec::new());
                for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
                    match line.split(' ').collect::<Vec<_>>().as_slice() {
                        ["today", d] => day = d.parse().unwrap(),
                        ["waiver", r, "expires", d] => {
                            let table = format!("[[waiver]]\nrule = \"{r}\"\nreason = \"r\"\nexpires = \"{d}\"\n");
                            toml.push_str(&table);
                            let never = rule("email.dmarc-missing", Severity::High, &[], || Ok(Verdict::Pass));
                            units.push((never, host("a.test"), None));
                        }
                        ["finding", _] => {
                            let bad = rule("email.dmarc-missing", Severity::High, &[], || Ok(fault("").into()));
                            units.push((bad, host("b.test"), None));
                        }
                        other => panic!("{other:?}"),
                    }
                }
                units.push(engine_rule(id));
                let units = judge(units, &Targets::default(), &Facts::default(), &config(&toml), day);
                let failed = matches!(find(&units, id), Outcome::Fail(_));
                assert_eq!(failed, kind == "fail", "{id}: {text}");
            }
        }
    }
}
