//! PostHog: product analytics. Nothing breaks for customers without it.
use super::{Env, Mode, Provider, Var};

/// PostHog.
pub(super) static PROVIDER: Provider = Provider {
    id: "posthog",
    name: "PostHog",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::public(&[
                "NEXT_PUBLIC_POSTHOG_KEY",
                "POSTHOG_KEY",
                "VITE_POSTHOG_KEY",
                "NEXT_PUBLIC_POSTHOG_TOKEN",
                "POSTHOG_PROJECT_API_KEY",
            ])
            .starts(&[("phc_", Mode::Silent)])
            .strict(),
            Var::plain(&["NEXT_PUBLIC_POSTHOG_HOST", "POSTHOG_HOST", "VITE_POSTHOG_HOST"]),
            Var::secret(&["POSTHOG_PERSONAL_API_KEY", "POSTHOG_API_KEY"]).starts(&[("phx_", Mode::Silent)]),
        ],
        packages: &["posthog-js", "posthog-node"],
        ..Env::of("2026-11", "https://posthog.com/docs/libraries/next-js")
    }),
    webhook: None,
    sdk: None,
};
