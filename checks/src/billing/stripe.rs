//! What is read out of Stripe's answers: subscriptions, webhook endpoints, errors.
//!
//! Only the fields that are used are read. A period's end stands on the items since 2025-03-31 and
//! on the subscription before; a price was a plan once; words and identifiers are kept as they come.

use super::status::Status;
use crate::vocab::{Cause, Currency, Money, Shown};
use serde::{Deserialize, Serialize};

/// What is kept of one subscription.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of Stripe's object")]
pub struct Sub {
    /// `sub_…`
    pub id: Box<str>,
    /// `cus_…`
    pub customer: Box<str>,
    /// Its status.
    pub status: Status,
    /// When the current period began, in seconds since 1970: the latest of its items.
    pub period_start: Option<i64>,
    /// When the current period ends: the earliest of its items.
    pub period_end: Option<i64>,
    /// Whether it is set to end by itself.
    pub ending: bool,
    /// When it was made.
    pub created: i64,
    /// When it ended.
    pub ended: Option<i64>,
    /// When its trial ends or ended.
    pub trial_end: Option<i64>,
    /// When something about it last changed, as far as its own times tell.
    pub changed: i64,
    /// What it brings in a month; `None` where that cannot be told (tiers, metering, coupons).
    pub monthly: Option<Money>,
    /// What is paid for. Where there are more than ten items the rest is left out, and
    /// [`Sub::items_whole`] is false.
    pub items: Vec<Item>,
    /// Whether every item is among [`Sub::items`].
    pub items_whole: bool,
    /// Whether collection is paused, so that nothing is charged while it stays active.
    pub paused: bool,
    /// The digest of its latest invoice's id.
    pub latest_invoice: Option<u64>,
    /// Whether it lives on a test clock.
    pub test_clock: bool,
    /// Whether it is of live mode.
    pub livemode: bool,
}

/// One item of a subscription.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Item {
    /// `price_…`, or `plan_…` of older accounts.
    pub price: Option<Box<str>>,
    /// `prod_…`
    pub product: Option<Box<str>>,
    /// How many; `None` where usage is metered.
    pub quantity: Option<i64>,
    /// When its period ends.
    pub period_end: Option<i64>,
    /// What one of it brings in a month.
    pub unit: Option<Money>,
}
impl Sub {
    /// Its currency, in lower case, where its price tells.
    #[must_use]
    pub fn currency(&self) -> Option<&Currency> {
        let unit = || self.items.iter().find_map(|i| i.unit.as_ref());
        self.monthly.as_ref().or_else(unit).map(|m| &m.currency)
    }
    /// The same with all its items, of which Stripe puts only ten into the subscription. What it
    /// brings in a month stays unknown: whether there is a coupon was not kept.
    #[must_use]
    pub fn with_items(mut self, items: Vec<SubItem>) -> Self {
        self.period_start = items.iter().filter_map(|i| i.period_start).max().or(self.period_start);
        self.period_end = items.iter().filter_map(|i| i.is.period_end).min().or(self.period_end);
        self.items = items.into_iter().map(|i| i.is).collect();
        self.items_whole = true;
        self
    }
    /// Whether its price is nothing at all, as of a plan that is free.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.monthly.as_ref().is_some_and(|m| m.minor == 0)
    }
    /// The products that it is for.
    pub fn products(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|i| i.product.as_deref())
    }
}

/// One item as the list of a subscription's items has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubItem {
    /// `si_…`
    pub id: Box<str>,
    /// When its period began.
    pub period_start: Option<i64>,
    /// The item.
    pub is: Item,
}

/// A short digest, for comparing what need not be kept (ids, e-mail addresses). It never leaves the
/// process.
#[must_use]
pub fn digest(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Where events are sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registered {
    /// `we_…` or `ed_…`
    pub id: Box<str>,
    /// The URL; `None` for a destination that is a cloud's event bus.
    pub url: Option<Box<str>>,
    /// What kind of destination it is: `webhook_endpoint`, `amazon_eventbridge` …
    pub kind: Box<str>,
    /// Whether events are sent.
    pub enabled: bool,
    /// Whether it is of live mode.
    pub livemode: bool,
    /// The event types that are sent, `*` for most.
    pub events: Vec<Box<str>>,
    /// The API version of its events; `None` follows the account.
    pub version: Option<Box<str>>,
    /// Whether it is sent thin events, which name an object and do not hold it.
    pub thin: bool,
}

/// The answer to a single retrieve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lookup<T = Sub> {
    /// It is there.
    Found(T),
    /// The account has no such object; whether it is one of the other mode.
    Gone {
        /// The 404 said that the other mode has it.
        other_mode: bool,
    },
}

impl<T> Lookup<T> {
    /// The same of another kind.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Lookup<U> {
        match self {
            Self::Found(found) => Lookup::Found(f(found)),
            Self::Gone { other_mode } => Lookup::Gone { other_mode },
        }
    }
}

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// The objects.
    pub data: Vec<T>,
    /// Whether there are more behind the last.
    pub has_more: bool,
    /// Where the next page is, for lists that say so (version 2 of the API).
    pub next: Option<String>,
}

/// An error as Stripe writes it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ApiError {
    /// The short word: `resource_missing`, `parameter_unknown` …
    pub code: Option<String>,
    /// The sentence.
    #[serde(alias = "detail")]
    pub message: Option<String>,
    /// The parameter it is about.
    pub param: Option<String>,
}
impl ApiError {
    /// Reads an error out of a body; `None` where it is none.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Wrap {
            error: ApiError,
        }
        serde_json::from_slice::<Wrap>(body).ok().map(|w| w.error)
    }
    /// The permission that a restricted key lacks, as the sentence names it: the first word that
    /// looks like `rak_subscription_read` or `webhook_read`.
    #[must_use]
    pub fn permission(&self) -> Shown {
        let message = self.message.as_deref().unwrap_or_default();
        message
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .find(|w| w.ends_with("_read") || w.ends_with("_write") || w.starts_with("rak_"))
            .map_or_else(|| "that Stripe asks for".into(), Shown::from)
    }
    fn missing(&self) -> bool {
        self.code.as_deref() == Some("resource_missing")
            || self.message.as_deref().is_some_and(|m| m.starts_with("No such "))
    }
    fn other_mode(&self) -> bool {
        self.message.as_deref().is_some_and(|m| m.contains("similar object exists in"))
    }
}

// ------------------------------------------------------------------------- as it is on the wire ---

#[derive(Deserialize)]
pub(super) struct WirePage<T> {
    data: Vec<T>,
    #[serde(default)]
    has_more: bool,
    #[serde(default)]
    next_page_url: Option<String>,
}
/// An identifier, or the object itself where it was expanded.
pub(super) struct Reference(Box<str>);
impl Reference {
    pub(super) fn id(self) -> Box<str> {
        self.0
    }
}
impl<'de> Deserialize<'de> for Reference {
    /// By hand, for it stands in every object: an untagged enum keeps what it reads until it knows.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> serde::de::Visitor<'de> for Either {
            type Value = Reference;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an id or an object that has one")
            }
            fn visit_str<E>(self, id: &str) -> Result<Reference, E> {
                Ok(Reference(id.into()))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Reference, A::Error> {
                #[derive(Deserialize)]
                struct Object {
                    id: Box<str>,
                }
                let object = Object::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Reference(object.id))
            }
        }
        deserializer.deserialize_any(Either)
    }
}
#[derive(Deserialize)]
struct WireSub {
    id: Box<str>,
    customer: Reference,
    status: Box<str>,
    #[serde(default)]
    livemode: bool,
    #[serde(default)]
    created: i64,
    start_date: Option<i64>,
    canceled_at: Option<i64>,
    ended_at: Option<i64>,
    trial_end: Option<i64>,
    pause_collection: Option<serde::de::IgnoredAny>,
    latest_invoice: Option<Reference>,
    cancel_at: Option<i64>,
    #[serde(default)]
    cancel_at_period_end: bool,
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
    test_clock: Option<Reference>,
    items: Option<WireItems>,
    plan: Option<WirePrice>,
    quantity: Option<i64>,
    discount: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    discounts: Vec<serde::de::IgnoredAny>,
}
#[derive(Deserialize)]
struct WireItems {
    data: Vec<WireItem>,
    #[serde(default)]
    has_more: bool,
}
#[derive(Deserialize)]
struct WireItem {
    #[serde(default)]
    id: Box<str>,
    price: Option<WirePrice>,
    plan: Option<WirePrice>,
    quantity: Option<i64>,
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
}
/// A price, or a plan of older versions; the recurrence stands inside or beside.
#[derive(Deserialize)]
struct WirePrice {
    id: Option<Box<str>>,
    product: Option<Reference>,
    currency: Option<Box<str>>,
    unit_amount: Option<i64>,
    amount: Option<i64>,
    billing_scheme: Option<Box<str>>,
    recurring: Option<Recurring>,
    interval: Option<Box<str>>,
    interval_count: Option<i64>,
    usage_type: Option<Box<str>>,
}
#[derive(Deserialize)]
struct Recurring {
    interval: Option<Box<str>>,
    interval_count: Option<i64>,
    usage_type: Option<Box<str>>,
}
impl WirePrice {
    /// What `quantity` of it bring in a month, in the smallest unit.
    fn monthly(&self, quantity: i64) -> Option<(&str, i128)> {
        let (interval, count, usage) = match &self.recurring {
            Some(r) => (r.interval.as_deref(), r.interval_count, r.usage_type.as_deref()),
            None => (self.interval.as_deref(), self.interval_count, self.usage_type.as_deref()),
        };
        if usage == Some("metered") || self.billing_scheme.as_deref() == Some("tiered") {
            return None;
        }
        let amount = i128::from(self.unit_amount.or(self.amount)?) * i128::from(quantity);
        let count = i128::from(count.unwrap_or(1).max(1));
        let (times, by) = match interval? {
            "month" => (1, count),
            "year" => (1, 12 * count),
            "week" => (52, 12 * count),
            "day" => (365, 12 * count),
            _ => return None,
        };
        Some((self.currency.as_deref()?, amount * times / by))
    }
}

impl From<WireSub> for Sub {
    fn from(w: WireSub) -> Self {
        let monthly = monthly(&w);
        let items_whole = w.items.as_ref().is_none_or(|i| !i.has_more);
        let items = w.items.as_ref().map(|i| i.data.as_slice()).unwrap_or_default();
        let period_start = items.iter().filter_map(|i| i.current_period_start).max().or(w.current_period_start);
        let period_end = items.iter().filter_map(|i| i.current_period_end).min().or(w.current_period_end);
        let times = [Some(w.created), w.start_date, w.canceled_at, w.ended_at, period_start];
        Self {
            status: Status::parse(&w.status),
            period_start,
            period_end,
            ending: w.cancel_at_period_end || w.cancel_at.is_some(),
            created: w.created,
            ended: w.ended_at,
            trial_end: w.trial_end,
            items_whole,
            paused: w.pause_collection.is_some(),
            latest_invoice: w.latest_invoice.map(|i| digest(&i.id())),
            changed: times.into_iter().flatten().max().unwrap_or_default(),
            monthly,
            test_clock: w.test_clock.is_some(),
            livemode: w.livemode,
            items: match w.items {
                Some(items) if !items.data.is_empty() => items.data.into_iter().map(Item::from).collect(),
                _ => w.plan.map(|p| item(p, w.quantity, w.current_period_end)).into_iter().collect(),
            },
            id: w.id,
            customer: w.customer.id(),
        }
    }
}
impl From<WireItem> for Item {
    fn from(w: WireItem) -> Self {
        match w.price.or(w.plan) {
            Some(price) => item(price, w.quantity, w.current_period_end),
            None => Self { quantity: w.quantity, period_end: w.current_period_end, ..Self::default() },
        }
    }
}
impl From<WireItem> for SubItem {
    fn from(w: WireItem) -> Self {
        Self { id: w.id.clone(), period_start: w.current_period_start, is: w.into() }
    }
}
fn item(price: WirePrice, quantity: Option<i64>, period_end: Option<i64>) -> Item {
    let unit = price.monthly(1).and_then(|(currency, minor)| {
        Some(Money { currency: Currency(currency.to_ascii_lowercase()), minor: i64::try_from(minor).ok()? })
    });
    Item { price: price.id, product: price.product.map(Reference::id), quantity, period_end, unit }
}
fn monthly(w: &WireSub) -> Option<Money> {
    if w.discount.is_some() || !w.discounts.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    match &w.items {
        Some(items) if items.has_more => return None,
        Some(items) if !items.data.is_empty() => {
            for i in &items.data {
                parts.push(i.price.as_ref().or(i.plan.as_ref())?.monthly(i.quantity.unwrap_or(1))?);
            }
        }
        _ => parts.push(w.plan.as_ref()?.monthly(w.quantity.unwrap_or(1))?),
    }
    let currency = parts.first()?.0;
    if parts.iter().any(|(c, _)| *c != currency) {
        return None;
    }
    let minor = i64::try_from(parts.iter().map(|(_, m)| m).sum::<i128>()).ok()?;
    Some(Money { currency: Currency(currency.to_ascii_lowercase()), minor })
}

#[derive(Deserialize)]
struct WireEndpoint {
    id: Box<str>,
    url: Option<Box<str>>,
    #[serde(default)]
    status: Box<str>,
    #[serde(default)]
    livemode: bool,
    #[serde(default, rename = "type")]
    kind: Option<Box<str>>,
    #[serde(default)]
    enabled_events: Vec<Box<str>>,
    #[serde(alias = "snapshot_api_version")]
    api_version: Option<Box<str>>,
    webhook_endpoint: Option<WireTarget>,
    event_payload: Option<Box<str>>,
}
#[derive(Deserialize)]
struct WireTarget {
    url: Option<Box<str>>,
}
impl From<WireEndpoint> for Registered {
    fn from(w: WireEndpoint) -> Self {
        Self {
            id: w.id,
            url: w.url.or_else(|| w.webhook_endpoint.and_then(|t| t.url)),
            kind: w.kind.unwrap_or_else(|| "webhook_endpoint".into()),
            enabled: &*w.status == "enabled",
            livemode: w.livemode,
            events: w.enabled_events,
            version: w.api_version,
            thin: w.event_payload.as_deref() == Some("thin"),
        }
    }
}

// ---------------------------------------------------------------------------------- the readers ---

/// What a list holds.
pub trait Listed: Sized {
    /// The list's path.
    const PATH: &'static str;
    /// The parameters beside `limit` and the cursor.
    const QUERY: &'static [(&'static str, &'static str)];
    /// Whether the list can be filtered by the time of creation and is ordered by it, newest first.
    const BY_CREATION: bool = false;
    /// The parameter that asks for the largest page.
    const LIMIT: (&'static str, &'static str) = ("limit", "100");
    /// The object's identifier, which is its cursor.
    fn id(&self) -> &str;
    /// When it was made, in seconds since 1970, where [`Listed::BY_CREATION`].
    fn created(&self) -> Option<i64> {
        None
    }
    /// Reads one page.
    ///
    /// # Errors
    /// [`Cause::Parse`] where the body is no such page.
    fn page(body: &[u8]) -> Result<Page<Self>, Cause>;
}
impl Listed for Sub {
    const PATH: &'static str = "/v1/subscriptions";
    const QUERY: &'static [(&'static str, &'static str)] = &[("status", "all")];
    const BY_CREATION: bool = true;
    fn id(&self) -> &str {
        &self.id
    }
    fn created(&self) -> Option<i64> {
        Some(self.created)
    }
    fn page(body: &[u8]) -> Result<Page<Self>, Cause> {
        page::<WireSub, Self>(body)
    }
}
impl Listed for SubItem {
    const PATH: &'static str = "/v1/subscription_items";
    const QUERY: &'static [(&'static str, &'static str)] = &[];
    fn id(&self) -> &str {
        &self.id
    }
    fn page(body: &[u8]) -> Result<Page<Self>, Cause> {
        page::<WireItem, Self>(body)
    }
}
impl Listed for Registered {
    const PATH: &'static str = "/v1/webhook_endpoints";
    const QUERY: &'static [(&'static str, &'static str)] = &[];
    fn id(&self) -> &str {
        &self.id
    }
    fn page(body: &[u8]) -> Result<Page<Self>, Cause> {
        page::<WireEndpoint, Self>(body)
    }
}

pub(super) fn page<W, T>(body: &[u8]) -> Result<Page<T>, Cause>
where
    W: for<'de> Deserialize<'de>,
    T: From<W>,
{
    let page: WirePage<W> = read(body)?;
    Ok(Page {
        data: page.data.into_iter().map(T::from).collect(),
        has_more: page.has_more,
        next: page.next_page_url.filter(|n| !n.is_empty()),
    })
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Cause> {
    serde_json::from_slice(body).map_err(|e| unreadable(body, &e))
}

fn unreadable(body: &[u8], error: &serde_json::Error) -> Cause {
    bad_answer(body, error, "Stripe")
}
/// The cause for a body that is not what was asked for.
pub(super) fn bad_answer(body: &[u8], error: &serde_json::Error, who: &str) -> Cause {
    if let Some(e) = ApiError::read(body) {
        let message = e.message.unwrap_or_else(|| "an error without words".to_owned());
        return Cause::Parse(Shown::from(format!("{who} answered: {message}")).short(200));
    }
    let start = body.iter().copied().find(|b| !b.is_ascii_whitespace());
    Cause::Parse(match start {
        Some(b'<') => format!("HTML where {who} answers JSON").into(),
        None => format!("an empty body where {who} answers JSON").into(),
        Some(b'{') if error.is_eof() => "JSON that ends in the middle".into(),
        Some(b'{') => Shown::from(format!("JSON of another shape ({error})")).short(160),
        Some(_) => format!("not JSON, which {who} answers").into(),
    })
}

/// What can be retrieved by its id.
pub trait Retrieved: Sized {
    /// The path in front of the id, with its slash.
    const UNDER: &'static str;
    /// Reads the answer.
    ///
    /// # Errors
    /// [`Cause::Parse`] where it is neither the object nor the error that says there is none.
    fn lookup(body: &[u8]) -> Result<Lookup<Self>, Cause>;
}
impl Retrieved for Sub {
    const UNDER: &'static str = "/v1/subscriptions/";
    fn lookup(body: &[u8]) -> Result<Lookup<Self>, Cause> {
        lookup_as::<WireSub, Self>(body)
    }
}

/// Reads the answer to `GET /v1/subscriptions/:id`.
///
/// # Errors
/// [`Cause::Parse`] where it is neither a subscription nor the error that says there is none.
pub fn lookup(body: &[u8]) -> Result<Lookup, Cause> {
    Sub::lookup(body)
}
pub(super) fn lookup_as<W, T>(body: &[u8]) -> Result<Lookup<T>, Cause>
where
    W: for<'de> Deserialize<'de>,
    T: From<W>,
{
    match serde_json::from_slice::<W>(body) {
        Ok(found) => Ok(Lookup::Found(found.into())),
        Err(error) => match ApiError::read(body) {
            Some(e) if e.missing() => Ok(Lookup::Gone { other_mode: e.other_mode() }),
            _ => Err(unreadable(body, &error)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sub(json: &str) -> Sub {
        match lookup(json.as_bytes()).unwrap() {
            Lookup::Found(s) => s,
            Lookup::Gone { .. } => panic!("gone"),
        }
    }

    #[test]
    fn both_shapes_of_the_period_and_the_price() {
        let new = sub(r#"{"id":"sub_1","customer":"cus_1","status":"active","created":5,"discounts":[],
            "items":{"data":[{"quantity":2,"current_period_end":90,"current_period_start":60,
              "price":{"currency":"eur","unit_amount":1450,"recurring":{"interval":"month","interval_count":1}}},
             {"current_period_end":80,"current_period_start":50,"quantity":1,
              "price":{"currency":"eur","unit_amount":12000,"recurring":{"interval":"year","interval_count":1}}}],"has_more":false}}"#);
        assert_eq!((new.period_start, new.period_end, new.changed), (Some(60), Some(80), 60));
        assert_eq!(new.monthly.unwrap().to_string(), "39.00 EUR");
        let old = sub(
            r#"{"id":"sub_1","customer":{"id":"cus_1","object":"customer"},"status":"frozen","current_period_end":80,
            "quantity":1,"plan":{"currency":"jpy","amount":500,"interval":"month","interval_count":1},"cancel_at":99}"#,
        );
        assert_eq!((&*old.customer, old.period_end, old.ending), ("cus_1", Some(80), true));
        assert_eq!(old.status, Status::Other("frozen".into()));
        assert_eq!(old.monthly.unwrap().to_string(), "500 JPY");
    }

    #[test]
    fn money_that_cannot_be_told_is_unknown_and_not_zero() {
        for price in [
            r#"{"currency":"eur","unit_amount":null,"billing_scheme":"tiered","recurring":{"interval":"month"}}"#,
            r#"{"currency":"eur","unit_amount":5,"recurring":{"interval":"month","usage_type":"metered"}}"#,
            r#"{"currency":"eur","unit_amount":null,"recurring":{"interval":"month"}}"#,
        ] {
            let json = format!(
                r#"{{"id":"sub_1","customer":"cus_1","status":"active","items":{{"data":[{{"price":{price}}}]}}}}"#
            );
            assert_eq!(sub(&json).monthly, None, "{price}");
        }
    }

    #[test]
    fn a_404_is_an_answer_and_says_which_mode() {
        let gone = br#"{"error":{"code":"resource_missing","message":"No such subscription: 'sub_1'; a similar object exists in test mode, but a live mode key was used to make this request.","type":"invalid_request_error"}}"#;
        assert_eq!(lookup(gone), Ok(Lookup::Gone { other_mode: true }));
        assert!(matches!(lookup(b"<html>maintenance</html>"), Err(Cause::Parse(w)) if w.as_str().starts_with("HTML")));
        assert!(matches!(lookup(br#"{"id":"sub_1","cust"#), Err(Cause::Parse(w)) if w.as_str().contains("middle")));
        assert!(
            matches!(Sub::page(br#"{"error":{"message":"Received unknown parameter: x"}}"#), Err(Cause::Parse(w)) if w.as_str().contains("unknown parameter"))
        );
    }

    #[test]
    fn the_missing_permission_is_named() {
        let e = ApiError::read(br#"{"error":{"message":"The provided key 'rk_live_***' does not have the required permissions for this endpoint on account 'acct_1'. Having the 'rak_subscription_read' permission would allow this request to continue."}}"#).unwrap();
        assert_eq!(e.permission().as_str(), "rak_subscription_read");
    }

    #[test]
    fn endpoints_of_both_versions() {
        let v1 = Registered::page(br#"{"object":"list","data":[{"id":"we_1","url":"https://acme.test/hook","status":"enabled","livemode":true}],"has_more":false}"#).unwrap();
        assert!(v1.data[0].enabled && v1.data[0].livemode);
        let v2 = Registered::page(br#"{"data":[{"id":"ed_1","type":"amazon_eventbridge","status":"disabled","livemode":true},{"id":"ed_2","type":"webhook_endpoint","status":"enabled","livemode":true,"webhook_endpoint":{"url":"https://x.example/"}}],"next_page_url":null}"#).unwrap();
        assert_eq!((v2.data[0].url.as_deref(), v2.data[1].url.as_deref()), (None, Some("https://x.example/")));
    }
}
