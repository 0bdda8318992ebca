//! The domains that SPF terms name: macro strings (RFC 7208, section 7) with every flaw in them.

use super::syntax::Flaws;
use crate::vocab::DomainName;

/// A domain as an SPF term writes it, with its macros taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DomainSpec {
    /// As written.
    pub text: String,
    /// The pieces, in order.
    pub pieces: Vec<Piece>,
}
/// A piece of a macro string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Plain text; `%%`, `%_` and `%-` are here as what they stand for.
    Literal(String),
    /// `%{…}`
    Macro(Macro),
}
/// One `%{…}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Macro {
    /// The letter in lower case: one of `slodiphcrtv`.
    pub letter: char,
    /// Whether the letter was written as a capital, so that its value is URL-escaped.
    pub escaped: bool,
    /// How many labels to keep from the right; `None` for all.
    pub keep: Option<u8>,
    /// Whether the parts are turned round first.
    pub reversed: bool,
    /// What to split at; empty for the dot.
    pub delimiters: String,
}
impl DomainSpec {
    /// The name, where it does not depend on the message.
    #[must_use]
    pub fn fixed(&self) -> Option<DomainName> {
        self.literal().and_then(|t| DomainName::octets(&t).ok())
    }
    /// Whether it depends on who sends what from where.
    #[must_use]
    pub fn has_macros(&self) -> bool {
        self.literal().is_none()
    }
    fn literal(&self) -> Option<String> {
        let texts = self.pieces.iter().map(|p| match p {
            Piece::Literal(t) => Some(t.as_str()),
            Piece::Macro(_) => None,
        });
        texts.collect()
    }
}

const LETTERS: &str = "a macro letter: s, l, o, d, i, p, h or v";

/// Reads a `domain-spec` that begins at byte `at` of the record.
pub(crate) fn domain_spec(text: &str, at: usize, flaws: &mut Flaws) -> DomainSpec {
    if text.is_empty() {
        flaws.breaks(at, "", "a domain name");
    }
    let before = flaws.0.len();
    let (pieces, tail) = macro_string(text, at, flaws);
    // A macro string that is flawed already says enough about its end.
    if !text.is_empty() && flaws.0.len() == before && !ends_in_domain(&text[tail..], tail > 0 && tail == text.len()) {
        flaws.breaks(at + tail, &text[tail..], "a full domain name, such as mail.example.com");
    }
    DomainSpec { text: text.to_owned(), pieces }
}

/// Reads an explanation (RFC 7208, section 6.2), in which `c`, `r` and `t` may stand too; `None`
/// where it is not well formed, since receivers then show none.
pub(crate) fn explanation(text: &str) -> Option<Vec<Piece>> {
    let mut flaws = Flaws::default();
    let (pieces, _) = pieces(text, 0, true, &mut flaws);
    flaws.0.is_empty().then_some(pieces)
}

/// Reads a `macro-string`; returns its pieces and where the text after the last macro begins.
pub(crate) fn macro_string(text: &str, at: usize, flaws: &mut Flaws) -> (Vec<Piece>, usize) {
    pieces(text, at, false, flaws)
}

fn pieces(text: &str, at: usize, explains: bool, flaws: &mut Flaws) -> (Vec<Piece>, usize) {
    let (mut pieces, mut plain, mut i, mut tail) = (Vec::new(), String::new(), 0, 0);
    while let Some(c) = text[i..].chars().next() {
        if c != '%' {
            plain.push(c);
            i += c.len_utf8();
            continue;
        }
        let rest = &text[i + 1..];
        let len = match rest.chars().next() {
            Some(escape @ ('%' | '_' | '-')) => {
                plain.push_str(match escape {
                    '%' => "%",
                    '_' => " ",
                    _ => "%20",
                });
                2
            }
            Some('{') => {
                let Some(close) = rest.find('}') else {
                    flaws.breaks(at + i, &text[i..], "a closing } after %{");
                    return (pieces, text.len());
                };
                if let Some(m) = one_macro(&rest[1..close], at + i + 2, explains, flaws) {
                    if !plain.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut plain)));
                    }
                    pieces.push(Piece::Macro(m));
                }
                close + 2
            }
            _ => {
                flaws.breaks(at + i, &text[i..(i + 2).min(text.len())], "%{…}, %%, %_ or %- after a percent sign");
                1
            }
        };
        i += len;
        tail = i;
    }
    if !plain.is_empty() {
        pieces.push(Piece::Literal(plain));
    }
    (pieces, tail)
}

/// Reads what stands between `%{` and `}`.
fn one_macro(inside: &str, at: usize, explains: bool, flaws: &mut Flaws) -> Option<Macro> {
    let mut chars = inside.chars();
    let letter = chars.next();
    let lower = letter.map(|l| l.to_ascii_lowercase());
    match lower {
        Some('c' | 'r' | 't') if explains => {}
        Some('c' | 'r' | 't') => {
            flaws.breaks(at, inside, "no c, r or t macro here; they are for explanations alone");
            return None;
        }
        Some('s' | 'l' | 'o' | 'd' | 'i' | 'p' | 'h' | 'v') => {}
        _ => {
            flaws.breaks(at, inside, LETTERS);
            return None;
        }
    }
    let rest = chars.as_str();
    let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
    if !digits.is_empty() && digits.bytes().all(|b| b == b'0') {
        flaws.breaks(at + 1, digits, "at least 1 label to keep");
        return None;
    }
    let rest = &rest[digits.len()..];
    let (reversed, delimiters) = match rest.strip_prefix(['r', 'R']) {
        Some(after) => (true, after),
        None => (false, rest),
    };
    if let Some(bad) = delimiters.find(|c: char| !".-+,/_=".contains(c)) {
        flaws.breaks(
            at + inside.len() - delimiters.len() + bad,
            &delimiters[bad..],
            "one of the delimiters . - + , / _ =",
        );
        return None;
    }
    Some(Macro {
        letter: lower?,
        escaped: letter.is_some_and(|l| l.is_ascii_uppercase()),
        // No name has more than 127 labels, so more than that is all of them.
        keep: (!digits.is_empty()).then(|| digits.parse().unwrap_or(u8::MAX)),
        reversed,
        delimiters: delimiters.to_owned(),
    })
}

/// Whether the text after the last macro ends as a domain must: with a macro, or with a dot and a
/// top label that is not a number (RFC 7208, section 7.1).
fn ends_in_domain(tail: &str, after_macro: bool) -> bool {
    if tail.is_empty() {
        return after_macro;
    }
    let tail = tail.strip_suffix('.').unwrap_or(tail);
    let Some((_, top)) = tail.rsplit_once('.') else { return false };
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    ends(top.chars().next())
        && ends(top.chars().next_back())
        && top.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && top.bytes().any(|b| b.is_ascii_alphabetic() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_and_their_flaws() {
        for (text, flaw_at) in [
            ("example.com", None),
            ("example.com.", None),
            ("%{d}", None),
            ("_spf.%{d2r.-}", None),
            ("%{ir}.%{v}._spf.%{D2}", None),
            ("foo:bar/baz.example.com", None),
            ("a.xn--p1ai", None),
            ("a.b-2", None),
            ("%{d}.museum", None),
            ("", Some(0)),
            ("museum", Some(0)),
            ("museum.", Some(0)),
            ("1.2.3.4", Some(0)),
            ("example.-com", Some(0)),
            ("example.com-", Some(0)),
            ("example.com/24", Some(0)),
            ("%{d}foo", Some(4)),
            ("a%b.com", Some(1)),
            ("a.com%", Some(5)),
            ("%{d", Some(0)),
            ("%{x}.com", Some(2)),
            ("%{}.com", Some(2)),
            ("%{d0}.com", Some(3)),
            ("%{d2?}.com", Some(4)),
            ("%{c}.com", Some(2)),
        ] {
            let mut flaws = Flaws::default();
            domain_spec(text, 0, &mut flaws);
            assert_eq!(flaws.0.first().map(|f| f.span.start), flaw_at, "{text}: {:?}", flaws.0);
        }
    }

    #[test]
    fn macros_are_taken_apart() {
        let mut flaws = Flaws::default();
        let spec = domain_spec("a%%.%{D2r-+}.test", 0, &mut flaws);
        assert!(flaws.0.is_empty() && spec.has_macros());
        let macro_ = Macro { letter: 'd', escaped: true, keep: Some(2), reversed: true, delimiters: "-+".to_owned() };
        let want = [Piece::Literal("a%.".into()), Piece::Macro(macro_), Piece::Literal(".test".into())];
        assert_eq!(spec.pieces, want);
    }
}
