//! What the billing provider says against what the database says.
//!
//! [`stripe`] reads the account, [`mapping`] finds the columns, [`fold`] brings both sides
//! together, and each rule about drift holds the [`group::DriftClass`] that it reports.
use crate::facts::Facts;
use crate::vocab::{Exhibit, Rule, TargetId, Targets};

mod access_without_payment;
mod cancel_unreflected;
mod canonical_incomplete;
pub mod cause;
mod collection_paused;
mod currency_mismatch;
mod customer_deleted;
mod customer_duplicate;
mod customer_unmapped;
pub mod declared;
pub mod deliveries;
mod disputed_with_access;
mod double_billing;
mod endpoint_disabled;
mod endpoint_duplicate;
mod endpoint_elsewhere;
mod endpoint_events_missing;
mod endpoint_missing;
mod endpoint_version_mismatch;
mod event_duplicate;
mod event_id_not_unique;
mod events_undelivered;
#[doc(hidden)]
pub mod example;
pub mod facts;
mod failure_rate;
pub mod feed;
pub mod fold;
pub mod group;
mod invoice_uncollectible;
pub mod json;
mod key_unrestricted;
pub mod learn;
pub mod lemonsqueezy;
mod livemode_mismatch;
pub mod mapping;
mod mapping_unconfirmed;
pub mod objects;
mod orphan_subscription;
pub mod paddle;
mod paid_without_access;
mod past_due_beyond_grace;
mod payment_failure_spike;
mod period_mismatch;
mod period_missing;
pub mod place;
mod price_mismatch;
mod quantity_mismatch;
pub mod ranges;
mod refunded_with_access;
pub mod report;
pub mod row;
mod row_contradiction;
mod row_duplicate;
mod row_missing;
mod state_scattered;
pub mod status;
mod status_mismatch;
pub mod store;
pub mod stripe;
mod subscription_stale;
mod subscription_unknown;
mod test_id_in_live;
mod trial_ended;
mod user_duplicate;
pub mod vendor;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &access_without_payment::RULE,
    &cancel_unreflected::RULE,
    &canonical_incomplete::RULE,
    &collection_paused::RULE,
    &currency_mismatch::RULE,
    &customer_deleted::RULE,
    &customer_duplicate::RULE,
    &customer_unmapped::RULE,
    &disputed_with_access::RULE,
    &double_billing::RULE,
    &endpoint_disabled::RULE,
    &endpoint_duplicate::RULE,
    &endpoint_elsewhere::RULE,
    &endpoint_events_missing::RULE,
    &endpoint_missing::RULE,
    &endpoint_version_mismatch::RULE,
    &event_duplicate::RULE,
    &event_id_not_unique::RULE,
    &events_undelivered::RULE,
    &failure_rate::RULE,
    &invoice_uncollectible::RULE,
    &key_unrestricted::RULE,
    &livemode_mismatch::RULE,
    &mapping_unconfirmed::RULE,
    &orphan_subscription::RULE,
    &paid_without_access::RULE,
    &past_due_beyond_grace::RULE,
    &payment_failure_spike::RULE,
    &period_mismatch::RULE,
    &period_missing::RULE,
    &price_mismatch::RULE,
    &quantity_mismatch::RULE,
    &refunded_with_access::RULE,
    &row_contradiction::RULE,
    &row_duplicate::RULE,
    &row_missing::RULE,
    &state_scattered::RULE,
    &status_mismatch::RULE,
    &subscription_stale::RULE,
    &subscription_unknown::RULE,
    &test_id_in_live::RULE,
    &trial_ended::RULE,
    &user_duplicate::RULE,
];

/// The ways in which provider and database can differ, the worst first: in that order candidates
/// are read again while there is time.
pub static CLASSES: &[&group::DriftClass] = &[
    &row_missing::CLASS,
    &paid_without_access::CLASS,
    &double_billing::CLASS,
    &test_id_in_live::CLASS,
    &access_without_payment::CLASS,
    &customer_unmapped::CLASS,
    &orphan_subscription::CLASS,
    &trial_ended::CLASS,
    &customer_deleted::CLASS,
    &subscription_unknown::CLASS,
    &price_mismatch::CLASS,
    &quantity_mismatch::CLASS,
    &past_due_beyond_grace::CLASS,
    &period_mismatch::CLASS,
    &refunded_with_access::CLASS,
    &disputed_with_access::CLASS,
    &invoice_uncollectible::CLASS,
    &collection_paused::CLASS,
    &currency_mismatch::CLASS,
    &livemode_mismatch::CLASS,
    &row_contradiction::CLASS,
    &subscription_stale::CLASS,
    &row_duplicate::CLASS,
    &customer_duplicate::CLASS,
    &cancel_unreflected::CLASS,
    &status_mismatch::CLASS,
];

/// What is shown without a finding: where in the database the billing state was found.
#[must_use]
pub fn exhibits(targets: &Targets, facts: &Facts) -> Vec<(TargetId, Exhibit)> {
    let _ = targets;
    let known = facts.drift.iter().filter_map(|(at, drift)| drift.get().ok().map(|d| (at, d)));
    let mapping = known.flat_map(|(at, d)| d.exhibits().into_iter().map(|e| (at.clone(), e)));
    let counted = facts.deliveries.iter().filter_map(|(at, d)| Some((at.clone(), d.get().ok()?.exhibit()?)));
    mapping.chain(counted).collect()
}
