//! Redirects, reachability and headers of the site.
use crate::vocab::Rule;
pub mod facts;

/// The rules of this family.
pub static RULES: &[&Rule] = &[];
