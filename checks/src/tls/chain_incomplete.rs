//! `tls.chain-incomplete`
use super::facts::{Certificate, HostPlan, Path, Trust};
use crate::rule;
use crate::vocab::{Cause, Fault, Fix, Shown, Verdict};

rule! {
    /// The server leaves out a certificate between its own and the root, so that only clients which
    /// fetch it themselves can connect.
    ///
    /// It is proved: the certificate left out was fetched from where the chain says it is, and with
    /// it the path leads to a trusted root. Where that place does not answer, it is still proved that
    /// what was sent leads to no root, and so that clients which fetch nothing refuse it; whether a
    /// certificate is left out or the root is unknown (`tls.untrusted`) is then not known.
    ///
    /// # Why at launch
    /// Desktop browsers fetch or remember what is missing, so the site looks fine, while Stripe,
    /// curl, Node, Java, Go and many phones refuse the connection: webhooks fail and nobody sees why.
    ///
    /// # Fix
    /// Serve the full chain: the leaf, then each intermediate certificate (`fullchain.pem`, not
    /// `cert.pem`).
    ///
    /// # References
    /// RFC 8446 section 4.4.2 (the sender sends the chain), RFC 5280 section 4.2.2.1 (where issuers
    /// are fetched from).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// trust missing-intermediate
    /// ```
    /// ```fail
    /// host acme.test
    /// trust open
    /// ```
    "tls.chain-incomplete" on Host, High, stage Tls;
    fails "The server leaves out an intermediate certificate"; holds "The server sends the whole chain";
    yields_to "tls.webhook-host-strict";
    fn check(plan: &HostPlan, cert: &Certificate, trust: &Trust) -> Verdict {
        let missing = match &trust.path {
            Path::Incomplete { missing } => missing,
            Path::Trusted => return Verdict::Pass,
            Path::Open { ends_at, cause } if !plan.private_ca => return open(cert, ends_at, cause).into(),
            _ if plan.private_ca => return Verdict::not_applicable("declared with ca = \"private\""),
            _ => return Verdict::not_applicable("the chain leads to no trusted root (tls.untrusted)"),
        };
        let mut steps: Vec<Shown> =
            vec!["Point the server at the full chain (fullchain.pem rather than cert.pem) and reload it".into()];
        steps.extend(missing.iter().filter_map(|(_, from)| append(from.as_str())).map(Shown::from));
        let mut fault = Fault::here(cert.evidence(), Fix::Steps(steps));
        for (subject, from) in missing {
            fault = fault.and_saw(format!("left out: {subject}; found at {from}"));
        }
        fault.into()
    }
}

/// What is known where the certificate above the last one could not be had.
fn open(cert: &Certificate, ends_at: &Shown, cause: &Cause) -> Fault {
    let fix = Fix::steps([
        "Point the server at the full chain (fullchain.pem rather than cert.pem) and reload it".to_owned(),
        format!(
            "If that file holds no certificate of {ends_at}, have a public authority issue one: {}",
            super::certbot(&cert.host, "")
        ),
    ]);
    Fault::here(cert.evidence(), fix)
        .and_saw(format!("what it sends ends at {ends_at}, which is not sent and is no root that browsers know"))
        .and_saw(format!(
            "whether it is left out or unknown cannot be told: the place that should have it did not answer ({cause})"
        ))
        .titled("What the server sends leads to no trusted root")
}

/// The command that appends it. The address comes from a certificate: one that could leave its
/// quotes is not put in front of anybody's shell.
fn append(url: &str) -> Option<String> {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&()*+,;=%".contains(c);
    url.chars()
        .all(harmless)
        .then(|| format!("Or append it: curl -sS '{url}' | openssl x509 -inform DER >> fullchain.pem"))
}
