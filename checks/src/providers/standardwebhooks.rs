//! Standard Webhooks: the specification that many services follow.
use super::{EmptySecret, Provider, Scheme, Sdk, Webhook};

/// Standard Webhooks.
pub(super) static PROVIDER: Provider = Provider {
    id: "standardwebhooks",
    name: "Standard Webhooks",
    mail: None,
    env: None,
    webhook: Some(Webhook {
        signature_header: "webhook-signature",
        scheme: Scheme::Svix,
        ..Webhook::of(
            "2026-11",
            "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        )
    }),
    sdk: Some(Sdk {
        packages: &["standardwebhooks"],
        empty_secret: EmptySecret::Refused,
        ..Sdk::of("2026-11", "https://github.com/standard-webhooks/standard-webhooks")
    }),
};
