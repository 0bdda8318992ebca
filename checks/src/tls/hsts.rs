//! Strict-Transport-Security: the header as browsers read it, what asks for the preload list, and
//! the names below that it would cut off.

use super::facts::{Certificate, Path, Reach, Trust};
use crate::vocab::{Cause, DomainName, Gaps, Missing, Observed, Shown};
use crate::web::facts::{Chain, End, Hop, Redirects, SitePlan};
use crate::wire::HostFailure;

/// A year in seconds: the least that the preload list takes.
pub const YEAR: u64 = 31_536_000;

/// A header that browsers can read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hsts {
    /// For how many seconds browsers insist; 0 makes them forget.
    pub max_age: u64,
    /// Whether the names below are meant too.
    pub include_subdomains: bool,
    /// Whether it asks to be put on the preload list.
    pub preload: bool,
}

/// Reads one header as browsers do. `None` where they ignore it: no `max-age`, a directive that
/// stands in it twice, or a value that is no number (RFC 6797, sections 6.1 and 8.1).
#[must_use]
pub fn parse(value: &str) -> Option<Hsts> {
    let (mut max_age, mut seen) = (None, Vec::new());
    for directive in directives(value)?.into_iter().filter(|d| !d.is_empty()) {
        let (name, value) = match directive.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (directive, None),
        };
        let name = name.to_ascii_lowercase();
        if name.is_empty() || !name.bytes().all(is_token) || seen.contains(&name) {
            return None;
        }
        match (name.as_str(), value) {
            ("max-age", value) => max_age = Some(seconds(value?)?),
            ("includesubdomains" | "preload", Some(_)) => return None,
            (_, Some(value)) if !is_value(value) => return None,
            _ => {}
        }
        seen.push(name);
    }
    let has = |name: &str| seen.iter().any(|s| s == name);
    max_age.map(|max_age| Hsts { max_age, include_subdomains: has("includesubdomains"), preload: has("preload") })
}

/// The parts between semicolons, quoted ones kept whole.
fn directives(value: &str) -> Option<Vec<&str>> {
    let (mut out, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                out.push(value[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(value[start..].trim());
    (!quoted).then_some(out)
}

/// A number of seconds, perhaps in quotes. One that is too long for a number means very long.
fn seconds(value: &str) -> Option<u64> {
    let digits = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().unwrap_or(u64::MAX))
}

const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

fn is_value(value: &str) -> bool {
    let quoted = value.len() >= 2 && value.starts_with('"') && value.ends_with('"');
    quoted || !value.is_empty() && value.bytes().all(is_token)
}

impl Hop {
    /// The header that browsers take from this answer: the first, over https, where it can be read.
    #[must_use]
    pub fn hsts(&self) -> Option<(&Shown, Hsts)> {
        let first = self.hsts.first().filter(|_| self.url.scheme() == "https")?;
        Some((first, parse(first.as_str())?))
    }
}

impl Redirects {
    fn from(&self, host: &DomainName, secure: bool) -> Option<&Chain> {
        self.chains.iter().find(|c| c.host == *host && c.secure == secure)
    }
    /// Every answer over https.
    fn secure_hops(&self) -> impl Iterator<Item = &Hop> {
        self.chains.iter().flat_map(|c| &c.hops).filter(|h| h.url.scheme() == "https")
    }
}

/// A site that asks for the preload list, and what the list looks at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Preload {
    /// The domain that would be listed: the registrable one.
    pub domain: DomainName,
    /// The answer that asks.
    pub asks: Hop,
    /// The domain's own first answer over https.
    pub apex: Option<Hop>,
    /// The domain's first answer over plain http; `None` where nothing answers there.
    pub plain: Option<Hop>,
    /// Why `www.` cannot be fetched over https, where it exists.
    pub www: Option<HostFailure>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Preload {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

impl Preload {
    /// What the walk over the redirects shows. Not configured where no header asks for the list.
    #[must_use]
    pub fn of(plan: &SitePlan, redirects: &Redirects) -> Observed<Self> {
        let domain = plan.domain.registrable();
        if !plan.hosts().any(|h| *h == domain) {
            return Observed::not_configured("only a registrable domain can be on the preload list");
        }
        let asks = redirects.secure_hops().find(|h| h.hsts().is_some_and(|(_, p)| p.preload && p.max_age > 0));
        let unseen = |secure: bool| match redirects.from(&domain, secure).map(|c| (&c.end, c.hops.is_empty())) {
            None => Some(Cause::Deadline),
            Some((End::Unknown(cause), true)) => Some(cause.clone()),
            Some((End::Failed(_, why), true)) if secure => Some(why.cause()),
            _ => None,
        };
        let Some(asks) = asks else {
            return match unseen(true) {
                Some(cause) => Observed::unknown(cause),
                None => Observed::not_configured("no header asks for the preload list"),
            };
        };
        let first = |secure| redirects.from(&domain, secure).and_then(|c| c.hops.first()).cloned();
        let www = domain.child("www").and_then(|www| redirects.from(&www, true).cloned());
        let www = www.and_then(|c| match c.end {
            End::Failed(_, why) if c.hops.is_empty() && !why.is_nowhere() => Some(why),
            _ => None,
        });
        Observed::known(Self {
            asks: asks.clone(),
            apex: first(true),
            plain: first(false),
            www,
            gaps: [unseen(true), unseen(false)].into_iter().flatten().collect(),
            domain,
        })
    }
}

/// A site that insists on https for the names below it, and those of them that have none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lockout {
    /// The names that are cut off.
    pub cut: Vec<Cut>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Lockout {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// A name that browsers can no longer visit once they were at the site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cut {
    /// The name.
    pub host: DomainName,
    /// Why browsers accept no https from it.
    pub why: Shown,
    /// Whether there is https that shows a certificate which they refuse: the fault of that one is told
    /// by its own rules, and mended there.
    pub by_certificate: bool,
    /// What it serves over plain http.
    pub page: Hop,
    /// The host that sends the header.
    pub by: DomainName,
    /// The header.
    pub header: Shown,
}

/// Who insists for the names below: the host, and its header.
#[must_use]
pub fn insisting(redirects: &Redirects) -> Vec<(DomainName, Shown)> {
    let mut out: Vec<(DomainName, Shown)> = Vec::new();
    for hop in redirects.secure_hops() {
        let Some((header, hsts)) = hop.hsts() else { continue };
        let Ok(host) = DomainName::parse(hop.host()) else { continue };
        if hsts.include_subdomains && hsts.max_age > 0 && !out.iter().any(|(h, _)| *h == host) {
            out.push((host, header.clone()));
        }
    }
    out
}

/// Why browsers refuse a host's https, where they do.
///
/// # Errors
/// [`Missing`] where that is not known.
pub fn refused(
    reach: &Observed<Reach>,
    cert: &Observed<Certificate>,
    trust: &Observed<Trust>,
) -> Result<Option<Shown>, Missing> {
    if let Err(failure) = &reach.get()?.outcome {
        return Ok(Some(failure.to_string().into()));
    }
    let cert = cert.get()?;
    if cert.is_expired() {
        return Ok(Some("its certificate has expired".into()));
    }
    if cert.is_early() {
        return Ok(Some("its certificate is not valid yet".into()));
    }
    if !cert.name_fits {
        return Ok(Some("its certificate is made out to another name".into()));
    }
    Ok(match &trust.get()?.path {
        Path::Trusted | Path::Incomplete { .. } => None,
        Path::SelfSigned => Some("its certificate signed itself".into()),
        Path::UnknownRoot(_) | Path::Broken(_) => Some("its certificate is not trusted".into()),
        // Browsers fetch what is left out, and may have it.
        Path::Open { cause, .. } => return Err(Missing::Unknown(cause.clone())),
    })
}

/// The page that a host serves over plain http; `None` where http leads to https, or answers nothing.
#[must_use]
pub fn served(hop: Hop) -> Option<Hop> {
    let page = (200..300).contains(&hop.status) && hop.wall.is_none();
    (page || hop.location.is_some() && !hop.leads_to_https()).then_some(hop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_as_browsers_do() {
        let hsts = |max_age, include_subdomains, preload| Some(Hsts { max_age, include_subdomains, preload });
        for (text, want) in [
            ("max-age=31536000; includeSubDomains; preload", hsts(YEAR, true, true)),
            ("  Max-Age = \"5\" ;; INCLUDESUBDOMAINS ;", hsts(5, true, false)),
            ("max-age=0", hsts(0, false, false)),
            ("max-age=1; report=\"a;b\"", hsts(1, false, false)),
            ("max-age=99999999999999999999999", hsts(u64::MAX, false, false)),
            // All that follows makes browsers drop the header.
            ("max-age=1; max-age=2", None),
            ("max-age=1; preload; preload", None),
            ("max-age=31536000 includeSubDomains", None),
            ("max-age=31536000, includeSubDomains", None),
            ("max-age=-1", None),
            ("max-age=soon", None),
            ("max-age", None),
            ("max-age=1; includeSubDomains=true", None),
            ("max-age=1; x=\"open", None),
            ("includeSubDomains; preload", None),
            ("", None),
        ] {
            assert_eq!(parse(text), want, "{text}");
        }
    }
}
