//! `web.cors-blocks-own`
use super::surface::Bundle;
use super::visits::Cors;
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

rule! {
    /// An API host does not let the site's own scripts read its answers.
    ///
    /// Judged only where scripts of the site name that host.
    ///
    /// # Why at launch
    /// The app works on the developer's machine and shows empty pages in production.
    ///
    /// # Fix
    /// Allow the site's origin.
    ///
    /// # References
    /// Fetch, "CORS check".
    ///
    /// ```pass
    /// host api.acme.test
    /// route https://api.acme.test/v1/plans
    /// https://acme.test/ 200 body: <html><script>fetch("https://api.acme.test/v1/plans")</script></html>
    /// https://api.acme.test/v1/plans 200 access-control-allow-origin: https://acme.test | body: {"a":1}
    /// ```
    /// ```fail
    /// host api.acme.test
    /// route https://api.acme.test/v1/plans
    /// https://acme.test/ 200 body: <html><script>fetch("https://api.acme.test/v1/plans")</script></html>
    /// https://api.acme.test/v1/plans 200 access-control-allow-origin: http://localhost:3000 | body: {"a":1}
    /// ```
    "web.cors-blocks-own" on Site, Medium;
    fails "An API route keeps the site's own scripts out"; holds "The site's own scripts may read its API";
    fn check(cors: Part<'_, Cors>, bundle: Part<'_, Bundle>) -> Verdict {
        let names = |url: &str| {
            let host = url.split("://").nth(1).and_then(|r| r.split(['/', ':']).next()).unwrap_or_default();
            bundle.iter().any(|b| b.named.contains(host))
        };
        let tries = cors.iter().flat_map(|c| &c.tries).filter(|t| t.own && t.look.is_success() && names(&t.look.url));
        let faults = tries.filter_map(|one| {
            let allowed = one.look.header("access-control-allow-origin").map_or("", |o| o.as_str());
            if allowed == "*" || allowed == one.origin {
                return None;
            }
            let said = if allowed.is_empty() { "nothing".to_owned() } else { allowed.to_owned() };
            let fix = Fix::Header { name: "Access-Control-Allow-Origin".into(), value: one.origin.as_str().into() };
            let note = format!("sent origin: {}; access-control-allow-origin: {said}", one.origin);
            Some(Fault::new(&one.path, one.look.evidence(note), fix))
        });
        faults.collect::<Vec<_>>().into()
    }
}
