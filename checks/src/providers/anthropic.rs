//! Anthropic: language models.
use super::{Env, Mode, Provider, Var};

/// Anthropic.
pub(super) static PROVIDER: Provider = Provider {
    id: "anthropic",
    name: "Anthropic",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://docs.anthropic.com/en/api/overview",
        vars: &[
            Var::secret(&["ANTHROPIC_API_KEY"]).starts(&[("sk-ant-", Mode::Silent)]).essential(),
            Var::plain(&["ANTHROPIC_BASE_URL"]),
        ],
        packages: &["@anthropic-ai/sdk", "@ai-sdk/anthropic"],
    }),
    webhook: None,
};
