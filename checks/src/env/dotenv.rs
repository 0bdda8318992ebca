//! Reads `.env` files as Next.js 14 to 16 do (@next/env, which carries dotenv 16), with the line of
//! every assignment. It never fails: what is not an assignment is passed over, as dotenv does.

/// One assignment as it stands in a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The name.
    pub name: String,
    /// The value with quotes taken off, before any `$` in it is expanded.
    pub value: String,
    /// The quote it stood in.
    pub quote: Option<char>,
    /// Whether the value holds a `$`, which the loader would expand.
    pub dollar: bool,
    /// How many characters an unquoted `#` cut off, itself among them, where no blank stands before it
    /// to make it look like a comment.
    pub cut: Option<usize>,
    /// Whether the value stands on a later line than the sign.
    pub below: bool,
    /// The line of the name, from 1.
    pub line: u32,
    /// The column of the name in characters, from 1.
    pub column: u32,
}
/// Values may be secrets, so they are not shown.
impl std::fmt::Debug for Assignment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}:{}", self.name, self.line, self.column)
    }
}

/// Every assignment of a file, in order; of one name the last one counts (see [`last`]).
#[must_use]
pub fn parse(bytes: &[u8]) -> Vec<Assignment> {
    let text = String::from_utf8_lossy(bytes);
    let mut scan = Scanner { text: newlines(&text), at: 0 };
    let mut out = Vec::new();
    let mut position = Position { upto: 0, line: 1, column: 1 };
    while let Some(found) = scan.next() {
        let (line, column) = position.advance(&scan.text, found.key.0);
        let name: String = scan.text[found.key.0..found.key.1].iter().collect();
        if name == "__proto__" {
            continue;
        }
        let raw: String = scan.text[found.value.0..found.value.1].iter().collect();
        let (value, quote) = unquote(raw.trim_matches(blank));
        let cut = if quote.is_none() && !value.is_empty() { cut(&scan.text, found.value.1) } else { None };
        let below = scan.text[found.key.1..found.value.0].contains(&'\n');
        out.push(Assignment { dollar: value.contains('$'), name, value, quote, line, column, cut, below });
    }
    out
}

/// How much of a line a `#` at its place cut off, where it looks like a part of the value.
fn cut(text: &[char], at: usize) -> Option<usize> {
    (text.get(at) == Some(&'#') && !blank(text[at - 1])).then(|| text[at..].iter().take_while(|c| **c != '\n').count())
}

/// Every assignment of a file as Next.js 12 and 13 read it (dotenv 8): each line by itself, with no
/// comment behind a value, no `export`, no lines inside quotes and no backticks.
#[must_use]
pub fn parse_lines(bytes: &[u8]) -> Vec<Assignment> {
    let text: String = newlines(&String::from_utf8_lossy(bytes)).into_iter().collect();
    let mut out = Vec::new();
    for (number, line) in (1..).zip(text.split('\n')) {
        let bare = line.trim_start_matches(blank);
        let end = bare.find(|c| !word(c)).unwrap_or(bare.len());
        let (name, rest) = bare.split_at(end);
        let Some(value) = rest.trim_start_matches(blank).strip_prefix('=') else { continue };
        let value = value.trim_start_matches(blank);
        // What JavaScript's dot does not match ends the value, and the line with it.
        let odd = value.find(['\u{2028}', '\u{2029}']).map(|at| &value[at..]);
        if name.is_empty() || name == "__proto__" || odd.is_some_and(|rest| !rest.trim_matches(blank).is_empty()) {
            continue;
        }
        let quote = ['"', '\''].into_iter().find(|q| value.starts_with(*q) && value.ends_with(*q));
        let plain = match quote {
            Some('"') if value.len() > 1 => value[1..value.len() - 1].replace("\\n", "\n"),
            Some(_) if value.len() > 1 => value[1..value.len() - 1].to_owned(),
            Some(_) => value.to_owned(),
            None => value.trim_matches(blank).to_owned(),
        };
        let column = line.chars().filter(|c| *c != '\u{feff}').count() - bare.chars().count() + 1;
        out.push(Assignment {
            dollar: plain.contains('$'),
            name: name.to_owned(),
            value: plain,
            quote: quote.filter(|_| value.len() > 1),
            line: number,
            column: u32::try_from(column).unwrap_or(u32::MAX),
            cut: None,
            below: false,
        });
    }
    out
}

/// The assignments that count: of each name the last, in the order of their lines.
#[must_use]
pub fn last(all: Vec<Assignment>) -> Vec<Assignment> {
    let mut seen = std::collections::BTreeSet::new();
    let mut kept: Vec<_> = all.into_iter().rev().filter(|a| seen.insert(a.name.clone())).collect();
    kept.reverse();
    kept
}

/// The text with every line ending as one `\n`.
fn newlines(text: &str) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' {
            chars.next_if_eq(&'\n');
            out.push('\n');
        } else {
            out.push(c);
        }
    }
    out
}

/// What JavaScript's `\s` matches: the byte order mark is among it, so a file may begin with one.
fn blank(c: char) -> bool {
    c.is_whitespace() && c != '\u{85}' || c == '\u{feff}'
}
fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// Takes the quotes off; in double quotes `\n` and `\r` become what they stand for, even where the
/// closing quote is missing.
fn unquote(text: &str) -> (String, Option<char>) {
    let first = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    let Some(quote) = first else { return (text.to_owned(), None) };
    let inner = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote));
    let (bare, kept) = inner.map_or((text, None), |t| (t, Some(quote)));
    let value = if quote == '"' { bare.replace("\\n", "\n").replace("\\r", "\r") } else { bare.to_owned() };
    (value, kept)
}

struct Position {
    upto: usize,
    line: u32,
    column: u32,
}
impl Position {
    fn advance(&mut self, text: &[char], to: usize) -> (u32, u32) {
        for c in &text[self.upto..to] {
            if *c == '\n' {
                self.line += 1;
                self.column = 1;
            } else if *c != '\u{feff}' {
                self.column += 1;
            }
        }
        self.upto = to;
        (self.line, self.column)
    }
}

struct Scanner {
    text: Vec<char>,
    at: usize,
}
struct Found {
    key: (usize, usize),
    value: (usize, usize),
}
impl Scanner {
    /// The next assignment: blanks (lines too), `export`, the name, `=` or a colon with a blank
    /// behind it, the value, and nothing but a comment after it.
    fn next(&mut self) -> Option<Found> {
        while self.at < self.text.len() {
            let start = self.skip(self.at, blank);
            if let Some((found, end)) = self.assignment(start) {
                self.at = self.line_end(end);
                return Some(found);
            }
            self.at = self.line_end(start) + 1;
        }
        None
    }
    fn get(&self, at: usize) -> Option<char> {
        self.text.get(at).copied()
    }
    fn skip(&self, mut at: usize, what: impl Fn(char) -> bool) -> usize {
        while self.get(at).is_some_and(&what) {
            at += 1;
        }
        at
    }
    fn line_end(&self, at: usize) -> usize {
        self.skip(at.min(self.text.len()), |c| c != '\n')
    }
    fn assignment(&self, start: usize) -> Option<(Found, usize)> {
        let keyword = "export".chars().enumerate().all(|(i, c)| self.get(start + i) == Some(c));
        let behind = self.skip(start + 6, blank);
        if keyword
            && behind > start + 6
            && let Some(found) = self.pair(behind)
        {
            return Some(found);
        }
        self.pair(start)
    }
    fn pair(&self, start: usize) -> Option<(Found, usize)> {
        let end = self.skip(start, word);
        if end == start {
            return None;
        }
        let sign = self.skip(end, blank);
        let from = match (self.get(sign), self.get(end)) {
            (Some('='), _) => sign + 1,
            (_, Some(':')) if self.get(end + 1).is_some_and(blank) => end + 2,
            _ => return None,
        };
        let (value, after) = self.value(from);
        Some((Found { key: (start, end), value }, after))
    }
    /// A quoted value may begin on a later line and may hold lines; anything else ends at a `#` or
    /// at the line's end.
    fn value(&self, from: usize) -> ((usize, usize), usize) {
        let open = self.skip(from, blank);
        if let Some(quote @ ('"' | '\'' | '`')) = self.get(open)
            && let Some(close) = self.closing(open, quote)
        {
            return ((open, close + 1), close + 1);
        }
        let end = self.skip(from, |c| c != '#' && c != '\n');
        ((from, end), end)
    }
    /// The quote that closes: the first bare one, or else the last escaped one before it, provided
    /// that only a comment follows on its line.
    fn closing(&self, open: usize, quote: char) -> Option<usize> {
        let mut candidates = Vec::new();
        let mut at = open + 1;
        while let Some(c) = self.get(at) {
            if c == quote {
                candidates.push(at);
                if self.get(at - 1) != Some('\\') || at - 1 == open {
                    break;
                }
            }
            at += 1;
        }
        candidates.into_iter().rev().find(|close| {
            let next = self.skip(close + 1, |c| blank(c) && c != '\n');
            matches!(self.get(next), None | Some('\n' | '#'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text.as_bytes()).into_iter().map(|a| (a.name, a.value)).collect()
    }
    fn one(text: &str) -> String {
        let all = pairs(text);
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].1.clone()
    }

    #[test]
    fn plain_values_are_trimmed_and_cut_at_a_hash() {
        assert_eq!(one("A=1"), "1");
        assert_eq!(one("  A = hello world \t"), "hello world");
        assert_eq!(one("A=p@ss#w0rd"), "p@ss");
        assert_eq!(one("A=#ff00aa"), "");
        assert_eq!(one("export A=1 # why"), "1");
        assert_eq!(one("export=1"), "1");
        assert_eq!(one("A: v"), "v");
        assert!(pairs("A:v\nnothing here\n=x\n").is_empty());
    }

    #[test]
    fn quotes_keep_hashes_and_lines() {
        assert_eq!(one("A='a#b' # c"), "a#b");
        assert_eq!(one("A=\"a\\nb\""), "a\nb");
        assert_eq!(one("A='a\\nb'"), "a\\nb");
        assert_eq!(one("A=`a\nb`"), "a\nb");
        assert_eq!(one("A=\"-----BEGIN\nx=1\n-----END\"\n"), "-----BEGIN\nx=1\n-----END");
        assert_eq!(one("A=\n\"next line\""), "next line");
        assert_eq!(one("A=\"say \\\"hi\\\" now\""), "say \\\"hi\\\" now");
    }

    #[test]
    fn broken_quotes_are_kept_as_text() {
        assert_eq!(one("A=\"one\" two"), "\"one\" two");
        assert_eq!(one("A=\"x\","), "\"x\",");
        assert_eq!(pairs("A=\"open\nB=2"), [("A".into(), "\"open".into()), ("B".into(), "2".into())]);
    }

    #[test]
    fn odd_files_are_read() {
        assert_eq!(
            pairs("\u{feff}A=1\r\nB=2\rC=3"),
            [("A".to_owned(), "1".to_owned()), ("B".to_owned(), "2".to_owned()), ("C".to_owned(), "3".to_owned())]
        );
        assert_eq!(parse(b"\xff\xfe=1\nA=\xff\n").len(), 1);
        assert!(pairs("__proto__=1").is_empty());
        assert!(parse(&[b'"'; 4096]).is_empty());
    }

    #[test]
    fn lines_and_columns_are_those_of_the_name() {
        let all = parse("\u{feff}# c\n\n  export A=1\nB=\"x\ny\"\nA=2".as_bytes());
        let places: Vec<_> = all.iter().map(|a| (a.name.as_str(), a.line, a.column)).collect();
        assert_eq!(places, [("A", 3, 10), ("B", 4, 1), ("A", 6, 1)]);
        let kept = last(all);
        assert_eq!(kept.iter().map(|a| (a.name.as_str(), a.line)).collect::<Vec<_>>(), [("B", 4), ("A", 6)]);
    }

    #[test]
    fn a_dollar_is_noted() {
        assert!(parse(b"A='pa$word'")[0].dollar);
        assert!(!parse(b"A=1")[0].dollar);
    }
}
