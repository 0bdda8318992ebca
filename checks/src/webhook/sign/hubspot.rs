//! HubSpot sends two signatures with each request, and an app looks at one of them. v1: SHA-256 of
//! the client secret and the body, no HMAC. v3: base64 of HMAC-SHA256 over method, URL, body and the
//! time in milliseconds; it counts for five minutes.
//! <https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests>

use super::{Delivery, Headers, hex, one, sha256};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest;

pub(super) fn headers(name: &str, key: &[u8], event: &Delivery<'_>) -> Headers {
    let mut plain = digest::Context::new(&digest::SHA256);
    plain.update(key);
    plain.update(event.body);
    let time = event.at.saturating_mul(1000).to_string();
    let mac = sha256(key, &[b"POST", event.url.as_bytes(), event.body, time.as_bytes()]);
    vec![
        one("x-hubspot-signature-version", "v1".to_owned()),
        one("x-hubspot-signature", hex(plain.finish().as_ref())),
        one("x-hubspot-request-timestamp", time),
        one(name, STANDARD.encode(mac)),
    ]
}
