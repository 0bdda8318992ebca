//! Resend: transactional mail over a return path of its own.
use super::{Env, Mail, Mode, Provider, ReturnPath, Scheme, Var, Webhook};

/// Resend.
pub(super) static PROVIDER: Provider = Provider {
    id: "resend",
    name: "Resend",
    mail: Some(Mail {
        useless_includes: &["amazonses.com"],
        selectors: &["resend"],
        return_path: ReturnPath::Records {
            label: Some("send"),
            hosts: &["amazonses.com"],
            include: "amazonses.com",
            optional: true,
        },
        sandboxes: &["resend.dev"],
        smtp_hosts: &["smtp.resend.com"],
        packages: &["resend"],
        ..Mail::of("2026-11", "https://resend.com/docs/dashboard/domains/introduction")
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
