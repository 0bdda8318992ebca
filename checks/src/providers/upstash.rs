//! Upstash: Redis and queues over HTTPS.
use super::{Env, Provider, Scheme, Sdk, Var, Webhook};

/// Upstash.
pub(super) static PROVIDER: Provider = Provider {
    id: "upstash",
    name: "Upstash",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::plain(&["UPSTASH_REDIS_REST_URL", "KV_REST_API_URL"]).essential(),
            Var::secret(&["UPSTASH_REDIS_REST_TOKEN", "KV_REST_API_TOKEN"]).essential(),
            Var::secret(&["QSTASH_TOKEN"]).essential(),
            Var::signing(&["QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"]).essential(),
        ],
        packages: &["@upstash/redis", "@upstash/ratelimit", "@upstash/qstash", "@vercel/kv"],
        together: &[
            &[&["UPSTASH_REDIS_REST_URL"], &["UPSTASH_REDIS_REST_TOKEN"]],
            &[&["KV_REST_API_URL"], &["KV_REST_API_TOKEN"]],
            &[&["QSTASH_CURRENT_SIGNING_KEY"], &["QSTASH_NEXT_SIGNING_KEY"]],
        ],
        ..Env::of("2026-11", "https://upstash.com/docs/redis/howto/connectwithupstashredis")
    }),
    webhook: Some(Webhook {
        signature_header: "upstash-signature",
        scheme: Scheme::Other,
        verify: &["verifySignatureAppRouter", "verifySignature", "verifySignatureEdge"],
        ..Webhook::of("2026-11", "https://upstash.com/docs/qstash/howto/signature")
    }),
    sdk: Some(Sdk {
        packages: &["@upstash/redis", "@upstash/qstash"],
        reads: &[
            "UPSTASH_REDIS_REST_URL",
            "UPSTASH_REDIS_REST_TOKEN",
            "QSTASH_TOKEN",
            "QSTASH_CURRENT_SIGNING_KEY",
            "QSTASH_NEXT_SIGNING_KEY",
        ],
        ..Sdk::of("2026-11", "https://upstash.com/docs/redis/sdks/ts/getstarted")
    }),
};
