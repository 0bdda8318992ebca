//! `tls.certificate-malformed`
use super::facts::{Certificate, Chain, HostPlan, Reach};
use super::lint::{Flaw, Kind, Role};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity, Shown};
use std::collections::BTreeMap;

rule! {
    /// A certificate of the chain is not made as the standards demand: it cannot be read, has an
    /// extension twice or one that nobody understands and everybody must, a serial number of zero, no
    /// key identifiers, and the like.
    ///
    /// Verifiers differ. Browsers let some of these pass; Python from 3.13 on, OpenSSL in its strict
    /// mode and others refuse them. What only the Baseline Requirements forbid is High, since public
    /// authorities must revoke such a certificate within days.
    ///
    /// # Why at launch
    /// The site opens in the browser that was tried, and a provider or another browser refuses it.
    ///
    /// # Fix
    /// Have the certificate issued anew. From a public authority this does not happen; a script or a
    /// private authority that makes certificates by hand must be corrected.
    ///
    /// # References
    /// RFC 5280 section 4 (the profile), CA/Browser Forum Baseline Requirements 7.1, Python's
    /// `ssl.VERIFY_X509_STRICT`.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// flaw profile serial its serial number is zero
    /// ```
    /// ```fail
    /// host acme.test
    /// flaw encoding extension-twice the extension 2.5.29.17 stands in it twice
    /// trust broken a certificate of the chain cannot be read
    /// ```
    "tls.certificate-malformed" on Host, Blocker, stage Tls;
    fails "A certificate is not made as the standards demand"; holds "The certificates are made as the standards demand";
    yields_to "tls.self-signed", "tls.placeholder-certificate", "tls.origin-certificate-exposed";
    fn check(plan: &HostPlan, reach: &Reach, chain: &Chain, cert: Part<'_, Certificate>) -> Verdict {
        // Then its form is why it fits no host, and `tls.name-mismatch` gives way.
        let nameless = cert.first().is_some_and(|c| c.names.is_empty() && !c.name_fits);
        let private = plan.private_ca || chain.root.is_none();
        let counts = |f: &&Flaw| match f.kind {
            Kind::Encoding => true,
            // What signed itself follows no profile; that it did is the finding.
            Kind::Profile => !chain.self_issued,
            Kind::Baseline => !private,
            Kind::Usage | Kind::Key | Kind::Signature => false,
        };
        let mut by_subject: BTreeMap<Shown, Vec<&Flaw>> = BTreeMap::new();
        for flaw in chain.flaws.iter().filter(counts) {
            by_subject.entry(subject(flaw, chain, nameless)).or_default().push(flaw);
        }
        let faults: Vec<Fault> = by_subject
            .into_iter()
            .filter_map(|(subject, flaws)| {
                let (first, rest) = flaws.split_first()?;
                let in_place_of_a_blocker = nameless && subject.is_empty();
                let saw = |f: &Flaw| format!("{}: {}", f.certificate, f.words);
                let mut fault = Fault::new(subject, saw(first), fix(plan, chain, first));
                for flaw in rest {
                    fault = fault.and_saw(saw(flaw));
                }
                let mild = !in_place_of_a_blocker && plan.private_ca || flaws.iter().all(|f| f.kind == Kind::Baseline);
                let fault = super::by_role(fault, plan, reach);
                Some(if mild { fault.lowered(Severity::High) } else { fault })
            })
            .collect();
        faults.into()
    }
}

/// The extension that holds the names.
const SUBJECT_NAMES: &str = "2.5.29.17";

/// What explains that the chain is refused as a whole is about the host itself, so that
/// `tls.untrusted` gives way to it.
fn subject(flaw: &Flaw, chain: &Chain, nameless: bool) -> Shown {
    let explains = flaw.kind == Kind::Encoding
        || matches!(flaw.code, "basic-constraints" | "criticality" | "name-constraints" | "names");
    let unnamed = matches!(flaw.code, "names" | "version") || flaw.words.as_str().contains(SUBJECT_NAMES);
    match flaw.role {
        _ if chain.refused.is_some() && explains => Shown::default(),
        Role::Leaf if nameless && unnamed => Shown::default(),
        Role::Leaf => flaw.code.into(),
        Role::Between | Role::Root => format!("{} of {}", flaw.code, flaw.certificate).into(),
    }
}

fn fix(plan: &HostPlan, chain: &Chain, first: &Flaw) -> Fix {
    let code = first.code;
    match first.role {
        // What is looked at is not what it was made for.
        Role::Leaf if chain.order.is_some() && code == "basic-constraints" => Fix::step(format!(
            "Put the server's own certificate first in the file of {}, and reload the server",
            plan.host
        )),
        Role::Leaf => Fix::steps([
            format!("Have a public authority issue it anew: {}", super::certbot(&plan.host, "")),
            "If your own script or authority made it: let it set what is named above, and issue it again".to_owned(),
        ]),
        Role::Between => Fix::step("Have the authority renew that certificate, and serve the new one behind yours"),
        Role::Root => Fix::step("Make the private root anew as RFC 5280 demands, and issue what it signed again"),
    }
}
