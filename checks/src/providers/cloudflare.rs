//! Cloudflare: DNS, storage and Turnstile, whose dummy keys let everybody in.
use super::{Env, Mode, Provider, Var};

/// Cloudflare.
pub(super) static PROVIDER: Provider = Provider {
    id: "cloudflare",
    name: "Cloudflare",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["TURNSTILE_SECRET_KEY", "CLOUDFLARE_TURNSTILE_SECRET_KEY", "TURNSTILE_SECRET"])
                .starts(&[
                    ("1x0000000000000000000000000000000", Mode::Test),
                    ("2x0000000000000000000000000000000", Mode::Test),
                    ("3x0000000000000000000000000000000", Mode::Test),
                ])
                .essential(),
            Var::public(&[
                "NEXT_PUBLIC_TURNSTILE_SITE_KEY",
                "TURNSTILE_SITE_KEY",
                "NEXT_PUBLIC_CLOUDFLARE_TURNSTILE_SITE_KEY",
                "VITE_TURNSTILE_SITE_KEY",
            ])
            .starts(&[
                ("1x00000000000000000000", Mode::Test),
                ("2x00000000000000000000", Mode::Test),
                ("3x00000000000000000000", Mode::Test),
            ]),
            Var::secret(&["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_R2_SECRET_ACCESS_KEY", "R2_SECRET_ACCESS_KEY"]),
            Var::plain(&["CLOUDFLARE_ACCOUNT_ID", "R2_ACCESS_KEY_ID", "R2_ACCOUNT_ID", "R2_BUCKET_NAME"]),
        ],
        packages: &["@marsidev/react-turnstile"],
        together: &[&[
            &["TURNSTILE_SECRET_KEY", "TURNSTILE_SECRET", "CLOUDFLARE_TURNSTILE_SECRET_KEY"],
            &[
                "NEXT_PUBLIC_TURNSTILE_SITE_KEY",
                "TURNSTILE_SITE_KEY",
                "NEXT_PUBLIC_CLOUDFLARE_TURNSTILE_SITE_KEY",
                "VITE_TURNSTILE_SITE_KEY",
            ],
        ]],
        ..Env::of("2026-11", "https://developers.cloudflare.com/turnstile/troubleshooting/testing/")
    }),
    webhook: None,
    sdk: None,
};
