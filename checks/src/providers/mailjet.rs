//! Mailjet: transactional mail and newsletters.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// Mailjet.
pub(super) static PROVIDER: Provider = Provider {
    id: "mailjet",
    name: "Mailjet",
    mail: Some(Mail {
        useless_includes: &["spf.mailjet.com"],
        selectors: &["mailjet"],
        return_path: ReturnPath::Theirs,
        smtp_hosts: &["in-v3.mailjet.com"],
        packages: &["node-mailjet"],
        ..Mail::of("2026-11", "https://www.mailjet.com/blog/deliverability/mailjet-dmarcbis-is-dead-long-live-dmarc/")
    }),
    env: Some(Env {
        vars: &[
            Var::plain(&["MJ_APIKEY_PUBLIC"]).essential(),
            Var::secret(&["MJ_APIKEY_PRIVATE", "MAILJET_API_KEY", "MAILJET_SECRET_KEY"]).essential(),
        ],
        packages: &["node-mailjet"],
        ..Env::of("2026-11", "https://dev.mailjet.com/email/guides/")
    }),
    webhook: None,
    sdk: None,
};
