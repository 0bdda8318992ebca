//! SPF records (RFC 7208): which TXT records are one, what their terms say, and every flaw at once.

use super::spf_macro::{DomainSpec, domain_spec, macro_string};
use super::syntax::{Effect, Flaw, Flaws, NearMiss, Span, ascii};
use crate::vocab::Shown;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An SPF record, read to its end whatever is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// The record as published.
    pub text: Shown,
    /// Its length in octets.
    pub length: usize,
    /// The terms that could be read, in order.
    pub terms: Vec<Term>,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}
/// One term of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Term {
    /// Where it stands.
    pub span: Span,
    /// As written.
    pub text: String,
    /// What it says.
    pub kind: Kind,
}
/// What a term says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A mechanism and what a match means.
    Directive(Qualifier, Mechanism),
    /// `redirect=`
    Redirect(DomainSpec),
    /// `exp=`
    Exp(DomainSpec),
    /// Another modifier, which receivers pass over.
    Other,
}
/// What a match of a mechanism means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Qualifier {
    /// `+`, or nothing
    Pass,
    /// `-`
    Fail,
    /// `~`
    SoftFail,
    /// `?`
    Neutral,
}
/// A mechanism.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mechanism {
    /// Matches everything.
    All,
    /// Matches what the other record passes.
    Include(DomainSpec),
    /// The addresses of a name.
    A(Option<DomainSpec>, Prefixes),
    /// The addresses of a name's mail servers.
    Mx(Option<DomainSpec>, Prefixes),
    /// The name behind the address; not to be used.
    Ptr(Option<DomainSpec>),
    /// An IPv4 network.
    Ip4(Ipv4Addr, u8),
    /// An IPv6 network.
    Ip6(Ipv6Addr, u8),
    /// Whether a name has an address.
    Exists(DomainSpec),
}
/// The prefix lengths behind `a` and `mx`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prefixes {
    /// For IPv4, 32 where nothing is written.
    pub v4: u8,
    /// For IPv6, 128 where nothing is written.
    pub v6: u8,
}

/// The most terms that may ask the DNS (RFC 7208, section 4.6.4).
pub const LOOKUP_LIMIT: u32 = 10;

impl Term {
    /// Whether evaluating it costs one of the ten look-ups (RFC 7208, section 4.6.4).
    #[must_use]
    pub const fn costs(&self) -> bool {
        match &self.kind {
            Kind::Redirect(_) => true,
            Kind::Directive(_, m) => !matches!(m, Mechanism::All | Mechanism::Ip4(..) | Mechanism::Ip6(..)),
            Kind::Exp(_) | Kind::Other => false,
        }
    }
    /// Whether a match passes and everything matches: `+all`, or a network of length 0.
    #[must_use]
    pub const fn passes_everything(&self) -> bool {
        let Kind::Directive(Qualifier::Pass, m) = &self.kind else { return false };
        match m {
            Mechanism::All | Mechanism::Ip4(_, 0) | Mechanism::Ip6(_, 0) => true,
            Mechanism::A(_, p) | Mechanism::Mx(_, p) => p.v4 == 0 || p.v6 == 0,
            _ => false,
        }
    }
}
impl Record {
    /// Whether receivers can use it.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.flaws.iter().all(|f| f.effect != Effect::Breaks)
    }
    /// The terms that an evaluation can come to: nothing behind `all`, and `redirect` only where
    /// there is no `all` (RFC 7208, sections 5.1 and 6.1).
    pub fn reached(&self) -> impl Iterator<Item = &Term> {
        let all = self.terms.iter().position(|t| matches!(t.kind, Kind::Directive(_, Mechanism::All)));
        let directives = &self.terms[..all.map_or(self.terms.len(), |i| i + 1)];
        let redirect = self.terms.iter().filter(move |t| all.is_none() && matches!(t.kind, Kind::Redirect(_)));
        directives.iter().filter(|t| matches!(t.kind, Kind::Directive(..))).chain(redirect)
    }
    /// What `all` says, where there is one.
    #[must_use]
    pub fn all(&self) -> Option<Qualifier> {
        self.terms.iter().find_map(|t| match t.kind {
            Kind::Directive(q, Mechanism::All) => Some(q),
            _ => None,
        })
    }
    /// Whether some mail could pass.
    #[must_use]
    pub fn can_pass(&self) -> bool {
        self.is_valid()
            && self.reached().any(|t| matches!(t.kind, Kind::Directive(Qualifier::Pass, _) | Kind::Redirect(_)))
    }
    /// Whether it says that no mail comes from the domain: `v=spf1 -all` and nothing else.
    #[must_use]
    pub fn says_no_mail(&self) -> bool {
        self.is_valid() && self.all() == Some(Qualifier::Fail) && self.reached().count() == 1
    }
}

/// Of the TXT records of a name, those that are SPF records, and those that were meant to be.
/// A record counts when `v=spf1` in any case is followed by a space or the end (RFC 7208, 4.5).
pub fn select(texts: impl IntoIterator<Item = Vec<u8>>) -> (Vec<Record>, Vec<NearMiss>) {
    let (mut records, mut near) = (Vec::new(), Vec::new());
    for bytes in texts {
        let is_version = bytes.get(..6).is_some_and(|v| v.eq_ignore_ascii_case(b"v=spf1"));
        if is_version && matches!(bytes.get(6), None | Some(b' ')) {
            records.push(parse(&bytes));
        } else if let Some(why) = near_miss(&ascii(&bytes).to_ascii_lowercase()) {
            near.push(NearMiss { text: Shown::wire(&bytes), why });
        }
    }
    (records, near)
}

fn near_miss(text: &str) -> Option<&'static str> {
    let bare = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || "\"'\\".contains(c));
    if bare.starts_with("v=spf1") {
        return Some(if bare.len() < text.len() {
            "something stands in front of v=spf1, so it is not read as SPF"
        } else {
            "v=spf1 must be followed by a space"
        });
    }
    let squeezed: String = bare.chars().filter(|c| *c != ' ').take(12).collect();
    if squeezed.starts_with("spf2.0/") {
        Some("that is a Sender ID record, which receivers no longer read")
    } else if ["v=spf", "v:spf", "spf1", "spf=", "v=sfp"].iter().any(|p| squeezed.starts_with(p)) {
        Some("the version must read exactly v=spf1")
    } else if ["include:", "ip4:"].iter().any(|p| squeezed.starts_with(p)) {
        Some("v=spf1 is missing at its start")
    } else {
        None
    }
}

/// Reads a record; the first six bytes are taken to be the version.
#[must_use]
pub fn parse(bytes: &[u8]) -> Record {
    let text = ascii(bytes);
    let mut reader = Reader::default();
    let mut at = 0;
    for (i, word) in text.split(' ').enumerate() {
        if i > 0 && !word.is_empty() {
            reader.word(word, at);
        }
        at += word.len() + 1;
    }
    Record { text: Shown::wire(bytes), length: bytes.len(), terms: reader.terms, flaws: reader.flaws.0 }
}

#[derive(Default)]
struct Reader {
    terms: Vec<Term>,
    flaws: Flaws,
}
impl Reader {
    fn word(&mut self, word: &str, at: usize) {
        if let Some(i) = word.find(|c: char| !c.is_ascii_graphic()) {
            let bad = &word[i..];
            let len = bad.find(|c: char| c.is_ascii_graphic()).unwrap_or(bad.len());
            self.flaws.0.push(Flaw {
                span: Span::of(at + i, len),
                found: Shown::default(),
                expected: "plain ASCII; a control character or a letter beyond ASCII stands here",
                effect: Effect::Breaks,
            });
            return;
        }
        let before = self.flaws.0.len();
        let kind = self.term(word, at);
        let sound = self.flaws.0[before..].iter().all(|f| f.effect != Effect::Breaks);
        if let (Some(kind), true) = (kind, sound) {
            self.terms.push(Term { span: Span::of(at, word.len()), text: word.to_owned(), kind });
        }
    }

    fn term(&mut self, word: &str, at: usize) -> Option<Kind> {
        let qualifier = match word.as_bytes().first() {
            Some(b'+') => Some(Qualifier::Pass),
            Some(b'-') => Some(Qualifier::Fail),
            Some(b'~') => Some(Qualifier::SoftFail),
            Some(b'?') => Some(Qualifier::Neutral),
            _ => None,
        };
        let lead = usize::from(qualifier.is_some());
        let body = &word[lead..];
        let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(body.len());
        let (name, rest) = (body[..end].to_ascii_lowercase(), &body[end..]);
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.flaws.breaks(at, word, "a mechanism such as include:… or ip4:…");
            return None;
        }
        let rest_at = at + lead + end;
        if let Some(value) = rest.strip_prefix('=') {
            if qualifier.is_some() {
                self.flaws.breaks(at, &word[..lead], "no + - ~ ? in front of a modifier");
                return None;
            }
            return self.modifier(&name, value, word, at, rest_at + 1);
        }
        let mechanism = self.mechanism(&name, rest, word, at, rest_at)?;
        Some(Kind::Directive(qualifier.unwrap_or(Qualifier::Pass), mechanism))
    }

    fn modifier(&mut self, name: &str, value: &str, word: &str, at: usize, value_at: usize) -> Option<Kind> {
        let twice = |k: &Kind| matches!((name, k), ("redirect", Kind::Redirect(_)) | ("exp", Kind::Exp(_)));
        if self.terms.iter().any(|t| twice(&t.kind)) {
            self.flaws.breaks(at, word, "this modifier once and not twice");
            return None;
        }
        match name {
            "redirect" => Some(Kind::Redirect(domain_spec(value, value_at, &mut self.flaws))),
            "exp" => Some(Kind::Exp(domain_spec(value, value_at, &mut self.flaws))),
            "include" | "ip4" | "ip6" | "a" | "mx" | "exists" => {
                // The grammar takes this for a modifier it does not know, so nobody is told.
                self.flaws.ignored(at, word, "a colon and not an equals sign; as it stands receivers skip it");
                None
            }
            _ => {
                macro_string(value, value_at, &mut self.flaws);
                Some(Kind::Other)
            }
        }
    }

    fn mechanism(&mut self, name: &str, rest: &str, word: &str, at: usize, rest_at: usize) -> Option<Mechanism> {
        match name {
            "all" => {
                if !rest.is_empty() {
                    self.flaws.breaks(rest_at, rest, "nothing after `all`");
                }
                Some(Mechanism::All)
            }
            "include" => self.named(rest, rest_at, "a colon and a domain: include:example.com").map(Mechanism::Include),
            "exists" => self.named(rest, rest_at, "a colon and a domain: exists:example.com").map(Mechanism::Exists),
            "a" | "mx" => {
                let (spec, prefixes) = self.with_prefixes(rest, rest_at);
                Some(if name == "a" { Mechanism::A(spec, prefixes) } else { Mechanism::Mx(spec, prefixes) })
            }
            "ptr" if rest.is_empty() => Some(Mechanism::Ptr(None)),
            "ptr" => self
                .named(rest, rest_at, "a colon and a domain, or nothing, after `ptr`")
                .map(|s| Mechanism::Ptr(Some(s))),
            "ip4" => self.ip4(rest, rest_at),
            "ip6" => self.ip6(rest, rest_at),
            "redirect" | "exp" => {
                self.flaws.breaks(at, word, "an equals sign and not a colon: redirect=example.com");
                None
            }
            _ => {
                self.flaws.breaks(at, word, "one of all, include, a, mx, ip4, ip6, exists");
                None
            }
        }
    }

    fn named(&mut self, rest: &str, at: usize, expected: &'static str) -> Option<DomainSpec> {
        let Some(spec) = rest.strip_prefix(':') else {
            self.flaws.breaks(at, rest, expected);
            return None;
        };
        Some(domain_spec(spec, at + 1, &mut self.flaws))
    }

    /// `[ ":" domain-spec ] [ "/" 0-32 ] [ "//" 0-128 ]`
    fn with_prefixes(&mut self, rest: &str, at: usize) -> (Option<DomainSpec>, Prefixes) {
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let (mut head, mut prefixes) = (rest, Prefixes { v4: 32, v6: 128 });
        if let Some((before, n)) = head.rsplit_once("//").filter(|(_, n)| digits(n)) {
            prefixes.v6 = self.prefix(n, at + before.len() + 2, 128);
            head = before;
        }
        let v4 =
            |head: &str| head.rsplit_once('/').filter(|(b, n)| digits(n) && !b.ends_with('/')).map(|(b, _)| b.len());
        if let Some(slash) = v4(head) {
            if v4(&head[..slash]).is_some() {
                self.flaws.breaks(at + slash, &head[slash..], "two slashes in front of the IPv6 prefix: /24//64");
                return (None, prefixes);
            }
            prefixes.v4 = self.prefix(&head[slash + 1..], at + slash + 1, 32);
            head = &head[..slash];
        }
        if head.is_empty() {
            return (None, prefixes);
        }
        let Some(spec) = head.strip_prefix(':') else {
            self.flaws.breaks(at, head, "a prefix such as /24 or /24//64, or a colon and a domain");
            return (None, prefixes);
        };
        (Some(domain_spec(spec, at + 1, &mut self.flaws)), prefixes)
    }

    fn prefix(&mut self, digits: &str, at: usize, max: u8) -> u8 {
        let value = digits.parse::<u8>().ok().filter(|v| *v <= max && (digits == "0" || !digits.starts_with('0')));
        value.unwrap_or_else(|| {
            let expected = if max == 32 { "a prefix length from 0 to 32" } else { "a prefix length from 0 to 128" };
            self.flaws.breaks(at, digits, expected);
            max
        })
    }

    /// The address and the prefix of `ip4:` and `ip6:`.
    fn network<'a>(&mut self, rest: &'a str, at: usize, max: u8, expected: &'static str) -> Option<(&'a str, u8)> {
        let Some(network) = rest.strip_prefix(':') else {
            self.flaws.breaks(at, rest, expected);
            return None;
        };
        match network.split_once('/') {
            Some((address, n)) => Some((address, self.prefix(n, at + 2 + address.len(), max))),
            None => Some((network, max)),
        }
    }
    fn ip4(&mut self, rest: &str, at: usize) -> Option<Mechanism> {
        const EXPECTED: &str = "an IPv4 address or network, such as ip4:203.0.113.0/24";
        let (address, prefix) = self.network(rest, at, 32, EXPECTED)?;
        if let Ok(a) = address.parse() {
            return Some(Mechanism::Ip4(a, prefix));
        }
        let wrong_family = address.parse::<Ipv6Addr>().is_ok();
        self.flaws.breaks(at + 1, address, if wrong_family { "ip6: for an IPv6 address" } else { EXPECTED });
        None
    }
    fn ip6(&mut self, rest: &str, at: usize) -> Option<Mechanism> {
        const EXPECTED: &str = "an IPv6 address or network, such as ip6:2001:db8::/32";
        let (address, prefix) = self.network(rest, at, 128, EXPECTED)?;
        if let Ok(a) = address.parse() {
            return Some(Mechanism::Ip6(a, prefix));
        }
        let wrong_family = address.parse::<Ipv4Addr>().is_ok();
        self.flaws.breaks(at + 1, address, if wrong_family { "ip4: for an IPv4 address" } else { EXPECTED });
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaws(text: &str) -> Vec<usize> {
        parse(text.as_bytes()).flaws.iter().map(|f| f.span.start).collect()
    }

    #[test]
    fn good_records_have_no_flaw() {
        for text in [
            "v=spf1",
            "v=spf1   ",
            "v=spf1 -all",
            "V=SPF1 +MX a:mail.example.com/24//64 -ALL",
            "v=spf1 a mx//32 a/0 ptr ptr:example.com ~all",
            "v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 ip6:::1 ip4:192.0.2.1 ?all",
            "v=spf1 include:_spf.example.com exists:%{i}._x.%{d2} redirect=_other.example.com exp=why.example.com",
            "v=spf1 moo=%{d} default=pass a:foo:bar/baz.example.com -all",
        ] {
            assert_eq!(flaws(text), [0; 0], "{text}: {:?}", parse(text.as_bytes()).flaws);
        }
    }

    #[test]
    fn every_flaw_at_its_place() {
        for (text, at) in [
            ("v=spf1 moo -all", vec![7]),
            ("v=spf1 ipv4:1.2.3.4 includ:a.com -all", vec![7, 20]),
            ("v=spf1 -all. all:x all/8", vec![7, 16, 22]),
            ("v=spf1 ip4:1.2.3 ip4 ip4: ip4:1.2.3.4:80", vec![11, 20, 25, 30]),
            ("v=spf1 ip4:1.2.3.4/33 ip4:1.2.3.4/032 ip4:1.2.3.4/", vec![19, 34, 50]),
            ("v=spf1 ip4:2001:db8::1 ip6:1.2.3.4 ip6:2001:db8::1/129", vec![11, 27, 51]),
            ("v=spf1 a/33 a//129 a/ a: a/24/64 a:x.com/00", vec![9, 15, 20, 24, 29, 41]),
            ("v=spf1 include include: include:x include/24", vec![14, 23, 32, 41]),
            ("v=spf1 ptr/24 ptr:", vec![10, 18]),
            ("v=spf1 -redirect=a.com redirect:a.com", vec![7, 23]),
            ("v=spf1 redirect=a.com redirect=b.com exp=a.com exp=b.com", vec![22, 47]),
            ("v=spf1 include=a.com -all", vec![7]),
            ("v=spf1 a:111.222.33.44 a:abc.123 a:museum", vec![9, 25, 35]),
            ("v=spf1 a\tmx caf\u{e9} -all", vec![8, 15]),
            ("v=spf1 =x 1a -", vec![7, 10, 13]),
            ("v=spf1 moo=%{x} exists:%(i).a.com", vec![13, 23]),
        ] {
            assert_eq!(flaws(text), at, "{text}: {:#?}", parse(text.as_bytes()).flaws);
        }
    }

    #[test]
    fn sound_terms_beside_flawed_ones_are_kept() {
        let r = parse(b"v=spf1 ip4:1.2.3 include:a.test mx -all");
        let texts: Vec<_> = r.terms.iter().map(|t| t.text.as_str()).collect();
        assert_eq!(texts, ["include:a.test", "mx", "-all"]);
        assert!(!r.is_valid() && !r.can_pass());
    }

    #[test]
    fn what_a_record_comes_to() {
        for (text, passes, no_mail) in [
            ("v=spf1 -all", false, true),
            ("v=spf1 ~all", false, false),
            ("v=spf1 ?all", false, false),
            ("v=spf1", false, false),
            ("v=spf1 -all include:a.test", false, true),
            ("v=spf1 include:a.test -all", true, false),
            ("v=spf1 redirect=a.test", true, false),
            ("v=spf1 ?include:a.test -all", false, false),
        ] {
            let r = parse(text.as_bytes());
            assert_eq!((r.can_pass(), r.says_no_mail()), (passes, no_mail), "{text}");
        }
        assert_eq!(parse(b"v=spf1 a ip4:1.2.3.4 -all mx redirect=a.test").reached().filter(|t| t.costs()).count(), 1);
    }

    #[test]
    fn which_texts_are_spf() {
        for (text, is, near) in [
            ("v=spf1 -all", true, false),
            ("v=spf1", true, false),
            ("V=sPf1 -all", true, false),
            ("v=spf1; -all", false, true),
            ("v=spf10 -all", false, true),
            (" v=spf1 -all", false, true),
            ("\"v=spf1 -all\"", false, true),
            ("v = spf1 -all", false, true),
            ("v=spf2 -all", false, true),
            ("include:a.test ~all", false, true),
            ("spf2.0/pra -all", false, true),
            ("google-site-verification=abc", false, false),
            ("", false, false),
        ] {
            let (records, misses) = select([text.as_bytes().to_vec()]);
            assert_eq!((records.len() == 1, misses.len() == 1), (is, near), "{text}");
        }
    }
}
