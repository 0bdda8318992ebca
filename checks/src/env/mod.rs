//! Environment variables: what production will really see.
use crate::vocab::Rule;
pub mod dotenv;
pub mod facts;
mod placeholder;
pub mod shape;

/// The rules of this family.
pub static RULES: &[&Rule] = &[];
