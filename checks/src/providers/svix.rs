//! Svix: webhooks that many services send through it.
use super::{Env, Mode, Provider, Scheme, Var, Webhook};

/// Svix.
pub(super) static PROVIDER: Provider = Provider {
    id: "svix",
    name: "Svix",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://docs.svix.com/receiving/verifying-payloads/how",
        vars: &[Var::signing(&["SVIX_WEBHOOK_SECRET"]).starts(&[("whsec_", Mode::Silent)])],
        packages: &["svix"],
    }),
    webhook: Some(Webhook {
        checked: "2026-11",
        source: "https://docs.svix.com/receiving/verifying-payloads/how-manual",
        signature_header: "svix-signature",
        scheme: Scheme::Svix,
    }),
};
