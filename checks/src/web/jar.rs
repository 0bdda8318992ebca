//! The cookies that a chain of redirects sets on its way, kept only to tell a site that looks for
//! its own cookie from a loop. Their values are sent back and never shown.

use crate::wire::HttpAnswer;
use std::collections::BTreeMap;
use url::Url;

/// The most cookies that are kept.
const MOST: usize = 50;

/// Cookies by name, each with the host or domain it goes to.
#[derive(Clone, Default)]
pub(crate) struct Jar(BTreeMap<String, Cookie>);
#[derive(Clone)]
struct Cookie {
    value: String,
    host: String,
    /// Whether it goes to names below the host too (RFC 6265, section 5.1.3).
    below: bool,
    secure: bool,
}

impl Jar {
    /// Keeps what an answer sets.
    pub(crate) fn take(&mut self, url: &Url, answer: &HttpAnswer) {
        let Some(host) = url.host_str() else { return };
        for line in answer.headers_named("set-cookie") {
            let mut parts = line.as_str().split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|p| p.split_once('=')) else { continue };
            if name.is_empty() || !line.as_str().is_ascii() || self.0.len() >= MOST {
                continue;
            }
            let mut cookie = Cookie { value: value.to_owned(), host: host.to_owned(), below: false, secure: false };
            let mut gone = false;
            for attribute in parts {
                let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
                match key.to_ascii_lowercase().as_str() {
                    "domain" => {
                        let domain = value.trim_start_matches('.').to_ascii_lowercase();
                        if is_within(host, &domain) {
                            (cookie.host, cookie.below) = (domain, true);
                        }
                    }
                    "secure" => cookie.secure = true,
                    "max-age" => gone = value.parse::<i64>().is_ok_and(|n| n <= 0),
                    _ => {}
                }
            }
            if gone {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), cookie);
            }
        }
    }

    /// The Cookie header for a request; empty for none.
    pub(crate) fn header_for(&self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        let goes = |c: &Cookie| {
            (host == c.host || c.below && is_within(host, &c.host)) && (!c.secure || url.scheme() == "https")
        };
        let pairs: Vec<String> =
            self.0.iter().filter(|(_, c)| goes(c)).map(|(n, c)| format!("{n}={}", c.value)).collect();
        pairs.join("; ")
    }
}

fn is_within(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|head| head.ends_with('.'))
}
