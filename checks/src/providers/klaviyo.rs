//! Klaviyo: campaigns from a subdomain of its own.
use super::{Env, Mail, Provider, Var};

/// Klaviyo.
pub(super) static PROVIDER: Provider = Provider {
    id: "klaviyo",
    name: "Klaviyo",
    mail: Some(Mail::of("2026-11", "https://help.klaviyo.com/hc/en-us/articles/115000357752")),
    env: Some(Env {
        vars: &[Var::secret(&["KLAVIYO_API_KEY", "KLAVIYO_PRIVATE_KEY", "KLAVIYO_PRIVATE_API_KEY"]).essential()],
        packages: &["klaviyo-api"],
        ..Env::of("2026-11", "https://developers.klaviyo.com/en/docs/authenticate_")
    }),
    webhook: None,
    sdk: None,
};
