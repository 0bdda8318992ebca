//! Lemon Squeezy: subscriptions and customers
//! (docs.lemonsqueezy.com/api/subscriptions/the-subscription-object, read 2026-11).
//!
//! JSON:API: attributes inside, pages by number. Ids are numbers, and what a subscription costs does
//! not stand in it, so money stays unknown. `cancelled` is paid until `ends_at`, after which it is
//! `expired`.

use super::{
    objects::{Customer, fold_email},
    row::time,
    status::Status,
    stripe::{Item, Listed, Lookup, Page, Retrieved, Sub, bad_answer},
    vendor::{Source, Vendor},
};
use crate::vocab::Cause;
use serde::Deserialize;

/// Lemon Squeezy as a source.
#[derive(Debug)]
pub struct LemonSqueezy;
impl Source for LemonSqueezy {
    const VENDOR: Vendor = Vendor::LemonSqueezy;
    type Sub = LemonSub;
    type Customer = LemonCustomer;
}
/// A subscription of Lemon Squeezy's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LemonSub(Sub);
/// A customer of Lemon Squeezy's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LemonCustomer(Customer);
impl From<LemonSub> for Sub {
    fn from(s: LemonSub) -> Self {
        s.0
    }
}
impl From<LemonCustomer> for Customer {
    fn from(c: LemonCustomer) -> Self {
        c.0
    }
}

#[derive(Deserialize)]
struct WireList<T> {
    data: Vec<WireObject<T>>,
    links: Option<WireLinks>,
}
#[derive(Deserialize)]
struct WireLinks {
    next: Option<String>,
}
#[derive(Deserialize)]
struct WireOne<T> {
    data: WireObject<T>,
}
#[derive(Deserialize)]
struct WireObject<T> {
    id: Box<str>,
    attributes: T,
}
#[derive(Deserialize)]
struct WireSub {
    customer_id: i64,
    product_id: Option<i64>,
    status: Box<str>,
    pause: Option<WirePause>,
    trial_ends_at: Option<Box<str>>,
    renews_at: Option<Box<str>>,
    ends_at: Option<Box<str>>,
    created_at: Box<str>,
    updated_at: Option<Box<str>>,
    #[serde(default)]
    test_mode: bool,
    first_subscription_item: Option<WireItem>,
}
#[derive(Deserialize)]
struct WirePause {
    #[serde(default)]
    mode: Box<str>,
}
#[derive(Deserialize)]
struct WireItem {
    price_id: Option<i64>,
    quantity: Option<i64>,
}
#[derive(Deserialize)]
struct WireCustomer {
    email: Option<Box<str>>,
    created_at: Option<Box<str>>,
}

/// Its words as the comparison has them.
fn status(word: &str, pause: Option<&WirePause>) -> Status {
    match word {
        "on_trial" => Status::Trialing,
        // Paused without being charged, and served all the same.
        "paused" if pause.is_some_and(|p| &*p.mode == "free") => Status::Active,
        "cancelled" => Status::Leaving,
        "expired" => Status::Canceled,
        other => Status::parse(other),
    }
}
impl From<WireObject<WireSub>> for LemonSub {
    fn from(o: WireObject<WireSub>) -> Self {
        let w = o.attributes;
        let at = |t: &Option<Box<str>>| t.as_deref().and_then(time);
        let status = status(&w.status, w.pause.as_ref());
        let (renews, ends) = (at(&w.renews_at), at(&w.ends_at));
        let period_end = ends.or(renews);
        let created = time(&w.created_at).unwrap_or_default();
        let number = |n: i64| n.to_string().into_boxed_str();
        let item = |i: &WireItem| Item {
            price: i.price_id.map(number),
            product: w.product_id.map(number),
            quantity: i.quantity,
            period_end,
            unit: None,
        };
        Self(Sub {
            ending: status == Status::Leaving,
            ended: if status.is_over() { ends } else { None },
            period_start: None,
            period_end,
            created,
            trial_end: at(&w.trial_ends_at),
            changed: at(&w.updated_at).unwrap_or(created).max(created),
            monthly: None,
            items: w.first_subscription_item.iter().map(item).collect(),
            items_whole: true,
            paused: w.pause.is_some() && status == Status::Active,
            latest_invoice: None,
            test_clock: false,
            livemode: !w.test_mode,
            id: o.id,
            customer: number(w.customer_id),
            status,
        })
    }
}
impl From<WireObject<WireCustomer>> for LemonCustomer {
    fn from(o: WireObject<WireCustomer>) -> Self {
        Self(Customer {
            id: o.id,
            email: o.attributes.email.and_then(|e| fold_email(&e)),
            created: o.attributes.created_at.as_deref().and_then(time).unwrap_or_default(),
            deleted: false,
            test_clock: false,
        })
    }
}

fn page<W, T>(body: &[u8]) -> Result<Page<T>, Cause>
where
    W: for<'de> Deserialize<'de>,
    T: From<WireObject<W>>,
{
    let list: WireList<W> = serde_json::from_slice(body).map_err(|e| bad_answer(body, &e, "Lemon Squeezy"))?;
    let next = list.links.and_then(|l| l.next).filter(|n| !n.is_empty());
    Ok(Page { data: list.data.into_iter().map(T::from).collect(), has_more: next.is_some(), next })
}
fn lookup<W, T>(body: &[u8]) -> Result<Lookup<T>, Cause>
where
    W: for<'de> Deserialize<'de>,
    T: From<WireObject<W>>,
{
    #[derive(Deserialize)]
    struct Wrap {
        errors: Vec<Error>,
    }
    #[derive(Deserialize)]
    struct Error {
        #[serde(default)]
        status: String,
    }
    match serde_json::from_slice::<WireOne<W>>(body) {
        Ok(found) => Ok(Lookup::Found(found.data.into())),
        Err(error) => match serde_json::from_slice::<Wrap>(body) {
            Ok(w) if w.errors.iter().any(|e| e.status == "404") => Ok(Lookup::Gone { other_mode: false }),
            _ => Err(bad_answer(body, &error, "Lemon Squeezy")),
        },
    }
}
impl Listed for LemonSub {
    const PATH: &'static str = "/v1/subscriptions";
    const LIMIT: (&'static str, &'static str) = ("page[size]", "100");
    const QUERY: &'static [(&'static str, &'static str)] = &[];
    fn id(&self) -> &str {
        &self.0.id
    }
    fn page(body: &[u8]) -> Result<Page<Self>, Cause> {
        page::<WireSub, Self>(body)
    }
}
impl Retrieved for LemonSub {
    const UNDER: &'static str = "/v1/subscriptions/";
    fn lookup(body: &[u8]) -> Result<Lookup<Self>, Cause> {
        lookup::<WireSub, Self>(body)
    }
}
impl Listed for LemonCustomer {
    const PATH: &'static str = "/v1/customers";
    const LIMIT: (&'static str, &'static str) = ("page[size]", "100");
    const QUERY: &'static [(&'static str, &'static str)] = &[];
    fn id(&self) -> &str {
        &self.0.id
    }
    fn page(body: &[u8]) -> Result<Page<Self>, Cause> {
        page::<WireCustomer, Self>(body)
    }
}
impl Retrieved for LemonCustomer {
    const UNDER: &'static str = "/v1/customers/";
    fn lookup(body: &[u8]) -> Result<Lookup<Self>, Cause> {
        lookup::<WireCustomer, Self>(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sub(status: &str, pause: &str) -> Sub {
        let body = format!(
            r#"{{"jsonapi":{{"version":"1.0"}},"data":{{"type":"subscriptions","id":"17","attributes":{{"store_id":1,"customer_id":9,
            "product_id":4,"variant_id":5,"user_email":"a@acme.test","status":"{status}","pause":{pause},"cancelled":false,
            "trial_ends_at":null,"renews_at":"2026-12-01T00:00:00.000000Z","ends_at":null,"created_at":"2026-08-01T00:00:00.000000Z",
            "updated_at":"2026-11-01T00:00:00.000000Z","test_mode":false,
            "first_subscription_item":{{"id":1,"subscription_id":17,"price_id":3,"quantity":5}}}}}}}}"#
        );
        match LemonSub::lookup(body.as_bytes()) {
            Ok(Lookup::Found(LemonSub(sub))) => sub,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn its_words_are_told() {
        for (word, pause, want) in [
            ("active", "null", Status::Active),
            ("on_trial", "null", Status::Trialing),
            ("past_due", "null", Status::PastDue),
            ("unpaid", "null", Status::Unpaid),
            ("cancelled", "null", Status::Leaving),
            ("expired", "null", Status::Canceled),
            ("paused", r#"{"mode":"void","resumes_at":null}"#, Status::Paused),
            ("paused", r#"{"mode":"free","resumes_at":null}"#, Status::Active),
            ("frozen", "null", Status::Other("frozen".into())),
        ] {
            assert_eq!(sub(word, pause).status, want, "{word}");
        }
        let one = sub("active", "null");
        assert_eq!((&*one.id, &*one.customer, one.items[0].quantity), ("17", "9", Some(5)));
        assert_eq!((one.period_end, one.monthly), (time("2026-12-01"), None));
    }

    #[test]
    fn pages_and_what_is_gone() {
        let body = br#"{"meta":{"page":{"currentPage":1,"lastPage":2,"total":101}},
            "links":{"next":"https://api.lemonsqueezy.com/v1/customers?page%5Bnumber%5D=2&page%5Bsize%5D=100"},
            "data":[{"type":"customers","id":"9","attributes":{"email":"A@acme.test","created_at":"2026-08-01T00:00:00.000000Z"}}]}"#;
        let page = LemonCustomer::page(body).unwrap();
        assert!(page.next.is_some() && page.data[0].0.email.as_deref() == Some("a@acme.test"));
        let gone = br#"{"jsonapi":{"version":"1.0"},"errors":[{"detail":"The related resource does not exist.","status":"404","title":"Not Found"}]}"#;
        assert_eq!(LemonSub::lookup(gone), Ok(Lookup::Gone { other_mode: false }));
    }
}
