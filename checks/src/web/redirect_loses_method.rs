//! `web.redirect-loses-method`
use super::facts::{Hop, SitePlan};
use super::matrix::{Methods, is_move};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Severity};

rule! {
    /// An API host redirects a POST with 301, 302 or 303: clients repeat it as a GET without a body.
    ///
    /// # Why at launch
    /// Calls from apps, partners and providers that use the other address do nothing, and look as if
    /// they had worked.
    ///
    /// # Fix
    /// Redirect API hosts with 308 (or 307), which keep method and body.
    ///
    /// # References
    /// RFC 9110 sections 15.4.2, 15.4.3 and 15.4.9; Fetch, "HTTP-redirect fetch".
    ///
    /// ```pass
    /// api.acme.test
    /// http+post://api.acme.test/api/launchcheck-probe 308 https://api.acme.test/api/launchcheck-probe
    /// ```
    /// ```fail
    /// api.acme.test
    /// http+post://api.acme.test/api/launchcheck-probe 301 https://api.acme.test/api/launchcheck-probe
    /// ```
    "web.redirect-loses-method" on Site, Medium, intent Active;
    fails "A redirect turns a POST into a GET"; holds "Redirects of API hosts keep the method";
    fn check(plan: &SitePlan, methods: Part<'_, Methods>) -> Verdict {
        let faults = methods.iter().flat_map(|m| &m.answers).filter_map(|h| fault(plan, h));
        faults.collect::<Vec<_>>().into()
    }
}

fn fault(plan: &SitePlan, hop: &Hop) -> Option<Fault> {
    let to = hop.target().filter(|to| matches!(hop.status, 301..=303) && is_move(&hop.url, to))?;
    if !to.host_str().is_some_and(|h| plan.owns(h)) {
        return None;
    }
    let from = format!("{}://{}", hop.url.scheme(), hop.host());
    let fix = Fix::step(format!("Redirect {from} with 308 instead of {} (nginx: return 308 …)", hop.status));
    let mut fault = Fault::new(from, hop.evidence_of("POST", ""), fix);
    // Hardly anybody calls an API over plain http on purpose.
    if hop.url.scheme() == "http" {
        fault = fault.lowered(Severity::Low);
    }
    Some(fault)
}
