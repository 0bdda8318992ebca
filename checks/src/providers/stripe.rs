//! Stripe: payments. Its keys carry the mode, its webhook secrets do not.
use super::{EmptySecret, Env, Mode, Provider, Scheme, Sdk, Var, Webhook};

/// Stripe.
pub(super) static PROVIDER: Provider = Provider {
    id: "stripe",
    name: "Stripe",
    mail: None,
    env: Some(Env {
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
            .strict()
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
            .starts(&[("pk_live_", Mode::Live), ("pk_test_", Mode::Test)])
            .strict(),
            Var::signing(&[
                "STRIPE_WEBHOOK_SECRET",
                "STRIPE_WEBHOOK_SIGNING_SECRET",
                "STRIPE_SIGNING_SECRET",
                "STRIPE_WEBHOOK_SECRET_KEY",
                "STRIPE_WEBHOOK_SECRET_LIVE",
                "STRIPE_ENDPOINT_SECRET",
            ])
            .starts(&[("whsec_", Mode::Silent)])
            .strict()
            .essential(),
        ],
        packages: &["stripe"],
        ..Env::of("2026-11", "https://docs.stripe.com/keys")
    }),
    webhook: Some(Webhook {
        signature_header: "stripe-signature",
        scheme: Scheme::Stripe,
        verify: &[
            "webhooks.constructEvent",
            "webhooks.constructEventAsync",
            "webhooks.signature.verifyHeader",
            "webhooks.signature.verifyHeaderAsync",
        ],
        ..Webhook::of("2026-11", "https://docs.stripe.com/webhooks#verify-manually")
    }),
    sdk: Some(Sdk {
        packages: &["stripe"],
        empty_secret: EmptySecret::AcceptedBelow(22),
        ..Sdk::of("2026-11", "https://github.com/stripe/stripe-node/releases")
    }),
};
