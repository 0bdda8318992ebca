//! Loops: newsletters and transactional mail.
use super::{Env, Mail, Provider, Var};

/// Loops.
pub(super) static PROVIDER: Provider = Provider {
    id: "loops",
    name: "Loops",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://loops.so/docs/sending-domain",
        apex_include: None,
        selectors: &[],
        usual_selectors: &[],
        smtp_hosts: &["smtp.loops.so"],
        packages: &["loops"],
    }),
    env: Some(Env {
        checked: "2026-11",
        source: "https://loops.so/docs/api-reference/intro",
        vars: &[Var::secret(&["LOOPS_API_KEY"]).essential()],
        packages: &["loops"],
    }),
    webhook: None,
};
