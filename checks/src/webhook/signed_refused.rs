//! `webhook.signed-refused`
use super::{
    blame,
    facts::{Culprit, Diagnosis, WebhookPlan},
    secret_name,
};
use crate::{
    rule,
    vocab::{At, Fix, Part, Verdict},
};

rule! {
    /// The webhook refuses an event that is signed as the provider signs, and does not say why.
    ///
    /// Sent under `--active`: one event of a type that no handler knows, signed with the secret that the
    /// configuration names. Where the answer tells more, a rule of its own names the cause instead.
    ///
    /// # Why at launch
    /// Every real event is refused: customers pay, and nobody is let in.
    ///
    /// # Fix
    /// Read the body raw, and compare the secret in production with the one that the provider shows for
    /// this very endpoint.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks/signature>
    /// - Standard Webhooks: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
    ///
    /// ```pass
    /// secret production
    /// signed 200 "{\"received\":true}"
    /// ```
    /// ```fail
    /// secret production
    /// forged 400 "invalid signature"
    /// signed 400 "invalid signature"
    /// compact 400 "invalid signature"
    /// plain 400 "invalid signature"
    /// bare 400 "invalid signature"
    /// random 400 "invalid signature"
    /// undefined 400 "invalid signature"
    /// ```
    "webhook.signed-refused" on Webhook, Blocker, intent Active, stage Signature;
    fails "The webhook refuses correctly signed events"; holds "The webhook takes a correctly signed event";
    yields_to "webhook.body-reserialised", "webhook.body-parsed", "webhook.edge-runtime-sync", "webhook.secret-missing", "webhook.secret-wrong";
    fn check(at: At<'_>, plan: &WebhookPlan, diagnosis: Part<'_, Diagnosis>) -> Verdict {
        use Culprit::{EdgeSync, Parsed, Refused, Reserialised, SecretMissing, SecretWrong, ThinOnly};
        let whole = || Fix::Code {
            place: "the webhook route".into(),
            lines: vec![
                "// Stripe sends whole events here, and the handler takes thin ones alone".into(),
                "const event = stripe.webhooks.constructEvent(body, signature, secret)".into(),
            ],
        };
        let thin = diagnosis.first().is_some_and(|d| d.culprit.as_ref().is_some_and(|(c, _)| *c == ThinOnly));
        let of = [Refused, ThinOnly, Parsed, Reserialised, EdgeSync, SecretMissing, SecretWrong];
        let told = blame(at, &diagnosis, &of, || if thin { whole() } else { compare(plan) });
        let silent = diagnosis.first().is_some_and(|d| d.culprit.as_ref().is_some_and(|(c, _)| *c == Refused));
        match told {
            Verdict::Fail(faults) if silent => {
                let hardly = "so is one without indents, one as text/plain, and `[]`: more likely the secret than the body";
                faults.into_iter().map(|f| f.and_saw(hardly)).collect::<Vec<_>>().into()
            }
            told => told,
        }
    }
}

fn compare(plan: &WebhookPlan) -> Fix {
    let secret = secret_name(plan);
    Fix::steps([
        format!(
            "Compare {secret} in production with the signing secret that {} shows for exactly this endpoint{}. Deploy again",
            plan.provider,
            if plan.provider.as_str() == "stripe" {
                "; test mode, live mode and `stripe listen` each have their own"
            } else {
                ""
            }
        ),
        "Check the signature over the raw body, before anything parses it: await request.text()".to_owned(),
        "Or answer 400 with the library's message for a moment, and run this again: it then names the cause".to_owned(),
    ])
}
