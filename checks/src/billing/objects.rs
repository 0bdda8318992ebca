//! What is read of Stripe's other objects: customers, invoices, refunds, disputes, events, prices.

use super::stripe::{Listed, Lookup, Page, Reference, Retrieved, digest, lookup_as, page};
use crate::vocab::{Cause, Currency, Money};
use serde::Deserialize;

/// A customer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Customer {
    /// `cus_…`
    pub id: Box<str>,
    /// The e-mail address, folded; never shown as it is.
    pub email: Option<Box<str>>,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// Whether it was deleted: such a one can be retrieved and is in no list.
    pub deleted: bool,
    /// Whether it lives on a test clock.
    pub test_clock: bool,
}
impl Customer {
    /// The digest of its address; 0 where it has none.
    #[must_use]
    pub fn email_digest(&self) -> u64 {
        self.email.as_deref().map_or(0, digest)
    }
}
/// An e-mail address as it is compared: without blanks around it and without regard to case. What
/// is no address is none.
#[must_use]
pub fn fold_email(text: &str) -> Option<Box<str>> {
    let text = text.trim();
    (text.contains('@') && text.len() <= 320).then(|| text.to_lowercase().into())
}

/// An invoice that is not paid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invoice {
    /// The digest of its id.
    pub id: u64,
    /// The subscription it is of.
    pub subscription: Option<Box<str>>,
    /// `open`, `uncollectible`, `void`.
    pub status: Box<str>,
    /// When it was made.
    pub created: i64,
    /// When it is due; `None` where it is charged by itself.
    pub due: Option<i64>,
    /// What is left to pay.
    pub amount: Option<Money>,
}

/// Money that went back, or that somebody's bank wants back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Return {
    /// `re_…`, `dp_…`
    pub id: Box<str>,
    /// The customer of the charge.
    pub customer: Option<Box<str>>,
    /// When the charge was made.
    pub charged: i64,
    /// Its own state: `succeeded`, `needs_response`, `lost` …
    pub status: Box<str>,
    /// Whether all of the charge is concerned.
    pub whole: bool,
    /// How much.
    pub amount: Option<Money>,
}
/// A refund.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refund(pub Return);
/// A dispute.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dispute(pub Return);

/// An event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// `evt_…`
    pub id: Box<str>,
    /// `customer.subscription.updated` …
    pub kind: Box<str>,
    /// When it happened.
    pub created: i64,
    /// What it is about.
    pub object: Option<Box<str>>,
    /// How many endpoints have not taken it.
    pub pending: i64,
}

/// A price, of which only is asked whether there is any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Price(pub Box<str>);

// ------------------------------------------------------------------------- as it is on the wire ---

#[derive(Deserialize)]
struct WireCustomer {
    id: Box<str>,
    email: Option<Box<str>>,
    #[serde(default)]
    created: i64,
    #[serde(default)]
    deleted: bool,
    test_clock: Option<Reference>,
}
impl From<WireCustomer> for Customer {
    fn from(w: WireCustomer) -> Self {
        Self {
            id: w.id,
            email: w.email.and_then(|e| fold_email(&e)),
            created: w.created,
            deleted: w.deleted,
            test_clock: w.test_clock.is_some(),
        }
    }
}

#[derive(Deserialize)]
struct WireInvoice {
    id: Box<str>,
    #[serde(default)]
    status: Option<Box<str>>,
    #[serde(default)]
    created: i64,
    due_date: Option<i64>,
    amount_remaining: Option<i64>,
    currency: Option<Box<str>>,
    /// Until 2025-03-31 it stood here.
    subscription: Option<Reference>,
    parent: Option<WireParent>,
}
#[derive(Deserialize)]
struct WireParent {
    subscription_details: Option<WireDetails>,
}
#[derive(Deserialize)]
struct WireDetails {
    subscription: Option<Reference>,
}
impl From<WireInvoice> for Invoice {
    fn from(w: WireInvoice) -> Self {
        let parent = w.parent.and_then(|p| p.subscription_details).and_then(|d| d.subscription);
        Self {
            id: digest(&w.id),
            subscription: parent.or(w.subscription).map(Reference::id),
            status: w.status.unwrap_or_default(),
            created: w.created,
            due: w.due_date,
            amount: money(w.amount_remaining, w.currency.as_deref()),
        }
    }
}

#[derive(Deserialize)]
struct WireReturn {
    id: Box<str>,
    #[serde(default)]
    status: Option<Box<str>>,
    amount: Option<i64>,
    currency: Option<Box<str>>,
    charge: Option<WireCharge>,
}
/// A charge, which is asked for in full; an id where it was not.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireCharge {
    Full {
        #[serde(default)]
        created: i64,
        customer: Option<Reference>,
        amount: Option<i64>,
        amount_refunded: Option<i64>,
    },
    Id(serde::de::IgnoredAny),
}
impl From<WireReturn> for Return {
    fn from(w: WireReturn) -> Self {
        let (customer, charged, whole) = match w.charge {
            Some(WireCharge::Full { created, customer, amount, amount_refunded }) => {
                let back = amount_refunded.or(w.amount);
                (customer.map(Reference::id), created, amount.is_some() && back >= amount)
            }
            _ => (None, 0, false),
        };
        let status = w.status.unwrap_or_default();
        Self { id: w.id, customer, charged, status, whole, amount: money(w.amount, w.currency.as_deref()) }
    }
}
fn money(minor: Option<i64>, currency: Option<&str>) -> Option<Money> {
    Some(Money { currency: Currency(currency?.to_ascii_lowercase()), minor: minor? })
}

#[derive(Deserialize)]
struct WireEvent {
    id: Box<str>,
    #[serde(rename = "type")]
    kind: Box<str>,
    #[serde(default)]
    created: i64,
    #[serde(default)]
    pending_webhooks: i64,
    data: Option<WireData>,
}
#[derive(Deserialize)]
struct WireData {
    object: Option<WireObject>,
}
#[derive(Deserialize)]
struct WireObject {
    id: Option<Box<str>>,
    subscription: Option<Reference>,
    parent: Option<WireParent>,
}
impl From<WireEvent> for Event {
    fn from(w: WireEvent) -> Self {
        // An invoice's or a session's event is about its subscription.
        let about = w.data.and_then(|d| d.object).and_then(|o| {
            let parent = o.parent.and_then(|p| p.subscription_details).and_then(|d| d.subscription);
            parent.or(o.subscription).map(Reference::id).or(o.id)
        });
        Self { id: w.id, kind: w.kind, created: w.created, object: about, pending: w.pending_webhooks }
    }
}

#[derive(Deserialize)]
struct WireId {
    id: Box<str>,
}
impl From<WireId> for Price {
    fn from(w: WireId) -> Self {
        Self(w.id)
    }
}
impl From<WireReturn> for Refund {
    fn from(w: WireReturn) -> Self {
        Self(w.into())
    }
}
impl From<WireReturn> for Dispute {
    fn from(w: WireReturn) -> Self {
        Self(w.into())
    }
}

macro_rules! listed {
    ($($t:ty, $wire:ty, $path:literal, $query:expr, |$x:ident| $id:expr $(, made $made:expr)?;)*) => {$(
        impl Listed for $t {
            const PATH: &'static str = $path;
            const QUERY: &'static [(&'static str, &'static str)] = $query;
            fn id(&self) -> &str {
                let $x = self;
                $id
            }
            $(
                const BY_CREATION: bool = true;
                fn created(&self) -> Option<i64> {
                    let $x = self;
                    Some($made)
                }
            )?
            fn page(body: &[u8]) -> Result<Page<Self>, Cause> {
                page::<$wire, Self>(body)
            }
        }
    )*};
}
listed! {
    Customer, WireCustomer, "/v1/customers", &[], |c| &c.id, made c.created;
    Refund, WireReturn, "/v1/refunds", &[("expand[]", "data.charge")], |r| &r.0.id;
    Dispute, WireReturn, "/v1/disputes", &[("expand[]", "data.charge")], |d| &d.0.id;
    Event, WireEvent, "/v1/events", &[], |e| &e.id;
    Price, WireId, "/v1/prices", &[("active", "true"), ("type", "recurring")], |p| &p.0;
    ListedInvoice, WireListedInvoice, "/v1/invoices", &[], |i| &i.cursor;
}

/// An invoice with its id, which is the cursor of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedInvoice {
    cursor: Box<str>,
    /// The invoice.
    pub is: Invoice,
}
#[derive(Deserialize)]
#[serde(transparent)]
struct WireListedInvoice(WireInvoice);
impl From<WireListedInvoice> for ListedInvoice {
    fn from(w: WireListedInvoice) -> Self {
        Self { cursor: w.0.id.clone(), is: w.0.into() }
    }
}

impl Retrieved for Customer {
    const UNDER: &'static str = "/v1/customers/";
    fn lookup(body: &[u8]) -> Result<Lookup<Self>, Cause> {
        lookup_as::<WireCustomer, Self>(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_customer_is_an_answer() {
        let Ok(Lookup::Found(c)) = Customer::lookup(br#"{"id":"cus_1","object":"customer","deleted":true}"#) else {
            panic!()
        };
        assert!(c.deleted && c.email.is_none());
        assert_eq!(fold_email(" Anna@Acme.test ").as_deref(), Some("anna@acme.test"));
        assert_eq!(fold_email("anna"), None);
    }

    #[test]
    fn an_invoice_names_its_subscription_in_both_shapes() {
        for body in [
            r#"{"data":[{"id":"in_1","status":"open","created":5,"amount_remaining":900,"currency":"EUR","subscription":"sub_1"}]}"#,
            r#"{"data":[{"id":"in_1","status":"open","created":5,"amount_remaining":900,"currency":"eur",
                "parent":{"subscription_details":{"subscription":"sub_1"}}}]}"#,
        ] {
            let invoice = ListedInvoice::page(body.as_bytes()).unwrap().data.remove(0).is;
            assert_eq!(invoice.subscription.as_deref(), Some("sub_1"));
            assert_eq!(invoice.amount.unwrap().to_string(), "9.00 EUR");
        }
    }

    #[test]
    fn a_refund_is_whole_only_when_all_of_the_charge_went_back() {
        let refund = |back: u32| {
            let body = format!(
                r#"{{"data":[{{"id":"re_1","status":"succeeded","amount":{back},"currency":"eur",
                    "charge":{{"created":7,"customer":"cus_1","amount":900,"amount_refunded":{back}}}}}]}}"#
            );
            Refund::page(body.as_bytes()).unwrap().data.remove(0).0
        };
        assert!(refund(900).whole && !refund(300).whole);
        let bare = Refund::page(br#"{"data":[{"id":"re_1","charge":"ch_1"}]}"#).unwrap().data.remove(0).0;
        assert!(!bare.whole && bare.customer.is_none());
    }
}
