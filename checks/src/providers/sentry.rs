//! Sentry: error reports. Nothing breaks for customers without it.
use super::{Env, Mode, Provider, Sdk, Var};

/// Sentry.
pub(super) static PROVIDER: Provider = Provider {
    id: "sentry",
    name: "Sentry",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::public(&["NEXT_PUBLIC_SENTRY_DSN", "SENTRY_DSN", "VITE_SENTRY_DSN", "PUBLIC_SENTRY_DSN"]),
            Var::secret(&["SENTRY_AUTH_TOKEN"]).starts(&[("sntrys_", Mode::Silent), ("sntryu_", Mode::Silent)]),
            Var::plain(&["SENTRY_ORG", "SENTRY_PROJECT", "SENTRY_ENVIRONMENT", "SENTRY_RELEASE"]),
        ],
        packages: &["@sentry/nextjs", "@sentry/node", "@sentry/react"],
        ..Env::of("2026-11", "https://docs.sentry.io/platforms/javascript/guides/nextjs/")
    }),
    webhook: None,
    sdk: Some(Sdk {
        packages: &["@sentry/nextjs"],
        reads: &["SENTRY_AUTH_TOKEN", "SENTRY_ORG", "SENTRY_PROJECT", "SENTRY_RELEASE", "SENTRY_ENVIRONMENT"],
        ..Sdk::of("2026-11", "https://docs.sentry.io/platforms/javascript/guides/nextjs/sourcemaps/")
    }),
};
