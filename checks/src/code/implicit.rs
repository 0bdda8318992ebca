//! The variables that packages read by themselves, so that no source of the app names them.

/// A package with the variables that it reads, as its own documentation says.
const READS: &[(&str, &[&str])] = &[
    // https://clerk.com/docs/deployments/clerk-environment-variables
    ("@clerk/nextjs", &["CLERK_SECRET_KEY", "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY"]),
    // https://authjs.dev/reference/core#secret and https://next-auth.js.org/configuration/options
    ("next-auth", &["AUTH_SECRET", "NEXTAUTH_SECRET", "AUTH_URL", "NEXTAUTH_URL", "AUTH_TRUST_HOST"]),
    // https://www.better-auth.com/docs/installation
    ("better-auth", &["BETTER_AUTH_SECRET", "BETTER_AUTH_URL"]),
    // https://vercel.com/docs/vercel-blob
    ("@vercel/blob", &["BLOB_READ_WRITE_TOKEN"]),
    // https://ai-sdk.dev/providers/ai-sdk-providers
    ("@ai-sdk/openai", &["OPENAI_API_KEY"]),
    ("@ai-sdk/anthropic", &["ANTHROPIC_API_KEY"]),
    // The clients take the key from the environment where none is given.
    ("openai", &["OPENAI_API_KEY"]),
    ("@anthropic-ai/sdk", &["ANTHROPIC_API_KEY"]),
    // https://upstash.com/docs/redis/sdks/ts/getstarted (`Redis.fromEnv`)
    ("@upstash/redis", &["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"]),
    // https://upstash.com/docs/qstash/quickstarts/vercel-nextjs
    ("@upstash/qstash", &["QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"]),
    // https://docs.sentry.io/platforms/javascript/guides/nextjs/sourcemaps/
    ("@sentry/nextjs", &["SENTRY_AUTH_TOKEN", "SENTRY_ORG", "SENTRY_PROJECT"]),
    // https://www.inngest.com/docs/sdk/environment-variables
    ("inngest", &["INNGEST_SIGNING_KEY", "INNGEST_EVENT_KEY"]),
    // https://trigger.dev/docs/apikeys
    ("@trigger.dev/sdk", &["TRIGGER_SECRET_KEY"]),
    // https://vercel.com/docs/storage/vercel-postgres/sdk
    ("@vercel/postgres", &["POSTGRES_URL"]),
];

/// The variables that a package reads, each with the package.
pub fn read_by(package: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    let found = READS.iter().find(|(p, _)| *p == package);
    found.into_iter().flat_map(|(p, names)| names.iter().map(move |n| (*n, *p)))
}
