//! SMTP: mail through a relay that only its host name tells.
use super::{Env, Provider, Var};

/// SMTP.
pub(super) static PROVIDER: Provider = Provider {
    id: "smtp",
    name: "SMTP",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::plain(&["SMTP_HOST", "EMAIL_SERVER_HOST", "MAIL_HOST", "SMTP_SERVER"]).essential(),
            Var::plain(&["SMTP_PORT", "EMAIL_SERVER_PORT", "MAIL_PORT", "SMTP_SECURE"]),
            Var::plain(&["SMTP_USER", "SMTP_USERNAME", "EMAIL_SERVER_USER", "MAIL_USER", "MAIL_USERNAME"]),
            Var::secret(&[
                "SMTP_PASSWORD",
                "SMTP_PASS",
                "SMTP_PWD",
                "EMAIL_SERVER_PASSWORD",
                "MAIL_PASSWORD",
                "EMAIL_SERVER",
            ]),
            Var::plain(&[
                "SMTP_FROM",
                "EMAIL_FROM",
                "MAIL_FROM",
                "FROM_EMAIL",
                "EMAIL_FROM_ADDRESS",
                "SMTP_FROM_EMAIL",
            ]),
        ],
        packages: &["nodemailer"],
        together: &[
            &[&["SMTP_USER", "SMTP_USERNAME"], &["SMTP_PASSWORD", "SMTP_PASS", "SMTP_PWD"]],
            &[&["EMAIL_SERVER_USER"], &["EMAIL_SERVER_PASSWORD"]],
            &[&["MAIL_USER", "MAIL_USERNAME"], &["MAIL_PASSWORD"]],
        ],
        ..Env::of("2026-11", "https://nodemailer.com/smtp/")
    }),
    webhook: None,
    sdk: None,
};
