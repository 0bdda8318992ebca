//! Proton Mail: mailboxes, and mail sent through them.
use super::{Mail, Provider, ReturnPath};

/// Proton Mail.
pub(super) static PROVIDER: Provider = Provider {
    id: "proton",
    name: "Proton Mail",
    mail: Some(Mail {
        apex_include: Some("_spf.protonmail.ch"),
        selectors: &["protonmail", "protonmail2", "protonmail3"],
        key_hosts: &["proton.ch"],
        key_as_txt: false,
        return_path: ReturnPath::From,
        mx_hosts: &["protonmail.ch"],
        free_mail: &["proton.me", "protonmail.com"],
        smtp_hosts: &["smtp.protonmail.ch"],
        ..Mail::of("2026-11", "https://proton.me/support/anti-spoofing-custom-domain")
    }),
    env: None,
    webhook: None,
    sdk: None,
};
