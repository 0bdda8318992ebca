//! Events of one made-up subscription of one real test customer, in the shapes of the API version
//! that launchcheck reads (docs.stripe.com/api, 2026-10-28.endive). A handler that fetches their
//! objects from Stripe does not find them.

use serde_json::{Value, json};

/// The API version of the shapes.
const VERSION: &str = "2026-10-28.endive";
/// The length of the period that is paid for, in seconds.
const MONTH: i64 = 30 * 86_400;
/// The price in the currency's smallest unit.
const AMOUNT: i64 = 1900;

/// A purchase that nobody made.
#[derive(Clone, Debug)]
pub(super) struct Purchase {
    pub(super) customer: String,
    /// A word of its own, from which its ids are made.
    pub(super) word: String,
    pub(super) at: i64,
    pub(super) live: bool,
}
impl Purchase {
    pub(super) fn subscription(&self) -> String {
        format!("sub_{}", self.word)
    }
    fn id(&self, prefix: &str) -> String {
        format!("{prefix}_{}", self.word)
    }
    fn event(&self, kind: &str, at: i64, object: Value) -> Value {
        self.changed(kind, at, object, None)
    }
    fn changed(&self, kind: &str, at: i64, object: Value, previous: Option<Value>) -> Value {
        let mut data = json!({ "object": object });
        if let (Some(previous), Some(data)) = (previous, data.as_object_mut()) {
            data.insert("previous_attributes".to_owned(), previous);
        }
        json!({
            "id": self.id(&format!("evt_{}", kind.replace('.', "_"))), "object": "event", "api_version": VERSION,
            "created": at, "data": data, "livemode": self.live, "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null }, "type": kind
        })
    }

    fn subscription_object(&self, status: &str, at_end: bool) -> Value {
        let end = self.at + MONTH;
        let over = (status == "canceled").then_some(self.at);
        let price = json!({
            "id": "price_launchcheck", "object": "price", "active": true, "currency": "usd", "product": "prod_launchcheck",
            "recurring": { "interval": "month", "interval_count": 1 }, "type": "recurring", "unit_amount": AMOUNT
        });
        json!({
            "id": self.subscription(), "object": "subscription", "customer": self.customer, "status": status,
            "cancel_at_period_end": at_end, "cancel_at": at_end.then_some(end),
            "canceled_at": if at_end { Some(self.at) } else { over }, "ended_at": over, "created": self.at,
            "currency": "usd", "collection_method": "charge_automatically", "livemode": self.live, "metadata": {},
            "latest_invoice": self.id("in"), "start_date": self.at,
            "items": { "object": "list", "has_more": false, "data": [{
                "id": self.id("si"), "object": "subscription_item", "subscription": self.subscription(), "quantity": 1,
                "price": price, "current_period_start": self.at, "current_period_end": end
            }] }
        })
    }
    fn invoice(&self, status: &str, paid: i64) -> Value {
        let of = json!({ "subscription": self.subscription(), "metadata": {} });
        json!({
            "id": self.id("in"), "object": "invoice", "customer": self.customer, "status": status, "currency": "usd",
            "amount_due": AMOUNT, "amount_paid": paid, "amount_remaining": AMOUNT - paid, "total": AMOUNT,
            "attempt_count": 1, "attempted": true, "billing_reason": "subscription_create", "created": self.at,
            "livemode": self.live, "metadata": {},
            "parent": { "type": "subscription_details", "subscription_details": of },
            "lines": { "object": "list", "has_more": false, "data": [{
                "id": self.id("il"), "object": "line_item", "amount": AMOUNT, "currency": "usd", "quantity": 1,
                "period": { "start": self.at, "end": self.at + MONTH },
                "pricing": { "type": "price_details",
                             "price_details": { "price": "price_launchcheck", "product": "prod_launchcheck" } }
            }] }
        })
    }

    /// What Stripe sends when somebody buys, in its usual order.
    pub(super) fn bought(&self) -> Vec<Value> {
        let session = json!({
            "id": self.id("cs_test"), "object": "checkout.session", "customer": self.customer, "mode": "subscription",
            "status": "complete", "payment_status": "paid", "subscription": self.subscription(),
            "invoice": self.id("in"), "amount_total": AMOUNT, "currency": "usd", "livemode": self.live, "metadata": {},
            "client_reference_id": null
        });
        vec![
            self.event("customer.subscription.created", self.at, self.subscription_object("active", false)),
            self.event("checkout.session.completed", self.at, session),
            self.event("invoice.paid", self.at, self.invoice("paid", AMOUNT)),
        ]
    }
    pub(super) fn failed(&self) -> Value {
        self.event("invoice.payment_failed", self.at, self.invoice("open", 0))
    }
    pub(super) fn refunded(&self) -> Value {
        let charge = json!({
            "id": self.id("ch"), "object": "charge", "customer": self.customer, "amount": AMOUNT, "amount_refunded": AMOUNT,
            "currency": "usd", "paid": true, "refunded": true, "status": "succeeded", "livemode": self.live,
            "payment_intent": self.id("pi"), "invoice": self.id("in"), "metadata": {}, "created": self.at
        });
        self.event("charge.refunded", self.at, charge)
    }
    pub(super) fn disputed(&self) -> Value {
        let dispute = json!({
            "id": self.id("dp"), "object": "dispute", "amount": AMOUNT, "charge": self.id("ch"), "currency": "usd",
            "payment_intent": self.id("pi"), "reason": "fraudulent", "status": "needs_response", "livemode": self.live,
            "metadata": {}, "created": self.at
        });
        self.event("charge.dispute.created", self.at, dispute)
    }
    pub(super) fn ended(&self, at: i64) -> Value {
        self.event("customer.subscription.deleted", at, self.subscription_object("canceled", false))
    }
    /// It is to end with its period, or no longer is.
    pub(super) fn ending(&self, at_end: bool, at: i64) -> Value {
        let before = json!({ "cancel_at_period_end": !at_end });
        let mut event =
            self.changed("customer.subscription.updated", at, self.subscription_object("active", at_end), Some(before));
        // Two updates of one subscription are two events.
        if let Some(id) = event.get("id").and_then(Value::as_str).map(|id| format!("{id}_{at_end}")) {
            event["id"] = id.into();
        }
        event
    }
}
