//! `code.webhook-side-effect-inline`
use super::{
    facts::{Effect, EffectKind, Hooks},
    handlers,
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part},
};

rule! {
    /// A handler waits for a mail, a CRM or another service before it answers.
    ///
    /// # Why at launch
    /// When that service is slow the answer comes too late, the sender sends the event again, and the mail
    /// goes out twice.
    ///
    /// # Fix
    /// Answer first: put the call into `after(() => …)` or a queue.
    ///
    /// # References
    /// - Next.js: <https://nextjs.org/docs/app/api-reference/functions/after>
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
    /// import { Resend } from "resend";
    /// const resend = new Resend(process.env.RESEND_API_KEY);
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   const event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   await resend.emails.send({ to: event.data.object.customer_email, subject: "Thanks" });
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-side-effect-inline" on App, Low, stage Email;
    fails "A webhook handler waits for third parties before it answers"; holds "Webhook handlers answer before they call others";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        handlers::each(&hooks, |h| {
            let calls: Vec<&Effect> =
                h.effects.iter().filter(|e| e.awaited && matches!(e.kind, EffectKind::Mail | EffectKind::Remote)).collect();
            let first = calls.first()?;
            let fix = Fix::Code {
                place: h.file.as_str().into(),
                lines: vec!["import { after } from \"next/server\";".into(), format!("after(() => {}(…));", first.call).into()],
            };
            let saw = |e: &Effect| Evidence::Place(e.at.clone(), format!("the answer waits for {}", e.call).into());
            let mut fault = Fault::new(&h.file, saw(first), fix).at(first.at.clone());
            for e in calls.iter().skip(1).take(4) {
                fault = fault.and_saw(saw(e));
            }
            Some(fault)
        })
    }
}
