//! Slack: messages to a team.
use super::{Env, Mode, Provider, Var};

/// Slack.
pub(super) static PROVIDER: Provider = Provider {
    id: "slack",
    name: "Slack",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://docs.slack.dev/authentication/tokens",
        vars: &[
            Var::secret(&["SLACK_BOT_TOKEN", "SLACK_TOKEN"])
                .starts(&[("xoxb-", Mode::Silent), ("xoxp-", Mode::Silent)])
                .essential(),
            Var::secret(&["SLACK_WEBHOOK_URL", "SLACK_WEBHOOK"])
                .starts(&[("https://hooks.slack.com/services/", Mode::Silent)]),
            Var::signing(&["SLACK_SIGNING_SECRET"]),
        ],
        packages: &["@slack/web-api", "@slack/bolt"],
    }),
    webhook: None,
};
