//! `web.hsts-missing`
use super::facts::Front;
use crate::rule;
use crate::tls::hsts::{Hsts, parse};
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The canonical host does not tell browsers to come back over https only.
    ///
    /// Only the site's own 2xx answer over https is judged: what a login or a bot wall sends says
    /// nothing of the site. `max-age=0` switches it off and counts as missing, as does a header that
    /// browsers cannot read.
    ///
    /// # Why at launch
    /// The first request of every visit may go over plain http, where a stranger on the network can
    /// answer it.
    ///
    /// # Fix
    /// Send the header on every https answer. Raise `max-age` once all is well; add
    /// `includeSubDomains` only when every subdomain has https.
    ///
    /// # References
    /// RFC 6797 sections 6.1 and 7.1.
    ///
    /// ```pass
    /// https://acme.test/ 200 strict-transport-security: max-age=63072000; includeSubDomains
    /// ```
    /// ```pass
    /// https://acme.test/ 503
    /// ```
    /// ```fail
    /// https://acme.test/ 200
    /// ```
    /// ```fail
    /// https://acme.test/ 200 strict-transport-security: max-age=0
    /// ```
    "web.hsts-missing" on Site, Medium;
    fails "The site does not insist on https (no HSTS)"; holds "The site insists on https (HSTS)";
    fn check(front: &Front) -> Verdict {
        let page = &front.page;
        if page.url.scheme() != "https" {
            return Verdict::not_applicable("https leads back to http (web.plain-http-open)");
        }
        if !(200..300).contains(&page.status) {
            return Verdict::not_applicable(format!("the site answers {}", page.status));
        }
        // Browsers take the first header and drop the rest (RFC 6797, section 8.1).
        let saw = match page.hsts.first() {
            None => "no strict-transport-security header".to_owned(),
            Some(value) => match parse(value.as_str()) {
                Some(Hsts { max_age: 1.., .. }) => return Verdict::Pass,
                _ => format!("strict-transport-security: {value}"),
            },
        };
        let fix = Fix::Header { name: "Strict-Transport-Security".into(), value: "max-age=31536000".into() };
        Fault::here(page.evidence(&saw), fix).into()
    }
}
