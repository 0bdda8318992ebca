//! Renderers: one file a format, all from the same report, and layout only.

pub mod human;
pub mod json;

use crate::report::Report;
use launchcheck_checks::vocab::Severity;
use std::io::{self, ErrorKind, Write};

/// A format that a report is written in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Format {
    /// For people.
    Human,
    /// `launchcheck.report/1`.
    Json,
}
impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Human, Self::Json];
    /// The word of `--format` and `--output`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
        }
    }
    /// Reads the word of `--format` and `--output`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.word() == word)
    }
}

/// How much a person wants to see.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Default)]
pub enum Detail {
    /// `-q`: the last block alone.
    Quiet,
    /// The report.
    #[default]
    Normal,
    /// `-v`: passes, exhibits, and the mild findings in full.
    Verbose,
    /// `-vv`: what was asked, too.
    Log,
}

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
    pub detail: Detail,
    /// The mildest finding that is shown.
    pub min_severity: Severity,
}
impl Default for RenderOptions {
    fn default() -> Self {
        Self { width: 100, colour: false, unicode: true, detail: Detail::Normal, min_severity: Severity::Info }
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
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
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
    fn a_closed_pipe_ends_quietly_and_a_full_disk_does_not() {
        let targets = launchcheck_checks::vocab::Targets::default();
        let report = crate::report::build(crate::samples::inputs(crate::samples::acme(), &targets));
        for format in Format::ALL {
            assert_eq!(Format::parse(format.word()), Some(format));
            let options = RenderOptions::default();
            assert!(write(format, &report, &options, &mut Broken(ErrorKind::BrokenPipe)).is_ok());
            assert!(write(format, &report, &options, &mut Broken(ErrorKind::StorageFull)).is_err());
        }
    }
}
