//! Mailchimp: newsletters.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// Mailchimp.
pub(super) static PROVIDER: Provider = Provider {
    id: "mailchimp",
    name: "Mailchimp",
    mail: Some(Mail {
        useless_includes: &["servers.mcsv.net"],
        usual_selectors: &["k1", "k2", "k3"],
        key_hosts: &["mcsv.net"],
        key_as_txt: false,
        return_path: ReturnPath::Theirs,
        packages: &["@mailchimp/mailchimp_marketing"],
        ..Mail::of("2026-11", "https://mailchimp.com/help/set-up-email-domain-authentication/")
    }),
    env: Some(Env {
        vars: &[
            Var::secret(&["MAILCHIMP_API_KEY"]).essential(),
            Var::plain(&["MAILCHIMP_SERVER_PREFIX", "MAILCHIMP_API_SERVER", "MAILCHIMP_AUDIENCE_ID"]),
        ],
        packages: &["@mailchimp/mailchimp_marketing"],
        ..Env::of("2026-11", "https://mailchimp.com/developer/marketing/guides/quick-start/")
    }),
    webhook: None,
    sdk: None,
};
