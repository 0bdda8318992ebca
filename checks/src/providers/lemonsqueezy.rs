//! Lemon Squeezy: payments as merchant of record. Its keys do not carry the mode.
use super::{Env, Provider, Scheme, Var, Webhook};

/// Lemon Squeezy.
pub(super) static PROVIDER: Provider = Provider {
    id: "lemonsqueezy",
    name: "Lemon Squeezy",
    mail: None,
    env: Some(Env {
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
        ..Env::of("2026-11", "https://docs.lemonsqueezy.com/guides/developer-guide/getting-started")
    }),
    webhook: Some(Webhook {
        signature_header: "x-signature",
        scheme: Scheme::BodyHex(""),
        ..Webhook::of("2026-11", "https://docs.lemonsqueezy.com/help/webhooks/signing-requests")
    }),
    sdk: None,
};
