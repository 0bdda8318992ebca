//! `tls.client-certificate-demanded`
use super::facts::{HostPlan, Reach, Refusal};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The server ends the connection of every client that shows no certificate of its own.
    ///
    /// One that asks for a certificate and goes on without is fine.
    ///
    /// # Why at launch
    /// No visitor and no provider has such a certificate: the site opens for nobody. It is what an
    /// origin behind a proxy does when its name leads past the proxy.
    ///
    /// # Fix
    /// Switch client certificates off for this host, or let the name lead to the proxy that has one.
    ///
    /// # References
    /// RFC 8446 section 4.3.2 (a server may ask), section 6.2 (`certificate_required`).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// unreachable wants-certificate
    /// refusal wants-certificate
    /// ```
    "tls.client-certificate-demanded" on Host, Blocker, stage Tls;
    fails "The server demands a certificate of every client"; holds "Clients need no certificate of their own";
    fn check(plan: &HostPlan, reach: &Reach, refusal: &Refusal) -> Verdict {
        match refusal {
            Refusal::WantsCertificate => {}
            Refusal::None => return Verdict::Pass,
            _ => return Verdict::not_applicable(super::OTHERWISE),
        }
        let (host, port) = (&plan.host, plan.port);
        let fix = Fix::steps([
            format!("nginx: ssl_verify_client off; for {host} (Apache: SSLVerifyClient none)"),
            format!("If a proxy such as Cloudflare stands in front: switch the proxy on for the record of {host}"),
            format!("Check it: openssl s_client -connect {host}:{port} -servername {host}"),
        ]);
        let saw = format!("{host}:{port} asked for a certificate and ended the connection of a client that has none");
        super::by_role(Fault::new(host, saw, fix), plan, reach).into()
    }
}
