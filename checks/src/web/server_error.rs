//! `web.server-error`
use super::facts::Front;
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The site answers its front page with a server error.
    ///
    /// # Why at launch
    /// Visitors see an error page, and search engines take the site out.
    ///
    /// # Fix
    /// Read the server's log for this request: most often a variable is not set in production, or the
    /// database cannot be reached.
    ///
    /// # References
    /// RFC 9110 section 15.6; developers.cloudflare.com, "Cloudflare 5xx errors" (520 to 526).
    ///
    /// ```pass
    /// https://acme.test/ 200
    /// ```
    /// ```fail
    /// https://acme.test/ 500
    /// ```
    "web.server-error" on Site, Blocker, stage Route;
    fails "The site answers with a server error"; holds "The site answers without a server error";
    yields_to "tls.edge-origin-broken";
    fn check(front: &Front) -> Verdict {
        let page = &front.page;
        if page.status < 500 {
            return Verdict::Pass;
        }
        let (note, first) = words(page.status);
        let fix = Fix::steps([first.to_owned(), format!("Check it: curl -sI {}", page.url)]);
        // The subject is the host's name on purpose: it gives way to `tls.edge-origin-broken` by that.
        Fault::new(page.host(), page.evidence(note), fix).into()
    }
}

/// What a status means, and what to do first. Those above 519 are Cloudflare's where it stands in
/// front, and its own pages are the matter of `tls.edge-origin-broken`; an app may answer them too.
const fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        502 => ("bad gateway", "Start the app behind the proxy, and check the port that the proxy passes requests to"),
        503 => ("unavailable", "Switch maintenance mode off, or give the app more room: it refuses work"),
        504 => ("gateway timeout", "Find what the app waits for: it did not answer its proxy in time"),
        520..=526 => (
            "server error; Cloudflare uses this status too, if it stands in front",
            "Read the server's log for this request; behind Cloudflare, ask the server itself: curl -sI --connect-to ::ADDRESS",
        ),
        _ => (
            "server error",
            "Read the server's log for this request: most often a variable is not set in production, or the database cannot be reached",
        ),
    }
}
