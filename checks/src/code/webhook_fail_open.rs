//! `code.webhook-fail-open`
use super::{
    facts::{Hooks, OpenWhen, Unfollowed, Verified},
    handlers,
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity},
};

rule! {
    /// A webhook handler verifies on some ways and acts on others: where the secret is not set, where the
    /// header is left out, or where the verification fails and its `catch` goes on.
    ///
    /// A way that is only open outside production is a low.
    ///
    /// # Why at launch
    /// Who leaves the header out, or signs with nothing, is believed: the check is there and stops nobody.
    ///
    /// # Fix
    /// Answer 400 on every way on which the signature was not verified.
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
    ///   let event;
    ///   try {
    ///     event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   } catch (e) {
    ///     event = JSON.parse(body);
    ///   }
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-fail-open" on App, Blocker, stage Signature;
    fails "A webhook handler goes on without a valid signature"; holds "No webhook handler goes on without a valid signature";
    fn check(hooks: Part<'_, Hooks>, _left: Part<'_, Unfollowed>) -> Verdict {
        handlers::each(&hooks, |h| {
            let Verified::Open(ways) = &h.verified else { return None };
            let fix = Fix::Code {
                place: format!("{}, on every way without a valid signature", h.file).into(),
                lines: vec![handlers::answer(h, 400, "bad signature").into()],
            };
            let (at, when) = ways.first()?;
            let said = |when: &OpenWhen| format!("reached {}", when.words());
            let mut fault = Fault::new(&h.file, Evidence::Place(at.clone(), said(when).into()), fix).at(at.clone());
            for (at, when) in &ways[1..] {
                fault = fault.and_saw(Evidence::Place(at.clone(), said(when).into()));
            }
            let mild = ways.iter().all(|(_, w)| matches!(w, OpenWhen::NotProduction | OpenWhen::Other));
            Some(if mild { fault.lowered(Severity::Low) } else { fault })
        })
    }
}
