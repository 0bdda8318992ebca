//! What is known of a domain that mail is sent from.

use super::syntax::NearMiss;
use super::{dkim_key, dmarc, spf};
use crate::providers;
use crate::vocab::{Cause, DomainName, Gaps, Place, Selector, Shown};
use crate::wire::DnsAnswer;

/// What the configuration and the environment say of mail from this domain.
#[derive(Clone, Debug)]
pub struct MailPlan {
    /// The domain.
    pub domain: DomainName,
    /// Whether `[email] from` names an address of this domain.
    pub declared: bool,
    /// Who sends, and what that rests on.
    pub senders: Vec<Sender>,
    /// Whether `[email] bulk = true`.
    pub bulk: bool,
    /// Whether `[email] receives = true`.
    pub receives: bool,
    /// `[email] dkim-selectors`.
    pub selectors: Vec<(Selector, Option<Place>)>,
    /// `[email] return-paths`.
    pub return_paths: Vec<DomainName>,
    /// The From addresses that production is set to.
    pub addresses: Vec<FromAddress>,
    /// The domains in From, as far as they are known: those of `[email] from`, else those of the app's
    /// variables.
    pub froms: Vec<DomainName>,
    /// The other domains of this run whose mail is judged.
    pub others: Vec<DomainName>,
}
/// A From address that a production variable holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FromAddress {
    /// The variable and where it stands: `EMAIL_FROM in .env.production`.
    pub named: Shown,
    /// The variable.
    pub variable: Shown,
    /// The domain of the address.
    pub domain: DomainName,
    /// The line.
    pub at: Option<Place>,
}
/// A service that sends mail for the domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The id of a provider in [`crate::providers`], or the name given in the configuration.
    pub provider: Shown,
    /// What the inference rests on: `[email] providers`, `RESEND_API_KEY`.
    pub because: Shown,
    /// The line it rests on.
    pub at: Option<Place>,
    /// Whether it was worked out and not said. Then it is not certain that this is the domain in
    /// the From address: the product may send from a subdomain.
    pub inferred: bool,
    /// The domain it signs for and sends through, where a variable such as `MAILGUN_DOMAIN` says so;
    /// else it is the From domain.
    pub through: Option<DomainName>,
}
impl Gaps for MailPlan {}
impl Sender {
    /// The provider and its mail part, where it is one that we know.
    #[must_use]
    pub fn known(&self) -> Option<(&'static providers::Provider, &'static providers::Mail)> {
        let provider = providers::by_id(self.provider.as_str())?;
        provider.mail.as_ref().map(|m| (provider, m))
    }
}
impl MailPlan {
    /// Whether somebody said that mail is sent from this very domain.
    #[must_use]
    pub fn sends(&self) -> bool {
        self.declared || self.senders.iter().any(|s| !s.inferred)
    }
    /// Whether it is certain that this sender sends with this domain in From: it was pinned, or a
    /// From address of the domain was seen. Of several senders and several domains nobody said which
    /// sends from which.
    #[must_use]
    pub fn is_certain(&self, sender: &Sender) -> bool {
        let several = self.froms.len() > 1;
        if !sender.inferred {
            return !several || self.senders.len() < 2;
        }
        !several && (self.declared || self.is_set())
    }
    /// Whether production is set to an address of this domain.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.addresses.iter().any(|a| a.domain == self.domain)
    }
    /// Where mail is sent from, where that is known and it is not from here.
    #[must_use]
    pub fn sends_from(&self) -> Option<&DomainName> {
        self.froms.first().filter(|_| !self.froms.contains(&self.domain))
    }
    /// Whether what is wrong with the record of a domain above is told there: its mail is judged too.
    #[must_use]
    pub fn is_told_at(&self, of: &DomainName) -> bool {
        *of != self.domain && self.others.contains(of)
    }
    /// Whether we know every selector that mail is signed with: they are configured, or every
    /// sender is a provider that gives the same ones to all its customers.
    #[must_use]
    pub fn knows_selectors(&self) -> bool {
        let fixed = |s: &Sender| s.known().is_some_and(|(_, m)| !m.selectors.is_empty());
        !self.selectors.is_empty() || (!self.senders.is_empty() && self.senders.iter().all(fixed))
    }
}

/// The SPF records of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spf {
    /// The domain.
    pub domain: DomainName,
    /// All its TXT records, or that there are none.
    pub answer: DnsAnswer,
    /// Those that are SPF records.
    pub records: Vec<spf::Record>,
    /// Those that were meant to be.
    pub near_misses: Vec<NearMiss>,
    /// Where there are several, the one to put in their place.
    pub merged: Option<Merged>,
    /// Where there is none: one that stands a domain too deep, at `acme.com.acme.com`.
    pub doubled: Option<(DomainName, spf::Record)>,
    /// The configured return paths, each with whether mail could pass by its SPF record.
    pub return_paths: Vec<(DomainName, bool)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Spf {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// One record made of several, and what it would cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The record, read again.
    pub record: spf::Record,
    /// The look-ups it would need.
    pub lookups: u32,
    /// Those of them that would find nothing.
    pub voids: u32,
    /// Whether the bill is whole; else it is what is at least needed.
    pub whole: bool,
    /// The terms of the records that were left out, since receivers end in an error at them.
    pub left_out: Vec<Shown>,
    /// The includes that were left out, since nobody asks for them about mail of this domain.
    pub useless: Vec<Shown>,
}

/// The tree of includes and redirects behind a domain's SPF record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpfTree {
    /// The record itself.
    pub root: Branch,
    /// The look-ups it needs when nothing matches before the end.
    pub lookups: u32,
    /// Those of them that find nothing, whoever sends. Two are allowed.
    pub voids: u32,
    /// What could not be seen: one for each branch that was not read.
    pub gaps: Vec<Cause>,
}
impl Gaps for SpfTree {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// A term that asks the DNS, with what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The term as written; the domain for the root.
    pub term: Shown,
    /// The name whose SPF record it leads to.
    pub name: Option<DomainName>,
    /// Whether a match in there lets mail pass.
    pub passes: bool,
    /// Its look-ups and those of all below it.
    pub cost: u32,
    /// Those of them that find nothing, for IPv4 and IPv6 clients alike.
    pub voids: u32,
    /// How far it could be followed.
    pub state: BranchState,
    /// The record it leads to.
    pub record: Option<spf::Record>,
    /// The terms of that record that ask the DNS.
    pub children: Vec<Branch>,
}
/// How far a branch could be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BranchState {
    /// Its record was read.
    Read,
    /// It leads to no record: `a`, `mx`, `ptr`, `exists`.
    Leaf,
    /// Nothing stands at the name it asks for.
    Void,
    /// The name has more than ten mail servers, which ends the evaluation.
    ManyServers,
    /// Its name is made from the message, so it is another one for every sender.
    DependsOnSender,
    /// There is no SPF record at the name.
    NoRecord,
    /// There is more than one SPF record at the name.
    Several,
    /// It leads back to a record above it.
    Loop,
    /// The name could not be asked.
    Unread(Cause),
    /// The tree is too large to be followed further.
    Cut,
}
impl Branch {
    /// A branch of no cost that leads nowhere yet.
    pub(crate) fn new(term: impl Into<Shown>, name: Option<DomainName>) -> Self {
        let state = BranchState::Read;
        Self { term: term.into(), name, passes: true, cost: 0, voids: 0, state, record: None, children: Vec::new() }
    }
    /// This branch and all below it, in order.
    #[must_use]
    pub fn all(&self) -> Vec<&Self> {
        let mut out = vec![self];
        for child in &self.children {
            out.extend(child.all());
        }
        out
    }
}

/// The DMARC policy in force for a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dmarc {
    /// The domain in the From address.
    pub domain: DomainName,
    /// The names that were needed, in the order of the walk.
    pub visits: Vec<Visit>,
    /// What receivers do.
    pub force: Force,
    /// Whether the domain says by its SPF record that it sends no mail (`v=spf1 -all`). Looked at
    /// only where the domain has no DMARC record of its own.
    pub silent: bool,
    /// DMARC records at names where nobody looks for them, and those names: the domain itself, and for
    /// the top of a zone `dmarc.` and the domain, or the domain twice over. Looked at only where the
    /// domain has no DMARC record of its own.
    pub stray: Vec<(DomainName, dmarc::Record)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Dmarc {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
impl Dmarc {
    /// The visit whose record applies.
    #[must_use]
    pub fn applying(&self) -> Option<(&Visit, &dmarc::Record)> {
        match &self.force {
            Force::Nothing => None,
            Force::Broken(of) | Force::Policy { of, .. } => {
                let visit = self.visits.iter().find(|v| v.of == *of)?;
                Some((visit, visit.record()?))
            }
        }
    }
    /// What to ask about the reports that the record in force asks for.
    #[must_use]
    pub fn asks_for_reports(&self) -> Option<super::dmarc_reports::ReportLookup> {
        let (visit, record) = self.applying()?;
        let (of, rua) = (visit.of.clone(), record.rua.clone());
        (!rua.is_empty()).then_some(super::dmarc_reports::ReportLookup { of, rua })
    }
}
/// One name of a DMARC tree walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The domain, without `_dmarc.`
    pub of: DomainName,
    /// Where its record would stand.
    pub at: DomainName,
    /// All TXT records there, or that there are none.
    pub answer: DnsAnswer,
    /// Those that are DMARC records. With more than one, receivers use none of them.
    pub records: Vec<dmarc::Record>,
    /// Those that were meant to be.
    pub near_misses: Vec<NearMiss>,
}
impl Visit {
    /// The record, where there is exactly one.
    #[must_use]
    pub fn record(&self) -> Option<&dmarc::Record> {
        match self.records.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}
/// What DMARC comes to for a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Force {
    /// No record applies.
    Nothing,
    /// A record applies and is so broken that receivers do nothing by it; the domain it is of.
    Broken(DomainName),
    /// This policy.
    Policy {
        /// The domain whose record it is.
        of: DomainName,
        /// What receivers are asked to do, `t=y` included.
        policy: dmarc::Policy,
        /// The tag it comes from: `p`, `sp` or `np`.
        tag: &'static str,
        /// Whether `t=y` made it milder than the tag says.
        testing: bool,
    },
}

/// Where the reports go that a DMARC record asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DmarcReports {
    /// The domain whose record asks for them.
    pub of: DomainName,
    /// The domains of its `rua` addresses, each once.
    pub destinations: Vec<Destination>,
    /// What could not be seen: one for each destination that could not be asked.
    pub gaps: Vec<Cause>,
}
impl Gaps for DmarcReports {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// A domain that DMARC reports are to be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The domain.
    pub domain: DomainName,
    /// The address, without `mailto:`.
    pub address: Shown,
    /// Where another organisation must agree to take them; `None` where it is the same one.
    pub consent_at: Option<DomainName>,
    /// Whether it agrees; `None` where nobody knows.
    pub agrees: Option<bool>,
    /// Whether mail can be delivered there; `None` where nobody knows.
    pub takes_mail: Option<bool>,
    /// Why not: what its MX record says, or that there is none.
    pub seen: DnsAnswer,
}

/// The DKIM keys at the selectors that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dkim {
    /// What was found, selector by selector.
    pub keys: Vec<SelectorKey>,
    /// What could not be seen: one for each selector that could not be asked.
    pub gaps: Vec<Cause>,
}
impl Gaps for Dkim {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// One selector and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorKey {
    /// The selector.
    pub selector: Selector,
    /// How we know of it.
    pub source: SelectorSource,
    /// The name that was asked for.
    pub at: DomainName,
    /// All TXT records there, or that there are none.
    pub answer: DnsAnswer,
    /// The records that are a key: none, one, or (which is a fault) several.
    pub keys: Vec<dkim_key::Key>,
}
/// How we know of a selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectorSource {
    /// `[email] dkim-selectors`, and where.
    Configured(Option<Place>),
    /// It is the same for every customer of this provider.
    Provider(&'static str),
    /// Many customers of this provider have it, so that its absence proves nothing.
    Usual(&'static str),
    /// It is this provider's, and only the domain's own records show that it sends.
    Shown(&'static str),
}
impl SelectorSource {
    /// Whether only the DNS shows that somebody may sign with it.
    #[must_use]
    pub const fn is_guess(&self) -> bool {
        matches!(self, Self::Shown(_))
    }
}

/// Where mail to the domain goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mx {
    /// The domain.
    pub domain: DomainName,
    /// Its MX records, or that there are none.
    pub answer: DnsAnswer,
    /// Its mail servers, the preferred first.
    pub hosts: Vec<(u16, String)>,
    /// Whether it says that it takes no mail (RFC 7505).
    pub null: bool,
    /// Whether, having no MX record, it has an address that mail goes to instead (RFC 5321, 5.1).
    pub implicit: bool,
}
impl Gaps for Mx {}
