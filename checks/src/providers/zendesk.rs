//! Zendesk: help desk.
use super::{Env, Mail, Provider, Scheme, Var, Webhook};

/// Zendesk.
pub(super) static PROVIDER: Provider = Provider {
    id: "zendesk",
    name: "Zendesk",
    mail: Some(Mail {
        apex_include: Some("mail.zendesk.com"),
        selectors: &["zendesk1", "zendesk2"],
        key_hosts: &["zendesk.com"],
        key_targets: &[
            ("zendesk1", "zendesk1._domainkey.zendesk.com"),
            ("zendesk2", "zendesk2._domainkey.zendesk.com"),
        ],
        key_as_txt: false,
        ..Mail::of("2026-11", "https://support.zendesk.com/hc/en-us/articles/4408832543770")
    }),
    env: Some(Env {
        vars: &[
            Var::plain(&["ZENDESK_SUBDOMAIN"]).essential(),
            Var::plain(&["ZENDESK_EMAIL"]),
            Var::secret(&["ZENDESK_API_TOKEN", "ZENDESK_TOKEN"]).essential(),
            Var::signing(&["ZENDESK_WEBHOOK_SECRET", "ZENDESK_SIGNING_SECRET"]),
        ],
        packages: &["node-zendesk"],
        together: &[&[&["ZENDESK_SUBDOMAIN"], &["ZENDESK_EMAIL"], &["ZENDESK_API_TOKEN", "ZENDESK_TOKEN"]]],
        ..Env::of("2026-11", "https://developer.zendesk.com/api-reference/introduction/security-and-auth/")
    }),
    webhook: Some(Webhook {
        signature_header: "x-zendesk-webhook-signature",
        scheme: Scheme::TimeBodyBase64,
        ..Webhook::of("2026-11", "https://developer.zendesk.com/documentation/webhooks/verifying/")
    }),
    sdk: None,
};
