//! The command line: what can be asked for, and how each question ends.

mod audit;
mod completions;
mod dmarc;
mod drift;
mod env;
mod explain;
mod init;
mod mail;
mod man;
mod network;
mod rules;
mod schema;
mod spf;
mod tls;
mod values;
mod webhook;

use crate::{
    exit,
    problem::{Problem, Problems, mask},
    render::{self, RenderOptions},
    settings::ColorChoice,
    ui::{
        color::{Surroundings, wanted},
        error, terminal,
    },
};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

/// Finds out before the launch what breaks after it.
///
/// launchcheck looks at a product from outside and inside: mail records, certificates, redirects,
/// webhook routes, environment variables, and billing against the database. It shows what it saw,
/// prints the exact fix, and says what it could not find out.
#[derive(Debug, Parser)]
#[command(
    name = "launchcheck",
    next_display_order = None,
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    disable_help_subcommand = true,
    after_help = "Begin with `launchcheck audit acme.com`, or with `launchcheck audit` in the folder of your app."
)]
pub struct Cli {
    /// When to colour.
    #[arg(long, global = true, value_name = "WHEN", value_parser = values::one_of(&ColorChoice::ALL, ColorChoice::word))]
    #[arg(default_value = "auto")]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Audit(Box<audit::Args>),
    Completions(completions::Args),
    Dmarc(dmarc::Args),
    Drift(Box<drift::Args>),
    Env(env::Args),
    Explain(explain::Args),
    Init(init::Args),
    Mail(mail::Args),
    Man(man::Args),
    Rules(rules::Args),
    Schema(schema::Args),
    Spf(spf::Args),
    Tls(tls::Args),
    Webhook(webhook::Args),
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    run(std::env::args_os()).into()
}

/// Runs a command line, the program's name first; returns the exit code.
pub fn run(args: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> u8 {
    let shown = |text: OsString| text.to_string_lossy().into_owned();
    run_in(args, std::env::vars_os().map(|(name, value)| (shown(name), shown(value))).collect())
}

/// Runs a command line in this environment instead of the process's own.
pub fn run_in(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    environment: BTreeMap<String, String>,
) -> u8 {
    let matches = match command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(e) => return usage(&e),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(e) => return usage(&e),
    };
    let color = wanted(cli.color, &Surroundings::of_process(io::stderr().is_terminal()));
    let done = match cli.command {
        Command::Audit(args) => audit::run(&args, cli.color, environment),
        Command::Completions(args) => say(&completions::run(&args)),
        Command::Dmarc(args) => dmarc::run(&args, environment).and_then(answer),
        Command::Drift(args) => drift::run(&args, cli.color, environment),
        Command::Env(args) => env::run(&args, &environment).and_then(answer),
        Command::Explain(args) => explain::run(&args).and_then(|text| say(&text)),
        Command::Init(args) => init::run(&args).and_then(answer),
        Command::Mail(args) => mail::run(&args).and_then(|(text, code)| say(&text).map(|_| code)),
        Command::Man(args) => man::run(&args).and_then(|text| say(&text)),
        Command::Rules(args) => say(&rules::run(&args)),
        Command::Schema(args) => say(&schema::run(&args)),
        Command::Spf(args) => spf::run(&args, environment).and_then(answer),
        Command::Tls(args) => tls::run(&args, cli.color, environment),
        Command::Webhook(args) => webhook::run(&args, cli.color, environment),
    };
    done.unwrap_or_else(|e| {
        complain(&e, color);
        exit::ERROR
    })
}

/// How a report looks on this process's standard output.
fn on_screen(color: ColorChoice) -> RenderOptions {
    RenderOptions {
        unicode: terminal::is_unicode_in_process(),
        width: terminal::width_of_process(),
        colour: wanted(color, &Surroundings::of_process(io::stdout().is_terminal())),
        ..RenderOptions::default()
    }
}

/// The whole command, for help, completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// What clap has to say: help and the version on standard output, a wrong use on standard error
/// and 2. What was typed may hold a secret, and a CI log keeps it.
fn usage(e: &clap::Error) -> u8 {
    let color = wanted(ColorChoice::Auto, &Surroundings::of_process(io::stderr().is_terminal()));
    if e.use_stderr() {
        let text = e.render();
        let text = mask(&if color { text.ansi().to_string() } else { text.to_string() });
        let _ = io::stderr().write_all(text.as_bytes());
        return exit::ERROR;
    }
    // Nobody is left to tell where this fails.
    let _ = e.print();
    exit::GO
}

/// Writes to standard output. A reader that has gone away ends it quietly.
fn say(text: &str) -> anyhow::Result<u8> {
    render::put(text, &mut io::stdout().lock())?;
    Ok(exit::GO)
}

/// Writes what a command found and ends as it says.
fn answer((text, code): (String, u8)) -> anyhow::Result<u8> {
    say(&text).map(|_| code)
}

fn complain(e: &anyhow::Error, color: bool) {
    let text = match e.downcast_ref::<Problems>() {
        Some(all) => error::problems(all, color),
        None => error::chain(&e.chain().map(ToString::to_string).collect::<Vec<_>>(), color),
    };
    let _ = io::stderr().write_all(text.as_bytes());
}

/// A problem as the error of a command.
fn wrong(problem: Problem) -> anyhow::Error {
    Problems::from(problem).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn wrong_use_is_refused() {
        for args in [
            &["launchcheck"][..],
            &["launchcheck", "audti"],
            &["launchcheck", "audit", "--fail-on", "worst"],
            &["launchcheck", "audit", "--config", "x", "--no-config"],
            &["launchcheck", "audit", "https://acme.test"],
            &["launchcheck", "audit", "-q", "-v"],
            &["launchcheck", "rules", "--format", "xml"],
        ] {
            assert!(command().try_get_matches_from(args).is_err_and(|e| e.use_stderr()), "{args:?}");
        }
    }
}
