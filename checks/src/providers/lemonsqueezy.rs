//! Lemon Squeezy: payments as merchant of record. Its keys do not carry the mode.
use super::{Env, Provider, Scheme, Var, Webhook};

/// Lemon Squeezy.
pub(super) static PROVIDER: Provider = Provider {
    id: "lemonsqueezy",
    name: "Lemon Squeezy",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://docs.lemonsqueezy.com/guides/developer-guide/getting-started",
        vars: &[
            Var::secret(&["LEMONSQUEEZY_API_KEY", "LEMON_SQUEEZY_API_KEY"]).essential(),
            Var::signing(&[
                "LEMONSQUEEZY_WEBHOOK_SECRET",
                "LEMONSQUEEZY_SIGNING_SECRET",
                "LEMON_WEBHOOK_SECRET",
                "LEMON_SQUEEZY_WEBHOOK_SECRET",
                "LEMON_SQUEEZY_SIGNING_SECRET",
            ])
            .essential(),
            Var::plain(&["LEMONSQUEEZY_STORE_ID", "LEMON_SQUEEZY_STORE_ID"]),
        ],
        packages: &["@lemonsqueezy/lemonsqueezy.js"],
    }),
    webhook: Some(Webhook {
        checked: "2026-11",
        source: "https://docs.lemonsqueezy.com/help/webhooks/signing-requests",
        signature_header: "x-signature",
        scheme: Scheme::BodyHex(""),
    }),
};
