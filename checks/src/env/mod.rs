//! Environment variables: what production will really see.
use crate::vocab::Rule;
pub mod facts;

/// The rules of this family.
pub static RULES: &[&Rule] = &[];
