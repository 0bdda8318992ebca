//! The requests of the differential. The events in them are of a type that no handler knows, name
//! nothing that exists, and say that they are of no live mode.

use super::{facts::WebhookPlan, sign};
use crate::{
    providers::Scheme,
    vocab::DomainName,
    wire::{HttpQuestion, Method, ShotKind, ShotQuestion, Stamp, StampKey},
};
use url::Url;

/// How old the stale event claims to be, in seconds: far beyond every tolerance.
const STALE: i64 = 3600;
/// The type of every event that is sent: no handler knows it.
pub(super) const KIND: &str = "launchcheck.probe";

/// OPTIONS of the URL.
pub(super) fn options(plan: &WebhookPlan) -> ShotQuestion {
    options_of(&plan.url, ShotKind::Options)
}
/// OPTIONS of another URL.
pub(super) fn options_of(url: &str, kind: ShotKind) -> ShotQuestion {
    question(kind, Method::Options, url.to_owned(), Vec::new(), Vec::new())
}
/// GET of the URL, which shows whether a cache answers for it.
pub(super) fn get(plan: &WebhookPlan) -> ShotQuestion {
    question(ShotKind::Get, Method::Get, plan.url.clone(), Vec::new(), Vec::new())
}
/// The same unsigned POST to a path beside the URL that nobody can have made; `None` where the URL
/// cannot be read.
pub(super) fn control(plan: &WebhookPlan, token: &str, now: i64) -> Option<ShotQuestion> {
    let mut url = Url::parse(&plan.url).ok()?;
    let parent = url.path().trim_end_matches('/').rsplit_once('/').map_or("", |(p, _)| p).to_owned();
    url.set_path(&format!("{parent}/launchcheck-{token}"));
    url.set_query(None);
    Some(post(ShotKind::Control, url.into(), Vec::new(), body(plan, &id(token), now, Layout::Indented)))
}
/// A POST without a signature.
pub(super) fn unsigned(plan: &WebhookPlan, token: &str, now: i64) -> ShotQuestion {
    let id = id(token);
    let beside = sign::beside(plan.provider.as_str(), KIND, &id);
    post(ShotKind::Unsigned, plan.url.clone(), beside, body(plan, &id, now, Layout::Indented))
}
/// A POST with a signature of the right shape made with a key that is not the secret; `None` where
/// the provider's signature cannot be imitated.
///
/// Of all wrong keys the empty one tells most: a handler whose secret is missing in production
/// refuses every other and accepts this one, and one that only looks for the header accepts it too.
/// A template writes a missing variable as `undefined`.
pub(super) fn forged(plan: &WebhookPlan, token: &str, now: i64, kind: ShotKind) -> Option<ShotQuestion> {
    sign::of(plan.provider.as_str()).filter(|w| w.scheme != Scheme::Other)?;
    let key = match kind {
        ShotKind::Undefined => "undefined",
        ShotKind::Random => token,
        _ => "",
    };
    let id = unique(token, kind);
    let beside = sign::beside(plan.provider.as_str(), KIND, &id);
    let mut shot = post(kind, plan.url.clone(), beside, body(plan, &id, now, Layout::Indented));
    let key = StampKey::Open(key.to_owned());
    shot.stamp = Some(Stamp { provider: plan.provider.as_str().to_owned(), id, age: 0, key });
    Some(shot)
}
/// An event that the probe signs with the real secret.
pub(super) fn signed(plan: &WebhookPlan, token: &str, now: i64, kind: ShotKind, layout: Layout) -> ShotQuestion {
    let id = unique(token, kind);
    let beside = sign::beside(plan.provider.as_str(), KIND, &id);
    let mut shot = post(kind, plan.url.clone(), beside, body(plan, &id, now, layout));
    if kind == ShotKind::PlainText {
        for (name, value) in &mut shot.http.headers {
            if name == "content-type" {
                "text/plain; charset=utf-8".clone_into(value);
            }
        }
    }
    let age = if kind == ShotKind::Stale { STALE } else { 0 };
    shot.stamp = Some(Stamp { provider: plan.provider.as_str().to_owned(), id, age, key: StampKey::Secret });
    shot
}
/// A signed event to another URL at which the route may stand.
pub(super) fn aside(plan: &WebhookPlan, url: &str, token: &str, now: i64, n: u8) -> ShotQuestion {
    let moved = WebhookPlan { url: url.to_owned(), ..plan.clone() };
    signed(&moved, token, now, ShotKind::Aside(n), Layout::Indented)
}
/// A POST without a body.
pub(super) fn empty(plan: &WebhookPlan) -> ShotQuestion {
    post(ShotKind::Empty, plan.url.clone(), Vec::new(), Vec::new())
}
/// A POST whose JSON breaks off.
pub(super) fn broken(plan: &WebhookPlan) -> ShotQuestion {
    post(ShotKind::Broken, plan.url.clone(), Vec::new(), b"{\"id\": \"evt_launchcheck".to_vec())
}
/// A business event: signed with the real secret, or forged with a key that is nobody's.
pub(super) fn business(plan: &WebhookPlan, event: &serde_json::Value, kind: ShotKind, key: StampKey) -> ShotQuestion {
    let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let beside = sign::beside(plan.provider.as_str(), &text("type"), &text("id"));
    let mut shot = post(kind, plan.url.clone(), beside, super::exercise::events::body(event));
    shot.stamp = Some(Stamp { provider: plan.provider.as_str().to_owned(), id: text("id"), age: 0, key });
    shot
}
/// Where else the route may stand: with or without the slash at the end, with or without `www.`.
pub(super) fn others(plan: &WebhookPlan) -> Vec<String> {
    let Ok(url) = Url::parse(&plan.url) else { return Vec::new() };
    let mut out = Vec::new();
    let path = url.path().to_owned();
    let other = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
    if !other.is_empty() {
        let mut slash = url.clone();
        slash.set_path(&other);
        out.push(slash.into());
    }
    let host = url.host_str().and_then(|h| DomainName::parse(h).ok());
    if let Some(host) = host.filter(|h| !h.is_address()) {
        let apex = host.registrable();
        let www = apex.child("www");
        let sibling = if host == apex { www } else { (www.as_ref() == Some(&host)).then_some(apex) };
        let mut moved = url.clone();
        if let Some(sibling) = sibling
            && moved.set_host(Some(sibling.as_str())).is_ok()
        {
            out.push(moved.into());
        }
    }
    out
}

fn question(
    kind: ShotKind,
    method: Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
) -> ShotQuestion {
    // What was not declared was named by an answer: it must not lead into a private network.
    let audited = !matches!(kind, ShotKind::Target | ShotKind::Elsewhere(_) | ShotKind::Aside(_));
    ShotQuestion { kind, http: HttpQuestion { method, url, headers, body, audited }, stamp: None }
}
fn post(kind: ShotKind, url: String, mut headers: Vec<(String, String)>, body: Vec<u8>) -> ShotQuestion {
    headers.push(("content-type".to_owned(), "application/json; charset=utf-8".to_owned()));
    question(kind, Method::Post, url, headers, body)
}

/// The id of an event.
fn id(token: &str) -> String {
    format!("evt_launchcheck_{token}")
}
/// An id of its own for each shot: a handler that takes an event only once has not seen it before.
fn unique(token: &str, kind: ShotKind) -> String {
    format!("{}_{}", id(token), kind.number())
}

/// How an event is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layout {
    /// Stripe's own: indented by two spaces, with an escape and a `1.0`. A handler that reads JSON
    /// and writes it again sees other bytes than were sent.
    Indented,
    /// As JavaScript writes it: reading and writing it again changes nothing.
    Compact,
    /// A thin event of Stripe's in the same layout: the type and no object.
    Thin,
    /// `[]` alone: every language reads it and writes the same again.
    Bare,
}

/// The event. Providers have their type in different places; it stands in all of them that the
/// provider's own library may look at.
fn body(plan: &WebhookPlan, id: &str, now: i64, layout: Layout) -> Vec<u8> {
    if layout == Layout::Bare {
        return b"[]".to_vec();
    }
    let (open, indent, close, colon) = match layout {
        Layout::Indented | Layout::Thin => ("{\n", "  ", "\n}", ": "),
        Layout::Compact | Layout::Bare => ("{", "", "}", ":"),
    };
    let (name, amount) = match layout {
        Layout::Indented | Layout::Thin => ("\"Zo\\u00eb\"", "1.0"),
        Layout::Compact | Layout::Bare => ("\"Zoe\"", "1"),
    };
    let between = if open.ends_with('\n') { ",\n" } else { "," };
    let object = |pairs: &[(&str, String)], depth: usize| {
        let lines: Vec<String> =
            pairs.iter().map(|(key, value)| format!("{}\"{key}\"{colon}{value}", indent.repeat(depth))).collect();
        let close = close.replace('\n', &format!("\n{}", indent.repeat(depth - 1)));
        format!("{open}{}{close}", lines.join(between))
    };
    let text = |s: &str| format!("\"{s}\"");
    if layout == Layout::Thin {
        let before = object(&[("name", name.to_owned()), ("amount", amount.to_owned())], 3);
        let created = jiff::Timestamp::from_second(now).unwrap_or_default();
        let pairs = [
            ("id", text(id)),
            ("object", text("v2.core.event")),
            ("changes", object(&[("before", before)], 2)),
            ("context", "null".to_owned()),
            ("created", text(&created.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string())),
            ("livemode", "false".to_owned()),
            ("reason", "null".to_owned()),
            ("related_object", "null".to_owned()),
            ("type", text(KIND)),
        ];
        return object(&pairs, 1).into_bytes();
    }
    let thing = object(
        &[
            ("id", text(&format!("{id}_object"))),
            ("object", text(KIND)),
            ("name", name.to_owned()),
            ("amount", amount.to_owned()),
        ],
        3,
    );
    let mut pairs = vec![
        ("id", text(id)),
        ("object", text("event")),
        ("api_version", "null".to_owned()),
        ("created", now.to_string()),
        ("data", object(&[("object", thing)], 2)),
        ("livemode", "false".to_owned()),
        ("pending_webhooks", "0".to_owned()),
        ("request", object(&[("id", "null".to_owned()), ("idempotency_key", "null".to_owned())], 2)),
        ("type", text(KIND)),
    ];
    pairs.extend(match plan.provider.as_str() {
        "paddle" => vec![("event_id", text(id)), ("event_type", text(KIND))],
        "lemonsqueezy" => vec![("meta", object(&[("event_name", text(KIND)), ("test_mode", "true".to_owned())], 2))],
        "intercom" => vec![("topic", text(KIND))],
        "hubspot" => vec![("subscriptionType", text(KIND)), ("eventId", now.to_string())],
        _ => Vec::new(),
    });
    let event = object(&pairs, 1);
    // HubSpot sends several at once.
    if plan.provider.as_str() == "hubspot" { format!("[{event}]") } else { event }.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(provider: &str) -> WebhookPlan {
        crate::webhook::example::plan("https://acme.test/api/hooks/stripe?x=1", provider)
    }

    #[test]
    fn the_control_path_is_a_sibling() {
        let q = control(&plan("stripe"), "abc", 1).unwrap();
        assert_eq!(q.http.url, "https://acme.test/api/hooks/launchcheck-abc");
        let root = WebhookPlan { url: "https://acme.test/".into(), ..plan("stripe") };
        assert_eq!(control(&root, "abc", 1).unwrap().http.url, "https://acme.test/launchcheck-abc");
    }

    #[test]
    fn an_event_is_forged_where_its_scheme_is_known() {
        let q = forged(&plan("stripe"), "abc", 1_795_000_000, ShotKind::Forged).unwrap();
        assert_eq!(q.stamp.unwrap().key, StampKey::Open(String::new()));
        let q = forged(&plan("github"), "abc", 7, ShotKind::Undefined).unwrap();
        assert!(q.http.headers.iter().any(|(n, _)| n == "x-github-event"));
        assert_eq!(forged(&plan("postmark"), "abc", 7, ShotKind::Forged), None);
    }

    #[test]
    fn the_event_is_harmless_and_indented() {
        for provider in ["stripe", "paddle", "lemonsqueezy", "hubspot", "intercom", "github"] {
            for layout in [Layout::Indented, Layout::Compact] {
                let text = String::from_utf8(body(&plan(provider), "abc", 7, layout)).unwrap();
                let json: serde_json::Value = serde_json::from_str(&text).unwrap();
                let json = json.get(0).unwrap_or(&json);
                assert_eq!((&json["livemode"], &json["type"]), (&false.into(), &KIND.into()), "{text}");
            }
        }
        let text = String::from_utf8(body(&plan("stripe"), "abc", 7, Layout::Indented)).unwrap();
        assert!(text.starts_with("{\n  \"id\""), "{text}");
        assert!(text.contains("\n  \"data\": {\n    \"object\": {\n      \"id\""), "{text}");
        assert!(text.contains("      \"name\": \"Zo\\u00eb\",\n      \"amount\": 1.0\n    }\n  },\n"), "{text}");
        let text = String::from_utf8(body(&plan("stripe"), "abc", 7, Layout::Compact)).unwrap();
        assert!(!text.contains([' ', '\n', '\\']) && text.contains("\"amount\":1}"), "{text}");
    }
}
