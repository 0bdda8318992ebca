//! `launchcheck man`: the manual pages, in roff.

use super::{command, wrong};
use crate::problem::Problem;

/// Print a manual page: `launchcheck man audit | man -l -`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The command it is about; launchcheck itself without one
    command: Option<String>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<String> {
    let mut all = command();
    // Commands inherit the version and the global flags when the whole is built.
    all.build();
    let page = match &args.command {
        None => all,
        Some(name) => {
            let Some(sub) = all.find_subcommand(name) else {
                let names: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
                return Err(wrong(
                    Problem::new(format!("there is no command `{name}`"))
                        .hint(format!("the commands are {}", names.join(", "))),
                ));
            };
            sub.clone().name(format!("launchcheck-{name}"))
        }
    };
    let mut out = Vec::new();
    clap_mangen::Man::new(page).render(&mut out)?;
    Ok(String::from_utf8(out)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_for_the_whole_and_for_a_command() {
        let page = |command: Option<&str>| run(&Args { command: command.map(str::to_owned) });
        assert!(page(None).unwrap().contains(".TH launchcheck"));
        let audit = page(Some("audit")).unwrap();
        assert!(audit.contains("launchcheck\\-audit") && audit.contains("connect\\-to"), "{audit}");
        assert!(page(Some("adit")).is_err());
    }
}
