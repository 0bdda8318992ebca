//! `web.canonical-disagrees`
use super::facts::{Chain, Home, Redirects, SitePlan};
use super::surface::Surface;
use crate::billing::facts::Endpoints;
use crate::env::{facts::Production, shape::Kind};
use crate::rule;
use crate::vocab::{DomainName, Evidence, Fault, Fix, Part, Severity};
use url::Url;

rule! {
    /// Something names another address of the site than the one that its redirects end on: the canonical
    /// link, robots.txt, the sitemap, the app's own URL, or Stripe's endpoint.
    ///
    /// Other hosts of the product (`app.`, `api.`) are in order for the app's URL and the endpoint.
    ///
    /// # Why at launch
    /// Search engines index the wrong address, sign-ins and mails lead over a redirect, and Stripe
    /// does not follow one.
    ///
    /// # Fix
    /// Use one origin everywhere.
    ///
    /// # References
    /// RFC 6596 (canonical link); sitemaps.org, "Sitemap file location"; RFC 9309.
    ///
    /// ```pass
    /// app-url https://acme.test
    /// https://acme.test/ 200 body: <html><link rel=canonical href="https://acme.test/"></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><link rel=canonical href="https://acme-git-main.vercel.app/"></html>
    /// ```
    /// ```fail
    /// app-url https://www.acme.test
    /// ```
    /// ```fail
    /// endpoint https://www.acme.test/api/webhooks/stripe
    /// ```
    "web.canonical-disagrees" on Site, High;
    fails "Not everything names the canonical address"; holds "Everything names the canonical address";
    fn check(plan: &SitePlan, home: &Home, redirects: Part<'_, Redirects>, surface: Part<'_, Surface>, app: Part<'_, Production>, stripe: Part<'_, Endpoints>) -> Verdict {
        let chains = redirects.iter().flat_map(|r| &r.chains).collect();
        let at = Address { plan, home, chains };
        let mut faults = Vec::new();
        for surface in surface.iter() {
            let canonical = surface.front.html.as_ref().and_then(|h| h.canonical.as_ref());
            faults.extend(canonical.and_then(|l| at.page("the canonical link", l.as_str(), &surface.front)));
            let robots = surface.robots.as_ref().filter(|r| r.is_success());
            let named = robots.and_then(|r| {
                let line = r.lines.iter().find_map(|l| l.as_str().split_once(':').filter(|(k, _)| k.trim().eq_ignore_ascii_case("sitemap")))?;
                at.page("robots.txt", line.1.trim(), r)
            });
            faults.extend(named);
            let sitemap = surface.sitemap.as_ref().filter(|s| s.is_success());
            faults.extend(sitemap.and_then(|s| s.lines.iter().find_map(|l| at.page("the sitemap", l.as_str(), s))));
        }
        for entry in app.iter().filter_map(|p| p.get("NEXT_PUBLIC_APP_URL")) {
            if let Kind::Url { host, local: false, .. } = &entry.shape.kind
                && let Some(severity) = at.away(host.as_str())
            {
                let value = format!("https://{}", home.host);
                let fix = Fix::EnvVar { name: "NEXT_PUBLIC_APP_URL".into(), value: value.into() };
                let fault = Fault::new("NEXT_PUBLIC_APP_URL", entry.evidence(), fix).lowered(severity);
                faults.push(match &entry.at {
                    Some(place) => fault.at(place.clone()),
                    None => fault,
                });
            }
        }
        for endpoint in stripe.iter().flat_map(|e| &e.list).filter(|e| e.enabled && e.standing == crate::billing::place::Standing::Public) {
            let host = Url::parse(endpoint.place.as_str()).ok().and_then(|u| u.host_str().map(str::to_owned));
            if host.is_some_and(|h| at.leads_home(&h)) {
                let fix = Fix::step(format!("Register the endpoint at https://{} (Stripe does not follow redirects)", home.host));
                faults.push(Fault::new(&endpoint.id, format!("Stripe sends to {}", endpoint.place), fix));
            }
        }
        faults.into()
    }
}

struct Address<'a> {
    plan: &'a SitePlan,
    home: &'a Home,
    chains: Vec<&'a Chain>,
}
impl Address<'_> {
    /// Whether a host is a way in that is not the canonical one, and redirects to it.
    fn is_other_door(&self, host: &str) -> bool {
        host != self.home.host.as_str() && self.plan.hosts().any(|h| h.as_str() == host)
    }
    /// Whether a host was seen to redirect to the canonical one.
    fn leads_home(&self, host: &str) -> bool {
        let ends = |c: &&&Chain| c.page().is_some_and(|p| p.host() == self.home.host.as_str());
        let ways = self.chains.iter().filter(|c| c.secure && c.host.as_str() == host);
        self.is_other_door(host) && ways.filter(ends).count() > 0
    }
    /// How bad it is that the app calls itself by this host; nothing where it is in order. A door that
    /// does not redirect is another rule's.
    fn away(&self, host: &str) -> Option<Severity> {
        self.other(host).filter(|_| !self.is_other_door(host) || self.leads_home(host))
    }
    /// How bad it is that this host is named instead; nothing where it is in order.
    fn other(&self, host: &str) -> Option<Severity> {
        if self.is_other_door(host) {
            return Some(Severity::Medium);
        }
        let own = DomainName::parse(host).is_ok_and(|h| h.is_within(&self.plan.domain.registrable()));
        (!own).then_some(Severity::High)
    }
    /// The fault of a URL that the site's own pages give for themselves.
    fn page(&self, what: &'static str, text: &str, look: &super::look::Look) -> Option<Fault> {
        let url = Url::parse(&look.url).ok()?.join(text).ok()?;
        let host = url.host_str()?;
        let plain = url.scheme() == "http";
        let severity = match self.other(host) {
            Some(severity) => severity,
            None if plain => Severity::Medium,
            None => return None,
        };
        let mut right = url.clone();
        let _ = right.set_scheme("https");
        let _ = right.set_host(Some(self.home.host.as_str()));
        let saw: Evidence = look.evidence(format!("{what} says {url}"));
        Some(Fault::new(what, saw, Fix::step(format!("Let {what} say {right}"))).lowered(severity))
    }
}
