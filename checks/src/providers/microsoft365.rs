//! Microsoft 365: mailboxes, and mail sent through them; both selectors must exist.
use super::{Mail, Provider, ReturnPath};

/// Microsoft 365.
pub(super) static PROVIDER: Provider = Provider {
    id: "microsoft365",
    name: "Microsoft 365",
    mail: Some(Mail {
        apex_include: Some("spf.protection.outlook.com"),
        // Government and 21Vianet tenants.
        apex_others: &["spf.protection.office365.us", "spf.protection.partner.outlook.cn"],
        // Both must exist; the key of the one that is not in use may come with its first turn.
        selectors: &["selector1", "selector2"],
        key_hosts: &["onmicrosoft.com", "dkim.mail.microsoft"],
        key_targets: &[
            ("selector1", "selector1-{dashes}._domainkey.TENANT"),
            ("selector2", "selector2-{dashes}._domainkey.TENANT"),
        ],
        switch_on: Some("the Microsoft Defender portal, Email authentication settings, DKIM"),
        key_as_txt: false,
        return_path: ReturnPath::From,
        mx_hosts: &["mail.protection.outlook.com", "mx.microsoft"],
        free_mail: &["outlook.com", "hotmail.com", "live.com"],
        smtp_hosts: &["smtp.office365.com"],
        ..Mail::of(
            "2026-11",
            "https://learn.microsoft.com/en-us/defender-office-365/email-authentication-dkim-configure",
        )
    }),
    env: None,
    webhook: None,
    sdk: None,
};
