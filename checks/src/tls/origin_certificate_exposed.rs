//! `tls.origin-certificate-exposed`
use super::facts::{Certificate, HostPlan, Reach};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The host serves a certificate of Cloudflare's Origin CA to the public. Only Cloudflare itself
    /// trusts it, so the proxy in front of the host is switched off.
    ///
    /// A host that is meant to be reached directly by your own machines is declared with
    /// `ca = "private"`.
    ///
    /// # Why at launch
    /// Browsers show a full-page warning, every provider refuses to deliver, and the server's own
    /// address is public.
    ///
    /// # Fix
    /// Switch the proxy on for the record, or have a public authority issue the certificate.
    ///
    /// # References
    /// developers.cloudflare.com/ssl/origin-configuration/origin-ca.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```pass
    /// host origin.acme.test listed
    /// ca private
    /// issuer-name C=US, O=CloudFlare, Inc., OU=CloudFlare Origin SSL Certificate Authority
    /// trust unknown-root
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer-name C=US, O=CloudFlare, Inc., OU=CloudFlare Origin SSL Certificate Authority, L=San Francisco, ST=California
    /// trust unknown-root
    /// ```
    "tls.origin-certificate-exposed" on Host, Blocker, stage Tls;
    fails "The host shows Cloudflare's origin certificate to the public"; holds "No origin certificate is shown to the public";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate) -> Verdict {
        let issued = cert.issuer_whole.as_str().to_ascii_lowercase();
        if !issued.contains("cloudflare origin") {
            return Verdict::Pass;
        }
        if plan.private_ca {
            return Verdict::not_applicable("declared with ca = \"private\": your own machines call it directly");
        }
        let host = &cert.host;
        let fix = Fix::steps([
            format!("At Cloudflare, set the DNS record of {host} to Proxied (the orange cloud)"),
            format!("or, to serve it without Cloudflare, have a public authority issue the certificate: certbot certonly -d {host}"),
            format!("or, where only your own machines call {host}, declare it with ca = \"private\" under [[host]]"),
        ]);
        let fault = Fault::here(cert.evidence(), fix).and_saw("only Cloudflare trusts its Origin CA: the host is reached past the proxy");
        super::by_role(fault, plan, reach).into()
    }
}
