//! Mailgun: transactional mail from a (sub)domain of its own, whose SPF record includes it; the apex needs
//! nothing unless it is that domain.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// Mailgun.
pub(super) static PROVIDER: Provider = Provider {
    id: "mailgun",
    name: "Mailgun",
    mail: Some(Mail {
        usual_selectors: &["pdk1", "pdk2", "krs", "mx"],
        key_hosts: &["mailgun.com", "mailgun.org"],
        return_path: ReturnPath::Records {
            label: Some(""),
            hosts: &["mailgun.org"],
            include: "mailgun.org",
            optional: false,
        },
        sandboxes: &["sandbox*.mailgun.org"],
        domain_vars: &["MAILGUN_DOMAIN"],
        smtp_hosts: &["smtp.mailgun.org", "smtp.eu.mailgun.org"],
        packages: &["mailgun.js", "mailgun-js", "nodemailer-mailgun-transport"],
        ..Mail::of("2026-11", "https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-verify")
    }),
    env: Some(Env {
        vars: &[
            Var::secret(&["MAILGUN_API_KEY", "MAILGUN_KEY"]).essential(),
            Var::plain(&["MAILGUN_DOMAIN"]).essential(),
            Var::signing(&["MAILGUN_WEBHOOK_SIGNING_KEY"]),
        ],
        packages: &["mailgun.js", "mailgun-js"],
        ..Env::of("2026-11", "https://documentation.mailgun.com/docs/mailgun/user-manual/get-started")
    }),
    webhook: None,
    sdk: None,
};
