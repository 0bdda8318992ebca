//! What the parsers of mail records share: places in a record, flaws with what was expected, and
//! records that are almost what they should be.

use crate::vocab::Shown;
use std::fmt;

/// A range of bytes in a record, from 0, the end not included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}
impl Span {
    /// A span of `len` bytes from `start`.
    #[must_use]
    pub const fn of(start: usize, len: usize) -> Self {
        Self { start, end: start + len }
    }
}

/// What receivers make of a flaw.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// The whole record is treated as broken or as absent.
    Breaks,
    /// This part of it is passed over, the rest stands.
    Ignored,
}

/// One thing that is wrong with a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flaw {
    /// Where.
    pub span: Span,
    /// What stands there.
    pub found: Shown,
    /// What should stand there, as the end of "expected …".
    pub expected: &'static str,
    /// What receivers make of it.
    pub effect: Effect,
}
impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // People count from 1.
        let at = self.span.start + 1;
        if self.found.is_empty() {
            write!(f, "position {at}: expected {}", self.expected)
        } else {
            write!(f, "position {at}, `{}`: expected {}", self.found.short(60), self.expected)
        }
    }
}

/// A record that somebody meant to be one and receivers do not take for one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NearMiss {
    /// The record.
    pub text: Shown,
    /// Why it does not count.
    pub why: &'static str,
}

/// The record as ASCII of the same length, so that positions in one are positions in the other.
/// Bytes beyond ASCII become the control character SUB, which no record may hold.
pub(crate) fn ascii(bytes: &[u8]) -> String {
    bytes.iter().map(|b| if b.is_ascii() { char::from(*b) } else { '\u{1a}' }).collect()
}

/// Collects the flaws of one record.
#[derive(Default)]
pub(crate) struct Flaws(pub(crate) Vec<Flaw>);
impl Flaws {
    /// The text `found`, which begins at byte `at`, makes the record broken.
    pub(crate) fn breaks(&mut self, at: usize, found: &str, expected: &'static str) {
        self.push(at, found, expected, Effect::Breaks);
    }
    /// The text `found`, which begins at byte `at`, is passed over.
    pub(crate) fn ignored(&mut self, at: usize, found: &str, expected: &'static str) {
        self.push(at, found, expected, Effect::Ignored);
    }
    fn push(&mut self, at: usize, found: &str, expected: &'static str, effect: Effect) {
        self.0.push(Flaw { span: Span::of(at, found.len()), found: found.into(), expected, effect });
    }
}

/// One `name=value` of a tag list (RFC 6376, section 3.2), white space around both taken off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    /// The name as written.
    pub(crate) name: &'a str,
    /// Where the name begins.
    pub(crate) at: usize,
    /// The value.
    pub(crate) value: &'a str,
    /// Where the value begins.
    pub(crate) value_at: usize,
}

/// Cuts a tag list at its semicolons. A part without `=` is a flaw; empty parts are only allowed
/// at the end.
pub(crate) fn tags<'a>(text: &'a str, flaws: &mut Flaws) -> Vec<Tag<'a>> {
    let mut tags: Vec<Tag<'a>> = Vec::new();
    let mut at = 0;
    let parts: Vec<&str> = text.split(';').collect();
    for (i, part) in parts.iter().enumerate() {
        let (trimmed, lead) = trim(part);
        if trimmed.is_empty() {
            if i + 1 < parts.len() {
                flaws.ignored(at, "", "a tag such as p=… between two semicolons");
            }
        } else if let Some((name, value)) = trimmed.split_once('=') {
            let (value_text, value_lead) = trim(value);
            tags.push(Tag {
                name: trim(name).0,
                at: at + lead,
                value: value_text,
                value_at: at + lead + name.len() + 1 + value_lead,
            });
        } else {
            flaws.ignored(at + lead, trimmed, "a tag in the form name=value");
        }
        at += part.len() + 1;
    }
    tags
}

/// Takes off white space and says how many bytes went from the front.
fn trim(text: &str) -> (&str, usize) {
    let white = [' ', '\t', '\r', '\n'];
    let front = text.trim_start_matches(white);
    (front.trim_end_matches(white), text.len() - front.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_know_where_they_stand() {
        let mut flaws = Flaws::default();
        let text = "v=DMARC1 ; p = none;;x; ";
        let found = tags(text, &mut flaws);
        let seen: Vec<_> = found.iter().map(|t| (t.name, t.at, t.value, t.value_at)).collect();
        assert_eq!(seen, [("v", 0, "DMARC1", 2), ("p", 11, "none", 15)]);
        assert_eq!(flaws.0.iter().map(|f| f.span.start).collect::<Vec<_>>(), [20, 21]);
        assert_eq!(&text[21..22], "x");
    }

    #[test]
    fn bytes_beyond_ascii_keep_their_places() {
        assert_eq!(ascii("aé b".as_bytes()), "a\u{1a}\u{1a} b");
    }

    #[test]
    fn no_bytes_make_a_parser_panic_or_point_outside_the_record() {
        use crate::email::{dkim_key, dmarc, spf};
        let seeds: [&[u8]; 3] = [
            b"v=spf1 a:%{d2r-}.acme.test/24//64 ip4:1.2.3.4/8 include:x.test redirect=y.test exp=%{l}.z -all",
            b"v=DMARC1; p=none; sp=reject; fo=0:1; rua=mailto:a@b.test!10m,x; adkim=s",
            b"v=DKIM1; k=rsa; h=sha1:sha256; t=y; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMMbNzUK",
        ];
        let odd = b"%{}/:;=,.\"\\ \t\x00\x80\xff\xc3v1-+~?09aZ";
        let mut state = 1_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for round in 0..6_000 {
            let mut bytes = seeds[round % 3].to_vec();
            for _ in 0..=next(4) {
                let at = next(bytes.len());
                match next(3) {
                    0 => bytes[at] = odd[next(odd.len())],
                    1 => bytes.insert(at, odd[next(odd.len())]),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            let flaws = [spf::parse(&bytes).flaws, dmarc::parse(&bytes).flaws, dkim_key::parse(&bytes).flaws].concat();
            assert!(
                flaws.iter().all(|f| f.span.start <= f.span.end && f.span.end <= bytes.len()),
                "{bytes:?} {flaws:?}"
            );
            let texts = || [bytes.clone()];
            let _ = (spf::select(texts()), dmarc::select(texts()), dkim_key::select(texts()));
        }
    }
}
