//! Polar: payments as merchant of record.
use super::{Env, Mode, Provider, Scheme, Var, Webhook};

/// Polar.
pub(super) static PROVIDER: Provider = Provider {
    id: "polar",
    name: "Polar",
    mail: None,
    env: Some(Env {
        checked: "2026-11",
        source: "https://polar.sh/docs/integrate/oat",
        vars: &[
            Var::secret(&["POLAR_ORGANIZATION_ACCESS_TOKEN", "POLAR_ACCESS_TOKEN"])
                .starts(&[("polar_oat_", Mode::Silent)])
                .essential(),
            Var::signing(&["POLAR_WEBHOOK_SECRET"]).starts(&[("polar_whs_", Mode::Silent)]).essential(),
            Var::plain(&["POLAR_SANDBOX_MODE"]),
        ],
        packages: &["@polar-sh/sdk", "@polar-sh/nextjs"],
    }),
    webhook: Some(Webhook {
        checked: "2026-11",
        source: "https://polar.sh/docs/integrate/webhooks/delivery",
        signature_header: "webhook-signature",
        scheme: Scheme::SvixText,
    }),
};
