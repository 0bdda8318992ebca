//! `SparkPost`: transactional mail; its selector is made for each account.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// `SparkPost`.
pub(super) static PROVIDER: Provider = Provider {
    id: "sparkpost",
    name: "SparkPost",
    mail: Some(Mail {
        useless_includes: &["_spf.sparkpostmail.com", "sparkpostmail.com"],
        selector_patterns: &["scph*"],
        return_path: ReturnPath::Alias {
            label: None,
            hosts: &["sparkpostmail.com", "e.sparkpost.com"],
            optional: true,
        },
        smtp_hosts: &["smtp.sparkpostmail.com"],
        packages: &["sparkpost"],
        ..Mail::of("2026-11", "https://developers.sparkpost.com/api/sending-domains")
    }),
    env: Some(Env {
        vars: &[Var::secret(&["SPARKPOST_API_KEY"]).essential()],
        packages: &["sparkpost"],
        ..Env::of("2026-11", "https://developers.sparkpost.com/api/")
    }),
    webhook: None,
    sdk: None,
};
