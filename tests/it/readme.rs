//! The report that the README shows is one the demo's company really gets.

use launchcheck_fixtures::{World, scenarios};
use std::path::Path;

const BEGIN: &str = "<!-- demo report: begin -->\n";
const END: &str = "<!-- demo report: end -->";

/// The rule ids of the findings in a report, in order, each once, and its verdict.
fn gist(report: &str) -> (Vec<String>, Option<String>) {
    let mut rules = Vec::new();
    for line in report.lines() {
        let id = line.strip_suffix(']').and_then(|l| l.rsplit_once('[')).map(|(_, id)| id.to_owned());
        if let Some(id) = id.filter(|id| !rules.contains(id)) {
            rules.push(id);
        }
    }
    let verdict = report.lines().rev().find(|l| l.starts_with("NO-GO")).map(str::to_owned);
    (rules, verdict)
}

/// `LAUNCHCHECK_BLESS=1 cargo test --test it readme` writes the README anew.
#[test]
fn the_readme_shows_what_the_demo_prints() {
    let world = World::start(scenarios::demo()).unwrap();
    let output = world
        .command(env!("CARGO_BIN_EXE_launchcheck"))
        .env("COLUMNS", "100")
        .env("LC_ALL", "C.UTF-8")
        .arg("audit")
        .args(world.args())
        .output()
        .unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the README has a place for the report");
    let (shown, after) = rest.split_once(END).expect("the place ends");
    if std::env::var_os("LAUNCHCHECK_BLESS").is_some() {
        let text = format!("{before}{BEGIN}\n```text\n{}\n```\n\n{END}{after}", report.trim_end());
        std::fs::write(&path, text).unwrap();
        return;
    }
    assert_eq!(gist(shown), gist(&report), "LAUNCHCHECK_BLESS=1 cargo test --test it readme writes it anew");
}
