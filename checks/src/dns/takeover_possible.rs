//! `dns.takeover-possible`
use super::alias_walk::claimable;
use super::facts::{Aliases, Dangling};
use crate::vocab::{DomainName, Evidence};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// A name of the domain is an alias of a name that does not exist and that a stranger can get:
    /// one that a cloud service gives out to whoever asks first, or one below a domain that is not
    /// registered.
    ///
    /// An alias alone is never a finding, only one whose target answers NXDOMAIN. Whether the name is
    /// still to be had is not tried out.
    ///
    /// # Why at launch
    /// Who gets it serves pages under your name: with a valid certificate, your cookies, and a place
    /// in your mails that nobody doubts.
    ///
    /// # Fix
    /// Delete the record today. Delete records before the services that they point to.
    ///
    /// # References
    /// Microsoft Learn, "Prevent dangling DNS entries and avoid subdomain takeover"; OWASP WSTG-CONF-10
    ///
    /// ```pass
    /// blog.acme.test. CNAME acme.azurewebsites.net.
    /// acme.azurewebsites.net. A 203.0.113.9
    /// ```
    /// ```pass
    /// blog.acme.test. CNAME acme.blogs.example.
    /// blogs.example. SOA ns1.blogs.example. 1
    /// ```
    /// ```fail
    /// blog.acme.test. CNAME acme.azurewebsites.net.
    /// azurewebsites.net. SOA ns1.azurewebsites.net. 1
    /// ```
    /// ```fail
    /// blog.acme.test. CNAME acme.blogs.example.
    /// ```
    "dns.takeover-possible" on Zone, High, stage Domain;
    fails "A stranger may get a name that this domain points to"; holds "No alias that was looked at leads to a name that is free";
    fn check(aliases: Part<'_, Aliases>) -> Verdict {
        aliases.iter().flat_map(|a| &a.dangling).filter(|d| !d.circle).filter_map(fault).collect::<Vec<_>>().into()
    }
}

fn fault(dangling: &Dangling) -> Option<Fault> {
    let (name, target) = (&dangling.name, dangling.target());
    let (why, sure) = if let Some(service) = claimable(target) {
        (
            format!(
                "{} gives such names to whoever asks first ({}, {})",
                service.name, service.source, service.checked
            ),
            true,
        )
    } else if dangling.domain_free == Some(true) {
        let domain = DomainName::parse(target).ok()?.registrable();
        (format!("{domain} does not exist either: it may be free to register"), false)
    } else {
        return None;
    };
    let fault = Fault::new(name, dangling.evidence(), Fix::step(format!("Delete the CNAME record of {name} now")))
        .and_saw(why)
        .titled(format!("A stranger may get {target}, which {name} points to"));
    // A domain without a delegation may be registered and only parked without servers.
    Some(if sure { fault } else { fault.lowered(Severity::Medium) })
}

impl Dangling {
    /// The alias and its end, as evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        let mut answer: Vec<_> = self.path.iter().map(|p| format!("CNAME {p}").into()).collect();
        answer.push(if self.circle { "and round again".into() } else { "NXDOMAIN".into() });
        if self.more > 0 {
            answer.push(format!("and so {} more names: it is a wildcard record", self.more).into());
        }
        Evidence::Dns { name: (&self.name).into(), kind: "A".into(), answer }
    }
}
