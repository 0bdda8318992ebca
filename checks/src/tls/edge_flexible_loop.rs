//! `tls.edge-flexible-loop`
use super::edge::{Circle, Doorway};
use super::facts::{HostPlan, Reach};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// Behind Cloudflare, https leads back to itself: Cloudflare asks the server over plain http, and
    /// the server sends every visitor to https again.
    ///
    /// It is asked twice, the second time with the cookies that were set, and both answers must bear
    /// Cloudflare's marks. Any other circle is `web.redirect-loop`.
    ///
    /// # Why at launch
    /// Browsers give up with "too many redirects": nobody sees the site.
    ///
    /// # Fix
    /// Set the encryption mode to Full (strict), once the server has a certificate.
    ///
    /// # References
    /// developers.cloudflare.com/ssl/troubleshooting/too-many-redirects.
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```pass
    /// host acme.test
    /// door 301 https://acme.test/ | server: CloudFront
    /// ```
    /// ```pass
    /// host acme.test
    /// door 308 https://www.acme.test/ | server: cloudflare | cf-ray: 8a1b-FRA
    /// ```
    /// ```fail
    /// host acme.test
    /// door 301 https://acme.test/ | server: cloudflare | cf-ray: 8a1b-FRA
    /// ```
    /// ```fail
    /// host acme.test
    /// door 301 http://acme.test/ | server: cloudflare | cf-ray: 8a1b-FRA
    /// door-http 301 https://acme.test/ | server: cloudflare | cf-ray: 8a1b-FRA
    /// ```
    "tls.edge-flexible-loop" on Host, Blocker, stage Route;
    fails "Cloudflare and the server redirect in a circle"; holds "Cloudflare and the server do not redirect in a circle";
    fn check(plan: &HostPlan, reach: &Reach, door: &Doorway) -> Verdict {
        if let Some(why) = door.silent() {
            return Verdict::not_applicable(why);
        }
        let Some(circle) = door.circle.filter(|_| door.cloudflare) else { return Verdict::Pass };
        let host = &plan.host;
        let steps = match circle {
            Circle::Itself => [
                format!("At Cloudflare: SSL/TLS > Overview > Configure > Full (strict) (the server of {host} needs a certificate; Origin Server > Create Certificate makes one)"),
                "or let the server trust X-Forwarded-Proto and not redirect what came over https".to_owned(),
            ],
            Circle::ThroughHttp => [
                format!("Let the server of {host} answer https itself: remove its redirect to http://{host}/"),
                "At Cloudflare: set SSL/TLS to Full (strict), and keep Always Use HTTPS on".to_owned(),
            ],
        };
        let mut fault = Fault::new(host, "", Fix::steps(steps));
        fault.saw = door.evidence("");
        fault.saw.truncate(if circle == Circle::Itself { 1 } else { 2 });
        let why = match circle {
            Circle::Itself => "the same again when asked twice; Cloudflare's encryption mode is Flexible, as it looks",
            Circle::ThroughHttp => "and so on: the server leads to http, and Cloudflare back to https",
        };
        super::by_role(fault.and_saw(why), plan, reach).into()
    }
}
