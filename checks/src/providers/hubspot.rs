//! HubSpot: CRM; its client secret signs webhooks.
use super::{Env, Mail, Mode, Provider, ReturnPath, Scheme, Var, Webhook};

/// HubSpot.
pub(super) static PROVIDER: Provider = Provider {
    id: "hubspot",
    name: "HubSpot",
    mail: Some(Mail {
        selector_patterns: &["hs1-*", "hs2-*"],
        return_path: ReturnPath::Theirs,
        ..Mail::of("2026-11", "https://knowledge.hubspot.com/marketing-email/manage-email-authentication-in-hubspot")
    }),
    env: Some(Env {
        vars: &[
            Var::secret(&["HUBSPOT_ACCESS_TOKEN", "HUBSPOT_PRIVATE_APP_TOKEN", "HUBSPOT_TOKEN"])
                .starts(&[
                    ("pat-na1-", Mode::Silent),
                    ("pat-eu1-", Mode::Silent),
                    ("pat-na2-", Mode::Silent),
                    ("pat-ap1-", Mode::Silent),
                ])
                .essential(),
            Var::secret(&["HUBSPOT_API_KEY"]),
            Var::plain(&["HUBSPOT_CLIENT_ID", "HUBSPOT_PORTAL_ID", "NEXT_PUBLIC_HUBSPOT_PORTAL_ID", "HUBSPOT_APP_ID"]),
            Var::signing(&["HUBSPOT_CLIENT_SECRET"]),
        ],
        packages: &["@hubspot/api-client"],
        ..Env::of("2026-11", "https://developers.hubspot.com/docs/guides/apps/private-apps/overview")
    }),
    webhook: Some(Webhook {
        signature_header: "x-hubspot-signature-v3",
        scheme: Scheme::Hubspot,
        verify: &["Signature.isValid"],
        ..Webhook::of(
            "2026-11",
            "https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests",
        )
    }),
    sdk: None,
};
