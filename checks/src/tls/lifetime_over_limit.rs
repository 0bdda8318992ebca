//! `tls.lifetime-over-limit`
use super::chain::{days, longest_days};
use super::facts::{Certificate, Chain, HostPlan};
use super::judge::moment;
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The certificate is made out for longer than a public authority may on the day it begins: 398
    /// days before 2026-03-15, then 200, 100 from 2027-03-15 and 47 from 2029-03-15.
    ///
    /// A root from `--ca-bundle` counts as a public one here, unless the host says `ca = "private"`.
    ///
    /// # Why at launch
    /// Browsers refuse certificates of public roots that live longer, however much time is left.
    ///
    /// # Fix
    /// Have it issued for a shorter time. For a private authority say so with `ca = "private"`.
    ///
    /// # References
    /// CA/Browser Forum Baseline Requirements 6.3.2 (a day is 86,400 seconds, any excess is another).
    ///
    /// ```pass
    /// host acme.test
    /// lifetime 200d
    /// remaining 190d
    /// ```
    /// ```pass
    /// host acme.test
    /// ca private
    /// lifetime 800d
    /// remaining 700d
    /// ```
    /// ```fail
    /// host acme.test
    /// lifetime 201d
    /// remaining 190d
    /// ```
    "tls.lifetime-over-limit" on Host, High, stage Tls;
    fails "The certificate lives longer than browsers allow"; holds "The certificate lives no longer than browsers allow";
    fn check(plan: &HostPlan, cert: &Certificate, chain: &Chain) -> Verdict {
        if plan.private_ca {
            return Verdict::not_applicable("declared with ca = \"private\"");
        }
        if chain.root.is_none() {
            return Verdict::not_applicable("the chain leads to no trusted root (tls.untrusted)");
        }
        let (lives, limit) = (days(cert.lifetime()), longest_days(cert.not_before));
        if lives <= limit {
            return Verdict::Pass;
        }
        let fix = Fix::steps([
            format!("Have it issued for at most {limit} days, as this does: {}", super::certbot(&cert.host, "")),
            format!("If the authority is your own: declare {} with ca = \"private\" under [[host]]", cert.host),
        ]);
        let saw = format!("it lives {lives} days; begun at {}, it may live {limit}", moment(cert.not_before));
        Fault::here(cert.evidence(), fix).and_saw(saw).into()
    }
}
