//! launchcheck verifies a launch: it gathers facts, judges them by the rules of
//! `launchcheck-checks`, and reports what it saw, what to do, and what it could not find out.

pub mod config;
pub mod events;
pub mod exit;
pub mod outcome;
#[cfg(test)]
pub(crate) mod samples;
pub mod score;
pub mod verdict;
