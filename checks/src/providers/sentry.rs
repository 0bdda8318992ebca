//! Sentry: error reports. Nothing breaks for customers without it.
use super::{Env, Mode, Provider, Var};

/// Sentry.
pub(super) static PROVIDER: Provider = Provider {
    id: "sentry",
    name: "Sentry",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://docs.sentry.io/platforms/javascript/guides/nextjs/",
        vars: &[
            Var::public(&["NEXT_PUBLIC_SENTRY_DSN", "SENTRY_DSN", "VITE_SENTRY_DSN", "PUBLIC_SENTRY_DSN"]),
            Var::secret(&["SENTRY_AUTH_TOKEN"]).starts(&[("sntrys_", Mode::Silent), ("sntryu_", Mode::Silent)]),
            Var::plain(&["SENTRY_ORG", "SENTRY_PROJECT", "SENTRY_ENVIRONMENT", "SENTRY_RELEASE"]),
        ],
        packages: &["@sentry/nextjs", "@sentry/node", "@sentry/react"],
    }),
    webhook: None,
};
