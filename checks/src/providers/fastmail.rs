//! Fastmail: mailboxes, and mail sent through them.
use super::{Mail, Provider};

/// Fastmail.
pub(super) static PROVIDER: Provider = Provider {
    id: "fastmail",
    name: "Fastmail",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://www.fastmail.help/hc/en-us/articles/360060591153",
        apex_include: Some("spf.messagingengine.com"),
        selectors: &["fm1", "fm2", "fm3"],
        usual_selectors: &[],
        smtp_hosts: &["smtp.fastmail.com"],
        packages: &[],
    }),
    env: None,
    webhook: None,
};
