//! Customer.io: campaigns; its records stand below a name made for each account.
use super::{Env, Mail, Provider, Var};

/// Customer.io.
pub(super) static PROVIDER: Provider = Provider {
    id: "customerio",
    name: "Customer.io",
    mail: Some(Mail::of("2026-11", "https://docs.customer.io/journeys/authentication")),
    env: Some(Env {
        vars: &[
            Var::secret(&["CUSTOMERIO_API_KEY", "CUSTOMER_IO_API_KEY", "CUSTOMERIO_APP_API_KEY"]).essential(),
            Var::plain(&["CUSTOMERIO_SITE_ID", "CUSTOMER_IO_SITE_ID"]),
        ],
        packages: &["customerio-node"],
        ..Env::of("2026-11", "https://docs.customer.io/accounts-and-workspaces/managing-credentials/")
    }),
    webhook: None,
    sdk: None,
};
