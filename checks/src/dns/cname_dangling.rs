//! `dns.cname-dangling`
use super::facts::Aliases;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// A name of the domain is an alias (CNAME) of a name that does not exist.
    ///
    /// Looked at are `www` and the labels that products usually have: `app`, `api`, `blog`, `docs`,
    /// `help`, `support`, `status`, `staging`, `dev`, `shop`, `links`. Others cannot be listed from
    /// outside.
    ///
    /// # Why at launch
    /// Whoever opens the name gets an error; and what it points to may become somebody else's.
    ///
    /// # Fix
    /// Delete the record, or point it at the service that the name is meant for.
    ///
    /// # References
    /// RFC 1912, section 2.4
    ///
    /// ```pass
    /// blog.acme.test. CNAME acme.blogs.example.
    /// acme.blogs.example. A 203.0.113.9
    /// ```
    /// ```fail
    /// blog.acme.test. CNAME b.acme.test.
    /// b.acme.test. CNAME blog.acme.test.
    /// ```
    /// ```fail
    /// blog.acme.test. CNAME acme.blogs.example.
    /// blogs.example. SOA ns1.blogs.example. 1
    /// ```
    "dns.cname-dangling" on Zone, Medium, stage Domain;
    fails "An alias leads to a name that does not exist"; holds "No alias that was looked at leads nowhere";
    yields_to "dns.takeover-possible", "tls.unreachable";
    fn check(aliases: Part<'_, Aliases>) -> Verdict {
        let all = aliases.iter().flat_map(|a| &a.dangling).map(|dangling| {
            let (name, target) = (&dangling.name, dangling.target());
            let staged = name.labels().next().is_some_and(|l| matches!(l, "staging" | "dev"));
            let fault = Fault::new(name, dangling.evidence(), Fix::step(format!("Delete the CNAME record of {name}, or point it at the service that it is meant for")))
                .titled(if dangling.circle {
                    format!("{name} leads in a circle of aliases, and so nowhere")
                } else {
                    format!("{name} leads to {target}, which does not exist")
                });
            if staged { fault.lowered(Severity::Low) } else { fault }
        });
        all.collect::<Vec<_>>().into()
    }
}
