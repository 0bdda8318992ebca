//! Upstash: Redis and queues over HTTPS.
use super::{Env, Provider, Scheme, Var, Webhook};

/// Upstash.
pub(super) static PROVIDER: Provider = Provider {
    id: "upstash",
    name: "Upstash",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://upstash.com/docs/redis/howto/connectwithupstashredis",
        vars: &[
            Var::plain(&["UPSTASH_REDIS_REST_URL", "KV_REST_API_URL"]).essential(),
            Var::secret(&["UPSTASH_REDIS_REST_TOKEN", "KV_REST_API_TOKEN"]).essential(),
            Var::secret(&["QSTASH_TOKEN"]).essential(),
            Var::signing(&["QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"]).essential(),
        ],
        packages: &["@upstash/redis", "@upstash/ratelimit", "@upstash/qstash", "@vercel/kv"],
    }),
    webhook: Some(Webhook {
        checked: "2026-11",
        source: "https://upstash.com/docs/qstash/howto/signature",
        signature_header: "upstash-signature",
        scheme: Scheme::Other,
    }),
};
