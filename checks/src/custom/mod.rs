//! What only the founder knows: queries of the configuration whose answer has to be a number.
use crate::vocab::Rule;

mod assertion_failed;
#[doc(hidden)]
pub mod example;
pub mod facts;

/// The rules of this family.
pub static RULES: &[&Rule] = &[&assertion_failed::RULE];
