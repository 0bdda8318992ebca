//! Resend: transactional mail over a return path of its own.
use super::{Env, Mail, Mode, Provider, ReturnPath, Scheme, Sdk, Var, Webhook};

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
        path_target: Some("10 feedback-smtp.REGION.amazonses.com"),
        sandboxes: &["resend.dev"],
        smtp_hosts: &["smtp.resend.com"],
        packages: &["resend"],
        ..Mail::of("2026-11", "https://resend.com/docs/dashboard/domains/introduction")
    }),
    env: Some(Env {
        vars: &[
            Var::secret(&["RESEND_API_KEY", "RESEND_TOKEN", "RESEND_KEY"])
                .starts(&[("re_", Mode::Silent)])
                .strict()
                .essential(),
            Var::plain(&["RESEND_FROM", "RESEND_FROM_EMAIL", "RESEND_EMAIL_FROM", "RESEND_AUDIENCE_ID"]),
            Var::signing(&["RESEND_WEBHOOK_SECRET"]).starts(&[("whsec_", Mode::Silent)]),
        ],
        packages: &["resend"],
        ..Env::of("2026-11", "https://resend.com/docs/api-reference/introduction")
    }),
    webhook: Some(Webhook {
        signature_header: "svix-signature",
        scheme: Scheme::Svix,
        verify: &["webhooks.verify"],
        ..Webhook::of("2026-11", "https://resend.com/docs/dashboard/webhooks/verify-webhooks-requests")
    }),
    sdk: Some(Sdk {
        packages: &["resend"],
        reads: &["RESEND_API_KEY"],
        ..Sdk::of("2026-11", "https://github.com/resend/resend-node")
    }),
};
