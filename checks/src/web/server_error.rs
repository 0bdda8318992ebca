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
    fn check(front: &Front) -> Verdict {
        let page = &front.page;
        if page.status < 500 {
            return Verdict::Pass;
        }
        let (note, first) = words(page.status);
        let fix = Fix::steps([first.to_owned(), format!("Check it: curl -sI {}", page.url)]);
        Fault::here(page.evidence(note), fix).into()
    }
}

/// What a status means, and what to do first. Those above 519 are Cloudflare's, about the server
/// behind it.
const fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        502 => ("bad gateway", "Start the app behind the proxy, and check the port that the proxy passes requests to"),
        503 => ("unavailable", "Switch maintenance mode off, or give the app more room: it refuses work"),
        504 => ("gateway timeout", "Find what the app waits for: it did not answer its proxy in time"),
        521 => (
            "Cloudflare: the server behind it refuses",
            "Start the server, and let Cloudflare's addresses through its firewall",
        ),
        522..=524 => (
            "Cloudflare: the server behind it does not answer",
            "Start the server, and check the address in the DNS record",
        ),
        525 => (
            "Cloudflare: no TLS with the server behind it",
            "Give the server behind Cloudflare a certificate (an origin certificate will do)",
        ),
        526 => (
            "Cloudflare: the certificate of the server behind it is not valid",
            "Renew the certificate of the server behind Cloudflare (an origin certificate will do)",
        ),
        _ => (
            "server error",
            "Read the server's log for this request: most often a variable is not set in production, or the database cannot be reached",
        ),
    }
}
