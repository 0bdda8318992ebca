//! Amazon SES: transactional mail; three random selectors for each identity.
use super::{Env, Mail, Provider, ReturnPath, Var};

/// Amazon SES.
pub(super) static PROVIDER: Provider = Provider {
    id: "ses",
    name: "Amazon SES",
    mail: Some(Mail {
        useless_includes: &["amazonses.com"],
        key_hosts: &["dkim.amazonses.com"],
        return_path: ReturnPath::Records {
            label: None,
            hosts: &["amazonses.com"],
            include: "amazonses.com",
            optional: true,
        },
        path_target: Some("10 feedback-smtp.REGION.amazonses.com"),
        smtp_hosts: &["email-smtp.*.amazonaws.com", "email-smtp-fips.*.amazonaws.com"],
        packages: &["@aws-sdk/client-ses", "@aws-sdk/client-sesv2"],
        ..Mail::of("2026-11", "https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html")
    }),
    env: Some(Env {
        vars: &[
            Var::plain(&["AWS_SES_REGION", "SES_REGION", "SES_FROM", "SES_FROM_EMAIL", "AWS_SES_FROM_EMAIL"]),
            Var::secret(&["AWS_SES_SECRET_ACCESS_KEY", "SES_SECRET_ACCESS_KEY", "AWS_SES_SECRET_KEY"]),
            Var::plain(&["AWS_SES_ACCESS_KEY_ID", "SES_ACCESS_KEY_ID", "AWS_SES_ACCESS_KEY"]),
        ],
        packages: &["@aws-sdk/client-ses", "@aws-sdk/client-sesv2"],
        ..Env::of("2026-11", "https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html")
    }),
    webhook: None,
    sdk: None,
};
