//! `tls.renewal-manual`
use super::facts::{Certificate, HostPlan};
use super::renewal::DAY;
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The certificate is renewed by hand (`renewal = "manual"`), and lives so short a time that
    /// somebody must do so again and again.
    ///
    /// # Why at launch
    /// The one who renewed it last is busy with the launch. From 2027-03-15 certificates live 100
    /// days at most, from 2029-03-15 47.
    ///
    /// # Fix
    /// Let a machine renew it, and say `renewal = "auto"`.
    ///
    /// # References
    /// CA/Browser Forum Baseline Requirements 6.3.2; RFC 8555 (ACME).
    ///
    /// ```pass
    /// host acme.test
    /// renewal auto
    /// ```
    /// ```pass
    /// host acme.test
    /// renewal manual
    /// lifetime 398d
    /// remaining 300d
    /// ```
    /// ```fail
    /// host acme.test
    /// renewal manual
    /// lifetime 198d
    /// remaining 190d
    /// ```
    "tls.renewal-manual" on Host, Medium, stage Tls;
    fails "Somebody has to renew the certificate by hand"; holds "Nobody has to renew the certificate by hand all the time";
    yields_to "tls.expiring", "tls.expired", "tls.placeholder-certificate";
    fn check(plan: &HostPlan, cert: &Certificate) -> Verdict {
        if plan.automatic_renewal != Some(false) {
            return Verdict::Pass;
        }
        let lives = cert.lifetime() / DAY;
        if lives > 200 {
            return Verdict::Pass;
        }
        let times = (365 + lives.max(1) - 1) / lives.max(1);
        let saw = format!("it lives {lives} days, so somebody renews it {times} times a year");
        Fault::here(cert.evidence(), fix(plan, cert)).and_saw(saw).into()
    }
}

fn fix(plan: &HostPlan, cert: &Certificate) -> Fix {
    let host = &cert.host;
    let say_so = format!("Then set renewal = \"auto\" under the [[host]] table of {host}");
    if plan.private_ca {
        let fetch = "Let a machine fetch the certificate from your own authority (step-ca and others speak ACME)";
        return Fix::steps([fetch.to_owned(), say_so]);
    }
    Fix::steps([
        format!("Own server: {}, whose timer renews it from then on", super::certbot(host, "")),
        "Hosted: let the platform issue the certificate rather than uploading one".to_owned(),
        say_so,
    ])
}
