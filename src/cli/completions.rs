//! `launchcheck completions`: what a shell needs to complete the command line.

use clap_complete::Shell;

/// Print completions for a shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args) -> String {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "launchcheck", &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
