//! What the human report is written on: lines of a given width, in colour or without.

use super::RenderOptions;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// What a piece of text is, for its colour. The words alone must say it as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ink {
    Plain,
    Bold,
    Dim,
    Good,
    Warn,
    Bad,
    Hint,
}
impl Ink {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Good => "1;32",
            Self::Warn => "1;33",
            Self::Bad => "1;31",
            Self::Hint => "36",
        }
    }
}

/// A piece of a line.
pub(super) struct Span(pub(super) Ink, pub(super) String);

pub(super) struct Paper {
    text: String,
    width: usize,
    colour: bool,
    unicode: bool,
}

/// The narrowest and widest page. Wider lines are hard to read, narrower ones are no lines.
const WIDTHS: (usize, usize) = (40, 120);
/// Below this many columns the table has two columns and ids stand under titles.
const NARROW: usize = 80;

impl Paper {
    pub(super) fn new(options: &RenderOptions) -> Self {
        Self {
            text: String::new(),
            width: options.width.clamp(WIDTHS.0, WIDTHS.1),
            colour: options.colour,
            unicode: options.unicode,
        }
    }
    pub(super) const fn width(&self) -> usize {
        self.width
    }
    pub(super) const fn is_narrow(&self) -> bool {
        self.width < NARROW
    }
    /// The text, in ASCII where the terminal knows no more.
    pub(super) fn finish(self) -> String {
        if self.unicode { self.text } else { self.text.chars().map(plain).collect() }
    }
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
    /// A line.
    pub(super) fn put(&mut self, spans: &[Span]) {
        for Span(ink, text) in spans {
            if self.colour && !ink.code().is_empty() && !text.trim().is_empty() {
                let _ = write!(self.text, "\x1b[{}m{text}\x1b[0m", ink.code());
            } else {
                self.text.push_str(text);
            }
        }
        let end = self.text.trim_end_matches([' ', '\u{a0}']).len();
        self.text.truncate(end);
        self.text.push('\n');
    }
    /// A line with something at its right end; below each other where both do not fit.
    pub(super) fn spread(&mut self, left: &[Span], right: &[Span]) {
        let wide = |spans: &[Span]| spans.iter().map(|s| s.1.width()).sum::<usize>();
        let (a, b) = (wide(left), wide(right));
        if a + b + 2 > self.width {
            self.put(left);
            let pad = self.width.saturating_sub(b).min(4);
            self.put(
                &[&[Span(Ink::Plain, " ".repeat(pad))], right].into_iter().flatten().map(copy).collect::<Vec<_>>(),
            );
            return;
        }
        let gap = [Span(Ink::Plain, " ".repeat(self.width - a - b))];
        self.put(&left.iter().chain(&gap).chain(right).map(copy).collect::<Vec<_>>());
    }
    /// Text with something in front, wrapped under itself.
    pub(super) fn hang(&mut self, lead: &str, text: &str, ink: Ink) {
        let room = self.width.saturating_sub(lead.width()).max(20);
        let mut front = lead.to_owned();
        for line in wrap(text, room) {
            self.put(&[Span(Ink::Plain, front.clone()), Span(ink, line.replace('\u{a0}', " "))]);
            front = " ".repeat(lead.width());
        }
    }
    /// Text to paste: never wrapped.
    pub(super) fn paste(&mut self, text: &str) {
        self.put(&[Span(Ink::Plain, " ".repeat(12)), Span(Ink::Hint, text.to_owned())]);
    }
    /// A heading after an empty line.
    pub(super) fn heading(&mut self, text: &str, note: &str) {
        self.blank();
        let line = format!("   {note}");
        if text.width() + line.width() <= self.width {
            self.put(&[Span(Ink::Bold, text.to_owned()), Span(Ink::Dim, line)]);
        } else {
            self.put(&[Span(Ink::Bold, text.to_owned())]);
            self.hang("  ", note, Ink::Dim);
        }
    }
}

fn copy(span: &Span) -> Span {
    Span(span.0, span.1.clone())
}

/// Breaks text at spaces. A word that is longer than the line stands on its own, whole.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0);
    // A no-break space is no place to break.
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let wide = word.width();
        if used > 0 && used + 1 + wide > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += wide;
    }
    if used > 0 || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The ASCII character that stands for another.
fn plain(c: char) -> char {
    match c {
        '✗' | '×' => 'x',
        '✓' => '+',
        '·' | '─' | '–' | '—' => '-',
        '→' => '>',
        '…' => '~',
        '“' | '”' | '„' => '"',
        '‘' | '’' => '\'',
        '│' | '├' | '└' => '|',
        '\u{a0}' => ' ',
        c if c.is_ascii() => c,
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_words_whole_and_counts_columns() {
        assert_eq!(wrap("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrap("a veryverylongword b", 6), ["a", "veryverylongword", "b"]);
        assert_eq!(wrap("漢字 漢字 ab", 7), ["漢字", "漢字 ab"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
