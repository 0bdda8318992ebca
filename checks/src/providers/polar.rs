//! Polar: payments as merchant of record.
use super::{EmptySecret, Env, Mode, Provider, Scheme, Sdk, Var, Webhook};

/// Polar.
pub(super) static PROVIDER: Provider = Provider {
    id: "polar",
    name: "Polar",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["POLAR_ORGANIZATION_ACCESS_TOKEN", "POLAR_ACCESS_TOKEN"])
                .starts(&[("polar_oat_", Mode::Silent)])
                .essential(),
            Var::signing(&["POLAR_WEBHOOK_SECRET"]).starts(&[("polar_whs_", Mode::Silent)]).essential(),
            Var::plain(&["POLAR_SANDBOX_MODE"]),
        ],
        packages: &["@polar-sh/sdk", "@polar-sh/nextjs"],
        ..Env::of("2026-11", "https://polar.sh/docs/integrate/oat")
    }),
    webhook: Some(Webhook {
        signature_header: "webhook-signature",
        scheme: Scheme::SvixText,
        verify: &["validateEvent", "Webhooks"],
        ..Webhook::of("2026-11", "https://polar.sh/docs/integrate/webhooks/delivery")
    }),
    sdk: Some(Sdk {
        packages: &["@polar-sh/sdk", "@polar-sh/nextjs"],
        empty_secret: EmptySecret::Refused,
        ..Sdk::of("2026-11", "https://github.com/polarsource/polar-js")
    }),
};
