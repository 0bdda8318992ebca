//! How an audit of the executable ended: its code, its report as JSON, and what it took.

use serde_json::Value;
use std::{
    process::Output,
    time::{Duration, Instant},
};

pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) report: Value,
    /// The report as it was printed.
    pub(crate) text: String,
    pub(crate) took: Duration,
}
impl Ended {
    pub(crate) fn of(begun: Instant, output: &Output) -> Self {
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let report = serde_json::from_str(&text)
            .unwrap_or_else(|e| panic!("no report: {e}; {text} {}", String::from_utf8_lossy(&output.stderr)));
        Self { code: output.status.code().unwrap_or(-1), report, text, took: begun.elapsed() }
    }
    /// The units of a rule, in the order of their targets.
    pub(crate) fn units<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Value> {
        self.report["units"].as_array().expect("units").iter().filter(move |u| u["rule"] == rule)
    }
    /// The outcomes of all units of a rule.
    pub(crate) fn outcomes(&self, rule: &str) -> Vec<String> {
        self.units(rule).map(|u| u["outcome"].as_str().unwrap_or_default().to_owned()).collect()
    }
    /// Outcome and causes of the one unit of a rule.
    pub(crate) fn outcome(&self, rule: &str) -> (String, String) {
        self.of_unit(self.units(rule).next(), rule)
    }
    /// Outcome and causes of a rule on a target.
    pub(crate) fn outcome_on(&self, rule: &str, target: &str) -> (String, String) {
        self.of_unit(self.units(rule).find(|u| u["target"] == target), &format!("{rule} of {target}"))
    }
    fn of_unit(&self, unit: Option<&Value>, what: &str) -> (String, String) {
        let unit = unit.unwrap_or_else(|| panic!("{what} was not planned: {}", self.text));
        (unit["outcome"].as_str().expect("an outcome").to_owned(), unit["causes"].to_string())
    }
    /// The rules of the findings, one for each.
    pub(crate) fn findings(&self) -> Vec<&str> {
        let all = self.report["findings"].as_array().expect("findings");
        all.iter().map(|f| f["rule"].as_str().expect("a rule")).collect()
    }
}
