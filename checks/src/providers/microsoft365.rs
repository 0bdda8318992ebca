//! Microsoft 365: mailboxes, and mail sent through them; both selectors must exist.
use super::{Mail, Provider};

/// Microsoft 365.
pub(super) static PROVIDER: Provider = Provider {
    id: "microsoft365",
    name: "Microsoft 365",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://learn.microsoft.com/en-us/defender-office-365/email-authentication-spf-configure",
        apex_include: Some("spf.protection.outlook.com"),
        selectors: &["selector1", "selector2"],
        usual_selectors: &[],
        smtp_hosts: &["smtp.office365.com"],
        packages: &[],
    }),
    env: None,
    webhook: None,
};
