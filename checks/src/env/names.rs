//! What the name of a variable alone says: who sets it, and whether it stands aside on purpose.

/// Names that the runtime, the build tool or the host sets by itself.
const PLATFORM: &[&str] = &[
    "ANALYZE",
    "BASE_URL",
    "CI",
    "DEBUG",
    "DEPLOY_PRIME_URL",
    "DEPLOY_URL",
    "DEV",
    "EDITOR",
    "HOME",
    "HOSTNAME",
    "LANG",
    "MODE",
    "NETLIFY",
    "NODE_ENV",
    "NODE_OPTIONS",
    "PATH",
    "PORT",
    "PROD",
    "PWD",
    "RENDER",
    "SHELL",
    "SSR",
    "TERM",
    "TZ",
    "URL",
    "USER",
    "VERCEL",
    "NEXT_DEPLOYMENT_ID",
    "GITHUB_ACTIONS",
    "GITHUB_SHA",
    "GITHUB_REF",
    "GITHUB_REF_NAME",
    "GITHUB_REPOSITORY",
    "GITHUB_RUN_ID",
    "GITHUB_HEAD_REF",
    "CF_PAGES",
];
const PLATFORM_PREFIXES: &[&str] = &[
    "VERCEL_",
    "NEXT_PUBLIC_VERCEL_",
    "NEXT_RUNTIME",
    "NEXT_PHASE",
    "NEXT_TELEMETRY",
    "__NEXT",
    "npm_",
    "RAILWAY_",
    "RENDER_",
    "FLY_",
    "NETLIFY_",
    "CF_PAGES_",
    "AWS_LAMBDA_",
    "AWS_EXECUTION_",
    "K_",
    "HEROKU_",
    "DYNO",
    "TURBO_",
    "NX_",
    "VITEST",
    "JEST_",
    "PLAYWRIGHT_",
    "CYPRESS_",
    "STORYBOOK",
];

/// Whether nobody has to set it.
pub(super) fn set_by_platform(name: &str) -> bool {
    PLATFORM.contains(&name) || PLATFORM_PREFIXES.iter().any(|p| name.starts_with(p))
}

/// Whether a runtime or a build tool reads it, so that no file of the app has to mention it.
pub(super) fn read_by_runtime(name: &str) -> bool {
    name.starts_with("NODE_")
        || matches!(name, "SKIP_ENV_VALIDATION" | "UV_THREADPOOL_SIZE" | "FORCE_COLOR" | "NO_COLOR")
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split('_').filter(|w| !w.is_empty())
}
/// Whether the name says that it is meant for another place than production.
pub(super) fn says_test(name: &str) -> bool {
    words(name)
        .any(|w| matches!(w, "TEST" | "TESTING" | "SANDBOX" | "DEV" | "DEVELOPMENT" | "STAGING" | "PREVIEW" | "LOCAL"))
}
/// Whether `live` is `name` with nothing added but a word for production.
pub(super) fn is_live_twin(name: &str, live: &str) -> bool {
    let bare = |n: &str| {
        words(n).filter(|w| !matches!(*w, "LIVE" | "PROD" | "PRODUCTION")).map(str::to_owned).collect::<Vec<_>>()
    };
    name != live && bare(live) == bare(name) && bare(live).len() < words(live).count()
}
/// Whether visitors are sent to what this holds: a base URL, or anything that browsers load.
pub(super) fn is_base_url(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "APP_URL",
        "SITE_URL",
        "BASE_URL",
        "AUTH_URL",
        "NEXTAUTH_URL",
        "PUBLIC_URL",
        "WEB_URL",
        "WEBAPP_URL",
        "WEBSITE_URL",
        "FRONTEND_URL",
        "CALLBACK_URL",
        "REDIRECT_URL",
        "SUCCESS_URL",
        "CANCEL_URL",
        "CANONICAL_URL",
    ];
    super::shape::behind_public_prefix(name).is_some()
        || ENDS.iter().any(|e| name.strip_suffix(e).is_some_and(|head| head.is_empty() || head.ends_with('_')))
}
/// Whether the part behind a public prefix is called a secret.
pub(super) fn sounds_secret(rest: &str) -> bool {
    const ENDS: &[&str] = &[
        "SECRET",
        "SECRET_KEY",
        "SECRET_TOKEN",
        "PRIVATE_KEY",
        "SERVICE_ROLE",
        "SERVICE_ROLE_KEY",
        "SERVICE_KEY",
        "PASSWORD",
    ];
    let registered = crate::providers::by_variable(rest)
        .is_some_and(|(_, v)| matches!(v.role, crate::providers::Role::Secret | crate::providers::Role::WebhookSecret));
    registered || ENDS.iter().any(|e| rest.strip_suffix(e).is_some_and(|head| head.is_empty() || head.ends_with('_')))
}

/// Whether it holds the app's own address, and nobody else's: `OPENAI_BASE_URL` does not.
pub(super) fn is_own_address(name: &str) -> bool {
    const OWN: &[&str] = &[
        "APP_URL",
        "SITE_URL",
        "BASE_URL",
        "WEB_URL",
        "WEBAPP_URL",
        "WEBSITE_URL",
        "FRONTEND_URL",
        "PUBLIC_URL",
        "CANONICAL_URL",
        "NEXTAUTH_URL",
        "BETTER_AUTH_URL",
        "ROOT_URL",
        "HOST_URL",
    ];
    OWN.contains(&super::shape::behind_public_prefix(name).unwrap_or(name))
}

/// What a switch turns off, where its name and its setting say so.
pub(super) fn switched_off(name: &str, on: bool) -> Option<&'static str> {
    const GUARDS: &[&str] = &[
        "AUTH",
        "AUTHENTICATION",
        "AUTHORIZATION",
        "CSRF",
        "CAPTCHA",
        "RATELIMIT",
        "SIGNATURE",
        "VERIFICATION",
        "VERIFY",
        "2FA",
        "MFA",
        "TLS",
        "SSL",
    ];
    let name = super::shape::behind_public_prefix(name).unwrap_or(name);
    let all: Vec<&str> = words(name).collect();
    let guards = all.iter().any(|w| GUARDS.contains(w)) || name.contains("RATE_LIMIT");
    let says = |list: &[&str]| all.iter().any(|w| list.contains(w));
    match on {
        false if name.ends_with("REJECT_UNAUTHORIZED") => Some("certificates of servers are not checked"),
        true if name == "SKIP_ENV_VALIDATION" => Some("variables are not checked when the app starts"),
        true if says(&["BYPASS"]) => Some("a check is passed by"),
        true if guards && says(&["DISABLE", "DISABLED", "SKIP", "NO", "IGNORE"]) => Some("a guard is turned off"),
        false if guards && says(&["ENABLED", "ENABLE", "REQUIRED", "REQUIRE"]) => Some("a guard is turned off"),
        _ => None,
    }
}

/// Whether a dotenv file is of development or of tests, by its name.
pub(super) fn is_of_development(file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
    [".env.development", ".env.test", ".env.dev"].iter().any(|f| name == *f || name.strip_suffix(".local") == Some(f))
}
/// Whether it is the file of one machine that every mode but tests reads.
pub(super) fn is_local_file(file: &str) -> bool {
    file.rsplit(['/', '\\']).next() == Some(".env.local")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_apps_own_address() {
        for n in ["APP_URL", "NEXT_PUBLIC_SITE_URL", "NEXTAUTH_URL", "BETTER_AUTH_URL"] {
            assert!(is_own_address(n), "{n}");
        }
        for n in ["OPENAI_BASE_URL", "NEXT_PUBLIC_DOCS_URL", "API_URL", "AUTH_URL", "MARKETING_SITE_URL"] {
            assert!(!is_own_address(n), "{n}");
        }
    }

    #[test]
    fn switches() {
        for (n, on) in [
            ("NODE_TLS_REJECT_UNAUTHORIZED", false),
            ("SMTP_REJECT_UNAUTHORIZED", false),
            ("SKIP_ENV_VALIDATION", true),
            ("PAYWALL_BYPASS_ENABLED", true),
            ("DISABLE_AUTH", true),
            ("RATE_LIMIT_ENABLED", false),
            ("NEXT_PUBLIC_SKIP_CAPTCHA", true),
        ] {
            assert!(switched_off(n, on).is_some(), "{n}");
        }
        for (n, on) in [
            ("NODE_TLS_REJECT_UNAUTHORIZED", true),
            ("DISABLE_AUTH", false),
            ("AUTH_TRUST_HOST", true),
            ("RATE_LIMIT_ENABLED", true),
            ("DISABLE_TELEMETRY", true),
            ("EMAIL_VERIFICATION_REQUIRED", true),
            ("NEXT_PUBLIC_NO_INDEX", false),
        ] {
            assert!(switched_off(n, on).is_none(), "{n}");
        }
    }

    #[test]
    fn twins_and_bystanders() {
        assert!(is_live_twin("STRIPE_SECRET_KEY", "STRIPE_SECRET_KEY_LIVE"));
        assert!(is_live_twin("STRIPE_SECRET_KEY", "STRIPE_LIVE_SECRET_KEY"));
        assert!(!is_live_twin("STRIPE_SECRET_KEY", "CLERK_SECRET_KEY"));
        assert!(says_test("STRIPE_TEST_SECRET_KEY") && !says_test("LATEST_KEY"));
    }

    #[test]
    fn urls_that_visitors_meet() {
        for n in ["NEXTAUTH_URL", "NEXT_PUBLIC_API", "APP_URL", "BETTER_AUTH_URL"] {
            assert!(is_base_url(n), "{n}");
        }
        for n in ["NEXTAUTH_URL_INTERNAL", "REDIS_URL", "DATABASE_URL", "SEARCH_URL"] {
            assert!(!is_base_url(n), "{n}");
        }
    }

    #[test]
    fn names_of_secrets() {
        assert!(sounds_secret("STRIPE_SECRET_KEY") && sounds_secret("OPENAI_API_KEY") && sounds_secret("DB_PASSWORD"));
        assert!(!sounds_secret("MAPS_API_KEY") && !sounds_secret("PASSWORD_RESET_URL"));
    }
}
