//! Better Auth: sign-in on the app's own server.
use super::{Env, Provider, Var};

/// Better Auth.
pub(super) static PROVIDER: Provider = Provider {
    id: "better-auth",
    name: "Better Auth",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://www.better-auth.com/docs/installation",
        vars: &[
            Var::secret(&["BETTER_AUTH_SECRET"]).essential(),
            Var::plain(&["BETTER_AUTH_URL", "NEXT_PUBLIC_BETTER_AUTH_URL"]),
        ],
        packages: &["better-auth"],
    }),
    webhook: None,
};
