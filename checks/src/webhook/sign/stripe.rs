//! Stripe: `Stripe-Signature: t=<s>,v1=<hex>`, HMAC-SHA256 over `t.body`. The key is the whole
//! secret with its `whsec_`, as text. <https://docs.stripe.com/webhooks#verify-manually>

use super::{Delivery, Headers, Tolerance, hex, one, sha256};

/// stripe-node: 300 seconds into the past, and it does not look into the future.
pub(super) const TOLERANCE: Tolerance = Tolerance { past: 300, future: None };

pub(super) fn headers(name: &str, key: &[u8], event: &Delivery<'_>) -> Headers {
    let time = event.at.to_string();
    let mac = sha256(key, &[time.as_bytes(), b".", event.body]);
    // No space after the comma: the SDK then finds no scheme that it knows.
    vec![one(name, format!("t={time},v1={}", hex(&mac)))]
}
