//! `webhook.body-parsed`
use super::{
    blame,
    facts::{Culprit, Diagnosis},
};
use crate::{
    rule,
    vocab::{At, Fix, Part},
};

rule! {
    /// A parser takes the body before the handler does, and the handler checks an object.
    ///
    /// `express.json()` and the `bodyParser` of the Pages Router do so on their own. The library then says
    /// so in words; a quiet handler is told by an event sent as `text/plain`, which no JSON parser touches.
    ///
    /// # Why at launch
    /// Every real event is refused: customers pay, and nobody is let in.
    ///
    /// # Fix
    /// Switch the parser off for this route, and read the body raw.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks/signature>
    /// - Next.js: <https://nextjs.org/docs/pages/building-your-application/routing/api-routes#custom-config>
    ///
    /// ```pass
    /// secret production
    /// signed 200
    /// ```
    /// ```fail
    /// forged 400 "Webhook payload must be provided as a string or a Buffer"
    /// ```
    /// ```fail
    /// secret production
    /// signed 400 "bad"
    /// compact 400 "bad"
    /// plain 200
    /// ```
    "webhook.body-parsed" on Webhook, Blocker, stage Signature;
    fails "The webhook checks a body that was parsed"; holds "The webhook checks a body that nothing parsed";
    fn check(at: At<'_>, diagnosis: Part<'_, Diagnosis>) -> Verdict {
        blame(at, &diagnosis, &[Culprit::Parsed], || Fix::Code {
            place: "the webhook route".into(),
            lines: [
                "// App Router",
                "const body = await request.text()",
                "// Pages Router: switch the parser off and read the stream",
                "export const config = { api: { bodyParser: false } }",
                "// Express: before express.json()",
                "app.post(\"/webhook\", express.raw({ type: \"application/json\" }), handler)",
            ]
            .map(Into::into)
            .to_vec(),
        })
    }
}
