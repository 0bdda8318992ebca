//! The fences of this family: `answer NUMBER|null`, `expect NUMBER` or `max NUMBER`, and
//! `severity WORD`.
use super::facts::{Answer, Wanted};
use crate::{
    facts::Facts,
    vocab::{Observed, Origin, Severity, TargetId, TargetKind, Targets},
};
use std::sync::Arc;

/// Reads a fence.
///
/// # Errors
/// The line that is not understood.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let mut answer = Answer {
        query: "SELECT count(*) FROM jobs".into(),
        number: Some(0.0),
        wanted: Wanted::AtMost(0.0),
        severity: Severity::High,
    };
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let number = |text: &str| text.parse::<f64>().map_err(|_| format!("no number: {line}"));
        match line.split_once(' ') {
            Some(("answer", "null")) => answer.number = None,
            Some(("answer", n)) => answer.number = Some(number(n)?),
            Some(("expect", n)) => answer.wanted = Wanted::Exactly(number(n)?),
            Some(("max", n)) => answer.wanted = Wanted::AtMost(number(n)?),
            Some(("severity", word)) => {
                let found = Severity::ALL.into_iter().find(|s| s.word() == word);
                answer.severity = found.ok_or_else(|| format!("no severity: {line}"))?;
            }
            _ => return Err(format!("not understood: {line}")),
        }
    }
    let at = TargetId::new(TargetKind::Check, "stuck jobs");
    let mut targets = Targets::default();
    targets.add(at.clone(), Origin::CommandLine);
    let mut facts = Facts::default();
    facts.answer.insert(at.clone(), Arc::new(Observed::known(answer)));
    Ok((targets, facts, at))
}
