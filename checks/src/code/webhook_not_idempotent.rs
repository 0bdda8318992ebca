//! `code.webhook-not-idempotent`
use super::{
    facts::{Effect, EffectKind, Hooks, Idempotency, Unseen},
    handlers,
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity},
};

rule! {
    /// A handler makes a row, counts a number, sends a mail or writes to a CRM, and nothing keeps it from
    /// doing so again when the same event comes twice.
    ///
    /// Handlers that only set rows do the same again, and are not judged.
    ///
    /// # Why at launch
    /// Every sender delivers some events twice: credits are granted twice, two welcome mails go out.
    ///
    /// # Fix
    /// Store the id of the event first, and stop where it is there already.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/webhooks#handle-duplicate-events>
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
    ///   await prisma.user.update({ where: { id: event.data.object.client_reference_id }, data: { credits: { increment: 100 } } });
    ///   return new Response("ok");
    /// }
    /// ```
    "code.webhook-not-idempotent" on App, Medium, stage Idempotency;
    fails "An event that comes twice is done twice"; holds "Events that come twice are done once";
    fn check(hooks: Part<'_, Hooks>, _unseen: Part<'_, Unseen>) -> Verdict {
        handlers::each(&hooks, |h| {
            if h.idempotency != Idempotency::Nothing {
                return None;
            }
            let once = [EffectKind::Create, EffectKind::Increment, EffectKind::Mail, EffectKind::Remote];
            let calls: Vec<&Effect> = h.effects.iter().filter(|e| !e.guarded && once.contains(&e.kind)).collect();
            let first = calls.iter().find(|e| e.kind != EffectKind::Remote).or(calls.first())?;
            let fix = Fix::Code {
                place: format!("{}, behind the verification", h.file).into(),
                lines: vec![
                    "const done = await db.processedEvent.findUnique({ where: { id: event.id } });".into(),
                    format!("if (done) {}", handlers::answer(h, 200, "")).into(),
                    "// the work, and behind it, so that what failed is done again:".into(),
                    "await db.processedEvent.create({ data: { id: event.id } });".into(),
                ],
            };
            let saw = format!("{} runs again when the event comes again", first.call);
            let fault = Fault::new(&h.file, Evidence::Place(first.at.clone(), saw.into()), fix).at(first.at.clone());
            // A second mail is a nuisance; a second purchase is money.
            let writes = calls.iter().any(|e| e.kind.is_write());
            Some(if writes { fault } else { fault.lowered(Severity::Low) })
        })
    }
}
