//! `tls.webhook-host-strict`
use super::facts::{Certificate, Chain, HostPlan, Path, Reach, Trust};
use crate::rule;
use crate::vocab::{All, Fault, Fix, Severity, Verdict};
use crate::webhook::facts::WebhookPlan;
use crate::{providers, vocab::Evidence};

rule! {
    /// A host that providers deliver events to, judged as they judge it: a chain that is complete and
    /// ends at a root that everybody has, over TLS 1.2 or 1.3.
    ///
    /// Browsers fetch a certificate that was left out, and your own machines know your own authority;
    /// a provider does neither. What browsers refuse as well is told by the rules about it
    /// (`tls.expired`, `tls.name-mismatch`, `tls.untrusted`; `tls.modern-version-missing` for a host
    /// that speaks nothing newer than TLS 1.1). That a delivery is answered without a redirect is
    /// judged at the webhook's own URL and with its own method, since a host may redirect visitors and
    /// take deliveries: `webhook.redirected`, `webhook.host-redirect`, `webhook.slash-redirect` and
    /// `webhook.http-registered`.
    ///
    /// # Why at launch
    /// The endpoint works in every browser, and each delivery ends with "TLS error": payments come in
    /// and the product never hears of them.
    ///
    /// # Fix
    /// Serve the full chain of a public authority on the host of the webhook.
    ///
    /// # References
    /// docs.stripe.com/webhooks, docs.stripe.com/security/guide ("TLS and HTTPS"); RFC 8446 section 4.4.2.
    ///
    /// ```pass
    /// host api.acme.test webhook
    /// delivers stripe
    /// ```
    /// ```pass
    /// host api.acme.test listed
    /// trust missing-intermediate
    /// ```
    /// ```fail
    /// host api.acme.test webhook
    /// delivers stripe
    /// trust missing-intermediate
    /// ```
    /// ```fail
    /// host api.acme.test webhook
    /// delivers stripe
    /// trust missing-intermediate
    /// remaining -1d
    /// ```
    /// ```fail
    /// host api.acme.test webhook
    /// delivers stripe
    /// trust open
    /// ```
    /// ```fail
    /// host api.acme.test webhook
    /// delivers stripe
    /// ca private
    /// trust unknown-root
    /// ```
    "tls.webhook-host-strict" on Host, Blocker, stage Tls;
    fails "Providers refuse to deliver to the webhook's host"; holds "The webhook's host satisfies strict clients";
    fn check(plan: &HostPlan, hooks: All<'_, WebhookPlan>, reach: &Reach, cert: &Certificate, trust: &Trust, chain: Option<&Chain>) -> Verdict {
        if hooks.0.is_empty() {
            return Verdict::not_applicable("no webhook is delivered there");
        }
        let known: Vec<&str> =
            hooks.iter().filter_map(|h| providers::by_id(h.provider.as_str())).map(|p| p.name).collect();
        let public_root = chain.and_then(|c| c.root.as_ref()).is_some_and(|r| !r.given);
        let private = plan.private_ca && !public_root && !known.is_empty();
        let refused = cert.is_expired() || cert.is_early() || !cert.name_fits;
        let whom = if known.is_empty() { "the provider".to_owned() } else { joined(known) };
        let (saw, fix): (String, Fix) = match &trust.path {
            _ if private => (
                format!("declared with ca = \"private\", and {whom} does not know that authority"),
                Fix::steps([
                    format!("Have a public authority issue it: {}", super::certbot(&plan.host, "")),
                    "or register the webhook at a host that has such a certificate".to_owned(),
                ]),
            ),
            Path::Trusted if refused => return Verdict::not_applicable("browsers refuse its certificate as well, and why has a rule of its own"),
            Path::Trusted if reach.outcome.is_err() => return Verdict::not_applicable("it ends the handshakes of everybody, and why has a rule of its own"),
            Path::Trusted => return Verdict::Pass,
            Path::Incomplete { missing } => (
                format!("{whom} fetches no certificate that is left out: {}", missing.iter().map(|(s, _)| s.as_str()).collect::<Vec<_>>().join(", ")),
                whole(plan),
            ),
            Path::Open { ends_at, .. } => (
                format!("what is sent ends at {ends_at}, which {whom} neither fetches nor knows"),
                whole(plan),
            ),
            _ => return Verdict::not_applicable("browsers do not trust its certificate either, and why has a rule of its own"),
        };
        let urls = hooks.iter().map(|h| Evidence::Text(format!("delivered to: {}", crate::webhook::shown_url(&h.url)).into()));
        let mut fault = Fault::here(cert.evidence(), fix).and_saw(saw);
        fault.saw.extend(urls);
        if hooks.iter().any(|h| h.declared) { fault.into() } else { fault.lowered(Severity::High).into() }
    }
}

fn joined(mut names: Vec<&str>) -> String {
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// How the whole chain comes to be sent.
fn whole(plan: &HostPlan) -> Fix {
    Fix::steps([
        "Point the server at the full chain (certbot: fullchain.pem, not cert.pem) and reload it".to_owned(),
        format!(
            "Check it: openssl s_client -connect {0}:{1} -servername {0} -verify_return_error </dev/null",
            plan.host, plan.port
        ),
    ])
}
