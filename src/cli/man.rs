//! `launchcheck man`: the manual pages, in roff.

use super::{command, wrong};
use crate::problem::Problem;

/// Print a manual page: `launchcheck man audit | man -l -`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The command it is about, such as `audit` or `webhook exercise`; launchcheck itself without one
    command: Vec<String>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<String> {
    let mut all = command();
    // Commands inherit the version and the global flags when the whole is built.
    all.build();
    let mut page = all;
    let mut title = "launchcheck".to_owned();
    for name in &args.command {
        let Some(sub) = page.find_subcommand(name) else {
            let names: Vec<&str> = page.get_subcommands().map(clap::Command::get_name).collect();
            let problem = Problem::new(format!("there is no command `{name}`"));
            return Err(wrong(problem.hint(format!("the commands are {}", names.join(", ")))));
        };
        title = format!("{title}-{name}");
        page = sub.clone().name(title.clone());
    }
    let mut out = Vec::new();
    clap_mangen::Man::new(page).render(&mut out)?;
    Ok(String::from_utf8(out)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_for_the_whole_and_for_a_command() {
        let page = |command: &[&str]| run(&Args { command: command.iter().map(|c| (*c).to_owned()).collect() });
        assert!(page(&[]).unwrap().contains(".TH launchcheck"));
        let audit = page(&["audit"]).unwrap();
        assert!(audit.contains("launchcheck\\-audit") && audit.contains("connect\\-to"), "{audit}");
        let nested = page(&["webhook", "exercise"]).unwrap();
        assert!(nested.contains("launchcheck\\-webhook\\-exercise") && nested.contains("synthetic"), "{nested}");
        assert!(page(&["adit"]).is_err());
    }
}
