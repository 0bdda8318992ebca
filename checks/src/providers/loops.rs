//! Loops: newsletters and transactional mail.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// Loops.
pub(super) static PROVIDER: Provider = Provider {
    id: "loops",
    name: "Loops",
    mail: Some(Mail {
        key_hosts: &["dkim.amazonses.com"],
        return_path: ReturnPath::Records {
            label: Some("envelope"),
            hosts: &["amazonses.com"],
            include: "amazonses.com",
            optional: false,
        },
        path_target: Some("10 feedback-smtp.REGION.amazonses.com"),
        smtp_hosts: &["smtp.loops.so"],
        packages: &["loops"],
        ..Mail::of("2026-11", "https://loops.so/docs/deliverability/dmarc-dkim-setup")
    }),
    env: Some(Env {
        vars: &[Var::secret(&["LOOPS_API_KEY"]).essential()],
        packages: &["loops"],
        ..Env::of("2026-11", "https://loops.so/docs/api-reference/intro")
    }),
    webhook: None,
    sdk: None,
};
