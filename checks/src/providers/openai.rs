//! OpenAI: language models.
use super::{Env, Mode, Provider, Var};

/// OpenAI.
pub(super) static PROVIDER: Provider = Provider {
    id: "openai",
    name: "OpenAI",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://platform.openai.com/docs/api-reference/authentication",
        vars: &[
            Var::secret(&["OPENAI_API_KEY"])
                .starts(&[("sk-proj-", Mode::Silent), ("sk-svcacct-", Mode::Silent), ("sk-admin-", Mode::Silent)])
                .essential(),
            Var::plain(&["OPENAI_ORG_ID", "OPENAI_ORGANIZATION", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL"]),
        ],
        packages: &["openai", "@ai-sdk/openai"],
    }),
    webhook: None,
};
