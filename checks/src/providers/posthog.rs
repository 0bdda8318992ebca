//! PostHog: product analytics. Nothing breaks for customers without it.
use super::{Env, Mode, Provider, Var};

/// PostHog.
pub(super) static PROVIDER: Provider = Provider {
    id: "posthog",
    name: "PostHog",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://posthog.com/docs/libraries/next-js",
        vars: &[
            Var::public(&[
                "NEXT_PUBLIC_POSTHOG_KEY",
                "POSTHOG_KEY",
                "VITE_POSTHOG_KEY",
                "NEXT_PUBLIC_POSTHOG_TOKEN",
                "POSTHOG_PROJECT_API_KEY",
            ])
            .starts(&[("phc_", Mode::Silent)]),
            Var::plain(&["NEXT_PUBLIC_POSTHOG_HOST", "POSTHOG_HOST", "VITE_POSTHOG_HOST"]),
            Var::secret(&["POSTHOG_PERSONAL_API_KEY", "POSTHOG_API_KEY"]).starts(&[("phx_", Mode::Silent)]),
        ],
        packages: &["posthog-js", "posthog-node"],
    }),
    webhook: None,
};
