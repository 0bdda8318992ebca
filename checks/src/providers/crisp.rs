//! Crisp: help desk. Hooks of a website are not signed; those of a plugin are.
use super::{Env, Form, Provider, Scheme, Var, Webhook};

/// Crisp.
pub(super) static PROVIDER: Provider = Provider {
    id: "crisp",
    name: "Crisp",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::public(&["NEXT_PUBLIC_CRISP_WEBSITE_ID", "CRISP_WEBSITE_ID", "VITE_CRISP_WEBSITE_ID"])
                .forms(&[Form::Uuid])
                .strict(),
            Var::secret(&["CRISP_TOKEN_IDENTIFIER", "CRISP_IDENTIFIER"]).forms(&[Form::Uuid]),
            Var::secret(&["CRISP_TOKEN_KEY", "CRISP_KEY"]).forms(&[Form::Hex(64)]),
        ],
        packages: &["crisp-api", "crisp-sdk-web"],
        together: &[&[&["CRISP_TOKEN_IDENTIFIER", "CRISP_IDENTIFIER"], &["CRISP_TOKEN_KEY", "CRISP_KEY"]]],
        ..Env::of("2026-11", "https://docs.crisp.chat/guides/rest-api/authentication/")
    }),
    webhook: Some(Webhook {
        signature_header: "x-crisp-signature",
        scheme: Scheme::Other,
        verify: &["verifyHook"],
        ..Webhook::of("2026-11", "https://docs.crisp.chat/references/web-hooks/v1/")
    }),
    sdk: None,
};
