//! Signatures over the body alone, which carry no time. GitHub: `sha256=<hex>`, HMAC-SHA256
//! (<https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>). Lemon
//! Squeezy: the bare hex (<https://docs.lemonsqueezy.com/help/webhooks/signing-requests>). Intercom:
//! `sha1=<hex>`, HMAC-SHA1 with the client secret
//! (<https://developers.intercom.com/docs/webhooks/setting-up-webhooks>).

use super::{Delivery, Headers, hex, mac, one, sha256 as hmac_sha256};
use ring::hmac;

pub(super) fn sha256(name: &str, prefix: &str, key: &[u8], event: &Delivery<'_>) -> Headers {
    vec![one(name, format!("{prefix}{}", hex(&hmac_sha256(key, &[event.body]))))]
}
pub(super) fn sha1(name: &str, key: &[u8], event: &Delivery<'_>) -> Headers {
    let mac = mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key, &[event.body]);
    vec![one(name, format!("sha1={}", hex(&mac)))]
}
