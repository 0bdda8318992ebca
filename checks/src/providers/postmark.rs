//! Postmark: transactional mail; its selector is made for each domain.
use super::{Env, Form, Mail, Mode, Provider, ReturnPath, Scheme, Var, Webhook};

/// Postmark.
pub(super) static PROVIDER: Provider = Provider {
    id: "postmark",
    name: "Postmark",
    mail: Some(Mail {
        useless_includes: &["spf.mtasv.net"],
        selector_patterns: &["*pm"],
        return_path: ReturnPath::Alias { label: Some("pm-bounces"), hosts: &["mtasv.net"], optional: true },
        path_target: Some("pm.mtasv.net"),
        smtp_hosts: &["smtp.postmarkapp.com"],
        packages: &["postmark", "nodemailer-postmark-transport"],
        ..Mail::of("2026-11", "https://postmarkapp.com/support/article/1046-how-do-i-verify-a-domain")
    }),
    env: Some(Env {
        vars: &[
            Var::secret(&[
                "POSTMARK_API_TOKEN",
                "POSTMARK_SERVER_TOKEN",
                "POSTMARK_API_KEY",
                "POSTMARK_TOKEN",
                "POSTMARK_SERVER_API_TOKEN",
            ])
            .starts(&[("POSTMARK_API_TEST", Mode::Test)])
            .forms(&[Form::Uuid])
            .strict()
            .essential(),
            Var::plain(&["POSTMARK_FROM", "POSTMARK_FROM_EMAIL"]),
        ],
        packages: &["postmark"],
        ..Env::of("2026-11", "https://postmarkapp.com/developer/api/overview")
    }),
    webhook: Some(Webhook {
        signature_header: "",
        scheme: Scheme::Other,
        ..Webhook::of("2026-11", "https://postmarkapp.com/developer/webhooks/webhooks-overview")
    }),
    sdk: None,
};
