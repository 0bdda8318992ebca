//! The mail servers behind the MX records: whether each has an address, and whether it is a name of
//! its own or an alias.

use super::facts::Mx;
use crate::vocab::{Answers, Cause, DomainName, Gaps, Inquiry, Missing, Observed, Step};
use crate::wire::{DnsAnswer, DnsQuestion, RecordKind};

/// The most servers that are looked at; nobody has more, and a hostile answer may.
const MOST: usize = 20;

/// The mail servers of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MxServers {
    /// The servers, the preferred first.
    pub servers: Vec<MxServer>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for MxServers {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// One mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MxServer {
    /// Its name as the MX record has it.
    pub host: String,
    /// Where the name leads if it is an alias.
    pub alias: Option<String>,
    /// Whether it has an address; `None` where that could not be seen.
    pub resolves: Option<bool>,
    /// The answers for A and AAAA.
    pub answers: Vec<(DnsQuestion, DnsAnswer)>,
}

/// Whether a name means the machine that asks, whatever the DNS says of it (RFC 6761, section 6.3).
pub(super) fn is_local(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// Asks for the addresses of all servers at once.
#[derive(Clone, Debug)]
pub struct MxServerLookup {
    hosts: Vec<String>,
}
impl MxServerLookup {
    /// The servers that these MX records name.
    #[must_use]
    pub fn new(mx: &Mx) -> Self {
        let mut hosts: Vec<String> = Vec::new();
        for (_, host) in mx.hosts.iter().filter(|(_, h)| h != ".") {
            if !hosts.contains(host) {
                hosts.push(host.clone());
            }
        }
        hosts.truncate(MOST);
        Self { hosts }
    }
}
impl Inquiry for MxServerLookup {
    type Q = DnsQuestion;
    type Out = Observed<MxServers>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<MxServers>> {
        let questions = |host: &str| {
            let name = DomainName::parse(host).ok().filter(|_| !is_local(host));
            name.into_iter().flat_map(|n| [RecordKind::A, RecordKind::Aaaa].map(|k| DnsQuestion::new(n.clone(), k)))
        };
        let ask: Vec<_> = self.hosts.iter().flat_map(|h| questions(h)).filter(|q| !seen.contains_key(q)).collect();
        if !ask.is_empty() {
            return Step::Ask(ask);
        }
        let mut gaps = Vec::new();
        let server = |host: &String| {
            let (mut answers, mut blind) = (Vec::new(), false);
            for question in questions(host) {
                match seen.get(&question).map(Observed::get) {
                    Some(Ok(answer)) => answers.push((question, answer.clone())),
                    Some(Err(Missing::Unknown(cause))) => {
                        gaps.push(cause);
                        blind = true;
                    }
                    _ => blind = true,
                }
            }
            // A sender that is led to itself delivers nowhere.
            let found = answers.iter().any(|(_, a)| a.addresses().any(|ip| !ip.is_loopback() && !ip.is_unspecified()));
            let blind = blind && !is_local(host);
            MxServer {
                host: host.clone(),
                alias: answers.iter().find_map(|(_, a)| a.aliases.first().cloned()),
                resolves: (found || !blind).then_some(found),
                answers,
            }
        };
        let servers = self.hosts.iter().map(server).collect();
        gaps.sort();
        gaps.dedup();
        Step::Done(Observed::known(MxServers { servers, gaps }))
    }
}
