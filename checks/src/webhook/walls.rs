//! Tells what stands between a provider's event and the handler: redirects, sign-in checks, walls
//! against robots.

use super::facts::{Obstacle, Reply, Turn, WallFix};
use crate::{
    vocab::{DomainName, Shown},
    wire::{HttpAnswer, HttpQuestion, ShotQuestion},
};
use url::Url;

/// One question with its answer.
pub(super) type Exchange<'a> = (&'a ShotQuestion, &'a HttpAnswer);

/// What the answer to a question at the URL itself says, compared with what a path gets that does
/// not exist.
pub(super) fn obstacle(seen: Exchange<'_>, control: Option<Exchange<'_>>) -> Option<Obstacle> {
    let (question, answer) = seen;
    let reply = || reply(question, answer);
    let session = |what: &str, fix| Obstacle::Session { reply: reply(), what: what.into(), fix };
    if let Some(what) = robots(answer) {
        return Some(Obstacle::Bots { reply: reply(), what: what.into() });
    }
    if clerk_stops(answer, control.is_some_and(|(_, c)| c.status == answer.status)) {
        return Some(session("Clerk's sign-in check", WallFix::Clerk));
    }
    if vercel_stops(answer) {
        return Some(session("Vercel's Deployment Protection", WallFix::Vercel));
    }
    if let Some(location) = answer.location() {
        return Some(redirect(&question.http, &location, &reply));
    }
    // No provider goes on from here, wherever it was meant to lead.
    if matches!(answer.status, 300..=399) {
        let (target, location) = (Shown::default(), String::new());
        return Some(Obstacle::Redirect { reply: reply(), target, location, turn: Turn::Unreadable });
    }
    if wants_form_token(answer) {
        return Some(session("a check for form tokens (CSRF)", WallFix::FormToken));
    }
    // A handler that refuses in its own words is no check in front of it, whatever the status.
    let everywhere = control.is_some_and(|c| alike(seen, c)) && !speaks_of_signature(answer);
    if matches!(answer.status, 401 | 403) && everywhere {
        let basic = answer.header("www-authenticate").is_some();
        // A check of sessions says 401, or says it in JSON; a bare 403 is rather a list of addresses or of
        // clients, which may hold the provider's.
        let json = answer.header("content-type").is_some_and(|t| t.as_str().contains("json"))
            || matches!(answer.body.iter().find(|b| !b.is_ascii_whitespace()), Some(b'{' | b'['));
        if answer.status == 403 && !basic && !json {
            return Some(Obstacle::Bots { reply: reply(), what: super::facts::BARE.into() });
        }
        return Some(if basic {
            session("a password prompt (HTTP authentication)", WallFix::Basic)
        } else {
            session("a sign-in check that refuses every path alike", WallFix::Middleware)
        });
    }
    None
}

fn redirect(question: &HttpQuestion, location: &Shown, reply: &dyn Fn() -> Reply) -> Obstacle {
    let from = question.parsed();
    let target = from.as_ref().and_then(|u| u.join(location.as_str()).ok());
    let (Some(from), Some(target)) = (from, target) else {
        return Obstacle::Redirect {
            reply: reply(),
            target: Shown::default(),
            location: String::new(),
            turn: Turn::Unreadable,
        };
    };
    if let Some(what) = login(&target) {
        return Obstacle::Session { reply: reply(), what: what.into(), fix: WallFix::Middleware };
    }
    let turn = turn(&from, &target);
    Obstacle::Redirect { reply: reply(), target: shown_url(target.as_str()), location: target.into(), turn }
}
fn turn(from: &Url, to: &Url) -> Turn {
    let same_path = from.path() == to.path();
    let slash = from.path().trim_end_matches('/') == to.path().trim_end_matches('/');
    let domain = |u: &Url| u.host_str().and_then(|h| DomainName::parse(h).ok()).map(|d| d.registrable());
    if from.host_str() != to.host_str() {
        if domain(from).is_some() && domain(from) == domain(to) { Turn::Host } else { Turn::Astray }
    } else if from.scheme() != to.scheme() && slash {
        Turn::Https
    } else if same_path && from.scheme() == to.scheme() && from.port() == to.port() {
        Turn::Itself
    } else if slash {
        Turn::Slash
    } else {
        Turn::Path
    }
}

/// Whether a redirect leads to a sign-in page, and whose.
fn login(target: &Url) -> Option<&'static str> {
    const PAGES: &[&str] =
        &["sign-in", "signin", "sign_in", "login", "log-in", "sso", "sso-api", "sign-up", "unauthorized"];
    let path = target.path().to_ascii_lowercase();
    if path.starts_with("/api/auth/") {
        return Some("Auth.js's sign-in check");
    }
    let page = path.split('/').any(|part| PAGES.contains(&part));
    let back = target
        .query_pairs()
        .any(|(k, _)| matches!(&*k, "callbackUrl" | "redirect_url" | "returnTo" | "return_to" | "redirectTo"));
    let host = target
        .host_str()
        .is_some_and(|h| h.starts_with("accounts.") || h.starts_with("login.") || h.starts_with("auth."));
    (page || back || host).then_some("the app's sign-in check")
}

/// Clerk marks its answers, the public ones too, so the mark counts only together with a refusal.
fn clerk_stops(answer: &HttpAnswer, alike: bool) -> bool {
    let reason = answer.header("x-clerk-auth-reason");
    let marked =
        reason.is_some() || answer.header("x-clerk-auth-status").is_some_and(|s| s.as_str().contains("signed-out"));
    let protects = reason.is_some_and(|r| r.as_str().contains("protect"));
    let refuses = match answer.status {
        300..=399 => true,
        401 | 403 | 500..=599 => alike,
        _ => false,
    };
    answer.header("x-clerk-redirect-to").is_some() || protects && !answer.is_success() || marked && refuses
}
fn vercel_stops(answer: &HttpAnswer) -> bool {
    let sso = answer.headers_named("set-cookie").any(|c| c.as_str().starts_with("_vercel_sso_nonce"));
    let there = answer.location().is_some_and(|l| l.as_str().contains("vercel.com/sso-api"));
    let page = answer.status == 401
        && answer.header("server").is_some_and(|s| s.as_str().eq_ignore_ascii_case("vercel"))
        && contains(&answer.body, "Authentication Required");
    (sso || there || page) && !answer.is_success()
}
/// A framework's guard of its own forms, which no provider has a token for; in the words of Django,
/// Rails, Laravel, csurf and `SvelteKit`.
fn wants_form_token(answer: &HttpAnswer) -> bool {
    const WORDS: &[&str] = &[
        "CSRF verification failed",
        "CSRF Failed",
        "InvalidAuthenticityToken",
        "The change you wanted was rejected",
        "CSRF token mismatch",
        "CSRF token invalid",
        "CSRF token missing",
        "invalid csrf token",
        "EBADCSRFTOKEN",
        "Cross-site POST form submissions are forbidden",
    ];
    answer.status == 419 || matches!(answer.status, 400 | 403 | 422) && WORDS.iter().any(|w| contains(&answer.body, w))
}
/// A wall against robots, which may know the provider's addresses and let them through; and the page
/// of an edge that cannot use the server, which says nothing of the route.
pub(super) fn robots(answer: &HttpAnswer) -> Option<&'static str> {
    if crate::tls::edge::error_page(answer).is_some() {
        return Some(super::facts::EDGE_ERROR);
    }
    let cloudflare = answer.header("server").is_some_and(|s| s.as_str().eq_ignore_ascii_case("cloudflare"));
    let refusal = matches!(answer.status, 403 | 429 | 503);
    if answer.header("cf-mitigated").is_some() || cloudflare && refusal && contains(&answer.body, "Just a moment") {
        return Some("Cloudflare's challenge");
    }
    let blocked = ["you have been blocked", "error code: 10"].iter().any(|w| contains(&answer.body, w));
    if cloudflare && answer.status == 403 && blocked {
        return Some("Cloudflare's firewall");
    }
    let checkpoint = refusal && contains(&answer.body, "Vercel Security Checkpoint");
    if answer.header("x-vercel-mitigated").is_some() || checkpoint {
        return Some("Vercel's firewall");
    }
    filter(answer).then_some(super::facts::FILTER)
}
/// The page that a proxy writes itself where its own rules refuse: no app has seen the request, and an
/// address that the rules know may well get through (nginx `allow` and `deny`, Apache `Require ip`, AWS
/// WAF at a load balancer or at `CloudFront`).
fn filter(answer: &HttpAnswer) -> bool {
    let says = |words: &str| contains(&answer.body, words);
    let nginx = says("<center><h1>403 Forbidden</h1></center>");
    let apache = says("<h1>Forbidden</h1>") && says("You don't have permission to access th");
    let cloudfront = says("The request could not be satisfied") && says("Request blocked");
    answer.status == 403 && (nginx || apache || cloudfront)
}
pub(super) fn contains(body: &[u8], text: &str) -> bool {
    body.len() >= text.len() && body.windows(text.len()).take(64 * 1024).any(|w| w == text.as_bytes())
}

/// What an answer holds that is no stranger's business.
pub(super) fn leak(answer: &HttpAnswer) -> Option<&'static str> {
    const MARKS: &[(&str, &str)] = &[
        ("node_modules/", "a stack trace"),
        (".next/server/", "a stack trace"),
        ("\n    at ", "a stack trace"),
        ("Traceback (most recent call last)", "a stack trace"),
        ("ECONNREFUSED ", "the address of a server behind it"),
        ("SQLSTATE[", "an error of the database"),
        ("PrismaClient", "an error of the database"),
    ];
    if SECRETS.iter().any(|prefix| holds_token(&answer.body, prefix)) {
        return Some(A_SECRET);
    }
    // A page may write about stack traces; an error shows one.
    let fails = answer.status >= 400 && answer.status != 404;
    MARKS.iter().filter(|_| fails).find(|(mark, _)| contains(&answer.body, mark)).map(|(_, what)| *what)
}
/// What [`leak`] says of a secret.
pub(super) const A_SECRET: &str = "a secret";
const SECRETS: &[&str] = &["whsec_", "sk_live_", "sk_test_", "rk_live_", "rk_test_"];
/// A prefix with at least sixteen characters of a token behind it: messages name the prefix alone.
fn holds_token(body: &[u8], prefix: &str) -> bool {
    let body = &body[..body.len().min(64 * 1024)];
    let starts = body.windows(prefix.len()).enumerate().filter(|(_, w)| *w == prefix.as_bytes());
    starts
        .map(|(i, _)| &body[i + prefix.len()..])
        .any(|rest| rest.iter().take(16).filter(|b| b.is_ascii_alphanumeric()).count() == 16)
}

/// The header that says that an answer came from a cache.
pub(super) fn from_cache(answer: &HttpAnswer) -> Option<Shown> {
    let says = |name: &str, words: &[&str]| {
        let value = answer.header(name)?;
        let hit = value.as_str().split([',', ';', ' ']).any(|w| words.iter().any(|word| w.eq_ignore_ascii_case(word)));
        hit.then(|| format!("{name}: {value}").into())
    };
    let hit = ["cf-cache-status", "x-vercel-cache", "x-cache", "x-cache-status", "cdn-cache"]
        .iter()
        .find_map(|name| says(name, &["HIT", "STALE", "REVALIDATED"]));
    let age = answer.header("age").filter(|a| a.as_str().trim().parse::<u64>().is_ok_and(|a| a > 0));
    hit.or_else(|| age.map(|a| format!("age: {a}").into()))
}

/// Whether two paths got the same answer: the same status and, but for their own names, the same text.
pub(super) fn alike(one: Exchange<'_>, other: Exchange<'_>) -> bool {
    one.1.status == other.1.status && steady(&one.0.http, one.1) == steady(&other.0.http, other.1)
}

/// Whether a refusal names the signature that it misses, which only a webhook's handler does.
pub(super) fn speaks_of_signature(answer: &HttpAnswer) -> bool {
    let words = ["signature", "Signature", "SIGNATURE"];
    matches!(answer.status, 400 | 401 | 403) && words.iter().any(|w| contains(&answer.body, w))
}

/// A body as what does not change from path to path and from answer to answer: without the path
/// itself, and without words that hold a digit or are as long as a digest.
pub(super) fn steady(question: &HttpQuestion, answer: &HttpAnswer) -> String {
    let body = String::from_utf8_lossy(&answer.body[..answer.body.len().min(64 * 1024)]).into_owned();
    let path = question.parsed().map(|u| u.path().to_owned()).unwrap_or_default();
    let encoded: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let mut body = if path.len() > 1 { body.replace(&path, " ").replace(&encoded, " ") } else { body };
    for segment in path.split('/').filter(|s| s.len() > 3) {
        body = body.replace(segment, " ");
    }
    let lasting = |w: &&str| !w.is_empty() && w.len() < 20 && !w.bytes().any(|b| b.is_ascii_digit());
    body.split(|c: char| !c.is_alphanumeric()).filter(lasting).collect::<Vec<_>>().join(" ")
}

/// An answer reduced to what rules may look at.
pub(super) fn reply(question: &ShotQuestion, answer: &HttpAnswer) -> Reply {
    let (sent, question) = (question.kind.words(), &question.http);
    let text = if leak(answer) == Some(A_SECRET) {
        "(it holds a secret and is not shown)".into()
    } else {
        Shown::wire(&answer.body[..answer.body.len().min(4096)])
    };
    let title = text.as_str().split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    let body = title.map_or_else(|| text.short(160), |(t, _)| format!("page titled \"{}\"", t.trim()).into());
    let body = answer.location().map_or(body, |l| format!("Location: {}", shown_url(l.as_str())).into());
    Reply {
        sent,
        method: question.method,
        url: shown_url(&question.url),
        status: answer.status,
        allow: answer.header("allow"),
        body,
    }
}

/// A URL without its credentials and with its query values left out, since a token may stand there.
#[must_use]
pub(crate) fn shown_url(text: &str) -> Shown {
    let Ok(mut url) = Url::parse(text) else {
        return text.split(['?', '#']).next().unwrap_or_default().into();
    };
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let names: Vec<String> = url.query_pairs().map(|(k, _)| format!("{k}=…")).collect();
    url.set_query(None);
    url.set_fragment(None);
    let query = if names.is_empty() { String::new() } else { format!("?{}", names.join("&")) };
    format!("{url}{query}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_shown_without_what_may_be_secret() {
        assert_eq!(shown_url("https://u:p@acme.test/a?token=x&b=1#f").as_str(), "https://acme.test/a?token=…&b=…");
        assert_eq!(shown_url("/sign-in?redirect_url=x").as_str(), "/sign-in");
    }

    #[test]
    fn turns() {
        let turn = |a: &str, b: &str| super::turn(&Url::parse(a).unwrap(), &Url::parse(b).unwrap());
        assert_eq!(turn("https://a.test/x", "https://a.test/x/"), Turn::Slash);
        assert_eq!(turn("http://a.test/x", "https://a.test/x"), Turn::Https);
        assert_eq!(turn("https://a.test/x", "https://www.a.test/x"), Turn::Host);
        assert_eq!(turn("https://a.test/x", "https://parked.example/x"), Turn::Astray);
        assert_eq!(turn("https://a.test/x", "http://localhost:3000/x"), Turn::Astray);
        assert_eq!(turn("https://a.test/x", "https://a.test/x"), Turn::Itself);
        assert_eq!(turn("https://a.test/x", "https://a.test/y"), Turn::Path);
    }

    #[test]
    fn sign_in_pages() {
        let login = |u: &str| super::login(&Url::parse(u).unwrap()).is_some();
        assert!(login("https://a.test/sign-in") && login("https://a.test/api/auth/signin?callbackUrl=%2F"));
        assert!(login("https://a.test/?redirect_url=x") && login("https://accounts.a.test/"));
        assert!(!login("https://a.test/api/webhooks/") && !login("https://www.a.test/hook"));
    }
}
