//! OpenAI: language models.
use super::{Env, Mode, Provider, Sdk, Var};

/// OpenAI.
pub(super) static PROVIDER: Provider = Provider {
    id: "openai",
    name: "OpenAI",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["OPENAI_API_KEY"])
                .starts(&[("sk-proj-", Mode::Silent), ("sk-svcacct-", Mode::Silent), ("sk-admin-", Mode::Silent)])
                .essential(),
            Var::plain(&["OPENAI_ORG_ID", "OPENAI_ORGANIZATION", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL"]),
        ],
        packages: &["openai", "@ai-sdk/openai"],
        ..Env::of("2026-11", "https://platform.openai.com/docs/api-reference/authentication")
    }),
    webhook: None,
    sdk: Some(Sdk {
        packages: &["openai", "@ai-sdk/openai"],
        reads: &["OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL"],
        ..Sdk::of("2026-11", "https://github.com/openai/openai-node")
    }),
};
