//! `tls.modern-version-missing`
use super::facts::{HostPlan, Reach, Refusal};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The host speaks TLS 1.1 or below and nothing newer.
    ///
    /// # Why at launch
    /// No browser of the last years connects, and no provider delivers a webhook.
    ///
    /// # Fix
    /// Switch TLS 1.2 and 1.3 on. A server that cannot is too old to be on the internet.
    ///
    /// # References
    /// RFC 8996 (TLS 1.0 and 1.1 must not be used), RFC 9325 section 3.1.1 (1.2 must be there).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// unreachable protocol
    /// refusal old-version TLS 1.0
    /// ```
    "tls.modern-version-missing" on Host, Blocker, stage Tls;
    fails "The host speaks no TLS that clients still speak"; holds "TLS 1.2 or 1.3 is spoken";
    fn check(plan: &HostPlan, reach: &Reach, refusal: &Refusal) -> Verdict {
        let version = match refusal {
            Refusal::OldVersion(version) => version,
            Refusal::None => return Verdict::Pass,
            _ => return Verdict::not_applicable(super::OTHERWISE),
        };
        let fix = Fix::steps([
            "nginx: ssl_protocols TLSv1.2 TLSv1.3; Apache: SSLProtocol -all +TLSv1.2 +TLSv1.3".to_owned(),
            "If that changes nothing, the TLS library is too old: update the system, or put a proxy in front".to_owned(),
            format!("Check it: openssl s_client -tls1_2 -connect {0}:{1} -servername {0}", plan.host, plan.port),
        ]);
        let saw = format!("{}:{} offers {version} and nothing newer", plan.host, plan.port);
        super::by_role(Fault::new(&plan.host, saw, fix), plan, reach).into()
    }
}
