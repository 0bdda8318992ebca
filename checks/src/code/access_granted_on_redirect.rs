//! `code.access-granted-on-redirect`
use super::facts::{Grant, Hooks};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A page or a route behind the checkout's redirect writes what the customer may use, and no webhook
    /// handler writes it.
    ///
    /// # Why at launch
    /// A customer who pays and closes the window gets nothing; one who opens the page's address again may
    /// get it twice.
    ///
    /// # Fix
    /// Write it in the webhook handler, on `checkout.session.completed`; let the page read.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/checkout/fulfillment>
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
    /// file app/success/page.tsx
    /// export default async function Page({ searchParams }) {
    ///   const session = await stripe.checkout.sessions.retrieve(searchParams.session_id);
    ///   await prisma.user.update({ where: { id: session.client_reference_id }, data: { plan: "pro" } });
    ///   return <p>Thanks</p>;
    /// }
    /// ```
    /// ```fail
    /// file app/success/page.tsx
    /// export default async function Page({ searchParams }) {
    ///   const session = await stripe.checkout.sessions.retrieve(searchParams.session_id);
    ///   await prisma.user.update({ where: { id: session.client_reference_id }, data: { plan: "pro" } });
    ///   return <p>Thanks</p>;
    /// }
    /// ```
    "code.access-granted-on-redirect" on App, High, stage Database;
    fails "Access is granted by a page and by no webhook"; holds "Access is granted by a webhook";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        let grants: Vec<&Grant> = hooks.iter().flat_map(|h| &h.grants).collect();
        if grants.is_empty() {
            return Verdict::not_applicable("no page behind a checkout writes anything");
        }
        let alone = grants.into_iter().filter(|g| !g.also_by_webhook).map(|g| {
            let fix = Fix::step(format!("Do {} in the webhook handler on checkout.session.completed; let {} read only", g.writes, g.file));
            let saw = format!("{} stands behind the redirect, and no webhook handler writes it", g.writes);
            Fault::new(&g.file, Evidence::Place(g.at.clone(), saw.into()), fix).at(g.at.clone())
        });
        alone.collect::<Vec<_>>().into()
    }
}
