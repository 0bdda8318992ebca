//! `env.local-url-in-production`
use super::{
    facts::{EnvSet, Production},
    names,
    shape::Kind,
};
use crate::{
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// A base URL in production leads to `localhost` or a private address.
    ///
    /// Only addresses that visitors meet are judged: base URLs and what browsers load. A server may
    /// well talk to a database beside it.
    ///
    /// # Why at launch
    /// Sign-in, payment and password mails send customers to their own machine.
    ///
    /// # Fix
    /// Set it to the public address, with https and without a slash at the end.
    ///
    /// # References
    /// - Auth.js: <https://authjs.dev/getting-started/deployment>
    ///
    /// ```pass
    /// production
    /// NEXTAUTH_URL=https://acme.test
    /// REDIS_URL=redis://127.0.0.1:6379
    /// NEXTAUTH_URL_INTERNAL=http://localhost:3000
    /// ```
    /// ```fail
    /// production
    /// NEXTAUTH_URL=http://localhost:3000
    /// ```
    "env.local-url-in-production" on App, High;
    fails "A base URL leads to the local machine"; holds "No base URL leads to the local machine";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let mut faults = Vec::new();
        for e in &production.entries {
            let Kind::Url { scheme, local: true, .. } = &e.shape.kind else { continue };
            let web = matches!(scheme.as_str(), "" | "http" | "https" | "ws" | "wss");
            if !web || !names::is_base_url(&e.name) || sets.iter().any(|s| s.ignores(&e.name)) {
                continue;
            }
            let fix = Fix::EnvVar { name: (&e.name).into(), value: "the public https address".into() };
            let mut fault = Fault::new(&e.name, e.evidence(), fix).titled(format!("{} leads to the local machine", e.name));
            fault.at.clone_from(&e.at);
            faults.push(fault);
        }
        faults.into()
    }
}
