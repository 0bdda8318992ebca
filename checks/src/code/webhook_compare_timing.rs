//! `code.webhook-compare-timing`
use super::{facts::Hooks, handlers};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part},
};

rule! {
    /// A signature is compared by `===`.
    ///
    /// # Why at launch
    /// The time that the comparison takes tells how much of a forged signature is right.
    ///
    /// # Fix
    /// Compare with `timingSafeEqual` of `node:crypto`.
    ///
    /// # References
    /// - Node.js: <https://nodejs.org/api/crypto.html#cryptotimingsafeequala-b>
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
    /// file app/api/webhooks/lemonsqueezy/route.ts
    /// import { createHmac } from "node:crypto";
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   const digest = createHmac("sha256", process.env.LEMONSQUEEZY_WEBHOOK_SECRET).update(body).digest("hex");
    ///   if (digest !== req.headers.get("x-signature")) return new Response(null, { status: 401 });
    ///   await prisma.order.update({ where: { id: JSON.parse(body).data.id }, data: {} });
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-compare-timing" on App, Low, stage Signature;
    fails "A signature is compared character by character"; holds "Signatures are compared in constant time";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        handlers::each(&hooks, |h| {
            let at = h.plain_compare.as_ref()?;
            let fix = Fix::Code {
                place: at.file.clone(),
                lines: vec![
                    "const a = Buffer.from(digest), b = Buffer.from(signature ?? \"\");".into(),
                    format!("if (a.length !== b.length || !timingSafeEqual(a, b)) {}", handlers::answer(h, 401, "")).into(),
                ],
            };
            let saw = Evidence::Place(at.clone(), "compares the signature as a text".into());
            Some(Fault::new(&h.file, saw, fix).at(at.clone()))
        })
    }
}
