//! Zoho Mail: mailboxes, and mail sent through them. Its include differs by the region of the account.
use super::{Mail, Provider, ReturnPath};

/// Zoho Mail.
pub(super) static PROVIDER: Provider = Provider {
    id: "zoho",
    name: "Zoho Mail",
    mail: Some(Mail {
        apex_others: &[
            "zohomail.com",
            "zoho.com",
            "zohomail.eu",
            "zoho.eu",
            "zohomail.in",
            "zoho.in",
            "zohomail.com.au",
            "zoho.com.au",
            "zohomail.jp",
            "zoho.jp",
            "zohomail.sa",
            "zoho.sa",
            "zohomail.ca",
            "zohocloud.ca",
        ],
        usual_selectors: &["zmail"],
        return_path: ReturnPath::From,
        mx_hosts: &["zoho.com", "zoho.eu", "zoho.in", "zoho.com.au", "zoho.jp"],
        smtp_hosts: &[
            "smtp.zoho.com",
            "smtppro.zoho.com",
            "smtp.zoho.eu",
            "smtppro.zoho.eu",
            "smtp.zoho.in",
            "smtppro.zoho.in",
        ],
        ..Mail::of("2026-11", "https://www.zoho.com/mail/help/adminconsole/spf-configuration.html")
    }),
    env: None,
    webhook: None,
    sdk: None,
};
