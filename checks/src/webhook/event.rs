//! The requests of the differential. The events in them are of a type that no handler knows, name
//! nothing that exists, and say that they are of no live mode.

use super::facts::WebhookPlan;
use crate::{
    providers::{self, Scheme, Webhook},
    wire::{HttpQuestion, Method},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use url::Url;

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
    Some(post(url.into(), Vec::new(), body(token, now)))
}
/// A POST without a signature.
pub(super) fn unsigned(plan: &WebhookPlan, token: &str, now: i64) -> HttpQuestion {
    post(plan.url.clone(), Vec::new(), body(token, now))
}
/// A POST with a signature of the right shape made with the empty key; `None` where the provider's
/// signature cannot be imitated.
///
/// Of all wrong keys the empty one tells most: a handler whose secret is missing in production
/// refuses every other and accepts this one, and one that only looks for the header accepts it too.
pub(super) fn forged(plan: &WebhookPlan, token: &str, now: i64) -> Option<HttpQuestion> {
    let webhook = providers::by_id(plan.provider.as_str())?.webhook.as_ref()?;
    let body = body(token, now);
    let headers = signature(webhook, token, now, &body)?;
    Some(post(plan.url.clone(), headers, body))
}

fn question(method: Method, url: String, headers: Vec<(String, String)>, body: Vec<u8>) -> HttpQuestion {
    HttpQuestion { method, url, headers, body, audited: true }
}
fn post(url: String, mut headers: Vec<(String, String)>, body: Vec<u8>) -> HttpQuestion {
    headers.push(("content-type".to_owned(), "application/json; charset=utf-8".to_owned()));
    question(Method::Post, url, headers, body)
}

/// The event in Stripe's own layout, indented by two spaces: a handler that reads JSON and writes
/// it again sees other bytes than were sent.
fn body(token: &str, now: i64) -> Vec<u8> {
    format!(
        r#"{{
  "id": "evt_launchcheck_{token}",
  "object": "event",
  "api_version": null,
  "created": {now},
  "data": {{
    "object": {{
      "id": "launchcheck_{token}",
      "object": "launchcheck.probe"
    }}
  }},
  "livemode": false,
  "pending_webhooks": 0,
  "request": {{
    "id": null,
    "idempotency_key": null
  }},
  "type": "launchcheck.probe"
}}"#
    )
    .into_bytes()
}

fn signature(webhook: &Webhook, token: &str, now: i64, body: &[u8]) -> Option<Vec<(String, String)>> {
    let name = webhook.signature_header;
    let sha256 = |parts: &[&[u8]]| mac(hmac::HMAC_SHA256, parts);
    let one = |value: String| Some(vec![(name.to_owned(), value)]);
    let time = now.to_string();
    match webhook.scheme {
        Scheme::Stripe => one(format!("t={time},v1={}", hex(&sha256(&[time.as_bytes(), b".", body])))),
        Scheme::Paddle => one(format!("ts={time};h1={}", hex(&sha256(&[time.as_bytes(), b":", body])))),
        Scheme::BodyHex(prefix) => one(format!("{prefix}{}", hex(&sha256(&[body])))),
        Scheme::BodySha1 => one(format!("sha1={}", hex(&mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &[body])))),
        Scheme::Svix => {
            // `svix-signature` has `svix-id` and `svix-timestamp` beside it, `webhook-…` likewise.
            let stem = name.strip_suffix("signature")?;
            let id = format!("msg_launchcheck{token}");
            let mac = sha256(&[id.as_bytes(), b".", time.as_bytes(), b".", body]);
            Some(vec![
                (format!("{stem}id"), id),
                (format!("{stem}timestamp"), time),
                (name.to_owned(), format!("v1,{}", STANDARD.encode(mac))),
            ])
        }
        Scheme::TimeBodyBase64 => {
            let mac = sha256(&[time.as_bytes(), body]);
            Some(vec![(format!("{name}-timestamp"), time), (name.to_owned(), STANDARD.encode(mac))])
        }
        Scheme::Other => None,
    }
}
fn mac(algorithm: hmac::Algorithm, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, b""));
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        use std::fmt::Write as _;
        let _ = write!(out, "{b:02x}");
        out
    })
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
    fn the_empty_key_signs_in_the_providers_shape() {
        // HMAC-SHA256 with the empty key over the empty text, a published vector.
        assert_eq!(
            hex(&mac(hmac::HMAC_SHA256, &[])),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        );
        let q = forged(&plan("stripe"), "abc", 1_795_000_000).unwrap();
        let value = &q.headers[0].1;
        assert!(q.headers[0].0 == "stripe-signature" && value.starts_with("t=1795000000,v1="), "{value}");
        assert_eq!(value.len(), "t=1795000000,v1=".len() + 64);
        let names =
            |p: &str| forged(&plan(p), "abc", 1).map(|q| q.headers.into_iter().map(|(n, _)| n).collect::<Vec<_>>());
        assert_eq!(names("clerk").unwrap()[..3], ["svix-id", "svix-timestamp", "svix-signature"]);
        assert_eq!(names("polar").unwrap()[0], "webhook-id");
        assert_eq!(names("zendesk").unwrap()[0], "x-zendesk-webhook-signature-timestamp");
        assert_eq!(names("postmark"), None);
        assert_eq!(names("acme"), None);
    }

    #[test]
    fn the_event_is_harmless_and_indented() {
        let text = String::from_utf8(body("abc", 7)).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&json["livemode"], &json["type"]), (&false.into(), &"launchcheck.probe".into()));
        assert!(text.starts_with("{\n  \"id\""));
    }
}
