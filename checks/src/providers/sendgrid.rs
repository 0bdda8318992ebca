//! SendGrid: transactional mail; `s1` and `s2` unless the customer chose others.
use super::{Env, Mail, Mode, Provider, ReturnPath, Scheme, Var, Webhook};

/// SendGrid.
pub(super) static PROVIDER: Provider = Provider {
    id: "sendgrid",
    name: "SendGrid",
    mail: Some(Mail {
        useless_includes: &["sendgrid.net"],
        usual_selectors: &["s1", "s2"],
        key_hosts: &["sendgrid.net"],
        return_path: ReturnPath::Alias { label: None, hosts: &["sendgrid.net"], optional: true },
        smtp_hosts: &["smtp.sendgrid.net"],
        packages: &["@sendgrid/mail"],
        ..Mail::of(
            "2026-11",
            "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication",
        )
    }),
    env: Some(Env {
        vars: &[
            Var::secret(&["SENDGRID_API_KEY", "SENDGRID_KEY"]).starts(&[("SG.", Mode::Silent)]).strict().essential(),
            Var::plain(&["SENDGRID_FROM", "SENDGRID_FROM_EMAIL"]),
        ],
        packages: &["@sendgrid/mail"],
        ..Env::of(
            "2026-11",
            "https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/authentication",
        )
    }),
    webhook: Some(Webhook {
        signature_header: "x-twilio-email-event-webhook-signature",
        scheme: Scheme::Other,
        ..Webhook::of(
            "2026-11",
            "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
        )
    }),
    sdk: None,
};
