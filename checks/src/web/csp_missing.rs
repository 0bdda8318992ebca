//! `web.csp-missing`
use super::surface::Surface;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};

rule! {
    /// The front page has no Content-Security-Policy.
    ///
    /// # Why at launch
    /// It is the second line of defence: a script that slips into a page runs with everything that
    /// the visitor may do.
    ///
    /// # Fix
    /// Begin with a policy that only reports, and make it binding once it is quiet.
    ///
    /// # References
    /// W3C Content Security Policy Level 3; nextjs.org, "Content Security Policy".
    ///
    /// ```pass
    /// https://acme.test/ 200 content-security-policy: default-src 'self' | body: <html><h1>Acme</h1></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><h1>Acme</h1></html>
    /// ```
    "web.csp-missing" on Site, Low;
    fails "The site has no Content-Security-Policy"; holds "The site has a Content-Security-Policy";
    fn check(surface: Part<'_, Surface>) -> Verdict {
        let Some(surface) = surface.iter().next() else { return Verdict::Pass };
        let Some(page) = surface.front.html.as_ref().filter(|_| surface.front.is_success()) else {
            return Verdict::not_applicable("the front page is no page");
        };
        let has = |name: &str| surface.front.header(name).is_some() || page.meta(name).is_some();
        if has("content-security-policy") || has("content-security-policy-report-only") {
            return Verdict::Pass;
        }
        let value = "default-src 'self'; frame-ancestors 'self'; base-uri 'self'; object-src 'none'";
        let fix = Fix::Header { name: "Content-Security-Policy-Report-Only".into(), value: value.into() };
        Fault::here(surface.front.evidence("no content-security-policy"), fix).into()
    }
}
