//! `tls.hsts-preload-ineligible`
use super::hsts::{Preload, YEAR};
use crate::rule;
use crate::vocab::{Evidence, Fault, Fix, Part, Shown, Verdict};

rule! {
    /// The site's header asks for browsers' preload list, and the list would not take it.
    ///
    /// The list wants, at the registrable domain itself: one header with `max-age` of a year or more,
    /// `includeSubDomains` and `preload`; plain http that leads to https on the same host first, or
    /// is closed; and https on `www` where it exists. A valid certificate is the matter of other rules.
    ///
    /// # Why at launch
    /// `preload` promises what is not so, and who relies on it is not protected on the first visit.
    ///
    /// # Fix
    /// Meet what the list wants, or take `preload` out of the header.
    ///
    /// # References
    /// hstspreload.org ("Submission Requirements"); RFC 6797 section 6.1.
    ///
    /// ```pass
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=63072000; includeSubDomains; preload
    /// ```
    /// ```pass
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=31536000; includeSubDomains; preload
    /// http://acme.test/ refused
    /// ```
    /// ```fail
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=63072000; preload
    /// ```
    /// ```fail
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=63072000; includeSubDomains; preload
    /// http://acme.test/ 301 https://www.acme.test/
    /// ```
    "tls.hsts-preload-ineligible" on Site, Medium;
    fails "The header asks for the preload list, which would refuse"; holds "What asks for the preload list may be on it";
    yields_to "tls.unreachable";
    fn check(preload: Part<'_, Preload>) -> Verdict {
        let Some(preload) = preload.first() else { return Verdict::Pass };
        let (flaws, www) = (flaws(preload), www(preload));
        if flaws.is_empty() {
            return www.into();
        }
        let mut steps: Vec<Shown> = flaws.iter().map(|(_, step)| step.clone()).collect();
        steps.dedup();
        steps.push("or take preload out of the header until then".into());
        let header = preload.asks.hsts.first().cloned().unwrap_or_default();
        let note = format!("strict-transport-security: {header}");
        let evidence = Evidence::Http {
            method: "GET".into(),
            url: preload.asks.url.as_str().into(),
            status: preload.asks.status,
            note: note.into(),
        };
        let mut fault = Fault::here(evidence, Fix::Steps(steps));
        for (saw, _) in flaws {
            fault = fault.and_saw(saw);
        }
        [Some(fault), www].into_iter().flatten().collect::<Vec<_>>().into()
    }
}

/// The list wants https on `www` where it exists. Named by that host, as `tls.unreachable` names it.
fn www(of: &Preload) -> Option<Fault> {
    let (why, domain) = (of.www.as_ref()?, &of.domain);
    let fix = Fix::step(format!("Serve https on www.{domain}, or remove its DNS records"));
    Some(Fault::new(format!("www.{domain}"), format!("https://www.{domain}/: {why}"), fix))
}

/// What the list would object to, and what to do about each.
fn flaws(of: &Preload) -> Vec<(Shown, Shown)> {
    let (mut out, domain): (Vec<(Shown, Shown)>, _) = (Vec::new(), &of.domain);
    let header: Shown = format!(
        "Send on every https answer of {domain}, once: Strict-Transport-Security: max-age=63072000; includeSubDomains; preload"
    )
    .into();
    if let Some(apex) = &of.apex {
        let saw: Option<String> = match (apex.hsts.len(), apex.hsts()) {
            (0, _) => Some("sends no such header".to_owned()),
            (2.., _) => Some(format!("sends the header {} times", apex.hsts.len())),
            (_, None) => Some("sends a header that browsers cannot read".to_owned()),
            (_, Some((_, h))) => {
                let short = (h.max_age < YEAR).then_some("max-age is less than a year (31536000)");
                let below = (!h.include_subdomains).then_some("includeSubDomains is missing");
                let asks = (!h.preload).then_some("preload is missing");
                let all: Vec<&str> = [short, below, asks].into_iter().flatten().collect();
                (!all.is_empty()).then(|| all.join(", "))
            }
        };
        out.extend(saw.map(|saw| (format!("https://{domain}/: {saw}").into(), header)));
    }
    if let Some(plain) = of.plain.as_ref().filter(|p| p.wall.is_none()) {
        let to = plain.location.as_ref().and_then(|l| plain.url.join(l.as_str()).ok());
        let same = to.as_ref().is_some_and(|t| t.scheme() == "https" && t.host_str() == Some(domain.as_str()));
        if !same {
            let saw = match to {
                Some(to) => format!("http://{domain}/ leads to {to} first, not to https://{domain}/"),
                None => format!("http://{domain}/ answers {} and does not lead to https", plain.status),
            };
            out.push((
                saw.into(),
                format!("Redirect http://{domain}/ to https://{domain}/ before anything else").into(),
            ));
        }
    }
    out
}
