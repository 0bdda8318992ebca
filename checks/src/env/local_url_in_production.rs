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
    /// well talk to a database beside it; where the app runs as functions (the variables were pulled from
    /// Vercel) there is none beside it, and databases and queues are judged too.
    ///
    /// # Why at launch
    /// Sign-in, payment and password mails send customers to their own machine; a function that looks for a
    /// database there fails at its first query.
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
    /// ```fail
    /// host pulled.env
    /// # Created by Vercel CLI
    /// DATABASE_URL="postgres://postgres:postgres@localhost:5432/app"
    /// ```
    "env.local-url-in-production" on App, High;
    fails "A URL leads to the local machine"; holds "No URL leads to the local machine";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let mut faults = Vec::new();
        // A function has no machine with a database beside it.
        let functions = production.formats.iter().any(|f| f.is_serverless());
        for e in &production.entries {
            let Kind::Url { scheme, local: true, .. } = &e.shape.kind else { continue };
            let web = matches!(scheme.as_str(), "" | "http" | "https" | "ws" | "wss");
            let judged = if web { names::is_base_url(&e.name) } else { functions };
            if !judged || sets.iter().any(|s| s.ignores(&e.name)) {
                continue;
            }
            let value = if web { "the public https address" } else { "the address of production's own service" };
            let fix = Fix::EnvVar { name: (&e.name).into(), value: value.into() };
            let mut fault = Fault::new(&e.name, e.evidence(), fix).titled(format!("{} leads to the local machine", e.name));
            fault.at.clone_from(&e.at);
            faults.push(fault);
        }
        faults.into()
    }
}
