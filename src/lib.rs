//! launchcheck verifies a launch: it gathers facts, judges them by the rules of
//! `launchcheck-checks`, and reports what it saw, what to do, and what it could not find out.

pub mod audit;
pub mod cli;
pub mod config;
pub mod engine;
pub mod events;
pub mod exit;
pub mod gather;
pub mod infer;
pub mod outcome;
pub mod probe;
pub mod problem;
#[cfg(test)]
mod reference;
pub mod render;
pub mod report;
#[cfg(test)]
pub(crate) mod samples;
pub mod score;
pub mod settings;
pub mod survey;
pub mod ui;
pub mod verdict;
