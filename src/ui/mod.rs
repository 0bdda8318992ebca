//! The screen: colour, and how errors are written.

pub mod color;
pub mod error;
pub mod progress;
pub mod terminal;
