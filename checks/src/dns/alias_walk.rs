//! Names that a product's zone usually has, and where their aliases lead. A name that was forgotten
//! cannot be listed from outside, so the usual ones are looked at.

use super::facts::{Aliases, Dangling};
use crate::vocab::{Answers, DomainName, Inquiry, Missing, Observed, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Found, RecordKind};

/// Labels that products have in front of their domain and forget when they move on.
pub const USUAL: [&str; 12] =
    ["www", "app", "api", "blog", "docs", "help", "support", "status", "staging", "dev", "shop", "links"];

/// Looks where the aliases of some names lead.
#[derive(Clone, Debug)]
pub struct AliasWalk {
    /// The names: each once.
    pub names: Vec<DomainName>,
}
impl Inquiry for AliasWalk {
    type Q = DnsQuestion;
    type Out = Observed<Aliases>;
    fn step(&self, seen: &Answers<DnsQuestion>) -> Step<DnsQuestion, Observed<Aliases>> {
        let ask: Vec<_> = self.names.iter().map(|n| DnsQuestion::new(n.clone(), RecordKind::A)).collect();
        let missing: Vec<_> = ask.iter().filter(|q| !seen.contains_key(q)).cloned().collect();
        if !missing.is_empty() {
            return Step::Ask(missing);
        }
        let (mut out, mut next) = (Aliases { dangling: Vec::new(), gaps: Vec::new() }, Vec::new());
        for question in ask {
            let answer = match seen.get(&question).map(Observed::get) {
                Some(Ok(answer)) => answer,
                Some(Err(Missing::Unknown(cause))) => {
                    out.gaps.push(cause);
                    continue;
                }
                _ => continue,
            };
            let Some(target) = dangling(answer) else { continue };
            let domain = DomainName::parse(target).ok().map(|t| t.registrable());
            // Below the audited domain itself there is nobody else's name to be had.
            let foreign = domain.filter(|d| *d != question.name.registrable());
            let domain_free = match foreign.map(|d| DnsQuestion::new(d, RecordKind::Soa)) {
                None => None,
                Some(q) => match seen.get(&q).map(Observed::get) {
                    Some(Ok(a)) => Some(a.found == Found::NxDomain),
                    Some(Err(_)) => None,
                    None => {
                        next.push(q);
                        None
                    }
                },
            };
            out.dangling.push(Dangling { name: question.name, path: answer.aliases.clone(), domain_free });
        }
        next.sort();
        next.dedup();
        if next.is_empty() { Step::Done(Observed::known(out)) } else { Step::Ask(next) }
    }
}

/// The name that an alias leads to and that does not exist.
fn dangling(answer: &DnsAnswer) -> Option<&str> {
    answer.aliases.last().filter(|_| answer.found == Found::NxDomain).map(String::as_str)
}

/// Where anybody can get a name that nobody has at the moment.
#[derive(Debug)]
pub struct Claimable {
    /// The service.
    pub name: &'static str,
    /// The ends of the names that it gives out.
    pub ends: &'static [&'static str],
    /// When this was last looked at.
    pub checked: &'static str,
    /// Where it stands.
    pub source: &'static str,
}

/// Services whose names are free for anybody again once they answer NXDOMAIN.
pub static CLAIMABLE: &[Claimable] = &[
    Claimable {
        name: "Microsoft Azure",
        ends: &[
            "azurewebsites.net",
            "cloudapp.net",
            "cloudapp.azure.com",
            "trafficmanager.net",
            "azureedge.net",
            "azure-api.net",
            "azurecontainer.io",
            "blob.core.windows.net",
        ],
        checked: "2026-11",
        source: "https://learn.microsoft.com/en-us/azure/security/fundamentals/subdomain-takeover",
    },
    Claimable {
        name: "AWS Elastic Beanstalk",
        ends: &["elasticbeanstalk.com"],
        checked: "2026-11",
        source: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customdomains.html",
    },
];

/// The service that gives this name out to whoever asks for it.
#[must_use]
pub fn claimable(name: &str) -> Option<&'static Claimable> {
    let within = |end: &&str| name.strip_suffix(*end).is_some_and(|head| head.ends_with('.'));
    CLAIMABLE.iter().find(|c| c.ends.iter().any(|e| within(&e)))
}

/// The usual names below a domain.
#[must_use]
pub fn names_below(domain: &DomainName) -> Vec<DomainName> {
    USUAL.iter().filter_map(|label| domain.child(label)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::example::Zone;
    use crate::vocab::Cause;

    fn look(lines: &str) -> Aliases {
        let zone = Zone::parse(lines).unwrap();
        let names = names_below(&DomainName::parse("acme.test").unwrap());
        Step::play(&AliasWalk { names }, |q| zone.answer(q)).0.into_inner().unwrap()
    }

    #[test]
    fn only_an_alias_to_a_name_that_does_not_exist_dangles() {
        let calm =
            "docs.acme.test. CNAME acme.docs.example.\nacme.docs.example. A 203.0.113.9\nblog.acme.test. A 203.0.113.9
            status.acme.test. CNAME mail.docs.example.\nmail.docs.example. TXT \"x\"";
        assert_eq!(look(calm).dangling, []);
        let gone = look("docs.acme.test. CNAME acme.docs.example.\ndocs.example. SOA ns1.docs.example. 1");
        assert_eq!((gone.dangling[0].target(), gone.dangling[0].domain_free), ("acme.docs.example", Some(false)));
        let free = look("docs.acme.test. CNAME acme.docs.example.\nwww.acme.test. TIMEOUT");
        assert_eq!((free.dangling[0].domain_free, free.gaps.as_slice()), (Some(true), &[Cause::Timeout][..]));
    }

    #[test]
    fn services_by_the_ends_of_their_names() {
        assert_eq!(claimable("acme.azurewebsites.net").map(|c| c.name), Some("Microsoft Azure"));
        assert!(claimable("azurewebsites.net").is_none() && claimable("xazurewebsites.net").is_none());
    }
}
