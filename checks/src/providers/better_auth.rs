//! Better Auth: sign-in on the app's own server.
use super::{Env, Provider, Sdk, Var};

/// Better Auth.
pub(super) static PROVIDER: Provider = Provider {
    id: "better-auth",
    name: "Better Auth",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["BETTER_AUTH_SECRET"]).essential(),
            Var::plain(&["BETTER_AUTH_URL", "NEXT_PUBLIC_BETTER_AUTH_URL"]),
        ],
        packages: &["better-auth"],
        ..Env::of("2026-11", "https://www.better-auth.com/docs/installation")
    }),
    webhook: None,
    sdk: Some(Sdk {
        packages: &["better-auth"],
        reads: &["BETTER_AUTH_SECRET", "BETTER_AUTH_URL"],
        ..Sdk::of("2026-11", "https://www.better-auth.com/docs/installation")
    }),
};
