//! Svix: webhooks that many services send through it.
use super::{EmptySecret, Env, Mode, Provider, Scheme, Sdk, Var, Webhook};

/// Svix.
pub(super) static PROVIDER: Provider = Provider {
    id: "svix",
    name: "Svix",
    mail: None,
    env: Some(Env {
        vars: &[Var::signing(&["SVIX_WEBHOOK_SECRET"]).starts(&[("whsec_", Mode::Silent)])],
        packages: &["svix"],
        ..Env::of("2026-11", "https://docs.svix.com/receiving/verifying-payloads/how")
    }),
    webhook: Some(Webhook {
        signature_header: "svix-signature",
        scheme: Scheme::Svix,
        ..Webhook::of("2026-11", "https://docs.svix.com/receiving/verifying-payloads/how-manual")
    }),
    sdk: Some(Sdk {
        packages: &["svix"],
        empty_secret: EmptySecret::Refused,
        ..Sdk::of("2026-11", "https://docs.svix.com/receiving/verifying-payloads/how")
    }),
};
