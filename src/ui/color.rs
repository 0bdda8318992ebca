//! Whether to colour, decided once from what was asked for and what the terminal is.

use crate::settings::ColorChoice;

/// What decides about colour; read from the process by the caller.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// `NO_COLOR`.
    pub no_color: Option<String>,
    /// `CLICOLOR_FORCE`, or `FORCE_COLOR`.
    pub force: Option<String>,
    /// `CLICOLOR`.
    pub clicolor: Option<String>,
    /// `TERM`.
    pub term: Option<String>,
    /// `CI`: a log that looks like a terminal shows escapes as they are, so colour must be forced.
    pub ci: bool,
    /// Whether the stream is a terminal.
    pub terminal: bool,
}
impl Surroundings {
    /// Those of this process, for a stream that is a terminal or not.
    #[must_use]
    pub fn of_process(terminal: bool) -> Self {
        let var = |name| std::env::var(name).ok();
        Self {
            no_color: var("NO_COLOR"),
            force: var("CLICOLOR_FORCE").or_else(|| var("FORCE_COLOR")),
            clicolor: var("CLICOLOR"),
            term: var("TERM"),
            ci: var("CI").is_some_and(|v| !v.is_empty() && v != "false"),
            terminal,
        }
    }
}

/// Whether to colour: the flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then `CLICOLOR=0`, then
/// `TERM=dumb`, then whether it is a terminal and no CI log (no-color.org, bixense.com/clicolors).
#[must_use]
pub fn wanted(choice: ColorChoice, s: &Surroundings) -> bool {
    let set = |v: &Option<String>| v.as_deref().is_some_and(|v| !v.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if set(&s.no_color) => false,
        ColorChoice::Auto if set(&s.force) && s.force.as_deref() != Some("0") => true,
        ColorChoice::Auto if s.clicolor.as_deref() == Some("0") || s.term.as_deref() == Some("dumb") => false,
        ColorChoice::Auto => s.terminal && !s.ci,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_wish_wins() {
        let text = |s: &str| Some(s.to_owned());
        let tty = Surroundings { terminal: true, ..Surroundings::default() };
        let auto = |s: Surroundings| wanted(ColorChoice::Auto, &s);
        assert!(auto(tty.clone()));
        assert!(!auto(Surroundings::default()));
        assert!(!auto(Surroundings { no_color: text("1"), force: text("1"), ..tty.clone() }));
        assert!(auto(Surroundings { no_color: text(""), force: text("1"), ..Surroundings::default() }));
        assert!(!auto(Surroundings { term: text("dumb"), ..tty.clone() }));
        assert!(!auto(Surroundings { ci: true, ..tty.clone() }));
        assert!(auto(Surroundings { ci: true, force: text("1"), ..tty.clone() }));
        assert!(!auto(Surroundings { clicolor: text("0"), ..tty.clone() }));
        assert!(wanted(ColorChoice::Always, &Surroundings { no_color: text("1"), ..tty.clone() }));
        assert!(!wanted(ColorChoice::Never, &tty));
    }
}
