//! `tls.placeholder-certificate`
use super::facts::{Certificate, HostPlan, Path, Reach, Trust};
use super::placeholders::{Mark, placeholder};
use crate::rule;
use crate::vocab::{Fault, Fix, Shown, Verdict};

rule! {
    /// The host serves a certificate that only stands in until the real one is there: a server's own
    /// default, a test authority's, or that of the platform for its own names.
    ///
    /// A certificate that clients accept for the host is no placeholder, whatever it is called.
    ///
    /// # Why at launch
    /// The server runs and the certificate was never attached: every visitor gets a full-page warning.
    ///
    /// # Fix
    /// Attach the domain where the certificate comes from: the project at the platform, the Ingress,
    /// the router, the ACME client.
    ///
    /// # References
    /// kubernetes.github.io/ingress-nginx, "Default SSL Certificate"; doc.traefik.io, "Default
    /// Certificate"; letsencrypt.org/docs/staging-environment.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```pass
    /// host acme.vercel.app
    /// names *.vercel.app
    /// ```
    /// ```pass
    /// host acme.test
    /// names shop.example
    /// ```
    /// ```fail
    /// host acme.test
    /// names *.vercel.app vercel.app
    /// ```
    /// ```fail
    /// host acme.test
    /// subject O=Acme Co, CN=Kubernetes Ingress Controller Fake Certificate
    /// names ingress.local
    /// trust self-signed
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer-name C=US, O=(STAGING) Let's Encrypt, CN=(STAGING) Riddling Rhubarb R12
    /// trust unknown-root
    /// ```
    /// ```pass
    /// host intern.acme.test listed
    /// ca private
    /// issuer-name CN=Caddy Local Authority - ECC Intermediate
    /// trust unknown-root
    /// ```
    "tls.placeholder-certificate" on Host, Blocker, stage Tls;
    fails "The host serves a placeholder certificate"; holds "The host serves no placeholder certificate";
    fn check(plan: &HostPlan, reach: &Reach, cert: &Certificate, trust: &Trust) -> Verdict {
        let accepted = plan.private_ca || matches!(trust.path, Path::Trusted | Path::Incomplete { .. });
        let Some(found) = placeholder(cert, accepted) else { return Verdict::Pass };
        let saw: Shown = match found.mark {
            Mark::Subject(_) => format!("{} (subject {})", found.what, cert.subject).into(),
            Mark::Issuer(_) => format!("{} (issuer {})", found.what, cert.issuer).into(),
            Mark::Names(_) => format!("{}: the platform answers, and {} is attached to no project", found.what, cert.host).into(),
        };
        let fix = Fix::steps([
            found.fix.replace("{host}", cert.host.as_str()),
            format!("Check it: openssl s_client -connect {0}:{1} -servername {0} </dev/null | openssl x509 -noout -subject -issuer", plan.host, plan.port),
        ]);
        super::by_role(Fault::here(cert.evidence(), fix).and_saw(saw), plan, reach).into()
    }
}
