//! `code.event-ignored`
use super::{
    event_unhandled::{begins, takes_back},
    facts::{Answer, EffectKind, Handler, Hooks},
};
use crate::{
    billing::facts::Endpoints,
    rule,
    vocab::{All, Evidence, Fault, Fix, Severity, Verdict},
};

rule! {
    /// An endpoint in Stripe is sent an event that decides over access or money, and no handler in the
    /// source has a branch for it.
    ///
    /// Only what an endpoint names itself is looked at; one that is sent everything says nothing of what
    /// the app waits for. Medium for the events of a subscription's end and pause, low for refunds,
    /// disputes and late payments.
    ///
    /// # Why at launch
    /// Stripe is told that the event arrived, does not send it again, and the database stays as it was.
    ///
    /// # Fix
    /// Add a branch for the event, or take it off the endpoint.
    ///
    /// # References
    /// - Stripe: <https://docs.stripe.com/billing/subscriptions/webhooks#events>
    ///
    /// ```pass
    /// endpoint customer.subscription.deleted charge.succeeded
    /// file app/api/webhooks/stripe/route.ts
    /// export async function POST(req) {
    ///   const event = stripe.webhooks.constructEvent(await req.text(), req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   if (event.type === "customer.subscription.deleted") await prisma.user.update({ where: { customer: event.data.object.customer }, data: { plan: "free" } });
    ///   return new Response("ok");
    /// }
    /// ```
    /// ```fail
    /// endpoint customer.subscription.deleted charge.dispute.created
    /// file app/api/webhooks/stripe/route.ts
    /// export async function POST(req) {
    ///   const event = stripe.webhooks.constructEvent(await req.text(), req.headers.get("stripe-signature"), process.env.STRIPE_WEBHOOK_SECRET);
    ///   if (event.type === "customer.subscription.deleted") await prisma.user.update({ where: { customer: event.data.object.customer }, data: { plan: "free" } });
    ///   return new Response("ok");
    /// }
    /// ```
    "code.event-ignored" on App, Medium, stage Subscription;
    fails "An event that the app is sent is handled nowhere"; holds "The events that the app is sent are handled";
    fn check(hooks: &Hooks, endpoints: All<'_, Endpoints>) -> Verdict {
        let ours: Vec<&Handler> = hooks.handlers.iter().filter(|h| h.provider == Some("stripe")).collect();
        // One that names no event takes them all, and one that passes them on leaves it to another.
        // One that turns other types away is told of that.
        let known = |h: &&Handler| {
            let takes = h.unhandled.is_success() || h.unhandled == Answer::Unknown;
            takes && !h.events.is_empty() && !h.effects.iter().any(|e| e.kind == EffectKind::Queue)
        };
        let Some(first) = ours.first().filter(|_| ours.iter().all(known)) else {
            return Verdict::not_applicable("no handler in the source names the events of Stripe that it takes");
        };
        let handled = |kind: &str| {
            ours.iter().flat_map(|h| &h.events).any(|e| e == kind || e.ends_with('.') && kind.starts_with(e.as_str()))
        };
        let mut faults = Vec::new();
        for (kind, severity) in DECIDING {
            let sent = endpoints.iter().flat_map(|a| a.list.iter().filter(|e| a.serves(e)));
            let Some(endpoint) = sent.into_iter().find(|e| e.events.iter().any(|x| x.as_str() == *kind)) else { continue };
            // What `code.event-unhandled` says is not said twice.
            let all = || ours.iter().flat_map(|h| &h.events);
            let told = kind.starts_with("customer.subscription.") && all().any(|e| begins(e)) && !takes_back(all());
            if handled(kind) || told {
                continue;
            }
            let fix = Fix::Code { place: first.file.as_str().into(), lines: vec![format!("case \"{kind}\": // keep it in the database").into()] };
            let saw = format!("handles {}, and not {kind}", first.events.join(", "));
            let fault = Fault::new(*kind, Evidence::Place(first.at.clone(), saw.into()), fix)
                .titled(format!("{kind} is sent to the app and handled nowhere"))
                .and_saw(format!("the endpoint {} ({}) is sent {kind}", endpoint.id, endpoint.place))
                .at(first.at.clone());
            faults.push(if *severity == Severity::Medium { fault } else { fault.lowered(*severity) });
        }
        faults.into()
    }
}

/// The events that take access or money back, or bring either late (docs.stripe.com, 2026-11).
const DECIDING: &[(&str, Severity)] = &[
    ("customer.subscription.deleted", Severity::Medium),
    ("customer.subscription.paused", Severity::Medium),
    ("checkout.session.async_payment_succeeded", Severity::Low),
    ("checkout.session.async_payment_failed", Severity::Low),
    ("charge.refunded", Severity::Low),
    ("charge.dispute.created", Severity::Low),
];
