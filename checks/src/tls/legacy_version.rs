//! `tls.legacy-version`
use super::facts::{HostPlan, OldVersions};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The host still accepts TLS 1.0 or 1.1.
    ///
    /// It is asked once, with a greeting that offers nothing newer; modern clients are not affected.
    ///
    /// # Why at launch
    /// Browsers gave both up in 2020. Scans for card payments (PCI DSS) and the questionnaires of
    /// larger customers fail on it.
    ///
    /// # Fix
    /// Set the lowest version to TLS 1.2, at the network in front or in the web server.
    ///
    /// # References
    /// RFC 8996 (TLS 1.0 and 1.1 must not be used); RFC 9325 section 3.1.1.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// legacy TLS 1.0
    /// ```
    "tls.legacy-version" on Host, Low, stage Tls;
    fails "TLS 1.0 or 1.1 is still accepted"; holds "Nothing below TLS 1.2 is accepted";
    yields_to "tls.modern-version-missing";
    fn check(plan: &HostPlan, old: &OldVersions) -> Verdict {
        let Some((version, cipher)) = &old.accepted else { return Verdict::Pass };
        let fix = Fix::steps([
            "Cloudflare: SSL/TLS, Edge Certificates, Minimum TLS Version: 1.2".to_owned(),
            "nginx: ssl_protocols TLSv1.2 TLSv1.3; Apache: SSLProtocol -all +TLSv1.2 +TLSv1.3".to_owned(),
            format!("Check it: openssl s_client -tls1_1 -connect {0}:{1} -servername {0}", plan.host, plan.port),
        ]);
        let saw = format!("offered no more than TLS 1.1, it agreed to {version} with {cipher}");
        Fault::new(&plan.host, saw, fix).into()
    }
}
