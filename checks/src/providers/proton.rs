//! Proton Mail: mailboxes, and mail sent through them.
use super::{Mail, Provider};

/// Proton Mail.
pub(super) static PROVIDER: Provider = Provider {
    id: "proton",
    name: "Proton Mail",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://proton.me/support/anti-spoofing-custom-domain",
        apex_include: Some("_spf.protonmail.ch"),
        selectors: &["protonmail", "protonmail2", "protonmail3"],
        usual_selectors: &[],
        smtp_hosts: &["smtp.protonmail.ch"],
        packages: &[],
    }),
    env: None,
    webhook: None,
};
