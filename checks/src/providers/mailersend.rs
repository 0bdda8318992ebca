//! MailerSend: transactional mail; a newer set of selectors is being rolled out.
use super::{Env, Mail, Provider, Var};

/// MailerSend.
pub(super) static PROVIDER: Provider = Provider {
    id: "mailersend",
    name: "MailerSend",
    mail: Some(Mail {
        checked: "2026-11",
        source: "https://www.mailersend.com/help/how-to-verify-and-authenticate-a-sending-domain",
        apex_include: Some("_spf.mailersend.net"),
        selectors: &[],
        usual_selectors: &["mlsend2", "mlsend"],
        smtp_hosts: &["smtp.mailersend.net"],
        packages: &["mailersend"],
    }),
    env: Some(Env {
        checked: "2026-11",
        source: "https://developers.mailersend.com/general.html#authentication",
        vars: &[Var::secret(&["MAILERSEND_API_KEY", "MAILERSEND_API_TOKEN"]).essential()],
        packages: &["mailersend"],
    }),
    webhook: None,
};
