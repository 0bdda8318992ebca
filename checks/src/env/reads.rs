//! Where JavaScript and TypeScript source reads environment variables, by a scan of its tokens:
//! comments, texts and regular expressions are told from code, types are not looked at.

use super::{
    facts::{Read, Without},
    tokens::{Kind, Token, tokens},
};
use crate::vocab::Place;
use std::{borrow::Cow, collections::BTreeSet};

/// What one source file says of the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceReads {
    /// Its reads, in order.
    pub reads: Vec<Read>,
    /// The names that a schema in it calls optional or gives a default.
    pub optional: BTreeSet<String>,
}

/// Scans one file. `file` is its name for people; its path also says whether it is tooling.
#[must_use]
pub fn scan(file: &str, text: &str) -> SourceReads {
    let scan = Scan { file, tooling: is_tooling(file), t: tokens(text) };
    let mut out = SourceReads::default();
    let mut aliases = BTreeSet::new();
    for at in 0..scan.t.len() {
        if let Some(after) = scan.env_object(at) {
            scan.read_through(at, after, &mut out.reads);
            scan.destructured(at, &mut out.reads);
            if let Some(alias) = scan.alias(at, after) {
                aliases.insert(alias);
            }
        } else if let Some(name) = scan.ident(at).filter(|n| aliases.contains(n)) {
            let _ = name;
            if !scan.is(at.wrapping_sub(1), ".") {
                scan.read_through(at, at + 1, &mut out.reads);
            }
        }
        if let Some(name) = scan.optional_in_schema(at) {
            out.optional.insert(name);
        }
    }
    out
}

/// The text of a file's bytes; `None` where they are none, as of a picture.
#[must_use]
pub fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if memchr::memchr(0, &bytes[..bytes.len().min(1024)]).is_some() {
        return None;
    }
    // Most are whole, which is seen sooner than where they would be mended.
    Some(str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed))
}

/// The words in a text that have the shape of a variable's name, and starts of such names.
pub fn mentions(text: &str) -> impl Iterator<Item = &str> {
    // Every text of a tree goes through here, and eight bytes in a row rarely hold a capital.
    let (bytes, mut at) = (text.as_bytes(), 0);
    std::iter::from_fn(move || {
        loop {
            at = next_loud(bytes, at)?;
            let (from, mut seen) = (at, 0);
            while let Some(class) = bytes.get(at).map(|b| CLASS[usize::from(*b)]).filter(|c| *c != 0) {
                seen |= class;
                at += 1;
            }
            let inside = from > 0 && CLASS[usize::from(bytes[from - 1])] != 0;
            if !inside && seen & QUIET == 0 && at - from > 2 {
                return Some(&text[from..at]);
            }
        }
    })
}
/// Where the next capital or underscore stands.
fn next_loud(bytes: &[u8], mut at: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    while let Some(eight) = bytes.get(at..at + 8).and_then(|b| <[u8; 8]>::try_from(b).ok()) {
        // The high bit of each byte says whether it is at least `A`, above `Z`, an underscore.
        let x = u64::from_le_bytes(eight);
        let low = x & !HIGH;
        let capital = (low + 0x3f * ONES) & !(low + 0x25 * ONES);
        let other = x ^ (0x5f * ONES);
        let underscore = !(((other & !HIGH) + 0x7f * ONES) | other);
        let loud = (capital & !x | underscore) & HIGH;
        if loud != 0 {
            return Some(at + loud.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    (at..bytes.len()).find(|i| CLASS[usize::from(bytes[*i])] == LOUD)
}
/// Capitals and the underscore, with which a variable's name begins.
const LOUD: u8 = 1;
/// Digits, which it may have further on.
const DIGIT: u8 = 2;
/// Small letters, which it has not.
const QUIET: u8 = 4;
/// What each byte is of a word; 0 ends one.
const CLASS: [u8; 256] = {
    let mut out = [0; 256];
    let mut b = 0_u8;
    while b < 128 {
        out[b as usize] = match b {
            b'A'..=b'Z' | b'_' => LOUD,
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' => QUIET,
            _ => 0,
        };
        b += 1;
    }
    out
};

/// Whether a file configures or maintains the app and is no part of it.
#[must_use]
pub fn is_tooling(file: &str) -> bool {
    let parts: Vec<_> = file.split('/').collect();
    let name = parts.last().copied().unwrap_or_default();
    let folder =
        |p: &&str| matches!(*p, "scripts" | "script" | "bin" | "tools" | "tooling" | "seed" | "seeds" | "migrations");
    parts[..parts.len() - 1].iter().any(folder) || name.contains(".config.") || name.starts_with("seed.")
}

struct Scan<'a> {
    file: &'a str,
    tooling: bool,
    t: Vec<Token<'a>>,
}
impl<'a> Scan<'a> {
    fn is(&self, at: usize, text: &str) -> bool {
        self.t.get(at).is_some_and(|t| t.kind != Kind::Text && t.text == text)
    }
    fn ident(&self, at: usize) -> Option<&'a str> {
        self.t.get(at).filter(|t| t.kind == Kind::Word).map(|t| t.text)
    }
    fn text(&self, at: usize) -> Option<&'a str> {
        self.t.get(at).filter(|t| t.kind == Kind::Text).map(|t| t.text)
    }
    fn dot(&self, at: usize) -> bool {
        self.is(at, ".") || self.is(at, "?.")
    }

    /// Whether `process.env`, `import.meta.env` or `Bun.env` begins here, and where it ends.
    fn env_object(&self, at: usize) -> Option<usize> {
        let head = match self.ident(at)? {
            "process" | "Bun" => at + 1,
            "import" if self.is(at + 1, ".") && self.is(at + 2, "meta") => at + 3,
            _ => return None,
        };
        (self.dot(head) && self.is(head + 1, "env")).then_some(head + 2)
    }

    /// `.NAME` or `["NAME"]` behind the object.
    fn read_through(&self, start: usize, after: usize, out: &mut Vec<Read>) {
        let (name_at, end) = if self.dot(after) && !self.is(after + 1, "[") {
            (after + 1, after + 2)
        } else {
            let open = after + usize::from(self.is(after, "?."));
            if !(self.is(open, "[") && self.text(open + 1).is_some() && self.is(open + 2, "]")) {
                return;
            }
            (open + 1, open + 3)
        };
        let Some(name) = self.ident(name_at).or_else(|| self.text(name_at)).filter(|n| is_name(n)) else { return };
        // `globalThis.process.env`: what stands before it is before the whole.
        let mut first = start;
        while first >= 2 && self.dot(first - 1) && self.ident(first - 2).is_some() {
            first -= 2;
        }
        if let Some(without) = self.without(first, end) {
            out.push(self.read(name, start, without));
        }
    }
    fn read(&self, name: &str, at: usize, without: Without) -> Read {
        let token = &self.t[at];
        Read {
            name: name.to_owned(),
            at: Place::new(self.file, token.line, token.column),
            without,
            tooling: self.tooling,
        }
    }

    /// What the expression does without the variable; `None` where it is no read (an assignment).
    fn without(&self, first: usize, end: usize) -> Option<Without> {
        let mut next = end;
        let mut before = first;
        // Past `!` of TypeScript, `as string`, and brackets that hold nothing but the read.
        loop {
            if self.is(next, "!") || self.is(next, "satisfies") {
                next += 1;
            } else if self.is(next, "as") {
                next += 2;
                while self.is(next, "|") {
                    next += 2;
                }
            } else if self.is(next, ")") && before > 0 && self.is(before - 1, "(") && !self.calls(before - 1) {
                next += 1;
                before -= 1;
            } else {
                break;
            }
        }
        let last = |text: &str| before > 0 && self.is(before - 1, text);
        if ["===", "!==", "==", "!=", "&&", "?", "<", ">"].iter().any(|op| self.is(next, op)) || last("typeof") {
            return Some(Without::Asks);
        }
        if ["===", "!==", "==", "!="].iter().any(|op| last(op)) {
            return Some(Without::Asks);
        }
        if self.is(next, "=") || last("delete") {
            return None;
        }
        if last("!") {
            return Some(self.negated(next));
        }
        if ["??", "||", "??=", "||="].iter().any(|op| self.is(next, op)) {
            return Some(self.fallback(next + 1));
        }
        if last("??") || last("||") {
            return Some(Without::Default);
        }
        let asked = self.is(next, ")") && (last("&&") || last("(") && before >= 2 && self.asks(before - 2));
        Some(if asked { Without::Asks } else { Without::Undefined })
    }
    /// Whether the bracket at `open` belongs to a call or a condition.
    fn calls(&self, open: usize) -> bool {
        open > 0
            && (self.ident(open - 1).is_some_and(|w| !matches!(w, "return" | "await" | "case"))
                || self.is(open - 1, ")"))
    }
    fn asks(&self, at: usize) -> bool {
        self.ident(at).is_some_and(|w| matches!(w, "if" | "while" | "Boolean"))
    }
    /// `!X`: a question, unless what follows gives up without it.
    fn negated(&self, next: usize) -> Without {
        let gives_up = |at: usize| self.is(at, "throw") || self.is(at, "{") && self.is(at + 1, "throw");
        if self.is(next, ")") && gives_up(next + 1) { Without::Undefined } else { Without::Asks }
    }
    /// What stands behind `??` or `||`.
    fn fallback(&self, at: usize) -> Without {
        if let Some(text) = self.text(at) {
            return if text.is_empty() { Without::Empty } else { Without::Default };
        }
        match self.ident(at) {
            Some("undefined" | "null") => Without::Undefined,
            // `?? fail("…")`: a call that gives up is no default.
            Some(call) if self.is(at + 1, "(") && gives_up(call) => Without::Undefined,
            _ => Without::Default,
        }
    }

    /// `const { A, B = "x", C: c } = process.env`, seen from `process`.
    fn destructured(&self, at: usize, out: &mut Vec<Read>) {
        if at < 2 || !self.is(at - 1, "=") || !self.is(at - 2, "}") {
            return;
        }
        let Some(open) = self.opening(at - 2) else { return };
        let mut i = open + 1;
        while i < at - 2 {
            let name =
                self.ident(i).or_else(|| self.text(i)).filter(|n| is_name(n) && !self.is(i.wrapping_sub(1), "..."));
            let end = self.member_end(i, at - 2);
            if let Some(name) = name {
                let default = (i..end).find(|j| self.is(*j, "="));
                let without = default.map_or(Without::Undefined, |eq| self.fallback(eq + 1));
                out.push(self.read(name, i, without));
            }
            i = end + 1;
        }
    }
    fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0_u32;
        (0..=close).rev().take(2000).find(|i| {
            if self.is(*i, "}") {
                depth += 1;
            } else if self.is(*i, "{") {
                depth -= 1;
            }
            depth == 0
        })
    }
    /// The comma that ends a member, or `limit`.
    fn member_end(&self, from: usize, limit: usize) -> usize {
        let mut depth = 0_i32;
        (from..limit)
            .find(|i| {
                if ["(", "[", "{"].iter().any(|b| self.is(*i, b)) {
                    depth += 1;
                } else if [")", "]", "}"].iter().any(|b| self.is(*i, b)) {
                    depth -= 1;
                }
                depth <= 0 && self.is(*i, ",")
            })
            .unwrap_or(limit)
    }

    /// `const env = process.env`: the name that stands for it from here on.
    fn alias(&self, at: usize, after: usize) -> Option<&'a str> {
        let whole = !self.dot(after) && !self.is(after, "[");
        let declared = at >= 3 && ["const", "let", "var"].iter().any(|w| self.is(at - 3, w));
        (whole && declared && self.is(at - 1, "=")).then(|| self.ident(at - 2)).flatten()
    }

    /// `NAME: z.string().optional()` and its like.
    fn optional_in_schema(&self, at: usize) -> Option<String> {
        let name = self.ident(at).or_else(|| self.text(at)).filter(|n| is_upper(n))?;
        if !self.is(at + 1, ":") {
            return None;
        }
        let end = self.member_end(at + 2, (at + 200).min(self.t.len()));
        let eases = |i: usize| {
            let word =
                self.ident(i).is_some_and(|w| matches!(w, "optional" | "default" | "nullish" | "nullable" | "catch"));
            word && (self.is(i - 1, ".") || self.is(i + 1, ":"))
        };
        (at + 2..end).any(eases).then(|| name.to_owned())
    }
}

fn gives_up(call: &str) -> bool {
    let lower = call.to_ascii_lowercase();
    ["throw", "fail", "raise", "invariant", "assert", "error", "required", "missing", "panic"]
        .iter()
        .any(|w| lower.contains(w))
}
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
fn is_upper(text: &str) -> bool {
    text.len() > 2 && is_name(text) && !text.bytes().any(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> Vec<(String, Without)> {
        scan("app/a.ts", text).reads.into_iter().map(|r| (r.name, r.without)).collect()
    }
    fn one(text: &str) -> Without {
        let all = reads(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        all[0].1
    }

    #[test]
    fn the_ways_to_read() {
        use Without::Undefined;
        for text in [
            "const s = new Stripe(process.env.A_KEY!)",
            "f(process.env.A_KEY as string)",
            "const k = process.env['A_KEY']",
            "const k = process.env[`A_KEY`];",
            "x = import.meta.env.A_KEY",
            "x = globalThis.process?.env?.A_KEY",
            "const { A_KEY } = process.env",
            "const { A_KEY: key } = process.env;",
            "const env = process.env;\nuse(env.A_KEY)",
            "if (!process.env.A_KEY) throw new Error('no')",
            "if (!process.env.A_KEY) { throw 1 }",
            "const a = process.env.A_KEY ?? fail('no')",
            "return (process.env.A_KEY)",
            "`Bearer ${process.env.A_KEY}`",
            "<a href={process.env.A_KEY}>Don't</a>",
        ] {
            assert_eq!(one(text), Undefined, "{text}");
        }
    }

    #[test]
    fn what_happens_without() {
        use Without::{Asks, Default, Empty};
        for (text, want) in [
            ("process.env.A ?? 'x'", Default),
            ("process.env.A! || \"x\"", Default),
            ("(process.env.A as string) || ''", Empty),
            ("process.env.A || ``", Empty),
            ("const { A = 'x' } = process.env", Default),
            ("if (process.env.A) go()", Asks),
            ("process.env.A === 'true'", Asks),
            ("process.env.A ? 1 : 2", Asks),
            ("process.env.A && go()", Asks),
            ("!!process.env.A", Asks),
            ("Boolean(process.env.A)", Asks),
            ("'x' !== process.env.A", Asks),
        ] {
            assert_eq!(one(text), want, "{text}");
        }
        assert_eq!(reads("process.env.A ?? process.env.B"), [("A".to_owned(), Default), ("B".to_owned(), Default)]);
        assert!(reads("process.env.A = 'x'; delete process.env.A").is_empty());
    }

    #[test]
    fn what_is_no_code_is_not_read() {
        for text in [
            "// process.env.A",
            "/* process.env.A */",
            "'process.env.A'",
            "`process.env.A`",
            "const r = /process.env.A/",
            "const x = a / b; // process.env.A",
            "process.env[name]",
        ] {
            assert!(reads(text).is_empty(), "{text}");
        }
        assert_eq!(reads("const r = /['\"`]/; process.env.A").len(), 1);
        assert_eq!(reads("const u = `a${`b${process.env.A}`}c`; process.env.B").len(), 2);
    }

    #[test]
    fn places_and_tooling() {
        let r = scan("scripts/x.ts", "\n  f(process.env.A)").reads;
        assert_eq!((r[0].at.to_string().as_str(), r[0].tooling), ("scripts/x.ts:2:5", true));
        assert!(!scan("app/a.ts", "process.env.A").reads[0].tooling);
        assert!(scan("next.config.mjs", "process.env.A").reads[0].tooling);
    }

    #[test]
    fn schemas_say_what_is_optional() {
        let s = scan(
            "env.ts",
            "createEnv({ server: { SMTP_HOST: z.string().optional(), A_KEY: z.string().min(1), B_URL: str({ default: 'x' }) } })",
        );
        assert_eq!(s.optional.into_iter().collect::<Vec<_>>(), ["B_URL", "SMTP_HOST"]);
    }

    #[test]
    fn words_in_the_shape_of_names() {
        let words: Vec<_> = mentions("env(\"SHADOW_DATABASE_URL\") a.B Abc `KEY_${x}` {_X1}").collect();
        assert_eq!(words, ["SHADOW_DATABASE_URL", "KEY_", "_X1"]);
    }

    /// Eight bytes at a time find the words that a look at each character finds, wherever they stand.
    #[test]
    fn words_by_eight_are_words_by_one() {
        const PIECES: &[&str] = &[
            "A",
            "Z",
            "_",
            "0",
            "9",
            "a",
            "z",
            "AB_C",
            "@",
            "[",
            "`",
            "{",
            "^",
            " ",
            "\n",
            "é",
            "ß",
            "日本",
            "\u{7f}",
            "\0",
            "Ünder_SCORE",
            "        ",
        ];
        let by_one = |text: &str| -> Vec<String> {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let is_name = |w: &&str| {
                w.len() > 2
                    && !w.starts_with(|c: char| c.is_ascii_digit())
                    && !w.contains(|c: char| c.is_ascii_lowercase())
            };
            words.filter(is_name).map(str::to_owned).collect()
        };
        let mut seed = 7_u64;
        let mut next = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % n
        };
        let mut words = 0;
        for _ in 0..20_000 {
            let text: String = (0..next(24)).map(|_| PIECES[next(PIECES.len())]).collect();
            let all: Vec<_> = mentions(&text).map(str::to_owned).collect();
            assert_eq!(all, by_one(&text), "{text:?}");
            words += all.len();
        }
        assert!(words > 5_000, "{words} words say little");
    }
}
