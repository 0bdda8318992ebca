//! `web.redirect-downgrade`
use super::facts::{End, Hop, Redirects, SitePlan};
use super::matrix::{Matrix, every};
use crate::rule;
use crate::vocab::{Fault, Fix, Part};
use std::collections::BTreeMap;

rule! {
    /// A redirect leads from https back to plain http.
    ///
    /// # Why at launch
    /// Whoever shares the visitor's network reads and changes that step, and a cookie without the
    /// Secure attribute goes over it in the clear.
    ///
    /// # Fix
    /// Build redirect URLs from the configured origin. Behind a proxy that talks plain http to the
    /// app, let the app trust X-Forwarded-Proto.
    ///
    /// # References
    /// RFC 9110 section 17.11 (disclosure in transit); OWASP Transport Layer Security Cheat Sheet.
    ///
    /// ```pass
    /// http://acme.test/ 301 https://acme.test/
    /// https://acme.test/ 200
    /// ```
    /// ```fail
    /// https://acme.test/ 302 http://acme.test/home
    /// http://acme.test/home 301 https://acme.test/home
    /// https://acme.test/home 200
    /// ```
    /// ```fail
    /// https://www.acme.test/launchcheck/deep-link?from=launchcheck 301 http://acme.test/launchcheck/deep-link?from=launchcheck
    /// ```
    "web.redirect-downgrade" on Site, High;
    fails "A redirect leads from https to plain http"; holds "No redirect leads from https to plain http";
    yields_to "web.redirect-loop";
    fn check(plan: &SitePlan, redirects: Part<'_, Redirects>, matrix: Part<'_, Matrix>) -> Verdict {
        let falls = |h: &&Hop| {
            let down = h.target().filter(|to| h.url.scheme() == "https" && to.scheme() == "http");
            // Where it leads to this machine or away, other rules say so.
            down.is_some_and(|to| to.host_str().is_some_and(|host| plan.owns(host)))
        };
        let all = every(redirects.iter(), matrix.iter());
        let mut told: BTreeMap<&str, &Hop> = BTreeMap::new();
        for hop in all.into_iter().filter(|c| c.end != End::Loop).flat_map(|c| &c.hops).filter(falls) {
            told.entry(hop.host()).or_insert(hop);
        }
        told.into_iter().map(|(host, hop)| fault(host, hop)).collect::<Vec<_>>().into()
    }
}

fn fault(host: &str, hop: &Hop) -> Fault {
    let to = hop.target().map(|mut to| {
        let _ = to.set_scheme("https");
        to.to_string()
    });
    let proxy = "Behind a proxy: let the app trust X-Forwarded-Proto (in Express: app.set(\"trust proxy\", 1))";
    let fix = Fix::steps([format!("Redirect {} to {}", hop.url, to.unwrap_or_default()), proxy.to_owned()]);
    Fault::new(host, hop.evidence(""), fix)
}
