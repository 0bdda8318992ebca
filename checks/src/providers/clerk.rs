//! Clerk: sign-in. Shares `sk_live_` and `pk_live_` with Stripe: the name of the variable decides.
use super::{EmptySecret, Env, Mail, Mode, Provider, ReturnPath, Scheme, Sdk, Var, Webhook};

/// Clerk.
pub(super) static PROVIDER: Provider = Provider {
    id: "clerk",
    name: "Clerk",
    mail: Some(Mail {
        selectors: &["clk", "clk2"],
        key_hosts: &["clerk.services"],
        key_as_txt: false,
        return_path: ReturnPath::Alias { label: Some("clkmail"), hosts: &["clerk.services"], optional: false },
        ..Mail::of("2026-11", "https://clerk.com/docs/deployments/overview")
    }),
    env: Some(Env {
        vars: &[
            Var::secret(&["CLERK_SECRET_KEY", "CLERK_API_KEY"])
                .starts(&[("sk_live_", Mode::Live), ("sk_test_", Mode::Test)])
                .strict()
                .essential(),
            Var::public(&[
                "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY",
                "CLERK_PUBLISHABLE_KEY",
                "VITE_CLERK_PUBLISHABLE_KEY",
                "PUBLIC_CLERK_PUBLISHABLE_KEY",
            ])
            .starts(&[("pk_live_", Mode::Live), ("pk_test_", Mode::Test)])
            .strict()
            .essential(),
            Var::signing(&["CLERK_WEBHOOK_SECRET", "CLERK_WEBHOOK_SIGNING_SECRET", "CLERK_SIGNING_SECRET"])
                .starts(&[("whsec_", Mode::Silent)])
                .essential(),
            Var::plain(&[
                "NEXT_PUBLIC_CLERK_SIGN_IN_URL",
                "NEXT_PUBLIC_CLERK_SIGN_UP_URL",
                "NEXT_PUBLIC_CLERK_AFTER_SIGN_IN_URL",
                "NEXT_PUBLIC_CLERK_AFTER_SIGN_UP_URL",
                "NEXT_PUBLIC_CLERK_SIGN_IN_FALLBACK_REDIRECT_URL",
                "NEXT_PUBLIC_CLERK_SIGN_UP_FALLBACK_REDIRECT_URL",
                "CLERK_ENCRYPTION_KEY",
                "NEXT_PUBLIC_CLERK_DOMAIN",
                "NEXT_PUBLIC_CLERK_PROXY_URL",
            ]),
        ],
        packages: &["@clerk/nextjs", "@clerk/clerk-react", "@clerk/backend", "@clerk/express"],
        together: &[&[
            &["CLERK_SECRET_KEY"],
            &[
                "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY",
                "CLERK_PUBLISHABLE_KEY",
                "VITE_CLERK_PUBLISHABLE_KEY",
                "PUBLIC_CLERK_PUBLISHABLE_KEY",
            ],
        ]],
        ..Env::of("2026-11", "https://clerk.com/docs/deployments/clerk-environment-variables")
    }),
    webhook: Some(Webhook {
        signature_header: "svix-signature",
        scheme: Scheme::Svix,
        verify: &["verifyWebhook"],
        ..Webhook::of("2026-11", "https://clerk.com/docs/webhooks/overview")
    }),
    sdk: Some(Sdk {
        packages: &["@clerk/nextjs"],
        reads: &["CLERK_SECRET_KEY", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", "CLERK_WEBHOOK_SIGNING_SECRET"],
        empty_secret: EmptySecret::Refused,
        ..Sdk::of("2026-11", "https://clerk.com/docs/guides/development/clerk-environment-variables")
    }),
};
