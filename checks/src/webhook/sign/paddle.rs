//! Paddle Billing: `Paddle-Signature: ts=<s>;h1=<hex>`, HMAC-SHA256 over `ts:body`.
//! <https://developer.paddle.com/webhooks/signature-verification>

use super::{Delivery, Headers, Tolerance, hex, one, sha256};

/// The Node SDK refuses what is older than five seconds, and does not look into the future.
pub(super) const TOLERANCE: Tolerance = Tolerance { past: 5, future: None };

pub(super) fn headers(name: &str, key: &[u8], event: &Delivery<'_>) -> Headers {
    let time = event.at.to_string();
    let mac = sha256(key, &[time.as_bytes(), b":", event.body]);
    vec![one(name, format!("ts={time};h1={}", hex(&mac)))]
}
