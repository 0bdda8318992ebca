//! Webhook routes, as the provider that calls them sees them.
use crate::vocab::Rule;
pub mod facts;

/// The rules of this family.
pub static RULES: &[&Rule] = &[];
