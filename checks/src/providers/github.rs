//! GitHub: webhooks of repositories and apps.
use super::{Env, Mode, Provider, Scheme, Var, Webhook};

/// GitHub.
pub(super) static PROVIDER: Provider = Provider {
    id: "github",
    name: "GitHub",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&[
                "GITHUB_TOKEN",
                "GITHUB_ACCESS_TOKEN",
                "GITHUB_PRIVATE_KEY",
                "GITHUB_APP_PRIVATE_KEY",
                "GITHUB_CLIENT_SECRET",
            ])
            .starts(&[
                ("ghp_", Mode::Silent),
                ("github_pat_", Mode::Silent),
                ("ghs_", Mode::Silent),
                ("gho_", Mode::Silent),
            ]),
            Var::signing(&["GITHUB_WEBHOOK_SECRET"]),
            Var::plain(&["GITHUB_CLIENT_ID", "GITHUB_APP_ID", "GITHUB_ID"]),
        ],
        packages: &["@octokit/webhooks", "@octokit/app"],
        ..Env::of(
            "2026-11",
            "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats",
        )
    }),
    webhook: Some(Webhook {
        signature_header: "x-hub-signature-256",
        scheme: Scheme::BodyHex("sha256="),
        ..Webhook::of("2026-11", "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries")
    }),
    sdk: None,
};
