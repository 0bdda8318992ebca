//! Auth.js: sign-in on the app's own server.
use super::{Env, Provider, Sdk, Var};

/// Auth.js.
pub(super) static PROVIDER: Provider = Provider {
    id: "authjs",
    name: "Auth.js",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["AUTH_SECRET", "NEXTAUTH_SECRET"]).essential(),
            Var::plain(&[
                "AUTH_URL",
                "NEXTAUTH_URL",
                "NEXTAUTH_URL_INTERNAL",
                "AUTH_TRUST_HOST",
                "AUTH_REDIRECT_PROXY_URL",
            ]),
            Var::secret(&["AUTH_GITHUB_SECRET", "AUTH_GOOGLE_SECRET", "AUTH_DISCORD_SECRET"]),
            Var::plain(&["AUTH_GITHUB_ID", "AUTH_GOOGLE_ID", "AUTH_DISCORD_ID"]),
        ],
        packages: &["next-auth", "@auth/core"],
        together: &[
            &[&["AUTH_GITHUB_ID"], &["AUTH_GITHUB_SECRET"]],
            &[&["AUTH_GOOGLE_ID"], &["AUTH_GOOGLE_SECRET"]],
            &[&["AUTH_DISCORD_ID"], &["AUTH_DISCORD_SECRET"]],
        ],
        ..Env::of("2026-11", "https://authjs.dev/reference/core/errors#missingsecret")
    }),
    webhook: None,
    sdk: Some(Sdk {
        packages: &["next-auth"],
        reads: &["AUTH_SECRET", "NEXTAUTH_SECRET", "AUTH_URL", "NEXTAUTH_URL"],
        ..Sdk::of("2026-11", "https://authjs.dev/guides/environment-variables")
    }),
};
