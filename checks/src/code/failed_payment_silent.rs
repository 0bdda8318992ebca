//! `code.failed-payment-silent`
use super::deeds::Money;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// The source handles events of subscriptions, and a payment that fails changes nothing and reaches
    /// nobody.
    ///
    /// Either the case for a failed payment does nothing but log, or the source names neither such an
    /// event nor the status that follows it. Medium where `customer.subscription.updated` brings the
    /// new status all the same.
    ///
    /// # Why at launch
    /// One card in ten fails at a renewal. Nobody asks the customer for a new one, and they keep what
    /// they no longer pay for.
    ///
    /// # Fix
    /// On `invoice.payment_failed` store the subscription's status, and tell the customer with a link to
    /// pay. On `customer.subscription.updated` store the status as well.
    ///
    /// # References
    /// - Stripe, subscription webhooks: <https://docs.stripe.com/billing/subscriptions/webhooks#payment-failures>
    ///
    /// ```pass
    /// file app/api/webhooks/stripe/route.ts
    /// const event = stripe.webhooks.constructEvent(body, signature, secret)
    /// switch (event.type) {
    ///   case "customer.subscription.deleted": await end(event); break
    ///   case "invoice.payment_failed": await remind(event.data.object); break
    /// }
    /// ```
    /// ```fail
    /// file app/api/webhooks/stripe/route.ts
    /// const event = stripe.webhooks.constructEvent(body, signature, secret)
    /// switch (event.type) {
    ///   case "customer.subscription.created": await start(event); break
    ///   case "invoice.payment_failed":
    ///     console.log("payment failed", event.id)
    ///     break
    /// }
    /// ```
    /// ```fail
    /// file app/api/checkout/route.ts
    /// await stripe.checkout.sessions.create({ mode: "subscription" })
    /// file app/api/webhooks/stripe/route.ts
    /// const event = stripe.webhooks.constructEvent(body, signature, secret)
    /// if (event.type === "checkout.session.completed") await start(event)
    /// ```
    "code.failed-payment-silent" on App, High, stage Subscription;
    fails "A failed payment changes nothing and reaches nobody"; holds "A failed payment is acted on";
    fn check(found: Part<'_, Money>) -> Verdict {
        let Some(money) = found.first() else { return Verdict::Pass };
        let mut faults: Vec<Fault> = money.silent.iter().map(|s| {
            let fault = Fault::new(&s.event, Evidence::Place(s.at.clone(), "this case does nothing but log".into()), fix(&s.at.file))
                .titled(format!("{} is heard and nothing is done", s.event))
                .at(s.at.clone());
            if s.elsewhere { fault.lowered(Severity::Medium) } else { fault }
        }).collect();
        if !money.subscriptions && faults.is_empty() {
            return Verdict::not_applicable("the source handles no subscriptions of Stripe");
        }
        let Some((at, event)) = &money.handles else {
            return if faults.is_empty() { Verdict::not_applicable("no handler names types of events of Stripe") } else { faults.into() };
        };
        if !money.follows {
            let saw = Evidence::Place(at.clone(), format!("{event} is handled").into());
            faults.push(
                Fault::new("invoice.payment_failed", saw, fix(&at.file))
                    .and_saw("no file names invoice.payment_failed, customer.subscription.updated or the status past_due")
                    .at(at.clone()),
            );
        }
        faults.into()
    }
}

fn fix(file: &crate::vocab::Shown) -> Fix {
    Fix::Code {
        place: file.clone(),
        lines: [
            "case \"invoice.payment_failed\":",
            "case \"customer.subscription.updated\":",
            "  await saveSubscriptionStatus(event.data.object); // past_due, unpaid, canceled",
            "  await askForNewCard(event.data.object);",
            "  break;",
        ]
        .map(Into::into)
        .to_vec(),
    }
}
