//! CAA records (RFC 8659): a parser that knows where everything stands, and the climb from a host to
//! the nearest name that has any.

use super::facts::Caa;
use crate::email::syntax::{Effect, Flaw, Span};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Observed, Step};
use crate::wire::{DnsQuestion, Record, RecordKind};

/// One CAA record, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Property {
    /// Its tag in lower case: tags are compared so (section 4.1).
    pub tag: String,
    /// Whether an authority that does not know the tag must refuse.
    pub critical: bool,
    /// Its value as it stands.
    pub value: String,
    /// The authority that it allows, with its parameters; of `issue` and `issuewild`. `None` where
    /// it allows nobody: an empty value, or one that cannot be read.
    pub issuer: Option<Issuer>,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
}
/// An authority as CAA names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Issuer {
    /// Its domain, in lower case.
    pub domain: String,
    /// Where the domain stands in the value.
    pub span: Span,
    /// Its parameters: name and value, such as `validationmethods` (RFC 8657).
    pub parameters: Vec<(String, String)>,
}

/// The tags that authorities know (IANA registry, 2026-11).
const KNOWN: [&str; 7] = ["issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"];

impl Property {
    /// Reads one record.
    #[must_use]
    pub fn parse(critical: bool, tag: &str, value: &str) -> Self {
        let mut out =
            Self { tag: tag.to_ascii_lowercase(), critical, value: value.to_owned(), issuer: None, flaws: Vec::new() };
        if matches!(out.tag.as_str(), "issue" | "issuewild") {
            out.issuer = out.issue();
        } else if !KNOWN.contains(&out.tag.as_str()) {
            let effect = if critical { Effect::Breaks } else { Effect::Ignored };
            let span = Span::of(0, 0);
            out.flaws.push(Flaw { span, found: tag.into(), expected: "a tag such as issue or issuewild", effect });
        }
        out
    }
    /// Whether it is about a tag that nobody knows and must be known.
    #[must_use]
    pub fn is_unknown_and_critical(&self) -> bool {
        self.critical && !KNOWN.contains(&self.tag.as_str())
    }

    /// `issue-value` of section 4.2. What does not fit it allows nobody.
    fn issue(&mut self) -> Option<Issuer> {
        let value = self.value.clone();
        let (head, tail) = value.split_once(';').map_or((value.as_str(), None), |(h, t)| (h, Some(t)));
        let domain = head.trim_matches(WHITE);
        let start = head.len() - head.trim_start_matches(WHITE).len();
        let span = Span::of(start, domain.len());
        let mut parameters = Vec::new();
        let mut at = head.len() + 1;
        for part in tail.into_iter().flat_map(|t| t.split(';')) {
            let trimmed = part.trim_matches(WHITE);
            if !trimmed.is_empty() {
                match trimmed.split_once('=') {
                    Some((name, value))
                        if is_label(name.trim_matches(WHITE)) && is_value(value.trim_matches(WHITE)) =>
                    {
                        parameters.push((
                            name.trim_matches(WHITE).to_ascii_lowercase(),
                            value.trim_matches(WHITE).to_owned(),
                        ));
                    }
                    _ => self.flaw(at + lead(part), trimmed, "a parameter in the form name=value"),
                }
            }
            at += part.len() + 1;
        }
        if !domain.is_empty() && !domain.split('.').all(is_label) {
            self.flaw(start, domain, "the domain of an authority, such as letsencrypt.org");
        }
        let readable = self.flaws.is_empty() && !domain.is_empty();
        readable.then(|| Issuer { domain: domain.to_ascii_lowercase(), span, parameters })
    }
    fn flaw(&mut self, at: usize, found: &str, expected: &'static str) {
        let span = Span::of(at, found.len());
        self.flaws.push(Flaw { span, found: found.into(), expected, effect: Effect::Breaks });
    }
}
const WHITE: [char; 2] = [' ', '\t'];

fn lead(part: &str) -> usize {
    part.len() - part.trim_start_matches(WHITE).len()
}
fn is_label(text: &str) -> bool {
    let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    edge(text.bytes().next())
        && edge(text.bytes().last())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
fn is_value(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, 0x21..=0x3a | 0x3c..=0x7e))
}

/// What a set of CAA records lets an authority do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leave {
    /// Nothing is said of it: everybody may.
    Everybody,
    /// One of the names is allowed.
    Allowed,
    /// None of them is.
    Refused,
    /// Nobody may, since a tag must be known and is not.
    Nobody,
}
impl Caa {
    /// The tag that decides: for a wildcard `issuewild` where there is one.
    #[must_use]
    pub fn deciding_tag(&self, wildcard: bool) -> &'static str {
        if wildcard && self.properties.iter().any(|p| p.tag == "issuewild") { "issuewild" } else { "issue" }
    }
    /// Whether the records that decide allow no authority at all, as `issue ";"` does.
    #[must_use]
    pub fn allows_nobody(&self, wildcard: bool) -> bool {
        let tag = self.deciding_tag(wildcard);
        let mut deciding = self.properties.iter().filter(|p| p.tag == tag).peekable();
        deciding.peek().is_some() && deciding.all(|p| p.issuer.is_none())
    }
    /// Whether an authority that goes by one of these names may issue a certificate (section 4.3:
    /// for a wildcard `issuewild` counts where there is one).
    #[must_use]
    pub fn leave(&self, names: &[&str], wildcard: bool) -> Leave {
        if self.properties.iter().any(Property::is_unknown_and_critical) {
            return Leave::Nobody;
        }
        let of = |tag: &'static str| self.properties.iter().filter(move |p| p.tag == tag);
        let tag = self.deciding_tag(wildcard);
        if of(tag).next().is_none() {
            return Leave::Everybody;
        }
        let allowed = |p: &Property| p.issuer.as_ref().is_some_and(|i| names.contains(&i.domain.as_str()));
        if of(tag).any(allowed) { Leave::Allowed } else { Leave::Refused }
    }
}

/// Climbs from a host to the nearest name with CAA records (section 3). Aliases are followed by the
/// resolver, as the RFC wants it: a host's alias brings the records of its target.
#[derive(Clone, Debug)]
pub struct CaaWalk {
    /// The host.
    pub host: DomainName,
}
impl Inquiry for CaaWalk {
    type Q = DnsQuestion;
    type Out = Observed<Caa>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Caa>> {
        let names = std::iter::successors(Some(self.host.clone()), DomainName::parent);
        let ask: Vec<_> = names.map(|n| DnsQuestion::new(n, RecordKind::Caa)).collect();
        let missing: Vec<_> = ask.iter().filter(|q| !seen.contains_key(q)).cloned().collect();
        if !missing.is_empty() {
            return Step::Ask(missing);
        }
        let mut last = None;
        for question in ask {
            let answer = match seen.get(&question).map(Observed::get) {
                Some(Ok(answer)) => answer,
                Some(Err(missing)) => return Step::Done(missing.into()),
                None => return Step::Done(Observed::unknown(Cause::NotRecorded)),
            };
            let properties: Vec<Property> = answer.all().iter().filter_map(property).collect();
            let found = !properties.is_empty();
            let at = found.then_some(question.name);
            let made = Caa { host: self.host.clone(), at, answer: answer.clone(), properties };
            if found {
                return Step::Done(Observed::known(made));
            }
            last = last.or(Some(made));
        }
        Step::Done(last.map_or(Observed::unknown(Cause::NotRecorded), Observed::known))
    }
}

fn property(record: &Record) -> Option<Property> {
    match record {
        Record::Caa { critical, tag, value } => Some(Property::parse(*critical, tag, value)),
        _ => None,
    }
}

/// The names by which an authority goes in CAA records, by the organisation in its certificates.
/// From the authorities' own statements of practice, section 4.2, read 2026-11.
const AUTHORITIES: &[(&str, &[&str])] = &[
    ("Let's Encrypt", &["letsencrypt.org"]),
    ("Google Trust Services", &["pki.goog"]),
    ("Amazon", &["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"]),
    ("ZeroSSL", &["sectigo.com", "zerossl.com"]),
    ("Sectigo", &["sectigo.com", "comodoca.com", "comodo.com", "usertrust.com", "trust-provider.com"]),
    ("DigiCert", &["digicert.com", "symantec.com", "thawte.com", "geotrust.com", "rapidssl.com", "digicert.ne.jp"]),
    ("GlobalSign", &["globalsign.com"]),
    ("SSL Corp", &["ssl.com"]),
    ("Buypass", &["buypass.com", "buypass.no"]),
    ("GoDaddy", &["godaddy.com", "starfieldtech.com"]),
    ("Starfield", &["starfieldtech.com", "godaddy.com"]),
    ("Entrust", &["entrust.net", "affirmtrust.com"]),
    ("Microsoft", &["microsoft.com"]),
    ("Actalis", &["actalis.it"]),
    ("Certainly", &["certainly.com"]),
    ("HARICA", &["harica.gr"]),
];

/// The CAA names of the authority that calls itself so in its certificates.
#[must_use]
pub fn names_of(organisation: &str) -> Option<&'static [&'static str]> {
    AUTHORITIES.iter().find(|(name, _)| organisation.contains(name)).map(|(_, names)| *names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::Zone;

    fn read(value: &str) -> Property {
        Property::parse(false, "Issue", value)
    }

    #[test]
    fn values_of_every_form() {
        for (value, domain, parameters, flaws) in [
            ("letsencrypt.org", Some("letsencrypt.org"), 0, 0),
            (" LetsEncrypt.org ;", Some("letsencrypt.org"), 0, 0),
            ("ca.example; accounturi=https://ca.example/1 ; validationmethods=dns-01", Some("ca.example"), 2, 0),
            (";", None, 0, 0),
            ("", None, 0, 0),
            ("%%%%%", None, 0, 1),
            ("ca.example; policy", None, 0, 1),
            ("ca..example", None, 0, 1),
            ("-ca.example", None, 0, 1),
            ("\"letsencrypt.org\"", None, 0, 1),
        ] {
            let p = read(value);
            assert_eq!(p.issuer.as_ref().map(|i| i.domain.as_str()), domain, "{value}");
            assert_eq!((p.issuer.map_or(0, |i| i.parameters.len()), p.flaws.len()), (parameters, flaws), "{value}");
        }
        assert_eq!(read(" ca.example").issuer.unwrap().span, Span::of(1, 10));
        assert_eq!(read("ca.example; x=1; policy").flaws[0].span, Span::of(17, 6));
    }

    fn caa(lines: &str) -> Caa {
        let zone = Zone::parse(lines).unwrap();
        let host = DomainName::parse("app.acme.test").unwrap();
        Step::play(&CaaWalk { host }, |q| zone.answer(q)).0.into_inner().unwrap()
    }

    #[test]
    fn the_climb_stops_at_the_first_name_that_has_any() {
        let both = caa("app.acme.test. CAA 0 issue \"a.example\"\nacme.test. CAA 0 issue \"b.example\"");
        assert_eq!(both.at.as_ref().unwrap().as_str(), "app.acme.test");
        let above = caa("acme.test. CAA 0 issue \"b.example\"");
        assert_eq!(
            (above.at.as_ref().unwrap().as_str(), above.leave(&["b.example"], false)),
            ("acme.test", Leave::Allowed)
        );
        assert_eq!(above.leave(&["a.example"], false), Leave::Refused);
        let alias = caa(
            "app.acme.test. CNAME x.host.example.\nx.host.example. CAA 0 issue \"c.example\"\nacme.test. CAA 0 issue \"b.example\"",
        );
        assert_eq!(alias.leave(&["c.example"], false), Leave::Allowed);
        assert_eq!(caa("acme.test. TXT \"x\"").leave(&["a.example"], false), Leave::Everybody);
    }

    #[test]
    fn wildcards_and_tags_that_must_be_known() {
        let wild = caa("acme.test. CAA 0 issue \"a.example\"\nacme.test. CAA 0 issuewild \";\"");
        assert_eq!(
            (wild.leave(&["a.example"], false), wild.leave(&["a.example"], true)),
            (Leave::Allowed, Leave::Refused)
        );
        assert_eq!(caa("acme.test. CAA 0 iodef \"mailto:a@b.test\"").leave(&["a.example"], false), Leave::Everybody);
        assert_eq!(caa("acme.test. CAA 128 tbs \"x\"").leave(&["a.example"], false), Leave::Nobody);
        assert_eq!(caa("acme.test. CAA 0 tbs \"x\"").leave(&["a.example"], false), Leave::Everybody);
    }

    #[test]
    fn a_name_that_cannot_be_asked_is_not_climbed_over() {
        let zone = Zone::parse("app.acme.test. CAA SERVFAIL\nacme.test. CAA 0 issue \"b.example\"").unwrap();
        let host = DomainName::parse("app.acme.test").unwrap();
        assert_eq!(Step::play(&CaaWalk { host }, |q| zone.answer(q)).0, Observed::unknown(Cause::Servfail));
    }

    #[test]
    fn no_bytes_make_the_parser_panic_or_point_outside() {
        let odd = ['%', ';', '=', ' ', '\t', '.', '-', 'é', '\u{0}', 'a'];
        let mut state = 7_usize;
        for _ in 0..4_000 {
            let mut text = String::new();
            for _ in 0..state % 24 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push(odd[(state >> 33) % odd.len()]);
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let p = read(&text);
            assert!(p.flaws.iter().all(|f| f.span.end <= text.len()), "{text:?} {:?}", p.flaws);
        }
    }
}
