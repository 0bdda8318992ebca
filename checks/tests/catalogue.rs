//! The catalogue keeps its promises: every rule is documented, has a passing and a failing example
//! that really run, bears the name of its file, and yields only to rules at least as severe.

#![expect(clippy::disallowed_methods, reason = "the test reads the source folder to compare it with the catalogue")]

use launchcheck_checks::{
    facts::Facts,
    rule, rules,
    vocab::{Eval, Family, Missing, Rule, TargetId, Targets, Verdict, View, fences},
};
use std::{collections::BTreeSet, path::Path};

type Example = Result<(Targets, Facts, TargetId), String>;

fn example(family: Family, text: &str) -> Option<Example> {
    Some(match family {
        Family::Email => launchcheck_checks::email::example::facts(text),
        Family::Dns => launchcheck_checks::dns::example::facts(text),
        Family::Tls => launchcheck_checks::tls::example::facts(text),
        Family::Web => launchcheck_checks::web::example::facts(text),
        Family::Webhook => launchcheck_checks::webhook::example::facts(text),
        Family::Env => launchcheck_checks::env::example::facts(text),
        // Examples of what lies at rest are written as those of the environment.
        Family::Code
            if ["tracked ", "history ", "packages", "source "].iter().any(|h| text.trim_start().starts_with(h)) =>
        {
            launchcheck_checks::code::example::facts(text)
        }
        Family::Code => launchcheck_source::example::facts(text),
        Family::Billing => launchcheck_checks::billing::example::facts(text),
        Family::Custom => launchcheck_checks::custom::example::facts(text),
        // Judged by the engine, which runs these examples in its own tests.
        _ => return None,
    })
}

fn judge(rule: &Rule, targets: &Targets, facts: &Facts, at: &TargetId) -> Result<Verdict, String> {
    let view = View::new(at, targets, facts);
    let said = match &rule.eval {
        Eval::Code(f) => f(&view),
        Eval::Declared(f) => f(&view),
        Eval::Engine => return Err("judged by the engine".into()),
    };
    let (_, unseen) = view.close();
    match said {
        Ok(Verdict::Fail(faults)) => Ok(Verdict::Fail(faults)),
        Ok(_) if !unseen.is_empty() => Err(format!("unknown: {unseen:?}")),
        Ok(verdict) => Ok(verdict),
        Err(Missing::Unknown(cause)) => Err(format!("unknown: {cause}")),
        Err(Missing::NotConfigured(what)) => Err(format!("not configured: {what}")),
    }
}

#[test]
fn every_example_runs_and_comes_out_as_its_fence_says() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let docs = rule.docs.join("\n");
        let examples = fences(&docs);
        for kind in ["pass", "fail"] {
            if !examples.iter().any(|(k, _)| *k == kind) {
                wrong.push(format!("{}: no {kind} example", rule.id));
            }
        }
        let mut passes = 0;
        for (kind, text) in examples {
            let Some(made) = example(rule.family(), &text) else { continue };
            let said = made.and_then(|(targets, facts, at)| {
                if at.kind != rule.on {
                    return Err(format!("the example's target is {at}, the rule is about a {}", rule.on.word()));
                }
                judge(rule, &targets, &facts, &at)
            });
            match (kind, &said) {
                ("pass", Ok(Verdict::Pass)) => passes += 1,
                // A rule that has nothing to judge is silent too, but that alone shows no pass.
                ("pass", Ok(Verdict::NotApplicable(_))) => {}
                ("fail", Ok(Verdict::Fail(faults))) => {
                    for f in faults {
                        if f.saw.is_empty() {
                            wrong.push(format!("{}: a fault without evidence", rule.id));
                        }
                    }
                }
                _ => wrong.push(format!("{}: the {kind} example came out as {said:?}\n{text}", rule.id)),
            }
        }
        if passes == 0 && example(rule.family(), "").is_some() {
            wrong.push(format!("{}: no example that passes because it was judged", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn ids_are_unique_and_are_the_names_of_their_files() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id.to_string()), "{} twice", rule.id);
        let (family, noun) = rule.id.split_once('.').unwrap();
        let module = format!("launchcheck_checks::{family}::{}", noun.replace('-', "_"));
        assert_eq!(rule.module, module);
        assert!(rule.family() != Family::Custom || family == "custom", "{family} is no family");
    }
}

#[test]
fn every_rule_file_is_in_the_catalogue() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = 0;
    for family in std::fs::read_dir(&source).unwrap().flatten().filter(|e| e.path().is_dir()) {
        for file in std::fs::read_dir(family.path()).unwrap().flatten() {
            let text = std::fs::read_to_string(file.path()).unwrap_or_default();
            if !text.lines().any(|l| l == "rule! {") {
                continue;
            }
            files += 1;
            let id = format!(
                "{}.{}",
                family.file_name().to_string_lossy(),
                file.path().file_stem().unwrap().to_string_lossy().replace('_', "-")
            );
            assert!(rule(&id).is_some(), "{id} is written and not in RULES");
        }
    }
    assert_eq!(files, rules().count());
}

#[test]
fn docs_say_what_why_and_how_to_mend() {
    for rule in rules() {
        let docs: Vec<&str> = rule.docs.iter().map(|l| l.trim()).collect();
        assert!(rule.summary().len() > 20, "{}: no summary", rule.id);
        for heading in ["# Why at launch", "# Fix"] {
            assert!(docs.contains(&heading), "{}: no section {heading:?}", rule.id);
        }
        for text in [&rule.fails, &rule.holds] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text:?}", rule.id);
        }
    }
}

#[test]
fn a_rule_yields_only_to_rules_at_least_as_severe() {
    for general in rules() {
        for id in general.yields_to {
            let specific = rule(id).unwrap_or_else(|| panic!("{} yields to {id}, which does not exist", general.id));
            assert!(
                specific.severity.at_least(general.severity),
                "{} is milder than {}, which it silences",
                specific.id,
                general.id
            );
        }
    }
}
