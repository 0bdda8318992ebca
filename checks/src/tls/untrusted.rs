//! `tls.untrusted`
use super::clock::Clock;
use super::facts::{Certificate, Chain, HostPlan, Path, Reach, Split, Trust};
use super::judge::moment;
use super::lint::{Flaw, Kind};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};

rule! {
    /// The chain does not lead to a root that browsers trust: the certificate signed itself, its
    /// authority is unknown, or a certificate on the way cannot be accepted.
    ///
    /// It is judged at a time at which the certificate is valid, against Mozilla's roots and those of
    /// `--ca-bundle`. A chain that only lacks a certificate in the middle is `tls.chain-incomplete`;
    /// where the place that should have it does not answer, this is not known.
    ///
    /// # Why at launch
    /// Browsers show a full-page warning, and providers refuse to deliver.
    ///
    /// # Fix
    /// Have the certificate issued by a public authority, or declare `ca = "private"` for a host that
    /// only your own machines call.
    ///
    /// # References
    /// RFC 5280 section 6 (path validation); wiki.mozilla.org/CA (Mozilla's roots).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```pass
    /// host intern.acme.test listed
    /// ca private
    /// trust unknown-root
    /// ```
    /// ```fail
    /// host acme.test
    /// trust self-signed
    /// ```
    /// ```fail
    /// host acme.test
    /// trust unknown-root
    /// ```
    /// ```fail
    /// host acme.test
    /// trust broken an intermediate certificate of the chain expired at 2026-11-01T00:00:00Z
    /// ```
    "tls.untrusted" on Host, Blocker, stage Tls;
    fails "The certificate is not trusted"; holds "The certificate is trusted";
    yields_to "tls.self-signed", "tls.root-distrusted", "tls.certificate-malformed", "tls.placeholder-certificate",
        "tls.origin-certificate-exposed";
    fn check(
        plan: &HostPlan,
        reach: &Reach,
        cert: &Certificate,
        trust: &Trust,
        split: &Split,
        chain: Option<&Chain>,
        clock: Part<'_, Clock>,
    ) -> Verdict {
        // Without it this is not judged.
        let _ = split;
        // A clock that is known to be wrong is a gap: what only its time refuses is then unknown.
        let has_time = clock.first().is_none_or(|c| c.ahead == 0);
        let saw = match &trust.path {
            Path::Broken(_) if !has_time && chain.is_some_and(is_out_of_time) => return Verdict::Pass,
            Path::Trusted | Path::Incomplete { .. } => match ended_root(chain).filter(|_| has_time) {
                Some(saw) => saw,
                None => return Verdict::Pass,
            },
            Path::SelfSigned | Path::UnknownRoot(_) | Path::Open { .. } if plan.private_ca => {
                return Verdict::not_applicable("declared with ca = \"private\"; --ca-bundle lets it be judged");
            }
            Path::SelfSigned => "the certificate signed itself: no authority stands behind it".to_owned(),
            Path::UnknownRoot(name) | Path::Open { ends_at: name, .. } => {
                format!("the chain ends at {name}, which browsers do not know")
            }
            Path::Broken(why) => why.to_string(),
        };
        let alone = matches!(trust.path, Path::UnknownRoot(_)) && trust.sent.len() == 1;
        let mut fault = Fault::here(cert.evidence(), Fix::steps(steps(cert, trust, chain, alone))).and_saw(saw);
        if alone {
            fault = fault.and_saw("nothing is sent with it: its issuer may only be left out");
        }
        if let (Path::Broken(_), Some(chain)) = (&trust.path, chain) {
            // They are told here, since `tls.signature-weak` and `tls.key-usage-wrong` give way to this.
            let explains = |f: &&Flaw| matches!(f.kind, Kind::Signature | Kind::Usage);
            for flaw in chain.flaws.iter().filter(explains) {
                fault = fault.and_saw(format!("{}: {}", flaw.certificate, flaw.words));
            }
            if chain.flaws.iter().any(|f| f.kind == Kind::Signature) {
                fault = fault.titled("Clients refuse the way in which a certificate is signed");
            }
        }
        super::by_role(fault, plan, reach).into()
    }
}

/// What to do about it; `alone` where nothing is sent beside the server's own certificate.
fn steps(cert: &Certificate, trust: &Trust, chain: Option<&Chain>, alone: bool) -> Vec<String> {
    let broken = matches!(trust.path, Path::Broken(_));
    let mut out = Vec::new();
    if broken && chain.is_some_and(is_out_of_time) {
        out.push(
            "Serve the authority's current chain (fullchain.pem of the last renewal), and reload the server".to_owned(),
        );
    }
    if alone {
        out.push(
            "If a public authority issued it: serve the whole chain (fullchain.pem rather than cert.pem)".to_owned(),
        );
    }
    out.push(format!("Have a public authority issue it: {}", super::certbot(&cert.host, "")));
    if !broken {
        out.push(format!(
            "If only your own machines call {}: declare it with ca = \"private\" under [[host]], or pass the root with --ca-bundle",
            cert.host
        ));
    }
    out
}

/// Whether a certificate of the chain, by this machine's clock, has ended or is yet to begin.
fn is_out_of_time(chain: &Chain) -> bool {
    chain.links.iter().any(|l| chain.now > l.not_after || chain.now < l.not_before)
}

/// A root from `--ca-bundle` whose own time is over: some verifiers do not look, most do.
fn ended_root(chain: Option<&Chain>) -> Option<String> {
    let (chain, root) = chain.and_then(|c| Some((c, c.root_link.as_ref()?)))?;
    if chain.now > root.not_after {
        return Some(format!("the root, {}, ended at {}", root.subject, moment(root.not_after)));
    }
    let early = || format!("the root, {}, begins only at {}", root.subject, moment(root.not_before));
    (chain.now < root.not_before).then(early)
}
