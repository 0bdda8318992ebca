//! What is known of a zone, of the servers that hold it, and of where its names lead.

use super::caa::Property;
use crate::vocab::{Cause, DomainName, Gaps, Place, Shown};
use crate::wire::{DnsAnswer, RecordKind};
use std::net::IpAddr;

/// The zone of an audited domain, and who holds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    /// The audited domain.
    pub domain: DomainName,
    /// The name at which the zone begins.
    pub apex: DomainName,
    /// Its NS records as the resolver has them.
    pub answer: DnsAnswer,
    /// Its name servers, by name.
    pub servers: Vec<Server>,
    /// The zones below it that hold an audited name of their own: subdomains that were delegated.
    pub below: Vec<Zone>,
    /// What could not be seen: one for each server whose addresses could not be asked for.
    pub gaps: Vec<Cause>,
}
impl Zone {
    /// The zone itself and those below it.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.below)
    }
}
impl Gaps for Zone {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// One name server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Server {
    /// Its name.
    pub name: Shown,
    /// Its addresses: IPv4, and IPv6 only where it has no other, since many machines cannot reach
    /// those. Empty where it has none or they are not known.
    pub addresses: Vec<IpAddr>,
    /// Whether its name leads nowhere: a fact, and not only unknown.
    pub nowhere: bool,
}

/// The zone as each of its servers has it, and as the public sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ZoneViews {
    /// The name at which the zone begins.
    pub apex: DomainName,
    /// What each server said of the zone itself.
    pub servers: Vec<ServerView>,
    /// The names and types on which they differ.
    pub differences: Vec<Difference>,
    /// What they agree on, against the public answer.
    pub published: Vec<Published>,
    /// The same of the zones below it that hold an audited name.
    pub below: Vec<ZoneViews>,
    /// What could not be seen, of the zones below it too.
    pub gaps: Vec<Cause>,
}
impl Gaps for ZoneViews {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
impl ZoneViews {
    /// The zone itself and those below it.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.below)
    }
    /// The servers that hold the zone.
    pub fn good(&self) -> impl Iterator<Item = &ServerView> {
        self.servers.iter().filter(|s| matches!(s.state, ServerState::Serial(_)))
    }
}
/// One server and what it said of the zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerView {
    /// Its name.
    pub name: Shown,
    /// The address that was asked.
    pub address: Option<IpAddr>,
    /// What came of it.
    pub state: ServerState,
}
/// What a server says of the zone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ServerState {
    /// It holds the zone, with this serial.
    Serial(u32),
    /// It answers and does not hold the zone; the text says how.
    Lame(Shown),
    /// Its name leads nowhere.
    Nowhere,
    /// It could not be asked.
    Silent(Cause),
}
/// Servers that say different things of one name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The name.
    pub name: DomainName,
    /// The type.
    pub kind: RecordKind,
    /// Each thing that is said, and by whom.
    pub sides: Vec<(Vec<Shown>, Vec<Shown>)>,
}
/// What all servers say of one name, and whether the public sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// The name.
    pub name: DomainName,
    /// The type.
    pub kind: RecordKind,
    /// What the servers say.
    pub records: Vec<Shown>,
    /// What the public still sees and no server has any more.
    pub gone: Vec<Shown>,
    /// Where the public still sees something else: the seconds until it sees this, at most.
    pub visible_in: Option<u32>,
}

/// Whether the zone is signed, and whether the signatures hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dnssec {
    /// The name at which the zone begins.
    pub apex: DomainName,
    /// The key tags of the DS records that its parent has.
    pub tags: Vec<u16>,
    /// What they come to.
    pub state: DnssecState,
}
impl Gaps for Dnssec {}
/// What the signatures come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DnssecState {
    /// The parent has no DS record: nobody expects signatures.
    Off,
    /// The chain holds; the text says who found so.
    Valid(&'static str),
    /// It does not; the text says where it breaks.
    Broken(Shown),
}

/// Names of the zone that are aliases, and where they lead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aliases {
    /// Those that lead to a name that does not exist, or in a circle.
    pub dangling: Vec<Dangling>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Aliases {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// An alias to a name that does not exist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dangling {
    /// The alias.
    pub name: DomainName,
    /// The names it goes through; the last one does not exist, or is one that was gone through before.
    pub path: Vec<String>,
    /// Whether the aliases lead in a circle, so that the name leads nowhere either.
    pub circle: bool,
    /// Whether the registrable domain of that name does not exist either. `None` where that was
    /// not asked for or is not known.
    pub domain_free: Option<bool>,
    /// How many more of the names that were looked at lead there: then it is a wildcard record.
    pub more: usize,
}
impl Dangling {
    /// The name that does not exist.
    #[must_use]
    pub fn target(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

/// Where a host's name leads, and where it should.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostDns {
    /// The host.
    pub host: DomainName,
    /// The platform that the configuration names, and where.
    pub platform: Option<(Shown, Option<Place>)>,
    /// The names its alias goes through.
    pub aliases: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for HostDns {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// The CAA records that hold for a host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caa {
    /// The host.
    pub host: DomainName,
    /// Where they stand: the host itself or the nearest name above it that has any.
    pub at: Option<DomainName>,
    /// The answer there.
    pub answer: DnsAnswer,
    /// The records, read.
    pub properties: Vec<Property>,
}
impl Gaps for Caa {}
