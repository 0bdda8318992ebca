//! Brevo: transactional mail and newsletters; its selectors differ by the age of the account.
use super::{Env, Mail, Provider, Var};

/// Brevo.
pub(super) static PROVIDER: Provider = Provider {
    id: "brevo",
    name: "Brevo",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://help.brevo.com/hc/en-us/articles/12163873383186",
        apex_include: None,
        selectors: &[],
        usual_selectors: &["brevo1", "brevo2", "mail"],
        smtp_hosts: &["smtp-relay.brevo.com", "smtp-relay.sendinblue.com"],
        packages: &["@getbrevo/brevo", "sib-api-v3-sdk"],
    }),
    env: Some(Env {
        checked: "2026-11",
        source: "https://developers.brevo.com/docs/getting-started",
        vars: &[Var::secret(&["BREVO_API_KEY", "SENDINBLUE_API_KEY"]).essential()],
        packages: &["@getbrevo/brevo"],
    }),
    webhook: None,
};
