//! `code.webhook-unanswered`
use super::{facts::Hooks, handlers};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part},
};

rule! {
    /// A way through a handler returns nothing.
    ///
    /// In the app router that becomes a 500, in the pages router the request hangs until it times out.
    ///
    /// # Why at launch
    /// The sender sees a failure where you meant to refuse or to accept, and nobody finds out which.
    ///
    /// # Fix
    /// Return a response on every way: 400 for a missing header, 500 for a missing secret, else 200.
    ///
    /// # References
    /// - Next.js: <https://nextjs.org/docs/app/api-reference/file-conventions/route>
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
    ///   const signature = req.headers.get("stripe-signature");
    ///   if (!signature) return;
    ///   const body = await req.text();
    ///   const event = stripe.webhooks.constructEvent(body, signature, process.env.STRIPE_WEBHOOK_SECRET);
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-unanswered" on App, Medium, stage Route;
    fails "A webhook handler ends without an answer"; holds "Every way through a webhook handler answers";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        handlers::each(&hooks, |h| {
            let first = h.unanswered.first()?;
            let fix = Fix::Code {
                place: format!("{}, line {}", h.file, first.line).into(),
                lines: vec![handlers::answer(h, 400, "bad request").into()],
            };
            let mut fault = Fault::new(&h.file, Evidence::Place(first.clone(), "ends without an answer".into()), fix);
            for at in h.unanswered.iter().skip(1).take(3) {
                fault = fault.and_saw(Evidence::Place(at.clone(), "and here".into()));
            }
            Some(fault.at(first.clone()))
        })
    }
}
