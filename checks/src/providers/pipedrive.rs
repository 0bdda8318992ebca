//! Pipedrive: CRM. Its webhooks carry a name and a password and no signature.
use super::{Env, Form, Provider, Scheme, Var, Webhook};

/// Pipedrive.
pub(super) static PROVIDER: Provider = Provider {
    id: "pipedrive",
    name: "Pipedrive",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["PIPEDRIVE_API_TOKEN", "PIPEDRIVE_API_KEY", "PIPEDRIVE_TOKEN"])
                .forms(&[Form::Letters(40)])
                .essential(),
            Var::plain(&["PIPEDRIVE_COMPANY_DOMAIN", "PIPEDRIVE_DOMAIN", "PIPEDRIVE_CLIENT_ID"]),
            Var::secret(&["PIPEDRIVE_CLIENT_SECRET"]),
        ],
        packages: &["pipedrive"],
        together: &[&[&["PIPEDRIVE_CLIENT_ID"], &["PIPEDRIVE_CLIENT_SECRET"]]],
        ..Env::of("2026-11", "https://pipedrive.readme.io/docs/how-to-find-the-api-token")
    }),
    webhook: Some(Webhook {
        scheme: Scheme::Other,
        ..Webhook::of("2026-11", "https://pipedrive.readme.io/docs/guide-for-webhooks")
    }),
    sdk: None,
};
