//! Mandrill: transactional mail of Mailchimp.
use super::{Env, Mail, Provider, Var};

/// Mandrill.
pub(super) static PROVIDER: Provider = Provider {
    id: "mandrill",
    name: "Mandrill",
    mail: Some(Mail {
        useless_includes: &["spf.mandrillapp.com"],
        selectors: &["mte1", "mte2"],
        key_hosts: &["mandrillapp.com"],
        key_targets: &[("mte1", "dkim1.mandrillapp.com"), ("mte2", "dkim2.mandrillapp.com")],
        key_as_txt: false,
        smtp_hosts: &["smtp.mandrillapp.com"],
        packages: &["@mailchimp/mailchimp_transactional"],
        ..Mail::of("2026-11", "https://mailchimp.com/developer/transactional/docs/authentication-delivery/")
    }),
    env: Some(Env {
        vars: &[Var::secret(&["MANDRILL_API_KEY", "MAILCHIMP_TRANSACTIONAL_API_KEY"]).essential()],
        packages: &["@mailchimp/mailchimp_transactional"],
        ..Env::of("2026-11", "https://mailchimp.com/developer/transactional/guides/quick-start/")
    }),
    webhook: None,
    sdk: None,
};
