//! `tls.edge-origin-broken`
use super::edge::Doorway;
use super::facts::{HostPlan, Reach};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// Cloudflare answers with its own error page, since it cannot use the server behind it: the
    /// server answers what is no HTTP (520), refuses (521), stays silent (522), is not to be found
    /// (523), agrees on no TLS (525), or has a certificate that is not valid (526); its name leads
    /// nowhere (530 with 1016 or 1001), or its tunnel is down (530 with 1033).
    ///
    /// Told by Cloudflare's marks, its status and its words together: an app may answer any status.
    ///
    /// # Why at launch
    /// Every visitor gets Cloudflare's error page. The certificate in front is fine; the fault is
    /// behind it.
    ///
    /// # Fix
    /// Mend the server behind Cloudflare as the code says; do not turn the encryption mode down.
    ///
    /// # References
    /// developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors and
    /// …/cloudflare-1xxx-errors.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```pass
    /// host acme.test
    /// door 522 | body: error code: 522
    /// ```
    /// ```pass
    /// host acme.test
    /// door 522 | server: cloudflare | cf-ray: 8a1b-FRA | body: the app's own words
    /// ```
    /// ```fail
    /// host acme.test
    /// door 526 | server: cloudflare | cf-ray: 8a1b-FRA | body: error code: 526
    /// ```
    /// ```fail
    /// host acme.test
    /// door 530 | server: cloudflare | cf-ray: 8a1b-FRA | body: error code: 1016
    /// ```
    /// ```fail
    /// host acme.test
    /// door 520 | server: cloudflare | cf-ray: 8a1b-FRA | body: error code: 520
    /// ```
    "tls.edge-origin-broken" on Host, Blocker, stage Route;
    fails "Cloudflare cannot use the server behind it"; holds "Cloudflare shows no error of the server behind it";
    fn check(plan: &HostPlan, reach: &Reach, door: &Doorway) -> Verdict {
        if let Some(why) = door.silent() {
            return Verdict::not_applicable(why);
        }
        let Some((title, first)) = door.error.and_then(words) else { return Verdict::Pass };
        let host = &plan.host;
        let steps = [first.replace("{host}", host.as_str()), format!("Check it: curl -sI https://{host}/")];
        // The subject is the host's name on purpose: `web.server-error` gives way to it by that.
        let mut fault = Fault::new(host, "", Fix::steps(steps)).titled(title);
        fault.saw = door.evidence("Cloudflare's own error page: the certificate in front is not the fault");
        super::by_role(fault, plan, reach).into()
    }
}

/// What a code means, and what to do first.
const fn words(code: u16) -> Option<(&'static str, &'static str)> {
    Some(match code {
        520 => (
            "The server behind Cloudflare answers what is no HTTP (520)",
            "Read the error log of the server behind {host} at the minute of the audit: it crashed, or answered nothing or more than 128 KB of headers",
        ),
        521 => (
            "The server behind Cloudflare refuses the connection (521)",
            "Start the web server behind {host}, and let Cloudflare's addresses (https://www.cloudflare.com/ips/) through its firewall on port 443",
        ),
        522 => (
            "The server behind Cloudflare does not answer (522)",
            "Set the proxied A or AAAA record of {host} to the server's address, and let https://www.cloudflare.com/ips/ through its firewall",
        ),
        523 => (
            "The server behind Cloudflare cannot be found (523)",
            "Set the proxied A or AAAA record of {host} to the server's address as it is now: no route leads to the one that stands there",
        ),
        525 => (
            "Cloudflare and the server behind it agree on no TLS (525)",
            "Give the server behind {host} a certificate on port 443 that it serves for this name (SSL/TLS > Origin Server > Create Certificate makes one)",
        ),
        526 => (
            "The certificate of the server behind Cloudflare is not valid (526)",
            "Renew the certificate that the server behind {host} serves, or replace it by one of SSL/TLS > Origin Server > Create Certificate; it must name {host}",
        ),
        1001 | 1016 => (
            "The name of the server behind Cloudflare leads nowhere (530)",
            "At Cloudflare, DNS > Records: point the proxied record of {host} at an address or a name that exists (a Load Balancer, a Worker or a custom hostname has its origin in its own settings)",
        ),
        1033 => (
            "The tunnel to the server behind Cloudflare is down (530, 1033)",
            "Start cloudflared on the server behind {host}, and see that Networks > Tunnels shows its tunnel as healthy",
        ),
        _ => return None,
    })
}
