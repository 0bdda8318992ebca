//! Google Workspace: mailboxes, and mail sent through them.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// Google Workspace.
pub(super) static PROVIDER: Provider = Provider {
    id: "google-workspace",
    name: "Google Workspace",
    mail: Some(Mail {
        apex_include: Some("_spf.google.com"),
        usual_selectors: &["google"],
        return_path: ReturnPath::From,
        mx_hosts: &["google.com", "googlemail.com"],
        free_mail: &["gmail.com", "googlemail.com"],
        smtp_hosts: &["smtp.gmail.com", "smtp-relay.gmail.com"],
        ..Mail::of("2026-11", "https://support.google.com/a/answer/33786")
    }),
    env: Some(Env {
        vars: &[
            Var::plain(&["GMAIL_USER", "GMAIL_USERNAME"]),
            Var::secret(&["GMAIL_PASSWORD", "GMAIL_PASS", "GMAIL_APP_PASSWORD"]),
        ],
        ..Env::of("2026-11", "https://support.google.com/a/answer/176600")
    }),
    webhook: None,
    sdk: None,
};
