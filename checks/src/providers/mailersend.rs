//! MailerSend: transactional mail; a newer set of selectors is being rolled out.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// MailerSend.
pub(super) static PROVIDER: Provider = Provider {
    id: "mailersend",
    name: "MailerSend",
    mail: Some(Mail {
        apex_include: Some("_spf.mailersend.net"),
        usual_selectors: &["mlsend2", "mlsend"],
        key_hosts: &["mailersend.net"],
        return_path: ReturnPath::Alias { label: Some("mta"), hosts: &["mailersend.net"], optional: true },
        path_target: Some("mailersend.net"),
        smtp_hosts: &["smtp.mailersend.net"],
        packages: &["mailersend"],
        ..Mail::of("2026-11", "https://www.mailersend.com/help/how-to-verify-and-authenticate-a-sending-domain")
    }),
    env: Some(Env {
        vars: &[Var::secret(&["MAILERSEND_API_KEY", "MAILERSEND_API_TOKEN"]).essential()],
        packages: &["mailersend"],
        ..Env::of("2026-11", "https://developers.mailersend.com/general.html#authentication")
    }),
    webhook: None,
    sdk: None,
};
