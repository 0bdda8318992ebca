//! SMTP2GO: an SMTP relay; its names carry a number made for each account.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// SMTP2GO.
pub(super) static PROVIDER: Provider = Provider {
    id: "smtp2go",
    name: "SMTP2GO",
    mail: Some(Mail {
        key_hosts: &["smtp2go.net"],
        key_as_txt: false,
        return_path: ReturnPath::Alias { label: None, hosts: &["smtp2go.net"], optional: false },
        path_target: Some("return.smtp2go.net"),
        smtp_hosts: &["mail.smtp2go.com"],
        ..Mail::of("2026-11", "https://support.smtp2go.com/hc/en-gb/articles/28543815517209-SPF-DKIM-and-DMARC")
    }),
    env: Some(Env {
        vars: &[Var::secret(&["SMTP2GO_API_KEY"]).essential()],
        ..Env::of("2026-11", "https://developers.smtp2go.com/docs/getting-started")
    }),
    webhook: None,
    sdk: None,
};
