//! What the engine makes of a rule on a target: the rule's own verdict, and the words only the
//! engine knows (skipped, unknown, waived).

use launchcheck_checks::vocab::{Cause, Fault, Rule, Severity, Shown, TargetId, Text};

/// How one unit (a rule on a target) ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not: the faults that are open, at least one.
    Fail(Vec<Fault>),
    /// There was nothing to judge, and why.
    NotApplicable(Shown),
    /// It was not looked at, and why.
    Skipped(Skip),
    /// It could not be found out.
    Unknown {
        /// Why not. Empty where only `behind` explains it.
        causes: Vec<Cause>,
        /// The more specific findings that this one gave way to or stands behind. A unit behind
        /// another earns nothing, and does not make a verdict incomplete.
        behind: Vec<Behind>,
    },
    /// It fails, and every one of its faults is waived.
    Waived,
}

/// The finding that a unit stands behind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Behind {
    /// The rule that failed.
    pub rule: Text,
    /// Where it failed.
    pub target: TargetId,
}

/// Why a unit was not looked at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Skip {
    /// `--skip` names it, or `--only` does not.
    Asked,
    /// It needs the network, and the run is `--offline`.
    Offline,
    /// It sends something, and the run is not `--active`.
    NeedsActive,
    /// It sends business events, and the run is not `--active-events`.
    NeedsEvents,
    /// The configuration lacks what it is about; the text says what ("no production source").
    NotConfigured(Shown),
}

/// One rule on one target.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The rule. One that a configuration declares is leaked once, since it lives as long as the run.
    pub rule: &'static Rule,
    /// What it was about.
    pub target: TargetId,
    /// How it ended.
    pub outcome: Outcome,
    /// Its faults that a waiver covers. A unit that fails may carry some beside the open ones; one
    /// that is [`Outcome::Waived`] has no others.
    pub waived: Vec<WaivedFault>,
}
impl Unit {
    /// A unit without waived faults.
    #[must_use]
    pub const fn new(rule: &'static Rule, target: TargetId, outcome: Outcome) -> Self {
        Self { rule, target, outcome, waived: Vec::new() }
    }
    /// The faults that are open.
    #[must_use]
    pub fn open(&self) -> &[Fault] {
        match &self.outcome {
            Outcome::Fail(faults) => faults,
            _ => &[],
        }
    }
}

/// A fault that somebody accepted until a date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaivedFault {
    /// The fault.
    pub fault: Fault,
    /// Why it is accepted.
    pub reason: Shown,
    /// The last day of the waiver.
    pub expires: jiff::civil::Date,
    /// Whether the waiver says that it accepts a blocker.
    pub accept_blocker: bool,
}

/// How bad a fault of this rule is: the rule's declared severity, or the milder one of the case. A
/// rule can never exceed what it declares.
#[must_use]
pub fn effective(rule: &Rule, fault: &Fault) -> Severity {
    fault.lower_to.map_or(rule.severity, |lower| lower.max(rule.severity))
}

impl Outcome {
    /// The word of the JSON report.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail(_) => "fail",
            Self::NotApplicable(_) => "not-applicable",
            Self::Skipped(_) => "skipped",
            Self::Unknown { .. } => "unknown",
            Self::Waived => "waived",
        }
    }
    /// Unknown for these causes, behind nothing.
    #[must_use]
    pub const fn unknown(causes: Vec<Cause>) -> Self {
        Self::Unknown { causes, behind: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use launchcheck_checks::vocab::Fix;

    #[test]
    fn a_fault_may_be_milder_than_its_rule_and_never_worse() {
        let rule = launchcheck_checks::rule("config.waiver-unused").unwrap();
        assert_eq!(rule.severity, Severity::Low);
        let fault = Fault::here("seen", Fix::step("mend it"));
        assert_eq!(effective(rule, &fault), Severity::Low);
        assert_eq!(effective(rule, &fault.clone().lowered(Severity::Info)), Severity::Info);
        assert_eq!(effective(rule, &fault.lowered(Severity::Blocker)), Severity::Low);
    }
}
