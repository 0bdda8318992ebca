//! `code.webhook-unhandled-rejected`
use super::{
    facts::{Answer, Hooks},
    handlers,
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part},
};

rule! {
    /// A handler answers an error to a type of event that it does not handle.
    ///
    /// # Why at launch
    /// The sender takes it for a failure and sends the event again for days; Stripe switches an endpoint off
    /// that keeps failing, and then no event arrives at all.
    ///
    /// # Fix
    /// Answer 200 to every event that was verified, whether it is handled or not.
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
    ///   switch (event.type) {
    ///     case "invoice.paid":
    ///       await prisma.user.update({ where: { id: event.data.object.customer }, data: { plan: "pro" } });
    ///       break;
    ///     default:
    ///       return new Response("unhandled", { status: 400 });
    ///   }
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-unhandled-rejected" on App, Medium, stage Route;
    fails "A webhook handler refuses events that it does not handle"; holds "Events of other types are acknowledged";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        handlers::each(&hooks, |h| {
            let Answer::Status(status @ 400..) = h.unhandled else { return None };
            if h.events.is_empty() {
                return None;
            }
            let fix = Fix::Code {
                place: format!("{}, for types that are not handled", h.file).into(),
                lines: vec![handlers::answer(h, 200, "").into()],
            };
            let saw = format!("a type that it does not handle gets {status}; it handles {}", h.events.join(", "));
            Some(Fault::new(&h.file, Evidence::Place(h.at.clone(), saw.into()), fix).at(h.at.clone()))
        })
    }
}
