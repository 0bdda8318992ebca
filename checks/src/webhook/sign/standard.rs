//! Svix and Standard Webhooks (Clerk, Resend, Polar): three headers, `v1,<base64>`, HMAC-SHA256 over
//! `id.t.body`. <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>

use super::{Delivery, Headers, NotSigned, Tolerance, one, sha256};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Five minutes both ways, in both libraries.
pub(super) const TOLERANCE: Tolerance = Tolerance { past: 300, future: Some(300) };

/// The key in a secret: the bytes that stand in base64 behind `whsec_`, which may be left out.
pub(super) fn key(secret: &str) -> Result<Vec<u8>, NotSigned> {
    let text = secret.strip_prefix("whsec_").unwrap_or(secret);
    STANDARD.decode(text).map_err(|_| NotSigned::Malformed("`whsec_` and base64 behind it"))
}

/// `svix-signature` has `svix-id` and `svix-timestamp` beside it, `webhook-…` likewise.
pub(super) fn headers(name: &str, key: &[u8], event: &Delivery<'_>) -> Option<Headers> {
    let stem = name.strip_suffix("signature")?;
    let time = event.at.to_string();
    let mac = sha256(key, &[event.id.as_bytes(), b".", time.as_bytes(), b".", event.body]);
    Some(vec![
        one(&format!("{stem}id"), event.id.to_owned()),
        one(&format!("{stem}timestamp"), time),
        one(name, format!("v1,{}", STANDARD.encode(mac))),
    ])
}
