//! `code.webhook-body-reparsed`
use super::{
    facts::{Hooks, RawBody},
    handlers,
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part},
};

rule! {
    /// A handler verifies the signature over a body that was parsed, or parsed and written again.
    ///
    /// The signature is over the bytes that were sent. Of senders that nobody knows nothing is said: some
    /// sign a text that is written anew.
    ///
    /// # Why at launch
    /// The first event that is written with other blanks or another order of keys is refused, and every
    /// retry after it: no payment arrives.
    ///
    /// # Fix
    /// Read the body as text, verify, and parse it then. In the pages router switch `bodyParser` off.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#verify-official-libraries>
    ///
    /// ```pass
    /// file app/api/webhooks/stripe/route.ts
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   let event;
    ///   try {
    ///     event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   } catch {
    ///     return new Response(null, { status: 400 });
    ///   }
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   return new Response("ok");
    /// }
    /// ```
    /// ```fail
    /// file app/api/webhooks/stripe/route.ts
    /// export async function POST(req) {
    ///   const body = JSON.stringify(await req.json());
    ///   const event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-body-reparsed" on App, Medium, stage Signature;
    fails "A signature is verified over a body that was parsed"; holds "Signatures are verified over the body as it came";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        handlers::each(&hooks, |h| {
            let v = h.verify.as_ref().filter(|_| h.raw_body == RawBody::Reparsed && h.provider.is_some())?;
            let lines = handlers::body(h).into_iter().map(Into::into).collect();
            let fix = Fix::Code { place: format!("{}, before the verification", h.file).into(), lines };
            let saw = format!("{} gets the parsed body, not the bytes that {} signed", v.call, handlers::sender(h));
            Some(Fault::new(&h.file, Evidence::Place(v.at.clone(), saw.into()), fix).at(v.at.clone()))
        })
    }
}
