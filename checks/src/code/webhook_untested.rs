//! `code.webhook-untested`
use super::facts::Hooks;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// The app has webhook handlers, and none of its tests speaks of webhooks.
    ///
    /// # Why at launch
    /// The handler is the one route that nobody clicks: a change that breaks it shows when money is missing.
    ///
    /// # Fix
    /// Write one test that posts a signed event and one that posts a forged one.
    ///
    /// # References
    /// - Stripe: <https://github.com/stripe/stripe-node#testing-webhook-signing>
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
    /// file app/api/webhooks/stripe/route.test.ts
    /// test("webhook", async () => {});
    /// ```
    /// ```fail
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
    "code.webhook-untested" on App, Info;
    fails "No test speaks of webhooks"; holds "Tests speak of webhooks";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        let tests = hooks.iter().flat_map(|h| &h.tests).next();
        let first = hooks.iter().flat_map(|h| &h.handlers).next();
        let (Some(h), None) = (first, tests) else {
            return if first.is_some() { Verdict::Pass } else { Verdict::not_applicable("no webhook handler was found in the source") };
        };
        let fix = Fix::Code {
            place: "a test".into(),
            lines: vec!["const header = stripe.webhooks.generateTestHeaderString({ payload, secret });".into()],
        };
        Fault::here(Evidence::Place(h.at.clone(), "no test file mentions webhooks or signatures".into()), fix).into()
    }
}
