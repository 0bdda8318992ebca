//! Source code: what it does with webhooks, secrets and providers.
//!
//! The examples of these rules hold source, so they are read where source is read: by
//! `launchcheck_source::example`.
use crate::vocab::Rule;
pub mod deeds;
mod doors;
mod env_file_tracked;
mod env_not_validated;
#[doc(hidden)]
pub mod example;
pub mod exhibits;
pub mod facts;
pub mod practice;
mod schema_validation_skipped;
mod secret_in_history;
mod secret_in_source;
pub mod work;

mod action_side_effects_chained;
mod admin_unguarded;
mod billing_in_client;
mod billing_state_unshown;
mod ci_gate_missing;
mod cors_open;
mod cron_duplicate;
mod cron_route_missing;
mod cron_unguarded;
mod dead_letter_missing;
mod error_tracking_missing;
mod failed_payment_silent;
mod input_unvalidated;
mod integration_client_only;
mod log_leaks;
mod log_uncorrelated;
mod login_unlimited;
mod manual_step;
mod model_writes_unguarded;
mod retry_missing;
mod status_unrepresentable;
mod tenant_unscoped;
mod write_duplicated;

mod access_granted_on_redirect;
mod event_ignored;
mod event_unhandled;
mod exposed;
mod handlers;
mod middleware_covers_webhook;
mod secret_in_client;
mod secret_in_html;
mod webhook_body_reparsed;
mod webhook_compare_timing;
mod webhook_edge_sync;
mod webhook_error_swallowed;
mod webhook_fail_open;
mod webhook_not_idempotent;
mod webhook_secret_empty_accepted;
mod webhook_side_effect_inline;
mod webhook_unanswered;
mod webhook_unhandled_rejected;
mod webhook_untested;
mod webhook_unverified;
mod webhook_write_before_verify;

/// The rules of this family.
pub static RULES: &[&Rule] = &[
    &webhook_unverified::RULE,
    &webhook_fail_open::RULE,
    &webhook_secret_empty_accepted::RULE,
    &webhook_body_reparsed::RULE,
    &webhook_write_before_verify::RULE,
    &webhook_unhandled_rejected::RULE,
    &webhook_unanswered::RULE,
    &webhook_error_swallowed::RULE,
    &webhook_side_effect_inline::RULE,
    &webhook_not_idempotent::RULE,
    &webhook_edge_sync::RULE,
    &webhook_compare_timing::RULE,
    &event_unhandled::RULE,
    &event_ignored::RULE,
    &middleware_covers_webhook::RULE,
    &access_granted_on_redirect::RULE,
    &webhook_untested::RULE,
    &secret_in_client::RULE,
    &secret_in_html::RULE,
    &env_file_tracked::RULE,
    &env_not_validated::RULE,
    &schema_validation_skipped::RULE,
    &secret_in_history::RULE,
    &secret_in_source::RULE,
    &cron_route_missing::RULE,
    &failed_payment_silent::RULE,
    &model_writes_unguarded::RULE,
    &admin_unguarded::RULE,
    &cron_unguarded::RULE,
    &cors_open::RULE,
    &log_leaks::RULE,
    &login_unlimited::RULE,
    &billing_in_client::RULE,
    &status_unrepresentable::RULE,
    &ci_gate_missing::RULE,
    &cron_duplicate::RULE,
    &billing_state_unshown::RULE,
    &error_tracking_missing::RULE,
    &input_unvalidated::RULE,
    &write_duplicated::RULE,
    &action_side_effects_chained::RULE,
    &tenant_unscoped::RULE,
    &integration_client_only::RULE,
    &retry_missing::RULE,
    &dead_letter_missing::RULE,
    &log_uncorrelated::RULE,
    &manual_step::RULE,
];
