//! Mailchimp: newsletters.
use super::{Env, Mail, Provider, Var};

/// Mailchimp.
pub(super) static PROVIDER: Provider = Provider {
    id: "mailchimp",
    name: "Mailchimp",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://mailchimp.com/help/set-up-email-domain-authentication/",
        apex_include: None,
        selectors: &[],
        usual_selectors: &["k1", "k2", "k3"],
        smtp_hosts: &[],
        packages: &["@mailchimp/mailchimp_marketing"],
    }),
    env: Some(Env {
        checked: "2026-11",
        source: "https://mailchimp.com/developer/marketing/guides/quick-start/",
        vars: &[
            Var::secret(&["MAILCHIMP_API_KEY"]).essential(),
            Var::plain(&["MAILCHIMP_SERVER_PREFIX", "MAILCHIMP_API_SERVER", "MAILCHIMP_AUDIENCE_ID"]),
        ],
        packages: &["@mailchimp/mailchimp_marketing"],
    }),
    webhook: None,
};
