//! Certificates and handshakes.
use crate::vocab::Rule;
pub mod facts;

/// The rules of this family.
pub static RULES: &[&Rule] = &[];
