//! Names that a product's zone usually has, and where their aliases lead. A name that was forgotten
//! cannot be listed from outside, so the usual ones are looked at.

use super::facts::{Aliases, Dangling};
use crate::vocab::{Answers, Cause, DomainName, Inquiry, Missing, Observed, Step};
use crate::wire::{DnsAnswer, DnsQuestion, Found, Record, RecordKind};

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
        let (mut out, mut next) = (Aliases { dangling: Vec::new(), gaps: Vec::new() }, Vec::new());
        for name in &self.names {
            match follow(name, seen) {
                Ok(None) => {}
                Ok(Some(End { path, circle: true })) => {
                    // Whichever of its names is looked at first tells of a circle.
                    let told = |d: &Dangling| d.circle && d.path.iter().any(|p| p == name.as_str());
                    if !out.dangling.iter().any(told) {
                        out.dangling.push(Dangling {
                            name: name.clone(),
                            path,
                            circle: true,
                            domain_free: None,
                            more: 0,
                        });
                    }
                }
                Ok(Some(End { path, circle: false })) => {
                    let free = domain_free(name, &path, seen).unwrap_or_else(|question| {
                        next.push(question);
                        None
                    });
                    out.dangling.push(Dangling { name: name.clone(), path, circle: false, domain_free: free, more: 0 });
                }
                Err(Open::Ask(questions)) => next.extend(questions),
                Err(Open::Unknown(cause)) => out.gaps.push(cause),
            }
        }
        next.retain(|q| !seen.contains_key(q));
        next.sort();
        next.dedup();
        fold_wildcard(&mut out.dangling);
        if next.is_empty() { Step::Done(Observed::known(out)) } else { Step::Ask(next) }
    }
}

/// Whether the registrable domain of the last name does not exist, or the question that says so.
fn domain_free(name: &DomainName, path: &[String], seen: &Answers<DnsQuestion>) -> Result<Option<bool>, DnsQuestion> {
    let target = path.last().and_then(|t| DomainName::parse(t).ok()).map(|t| t.registrable());
    // Below the audited domain itself there is nobody else's name to be had.
    // And what a platform lends is to be had from the platform alone, if at all.
    let own = |d: &DomainName| *d == name.registrable() || d.is_lent();
    let Some(domain) = target.filter(|d| !own(d)) else { return Ok(None) };
    let question = DnsQuestion::new(domain, RecordKind::Soa);
    match seen.get(&question).map(Observed::get) {
        Some(Ok(answer)) => Ok(Some(answer.found == Found::NxDomain)),
        Some(Err(_)) => Ok(None),
        None => Err(question),
    }
}

/// What is still open of a name.
enum Open {
    Ask(Vec<DnsQuestion>),
    Unknown(Cause),
}
/// The most aliases of one name that are followed.
const MOST_ALIASES: usize = 8;

/// Where an alias that leads nowhere goes.
struct End {
    path: Vec<String>,
    circle: bool,
}

/// The names that an alias goes through, where the last one does not exist or leads back. Most of the names are no
/// alias at all, so the address is only asked for where one is.
fn follow(name: &DomainName, seen: &Answers<DnsQuestion>) -> Result<Option<End>, Open> {
    let answer = |name: &DomainName, kind| {
        let question = DnsQuestion::new(name.clone(), kind);
        match seen.get(&question).map(Observed::get) {
            Some(Ok(answer)) => Ok(Some(answer)),
            Some(Err(Missing::Unknown(cause))) => Err(Open::Unknown(cause)),
            Some(Err(Missing::NotConfigured(_))) => Ok(None),
            None => Err(Open::Ask(vec![question])),
        }
    };
    let (mut path, mut at, mut open) = (Vec::new(), name.clone(), Vec::new());
    while path.len() < MOST_ALIASES {
        let alias = match answer(&at, RecordKind::Cname) {
            Ok(answer) => answer.and_then(target),
            Err(Open::Ask(questions)) => {
                open.extend(questions);
                None
            }
            Err(unknown) => return Err(unknown),
        };
        let Some(alias) = alias else { break };
        let back = alias == name.as_str() || path.iter().any(|p| p == alias);
        path.push(alias.to_owned());
        if back {
            return Ok(Some(End { path, circle: true }));
        }
        let Ok(next) = DomainName::parse(alias) else { break };
        at = next;
    }
    if path.is_empty() {
        return if open.is_empty() { Ok(None) } else { Err(Open::Ask(open)) };
    }
    let end = match answer(name, RecordKind::A) {
        Ok(answer) => answer,
        Err(Open::Ask(questions)) => {
            open.extend(questions);
            None
        }
        Err(unknown) => return Err(unknown),
    };
    if !open.is_empty() {
        return Err(Open::Ask(open));
    }
    Ok(end.is_some_and(|a| a.found == Found::NxDomain).then_some(End { path, circle: false }))
}

fn target(answer: &DnsAnswer) -> Option<&str> {
    answer.all().iter().find_map(|r| match r {
        Record::Cname(target) => Some(target.as_str()),
        _ => None,
    })
}

/// As many names of one zone do not lead to one and the same name by records of their own.
const A_WILDCARD: usize = 6;

/// Tells a wildcard record once and not for every name that it makes.
fn fold_wildcard(dangling: &mut Vec<Dangling>) {
    let Some(last) = dangling.last().map(|d| d.path.clone()) else { return };
    let same = dangling.iter().filter(|d| d.path == last).count();
    if same >= A_WILDCARD {
        let mut kept = false;
        dangling.retain_mut(|d| {
            let first = d.path != last || !kept;
            if d.path == last && !kept {
                (kept, d.more) = (true, same - 1);
            }
            first
        });
    }
}

/// Where anybody can get a name that nobody has at the moment.
#[derive(Debug)]
pub struct Claimable {
    /// The service.
    pub name: &'static str,
    /// The ends of the names that it gives out, and how many labels stand in front of them in a name
    /// that its customer chose. A longer one holds a random label, which nobody gets a second time.
    pub ends: &'static [(&'static str, usize)],
    /// When this was last looked at.
    pub checked: &'static str,
    /// Where it stands.
    pub source: &'static str,
}

/// Services whose names are free for anybody again once they answer NXDOMAIN.
pub static CLAIMABLE: &[Claimable] = &[
    // `cloudapp.net` and `azureedge.net` are not given out any more.
    Claimable {
        name: "Microsoft Azure",
        ends: &[
            ("azurewebsites.net", 1),
            ("cloudapp.azure.com", 2),
            ("trafficmanager.net", 1),
            ("azure-api.net", 1),
            ("azurecontainer.io", 2),
            ("blob.core.windows.net", 1),
        ],
        checked: "2026-11",
        source: "https://learn.microsoft.com/en-us/azure/security/fundamentals/subdomain-takeover",
    },
    Claimable {
        name: "AWS Elastic Beanstalk",
        ends: &[("elasticbeanstalk.com", 2)],
        checked: "2026-11",
        source: "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customdomains.html",
    },
];

/// The service that gives this name out to whoever asks for it.
#[must_use]
pub fn claimable(name: &str) -> Option<&'static Claimable> {
    let chosen = |(end, labels): &(&str, usize)| {
        let head = name.strip_suffix(end).and_then(|head| head.strip_suffix('.'));
        head.is_some_and(|head| head.split('.').count() == *labels)
    };
    CLAIMABLE.iter().find(|c| c.ends.iter().any(chosen))
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
        let looping = "docs.acme.test. CNAME blog.acme.test.\nblog.acme.test. CNAME docs.acme.test.";
        let looping = look(looping);
        let [circle] = looping.dangling.as_slice() else { panic!("{looping:?}") };
        assert!(circle.circle && circle.domain_free.is_none());
        assert_eq!(
            (circle.name.as_str(), circle.path.join(" ")),
            ("blog.acme.test", "docs.acme.test blog.acme.test".to_owned())
        );
        let outside = look(
            "docs.acme.test. CNAME a.docs.example.\na.docs.example. CNAME b.docs.example.\nb.docs.example. CNAME a.docs.example.",
        );
        assert!(outside.dangling[0].circle && outside.dangling.len() == 1);
        let chain = look(
            "docs.acme.test. CNAME a.docs.example.\na.docs.example. CNAME b.docs.example.\ndocs.example. SOA n.x. 1",
        );
        assert_eq!(chain.dangling[0].path, ["a.docs.example", "b.docs.example"]);
        let wild = USUAL.map(|l| format!("{l}.acme.test. CNAME gone.docs.example.")).join("\n");
        let wild = look(&wild);
        assert_eq!((wild.dangling.len(), wild.dangling[0].more), (1, 11));
        let gone = look("docs.acme.test. CNAME acme.docs.example.\ndocs.example. SOA ns1.docs.example. 1");
        assert_eq!((gone.dangling[0].target(), gone.dangling[0].domain_free), ("acme.docs.example", Some(false)));
        // What a platform lends cannot be registered, however little of it exists.
        for lent in ["d1x2y3.cloudfront.net", "acme.herokuapp.com", "acme.vercel.app"] {
            assert_eq!(look(&format!("docs.acme.test. CNAME {lent}.")).dangling[0].domain_free, None, "{lent}");
        }
        let free = look("docs.acme.test. CNAME acme.docs.example.\nwww.acme.test. TIMEOUT");
        assert_eq!((free.dangling[0].domain_free, free.gaps.as_slice()), (Some(true), &[Cause::Timeout][..]));
    }

    #[test]
    fn services_by_the_ends_of_their_names() {
        assert_eq!(claimable("acme.azurewebsites.net").map(|c| c.name), Some("Microsoft Azure"));
        assert!(claimable("azurewebsites.net").is_none() && claimable("xazurewebsites.net").is_none());
        assert!(claimable("acme.eu-west-1.elasticbeanstalk.com").is_some());
        // A random label in it is nobody's choice.
        assert!(claimable("acme-ds27dh7271aah175.westus-01.azurewebsites.net").is_none());
        assert!(claimable("acme.eba-x1y2z3.eu-west-1.elasticbeanstalk.com").is_none());
    }
}
