//! Anthropic: language models.
use super::{Env, Mode, Provider, Sdk, Var};

/// Anthropic.
pub(super) static PROVIDER: Provider = Provider {
    id: "anthropic",
    name: "Anthropic",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["ANTHROPIC_API_KEY"]).starts(&[("sk-ant-", Mode::Silent)]).strict().essential(),
            Var::plain(&["ANTHROPIC_BASE_URL"]),
        ],
        packages: &["@anthropic-ai/sdk", "@ai-sdk/anthropic"],
        ..Env::of("2026-11", "https://docs.anthropic.com/en/api/overview")
    }),
    webhook: None,
    sdk: Some(Sdk {
        packages: &["@anthropic-ai/sdk", "@ai-sdk/anthropic"],
        reads: &["ANTHROPIC_API_KEY"],
        ..Sdk::of("2026-11", "https://github.com/anthropics/anthropic-sdk-typescript")
    }),
};
