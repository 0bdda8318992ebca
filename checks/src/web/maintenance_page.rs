//! `web.maintenance-page`
use super::marks;
use super::surface::Surface;
use crate::rule;
use crate::vocab::{Fault, Fix, Part};

rule! {
    /// The front page is a stand-in: maintenance, "coming soon", a parked domain, or the sample page of
    /// a server or a framework.
    ///
    /// Told by title and heading of a short page; an article about maintenance is none.
    ///
    /// # Why at launch
    /// This is what the first visitors see.
    ///
    /// # Fix
    /// Deploy the site to the domain, or switch the maintenance mode off.
    ///
    /// # References
    /// RFC 9110 section 15.6.4 (503 is the status for maintenance).
    ///
    /// ```pass
    /// https://acme.test/ 200 body: <html><title>Acme</title><h1>Acme</h1></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><title>Welcome to nginx!</title><h1>Welcome to nginx!</h1></html>
    /// ```
    /// ```fail
    /// https://acme.test/ 200 body: <html><title>Acme</title><h1>We are down for maintenance</h1></html>
    /// ```
    "web.maintenance-page" on Site, High;
    fails "The front page is a stand-in"; holds "The front page is the site's own";
    fn check(surface: Part<'_, Surface>) -> Verdict {
        let fault = surface.iter().find_map(|s| {
            let page = s.front.html.as_ref().filter(|_| s.front.is_success())?;
            let what = marks::placeholder(page.title.as_str(), page.heading.as_str(), page.words)?;
            let host = s.home.host_str().unwrap_or_default();
            let fix = Fix::step(match what {
                "a parked domain" => format!("Point the DNS of {host} at your app: it still leads to a page of the registrar's"),
                _ => format!("Deploy the site to {host}, or switch the maintenance mode off"),
            });
            Some(Fault::here(s.front.evidence(format!("{what}: \"{}\"", page.title.short(80))), fix))
        });
        fault.into()
    }
}
