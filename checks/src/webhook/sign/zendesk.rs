//! Zendesk: base64 of HMAC-SHA256 over the time stamp and the body without anything between them;
//! the time in a header of its own. How old it may be is each app's own choice.
//! <https://developer.zendesk.com/documentation/webhooks/verifying/>

use super::{Delivery, Headers, one, sha256};
use base64::{Engine as _, engine::general_purpose::STANDARD};

pub(super) fn headers(name: &str, key: &[u8], event: &Delivery<'_>) -> Headers {
    // As Zendesk writes it: `2026-11-21T13:35:00Z`.
    let time = jiff::Timestamp::from_second(event.at).unwrap_or_default().to_string();
    let mac = sha256(key, &[time.as_bytes(), event.body]);
    vec![one(&format!("{name}-timestamp"), time), one(name, STANDARD.encode(mac))]
}
