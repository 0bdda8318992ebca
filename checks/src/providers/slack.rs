//! Slack: messages to a team.
use super::{Env, Mode, Provider, Scheme, Var, Webhook};

/// Slack.
pub(super) static PROVIDER: Provider = Provider {
    id: "slack",
    name: "Slack",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["SLACK_BOT_TOKEN", "SLACK_TOKEN"])
                .starts(&[("xoxb-", Mode::Silent), ("xoxp-", Mode::Silent)])
                .essential(),
            Var::secret(&["SLACK_WEBHOOK_URL", "SLACK_WEBHOOK"])
                .starts(&[("https://hooks.slack.com/services/", Mode::Silent)]),
            Var::signing(&["SLACK_SIGNING_SECRET"]),
        ],
        packages: &["@slack/web-api", "@slack/bolt"],
        ..Env::of("2026-11", "https://docs.slack.dev/authentication/tokens")
    }),
    webhook: Some(Webhook {
        signature_header: "x-slack-signature",
        scheme: Scheme::Other,
        verify: &["verifySlackRequest", "isValidSlackRequest"],
        ..Webhook::of("2026-11", "https://docs.slack.dev/authentication/verifying-requests-from-slack")
    }),
    sdk: None,
};
