//! What is audited: targets, their links, and how a person names them.

use super::{DomainName, Family, Place, Shown};
use std::{collections::BTreeMap, fmt};

/// The kinds of target.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum TargetKind {
    /// The run itself: configuration and waivers.
    Run,
    /// A site under its canonical name.
    Site,
    /// One host name that serves TLS.
    Host,
    /// A domain that mail is sent from.
    Mail,
    /// A registrable domain with the DNS zones that hold the audited names.
    Zone,
    /// A webhook URL.
    Webhook,
    /// A folder with an app's source and environment files.
    App,
    /// A billing provider, with the database it is compared to.
    Billing,
    /// A CRM.
    Crm,
    /// A help desk.
    Support,
    /// A query that the configuration declares.
    Check,
}

impl TargetKind {
    /// Every kind, in the order of the report.
    pub const ALL: [Self; 11] = [
        Self::Run,
        Self::Site,
        Self::Host,
        Self::Mail,
        Self::Zone,
        Self::Webhook,
        Self::App,
        Self::Billing,
        Self::Crm,
        Self::Support,
        Self::Check,
    ];
    /// The word in front of the colon.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Site => "site",
            Self::Host => "host",
            Self::Mail => "mail",
            Self::Zone => "zone",
            Self::Webhook => "webhook",
            Self::App => "app",
            Self::Billing => "billing",
            Self::Crm => "crm",
            Self::Support => "support",
            Self::Check => "check",
        }
    }
}

/// One target: `kind:name`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct TargetId {
    /// Its kind.
    pub kind: TargetKind,
    /// Its name within the kind: a host, a domain, a URL, a folder.
    pub name: String,
}
impl TargetId {
    /// A target of this kind and name.
    pub fn new(kind: TargetKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
    /// The name as a domain name, for kinds that are named by one.
    #[must_use]
    pub fn domain(&self) -> Option<DomainName> {
        DomainName::parse(&self.name).ok()
    }
}
impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.kind.word(), self.name))
    }
}

/// Where a target comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Written in the configuration file, here.
    Declared(Place),
    /// Named on the command line.
    CommandLine,
    /// Worked out from something; the text says from what.
    Inferred(Shown),
}
impl Origin {
    /// Whether a person named it, in the file or on the command line.
    #[must_use]
    pub const fn is_declared(&self) -> bool {
        !matches!(self, Self::Inferred(_))
    }
    /// Its place in the configuration file.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Declared(p) => Some(p),
            _ => None,
        }
    }
}

/// All targets of a run, closed before the network is believed, and how they belong together.
#[derive(Clone, Default, Debug)]
pub struct Targets {
    all: BTreeMap<TargetId, Origin>,
    links: BTreeMap<TargetId, Vec<TargetId>>,
}
impl Targets {
    /// Adds a target; the first origin of a target stands, but a declaration beats an inference.
    pub fn add(&mut self, id: TargetId, origin: Origin) {
        match self.all.get(&id) {
            Some(o) if o.is_declared() || !origin.is_declared() => {}
            _ => {
                self.all.insert(id, origin);
            }
        }
    }
    /// Links two targets, both ways.
    pub fn link(&mut self, a: &TargetId, b: &TargetId) {
        for (from, to) in [(a, b), (b, a)] {
            let list = self.links.entry(from.clone()).or_default();
            if from != to && !list.contains(to) {
                list.push(to.clone());
                list.sort();
            }
        }
    }
    /// Every target, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&TargetId, &Origin)> {
        self.all.iter()
    }
    /// The targets of one kind, in order.
    pub fn of(&self, kind: TargetKind) -> impl Iterator<Item = &TargetId> {
        self.all.keys().filter(move |t| t.kind == kind)
    }
    /// Where a target comes from.
    #[must_use]
    pub fn origin(&self, id: &TargetId) -> Option<&Origin> {
        self.all.get(id)
    }
    /// The target itself and those linked to it, of one kind.
    pub fn linked<'a>(&'a self, from: &'a TargetId, kind: TargetKind) -> impl Iterator<Item = &'a TargetId> {
        std::iter::once(from).chain(self.links.get(from).into_iter().flatten()).filter(move |t| t.kind == kind)
    }
    /// Whether `b` is `a` or is linked to it.
    #[must_use]
    pub fn are_linked(&self, a: &TargetId, b: &TargetId) -> bool {
        a == b || self.links.get(a).is_some_and(|l| l.contains(b))
    }
}

/// What a person picks with `--only`, `--skip`, `--require` or a waiver: with a colon a target,
/// with a dot a rule, else a family (or a bare kind of target with its colon: `host:`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Pick {
    /// `email`
    Family(Family),
    /// `email.dmarc-missing`
    Rule(String),
    /// `host:api.acme.test`
    Target(TargetId),
}

/// Why a pick was not understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadPick {
    /// The text that was given.
    pub given: String,
    /// What was expected there.
    pub expected: &'static str,
}
impl fmt::Display for BadPick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.given, self.expected)
    }
}
impl std::error::Error for BadPick {}

impl Pick {
    /// Reads a pick. Whether the rule or the target exists is for the caller to check.
    ///
    /// # Errors
    /// When the kind of target or the family is not known.
    pub fn parse(text: &str) -> Result<Self, BadPick> {
        let bad = |expected| BadPick { given: text.to_owned(), expected };
        if let Some((kind, name)) = text.split_once(':') {
            let kind = TargetKind::ALL.into_iter().find(|k| k.word() == kind);
            let kind = kind.ok_or_else(|| {
                bad("a target; its kind is one of run, site, host, mail, zone, webhook, app, billing, crm, support")
            })?;
            return Ok(Self::Target(TargetId::new(kind, name)));
        }
        if text.contains('.') {
            return Ok(Self::Rule(text.to_owned()));
        }
        Family::ALL
            .into_iter()
            .find(|f| f.word() == text)
            .map(Self::Family)
            .ok_or_else(|| bad("a family, a rule id or a target"))
    }
}
impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Family(x) => f.write_str(x.word()),
            Self::Rule(x) => f.write_str(x),
            Self::Target(x) => write!(f, "{x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_by_their_shape() {
        assert_eq!(Pick::parse("email"), Ok(Pick::Family(Family::Email)));
        assert_eq!(Pick::parse("tls.expired"), Ok(Pick::Rule("tls.expired".into())));
        let url = Pick::parse("webhook:https://acme.test/hook").unwrap();
        assert_eq!(url, Pick::Target(TargetId::new(TargetKind::Webhook, "https://acme.test/hook")));
        assert!(Pick::parse("mails").is_err());
        assert!(Pick::parse("hosts:acme.test").is_err());
    }

    #[test]
    fn a_declaration_beats_an_inference() {
        let mut t = Targets::default();
        let id = TargetId::new(TargetKind::Host, "acme.test");
        t.add(id.clone(), Origin::Inferred("x".into()));
        t.add(id.clone(), Origin::CommandLine);
        t.add(id.clone(), Origin::Inferred("y".into()));
        assert_eq!(t.origin(&id), Some(&Origin::CommandLine));
    }
}
