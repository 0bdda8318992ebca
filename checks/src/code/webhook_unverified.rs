//! `code.webhook-unverified`
use super::{
    facts::{Hooks, Unfollowed, Verified},
    handlers,
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity},
};

rule! {
    /// A webhook handler acts on what it is sent and never verifies who sent it.
    ///
    /// The handler is followed through the files it calls. One that leaves it to code outside of the
    /// repository is called unverified, and one that does nothing with the event is only a medium.
    ///
    /// # Why at launch
    /// Anybody who finds the path can send an event: a paid plan for free, an account deleted.
    ///
    /// # Fix
    /// Verify the signature over the body as it came, before anything is read from it.
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
    ///   const event = await req.json();
    ///   if (event.type === "checkout.session.completed") {
    ///     await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   }
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-unverified" on App, Blocker, stage Signature;
    fails "A webhook handler verifies no signature"; holds "Every webhook handler verifies the signature";
    fn check(hooks: Part<'_, Hooks>, _left: Part<'_, Unfollowed>) -> Verdict {
        handlers::each(&hooks, |h| {
            if h.verified != Verified::No {
                return None;
            }
            let lines = handlers::verification(h).into_iter().map(Into::into).collect();
            let fix = Fix::Code { place: format!("{}, at the top of the handler", h.file).into(), lines };
            let first = h.effects.first();
            let saw = format!("nothing on the way through the handler verifies a signature of {}", handlers::sender(h));
            let mut fault = Fault::new(&h.file, Evidence::Place(h.at.clone(), saw.into()), fix).at(h.at.clone());
            match first {
                Some(e) => fault = fault.and_saw(Evidence::Place(e.at.clone(), format!("{} is reached by any request", e.call).into())),
                None => fault = fault.lowered(Severity::Medium),
            }
            Some(fault)
        })
    }
}
