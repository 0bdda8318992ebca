//! Stripe: payments. Its keys carry the mode, its webhook secrets do not.
use super::{Env, Mode, Provider, Scheme, Var, Webhook};

/// Stripe.
pub(super) static PROVIDER: Provider = Provider {
    id: "stripe",
    name: "Stripe",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://docs.stripe.com/keys",
        vars: &[
            Var::secret(&[
                "STRIPE_SECRET_KEY",
                "STRIPE_API_KEY",
                "STRIPE_SECRET_KEY_LIVE",
                "STRIPE_SECRET",
                "STRIPE_RESTRICTED_KEY",
            ])
            .starts(&[
                ("sk_live_", Mode::Live),
                ("sk_test_", Mode::Test),
                ("rk_live_", Mode::Live),
                ("rk_test_", Mode::Test),
            ])
            .essential(),
            Var::public(&[
                "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY",
                "STRIPE_PUBLISHABLE_KEY",
                "VITE_STRIPE_PUBLISHABLE_KEY",
                "STRIPE_PUBLIC_KEY",
                "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY_LIVE",
                "NEXT_PUBLIC_STRIPE_KEY",
                "PUBLIC_STRIPE_PUBLISHABLE_KEY",
                "VITE_STRIPE_PUBLIC_KEY",
            ])
            .starts(&[("pk_live_", Mode::Live), ("pk_test_", Mode::Test)]),
            Var::signing(&[
                "STRIPE_WEBHOOK_SECRET",
                "STRIPE_WEBHOOK_SIGNING_SECRET",
                "STRIPE_SIGNING_SECRET",
                "STRIPE_WEBHOOK_SECRET_KEY",
                "STRIPE_WEBHOOK_SECRET_LIVE",
                "STRIPE_ENDPOINT_SECRET",
            ])
            .starts(&[("whsec_", Mode::Silent)])
            .essential(),
        ],
        packages: &["stripe"],
    }),
    webhook: Some(Webhook {
        checked: "2026-11",
        source: "https://docs.stripe.com/webhooks#verify-manually",
        signature_header: "stripe-signature",
        scheme: Scheme::Stripe,
    }),
};
