//! `code.webhook-error-swallowed`
use super::{facts::Hooks, handlers};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity},
};

rule! {
    /// A `catch` around the work of a handler goes on to answer success.
    ///
    /// Where the event is put in a queue first, the work may fail there in peace; this is about work that is
    /// done in the handler itself.
    ///
    /// # Why at launch
    /// The sender believes it and never sends the event again: the customer paid and gets nothing.
    ///
    /// # Fix
    /// Answer 500 in the `catch`, so that the event is sent again.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#retries>
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
    ///   const event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   try {
    ///     await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   } catch (e) {
    ///     console.error(e);
    ///   }
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-error-swallowed" on App, Medium, stage Database;
    fails "A webhook handler calls a failure a success"; holds "Failures are told to the sender";
    yields_to "webhook.error-swallowed";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        handlers::each(&hooks, |h| {
            let at = h.swallowed.first()?;
            let writes = h.effects.iter().any(|e| e.kind.is_write() && e.awaited);
            let fix = Fix::Code {
                place: format!("{}, in the catch around the work", h.file).into(),
                lines: vec![handlers::answer(h, 500, "failed").into()],
            };
            let fault = Fault::new(&h.file, Evidence::Place(at.clone(), "answers success after the work failed".into()), fix);
            let fault = fault.at(at.clone());
            Some(if writes { fault } else { fault.lowered(Severity::Low) })
        })
    }
}
