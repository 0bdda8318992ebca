//! Brevo: transactional mail and newsletters; its selectors differ by the age of the account.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// Brevo.
pub(super) static PROVIDER: Provider = Provider {
    id: "brevo",
    name: "Brevo",
    mail: Some(Mail {
        useless_includes: &["spf.brevo.com", "spf.sendinblue.com"],
        usual_selectors: &["brevo1", "brevo2", "mail"],
        return_path: ReturnPath::Theirs,
        smtp_hosts: &["smtp-relay.brevo.com", "smtp-relay.sendinblue.com"],
        packages: &["@getbrevo/brevo", "sib-api-v3-sdk"],
        ..Mail::of("2026-11", "https://help.brevo.com/hc/en-us/articles/12163873383186")
    }),
    env: Some(Env {
        vars: &[Var::secret(&["BREVO_API_KEY", "SENDINBLUE_API_KEY"]).essential()],
        packages: &["@getbrevo/brevo"],
        ..Env::of("2026-11", "https://developers.brevo.com/docs/getting-started")
    }),
    webhook: None,
    sdk: None,
};
