//! DMARC records (RFC 9989): tolerant in their tags as receivers are, and every flaw said.

use super::syntax::{Effect, Flaw, Flaws, NearMiss, Tag, ascii, tags};
use crate::vocab::Shown;

/// What a domain asks receivers to do with mail that fails. From mild to strict.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Policy {
    /// Nothing.
    None,
    /// Treat it as suspicious.
    Quarantine,
    /// Refuse it.
    Reject,
}
impl Policy {
    /// The word in the record.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
    /// One step milder, as `t=y` asks for.
    #[must_use]
    pub const fn milder(self) -> Self {
        match self {
            Self::Reject => Self::Quarantine,
            Self::Quarantine | Self::None => Self::None,
        }
    }
    fn read(value: &str) -> Option<Self> {
        [Self::None, Self::Quarantine, Self::Reject].into_iter().find(|p| value.eq_ignore_ascii_case(p.word()))
    }
}

/// A tag that may be absent, or there and unreadable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Given<T> {
    /// Not in the record.
    #[default]
    Absent,
    /// There, and not one of the values it may have.
    Invalid,
    /// There.
    Value(T),
}
impl<T: Copy> Given<T> {
    /// The value.
    #[must_use]
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(v) => Some(v),
            _ => None,
        }
    }
}

/// Whether a name says that it is a public suffix.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Psd {
    /// `psd=y`
    Yes,
    /// `psd=n`: this is the organisation's own top.
    No,
    /// `psd=u`, or nothing.
    #[default]
    Unsaid,
}

/// A DMARC record.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record {
    /// As published.
    pub text: Shown,
    /// `p`: for the domain itself.
    pub p: Given<Policy>,
    /// `sp`: for names below it.
    pub sp: Given<Policy>,
    /// `np`: for names below it that do not exist.
    pub np: Given<Policy>,
    /// `psd`
    pub psd: Psd,
    /// `t=y`: receivers are asked to apply one step less.
    pub testing: bool,
    /// `adkim=s`
    pub strict_dkim: bool,
    /// `aspf=s`
    pub strict_spf: bool,
    /// The addresses of `rua` that receivers can send to, as `mailto:` URIs.
    pub rua: Vec<String>,
    /// The same of `ruf`.
    pub ruf: Vec<String>,
    /// `fo`, as written: when receivers send to `ruf`.
    pub fo: Option<String>,
    /// `pct`, which RFC 9989 removed: the share that receivers on RFC 7489 apply the policy to.
    pub pct: Option<u8>,
    /// Tags of the older standard that RFC 9989 removed: `pct`, `rf`, `ri`.
    pub removed: Vec<&'static str>,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}

impl Record {
    /// Whether receivers act on it at all: the tag list is sound, and the policies are readable or
    /// there is at least somebody to report to, which makes it `p=none` (RFC 9989, section 4.10.1).
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.has_sound_policies() || !self.rua.is_empty()
    }
    fn has_sound_policies(&self) -> bool {
        matches!(self.p, Given::Value(_)) && self.sp != Given::Invalid && self.np != Given::Invalid
    }
    /// The policy for the domain the record stands at, before `t`.
    #[must_use]
    pub fn own_policy(&self) -> Policy {
        if self.has_sound_policies() { self.p.value().unwrap_or(Policy::None) } else { Policy::None }
    }
    /// The policy for a name below, before `t`, and the tag it comes from.
    #[must_use]
    pub fn policy_below(&self, exists: bool) -> (Policy, &'static str) {
        if !self.has_sound_policies() {
            return (Policy::None, "p");
        }
        match (self.np.value(), self.sp.value()) {
            (Some(np), _) if !exists => (np, "np"),
            (_, Some(sp)) => (sp, "sp"),
            _ => (self.own_policy(), "p"),
        }
    }
    /// The record again with only what receivers can read, as text to paste.
    #[must_use]
    pub fn repaired(&self, fallback_rua: &str) -> String {
        self.asking(self.p.value().unwrap_or(Policy::None), self.testing, fallback_rua)
    }
    /// The same without `sp` or `np`, and without what would take its place and ask for nothing either.
    #[must_use]
    pub fn without(&self, tag: &str) -> Self {
        let sp = if tag == "sp" || self.sp.value() == Some(Policy::None) { Given::Absent } else { self.sp };
        let np = if tag == "np" || self.np.value() == Some(Policy::None) { Given::Absent } else { self.np };
        Self { sp, np, ..self.clone() }
    }
    /// The same with another policy for the domain itself.
    #[must_use]
    pub fn asking(&self, p: Policy, testing: bool, fallback_rua: &str) -> String {
        let policy = |name, p: Policy| format!("{name}={}", p.word());
        let mut tags = vec!["v=DMARC1".to_owned(), policy("p", p)];
        tags.extend([("sp", self.sp), ("np", self.np)].iter().filter_map(|(n, p)| Some(policy(n, p.value()?))));
        // Without it another domain would be the organisation's.
        let flags = [
            ("psd=y", self.psd == Psd::Yes),
            ("psd=n", self.psd == Psd::No),
            ("t=y", testing),
            ("adkim=s", self.strict_dkim),
            ("aspf=s", self.strict_spf),
        ];
        tags.extend(flags.iter().filter(|(_, on)| *on).map(|(tag, _)| (*tag).to_owned()));
        let rua = if self.rua.is_empty() { format!("mailto:{fallback_rua}") } else { self.rua.join(",") };
        tags.push(format!("rua={rua}"));
        if !self.ruf.is_empty() {
            tags.push(format!("ruf={}", self.ruf.join(",")));
            tags.extend(self.fo.as_ref().map(|fo| format!("fo={fo}")));
        }
        tags.join("; ")
    }
}

/// Of the TXT records at a `_dmarc` name, those that are DMARC records, and those meant to be.
/// A record counts when it begins with the version, spelled `DMARC1` in capitals.
pub fn select(texts: impl IntoIterator<Item = Vec<u8>>) -> (Vec<Record>, Vec<NearMiss>) {
    let (mut records, mut near) = (Vec::new(), Vec::new());
    for bytes in texts {
        let text = ascii(&bytes);
        let first = text.split(';').next().unwrap_or_default();
        let version =
            first.split_once('=').map(|(n, v)| (n.trim_end_matches([' ', '\t']), v.trim_matches([' ', '\t'])));
        if matches!(version, Some((n, "DMARC1")) if n.eq_ignore_ascii_case("v")) {
            records.push(parse(&bytes));
        } else if let Some(why) = near_miss(&text) {
            near.push(NearMiss { text: Shown::wire(&bytes), why });
        }
    }
    (records, near)
}

fn near_miss(text: &str) -> Option<&'static str> {
    let squeezed: String = text.chars().filter(|c| !c.is_whitespace() && !"\"'\\".contains(*c)).collect();
    let lower = squeezed.to_ascii_lowercase();
    if squeezed.starts_with("v=DMARC1") {
        Some(if text.starts_with(['v', 'V']) {
            "v=DMARC1 must be followed by a semicolon"
        } else {
            "something stands in front of v=DMARC1"
        })
    } else if lower.starts_with("v=dmarc1") {
        Some("DMARC1 must be in capitals")
    } else if lower.starts_with("v=dmarc") || lower.starts_with("dmarc1") {
        Some("the version must read exactly v=DMARC1")
    } else if lower.contains("v=dmarc1") {
        Some("v=DMARC1 must come first")
    } else if lower.starts_with("p=") {
        Some("v=DMARC1; is missing at its start")
    } else if lower.starts_with("v=spf1") {
        Some("that is an SPF record; it belongs at the domain itself")
    } else {
        None
    }
}

/// The record that a near miss was meant to be, where its policy can be told: without quotes, and with
/// semicolons where commas stand between its tags.
#[must_use]
pub fn meant(text: &str) -> Option<Record> {
    let text: String = text.chars().filter(|c| !"\"'\\".contains(*c)).collect();
    // ASCII alone is lowered, so that the place is the same in both.
    let at = text.to_ascii_lowercase().find("dmarc1")? + "dmarc1".len();
    let rest = text.get(at..)?.trim_start_matches([' ', '\t', ',', ';', '.', ':']);
    let rest = if rest.contains(';') { rest.to_owned() } else { separated(rest) };
    let record = parse(format!("v=DMARC1; {rest}").as_bytes());
    record.p.value().is_some().then_some(record)
}

/// The tags of a text without a semicolon, with one between each two: a tag begins where a name and an equals
/// sign stand, and what follows a comma without them belongs to the list before it.
fn separated(text: &str) -> String {
    let text = text.split('=').map(str::trim).collect::<Vec<_>>().join("=");
    let mut out = String::new();
    for word in text.split([' ', '\t', ',']).filter(|w| !w.is_empty()) {
        let tag = word.split_once('=').is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_alphabetic()));
        out.push_str(if out.is_empty() {
            ""
        } else if tag {
            "; "
        } else {
            ","
        });
        out.push_str(word);
    }
    out
}

/// Reads a record; its first tag is taken to be the version.
#[must_use]
pub fn parse(bytes: &[u8]) -> Record {
    let text = ascii(bytes);
    let mut flaws = Flaws::default();
    if let Some(i) = text.find(|c: char| c.is_ascii_control() && c != '\t') {
        flaws.ignored(i, "", "plain ASCII; a control character or a letter beyond ASCII stands here");
    }
    let mut record = Record { text: Shown::wire(bytes), ..Record::default() };
    let all = tags(&text, &mut flaws);
    for (i, tag) in all.iter().enumerate().skip(1) {
        let name = tag.name.to_ascii_lowercase();
        if all[..i].iter().any(|t| t.name.eq_ignore_ascii_case(tag.name)) {
            flaws.breaks(tag.at, tag.name, "each tag once; with two of one name receivers may drop the record");
            continue;
        }
        read_tag(&mut record, &name, tag, &mut flaws);
    }
    if record.p == Given::Absent {
        flaws.0.push(Flaw {
            span: super::syntax::Span::of(bytes.len(), 0),
            found: Shown::default(),
            expected: "a policy: p=none, p=quarantine or p=reject",
            effect: Effect::Breaks,
        });
    }
    record.flaws = flaws.0;
    record
}

fn read_tag(record: &mut Record, name: &str, tag: &Tag<'_>, flaws: &mut Flaws) {
    const POLICY: &str = "none, quarantine or reject";
    let (value, at) = (tag.value, tag.value_at);
    match name {
        "p" | "sp" | "np" => {
            let policy = Policy::read(value).map_or(Given::Invalid, Given::Value);
            if policy == Given::Invalid {
                flaws.breaks(at, value, POLICY);
            }
            match name {
                "p" => record.p = policy,
                "sp" => record.sp = policy,
                _ => record.np = policy,
            }
        }
        "psd" => match value.to_ascii_lowercase().as_str() {
            "y" => record.psd = Psd::Yes,
            "n" => record.psd = Psd::No,
            "u" => {}
            _ => flaws.ignored(at, value, "y, n or u"),
        },
        "t" => match value.to_ascii_lowercase().as_str() {
            "y" => record.testing = true,
            "n" => {}
            _ => flaws.ignored(at, value, "y or n"),
        },
        "adkim" | "aspf" => match value.to_ascii_lowercase().as_str() {
            "s" if name == "adkim" => record.strict_dkim = true,
            "s" => record.strict_spf = true,
            "r" => {}
            _ => flaws.ignored(at, value, "r (relaxed) or s (strict)"),
        },
        "fo" => {
            let known = |part: &str| matches!(part.trim().to_ascii_lowercase().as_str(), "0" | "1" | "d" | "s");
            if value.split(':').all(known) {
                record.fo = Some(value.to_owned());
            } else {
                flaws.ignored(at, value, "0, 1, d or s, with colons between");
            }
        }
        "rua" => record.rua = addresses(value, at, flaws),
        "ruf" => record.ruf = addresses(value, at, flaws),
        "pct" => {
            record.removed.push("pct");
            record.pct = value.parse().ok().filter(|p| *p <= 100);
        }
        "rf" => record.removed.push("rf"),
        "ri" => record.removed.push("ri"),
        // Other names are allowed and mean nothing (section 4.7).
        _ => {}
    }
}

/// The `mailto:` URIs of a list, without the size limit that older records put behind `!`.
fn addresses(value: &str, at: usize, flaws: &mut Flaws) -> Vec<String> {
    let (mut found, mut at) = (Vec::new(), at);
    for part in value.split(',') {
        let lead = part.len() - part.trim_start().len();
        let uri = part.trim();
        let bare = uri.split_once('!').map_or(uri, |(head, _)| head);
        let scheme = bare.split_once(':').map(|(s, a)| (s.to_ascii_lowercase(), a));
        match scheme {
            Some((s, address)) if s == "mailto" && is_address(address) => found.push(format!("mailto:{address}")),
            Some((s, address)) if s == "mailto" && is_address(address.trim()) => {
                flaws.ignored(at + lead, uri, "no space behind mailto:");
                found.push(format!("mailto:{}", address.trim()));
            }
            Some((s, _)) if s == "mailto" => flaws.ignored(at + lead, uri, "an e-mail address after mailto:"),
            None if is_address(bare) => flaws.ignored(at + lead, uri, "mailto: in front of the address"),
            _ => flaws.ignored(at + lead, uri, "an address such as mailto:dmarc@example.com"),
        }
        at += part.len() + 1;
    }
    found
}

fn is_address(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !local.contains([' ', '\t']) && crate::vocab::DomainName::parse(domain).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaws(text: &str) -> Vec<(usize, bool)> {
        parse(text.as_bytes()).flaws.iter().map(|f| (f.span.start, f.effect == Effect::Breaks)).collect()
    }

    #[test]
    fn a_near_miss_keeps_its_policy_and_its_addresses() {
        for text in [
            "v=dmarc1; p=reject; rua=mailto:a@acme.test",
            "\"v=DMARC1; p=reject; rua=mailto:a@acme.test\"",
            "v=DMARC1, p=reject, rua=mailto:a@acme.test",
            "v=DMARC1 p=reject; rua=mailto: a@acme.test",
            "v=DMARC1 p=reject rua=mailto:a@acme.test",
            "v=DMARC1, p = reject, rua = mailto:a@acme.test",
        ] {
            let meant = meant(text).map(|r| r.repaired("d@acme.test"));
            assert_eq!(meant.as_deref(), Some("v=DMARC1; p=reject; rua=mailto:a@acme.test"), "{text}");
        }
        let two = meant("v=DMARC1, p=none, rua=mailto:a@acme.test,mailto:b@acme.test").map(|r| r.repaired(""));
        assert_eq!(two.as_deref(), Some("v=DMARC1; p=none; rua=mailto:a@acme.test,mailto:b@acme.test"));
        assert!(meant("v=DMARC1 reject").is_none() && meant("p=none").is_none());
    }

    #[test]
    fn good_records_have_no_flaw() {
        for text in [
            "v=DMARC1; p=none",
            "v=DMARC1;p=reject;",
            "v = DMARC1 ; p = Quarantine ; sp=none; np=reject; psd=n; t=y; adkim=s; aspf=r; fo=1:d:s",
            "v=DMARC1; rua=mailto:a@acme.test,mailto:b@acme.test!10m; p=none; pct=50; x-own=1",
        ] {
            assert_eq!(flaws(text), [], "{text}");
        }
    }

    #[test]
    fn every_flaw_at_its_place() {
        for (text, want) in [
            ("v=DMARC1", vec![(8, true)]),
            ("v=DMARC1; p=nnone", vec![(12, true)]),
            ("v=DMARC1; p=none; sp=x; np=", vec![(21, true), (27, true)]),
            ("v=DMARC1; p=none; p=reject", vec![(18, true)]),
            ("v=DMARC1; p=none; quarantine;; adkim=x", vec![(18, false), (29, false), (37, false)]),
            ("v=DMARC1; p=none; rua=dmarc@acme.test, https://a.test", vec![(22, false), (39, false)]),
            (
                "v=DMARC1; p=none; t=1; psd=0; fo=2; ruf=mailto:x",
                vec![(20, false), (27, false), (33, false), (40, false)],
            ),
        ] {
            assert_eq!(flaws(text), want, "{text}");
        }
    }

    #[test]
    fn a_broken_policy_is_none_where_somebody_is_reported_to() {
        let r = parse(b"v=DMARC1; p=rejekt; rua=mailto:d@acme.test");
        assert_eq!((r.is_usable(), r.own_policy()), (true, Policy::None));
        let r = parse(b"v=DMARC1; p=reject; sp=x");
        assert!(!r.is_usable());
        assert_eq!(r.repaired("d@acme.test"), "v=DMARC1; p=reject; rua=mailto:d@acme.test");
        let r = parse(b"v=DMARC1; p=reject; adkim=x; ruf=mailto:f@acme.test; fo=1:d");
        let want = "v=DMARC1; p=reject; rua=mailto:d@acme.test; ruf=mailto:f@acme.test; fo=1:d";
        assert_eq!(r.repaired("d@acme.test"), want);
    }

    #[test]
    fn names_below_inherit_by_np_then_sp_then_p() {
        let r = parse(b"v=DMARC1; p=reject; sp=quarantine; np=none");
        assert_eq!(r.policy_below(true), (Policy::Quarantine, "sp"));
        assert_eq!(r.policy_below(false), (Policy::None, "np"));
        assert_eq!(parse(b"v=DMARC1; p=reject").policy_below(false), (Policy::Reject, "p"));
    }

    #[test]
    fn which_texts_are_dmarc() {
        for (text, is, near) in [
            ("v=DMARC1; p=none", true, false),
            ("V=DMARC1;p=none", true, false),
            ("v=DMARC1", true, false),
            ("v=dmarc1; p=none", false, true),
            (" v=DMARC1; p=none", false, true),
            ("v=DMARC1 p=none", false, true),
            ("v=DMARC2; p=none", false, true),
            ("p=none; v=DMARC1", false, true),
            ("\"v=DMARC1; p=none\"", false, true),
            ("v=spf1 -all", false, true),
            ("hello", false, false),
        ] {
            let (records, misses) = select([text.as_bytes().to_vec()]);
            assert_eq!((records.len() == 1, misses.len() == 1), (is, near), "{text}");
        }
    }
}
