//! Fastmail: mailboxes, and mail sent through them.
use super::{Mail, Provider, ReturnPath};

/// Fastmail.
pub(super) static PROVIDER: Provider = Provider {
    id: "fastmail",
    name: "Fastmail",
    mail: Some(Mail {
        apex_include: Some("spf.messagingengine.com"),
        selectors: &["fm1", "fm2", "fm3"],
        key_hosts: &["fmhosted.com"],
        key_targets: &[
            ("fm1", "fm1.{domain}.dkim.fmhosted.com"),
            ("fm2", "fm2.{domain}.dkim.fmhosted.com"),
            ("fm3", "fm3.{domain}.dkim.fmhosted.com"),
        ],
        return_path: ReturnPath::From,
        mx_hosts: &["messagingengine.com"],
        free_mail: &["fastmail.com"],
        smtp_hosts: &["smtp.fastmail.com"],
        ..Mail::of("2026-11", "https://www.fastmail.help/hc/en-us/articles/360060591153")
    }),
    env: None,
    webhook: None,
    sdk: None,
};
