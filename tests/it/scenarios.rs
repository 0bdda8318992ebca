//! Every scenario of the loopback world, audited by the built executable: it must raise exactly
//! the findings that the scenario lists.

use launchcheck_fixtures::{
    World,
    scenarios::{self, Scenario},
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError},
};

/// What an audit of the world says in JSON, and what it ends with.
fn audit(world: &World) -> (Value, i32) {
    let output = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["audit", "--format", "json"])
        .args(world.args())
        .output()
        .expect("the executable runs");
    let code = output.status.code().unwrap_or(-1);
    let text = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    match serde_json::from_str(&text) {
        Ok(report) => (report, code),
        Err(e) => panic!("no report (exit {code}): {e}\n{text}\n{said}"),
    }
}

fn pairs(report: &Value) -> BTreeSet<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().map(|f| (text(&f["rule"]), text(&f["severity"]))).collect()
}

/// What is wrong with a scenario; nothing when it raises what it should.
fn judge(scenario: &Scenario) -> Option<String> {
    let world = match World::start(scenario.plan.clone()) {
        Ok(w) => w,
        Err(e) => return Some(format!("{}: the world does not start: {e:#}", scenario.name)),
    };
    let (report, code) = audit(&world);
    let wanted: BTreeSet<_> = scenario.raises.iter().cloned().collect();
    let got = pairs(&report);
    let mut wrong = Vec::new();
    for (rule, severity) in got.difference(&wanted) {
        let all = report["findings"].as_array().into_iter().flatten();
        for f in all.filter(|f| f["rule"] == rule.as_str() && f["severity"] == severity.as_str()) {
            let (target, title, saw) = (&f["target"], &f["title"], &f["saw"]);
            wrong.push(format!("  raised  {rule} [{severity}] of {target}: {title} {saw}"));
        }
    }
    for (rule, severity) in wanted.difference(&got) {
        let all = report["units"].as_array().into_iter().flatten();
        let how: Vec<String> = all
            .filter(|u| u["rule"] == rule.as_str())
            .map(|u| format!("{} {} {}", u["target"], u["outcome"], u["causes"]))
            .collect();
        wrong.push(format!("  missing {rule} [{severity}]; it came out as {}", how.join(", ")));
    }
    let unknown: Vec<String> = report["units"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|u| u["outcome"] == "unknown" && u["behind"].as_array().is_none_or(Vec::is_empty))
        .map(|u| format!("  unknown {} of {}: {}", u["rule"], u["target"], u["causes"]))
        .collect();
    if scenario.raises.is_empty() {
        wrong.extend(unknown);
        if code != 0 {
            wrong.push(format!("  it ends {code}, with {}", report["verdict"]));
        }
    }
    if scenario.raises.iter().any(|(_, s)| s == "blocker") && code != 1 {
        wrong.push(format!("  a blocker is open and it ends {code}"));
    }
    if let Some(db) = &scenario.plan.database {
        let writes = world.database().writes();
        if !writes.is_empty() {
            wrong.push(format!("  {db:?} was written to: {writes:?}"));
        }
    }
    if scenario.plan.stripe.is_some() && world.stripe().counts().writes > 0 {
        wrong.push("  Stripe was asked to change something".to_owned());
    }
    (!wrong.is_empty()).then(|| format!("{}\n{}", scenario.name, wrong.join("\n")))
}

/// Judges these scenarios, a few at a time, and tells all that is wrong at once.
fn run(list: Vec<Scenario>) {
    let only = std::env::var("SCENARIO").unwrap_or_default();
    let list: Vec<Scenario> = list.into_iter().filter(|s| s.name.contains(&only)).collect();
    let queue = Mutex::new(list.iter());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(scenario) = next else { return };
                    let said = catch_unwind(AssertUnwindSafe(|| judge(scenario)))
                        .unwrap_or_else(|_| Some(format!("{}: the test itself failed, see above", scenario.name)));
                    wrong.lock().unwrap_or_else(PoisonError::into_inner).extend(said);
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} scenarios:\n\n{}", wrong.len(), list.len(), wrong.join("\n\n"));
}

#[test]
fn each_raises_exactly_what_it_lists() {
    run(scenarios::all());
}

#[test]
fn every_rule_fires_somewhere() {
    let staged = scenarios::all().into_iter().flat_map(|s| s.raises).map(|(rule, _)| rule);
    let fired: BTreeSet<String> = staged.chain(crate::exercise::fired()).collect();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_launchcheck"))
        .args(["rules", "--format", "json"])
        .output()
        .expect("the executable runs");
    let rules: Value = serde_json::from_slice(&output.stdout).expect("a list of rules");
    let silent: Vec<&str> = rules
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|r| r["id"].as_str())
        .filter(|id| !fired.contains(*id))
        .collect();
    assert!(silent.is_empty(), "no scenario fires {silent:?}");
}
