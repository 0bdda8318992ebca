//! Standard Webhooks: the specification that many services follow.
use super::{Provider, Scheme, Webhook};

/// Standard Webhooks.
pub(super) static PROVIDER: Provider = Provider {
    id: "standardwebhooks",
    name: "Standard Webhooks",
    mail: None,
    env: None,
    webhook: Some(Webhook {
        checked: "2026-11",
        source: "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        signature_header: "webhook-signature",
        scheme: Scheme::Svix,
    }),
};
