//! `web.unreachable`
use super::facts::{End, Home, Hop};
use crate::rule;
use crate::vocab::{Evidence, Fault, Fix, Severity, Verdict};

rule! {
    /// The site cannot be fetched over https: its canonical host refuses, breaks off, or is not where
    /// the redirects lead.
    ///
    /// Milder where it answers and refuses the front page: so does a host that no deployment is
    /// attached to, and one with nothing but an API.
    ///
    /// # Why at launch
    /// Every visitor gets an error page from their browser instead of the site.
    ///
    /// # Fix
    /// Bring the server back, or mend the redirect that leads to a host without one.
    ///
    /// # References
    /// RFC 9110 section 15.4 (redirects and their Location).
    ///
    /// ```pass
    /// https://acme.test/ 200
    /// ```
    /// ```pass
    /// https://acme.test/ 308 https://www.acme.test/
    /// https://www.acme.test/ 200
    /// ```
    /// ```fail
    /// https://acme.test/ reset
    /// ```
    /// ```fail
    /// https://acme.test/ 307 http://localhost:3000/
    /// ```
    /// ```fail
    /// https://acme.test/ 404
    /// ```
    /// ```pass
    /// https://acme.test/ 403  # a wall answers in its place
    /// ```
    "web.unreachable" on Site, Blocker, stage Route;
    fails "The site cannot be fetched over https"; holds "The site can be fetched over https";
    yields_to "tls.unreachable", "web.redirect-loop";
    fn check(home: &Home) -> Verdict {
        let chain = &home.chain;
        if let Some(page) = chain.page().filter(|p| (400..500).contains(&p.status) && p.wall.is_none()) {
            return no_front_page(page).into();
        }
        let (subject, what) = match &chain.end {
            End::Answer | End::Left(_) | End::Unknown(_) => return Verdict::Pass,
            // Named by the host that fails, as `tls.unreachable` and `web.redirect-loop` name it.
            End::Failed(url, _) => (
                url.host_str().unwrap_or_default(),
                format!("Start the web server for {}, then check it: curl -I {url}", url.host_str().unwrap_or_default()),
            ),
            End::Loop => (chain.loops_at(), format!("Mend the redirect loop of {}", chain.start())),
            End::Nowhere(_) => {
                let from = chain.hops.last().map_or_else(|| chain.start(), |h| h.url.to_string());
                (chain.host.as_str(), format!(
                    "Make {from} redirect to https://{}/ (build redirect URLs from the configured origin, not from the request)",
                    home.host
                ))
            }
        };
        let mut fault = Fault::new(subject, Evidence::Text(format!("asked {}", chain.start()).into()), Fix::step(what));
        fault.saw = chain.evidence();
        fault.into()
    }
}

fn no_front_page(page: &Hop) -> Fault {
    let host = page.host();
    let fix = Fix::step(format!(
        "Attach {host} to the production deployment at the hosting provider, then check it: curl -I {}",
        page.url
    ));
    let fault = Fault::new(host, page.evidence("no page"), fix).lowered(Severity::Medium);
    fault.titled(format!("{host} has no front page"))
}
