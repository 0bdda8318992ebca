//! Evaluating SPF for one client: `check_host()` of RFC 7208, with the result, what it cost and
//! which term decided.

use super::spf::{Kind, LOOKUP_LIMIT, Mechanism, Prefixes, Qualifier, Record, Term, select};
use super::spf_macro::{DomainSpec, Macro, Piece, explanation};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Shown, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Found, Record as DnsRecord, RecordKind};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;

/// The most look-ups that may find nothing (RFC 7208, section 4.6.4).
pub const VOID_LIMIT: u32 = 2;
/// The most mail servers of one `mx` and names of one `ptr` (the same section).
pub const NAME_LIMIT: usize = 10;

/// What SPF says of one client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Outcome {
    /// Nothing is published, or the name is none.
    None,
    /// The domain says nothing about this client.
    Neutral,
    /// The client may send.
    Pass,
    /// It may not.
    Fail,
    /// It probably may not.
    SoftFail,
    /// A name server did not answer.
    TempError,
    /// What is published cannot be evaluated.
    PermError,
}
impl Outcome {
    /// Every result.
    pub const ALL: [Self; 7] =
        [Self::None, Self::Neutral, Self::Pass, Self::Fail, Self::SoftFail, Self::TempError, Self::PermError];
    /// The word that receivers write down.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
    const fn of(qualifier: Qualifier) -> Self {
        match qualifier {
            Qualifier::Pass => Self::Pass,
            Qualifier::Fail => Self::Fail,
            Qualifier::SoftFail => Self::SoftFail,
            Qualifier::Neutral => Self::Neutral,
        }
    }
}

/// One client that hands over one mail: SPF is asked what it thinks of that.
#[derive(Clone, Debug)]
pub struct SpfCheck {
    /// The client's address.
    pub ip: IpAddr,
    /// The domain whose record is evaluated.
    pub domain: String,
    /// The sender; `postmaster` is put in front where it has no local part.
    pub sender: String,
    /// The name in HELO or EHLO.
    pub helo: String,
    /// The name of the receiver, for the macro `r`.
    pub receiver: String,
    /// The time in seconds since 1970, for the macro `t`.
    pub now: i64,
}
/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// The result.
    pub outcome: Outcome,
    /// The terms that cost a look-up, up to the one that decided.
    pub lookups: u32,
    /// The look-ups that found nothing.
    pub voids: u32,
    /// The term that decided; empty where none did.
    pub term: Shown,
    /// Why there is no better result, in words; empty where the result speaks for itself.
    pub why: Shown,
    /// What the domain has to say to a client that fails.
    pub explanation: Option<String>,
    /// Why a name server's answer is missing, under `temperror`.
    pub cause: Option<Cause>,
}

impl SpfCheck {
    /// The check that a receiver makes of a mail: of the envelope sender, or where that is empty of
    /// the name in HELO (RFC 7208, section 2.4).
    #[must_use]
    pub fn of_mail(ip: IpAddr, helo: &str, mail_from: &str) -> Self {
        let sender = if mail_from.is_empty() { format!("postmaster@{helo}") } else { mail_from.to_owned() };
        let domain = sender.rsplit_once('@').map_or(sender.as_str(), |(_, d)| d).to_owned();
        Self { ip, domain, sender, helo: helo.to_owned(), receiver: "unknown".to_owned(), now: 0 }
    }
}

impl Inquiry for SpfCheck {
    type Q = DnsQuestion;
    type Out = Checked;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Checked> {
        let mut run = Run::new(self, seen);
        match run.whole() {
            Some(done) => Step::Done(done),
            // Where nothing is left to ask every path has been decided, so this cannot be.
            None if run.ask.is_empty() => Step::Done(run.ended(Outcome::TempError, "the evaluation did not end", None)),
            None => Step::Ask(run.ask.into_iter().collect()),
        }
    }
}

/// How the evaluation of one record ended.
struct Ended {
    outcome: Outcome,
    term: Shown,
    why: Shown,
    cause: Option<Cause>,
    /// The explanation of the record that decided, and the domain it stands at.
    exp: Option<(DomainSpec, String)>,
}
impl Ended {
    fn of(outcome: Outcome, why: impl Into<Shown>) -> Self {
        Self { outcome, term: Shown::default(), why: why.into(), cause: None, exp: None }
    }
    fn temporary(name: &str, cause: Cause) -> Self {
        let why = format!("{name}: {cause}");
        Self { cause: Some(cause), ..Self::of(Outcome::TempError, why) }
    }
    fn permanent(why: impl Into<Shown>) -> Self {
        Self::of(Outcome::PermError, why)
    }
}

/// What one mechanism says, or an error that ends the whole evaluation.
type Matched = Result<bool, Box<Ended>>;

struct Run<'a> {
    check: &'a SpfCheck,
    seen: &'a Answers<DnsQuestion>,
    ip: IpAddr,
    ask: BTreeSet<DnsQuestion>,
    lookups: u32,
    voids: u32,
}

impl<'a> Run<'a> {
    fn new(check: &'a SpfCheck, seen: &'a Answers<DnsQuestion>) -> Self {
        // An IPv4 client on a socket for both is an IPv4 client (RFC 7208, section 5).
        Self { check, seen, ip: check.ip.to_canonical(), ask: BTreeSet::new(), lookups: 0, voids: 0 }
    }

    /// The evaluation and the explanation; `None` while answers are missing.
    fn whole(&mut self) -> Option<Checked> {
        let domain = self.check.domain.clone();
        let bare = domain.strip_suffix('.').unwrap_or(&domain);
        let whole = !bare.starts_with('[') && bare.contains('.');
        let Some(name) = DomainName::octets(bare).ok().filter(|_| whole) else {
            return Some(self.ended(Outcome::None, "that is no whole domain name", None));
        };
        let ended = self.host(&name, bare)?;
        let explained = match (&ended.exp, ended.outcome) {
            (Some((spec, at)), Outcome::Fail) => self.explain(spec, at)?,
            _ => None,
        };
        Some(Checked {
            outcome: ended.outcome,
            lookups: self.lookups,
            voids: self.voids,
            term: ended.term,
            why: ended.why,
            explanation: explained,
            cause: ended.cause,
        })
    }

    fn ended(&self, outcome: Outcome, why: &str, cause: Option<Cause>) -> Checked {
        let (lookups, voids) = (self.lookups, self.voids);
        Checked { outcome, lookups, voids, term: Shown::default(), why: why.into(), explanation: None, cause }
    }

    /// An answer that is there; `None` notes the question to be asked in this round.
    fn read(&mut self, name: &DomainName, kind: RecordKind) -> Option<Result<&'a DnsAnswer, Cause>> {
        let question = DnsQuestion::new(name.clone(), kind);
        match self.seen.get(&question).map(Observed::get) {
            Some(Ok(answer)) => Some(Ok(answer)),
            Some(Err(Missing::Unknown(c))) => Some(Err(c)),
            Some(Err(Missing::NotConfigured(_))) => Some(Err(Cause::NotRecorded)),
            None => {
                self.ask.insert(question);
                None
            }
        }
    }

    /// The same of a term's own look-up, which counts as void where it finds nothing.
    fn of_term(&mut self, name: &DomainName, kind: RecordKind) -> Option<Result<&'a DnsAnswer, Box<Ended>>> {
        let answer = match self.read(name, kind)? {
            Ok(answer) => answer,
            Err(cause) => return Some(Err(Box::new(Ended::temporary(name.as_str(), cause)))),
        };
        if !matches!(answer.found, Found::Records(_)) {
            self.voids += 1;
            if self.voids > VOID_LIMIT {
                let why = format!("more than {VOID_LIMIT} look-ups found nothing, the last at {name}");
                return Some(Err(Box::new(Ended::permanent(why))));
            }
        }
        Some(Ok(answer))
    }

    /// The record of a domain, evaluated.
    fn host(&mut self, name: &DomainName, domain: &str) -> Option<Ended> {
        let answer = match self.read(name, RecordKind::Txt)? {
            Ok(answer) => answer,
            Err(cause) => return Some(Ended::temporary(domain, cause)),
        };
        let (mut records, _) = select(answer.texts());
        if records.len() > 1 {
            return Some(Ended::permanent(format!("{domain} has {} SPF records", records.len())));
        }
        let Some(record) = records.pop() else {
            return Some(Ended::of(Outcome::None, format!("{domain} has no SPF record")));
        };
        if let Some(flaw) = record.flaws.iter().find(|f| f.effect == super::syntax::Effect::Breaks) {
            return Some(Ended::permanent(format!("the record of {domain}, {flaw}")));
        }
        self.record(&record, domain)
    }

    /// The terms in order. Where one waits for an answer the others are gone through as well, so
    /// that all they will need is asked in the same round; then nothing is decided.
    fn record(&mut self, record: &Record, domain: &str) -> Option<Ended> {
        let mut waiting = false;
        for term in record.reached() {
            if term.costs() {
                self.lookups += 1;
                if self.lookups > LOOKUP_LIMIT {
                    let why = format!("more than {LOOKUP_LIMIT} look-ups, at {} of {domain}", term.text);
                    return (!waiting).then(|| Ended::permanent(why));
                }
            }
            match &term.kind {
                Kind::Redirect(spec) => {
                    let ended = self.redirect(spec, domain)?;
                    return (!waiting).then_some(ended);
                }
                Kind::Directive(qualifier, mechanism) => match self.mechanism(mechanism, domain) {
                    None => waiting = true,
                    Some(_) if waiting => {}
                    Some(Ok(false)) => {}
                    Some(Ok(true)) => return Some(decided(record, term, *qualifier, domain)),
                    Some(Err(ended)) => return Some(at(*ended, term)),
                },
                Kind::Exp(_) | Kind::Other => {}
            }
        }
        (!waiting).then(|| Ended::of(Outcome::Neutral, "no term matches, and there is no all"))
    }

    fn redirect(&mut self, spec: &DomainSpec, domain: &str) -> Option<Ended> {
        let target = self.expand(&spec.pieces, domain)?;
        let Ok(name) = DomainName::octets(&cut(&target)) else {
            return Some(Ended::permanent(format!("redirect leads to {target}, which is no name")));
        };
        let ended = self.host(&name, name.as_str())?;
        Some(match ended.outcome {
            Outcome::None => Ended::permanent(format!("redirect leads to {name}, which has no SPF record")),
            _ => ended,
        })
    }

    fn mechanism(&mut self, mechanism: &Mechanism, domain: &str) -> Option<Matched> {
        Some(match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4(network, prefix) => Ok(within(self.ip, IpAddr::V4(*network), *prefix)),
            Mechanism::Ip6(network, prefix) => Ok(within(self.ip, IpAddr::V6(*network), *prefix)),
            Mechanism::Include(spec) => return self.include(spec, domain),
            Mechanism::A(spec, prefixes) => {
                let Some(name) = self.target(spec.as_ref(), domain)? else { return Some(self.nowhere()) };
                self.of_term(&name, self.address_kind())?.map(|a| self.is_among(a, *prefixes))
            }
            Mechanism::Mx(spec, prefixes) => return self.mx(spec.as_ref(), *prefixes, domain),
            Mechanism::Ptr(spec) => return self.ptr(spec.as_ref(), domain),
            Mechanism::Exists(spec) => {
                let Some(name) = self.target(Some(spec), domain)? else { return Some(self.nowhere()) };
                // IPv4 whatever the client has (RFC 7208, section 5.7).
                self.of_term(&name, RecordKind::A)?.map(|a| a.addresses().next().is_some())
            }
        })
    }

    /// The name a term is about; inside, `None` where its macros make no name of it.
    #[expect(clippy::option_option, reason = "the outer says whether the answers are there")]
    fn target(&mut self, spec: Option<&DomainSpec>, domain: &str) -> Option<Option<DomainName>> {
        let Some(spec) = spec else { return Some(DomainName::octets(domain).ok()) };
        let text = self.expand(&spec.pieces, domain)?;
        Some(DomainName::octets(&cut(&text)).ok())
    }

    /// A name that cannot be: nothing stands there.
    fn nowhere(&mut self) -> Matched {
        self.voids += 1;
        if self.voids > VOID_LIMIT {
            return Err(Box::new(Ended::permanent(format!("more than {VOID_LIMIT} look-ups found nothing"))));
        }
        Ok(false)
    }

    fn include(&mut self, spec: &DomainSpec, domain: &str) -> Option<Matched> {
        let text = self.expand(&spec.pieces, domain)?;
        let Ok(name) = DomainName::octets(&cut(&text)) else {
            return Some(Err(Box::new(Ended::permanent(format!("include leads to {text}, which is no name")))));
        };
        let ended = self.host(&name, name.as_str())?;
        Some(match ended.outcome {
            Outcome::Pass => Ok(true),
            Outcome::Fail | Outcome::SoftFail | Outcome::Neutral => Ok(false),
            Outcome::None => Err(Box::new(Ended::permanent(format!("{name} is included and has no SPF record")))),
            Outcome::TempError | Outcome::PermError => Err(Box::new(Ended { exp: None, ..ended })),
        })
    }

    fn mx(&mut self, spec: Option<&DomainSpec>, prefixes: Prefixes, domain: &str) -> Option<Matched> {
        let Some(name) = self.target(spec, domain)? else { return Some(self.nowhere()) };
        let answer = match self.of_term(&name, RecordKind::Mx)? {
            Ok(answer) => answer,
            Err(ended) => return Some(Err(ended)),
        };
        let mut servers: Vec<(u16, &str)> = answer
            .all()
            .iter()
            .filter_map(|r| match r {
                DnsRecord::Mx { preference, exchange } => Some((*preference, exchange.as_str())),
                _ => None,
            })
            .collect();
        if servers.len() > NAME_LIMIT {
            return Some(Err(Box::new(Ended::permanent(format!("{name} has more than {NAME_LIMIT} mail servers")))));
        }
        servers.sort_unstable();
        let mut waiting = false;
        for (_, server) in servers {
            let Ok(server) = DomainName::octets(server) else { continue };
            match self.read(&server, self.address_kind()) {
                None => waiting = true,
                Some(_) if waiting => {}
                Some(Err(cause)) => return Some(Err(Box::new(Ended::temporary(server.as_str(), cause)))),
                Some(Ok(a)) if self.is_among(a, prefixes) => return Some(Ok(true)),
                Some(Ok(_)) => {}
            }
        }
        (!waiting).then_some(Ok(false))
    }

    fn ptr(&mut self, spec: Option<&DomainSpec>, domain: &str) -> Option<Matched> {
        // Both are needed, so both are asked for at once.
        let (target, names) = (self.target(spec, domain), self.validated(true));
        let (Some(target), names) = (target?, names?) else { return Some(self.nowhere()) };
        Some(names.map(|all| all.iter().any(|n| n.is_within(&target))))
    }

    /// The names behind the client's address that lead back to it (RFC 7208, section 5.5). Errors
    /// on the way only mean that nothing is validated.
    fn validated(&mut self, counts: bool) -> Option<Result<Vec<DomainName>, Box<Ended>>> {
        let Ok(reverse) = DomainName::octets(&reverse(self.ip)) else { return Some(Ok(Vec::new())) };
        let Ok(answer) = self.read(&reverse, RecordKind::Ptr)? else { return Some(Ok(Vec::new())) };
        if counts && let Err(ended) = self.of_term(&reverse, RecordKind::Ptr)? {
            return Some(Err(ended));
        }
        let names: Vec<DomainName> = answer
            .all()
            .iter()
            .filter_map(|r| match r {
                DnsRecord::Ptr(n) => DomainName::octets(n).ok(),
                _ => None,
            })
            .take(NAME_LIMIT)
            .collect();
        let (mut valid, mut waiting) = (Vec::new(), false);
        for name in names {
            match self.read(&name, self.address_kind()) {
                None => waiting = true,
                Some(Ok(a)) if a.addresses().any(|a| a == self.ip) => valid.push(name),
                Some(_) => {}
            }
        }
        (!waiting).then_some(Ok(valid))
    }

    fn address_kind(&self) -> RecordKind {
        if self.ip.is_ipv4() { RecordKind::A } else { RecordKind::Aaaa }
    }
    fn is_among(&self, answer: &DnsAnswer, prefixes: Prefixes) -> bool {
        let prefix = if self.ip.is_ipv4() { prefixes.v4 } else { prefixes.v6 };
        answer.addresses().any(|a| within(self.ip, a, prefix))
    }

    /// The explanation, where one can be had: any trouble on the way means that there is none.
    #[expect(clippy::option_option, reason = "the outer says whether the answers are there")]
    fn explain(&mut self, spec: &DomainSpec, domain: &str) -> Option<Option<String>> {
        let text = self.expand(&spec.pieces, domain)?;
        let Ok(name) = DomainName::octets(&cut(&text)) else { return Some(None) };
        let Ok(answer) = self.read(&name, RecordKind::Txt)? else { return Some(None) };
        let mut texts = answer.texts();
        let (Some(bytes), None) = (texts.next(), texts.next()) else { return Some(None) };
        let Some(pieces) = String::from_utf8(bytes).ok().filter(|t| t.is_ascii()).and_then(|t| explanation(&t)) else {
            return Some(None);
        };
        self.expand(&pieces, domain).map(Some)
    }

    /// The text that a macro string stands for; `None` while the name behind `p` is not known.
    fn expand(&mut self, pieces: &[Piece], domain: &str) -> Option<String> {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Macro(m) => out.push_str(&transformed(m, &self.value(m.letter, domain)?)),
            }
        }
        Some(out)
    }

    fn value(&mut self, letter: char, domain: &str) -> Option<String> {
        let check = self.check;
        let (local, of) = match check.sender.rsplit_once('@') {
            Some(("", d)) => ("postmaster", d),
            Some((l, d)) => (l, d),
            None => ("postmaster", check.sender.as_str()),
        };
        Some(match letter {
            's' => format!("{local}@{of}"),
            'l' => local.to_owned(),
            'o' => of.to_owned(),
            'd' => domain.to_owned(),
            'i' => dotted(self.ip),
            'p' => return self.name_of_client(domain),
            'v' => if self.ip.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
            'h' => check.helo.clone(),
            'c' => self.ip.to_string(),
            'r' => check.receiver.clone(),
            _ => check.now.to_string(),
        })
    }

    /// The macro `p`: the domain itself where the client bears its name, else a name below it, else
    /// any that is validated (RFC 7208, section 7.3).
    fn name_of_client(&mut self, domain: &str) -> Option<String> {
        let names = self.validated(false)?.unwrap_or_default();
        let here = DomainName::octets(domain).ok();
        let best = names
            .iter()
            .find(|n| Some(*n) == here.as_ref())
            .or_else(|| names.iter().find(|n| here.as_ref().is_some_and(|h| n.is_within(h))))
            .or_else(|| names.first());
        Some(best.map_or_else(|| "unknown".to_owned(), ToString::to_string))
    }
}

fn decided(record: &Record, term: &Term, qualifier: Qualifier, domain: &str) -> Ended {
    let exp = record.terms.iter().find_map(|t| match &t.kind {
        Kind::Exp(spec) => Some((spec.clone(), domain.to_owned())),
        _ => None,
    });
    Ended { term: (&term.text).into(), exp, ..Ended::of(Outcome::of(qualifier), "") }
}

/// An error of something below, told at the term that led there.
fn at(mut ended: Ended, term: &Term) -> Ended {
    ended.term = (&term.text).into();
    ended
}

/// Whether an address lies in a network of its own family.
fn within(ip: IpAddr, network: IpAddr, prefix: u8) -> bool {
    let bits = |width: u32| width.saturating_sub(u32::from(prefix));
    match (ip, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u32::from(a) ^ u32::from(b)).checked_shr(bits(32)).unwrap_or_default() == 0,
        (IpAddr::V6(a), IpAddr::V6(b)) => {
            (u128::from(a) ^ u128::from(b)).checked_shr(bits(128)).unwrap_or_default() == 0
        }
        _ => false,
    }
}

/// The address for macros: dotted, an IPv6 one by its hexadecimal digits.
fn dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(a) => a.to_string(),
        IpAddr::V6(a) => {
            let digits = a.octets().iter().fold(String::new(), |mut out, byte| {
                let _ = write!(out, "{byte:02X}");
                out
            });
            let digits: Vec<String> = digits.chars().map(String::from).collect();
            digits.join(".")
        }
    }
}

/// The name that the address has in the reverse tree.
fn reverse(ip: IpAddr) -> String {
    let text = dotted(ip);
    let labels: Vec<&str> = text.rsplit('.').collect();
    format!("{}.{}", labels.join("."), if ip.is_ipv4() { "in-addr.arpa" } else { "ip6.arpa" })
}

/// Splits, turns round, keeps labels from the right, and escapes.
fn transformed(m: &Macro, value: &str) -> String {
    let delimiters = if m.delimiters.is_empty() { "." } else { &m.delimiters };
    let mut parts: Vec<&str> = value.split(|c| delimiters.contains(c)).collect();
    if m.reversed {
        parts.reverse();
    }
    let keep = m.keep.map_or(parts.len(), usize::from);
    let text = parts.split_off(parts.len().saturating_sub(keep)).join(".");
    if !m.escaped {
        return text;
    }
    text.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// A name too long for the DNS loses labels on its left (RFC 7208, section 7.3).
fn cut(text: &str) -> String {
    let mut name = text.strip_suffix('.').unwrap_or(text);
    while name.len() > 253 {
        match name.split_once('.') {
            Some((_, rest)) => name = rest,
            None => break,
        }
    }
    name.to_owned()
}
