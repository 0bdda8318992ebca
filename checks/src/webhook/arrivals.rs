//! What Stripe's list of events says of deliveries.

use serde::Deserialize;

#[derive(Deserialize)]
struct Page {
    data: Vec<Event>,
}
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
}

/// How many events a page holds that were sent to an endpoint; `None` where it is no such page.
///
/// Left out are those that no endpoint of a product hears, since Stripe counts what was sent nowhere
/// as delivered: only types that the webhook of a subscription needs are asked for.
#[must_use]
pub fn count(page: &[u8]) -> Option<u64> {
    let page: Page = serde_json::from_slice(page).ok()?;
    let heard = page.data.iter().filter(|e| TYPES.contains(&e.kind.as_str())).count();
    u64::try_from(heard).ok()
}

/// The types that are asked for: those that the webhook of a subscription hears.
pub const TYPES: &[&str] = &[
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice.payment_failed",
];

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn only_what_endpoints_hear_counts() {
        let page = br#"{"data":[{"id":"evt_1","type":"invoice.paid"},{"id":"evt_2","type":"balance.available"}],"has_more":false}"#;
        assert_eq!((count(page), count(b"{}"), count(b"<html>")), (Some(1), None, None));
    }
}
