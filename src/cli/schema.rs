//! `launchcheck schema`: the JSON Schemas of what is read and what is written.

use super::values::one_of;
use crate::{config::load, render::json};

/// Print the JSON Schema of the configuration or of the report.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which one
    #[arg(value_parser = one_of(&Which::ALL, Which::word))]
    which: Which,
}

#[derive(Clone, Copy, Debug)]
enum Which {
    Config,
    Report,
}
impl Which {
    const ALL: [Self; 2] = [Self::Config, Self::Report];
    const fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Report => "report",
        }
    }
}

pub(super) fn run(args: &Args) -> String {
    match args.which {
        Which::Config => load::schema_text(),
        Which::Report => json::schema(),
    }
}
