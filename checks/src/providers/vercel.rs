//! Vercel: hosting and blob storage.
use super::{Env, Mode, Provider, Sdk, Var};

/// Vercel.
pub(super) static PROVIDER: Provider = Provider {
    id: "vercel",
    name: "Vercel",
    mail: None,
    env: Some(Env {
        vars: &[
            Var::secret(&["BLOB_READ_WRITE_TOKEN"]).starts(&[("vercel_blob_rw_", Mode::Silent)]).essential(),
            Var::secret(&["VERCEL_TOKEN", "VERCEL_API_TOKEN", "CRON_SECRET", "VERCEL_AUTOMATION_BYPASS_SECRET"]),
        ],
        packages: &["@vercel/blob"],
        ..Env::of("2026-11", "https://vercel.com/docs/environment-variables/system-environment-variables")
    }),
    webhook: None,
    sdk: Some(Sdk {
        packages: &["@vercel/blob"],
        reads: &["BLOB_READ_WRITE_TOKEN"],
        ..Sdk::of("2026-11", "https://vercel.com/docs/vercel-blob/using-blob-sdk")
    }),
};
