//! Loads a folder's `.env` files as `@next/env` does: which files, in which order, what each line
//! holds, what `$` becomes, and who wins. No library does: of those for Rust the best agrees on 88 of
//! 124 tricky files, and none knows that the files are expanded one by one, high to low, or that a
//! value the host set is rewritten by a file that names it. Next.js 14 to 16 agree with each other;
//! 12 and 13 carry an older reader and another expander.
//!
//! The loader says with each value what happened to it on the way, so that a person can be told why
//! `p@ss#w0rd` arrives as `p@ss`.

use super::dotenv::{self, Assignment};
use std::collections::{BTreeMap, BTreeSet};

/// Which Next.js reads the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Era {
    /// Next.js 12 and 13: a line an assignment, no comments behind a value, no `export`.
    Next12,
    /// Next.js 14 and later, and wherever no version could be read.
    #[default]
    Next14,
}
impl Era {
    /// The era of a version such as `13.5.11`.
    #[must_use]
    pub fn of(version: &str) -> Self {
        let major = version.trim_start_matches(|c: char| !c.is_ascii_digit()).split('.').next();
        if major.and_then(|m| m.parse::<u32>().ok()).is_some_and(|m| m < 14) { Self::Next12 } else { Self::Next14 }
    }
}

/// What the files are read for (`NODE_ENV`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// `next build` and `next start`; any other word in `NODE_ENV` reads this set too.
    #[default]
    Production,
    /// `next dev`.
    Development,
    /// A test runner: `.env.local` is left out, so that every machine tests the same.
    Test,
}
impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Production, Self::Development, Self::Test];
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Development => "development",
            Self::Test => "test",
        }
    }
    /// The files that are read, strongest first. Only those of the project's own folder count.
    #[must_use]
    pub const fn files(self) -> &'static [&'static str] {
        match self {
            Self::Production => &[".env.production.local", ".env.local", ".env.production", ".env"],
            Self::Development => &[".env.development.local", ".env.local", ".env.development", ".env"],
            Self::Test => &[".env.test.local", ".env.test", ".env"],
        }
    }
}

/// A file with its text.
pub struct Source<'a> {
    /// Its name, as a person knows it.
    pub name: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// What was loaded. Values may be secrets; they are not shown by `Debug`.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The files in the order they were read, strongest first.
    pub files: Vec<File>,
    /// The variables that a file names, in the order of their names.
    pub variables: Vec<Variable>,
}
/// A file that was read.
#[derive(Debug)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Why nothing of it was loaded: the loader gives a whole file up and the build goes on.
    pub dropped: Option<Dropped>,
}
/// Why a file is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// A value refers to itself, at once or through others, until the call stack is full.
    Endless {
        /// The variable.
        name: String,
        /// Its line.
        line: u32,
    },
    /// A `$` with no name behind it (Next.js 12 and 13).
    LoneDollar {
        /// The variable.
        name: String,
        /// Its line.
        line: u32,
    },
}
/// A variable as the app gets it.
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it comes from; `None` is the process, which beats every file.
    pub from: Option<Stand>,
    /// The assignments that lost, strongest first.
    pub over: Vec<Stand>,
    /// What happened to the value between the file, or the host, and the app.
    pub changes: Vec<Change>,
}
impl std::fmt::Debug for Variable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} from {:?} over {:?}: {:?}", self.name, self.from, self.over, self.changes)
    }
}
/// Where an assignment stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The file, as an index into [`Loaded::files`].
    pub file: usize,
    /// The line, from 1.
    pub line: u32,
    /// The column of the name in characters, from 1.
    pub column: u32,
}
/// What the loader did to a value that its writer may not have meant. It holds names, no values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Everything from an unquoted `#` on was dropped, though no blank stood before it.
    HashCut {
        /// How many characters are left.
        kept: usize,
        /// How many were lost, the `#` among them.
        lost: usize,
    },
    /// The same in a file whose reader is not known: dotenv cuts there, and Docker's `--env-file` does not.
    HashDoubtful {
        /// How many characters dotenv leaves.
        kept: usize,
        /// How many it cuts off, the `#` among them.
        lost: usize,
    },
    /// A `$` was taken for a reference to these variables, none of which is set or has a default: the
    /// text is gone.
    DollarLost(Vec<String>),
    /// A `$` was replaced by the value of these variables.
    DollarReplaced(Vec<String>),
    /// `${NAME:-default}` gave the default although the same file sets the name.
    DefaultShadows(String),
    /// The host's own value was expanded, since a file names the variable too.
    HostRewritten,
    /// A quote opens and does not close, so it is part of the value.
    QuoteOpen,
    /// A quote closes before the value's end, so both quotes are part of the value.
    QuoteInside,
    /// The value is the quoted text of a later line.
    NextLine,
    /// `\n` in single quotes or backticks stays a backslash and an n.
    BackslashKept,
}

impl Change {
    /// What happened to the variable of this name, and what to write, in a sentence without a period.
    #[must_use]
    pub fn said(&self, name: &str) -> String {
        let dollars = |names: &[String]| names.iter().map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        match self {
            Self::HashCut { kept, lost } => {
                format!("cut at #: {kept} characters are left and {lost} lost; put the value in quotes")
            }
            Self::HashDoubtful { kept, lost } => format!(
                "dotenv cuts it at # ({kept} characters are left and {lost} lost), Docker does not; take a value without #"
            ),
            Self::DollarLost(names) => {
                format!("{} is taken for a variable that is not set, and vanishes; write \\$ for a $", dollars(names))
            }
            Self::DollarReplaced(names) => format!("{} is replaced by its value", dollars(names)),
            Self::DefaultShadows(other) => {
                format!("the default behind ${{{other}:-…}} wins although this file sets {other}; write ${{{other}}}")
            }
            Self::HostRewritten => {
                format!(
                    "a $ in the value that the host set is expanded, since a file names {name} too; take {name} out of the files"
                )
            }
            Self::QuoteOpen => "the quote does not close, so it is part of the value".to_owned(),
            Self::QuoteInside => "text follows the closing quote, so the quotes are part of the value".to_owned(),
            Self::NextLine => "nothing stands behind the sign, so the quoted text below is its value".to_owned(),
            Self::BackslashKept => {
                "\\n stays two characters in these quotes; put the value in double quotes for line breaks".to_owned()
            }
        }
    }
}

/// How many steps an expansion may take. Node gives up at some ten thousand, when its call stack is full;
/// what takes a thousand goes round in a circle.
const STEPS: usize = 1_000;
/// The largest text an expansion may grow to, in bytes; a reference to oneself grows without end.
const LARGEST: usize = 1 << 18;

/// Loads these files, strongest first, over what the process has.
#[must_use]
pub fn load(process: &BTreeMap<String, String>, files: &[Source<'_>], era: Era) -> Loaded {
    let mut environment = process.clone();
    let mut out = Loaded::default();
    let mut stands: BTreeMap<String, Vec<Stand>> = BTreeMap::new();
    let mut won: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut changes: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    for (index, source) in files.iter().enumerate() {
        let assigned = match era {
            Era::Next14 => dotenv::parse(source.bytes),
            Era::Next12 => dotenv::parse_lines(source.bytes),
        };
        let assigned = in_js_order(assigned);
        for a in &assigned {
            stands.entry(a.name.clone()).or_default().push(Stand { file: index, line: a.line, column: a.column });
        }
        let mut notes = BTreeMap::new();
        let dropped = match expand(&assigned, &mut environment, process, era, &mut notes) {
            Ok(values) => {
                for (name, value) in values {
                    if !process.contains_key(&name) && !won.contains_key(&name) {
                        let mut all = notes.remove(&name).unwrap_or_default();
                        if let Some(a) = assigned.iter().find(|a| a.name == name) {
                            all.extend(written(a));
                        }
                        changes.insert(name.clone(), all);
                        won.insert(name, (index, held(&value)));
                    }
                }
                None
            }
            Err(why) => Some(why),
        };
        out.files.push(File { name: source.name.to_owned(), dropped });
    }
    let live = |out: &Loaded, s: &Stand| out.files[s.file].dropped.is_none();
    for (name, all) in stands {
        let lost = |winner: Option<usize>| -> Vec<Stand> {
            all.iter().filter(|s| Some(s.file) != winner && live(&out, s)).cloned().collect()
        };
        let variable = if let Some(host) = process.get(&name) {
            let value = environment.get(&name).unwrap_or(host).clone();
            let rewritten = (value != *host).then_some(Change::HostRewritten);
            Variable { value, from: None, over: lost(None), changes: rewritten.into_iter().collect(), name }
        } else if let Some((index, value)) = won.remove(&name) {
            let from = all.iter().find(|s| s.file == index).cloned();
            let changes = changes.remove(&name).unwrap_or_default();
            Variable { value, from, over: lost(Some(index)), changes, name }
        } else {
            continue;
        };
        out.variables.push(variable);
    }
    out
}

/// Of each name the last assignment, in the order of a JavaScript object: names that are whole numbers
/// first, smallest first, then the others as they were first set.
fn in_js_order(assigned: Vec<Assignment>) -> Vec<Assignment> {
    let mut kept: Vec<Assignment> = Vec::new();
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for a in assigned {
        if let Some(first) = at.get(&a.name) {
            kept[*first] = a;
        } else {
            at.insert(a.name.clone(), kept.len());
            kept.push(a);
        }
    }
    let assigned = kept;
    let index = |a: &Assignment| -> Option<u32> {
        let number: u32 = a.name.parse().ok()?;
        (number != u32::MAX && number.to_string() == a.name).then_some(number)
    };
    let (mut numbers, others): (Vec<_>, Vec<_>) = assigned.into_iter().partition(|a| index(a).is_some());
    numbers.sort_by_key(index);
    numbers.extend(others);
    numbers
}

/// What the way it was written did to a value.
fn written(a: &Assignment) -> Vec<Change> {
    let mut all = Vec::new();
    if let Some(lost) = a.cut {
        all.push(Change::HashCut { kept: a.value.chars().count(), lost });
    }
    let first = a.value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    match (a.quote, first) {
        (None, Some(quote)) if a.value.chars().skip(1).any(|c| c == quote) => all.push(Change::QuoteInside),
        (None, Some(_)) => all.push(Change::QuoteOpen),
        (Some('\'' | '`'), _) if a.value.contains("\\n") => all.push(Change::BackslashKept),
        _ => {}
    }
    if a.quote.is_some() && a.below {
        all.push(Change::NextLine);
    }
    all
}

type Notes = BTreeMap<String, Vec<Change>>;

/// Expands the values of one file and puts them into the environment, the host's own among them.
fn expand(
    assigned: &[Assignment],
    environment: &mut BTreeMap<String, String>,
    process: &BTreeMap<String, String>,
    era: Era,
    notes: &mut Notes,
) -> Result<Vec<(String, String)>, Dropped> {
    let mut parsed: BTreeMap<&str, String> = assigned.iter().map(|a| (a.name.as_str(), a.value.clone())).collect();
    for a in assigned {
        let raw = environment.get(&a.name).cloned().unwrap_or_else(|| a.value.clone());
        let mut trail = Trail::default();
        let fresh = !environment.contains_key(&a.name);
        let scope = Scope { environment, parsed: &parsed };
        let value = match era {
            Era::Next14 => newer(raw, &scope, &mut trail).map(|v| v.replace("\\$", "$")),
            Era::Next12 => older(&raw, &scope, &mut trail, 0),
        };
        let value = value.map_err(|halt| match halt {
            Halt::Endless => Dropped::Endless { name: a.name.clone(), line: a.line },
            Halt::Lone => Dropped::LoneDollar { name: a.name.clone(), line: a.line },
        })?;
        if fresh || !process.contains_key(&a.name) {
            notes.insert(a.name.clone(), trail.changes());
        }
        parsed.insert(&a.name, value);
    }
    for (name, value) in &parsed {
        environment.insert((*name).to_owned(), held(value));
    }
    Ok(assigned.iter().map(|a| (a.name.clone(), parsed[a.name.as_str()].clone())).collect())
}

/// A process's environment holds no NUL: the value ends there.
fn held(value: &str) -> String {
    value.split('\0').next().unwrap_or_default().to_owned()
}

struct Scope<'a> {
    environment: &'a BTreeMap<String, String>,
    parsed: &'a BTreeMap<&'a str, String>,
}
/// Why an expansion ends without a value.
enum Halt {
    Endless,
    Lone,
}
/// Which references a value went through.
#[derive(Default)]
struct Trail {
    replaced: BTreeSet<String>,
    lost: BTreeSet<String>,
    shadows: BTreeSet<String>,
}
impl Trail {
    fn changes(self) -> Vec<Change> {
        let mut all = Vec::new();
        if !self.lost.is_empty() {
            all.push(Change::DollarLost(self.lost.into_iter().collect()));
        }
        if !self.replaced.is_empty() {
            all.push(Change::DollarReplaced(self.replaced.into_iter().collect()));
        }
        all.extend(self.shadows.into_iter().map(Change::DefaultShadows));
        all
    }
}

/// The expander of Next.js 14 and later: the right-most bare `$` first, again and again. A `$` that
/// starts no name stops it, so that what stands left of it stays as it is.
fn newer(mut text: String, scope: &Scope<'_>, trail: &mut Trail) -> Result<String, Halt> {
    for _ in 0..STEPS {
        let Some(at) = last_bare_dollar(&text) else { return Ok(text) };
        let Some(found) = Reference::at(&text[at..]) else { return Ok(text) };
        let outside = scope.environment.get(found.name).filter(|v| !v.is_empty());
        let inside = scope.parsed.get(found.name).filter(|v| !v.is_empty());
        let default = found.default.filter(|d| !d.is_empty());
        // A default beats what the same file sets: the real one looks there last.
        let shadowed = |d: &str| inside.is_some_and(|own| own != d);
        if let (None, Some(d)) = (outside, default)
            && shadowed(d)
        {
            trail.shadows.insert(found.name.to_owned());
        }
        let value = match (outside, default) {
            (Some(v), _) => v.clone(),
            (None, Some(d)) => d.to_owned(),
            (None, None) => inside.cloned().unwrap_or_default(),
        };
        let set = scope.environment.contains_key(found.name) || scope.parsed.contains_key(found.name);
        match (value.is_empty() && !set, default.is_some()) {
            (true, _) => trail.lost.insert(found.name.to_owned()),
            (false, _) => trail.replaced.insert(found.name.to_owned()),
        };
        text = replace_first(&text, found.whole, &value);
        if text.len() > LARGEST {
            return Err(Halt::Endless);
        }
    }
    Err(Halt::Endless)
}

fn last_bare_dollar(text: &str) -> Option<usize> {
    text.rmatch_indices('$').map(|(at, _)| at).find(|at| !text[..*at].ends_with('\\'))
}

/// `$NAME`, `${NAME}` or `${NAME:-default}` at the start of a text; the closing brace may be missing.
struct Reference<'a> {
    whole: &'a str,
    name: &'a str,
    default: Option<&'a str>,
}
impl<'a> Reference<'a> {
    fn at(text: &'a str) -> Option<Self> {
        let open = if text.starts_with("${") { 2 } else { 1 };
        let rest = &text[open..];
        let name = &rest[..word_end(rest)];
        if name.is_empty() {
            return None;
        }
        let behind = &rest[name.len()..];
        let default = behind.strip_prefix(":-").map(|d| &d[..d.find(['}', '\\']).unwrap_or(d.len())]);
        let mut end = open + name.len() + default.map_or(0, |d| d.len() + 2);
        if text[end..].starts_with('}') {
            end += 1;
        }
        Some(Self { whole: &text[..end], name, default })
    }
}
fn word_end(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// JavaScript's `replace` with a text: the first occurrence, wherever it is, and in the replacement
/// `$$`, `$&`, `` $` `` and `$'` have their meanings.
fn replace_first(text: &str, what: &str, with: &str) -> String {
    let Some(at) = text.find(what) else { return text.to_owned() };
    let (before, after) = (&text[..at], &text[at + what.len()..]);
    let mut out = String::with_capacity(text.len() + with.len());
    out.push_str(before);
    let mut rest = with;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        let (put, len) = match rest.as_bytes().get(dollar + 1) {
            Some(b'$') => ("$", 2),
            Some(b'&') => (what, 2),
            Some(b'`') => (before, 2),
            Some(b'\'') => (after, 2),
            _ => ("$", 1),
        };
        out.push_str(put);
        rest = &rest[dollar + len..];
    }
    out.push_str(rest);
    out.push_str(after);
    out
}

/// The expander of Next.js 12 and 13: every `$` from the left, each value expanded in turn, with the
/// character before it in the match. What follows a name with a default is dropped.
fn older(text: &str, scope: &Scope<'_>, trail: &mut Trail, depth: usize) -> Result<String, Halt> {
    if depth > STEPS {
        return Err(Halt::Endless);
    }
    let mut matches: Vec<Option<Old>> = old_matches(text).into_iter().map(Some).collect();
    let mut out = text.to_owned();
    for at in 0..matches.len() {
        let Some(found) = matches[at].take() else { continue };
        if found.prefix == Some('\\') {
            let unescaped = found.whole.replacen("\\$", "$", 1);
            out = replace_first(&out, &found.whole, &unescaped);
            continue;
        }
        if found.reference.is_empty() {
            return Err(Halt::Lone);
        }
        let part = &found.whole[found.prefix.map_or(0, char::len_utf8)..found.end];
        let (name, default) = match found.reference.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (found.reference.as_str(), None),
        };
        let set = scope.environment.contains_key(name) || scope.parsed.contains_key(name);
        let value = match scope.environment.get(name) {
            Some(v) => v.clone(),
            None => match scope.parsed.get(name).filter(|v| !v.is_empty()) {
                Some(v) => v.clone(),
                None => default.unwrap_or_default().to_owned(),
            },
        };
        if value.is_empty() && !set { &mut trail.lost } else { &mut trail.replaced }.insert(name.to_owned());
        if default.is_some() && !value.is_empty() {
            // Past the last match the old code removes the word "undefined", which is what it reads there.
            let next = matches
                .get_mut(at + 1)
                .map_or_else(|| "undefined".to_owned(), |next| next.take().map_or_else(String::new, |n| n.whole));
            out = replace_first(&out, &next, "");
        }
        let value = older(&value, scope, trail, depth + 1)?;
        out = replace_first(&out, part, &value);
        if out.len() > LARGEST {
            return Err(Halt::Endless);
        }
    }
    Ok(out)
}

/// A `$` with the character before it and what the old expander takes for its name.
struct Old {
    prefix: Option<char>,
    whole: String,
    /// Where the reference ends in `whole`.
    end: usize,
    reference: String,
}
fn old_matches(text: &str) -> Vec<Old> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let led = chars.get(at + 1) == Some(&'$') && !matches!(chars[at], '\n' | '\r' | '\u{2028}' | '\u{2029}');
        if !led && chars[at] != '$' {
            at += 1;
            continue;
        }
        let start = at;
        at += usize::from(led) + 1;
        let run = |mut at: usize, what: fn(char) -> bool| {
            while chars.get(at).is_some_and(|c| what(*c)) {
                at += 1;
            }
            at
        };
        let word: fn(char) -> bool = |c| c.is_ascii_alphanumeric() || c == '_';
        at = run(at, |c| c == '{');
        let name = at;
        at = run(at, word);
        if chars.get(at) == Some(&':') && chars.get(at + 1) == Some(&'-') {
            at = run(at + 2, word);
        }
        let reference: String = chars[name..at].iter().collect();
        at = run(at, |c| c == '}');
        let whole: String = chars[start..at].iter().collect();
        out.push(Old { prefix: led.then(|| chars[start]), end: whole.len(), whole, reference });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }
    fn load_all(process: &[(&str, &str)], files: &[(&str, &str)], era: Era) -> Loaded {
        let files: Vec<_> = files.iter().map(|(name, text)| Source { name, bytes: text.as_bytes() }).collect();
        load(&set(process), &files, era)
    }
    fn values(loaded: &Loaded) -> BTreeMap<String, String> {
        loaded.variables.iter().map(|v| (v.name.clone(), v.value.clone())).collect()
    }
    fn changes(loaded: &Loaded, name: &str) -> Vec<Change> {
        loaded.variables.iter().find(|v| v.name == name).map(|v| v.changes.clone()).unwrap_or_default()
    }

    /// Each row as the real package loads it; the oracle test proves that on a wider set.
    #[test]
    fn one_file_is_loaded_as_next_loads_it() {
        for (text, want) in [
            ("A=p@ss#w0rd", &[("A", "p@ss")][..]),
            ("A=pa$word", &[("A", "pa")]),
            ("A='pa$word'", &[("A", "pa")]),
            ("A=pa\\$word", &[("A", "pa$word")]),
            ("A=pa$$word", &[("A", "pa$")]),
            ("A=50$", &[("A", "50$")]),
            ("A=$B/$\nB=1", &[("A", "$B/$"), ("B", "1")]),
            ("X=1\nA=$XY $X", &[("A", "1Y 1"), ("X", "1")]),
            ("A=${B:-x}\nB=db", &[("A", "x"), ("B", "db")]),
            ("A=${B}\nB=db", &[("A", "db"), ("B", "db")]),
            ("A=${NONE:-a:b", &[("A", "a:b")]),
            ("A=$NONE", &[("A", "")]),
        ] {
            assert_eq!(values(&load_all(&[], &[(".env", text)], Era::Next14)), set(want), "{text:?}");
        }
    }

    #[test]
    fn the_process_wins_and_is_rewritten_where_a_file_names_it() {
        let loaded = load_all(&[("A", "ab$cd"), ("EMPTY", "")], &[(".env", "A=\nEMPTY=x\nB=$EMPTY")], Era::Next14);
        assert_eq!(values(&loaded), set(&[("A", "ab"), ("EMPTY", ""), ("B", "")]));
        assert_eq!(changes(&loaded, "A"), [Change::HostRewritten]);
        assert!(changes(&loaded, "EMPTY").is_empty());
        assert_eq!(loaded.variables[0].over, [Stand { file: 0, line: 1, column: 1 }]);
    }

    #[test]
    fn files_are_expanded_one_by_one_from_the_strongest() {
        let files = [(".env.local", "A=${B}\nC="), (".env", "B=1\nA=2\nC=3\nD=${A}x")];
        let loaded = load_all(&[], &files, Era::Next14);
        assert_eq!(values(&loaded), set(&[("A", ""), ("B", "1"), ("C", ""), ("D", "x")]));
        assert_eq!(changes(&loaded, "A"), [Change::DollarLost(vec!["B".into()])]);
        let a = loaded.variables.iter().find(|v| v.name == "A").unwrap();
        assert_eq!((a.from.as_ref().unwrap().file, a.over.len()), (0, 1));
    }

    #[test]
    fn a_file_that_refers_to_itself_is_dropped_whole() {
        for text in ["A=${A}x\nB=1", "B=1\nA=$C\nC=$A"] {
            let loaded = load_all(&[], &[(".env.local", text), (".env", "B=2")], Era::Next14);
            assert!(matches!(loaded.files[0].dropped, Some(Dropped::Endless { .. })), "{text:?}");
            assert_eq!(values(&loaded), set(&[("B", "2")]));
        }
        let loaded = load_all(&[], &[(".env", "B=1\nA=5$ off")], Era::Next12);
        assert_eq!(loaded.files[0].dropped, Some(Dropped::LoneDollar { name: "A".into(), line: 2 }));
        assert!(values(&load_all(&[("H", "a$&")], &[(".env", "B=1\nA=$H")], Era::Next14)).is_empty());
    }

    #[test]
    fn the_older_reader_knows_neither_comments_nor_export() {
        for (text, want) in [
            ("A=1 # c", &[("A", "1 # c")][..]),
            ("export A=1", &[]),
            ("A=`x`", &[("A", "`x`")]),
            ("A=\"x\\ny\"", &[("A", "x\ny")]),
            ("A='x' ", &[("A", "'x'")]),
            ("A=\"", &[("A", "\"")]),
            ("A=${B:-x}\nB=db", &[("A", "db"), ("B", "db")]),
        ] {
            assert_eq!(values(&load_all(&[], &[(".env", text)], Era::Next12)), set(want), "{text:?}");
        }
    }

    #[test]
    fn what_happened_to_a_value_is_said() {
        let text =
            "A=p@ss#w0rd\nB=\"x\" y\nC='-----BEGIN\\nx'\nD='open\nE=a # comment\nF=$NOPE\nG=${E:-z}\nH=\n'below'\n";
        let loaded = load_all(&[], &[(".env", text)], Era::Next14);
        assert_eq!(changes(&loaded, "A"), [Change::HashCut { kept: 4, lost: 5 }]);
        assert_eq!(changes(&loaded, "B"), [Change::QuoteInside]);
        assert_eq!(changes(&loaded, "C"), [Change::BackslashKept]);
        assert_eq!(changes(&loaded, "E"), []);
        assert_eq!(changes(&loaded, "F"), [Change::DollarLost(vec!["NOPE".into()])]);
        assert!(changes(&loaded, "G").contains(&Change::DefaultShadows("E".into())));
        assert_eq!(changes(&loaded, "H"), [Change::NextLine]);
    }

    #[test]
    fn the_era_follows_the_version() {
        assert_eq!(Era::of("13.5.11"), Era::Next12);
        assert_eq!(Era::of("^12.0.0"), Era::Next12);
        for v in ["14.2.35", "16.4.6", "canary", "latest", ""] {
            assert_eq!(Era::of(v), Era::Next14, "{v}");
        }
    }
}
