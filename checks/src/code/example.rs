//! Reads the examples of the code rules: they are written as those of the environment.

use crate::{
    facts::Facts,
    vocab::{TargetId, Targets},
};

/// The targets, the facts and the target to judge.
///
/// # Errors
/// What is wrong with the text.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    crate::env::example::facts(text)
}
