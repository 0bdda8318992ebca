//! SPF evaluation against suites in the community's YAML format. Without `LAUNCHCHECK_SPF_SUITE`
//! a small suite of our own runs; with it, the file that it names.

#![expect(clippy::disallowed_methods, reason = "the test reads suite files, one of them named by the environment")]
#![allow(missing_docs, reason = "helpers of a test")]

mod suite;

use launchcheck_checks::{email::spf_check::SpfCheck, vocab::Step};
use suite::{Value, Zone, documents, knows};

/// How many cases there were, and what went wrong in some of them.
fn run(text: &str) -> (usize, Vec<String>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for document in documents(text) {
        let zone = Zone::of(document.get("zonedata"));
        for (name, records) in document.get("zonedata").map(Value::entries).unwrap_or_default() {
            for record in records.items() {
                let odd = record.entries().iter().any(|(kind, _)| !knows(kind));
                assert!(!odd && (record.text() == "TIMEOUT" || !record.entries().is_empty()), "{name}: {record:?}");
            }
        }
        for (name, case) in document.get("tests").map(Value::entries).unwrap_or_default() {
            count += 1;
            let field = |key| case.get(key).map(Value::text).unwrap_or_default();
            let Ok(ip) = field("host").parse() else {
                wrong.push(format!("{name}: host {:?}", field("host")));
                continue;
            };
            let mut check = SpfCheck::of_mail(ip, field("helo"), field("mailfrom"));
            "receiver.example".clone_into(&mut check.receiver);
            let (got, rounds, questions) = Step::play(&check, |q| zone.answer(q));
            let wanted: Vec<&str> =
                case.get("result").map(Value::items).unwrap_or_default().iter().map(|v| v.text()).collect();
            if !wanted.contains(&got.outcome.word()) {
                wrong.push(format!("{name}: {} instead of {wanted:?}: {got:?}", got.outcome.word()));
            }
            let explained: Vec<&str> =
                case.get("explanation").map(Value::items).unwrap_or_default().iter().map(|v| v.text()).collect();
            let said = got.explanation.as_deref().unwrap_or("DEFAULT");
            if !explained.is_empty() && got.outcome.word() == "fail" && !explained.contains(&said) {
                wrong.push(format!("{name}: explained as {said:?} instead of {explained:?}"));
            }
            if rounds > 25 || questions > 400 {
                wrong.push(format!("{name}: {questions} questions in {rounds} rounds"));
            }
        }
    }
    (count, wrong)
}

#[test]
fn our_own_suite() {
    let (count, wrong) = run(include_str!("data/spf-suite.yml"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 60, "{count} cases");
}

#[test]
fn the_suite_that_the_environment_names() {
    let Some(path) = std::env::var_os("LAUNCHCHECK_SPF_SUITE") else { return };
    let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (count, wrong) = run(&String::from_utf8_lossy(&text));
    println!("{} of {count} cases", count - wrong.len().min(count));
    assert!(count > 0 && wrong.is_empty(), "{} of {count} wrong\n{}", wrong.len(), wrong.join("\n"));
}
