//! Source code: what it does with webhooks, secrets and providers.
//!
//! The examples of these rules hold source, so they are read where source is read: by
//! `launchcheck_source::example`.
use crate::vocab::Rule;
mod env_file_tracked;
mod env_not_validated;
#[doc(hidden)]
pub mod example;
pub mod exhibits;
pub mod facts;
mod schema_validation_skipped;
mod secret_in_history;
mod secret_in_source;

mod access_granted_on_redirect;
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
];
