//! `web.plain-http-open`
use super::facts::{Hop, PlainHttp};
use crate::rule;
use crate::vocab::{Fault, Fix, Part};
use std::collections::BTreeMap;

rule! {
    /// Plain http serves the site instead of leading to https.
    ///
    /// A closed port 80 is fine: nothing can be read or changed there.
    ///
    /// # Why at launch
    /// Whoever shares the visitor's network reads and changes what they see, sessions and forms
    /// included, and browsers put a warning in front of the site.
    ///
    /// # Fix
    /// Redirect every http URL to the same URL over https.
    ///
    /// # References
    /// RFC 9110 section 17.11 (disclosure in transit), RFC 6797 section 7.2 (http on an HSTS host).
    ///
    /// ```pass
    /// http://acme.test/ 301 https://acme.test/
    /// ```
    /// ```pass
    /// http://acme.test/ refused
    /// ```
    /// ```fail
    /// http://acme.test/ 200
    /// ```
    "web.plain-http-open" on Site, High;
    fails "The site is served over plain http"; holds "Plain http leads to https or is closed";
    fn check(plain: Part<'_, PlainHttp>) -> Verdict {
        let open: BTreeMap<&str, &Hop> = plain
            .iter()
            .flat_map(|p| &p.chains)
            .filter_map(super::facts::Chain::page)
            .filter(|page| page.url.scheme() == "http" && (200..300).contains(&page.status) && page.wall.is_none())
            .map(|page| (page.host(), page))
            .collect();
        let fault = |(host, page): (&str, &Hop)| Fault::new(host, page.evidence("content, and no redirect to https"), fix(host));
        open.into_iter().map(fault).collect::<Vec<_>>().into()
    }
}

fn fix(host: &str) -> Fix {
    Fix::Code {
        place: "nginx (a hosting provider has a switch: always use https)".into(),
        lines: vec![
            "server {".into(),
            "  listen 80;".into(),
            "  listen [::]:80;".into(),
            format!("  server_name {host};").into(),
            "  return 308 https://$host$request_uri;".into(),
            "}".into(),
        ],
    }
}
