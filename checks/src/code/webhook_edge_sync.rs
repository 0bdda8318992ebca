//! `code.webhook-edge-sync`
use super::{
    facts::{Hooks, Verify, VerifyKind},
    handlers,
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part},
};

rule! {
    /// A handler runs on an edge runtime and verifies with `constructEvent` or Node's `createHmac`.
    ///
    /// An edge runtime has no synchronous cryptography: the call throws for every event.
    ///
    /// # Why at launch
    /// No event is ever accepted.
    ///
    /// # Fix
    /// Use `constructEventAsync` with Web Crypto, or take `runtime = "edge"` out.
    ///
    /// # References
    /// - Stripe: <https://github.com/stripe/stripe-node#usage-with-web-crypto>
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
    /// export const runtime = "edge";
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   const event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { plan: "pro" } });
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-edge-sync" on App, Medium, stage Signature;
    fails "A webhook handler on an edge runtime verifies with what is not there"; holds "Handlers on an edge runtime verify with what is there";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        handlers::each(&hooks, |h| {
            let sync = |v: &&Verify| matches!(v.kind, VerifyKind::Stripe | VerifyKind::Hmac);
            let v = h.verify.as_ref().filter(sync).filter(|_| h.edge)?;
            let line = if v.kind == VerifyKind::Stripe {
                "const event = await stripe.webhooks.constructEventAsync(body, signature, secret);"
            } else {
                "export const runtime = \"nodejs\";"
            };
            let fix = Fix::Code { place: v.at.file.clone(), lines: vec![line.into()] };
            let saw = format!("{} is synchronous, and the file asks for an edge runtime", v.call);
            Some(Fault::new(&h.file, Evidence::Place(v.at.clone(), saw.into()), fix).at(v.at.clone()))
        })
    }
}
