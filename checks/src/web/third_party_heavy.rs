//! `web.third-party-heavy`
use super::surface::Bundle;
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

/// Hosts of others that a page may well have: payment, analytics, support, sign-in.
const FINE: usize = 8;

rule! {
    /// The front page loads scripts from many other companies.
    ///
    /// # Why at launch
    /// Each is a look-up, a handshake and code that can change overnight; together they make the page late.
    ///
    /// # Fix
    /// Take out what nobody looks at, and load the rest after the page.
    ///
    /// # References
    /// web.dev, "Third-party JavaScript performance".
    ///
    /// ```pass
    /// https://acme.test/ 200 body: <html><script src="https://js.stripe.com/v3/"></script></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><script src=https://a.example/x></script><script src=https://b.example/x></script><script src=https://c.example/x></script><script src=https://d.example/x></script><script src=https://e.example/x></script><script src=https://f.example/x></script><script src=https://g.example/x></script><script src=https://h.example/x></script><script src=https://i.example/x></script></html>
    /// ```
    "web.third-party-heavy" on Site, Low;
    fails "The front page loads scripts from many other companies"; holds "The front page loads few scripts of others";
    fn check(bundle: Part<'_, Bundle>) -> Verdict {
        let fault = bundle.iter().find(|b| b.third.len() > FINE).map(|b| {
            let saw = format!("scripts from {} hosts: {}", b.third.len(), b.third.join(", "));
            let fix = Fix::steps(["Remove the tags that nobody looks at", "Load the others with defer or after the page (Next.js: <Script strategy=\"lazyOnload\">)"]);
            Fault::here(saw, fix)
        });
        fault.into()
    }
}
