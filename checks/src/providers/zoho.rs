//! Zoho Mail: mailboxes, and mail sent through them.
use super::{Mail, Provider, ReturnPath};

/// Zoho Mail.
pub(super) static PROVIDER: Provider = Provider {
    id: "zoho",
    name: "Zoho Mail",
    mail: Some(Mail {
        apex_include: Some("zohomail.com"),
        usual_selectors: &["zmail"],
        return_path: ReturnPath::From,
        mx_hosts: &["zoho.com", "zoho.eu", "zoho.in"],
        smtp_hosts: &["smtp.zoho.com", "smtppro.zoho.com", "smtp.zoho.eu"],
        ..Mail::of("2026-11", "https://www.zoho.com/mail/help/adminconsole/spf-configuration.html")
    }),
    env: None,
    webhook: None,
};
