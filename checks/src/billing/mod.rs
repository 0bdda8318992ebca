//! What the billing provider says against what the database says.
//!
//! [`stripe`] reads the account, [`mapping`] finds the columns, [`fold`] brings both sides
//! together, and each rule about drift holds the [`fold::DriftClass`] that it reports.
use crate::facts::Facts;
use crate::vocab::{Exhibit, Rule, TargetId, Targets};

mod access_without_payment;
mod endpoint_disabled;
mod endpoint_elsewhere;
mod endpoint_missing;
#[doc(hidden)]
pub mod example;
pub mod facts;
pub mod feed;
pub mod fold;
pub mod mapping;
mod paid_without_access;
pub mod place;
mod report;
pub mod status;
mod status_mismatch;
pub mod stripe;
mod subscription_unknown;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &access_without_payment::RULE,
    &endpoint_disabled::RULE,
    &endpoint_elsewhere::RULE,
    &endpoint_missing::RULE,
    &paid_without_access::RULE,
    &status_mismatch::RULE,
    &subscription_unknown::RULE,
];

/// The ways in which provider and database can differ, the worst first: in that order candidates
/// are read again while there is time.
pub static CLASSES: &[&fold::DriftClass] = &[
    &paid_without_access::CLASS,
    &access_without_payment::CLASS,
    &subscription_unknown::CLASS,
    &status_mismatch::CLASS,
];

/// What is shown without a finding: where in the database the billing state was found.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let _ = targets;
    let known = facts.drift.iter().filter_map(|(at, drift)| drift.get().ok().map(|d| (at, d)));
    known.flat_map(|(at, d)| d.exhibits().into_iter().map(|e| (at.clone(), e))).collect()
}
