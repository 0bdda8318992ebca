//! `tls.key-usage-wrong`
use super::facts::{Chain, HostPlan};
use super::lint::{Flaw, Kind, Role};
use crate::rule;
use crate::vocab::{Fault, Fix, Severity, Verdict};

rule! {
    /// The certificate is made for another purpose than serving: for clients only, for signing code,
    /// or with a key that may not sign handshakes.
    ///
    /// # Why at launch
    /// Clients that look at the purpose refuse the connection; which ones do differs from version to
    /// version.
    ///
    /// # Fix
    /// Have it issued for server authentication (`serverAuth`) with `digitalSignature`, and nothing
    /// else.
    ///
    /// # References
    /// RFC 5280 sections 4.2.1.3 and 4.2.1.12, Baseline Requirements 7.1.2.7.10.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// flaw usage extended-key-usage it is not made for servers (extended key usage lacks serverAuth)
    /// ```
    "tls.key-usage-wrong" on Host, High, stage Tls;
    fails "The certificate is made for another purpose"; holds "The certificate is made for servers";
    yields_to "tls.self-signed", "tls.untrusted";
    fn check(plan: &HostPlan, chain: &Chain) -> Verdict {
        let wrong = |f: &&&Flaw| !matches!(f.code, "purpose" | "no-purpose");
        // One that leads to no root, or calls itself an authority's, was made by hand, and that is told.
        let by_rules = chain.root.is_some()
            && !chain.flaws.iter().any(|f| f.role == Role::Leaf && f.code == "basic-constraints");
        let counts = |f: &&Flaw| f.kind == Kind::Usage && (by_rules || f.code != "no-purpose");
        let flaws: Vec<&Flaw> = chain.flaws.iter().filter(counts).collect();
        let Some(first) = flaws.iter().find(wrong).or(flaws.first()) else { return Verdict::Pass };
        if plan.private_ca && !flaws.iter().any(|f| wrong(&f)) {
            return Verdict::not_applicable("declared with ca = \"private\", and made for servers too");
        }
        let fix = Fix::steps([
            format!("Have a public authority issue it anew: {}", super::certbot(&plan.host, "")),
            "With your own authority: extendedKeyUsage = serverAuth and keyUsage = critical, digitalSignature".to_owned(),
        ]);
        let saw = |f: &Flaw| format!("{}: {}", f.certificate, f.words);
        // Where clients refuse the chain for it, `tls.untrusted` says so.
        let subject = if wrong(&first) && chain.refused.is_some() { "" } else { first.code };
        let mut fault = Fault::new(subject, saw(first), fix);
        for flaw in flaws.iter().filter(|f| f != &first) {
            fault = fault.and_saw(saw(flaw));
        }
        // What stands beside the right purpose bothers strict clients only.
        if wrong(&first) { fault.into() } else { fault.lowered(Severity::Medium).into() }
    }
}
