//! Which events a run sends: picked from recorded ones, or made up.

use super::{Run, synthetic::Purchase};
use serde_json::Value;
use std::fmt::Write as _;

/// The types of which a purchase consists, in the order in which Stripe usually sends them.
pub const PURCHASE: [&str; 3] = ["customer.subscription.created", "checkout.session.completed", "invoice.paid"];
/// The types that runs are picked from: what the account is asked for.
pub const TYPES: [&str; 8] = [
    "customer.subscription.created",
    "checkout.session.completed",
    "invoice.paid",
    "invoice.payment_failed",
    "charge.refunded",
    "charge.dispute.created",
    "customer.subscription.deleted",
    "customer.subscription.updated",
];
/// How late the events of [`Run::Delayed`] are, in seconds: Stripe tries for up to three days
/// (docs.stripe.com/webhooks, "Automatic retries").
const LATE: i64 = 2 * 86_400;

/// How long a run lasts by the times in its events, in seconds.
pub const LASTS: i64 = 3;

/// Where events come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// From Stripe or from a file, as JSON.
    Recorded(Vec<Value>),
    /// Made up.
    Synthetic,
}

/// The events of a run.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Case {
    /// Whom they are about.
    pub customer: Option<String>,
    /// The subscription that they are about.
    pub subscription: Option<String>,
    /// What gives access before the run, where it wants some.
    pub opening: Vec<Value>,
    /// What takes access away before the run, where it wants none.
    pub closing: Vec<Value>,
    /// The run itself.
    pub acts: Vec<Value>,
}

/// Reads recorded events: one, a list of them, a page of Stripe's API, or one a line.
///
/// # Errors
/// With what is wrong, in words.
pub fn read(text: &str) -> Result<Vec<Value>, String> {
    let all = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(all)) => all,
        Ok(mut page) if page["data"].is_array() => match page["data"].take() {
            Value::Array(all) => all,
            _ => Vec::new(),
        },
        Ok(one) => vec![one],
        Err(_) => {
            let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
            let read =
                |(n, l): (usize, &str)| serde_json::from_str(l).map_err(|_| format!("line {} is no JSON", n + 1));
            lines.map(read).collect::<Result<_, _>>()?
        }
    };
    let wrong =
        all.iter().position(|e| !(e["type"].is_string() && e["id"].is_string() && e["data"]["object"].is_object()));
    match (wrong, all.is_empty()) {
        (Some(n), _) => Err(format!("entry {} is no event of Stripe's (id, type and data.object are wanted)", n + 1)),
        (None, true) => Err("it holds no event".to_owned()),
        (None, false) => Ok(all),
    }
}

fn kind(event: &Value) -> &str {
    event["type"].as_str().unwrap_or_default()
}
fn created(event: &Value) -> i64 {
    event["created"].as_i64().unwrap_or_default()
}
/// An id that may be written out as the object itself.
fn id(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value["id"].as_str())
}
/// Whom an event is about.
#[must_use]
pub fn customer(event: &Value) -> Option<&str> {
    let object = &event["data"]["object"];
    if object["object"] == "customer" { object["id"].as_str() } else { id(&object["customer"]) }
}
/// The subscription that an event is about.
#[must_use]
pub fn subscription(event: &Value) -> Option<&str> {
    let object = &event["data"]["object"];
    if object["object"] == "subscription" {
        return object["id"].as_str();
    }
    id(&object["subscription"]).or_else(|| id(&object["parent"]["subscription_details"]["subscription"]))
}

/// What a run is made from.
#[derive(Clone, Copy, Debug)]
pub struct Making<'a> {
    /// The declared test customer.
    pub customer: Option<&'a str>,
    /// A word that no other case of this exercise has.
    pub word: &'a str,
    /// When it happens, in seconds since 1970. It lasts for [`LASTS`].
    pub now: i64,
    /// Whether events say that they are of live mode.
    pub live: bool,
}

/// The events of a run, or in words what is missing for it.
///
/// # Errors
/// What recorded events would have to hold.
pub fn case(run: Run, source: &Source, making: Making<'_>) -> Result<Case, &'static str> {
    let mut case = match source {
        Source::Synthetic => made_up(run, making).ok_or("a customer"),
        Source::Recorded(all) => picked(run, all, making.customer),
    }?;
    // A purchase happens within one second; what follows it is later. A handler may ignore what is older
    // than the last event that it has seen.
    let late = if run == Run::Delayed { LATE } else { 0 };
    for (n, act) in (0..).zip(&mut case.acts) {
        let after = if run == Run::OutOfOrder { 2 - n } else { 1 };
        act["created"] = (making.now + after - late).into();
    }
    for event in case.opening.iter_mut().chain(&mut case.closing) {
        event["created"] = making.now.into();
    }
    let all = case.opening.iter_mut().chain(&mut case.closing).chain(&mut case.acts);
    for (n, event) in all.enumerate() {
        event["launchcheck_original"] = event["id"].take();
        event["id"] = format!("evt_launchcheck_{}_{n}", making.word).into();
        event["livemode"] = making.live.into();
    }
    Ok(case)
}

fn made_up(run: Run, making: Making<'_>) -> Option<Case> {
    let customer = making.customer?.to_owned();
    let (word, at, live) = (format!("launchcheck_{}", making.word), making.now, making.live);
    let purchase = Purchase { customer: customer.clone(), word, at, live };
    let acts = match run {
        Run::Paid | Run::Delayed | Run::Duplicate => purchase.bought(),
        Run::Failed => vec![purchase.failed()],
        Run::Refund => vec![purchase.refunded()],
        Run::Dispute => vec![purchase.disputed()],
        Run::CancelNow => vec![purchase.ended(at)],
        Run::CancelAtEnd => vec![purchase.ending(true, at)],
        Run::Reactivate => vec![purchase.ending(true, at), purchase.ending(false, at)],
        Run::OutOfOrder => vec![purchase.ended(at), purchase.ending(false, at)],
    };
    Some(Case {
        subscription: Some(purchase.subscription()),
        opening: purchase.bought(),
        closing: vec![purchase.ended(at)],
        customer: Some(customer),
        acts,
    })
}

fn picked(run: Run, all: &[Value], declared: Option<&str>) -> Result<Case, &'static str> {
    // The newest that fits; disputes name no customer.
    let newest = |of: &str, fits: &dyn Fn(&Value) -> bool| {
        let whose = |e: &&Value| declared.is_none() || customer(e).is_none() || customer(e) == declared;
        all.iter().filter(|e| kind(e) == of).filter(whose).filter(|e| fits(e)).max_by_key(|e| created(e)).cloned()
    };
    let any = |_: &Value| true;
    let updated = |at_end: bool, of: Option<&str>| {
        let of = of.map(str::to_owned);
        newest("customer.subscription.updated", &move |e| {
            let object = &e["data"]["object"];
            let is_at_end = object["cancel_at_period_end"] == true || object["cancel_at"].is_i64();
            object["status"] == "active"
                && is_at_end == at_end
                && of.as_deref().is_none_or(|s| subscription(e) == Some(s))
        })
    };
    let acts = match run {
        Run::Paid | Run::Delayed | Run::Duplicate => bought(all, declared).ok_or("invoice.paid")?,
        Run::Failed => vec![newest("invoice.payment_failed", &any).ok_or("invoice.payment_failed")?],
        Run::Refund => {
            let whole = |e: &Value| e["data"]["object"]["refunded"] == true;
            vec![newest("charge.refunded", &whole).ok_or("charge.refunded, of all of the money")?]
        }
        Run::Dispute => vec![newest("charge.dispute.created", &any).ok_or("charge.dispute.created")?],
        Run::CancelNow => vec![newest("customer.subscription.deleted", &any).ok_or("customer.subscription.deleted")?],
        Run::CancelAtEnd => {
            vec![updated(true, None).ok_or("customer.subscription.updated, to end with its period")?]
        }
        Run::Reactivate => {
            let missing = "customer.subscription.updated, first to end with its period and then not";
            let first = updated(true, None).ok_or(missing)?;
            let second = updated(false, subscription(&first)).ok_or(missing)?;
            vec![first, second]
        }
        Run::OutOfOrder => {
            let missing = "customer.subscription.deleted, with an earlier customer.subscription.updated";
            let ended = newest("customer.subscription.deleted", &any).ok_or(missing)?;
            let of = subscription(&ended).map(str::to_owned);
            let before = newest("customer.subscription.updated", &|e| {
                e["data"]["object"]["status"] == "active"
                    && subscription(e) == of.as_deref()
                    && created(e) <= created(&ended)
            });
            vec![ended, before.ok_or(missing)?]
        }
    };
    let whose = acts.iter().find_map(customer).or(declared).map(str::to_owned);
    let of = acts.iter().find_map(subscription).map(str::to_owned);
    let ended = |e: &&Value| kind(e) == "customer.subscription.deleted" && customer(e) == whose.as_deref();
    Ok(Case {
        opening: whose.as_deref().and_then(|c| bought(all, Some(c))).unwrap_or_default(),
        closing: all.iter().filter(ended).max_by_key(|e| created(e)).cloned().into_iter().collect(),
        subscription: of,
        customer: whose,
        acts,
    })
}

/// The events of the last purchase: those of the customer and the subscription that paid last.
fn bought(all: &[Value], declared: Option<&str>) -> Option<Vec<Value>> {
    let whose = |e: &&Value| declared.is_none_or(|c| customer(e) == Some(c));
    let last = |of: &str, fits: &dyn Fn(&Value) -> bool| {
        all.iter().filter(|e| kind(e) == of).filter(whose).filter(|e| fits(e)).max_by_key(|e| created(e))
    };
    let first = ["invoice.paid", "checkout.session.completed", "customer.subscription.created"]
        .iter()
        .find_map(|of| last(of, &|_| true))?;
    let fits = |e: &Value| customer(e) == customer(first) && (subscription(e) == subscription(first));
    Some(PURCHASE.iter().filter_map(|of| last(of, &fits)).cloned().collect())
}

/// The one event of a run that stands for it where only one may be sent.
#[must_use]
pub fn only_one(mut acts: Vec<Value>) -> Vec<Value> {
    let best =
        ["invoice.paid", "checkout.session.completed"].iter().find_map(|k| acts.iter().position(|a| kind(a) == *k));
    let at = best.unwrap_or(acts.len().saturating_sub(1));
    if at < acts.len() { vec![acts.swap_remove(at)] } else { acts }
}

/// The event under the id that Stripe gave it: a handler may fetch it by that.
#[must_use]
pub fn original(event: &Value) -> Option<Value> {
    let id = event["launchcheck_original"].as_str()?;
    let mut same = event.clone();
    same["id"] = id.into();
    Some(same)
}

/// An event as Stripe writes it down: indented by two spaces, and nothing but ASCII.
#[must_use]
pub fn body(event: &Value) -> Vec<u8> {
    let mut event = event.clone();
    if let Some(fields) = event.as_object_mut() {
        fields.remove("launchcheck_original");
    }
    let text = serde_json::to_string_pretty(&event).unwrap_or_default();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_795_000_000;

    fn making(customer: Option<&str>) -> Making<'_> {
        Making { customer, word: "abc_1", now: NOW, live: false }
    }
    fn recorded(id: &str, of: &str, created: i64, object: &Value) -> Value {
        json!({ "id": id, "type": of, "created": created, "livemode": false, "data": { "object": object } })
    }
    fn kinds(events: &[Value]) -> Vec<&str> {
        events.iter().map(kind).collect()
    }

    #[test]
    fn every_run_can_be_made_up() {
        for run in Run::ALL {
            let made = case(run, &Source::Synthetic, making(Some("cus_1"))).unwrap();
            assert!(!made.acts.is_empty() && made.acts.iter().all(|a| created(a) < NOW + LASTS), "{run:?}");
            let mut ids: Vec<&str> =
                made.acts.iter().chain(&made.opening).chain(&made.closing).filter_map(|e| e["id"].as_str()).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{run:?}");
            assert!(ids.iter().all(|i| i.starts_with("evt_launchcheck_abc_1_")), "{run:?}");
            for event in &made.acts {
                assert!(run == Run::Dispute || customer(event) == Some("cus_1"), "{run:?}");
                assert_eq!(event["livemode"], false);
            }
        }
        assert_eq!(case(Run::Paid, &Source::Synthetic, making(None)), Err("a customer"));
        let late = case(Run::Delayed, &Source::Synthetic, making(Some("cus_1"))).unwrap();
        assert!(late.acts.iter().all(|a| created(a) <= NOW + 1 - LATE));
        let turned = case(Run::OutOfOrder, &Source::Synthetic, making(Some("cus_1"))).unwrap();
        assert_eq!(kinds(&turned.acts), ["customer.subscription.deleted", "customer.subscription.updated"]);
        assert!(created(&turned.acts[0]) > created(&turned.acts[1]));
    }

    #[test]
    fn recorded_events_are_picked_by_customer_and_time() {
        let invoice = |c: &str, s: &str| json!({ "object": "invoice", "id": "in_1", "customer": c, "subscription": s });
        let sub = |c: &str, s: &str, status: &str| {
            json!({ "object": "subscription", "id": s, "customer": { "id": c }, "status": status,
                    "cancel_at_period_end": false })
        };
        let all = vec![
            recorded("evt_1", "invoice.paid", 10, &invoice("cus_1", "sub_1")),
            recorded("evt_2", "invoice.paid", 20, &invoice("cus_2", "sub_2")),
            recorded("evt_3", "customer.subscription.created", 19, &sub("cus_2", "sub_2", "active")),
            recorded("evt_4", "customer.subscription.updated", 21, &sub("cus_2", "sub_2", "active")),
            recorded("evt_5", "customer.subscription.deleted", 22, &sub("cus_2", "sub_2", "canceled")),
        ];
        let source = Source::Recorded(all);
        let paid = case(Run::Paid, &source, making(None)).unwrap();
        assert_eq!(kinds(&paid.acts), ["customer.subscription.created", "invoice.paid"]);
        assert_eq!((paid.customer.as_deref(), paid.subscription.as_deref()), (Some("cus_2"), Some("sub_2")));
        assert_eq!(original(&paid.acts[1]).unwrap()["id"], "evt_2");
        let paid = case(Run::Paid, &source, making(Some("cus_1"))).unwrap();
        assert_eq!(paid.subscription.as_deref(), Some("sub_1"));
        assert_eq!(kinds(&case(Run::OutOfOrder, &source, making(None)).unwrap().acts).len(), 2);
        assert_eq!(case(Run::Refund, &source, making(None)), Err("charge.refunded, of all of the money"));
        assert_eq!(case(Run::CancelNow, &source, making(Some("cus_1"))), Err("customer.subscription.deleted"));
        assert_eq!(kinds(&only_one(paid.acts)), ["invoice.paid"]);
    }

    #[test]
    fn files_hold_events_in_several_ways() {
        let one = r#"{"id":"evt_1","type":"invoice.paid","created":1,"data":{"object":{"name":"Zoë"}}}"#;
        for text in [one.to_owned(), format!("[{one}]"), format!("{{\"data\":[{one}]}}"), format!("{one}\n\n{one}\n")] {
            assert!(read(&text).is_ok_and(|all| !all.is_empty()), "{text}");
        }
        assert!(read("[]").is_err() && read("{}").is_err() && read("hello").unwrap_err().contains("line 1"));
        let body = String::from_utf8(body(&read(one).unwrap()[0])).unwrap();
        assert!(body.contains("\"name\": \"Zo\\u00eb\"") && body.contains("\n  \"data\": {\n"), "{body}");
    }
}
