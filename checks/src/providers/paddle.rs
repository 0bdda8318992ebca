//! Paddle: payments as merchant of record.
use super::{EmptySecret, Env, Mode, Provider, Scheme, Sdk, Var, Webhook};

/// Paddle.
pub(super) static PROVIDER: Provider = Provider {
    id: "paddle",
    name: "Paddle",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["PADDLE_API_KEY", "PADDLE_SECRET_KEY", "PADDLE_SECRET_TOKEN"])
                .starts(&[("pdl_live_apikey_", Mode::Live), ("pdl_sdbx_apikey_", Mode::Test)])
                .essential(),
            Var::signing(&["PADDLE_WEBHOOK_SECRET", "PADDLE_WEBHOOK_SECRET_KEY", "PADDLE_NOTIFICATION_WEBHOOK_SECRET"])
                .starts(&[("pdl_ntfset_", Mode::Silent)])
                .essential(),
            Var::public(&["NEXT_PUBLIC_PADDLE_CLIENT_TOKEN", "PADDLE_CLIENT_TOKEN", "NEXT_PUBLIC_PADDLE_TOKEN"]),
        ],
        packages: &["@paddle/paddle-node-sdk", "@paddle/paddle-js"],
        ..Env::of("2026-11", "https://developer.paddle.com/api-reference/about/api-keys")
    }),
    webhook: Some(Webhook {
        signature_header: "paddle-signature",
        scheme: Scheme::Paddle,
        verify: &["webhooks.unmarshal", "webhooks.isSignatureValid"],
        ..Webhook::of("2026-11", "https://developer.paddle.com/webhooks/signature-verification")
    }),
    sdk: Some(Sdk {
        packages: &["@paddle/paddle-node-sdk"],
        empty_secret: EmptySecret::Accepted,
        ..Sdk::of("2026-11", "https://github.com/PaddleHQ/paddle-node-sdk")
    }),
};
