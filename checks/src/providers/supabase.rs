//! Supabase: database and sign-in. The role of an older key stands inside the key.
use super::{Env, Form, Mode, Provider, Var};

/// Supabase.
pub(super) static PROVIDER: Provider = Provider {
    id: "supabase",
    name: "Supabase",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::plain(&[
                "NEXT_PUBLIC_SUPABASE_URL",
                "SUPABASE_URL",
                "VITE_SUPABASE_URL",
                "PUBLIC_SUPABASE_URL",
                "EXPO_PUBLIC_SUPABASE_URL",
            ])
            .essential(),
            Var::public(&[
                "NEXT_PUBLIC_SUPABASE_ANON_KEY",
                "SUPABASE_ANON_KEY",
                "VITE_SUPABASE_ANON_KEY",
                "PUBLIC_SUPABASE_ANON_KEY",
                "EXPO_PUBLIC_SUPABASE_ANON_KEY",
                "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY",
                "SUPABASE_PUBLISHABLE_KEY",
                "VITE_SUPABASE_PUBLISHABLE_KEY",
                "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_DEFAULT_KEY",
            ])
            .starts(&[("sb_publishable_", Mode::Silent)])
            .forms(&[Form::Jwt])
            .strict()
            .essential(),
            Var::secret(&["SUPABASE_SERVICE_ROLE_KEY", "SUPABASE_SECRET_KEY", "SUPABASE_SERVICE_KEY"])
                .starts(&[("sb_secret_", Mode::Silent)])
                .forms(&[Form::Jwt])
                .strict()
                .essential(),
            Var::secret(&["SUPABASE_JWT_SECRET", "SUPABASE_DB_PASSWORD"]),
        ],
        packages: &["@supabase/supabase-js", "@supabase/ssr"],
        together: &[
            // Any key will do: an app that asks from its server alone has the secret one and no other.
            &[
                &["NEXT_PUBLIC_SUPABASE_URL", "SUPABASE_URL"],
                &[
                    "NEXT_PUBLIC_SUPABASE_ANON_KEY",
                    "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY",
                    "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_DEFAULT_KEY",
                    "SUPABASE_ANON_KEY",
                    "SUPABASE_PUBLISHABLE_KEY",
                    "SUPABASE_SERVICE_ROLE_KEY",
                    "SUPABASE_SECRET_KEY",
                    "SUPABASE_SERVICE_KEY",
                ],
            ],
            &[&["VITE_SUPABASE_URL"], &["VITE_SUPABASE_ANON_KEY", "VITE_SUPABASE_PUBLISHABLE_KEY"]],
        ],
        ..Env::of("2026-11", "https://supabase.com/docs/guides/api/api-keys")
    }),
    webhook: None,
    sdk: None,
};
