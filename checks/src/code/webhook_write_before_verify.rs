//! `code.webhook-write-before-verify`
use super::{facts::Hooks, handlers};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part},
};

rule! {
    /// A handler stores something of the request before it verifies the signature.
    ///
    /// # Why at launch
    /// Anybody can fill the table, and what is stored there looks like a real event.
    ///
    /// # Fix
    /// Move the write behind the verification.
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
    ///   const body = await req.text();
    ///   await prisma.rawEvent.create({ data: { body } });
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
    "code.webhook-write-before-verify" on App, Medium, stage Signature;
    fails "A webhook handler writes before it verifies"; holds "Nothing is written before the signature is verified";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        handlers::each(&hooks, |h| {
            let first = h.writes_before.first()?;
            let line = h.verify.as_ref().map_or(0, |v| v.at.line);
            let fix = Fix::step(format!("Move {} behind the verification in line {line}", first.call));
            let saw = format!("{} stands before the verification", first.call);
            Some(Fault::new(&h.file, Evidence::Place(first.at.clone(), saw.into()), fix).at(first.at.clone()))
        })
    }
}
