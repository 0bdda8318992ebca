//! `web.header-missing`
use super::look::Look;
use super::surface::Surface;
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};

rule! {
    /// The front page lacks a header that costs nothing: against guessing of types, foreign frames, and
    /// leaking of addresses.
    ///
    /// # Why at launch
    /// Security questionnaires ask for them, and each closes one small way in.
    ///
    /// # Fix
    /// Send them with every page.
    ///
    /// # References
    /// MDN HTTP Observatory, "Tests and scoring"; Fetch, `X-Content-Type-Options`; RFC 7034.
    ///
    /// ```pass
    /// https://acme.test/ 200 x-content-type-options: nosniff | x-frame-options: DENY | referrer-policy: same-origin | body: <html><h1>Acme</h1></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 x-frame-options: DENY | body: <html><h1>Acme</h1></html>
    /// ```
    "web.header-missing" on Site, Low;
    fails "The site lacks a header that protects visitors"; holds "The site sends the headers that protect visitors";
    fn check(surface: Part<'_, Surface>) -> Verdict {
        let Some(surface) = surface.iter().next() else { return Verdict::Pass };
        if surface.front.html.is_none() || !surface.front.is_success() {
            return Verdict::not_applicable("the front page is no page");
        }
        let missing = missing(&surface.front);
        let Some((name, value)) = missing.first() else { return Verdict::Pass };
        let names: Vec<&str> = missing.iter().map(|(n, _)| *n).collect();
        let fix = if missing.len() == 1 {
            Fix::Header { name: (*name).into(), value: (*value).into() }
        } else {
            let lines = missing.iter().map(|(n, v)| format!("{n}: {v}").into()).collect();
            Fix::Code { place: "headers of every page (next.config: headers())".into(), lines }
        };
        Fault::here(surface.front.evidence(format!("no {}", names.join(", ").to_lowercase())), fix).into()
    }
}

fn missing(look: &Look) -> Vec<(&'static str, &'static str)> {
    let mut out = Vec::new();
    if look.lower("x-content-type-options").trim() != "nosniff" {
        out.push(("X-Content-Type-Options", "nosniff"));
    }
    let framed = look.lower("content-security-policy").contains("frame-ancestors");
    if !framed && look.header("x-frame-options").is_none() {
        out.push(("X-Frame-Options", "SAMEORIGIN"));
    }
    let meta = look.html.as_ref().is_some_and(|h| h.meta("referrer").is_some());
    if look.header("referrer-policy").is_none() && !meta {
        out.push(("Referrer-Policy", "strict-origin-when-cross-origin"));
    }
    out
}
