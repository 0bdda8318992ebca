//! The requests of the differential. The events in them are of a type that no handler knows, name
//! nothing that exists, and say that they are of no live mode.

use super::{
    facts::WebhookPlan,
    sign::{self, Delivery},
};
use crate::wire::{HttpQuestion, Method};
use url::Url;

/// The type of every event that is sent: no handler knows it.
pub(super) const KIND: &str = "launchcheck.probe";

/// OPTIONS of the URL.
pub(super) fn options(plan: &WebhookPlan) -> HttpQuestion {
    question(Method::Options, plan.url.clone(), Vec::new(), Vec::new())
}
/// The same unsigned POST to a path beside the URL that nobody can have made; `None` where the URL
/// cannot be read.
pub(super) fn control(plan: &WebhookPlan, token: &str, now: i64) -> Option<HttpQuestion> {
    let mut url = Url::parse(&plan.url).ok()?;
    let parent = url.path().trim_end_matches('/').rsplit_once('/').map_or("", |(p, _)| p).to_owned();
    url.set_path(&format!("{parent}/launchcheck-{token}"));
    url.set_query(None);
    Some(post(url.into(), Vec::new(), body(plan, token, now, Layout::Indented)))
}
/// A POST without a signature.
pub(super) fn unsigned(plan: &WebhookPlan, token: &str, now: i64) -> HttpQuestion {
    post(
        plan.url.clone(),
        sign::beside(plan.provider.as_str(), KIND, &id(token)),
        body(plan, token, now, Layout::Indented),
    )
}
/// A POST with a signature of the right shape made with a key that is not the secret; `None` where
/// the provider's signature cannot be imitated.
///
/// Of all wrong keys the empty one tells most: a handler whose secret is missing in production
/// refuses every other and accepts this one, and one that only looks for the header accepts it too.
pub(super) fn forged(plan: &WebhookPlan, token: &str, now: i64, key: &[u8]) -> Option<HttpQuestion> {
    let webhook = sign::of(plan.provider.as_str())?;
    let (body, id) = (body(plan, token, now, Layout::Indented), id(token));
    let mut headers = sign::with_key(webhook, key, &Delivery { url: &plan.url, id: &id, at: now, body: &body })?;
    headers.extend(sign::beside(plan.provider.as_str(), KIND, &id));
    Some(post(plan.url.clone(), headers, body))
}

pub(super) fn question(method: Method, url: String, headers: Vec<(String, String)>, body: Vec<u8>) -> HttpQuestion {
    HttpQuestion { method, url, headers, body, audited: true }
}
fn post(url: String, mut headers: Vec<(String, String)>, body: Vec<u8>) -> HttpQuestion {
    headers.push(("content-type".to_owned(), "application/json; charset=utf-8".to_owned()));
    question(Method::Post, url, headers, body)
}

/// The id of an event.
pub(super) fn id(token: &str) -> String {
    format!("evt_launchcheck_{token}")
}

/// How an event is written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Layout {
    /// Stripe's own: indented by two spaces, with an escape and a `1.0`. A handler that reads JSON
    /// and writes it again sees other bytes than were sent.
    Indented,
    /// As JavaScript writes it: reading and writing it again changes nothing.
    #[cfg_attr(not(test), expect(dead_code, reason = "sent to tell a handler that writes the body again"))]
    Compact,
}

/// The event. Providers have their type in different places; it stands in all of them that the
/// provider's own library may look at.
pub(super) fn body(plan: &WebhookPlan, token: &str, now: i64, layout: Layout) -> Vec<u8> {
    let (open, indent, close, colon) = match layout {
        Layout::Indented => ("{\n", "  ", "\n}", ": "),
        Layout::Compact => ("{", "", "}", ":"),
    };
    let (name, amount) = match layout {
        Layout::Indented => ("\"Zo\\u00eb\"", "1.0"),
        Layout::Compact => ("\"Zoe\"", "1"),
    };
    let between = if layout == Layout::Indented { ",\n" } else { "," };
    let object = |pairs: &[(&str, String)], depth: usize| {
        let lines: Vec<String> =
            pairs.iter().map(|(key, value)| format!("{}\"{key}\"{colon}{value}", indent.repeat(depth))).collect();
        let close = close.replace('\n', &format!("\n{}", indent.repeat(depth - 1)));
        format!("{open}{}{close}", lines.join(between))
    };
    let text = |s: &str| format!("\"{s}\"");
    let thing = object(
        &[
            ("id", text(&format!("launchcheck_{token}"))),
            ("object", text(KIND)),
            ("name", name.to_owned()),
            ("amount", amount.to_owned()),
        ],
        3,
    );
    let mut pairs = vec![
        ("id", text(&id(token))),
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
        "paddle" => vec![("event_id", text(&id(token))), ("event_type", text(KIND))],
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
        WebhookPlan { url: "https://acme.test/api/hooks/stripe?x=1".into(), provider: provider.into(), declared: true }
    }

    #[test]
    fn the_control_path_is_a_sibling() {
        let q = control(&plan("stripe"), "abc", 1).unwrap();
        assert_eq!(q.url, "https://acme.test/api/hooks/launchcheck-abc");
        let root = WebhookPlan { url: "https://acme.test/".into(), ..plan("stripe") };
        assert_eq!(control(&root, "abc", 1).unwrap().url, "https://acme.test/launchcheck-abc");
    }

    #[test]
    fn a_forged_event_has_the_providers_shape() {
        let q = forged(&plan("stripe"), "abc", 1_795_000_000, b"").unwrap();
        let value = &q.headers[0].1;
        assert!(q.headers[0].0 == "stripe-signature" && value.starts_with("t=1795000000,v1="), "{value}");
        assert_eq!(value.len(), "t=1795000000,v1=".len() + 64);
        assert!(forged(&plan("github"), "abc", 7, b"").unwrap().headers.iter().any(|(n, _)| n == "x-github-event"));
        assert_eq!(forged(&plan("postmark"), "abc", 7, b""), None);
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
