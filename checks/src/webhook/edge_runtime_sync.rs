//! `webhook.edge-runtime-sync`
use super::{
    blame,
    facts::{Culprit, Diagnosis},
};
use crate::{
    rule,
    vocab::{At, Fix, Part},
};

rule! {
    /// The handler checks signatures with the synchronous function where only the asynchronous one works.
    ///
    /// The edge runtime, Workers and Bun have no synchronous cryptography; stripe-node throws there before
    /// it looks at the signature.
    ///
    /// # Why at launch
    /// Every real event is refused: customers pay, and nobody is let in.
    ///
    /// # Fix
    /// Call `constructEventAsync`, or run the route on Node.js.
    ///
    /// # References
    /// - stripe-node: <https://github.com/stripe/stripe-node#webhook-signing>
    /// - Next.js: <https://nextjs.org/docs/app/api-reference/file-conventions/route-segment-config#runtime>
    ///
    /// ```pass
    /// secret production
    /// signed 200
    /// ```
    /// ```fail
    /// forged 400 "SubtleCryptoProvider cannot be used in a synchronous context."
    /// ```
    "webhook.edge-runtime-sync" on Webhook, Blocker, stage Signature;
    fails "The webhook calls a check that its runtime does not have"; holds "The webhook calls a check that its runtime has";
    fn check(at: At<'_>, diagnosis: Part<'_, Diagnosis>) -> Verdict {
        blame(at, &diagnosis, &[Culprit::EdgeSync], || Fix::Code {
            place: "the webhook route".into(),
            lines: [
                "const event = await stripe.webhooks.constructEventAsync(body, signature, secret)",
                "// or keep the synchronous call and run the route on Node.js:",
                "export const runtime = \"nodejs\"",
            ]
            .map(Into::into)
            .to_vec(),
        })
    }
}
