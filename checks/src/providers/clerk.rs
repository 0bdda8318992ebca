//! Clerk: sign-in. Shares `sk_live_` and `pk_live_` with Stripe: the name of the variable decides.
use super::{Env, Mail, Mode, Provider, ReturnPath, Scheme, Var, Webhook};

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
        checked: "2026-11",
        source: "https://clerk.com/docs/deployments/clerk-environment-variables",
        vars: &[
            Var::secret(&["CLERK_SECRET_KEY", "CLERK_API_KEY"])
                .starts(&[("sk_live_", Mode::Live), ("sk_test_", Mode::Test)])
                .essential(),
            Var::public(&[
                "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY",
                "CLERK_PUBLISHABLE_KEY",
                "VITE_CLERK_PUBLISHABLE_KEY",
                "PUBLIC_CLERK_PUBLISHABLE_KEY",
            ])
            .starts(&[("pk_live_", Mode::Live), ("pk_test_", Mode::Test)])
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
    }),
    webhook: Some(Webhook {
        checked: "2026-11",
        source: "https://clerk.com/docs/webhooks/overview",
        signature_header: "svix-signature",
        scheme: Scheme::Svix,
    }),
};
