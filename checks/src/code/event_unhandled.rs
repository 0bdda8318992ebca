//! `code.event-unhandled`
use super::{
    facts::{EffectKind, Handler, Hooks},
    handlers,
};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part},
};
use std::collections::BTreeSet;

rule! {
    /// A handler grants access by one event of Stripe and ignores the one that takes it away.
    ///
    /// Judged of handlers that handle a subscription's or an invoice's beginning: without
    /// `customer.subscription.deleted` or `customer.subscription.updated` nothing takes the plan back.
    ///
    /// # Why at launch
    /// Customers who cancel or stop paying keep what they no longer pay for.
    ///
    /// # Fix
    /// Handle the event, and add it to the endpoint in Stripe's dashboard.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/billing/subscriptions/webhooks>
    ///
    /// ```pass
    /// file app/api/webhooks/stripe/route.ts
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   const event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   if (event.type === "customer.subscription.created" || event.type === "customer.subscription.deleted") {
    ///     await prisma.user.update({ where: { customer: event.data.object.customer }, data: { plan: event.data.object.status } });
    ///   }
    ///   return new Response("ok");
    /// }
    /// ```
    /// ```fail
    /// file app/api/webhooks/stripe/route.ts
    /// export async function POST(req) {
    ///   const body = await req.text();
    ///   const event = stripe.webhooks.constructEvent(body, req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   if (event.type === "customer.subscription.created") {
    ///     await prisma.user.update({ where: { customer: event.data.object.customer }, data: { plan: "pro" } });
    ///   }
    ///   return new Response("ok");
    /// }
    /// ```
    "code.event-unhandled" on App, Medium, stage Subscription;
    fails "An event that decides over access is not handled"; holds "The events that decide over access are handled";
    fn check(hooks: Part<'_, Hooks>) -> Verdict {
        let all: BTreeSet<&str> = hooks.iter().flat_map(|h| &h.handlers).flat_map(|h| &h.events).map(String::as_str).collect();
        handlers::each(&hooks, |h| {
            let first = h.events.iter().find(|e| begins(e)).filter(|_| h.provider == Some("stripe"))?;
            // A handler that passes every event on, or another one, may do it.
            let any = |o: &Handler| o.provider == h.provider && o.events.is_empty() && !o.effects.is_empty();
            let any = hooks.iter().flat_map(|x| &x.handlers).any(any);
            if any || takes_back(all.iter()) || h.effects.iter().any(|e| e.kind == EffectKind::Queue) {
                return None;
            }
            let fix = Fix::Code {
                place: h.file.as_str().into(),
                lines: vec!["case \"customer.subscription.deleted\": // take the plan back".into()],
            };
            let saw = format!("handles {first}, and no handler handles customer.subscription.deleted");
            Some(Fault::new(&h.file, Evidence::Place(h.at.clone(), saw.into()), fix).at(h.at.clone()))
        })
    }
}

/// Whether any of these types of event takes a plan back.
pub(super) fn takes_back(events: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
    let ends = ["customer.subscription.deleted", "customer.subscription.updated", "customer.subscription."];
    events.into_iter().any(|e| ends.contains(&e.as_ref()))
}
/// Whether this type of event begins or renews what a customer may use.
pub(super) fn begins(event: &str) -> bool {
    matches!(event, "customer.subscription.created" | "invoice.paid" | "invoice.payment_succeeded")
}
