//! `web.origin-exposed`
use super::look::Look;
use super::surface::{Staging, Surface};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity};
use std::net::IpAddr;

rule! {
    /// The server behind the CDN can be found: an answer names its address, or a host without the CDN
    /// shows the same page.
    ///
    /// # Why at launch
    /// Whoever knows the server's address goes past the CDN's firewall, limits and cache.
    ///
    /// # Fix
    /// Let the server take connections of the CDN only, and take the header away.
    ///
    /// # References
    /// developers.cloudflare.com, "Protect your origin server".
    ///
    /// ```pass
    /// https://acme.test/ 200 cf-ray: 8f | body: <html><h1>Acme</h1></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 cf-ray: 8f | x-backend-server: 198.51.100.7 | body: <html><h1>Acme</h1></html>
    /// ```
    /// ```fail
    /// staging origin.acme.test
    /// https://acme.test/ 200 cf-ray: 8f | body: <html><h1>Acme</h1></html>
    /// https://origin.acme.test/ 200 body: <html><h1>Acme</h1></html>
    /// ```
    "web.origin-exposed" on Site, Medium;
    fails "The server behind the CDN can be reached past it"; holds "The server behind the CDN was not found";
    fn check(surface: Part<'_, Surface>, staging: Option<&Staging>) -> Verdict {
        let Some(surface) = surface.iter().next() else { return Vec::new().into() };
        let Some(cdn) = cdn(&surface.front) else {
            return crate::vocab::Verdict::not_applicable("no CDN stands in front of the site");
        };
        let mut faults = Vec::new();
        for (name, value) in &surface.front.headers {
            if names_server(name, value.as_str()) {
                let fix = Fix::step(format!("Remove the header {name} at the server or at {cdn}"));
                faults.push(Fault::new(name, surface.front.evidence(format!("{name}: {value}")), fix).lowered(Severity::Low));
            }
        }
        for (host, look, _) in staging.iter().flat_map(|s| &s.pages) {
            if super::origin_exposed::cdn(look).is_none() && look.digest == surface.front.digest {
                let fix = Fix::steps([
                    format!("Let the server behind {host} take connections of {cdn} only"),
                    format!("Remove the record of {host}, or put it behind {cdn} too"),
                ]);
                faults.push(Fault::new(host, look.evidence(format!("the same page, without {cdn}")), fix));
            }
        }
        faults.into()
    }
}

/// The CDN that an answer came through.
fn cdn(look: &Look) -> Option<&'static str> {
    let has = |n: &str| look.header(n).is_some();
    if has("cf-ray") {
        return Some("Cloudflare");
    }
    if has("x-amz-cf-id") {
        return Some("CloudFront");
    }
    (look.lower("x-served-by").starts_with("cache-") || has("x-fastly-request-id")).then_some("Fastly")
}

/// Whether a header names the server's address.
fn names_server(name: &str, value: &str) -> bool {
    const NAMES: &[&str] = &[
        "x-backend",
        "x-backend-server",
        "x-origin",
        "x-origin-server",
        "x-upstream",
        "x-upstream-addr",
        "x-server-ip",
        "x-real-server",
    ];
    let address = value
        .split([',', ' '])
        .any(|p| p.parse::<IpAddr>().is_ok() || p.rsplit_once(':').is_some_and(|(a, _)| a.parse::<IpAddr>().is_ok()));
    NAMES.contains(&name) && address
}
