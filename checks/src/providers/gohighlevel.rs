//! `GoHighLevel`: CRM. Its webhooks are signed with a public key.
use super::{Env, Mode, Provider, Scheme, Var, Webhook};

/// `GoHighLevel`.
pub(super) static PROVIDER: Provider = Provider {
    id: "gohighlevel",
    name: "GoHighLevel",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["GHL_API_KEY", "HIGHLEVEL_API_KEY", "GHL_PRIVATE_INTEGRATION_TOKEN", "GHL_ACCESS_TOKEN"])
                .starts(&[("pit-", Mode::Silent)])
                .essential(),
            Var::plain(&["GHL_LOCATION_ID", "HIGHLEVEL_LOCATION_ID", "GHL_CLIENT_ID"]),
            Var::secret(&["GHL_CLIENT_SECRET"]),
        ],
        packages: &["@gohighlevel/api-client"],
        together: &[&[&["GHL_CLIENT_ID"], &["GHL_CLIENT_SECRET"]]],
        ..Env::of("2026-11", "https://marketplace.gohighlevel.com/docs/Authorization/PrivateIntegrationsToken")
    }),
    webhook: Some(Webhook {
        signature_header: "x-ghl-signature",
        scheme: Scheme::Other,
        ..Webhook::of("2026-11", "https://marketplace.gohighlevel.com/docs/webhook/WebhookIntegrationGuide/")
    }),
    sdk: None,
};
