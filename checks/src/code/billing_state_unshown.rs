//! `code.billing-state-unshown`
use super::deeds::Money;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Verdict},
};

rule! {
    /// The source sells subscriptions, and no page speaks of billing, a subscription, an invoice or a
    /// customer portal.
    ///
    /// # Why at launch
    /// Customers who cannot see what they pay for, or how to end it, write to support or to their bank.
    ///
    /// # Fix
    /// Add a page that shows plan, status and next payment, with a link to the provider's customer
    /// portal.
    ///
    /// # References
    /// - Stripe, customer portal: <https://docs.stripe.com/customer-management>
    ///
    /// ```pass
    /// file app/api/webhooks/stripe/route.ts
    /// stripe.webhooks.constructEvent(body, signature, secret); if (t === "customer.subscription.deleted") end()
    /// file app/settings/page.tsx
    /// export default () => <a href="/api/portal">Billing</a>
    /// ```
    /// ```fail
    /// file app/api/webhooks/stripe/route.ts
    /// stripe.webhooks.constructEvent(body, signature, secret); if (t === "customer.subscription.deleted") end()
    /// file app/page.tsx
    /// export default () => <h1>Acme</h1>
    /// ```
    "code.billing-state-unshown" on App, Low, stage Subscription;
    fails "No page shows what somebody pays for"; holds "A page shows what somebody pays for";
    fn check(money: &Money) -> Verdict {
        let Some((at, event)) = money.handles.as_ref().filter(|_| money.subscriptions) else {
            return Verdict::not_applicable("the source handles no subscriptions of Stripe");
        };
        if money.pages == 0 {
            return Verdict::not_applicable("the source has no pages");
        }
        if money.shown {
            return Verdict::Pass;
        }
        let fix = Fix::steps([
            "Add a page with the plan, the status and the next payment",
            "Link to the customer portal: stripe.billingPortal.sessions.create({ customer, return_url })",
        ]);
        Fault::here(Evidence::Place(at.clone(), format!("{event} is handled").into()), fix)
            .and_saw(format!("none of {} page files speaks of billing", money.pages))
            .into()
    }
}
