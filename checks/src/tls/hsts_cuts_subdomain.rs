//! `tls.hsts-cuts-subdomain`
use super::hsts::Lockout;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};

rule! {
    /// The site tells browsers to insist on https for every name below it, and one that you need is
    /// served over plain http only.
    ///
    /// A name that is down, one whose plain http leads to https, and one declared with
    /// `ca = "private"` are not meant. Neither is one that has https and a certificate that browsers
    /// refuse: that is told by the rule about the certificate (`tls.expired`, `tls.name-mismatch`,
    /// `tls.untrusted` and the like), and mended with it.
    ///
    /// # Why at launch
    /// The name works for you and for whoever never visited the site; everybody else's browser
    /// refuses it, without a way to click through.
    ///
    /// # Fix
    /// Give the name a certificate, or leave `includeSubDomains` out until it has one.
    ///
    /// # References
    /// RFC 6797 sections 6.1.2, 8.3, 8.4 and 11.4.
    ///
    /// ```pass
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=31536000; includeSubDomains
    /// below app.acme.test secure
    /// ```
    /// ```pass
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=31536000; includeSubDomains
    /// below status.acme.test down
    /// ```
    /// ```pass
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=31536000; includeSubDomains
    /// below status.acme.test expired
    /// ```
    /// ```fail
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=31536000; includeSubDomains
    /// below status.acme.test plain
    /// ```
    "tls.hsts-cuts-subdomain" on Site, High;
    fails "The site's HSTS cuts off a name below it"; holds "The site's HSTS cuts off no name below it";
    fn check(lockout: Part<'_, Lockout>) -> Verdict {
        let (refused, cut): (Vec<_>, Vec<_>) = lockout.iter().flat_map(|l| &l.cut).partition(|c| c.by_certificate);
        if let (Some(refused), true) = (refused.first(), cut.is_empty()) {
            return Verdict::not_applicable(format!("{}: {}, which has a rule of its own", refused.host, refused.why));
        }
        let fault = |c: &super::hsts::Cut| {
            let fix = Fix::steps([
                format!("Serve https on {0}: certbot certonly -d {0}", c.host),
                format!("or send from {} until then, without includeSubDomains: Strict-Transport-Security: max-age=31536000", c.by),
            ]);
            Fault::new(&c.host, c.page.evidence("served over plain http"), fix)
                .and_saw(format!("its https: {}", c.why))
                .and_saw(format!("https://{}/ sends strict-transport-security: {}", c.by, c.header))
        };
        cut.into_iter().map(fault).collect::<Vec<_>>().into()
    }
}
