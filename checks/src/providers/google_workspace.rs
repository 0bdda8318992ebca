//! Google Workspace: mailboxes, and mail sent through them.
use super::{Env, Mail, Provider, Var};

/// Google Workspace.
pub(super) static PROVIDER: Provider = Provider {
    id: "google-workspace",
    name: "Google Workspace",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://support.google.com/a/answer/33786",
        apex_include: Some("_spf.google.com"),
        selectors: &[],
        usual_selectors: &["google"],
        smtp_hosts: &["smtp.gmail.com", "smtp-relay.gmail.com"],
        packages: &[],
    }),
    env: Some(Env {
        checked: "2026-11",
        source: "https://support.google.com/a/answer/176600",
        vars: &[
            Var::plain(&["GMAIL_USER", "GMAIL_USERNAME"]),
            Var::secret(&["GMAIL_PASSWORD", "GMAIL_PASS", "GMAIL_APP_PASSWORD"]),
        ],
        packages: &[],
    }),
    webhook: None,
};
