//! Rules about launchcheck's own configuration. The engine judges them: it alone knows what was
//! waived and what was not judged.
use crate::vocab::Rule;
mod waiver_expired;
mod waiver_unused;

/// The rules of this family.
pub static RULES: &[&Rule] = &[&waiver_expired::RULE, &waiver_unused::RULE];
