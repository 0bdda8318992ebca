//! Mail records: SPF, DKIM, DMARC and MX.
use crate::vocab::Rule;
pub mod facts;

/// The rules of this family.
pub static RULES: &[&Rule] = &[];
