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
        // Then its form is why it fits no host, and the rules about names give way.
        let nameless = cert.first().is_some_and(is_nameless);
        let mut by_subject: BTreeMap<Shown, Vec<&Flaw>> = BTreeMap::new();
        for flaw in chain.flaws.iter().filter(|f| counts(f, plan, chain)) {
            by_subject.entry(subject(flaw, chain, nameless)).or_default().push(flaw);
        }
        let faults: Vec<Fault> = by_subject
            .into_iter()
            .filter_map(|(subject, flaws)| {
                let (first, rest) = flaws.split_first()?;
                let in_place_of_a_blocker = nameless && subject.is_empty();
                let saw = |f: &Flaw| format!("{}: {}", f.certificate, f.words);
                let mut fault = Fault::new(subject, saw(first), fix(plan, chain, first, cert.first()));
                for flaw in rest {
                    fault = fault.and_saw(saw(flaw));
                }
                if in_place_of_a_blocker {
                    fault = fault
                        .and_saw(format!("so no name of it fits {}, and every client refuses it", plan.host))
                        .titled(format!("The certificate names {} in a way that no client reads", plan.host));
                }
                let baseline = || flaws.iter().all(|f| f.kind == Kind::Baseline);
                let mild = !in_place_of_a_blocker && (plan.private_ca || baseline());
                let fault = super::by_role(fault, plan, reach);
                Some(if mild { fault.lowered(Severity::High) } else { fault })
            })
            .collect();
        faults.into()
    }
}

/// Whether a flaw is one that this rule tells of.
fn counts(flaw: &Flaw, plan: &HostPlan, chain: &Chain) -> bool {
    match flaw.kind {
        Kind::Encoding => true,
        // What signed itself follows no profile; that it did is the finding.
        Kind::Profile => !chain.self_issued,
        Kind::Baseline => !plan.private_ca && chain.root.is_some(),
        Kind::Usage | Kind::Key | Kind::Signature => false,
    }
}

/// Whether the certificate fits no host because of how its names are written: it has none that
/// clients read, or one that is meant for the host and that they read otherwise.
fn is_nameless(cert: &Certificate) -> bool {
    !cert.name_fits && (cert.names.is_empty() || cert.names.iter().any(|n| is_meant(n.as_str(), cert.host.as_str())))
}

/// Whether a person who wrote this name meant the host by it: with a dot too many at either end, as
/// an address with its scheme or port, or with a star in a place where it stands for nothing.
fn is_meant(name: &str, host: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    let name = name.split_once("://").map_or(name.as_str(), |(_, rest)| rest);
    let name = name.split(['/', ':']).next().unwrap_or_default().trim_matches('.');
    let one = |pattern: &str, label: &str| match pattern.split_once('*') {
        Some((head, tail)) => label.len() > head.len() + tail.len() && label.starts_with(head) && label.ends_with(tail),
        None => pattern == label,
    };
    let (names, hosts) = (name.split('.').filter(|l| !l.is_empty()), host.split('.'));
    name == "*"
        || name == host
        || names.clone().count() == hosts.clone().count() && names.zip(hosts).all(|(n, h)| one(n, h))
}

/// The subject of a fault about the names. It is the same as that of this rule's fault where their
/// form is why they do not fit, and differs from it where something else is wrong with the form.
pub(super) fn subject_of_names(plan: &HostPlan, cert: &Certificate, chain: Option<&Chain>) -> Shown {
    let taken = |chain: &Chain| {
        let flaws = || chain.flaws.iter().filter(|f| counts(f, plan, chain));
        flaws().any(|f| subject(f, chain, false).is_empty())
    };
    match chain {
        Some(chain) if !is_nameless(cert) && taken(chain) => (&cert.host).into(),
        _ => Shown::default(),
    }
}

/// The extension that holds the names.
const SUBJECT_NAMES: &str = "2.5.29.17";

/// What explains that the chain is refused as a whole is about the host itself, so that
/// `tls.untrusted` gives way to it.
fn subject(flaw: &Flaw, chain: &Chain, nameless: bool) -> Shown {
    let explains = flaw.kind == Kind::Encoding
        || matches!(flaw.code, "basic-constraints" | "criticality" | "name-constraints" | "names");
    let unnamed =
        matches!(flaw.code, "names" | "version" | "common-name") || flaw.words.as_str().contains(SUBJECT_NAMES);
    match flaw.role {
        _ if chain.refused.is_some() && explains => Shown::default(),
        Role::Leaf if nameless && unnamed => Shown::default(),
        Role::Leaf => flaw.code.into(),
        Role::Between | Role::Root => format!("{} of {}", flaw.code, flaw.certificate).into(),
    }
}

fn fix(plan: &HostPlan, chain: &Chain, first: &Flaw, cert: Option<&Certificate>) -> Fix {
    let code = first.code;
    match first.role {
        // What is looked at is not what it was made for.
        Role::Leaf if chain.order.is_some() && code == "basic-constraints" => Fix::step(format!(
            "Put the server's own certificate first in the file of {}, and reload the server",
            plan.host
        )),
        // What calls itself an authority and is trusted as it is was made by hand, for this host.
        Role::Leaf if code == "basic-constraints" && cert.is_some_and(|c| c.issuer_whole == c.subject_whole) => {
            Fix::steps([
                format!(
                    "Make it anew as a server's own: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -keyout privkey.pem -out fullchain.pem -subj /CN={0} -addext subjectAltName={1}:{0} -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=serverAuth",
                    plan.host,
                    if plan.host.is_address() { "IP" } else { "DNS" },
                ),
                format!("or have a public authority issue it: {}", super::certbot(&plan.host, "")),
            ])
        }
        Role::Leaf if code == "unreadable" && cert.is_none() => Fix::steps([
            "Let the server read the file that the authority sent (fullchain.pem): what it serves now is no certificate, but perhaps a key, a request or a key store",
            "A certificate comes out of a key store by: openssl pkcs12 -in store.p12 -nokeys -out fullchain.pem",
        ]),
        Role::Leaf if plan.host.as_str().contains('_') => Fix::steps([
            format!(
                "Call the host {}: no public authority issues for a name with an underscore",
                plan.host.as_str().replace('_', "-")
            ),
            format!("Then have one issue for that name: {}", super::certbot(&plan.host, "").replace('_', "-")),
        ]),
        Role::Leaf => Fix::steps([
            format!("Have a public authority issue it anew: {}", super::certbot(&plan.host, "")),
            "If your own script or authority made it: let it set what is named above, and issue it again".to_owned(),
        ]),
        Role::Between => Fix::step("Have the authority renew that certificate, and serve the new one behind yours"),
        Role::Root => Fix::step("Make the private root anew as RFC 5280 demands, and issue what it signed again"),
    }
}
