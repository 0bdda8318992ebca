//! Renderers: one file a format, all from the same report, and layout only.

pub mod human;
pub mod json;

pub use crate::settings::{Format, Verbosity};

use crate::report::Report;
use launchcheck_checks::vocab::Severity;
use std::io::{self, ErrorKind, Write};

/// How a report is laid out. All of it is given; a renderer looks at no terminal and no environment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RenderOptions {
    /// Columns.
    pub width: usize,
    /// Whether colours are written.
    pub colour: bool,
    /// Whether glyphs beyond ASCII are.
    pub unicode: bool,
    /// How much is shown.
    pub detail: Verbosity,
    /// The mildest finding that is shown.
    pub min_severity: Severity,
    /// The flag of the command that shows more; none where it has none.
    pub more_with: Option<&'static str>,
}
impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            width: 100,
            colour: false,
            unicode: true,
            detail: Verbosity::Normal,
            min_severity: Severity::Info,
            more_with: None,
        }
    }
}

/// Writes a report. A reader that has gone away (a closed pipe) ends it quietly.
///
/// # Errors
/// Every other error of the writer.
pub fn write(format: Format, report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let text = match format {
        Format::Human => human::render(report, options),
        Format::Json => json::render(report),
    };
    put(&text, out)
}

/// Writes what a report shows under these ids, and then the report, for commands that are about
/// what is shown as much as about what is wrong.
///
/// # Errors
/// As [`write()`].
pub fn write_with(ids: &[&str], report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    put(&(human::exhibits(report, ids, options) + &human::render(report, options)), out)
}

/// Writes a text. A reader that has gone away ends it quietly.
pub(crate) fn put(text: &str, out: &mut dyn Write) -> io::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// `2 checks`, `1 check`.
pub(crate) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// So many of a kind that is named in the plural: `1 lookup`, `2 queries`.
pub(crate) fn of_kind(n: u64, kind: &str) -> String {
    let one = || match kind.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => kind.strip_suffix('s').unwrap_or(kind).to_owned(),
    };
    format!("{n} {}", if n == 1 { one() } else { kind.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(ErrorKind);
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn one_of_a_kind_is_said_in_the_singular() {
        for (n, kind, words) in [
            (1, "greetings", "1 greeting"),
            (4, "greetings", "4 greetings"),
            (1, "queries", "1 query"),
            (1, "api-requests", "1 api-request"),
        ] {
            assert_eq!(of_kind(n, kind), words);
        }
    }

    #[test]
    fn a_closed_pipe_ends_quietly_and_a_full_disk_does_not() {
        let targets = launchcheck_checks::vocab::Targets::default();
        let report = crate::report::build(crate::samples::inputs(crate::samples::acme(), &targets));
        for format in Format::ALL {
            let options = RenderOptions::default();
            assert!(write(format, &report, &options, &mut Broken(ErrorKind::BrokenPipe)).is_ok());
            assert!(write(format, &report, &options, &mut Broken(ErrorKind::StorageFull)).is_err());
        }
    }
}
