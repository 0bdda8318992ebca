//! Telling the site's own answer from that of a wall in front of it: a challenge, a login, a
//! firewall. What a wall answers says nothing of the site.

use crate::vocab::Shown;
use crate::wire::HttpAnswer;

/// The wall that answered, named for people; `None` where the site did.
#[must_use]
pub fn wall(answer: &HttpAnswer) -> Option<Shown> {
    robots(answer).or_else(|| match answer.status {
        401 if answer.header("www-authenticate").is_some() => Some("a password prompt (HTTP authentication)".into()),
        401 => Some("a login (401)".into()),
        403 => Some("a block (403)".into()),
        _ => None,
    })
}

/// The wall that keeps programs and strangers out of everything, as a bot wall or the protection of
/// a deployment does. A refusal of the app's own (401, 403) is none: that is how a closed page
/// answers.
#[must_use]
pub fn robots(answer: &HttpAnswer) -> Option<Shown> {
    let header = |name: &str| answer.header(name).unwrap_or_default();
    if !header("cf-mitigated").is_empty() {
        return Some("a Cloudflare challenge (cf-mitigated)".into());
    }
    if !header("x-vercel-mitigated").is_empty() {
        return Some("the Vercel firewall (x-vercel-mitigated)".into());
    }
    if let Some(to) = answer.location().and_then(|l| url::Url::parse(l.as_str()).ok()) {
        return match to.host_str() {
            Some("vercel.com") if to.path().starts_with("/sso-api") => Some("Vercel Deployment Protection".into()),
            Some(h) if h.ends_with(".cloudflareaccess.com") => Some("Cloudflare Access".into()),
            _ => None,
        };
    }
    let is_vercel = answer.headers_named("set-cookie").any(|c| c.as_str().starts_with("_vercel_sso_nonce="));
    match answer.status {
        401 if is_vercel => Some("Vercel Deployment Protection".into()),
        403 if header("server").as_str().eq_ignore_ascii_case("cloudflare") => Some("a Cloudflare block (403)".into()),
        429 => Some("a rate limit (429)".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walls_are_told_by_their_marks() {
        let answer = |status: u16, headers: &[(&str, &str)]| HttpAnswer {
            status,
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), v.as_bytes().to_vec())).collect(),
            body: Vec::new(),
            truncated: false,
            took_ms: 0,
        };
        for (status, headers, walled) in [
            (200, &[][..], false),
            (503, &[("cf-mitigated", "challenge")], true),
            (503, &[("server", "cloudflare")], false),
            (401, &[("www-authenticate", "Basic realm=x")], true),
            (302, &[("location", "https://vercel.com/sso-api?url=x")], true),
            (307, &[("location", "https://www.acme.test/")], false),
            (404, &[], false),
        ] {
            assert_eq!(wall(&answer(status, headers)).is_some(), walled, "{status} {headers:?}");
        }
    }
}
