//! `tls.hsts-weak`
use super::hsts::parse;
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};
use crate::web::facts::Front;

/// Half a year in seconds: less is a trial (testssl.sh counts 180 days as well).
const ENOUGH: u64 = 180 * 86_400;

rule! {
    /// The site insists on https, and for a short time only; or it sends the header more than once,
    /// and browsers take the first.
    ///
    /// A short `max-age` is right while you try it out. Without any header this is `web.hsts-missing`.
    ///
    /// # Why at launch
    /// Who comes back after that time begins over plain http again, where a stranger on the network
    /// can answer.
    ///
    /// # Fix
    /// Raise `max-age` to a year once all is well, and send the header in one place only.
    ///
    /// # References
    /// RFC 6797 sections 6.1.1, 8.1 and 11.2.
    ///
    /// ```pass
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=31536000
    /// ```
    /// ```pass
    /// site acme.test
    /// https://acme.test/ 200
    /// ```
    /// ```fail
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=300
    /// ```
    /// ```fail
    /// site acme.test
    /// https://acme.test/ 200 strict-transport-security: max-age=31536000 | strict-transport-security: max-age=0
    /// ```
    "tls.hsts-weak" on Site, Low;
    fails "The site insists on https for a short time only"; holds "The site insists on https for long";
    yields_to "tls.hsts-preload-ineligible";
    fn check(front: &Front) -> Verdict {
        let page = &front.page;
        if !(200..300).contains(&page.status) {
            return Verdict::not_applicable(format!("the site answers {}", page.status));
        }
        let Some((header, hsts)) = page.hsts().filter(|(_, h)| h.max_age > 0) else {
            return Verdict::not_applicable("it does not insist on https (web.hsts-missing)");
        };
        let tail = if hsts.include_subdomains { "; includeSubDomains" } else { "" };
        let fix = Fix::Header { name: "Strict-Transport-Security".into(), value: format!("max-age=31536000{tail}").into() };
        if hsts.max_age < ENOUGH {
            let days = hsts.max_age / 86_400;
            let saw = format!("strict-transport-security: {header} ({days} day{})", if days == 1 { "" } else { "s" });
            return Fault::here(page.evidence(&saw), fix).into();
        }
        if page.hsts.iter().any(|h| parse(h.as_str()) != Some(hsts)) {
            let all: Vec<&str> = page.hsts.iter().map(crate::vocab::Shown::as_str).collect();
            let saw = format!("strict-transport-security, {} times: {}", all.len(), all.join(" | "));
            let fix = Fix::steps([
                "Send the header in one place: the app or the proxy in front of it".to_owned(),
                format!("Strict-Transport-Security: max-age=31536000{tail}"),
            ]);
            return Fault::here(page.evidence(&saw), fix).titled("The site sends Strict-Transport-Security more than once").into();
        }
        Verdict::Pass
    }
}
