//! Resend: transactional mail over a return path of its own.
use super::{Env, Mail, Mode, Provider, Scheme, Var, Webhook};

/// Resend.
pub(super) static PROVIDER: Provider = Provider {
    id: "resend",
    name: "Resend",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://resend.com/docs/dashboard/domains/introduction",
        apex_include: None,
        selectors: &["resend"],
        usual_selectors: &[],
        smtp_hosts: &["smtp.resend.com"],
        packages: &["resend"],
    }),
    env: Some(Env {
        checked: "2026-11",
        source: "https://resend.com/docs/api-reference/introduction",
        vars: &[
            Var::secret(&["RESEND_API_KEY", "RESEND_TOKEN", "RESEND_KEY"]).starts(&[("re_", Mode::Silent)]).essential(),
            Var::plain(&["RESEND_FROM", "RESEND_FROM_EMAIL", "RESEND_EMAIL_FROM", "RESEND_AUDIENCE_ID"]),
            Var::signing(&["RESEND_WEBHOOK_SECRET"]).starts(&[("whsec_", Mode::Silent)]),
        ],
        packages: &["resend"],
    }),
    webhook: Some(Webhook {
        checked: "2026-11",
        source: "https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests",
        signature_header: "svix-signature",
        scheme: Scheme::Svix,
    }),
};
