//! `web.host-split`
use super::facts::{Chain, Front, Home, Hop, Sibling, SitePlan};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The apex and www both serve the site, and neither leads to the other.
    ///
    /// # Why at launch
    /// Sessions, cookies and consent of one are unknown to the other, so people seem logged out; search
    /// engines see two sites; logins and payments that come back to the other host fail.
    ///
    /// # Fix
    /// Choose one and redirect the other to it with 308.
    ///
    /// # References
    /// RFC 6265 section 5.1.3 (host-only cookies); RFC 6454 section 4 (an origin is scheme, host, port).
    ///
    /// ```pass
    /// https://www.acme.test/ 308 https://acme.test/
    /// ```
    /// ```fail
    /// https://acme.test/ 200
    /// https://www.acme.test/ 200
    /// ```
    "web.host-split" on Site, Medium;
    fails "The apex and www both serve the site"; holds "One of apex and www leads to the other";
    fn check(plan: &SitePlan, home: &Home, front: &Front, sibling: Option<&Sibling>) -> Verdict {
        let Some(sibling) = sibling else {
            return Verdict::not_applicable("only a registrable domain has a www beside it");
        };
        let Some(theirs) = sibling.chain.page() else {
            return Verdict::not_applicable(format!("{} serves nothing", sibling.host));
        };
        let ours = &front.page;
        let serves = |page: &Hop, chain: &Chain| (200..300).contains(&page.status) && page.host() == chain.host.as_str();
        if !serves(ours, &home.chain) || !serves(theirs, &sibling.chain) {
            return Verdict::Pass;
        }
        let (from, to) = (&sibling.host, plan.entry());
        let fix = Fix::Code {
            place: "nginx (a hosting provider has it in its domain settings)".into(),
            lines: vec![
                "server {".into(),
                "  listen 443 ssl;".into(),
                format!("  server_name {from};").into(),
                format!("  return 308 https://{to}$request_uri;").into(),
                "}".into(),
            ],
        };
        Fault::here(ours.evidence("content"), fix).and_saw(theirs.evidence("content")).into()
    }
}
