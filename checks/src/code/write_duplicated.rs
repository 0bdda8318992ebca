//! `code.write-duplicated`
use super::work::Inputs;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A webhook handler and a page behind the checkout both make the same kind of row.
    ///
    /// Only tables of payments count (`orders`, `subscriptions`, `credits` …), and only rows that are
    /// made; an upsert is healthy.
    ///
    /// # Why at launch
    /// Both run for every sale, so that customers get everything twice, or one of the two fails.
    ///
    /// # Fix
    /// Let the webhook make the row, and the page wait for it.
    ///
    /// # References
    /// - Stripe, fulfilment: <https://docs.stripe.com/checkout/fulfillment>
    ///
    /// ```pass
    /// file app/api/webhooks/stripe/route.ts
    /// const event = stripe.webhooks.constructEvent(a, b, c)
    /// await prisma.order.create({ data })
    /// file app/success/page.tsx
    /// export default async () => prisma.order.findFirst({ where })
    /// file app/api/x/route.ts
    /// export const POST = async () => prisma.note.create({ data: { text } })
    /// ```
    /// ```fail
    /// file app/api/webhooks/stripe/route.ts
    /// const event = stripe.webhooks.constructEvent(a, b, c)
    /// await prisma.order.create({ data })
    /// file app/success/page.tsx
    /// export default async () => prisma.order.create({ data })
    /// ```
    "code.write-duplicated" on App, Medium, stage Idempotency;
    fails "Webhook and page both make the same row"; holds "Each row is made in one place";
    fn check(inputs: Part<'_, Inputs>) -> Verdict {
        let Some(found) = inputs.first() else { return Verdict::Pass };
        if found.files == 0 && found.twice.is_empty() && found.gaps.is_empty() {
            return Verdict::not_applicable("no route or action writes");
        }
        let told = |t: &super::work::Twice| {
            let fix = Fix::step(format!("Delete the write at {}, and wait there for the row of the webhook", t.other));
            Fault::new(&t.table, Evidence::Place(t.other.clone(), format!("makes a row of {}", t.table).into()), fix)
                .and_saw(Evidence::Place(t.webhook.clone(), "and so does the webhook".into()))
                .at(t.other.clone())
        };
        found.twice.iter().map(told).collect::<Vec<_>>().into()
    }
}
