//! Intercom: help desk; its client secret signs webhooks. The alias of its return path has a name made for
//! each workspace.
use super::{Env, Mail, Provider, Scheme, Var, Webhook};

/// Intercom.
pub(super) static PROVIDER: Provider = Provider {
    id: "intercom",
    name: "Intercom",
    mail: Some(Mail {
        usual_selectors: &["intercom"],
        ..Mail::of(
            "2026-11",
            "https://www.intercom.com/help/en/articles/11183745-troubleshooting-email-authentication-issues-dkim-dmarc-and-dns-setup",
        )
    }),
    env: Some(Env {
        vars: &[
            Var::secret(&["INTERCOM_ACCESS_TOKEN"]).essential(),
            Var::plain(&["INTERCOM_CLIENT_ID"]),
            Var::signing(&["INTERCOM_CLIENT_SECRET"]),
            Var::secret(&["INTERCOM_IDENTITY_SECRET", "INTERCOM_SECRET", "INTERCOM_IDENTITY_VERIFICATION_SECRET"]),
            Var::public(&["NEXT_PUBLIC_INTERCOM_APP_ID", "INTERCOM_APP_ID", "VITE_INTERCOM_APP_ID"]),
        ],
        packages: &["intercom-client"],
        ..Env::of("2026-11", "https://developers.intercom.com/docs/build-an-integration/learn-more/authentication")
    }),
    webhook: Some(Webhook {
        signature_header: "x-hub-signature",
        scheme: Scheme::BodySha1,
        ..Webhook::of("2026-11", "https://developers.intercom.com/docs/webhooks/setting-up-webhooks")
    }),
    sdk: None,
};
