//! What launchcheck knows: the rules, the parsers and the thinking behind them.
//!
//! This crate does no input or output of its own and never reads a clock. Its rules are pure
//! functions over facts; where the next question depends on the last answer, the thinking is an
//! [`Inquiry`](vocab::Inquiry), a pure step over the answers so far.

pub mod billing;
pub mod code;
pub mod config;
pub mod custom;
pub mod dns;
pub mod email;
pub mod env;
pub mod facts;
pub mod providers;
pub mod tls;
pub mod vocab;
pub mod web;
pub mod webhook;
pub mod wire;

use vocab::Rule;

/// Every rule, family by family.
pub static CATALOGUE: &[&[&Rule]] = &[
    email::RULES,
    dns::RULES,
    tls::RULES,
    web::RULES,
    webhook::RULES,
    env::RULES,
    code::RULES,
    billing::RULES,
    config::RULES,
    custom::RULES,
];

/// The rule of this id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().find(|r| r.id == id)
}

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    CATALOGUE.iter().flat_map(|family| family.iter().copied())
}
