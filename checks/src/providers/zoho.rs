//! Zoho Mail: mailboxes, and mail sent through them.
use super::{Mail, Provider};

/// Zoho Mail.
pub(super) static PROVIDER: Provider = Provider {
    id: "zoho",
    name: "Zoho Mail",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://www.zoho.com/mail/help/adminconsole/spf-configuration.html",
        apex_include: Some("zohomail.com"),
        selectors: &[],
        usual_selectors: &["zmail"],
        smtp_hosts: &["smtp.zoho.com", "smtppro.zoho.com"],
        packages: &[],
    }),
    env: None,
    webhook: None,
};
