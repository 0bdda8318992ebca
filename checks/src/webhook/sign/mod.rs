//! How each provider signs what it sends: header, content, algorithm, tolerance; one file a scheme.
//!
//! Pure: a key in, headers out. Whose key it is decides who calls this: the forged shots are signed
//! here in the open with keys that are nobody's secret; the probe signs with the real one, which
//! never leaves it. Each scheme is compared with the vendor's own SDK in `tests/it/signers.rs`.

mod hubspot;
mod paddle;
mod plain;
mod standard;
mod stripe;
mod zendesk;

use crate::providers::{self, Scheme, Webhook};
use ring::hmac;

/// One event on its way, as far as signatures look at it.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The URL as the provider has it registered.
    pub url: &'a str,
    /// The event's id, which some schemes sign.
    pub id: &'a str,
    /// The moment it is signed for, in seconds since 1970.
    pub at: i64,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Header names in lower case, with their values.
pub type Headers = Vec<(String, String)>;

/// How old a signature may be before the vendor's own SDK refuses it, in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tolerance {
    /// Into the past.
    pub past: i64,
    /// Into the future; `None` where the SDK does not look.
    pub future: Option<i64>,
}

/// Why nothing could be signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotSigned {
    /// The provider signs nothing, or with a key that only it has.
    Unknown,
    /// The secret is not of the form that the provider hands out; the text says what is.
    Malformed(&'static str),
}

/// The headers of an event that is signed with this secret, as the provider hands it out.
///
/// # Errors
/// [`NotSigned`] where the scheme cannot be followed from outside, or the secret has another form.
pub fn signed(webhook: &Webhook, secret: &str, event: &Delivery<'_>) -> Result<Headers, NotSigned> {
    let key = match webhook.scheme {
        Scheme::Svix => standard::key(secret)?,
        _ => secret.as_bytes().to_vec(),
    };
    with_key(webhook, &key, event).ok_or(NotSigned::Unknown)
}

/// The headers of an event that is signed with this key, whatever the form that secrets have; `None`
/// where the provider's signature cannot be imitated.
#[must_use]
pub fn with_key(webhook: &Webhook, key: &[u8], event: &Delivery<'_>) -> Option<Headers> {
    let name = webhook.signature_header;
    Some(match webhook.scheme {
        Scheme::Stripe => stripe::headers(name, key, event),
        Scheme::Svix | Scheme::SvixText => standard::headers(name, key, event)?,
        Scheme::Paddle => paddle::headers(name, key, event),
        Scheme::BodyHex(prefix) => plain::sha256(name, prefix, key, event),
        Scheme::BodySha1 => plain::sha1(name, key, event),
        Scheme::TimeBodyBase64 => zendesk::headers(name, key, event),
        Scheme::Hubspot => hubspot::headers(name, key, event),
        Scheme::Other => return None,
    })
}

/// How long a signature of this scheme counts; `None` where it carries no time, or where each app
/// decides by itself.
#[must_use]
pub const fn tolerance(scheme: Scheme) -> Option<Tolerance> {
    match scheme {
        Scheme::Stripe => Some(stripe::TOLERANCE),
        Scheme::Svix | Scheme::SvixText => Some(standard::TOLERANCE),
        Scheme::Paddle => Some(paddle::TOLERANCE),
        // Of its two signatures only the newer has a time, and an app may look at the other.
        Scheme::Hubspot | Scheme::BodyHex(_) | Scheme::BodySha1 | Scheme::TimeBodyBase64 | Scheme::Other => None,
    }
}

/// Headers that say which event it is, where the provider writes that beside the body.
#[must_use]
pub fn beside(provider: &str, kind: &str, id: &str) -> Headers {
    let pairs: &[(&str, &str)] = match provider {
        "github" => &[("x-github-event", kind), ("x-github-delivery", id)],
        "lemonsqueezy" => &[("x-event-name", kind)],
        _ => &[],
    };
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// How the provider of this id signs; `None` for one that is not known.
#[must_use]
pub fn of(provider: &str) -> Option<&'static Webhook> {
    providers::by_id(provider)?.webhook.as_ref()
}

fn mac(algorithm: hmac::Algorithm, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, key));
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().to_vec()
}
fn sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    mac(hmac::HMAC_SHA256, key, parts)
}
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        use std::fmt::Write as _;
        let _ = write!(out, "{b:02x}");
        out
    })
}
fn one(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: Delivery<'_> =
        Delivery { url: "https://acme.test/hook?x=1", id: "evt_1", at: 1_795_000_000, body: b"{}" };

    #[test]
    fn published_vectors() {
        // HMAC-SHA256 with the empty key over the empty text.
        assert_eq!(hex(&sha256(b"", &[])), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
        // RFC 4231, test case 2; RFC 2202, test case 2.
        let what: &[u8] = b"what do ya want for nothing?";
        assert_eq!(hex(&sha256(b"Jefe", &[what])), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let sha1 = mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"Jefe", &[&what[..7], &what[7..]]);
        assert_eq!(hex(&sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        // The worked example of GitHub's own page on validating deliveries.
        let github = Delivery { body: b"Hello, World!", ..EVENT };
        assert_eq!(
            signed(of("github").unwrap(), "It's a Secret to Everybody", &github).unwrap()[0].1,
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }

    #[test]
    fn each_provider_has_its_headers() {
        let names = |p: &str| {
            let headers = with_key(of(p)?, b"key", &EVENT)?;
            Some(headers.into_iter().map(|(n, _)| n).collect::<Vec<_>>().join(" "))
        };
        let svix = "svix-id svix-timestamp svix-signature";
        for (provider, want) in [
            ("stripe", "stripe-signature"),
            ("svix", svix),
            ("clerk", svix),
            ("resend", svix),
            ("standardwebhooks", "webhook-id webhook-timestamp webhook-signature"),
            ("polar", "webhook-id webhook-timestamp webhook-signature"),
            ("paddle", "paddle-signature"),
            ("lemonsqueezy", "x-signature"),
            ("github", "x-hub-signature-256"),
            ("intercom", "x-hub-signature"),
            ("zendesk", "x-zendesk-webhook-signature-timestamp x-zendesk-webhook-signature"),
            (
                "hubspot",
                "x-hubspot-signature-version x-hubspot-signature x-hubspot-request-timestamp x-hubspot-signature-v3",
            ),
        ] {
            assert_eq!(names(provider).as_deref(), Some(want), "{provider}");
        }
        assert_eq!((names("postmark"), names("acme")), (None, None));
    }

    #[test]
    fn a_standard_secret_is_base64() {
        let webhook = of("svix").unwrap();
        assert!(matches!(signed(webhook, "whsec_not base64!", &EVENT), Err(NotSigned::Malformed(_))));
        assert_eq!(signed(webhook, "whsec_a2V5", &EVENT), Ok(with_key(webhook, b"key", &EVENT).unwrap()));
        assert_eq!(signed(webhook, "a2V5", &EVENT), signed(webhook, "whsec_a2V5", &EVENT));
        assert_eq!(signed(of("postmark").unwrap(), "x", &EVENT), Err(NotSigned::Unknown));
    }
}
