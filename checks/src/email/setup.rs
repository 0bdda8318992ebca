//! What stands in the DNS for each sender, against what should stand there. Every name comes to one
//! of three: right, wrong in one way, or not to be told from outside.

use super::facts::Sender;
use crate::providers::{self, ReturnPath};
use crate::vocab::{Cause, DomainName, Evidence, Gaps, Selector, Shown};

/// The senders of a domain and the names that they need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderSetup {
    /// The From domain.
    pub domain: DomainName,
    /// The senders: those of the plan, then those that the domain's own records show.
    pub senders: Vec<Sender>,
    /// The names.
    pub spots: Vec<Spot>,
    /// Where the From domain itself is an alias although a zone begins there, or has records beside
    /// the alias: where the alias leads, and what was seen.
    pub alias: Option<(String, Vec<Evidence>)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for SenderSetup {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// One name that mail needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The name.
    pub name: DomainName,
    /// What it is for.
    pub role: SpotRole,
    /// Why it is looked at.
    pub basis: Basis,
    /// The provider it belongs to, where that is known.
    pub provider: Option<&'static str>,
    /// What stands there.
    pub state: SpotState,
    /// The records that should stand there, each of another type.
    pub wanted: Vec<Want>,
    /// The MX records there that lead to somebody else than the provider.
    pub strangers: Vec<Shown>,
    /// What was seen.
    pub saw: Vec<Evidence>,
}
/// A record that should stand at a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// Its type.
    pub kind: &'static str,
    /// Its value, or where only the provider's own pages show that, in words.
    pub value: Shown,
    /// Whether it is the value.
    pub exact: bool,
}
impl Want {
    fn exact(kind: &'static str, value: impl Into<Shown>) -> Self {
        Self { kind, value: value.into(), exact: true }
    }
    fn words(kind: &'static str, value: impl Into<Shown>) -> Self {
        Self { kind, value: value.into(), exact: false }
    }
}
impl std::fmt::Display for Want {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.exact, self.kind) {
            (true, "TXT") => write!(f, "TXT \"{}\"", self.value),
            _ => write!(f, "{} {}", self.kind, self.value),
        }
    }
}
/// What a name is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpotRole {
    /// The DKIM key of a selector.
    Key(Selector),
    /// The domain of the envelope sender.
    ReturnPath,
}
/// Why a name is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The configuration names it.
    Configured,
    /// The provider gives it to every customer.
    Fixed,
    /// Many of the provider's customers have it; its absence proves nothing.
    Usual,
}
/// What stands at a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpotState {
    /// What should.
    Right,
    /// Something that mail cannot use.
    Wrong(Trouble),
    /// Nothing that tells.
    Unverified,
}
/// In which way a name is wrong. Each is one rule's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing is there.
    Missing,
    /// Nothing is there, and it stands one domain too deep: at `x.acme.com.acme.com`.
    Doubled(DomainName),
    /// An address stands where an alias must.
    Proxied,
    /// The record is of another type than it must be.
    Type(&'static str),
    /// An alias and other records stand at one name.
    WithOthers,
    /// The alias leads to somebody else.
    Elsewhere(String),
    /// The alias leads to the provider's name with the domain appended, where nothing is: what it must be.
    Appended(String),
    /// The alias leads to the provider, where nothing is.
    Dangling(String),
    /// A key stands there that cannot be used; the rules about keys say why.
    Unusable,
    /// Bounces go to somebody else, or to others beside the provider.
    Mx,
    /// The SPF record is missing or names others.
    Spf,
}

impl Spot {
    /// The selector, or the name: what findings call it.
    #[must_use]
    pub fn subject(&self) -> Shown {
        match &self.role {
            SpotRole::Key(selector) => selector.as_str().into(),
            SpotRole::ReturnPath => (&self.name).into(),
        }
    }
    /// What is wrong.
    #[must_use]
    pub const fn trouble(&self) -> Option<&Trouble> {
        match &self.state {
            SpotState::Wrong(trouble) => Some(trouble),
            _ => None,
        }
    }
    /// What should stand there, on one line.
    #[must_use]
    pub fn wanted(&self) -> String {
        self.wanted.iter().map(ToString::to_string).collect::<Vec<_>>().join(", and ")
    }
    /// Whether it is for a key.
    #[must_use]
    pub const fn is_key(&self) -> bool {
        matches!(self.role, SpotRole::Key(_))
    }
    /// The provider's name for people, or "your mail provider".
    #[must_use]
    pub fn whose(&self) -> &'static str {
        self.provider.and_then(providers::by_id).map_or("your mail provider", |p| p.name)
    }
}

/// What the names of one sender come to, for keys or for the return path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// In order; the names.
    Right(Vec<&'a Spot>),
    /// Wrong; those that are. Others may be right.
    Wrong(Vec<&'a Spot>),
    /// Not to be told from outside.
    Unverified,
}

impl SenderSetup {
    /// The keys of a sender.
    #[must_use]
    pub fn keys_of(&self, sender: &Sender) -> Standing<'_> {
        let mine: Vec<&Spot> = self.spots.iter().filter(|s| s.is_key() && is_of(s, sender)).collect();
        let with = |basis: fn(Basis) -> bool| mine.iter().copied().filter(move |s| basis(s.basis));
        let right: Vec<_> = mine.iter().copied().filter(|s| s.state == SpotState::Right).collect();
        let wrong: Vec<_> = with(|b| b == Basis::Fixed).filter(|s| s.trouble().is_some()).collect();
        let has_fixed = with(|b| b == Basis::Fixed).next().is_some();
        if !wrong.is_empty() {
            return Standing::Wrong(wrong);
        }
        // An alias to the key of another selector is wrong however right that key is.
        let theirs = |to: &str| sender.known().is_some_and(|(_, m)| providers::is_host_of(to, m.key_hosts));
        let crossed = |s: &&Spot| matches!(s.trouble(), Some(Trouble::Elsewhere(to)) if theirs(to));
        let crossed: Vec<_> = mine.iter().copied().filter(crossed).collect();
        if !crossed.is_empty() {
            return Standing::Wrong(crossed);
        }
        if !right.is_empty() {
            return Standing::Right(right);
        }
        let shown = |s: &&Spot| s.trouble().is_some_and(|t| *t != Trouble::Missing);
        let wrong: Vec<_> = with(|b| b != Basis::Fixed).filter(shown).collect();
        if wrong.is_empty() || has_fixed { Standing::Unverified } else { Standing::Wrong(wrong) }
    }
    /// The return path of a sender.
    #[must_use]
    pub fn paths_of(&self, sender: &Sender) -> Standing<'_> {
        let mine: Vec<&Spot> = self.spots.iter().filter(|s| !s.is_key() && is_of(s, sender)).collect();
        let right: Vec<_> = mine.iter().copied().filter(|s| s.state == SpotState::Right).collect();
        let wrong: Vec<_> = mine.iter().copied().filter(|s| s.trouble().is_some()).collect();
        match (right.is_empty(), wrong.is_empty()) {
            (false, _) => Standing::Right(right),
            (_, false) => Standing::Wrong(wrong),
            _ => Standing::Unverified,
        }
    }
    /// The domain that a sender signs for.
    #[must_use]
    pub fn signs_for<'a>(&'a self, sender: &'a Sender) -> &'a DomainName {
        sender.through.as_ref().unwrap_or(&self.domain)
    }
    /// The sender of a provider.
    #[must_use]
    pub fn sender(&self, provider: &str) -> Option<&Sender> {
        self.senders.iter().find(|s| s.provider.as_str() == provider)
    }
}
fn is_of(spot: &Spot, sender: &Sender) -> bool {
    spot.provider.is_some_and(|p| p == sender.provider.as_str())
}

/// What should stand at the key of a provider.
#[must_use]
pub fn wanted_key(mail: Option<&providers::Mail>, selector: &Selector, domain: &DomainName) -> Vec<Want> {
    let target = mail.and_then(|m| m.key_targets.iter().find(|(s, _)| *s == selector.as_str()));
    vec![match (target, mail.map(|m| m.key_hosts)) {
        (Some((_, target)), _) => match providers::filled(target, domain) {
            // What is made for each customer stands in capitals.
            name if name.bytes().any(|b| b.is_ascii_uppercase()) => Want::words("CNAME", name),
            name => Want::exact("CNAME", name),
        },
        (None, Some([host, ..])) => Want::words("CNAME", format!("a name below {host}")),
        _ => Want::words("TXT", "the key"),
    }]
}
/// What should stand at a return path of a provider; the MX record that is there and right stays.
#[must_use]
pub fn wanted_path(mail: Option<&providers::Mail>, path: Option<ReturnPath>, has_mx: bool) -> Vec<Want> {
    match path {
        Some(ReturnPath::Alias { hosts: [host, ..], .. }) => {
            let target = mail.and_then(|m| m.path_target);
            let words = || Want::words("CNAME", format!("{host} or a name below it"));
            vec![target.map_or_else(words, |t| Want::exact("CNAME", t))]
        }
        Some(ReturnPath::Records { label, hosts: [host, ..], include, .. }) => {
            let mut all = Vec::new();
            // At the sending domain itself its own mail servers may stand.
            if !has_mx && label != Some("") {
                let form = mail.and_then(|m| m.path_target).map(ToOwned::to_owned);
                all.push(Want::words("MX", form.unwrap_or_else(|| format!("a name below {host}"))));
            }
            all.push(Want::exact("TXT", format!("v=spf1 include:{include} ~all")));
            all
        }
        _ => vec![Want::words("MX", "what your mail provider shows")],
    }
}
