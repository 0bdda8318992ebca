//! Why the two sides differ, as far as the account's events tell.

use super::{
    facts::{Endpoints, Hit, Tally},
    objects::Event,
};
use crate::vocab::Shown;
use std::collections::{BTreeMap, BTreeSet};

/// The latest event about each object, of 30 days at most: Stripe keeps them no longer.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    latest: BTreeMap<Box<str>, Event>,
    /// Subscriptions that a Checkout session was told to have made.
    bought: BTreeSet<Box<str>>,
    /// Whether such sessions were listed, so that none means none.
    pub sessions: bool,
    /// Whether the lists were read to their end, so that no event means no event.
    pub whole: bool,
}
impl Heard {
    /// One event of any list.
    pub fn add(&mut self, event: Event) {
        let Some(object) = event.object.clone() else { return };
        if &*event.kind == "checkout.session.completed" {
            self.bought.insert(object.clone());
        }
        // One that waits says more than a later one that arrived.
        let rank = |e: &Event| (e.pending > 0, e.created, e.id.clone());
        let slot = self.latest.entry(object);
        let newer = |old: &Event| rank(&event) > rank(old);
        match slot {
            std::collections::btree_map::Entry::Occupied(mut o) if newer(o.get()) => {
                o.insert(event);
            }
            std::collections::btree_map::Entry::Occupied(_) => {}
            std::collections::btree_map::Entry::Vacant(v) => {
                v.insert(event);
            }
        }
    }
    /// Tells each hit its cause.
    pub fn explain(&self, tallies: &mut BTreeMap<&'static str, Tally>, endpoints: Option<&Endpoints>, now: i64) {
        let hits = tallies.iter_mut().flat_map(|(rule, t)| t.worst.iter_mut().map(|hit| (*rule, hit)));
        for (rule, hit) in hits {
            if let Some(made) = made(rule) {
                hit.cause = Some(made.into());
                continue;
            }
            let ids: Vec<&str> = hit.pairs.iter().filter_map(|p| p.subscription.as_ref()).map(Shown::as_str).collect();
            let event = ids.iter().find_map(|id| self.latest.get(*id));
            let event = event.or_else(|| self.latest.get(hit.customer.as_ref()?.as_str()));
            match event {
                Some(event) => {
                    tell(hit, event, endpoints, now);
                    self.by_hand(hit, event);
                }
                None if self.whole => {
                    let none = "no event about it in the last 30 days: it is older than Stripe keeps events, or the row \
                                was changed by hand";
                    hit.cause = Some(none.into());
                }
                None => {}
            }
        }
    }
    /// A subscription that was made without Checkout, of which an app that waits for the session's event
    /// hears nothing it listens to.
    fn by_hand(&self, hit: &mut Hit, event: &Event) {
        let missing = hit.pairs.iter().all(|p| p.row.is_none());
        let object = event.object.as_deref().unwrap_or_default();
        let made = &*event.kind == "customer.subscription.created" && event.pending == 0;
        if self.sessions && missing && made && object.starts_with("sub_") && !self.bought.contains(object) {
            let why = format!(
                "{object} was made in the Dashboard or by the API and not by Checkout: there is no \
                 checkout.session.completed for it, so make the row on customer.subscription.created too"
            );
            hit.cause = Some(why.into());
            hit.resend = None;
        }
    }
}
/// How those came about that stand on one side alone, of which no event tells.
fn made(rule: &str) -> Option<&'static str> {
    match rule {
        "billing.double-billing" => {
            Some("the app sold a second subscription without looking for the first, or made a second customer for it")
        }
        "billing.customer-duplicate" => Some("the app made a customer again for an address that had one"),
        "billing.row-duplicate" => Some("a row was inserted again where the first should have been updated"),
        "billing.row-contradiction" => Some("the app writes one of the two columns and not the other"),
        _ => None,
    }
}
fn tell(hit: &mut Hit, event: &Event, endpoints: Option<&Endpoints>, now: i64) {
    let (id, kind) = (&event.id, &*event.kind);
    let age = match (now - event.created) / 3600 {
        h if h >= 48 => format!("{} days ago", h / 24),
        h => format!("{h} hours ago"),
    };
    let serving: Vec<_> = endpoints.iter().flat_map(|e| e.list.iter().filter(|x| e.serves(x))).collect();
    let deaf = !serving.is_empty() && !serving.iter().any(|e| e.hears(kind));
    hit.cause = Some(if event.pending > 0 {
        format!("{id} ({kind}, {age}) was never delivered").into()
    } else if deaf {
        format!("no endpoint is sent {kind}, which {id} was ({age})").into()
    } else {
        format!("{id} ({kind}, {age}) was delivered, and {}", ignored(hit, kind, endpoints)).into()
    });
    let to = match serving.as_slice() {
        [one] => one.id.as_str().to_owned(),
        _ => "ENDPOINT".to_owned(),
    };
    let flag = endpoints.map_or("", |e| e.mode.flag());
    hit.resend = Some(format!("stripe events resend {id} --webhook-endpoint {to}{flag}").into());
}

/// What the handler did with an event that it was given and that changed nothing: the branch it lacks, as
/// far as the source of the app tells.
fn ignored(hit: &Hit, kind: &str, endpoints: Option<&Endpoints>) -> String {
    let handlers = endpoints.map(|e| e.handlers.as_slice()).unwrap_or_default();
    let Some(first) = handlers.first() else {
        return format!("the handler left the row as it is: look at its branch for {kind}");
    };
    let Some(taker) = handlers.iter().find(|h| h.takes(kind)) else {
        return format!("the handler ignores it: {} has no branch for {kind}", first.place);
    };
    // Where another part takes events over, what this one compares says nothing.
    let names_it = !taker.passes_on && !taker.events.is_empty() && kind.starts_with("customer.subscription.");
    let unknown = hit.pairs.iter().filter(|p| p.field == "status").map(|p| p.stripe.as_str()).find(|status| {
        let known = &taker.statuses;
        names_it && !known.is_empty() && !known.iter().any(|k| k.as_str() == *status)
    });
    match unknown {
        Some(status) => {
            let known: Vec<&str> = taker.statuses.iter().map(Shown::as_str).collect();
            format!(
                "the handler left the row as it is: {} compares the status with {} and has no branch for {status}",
                taker.place,
                known.join(", ")
            )
        }
        None => format!("the handler left the row as it is: look at the branch for {kind} in {}", taker.place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{example, facts::Branches};
    use crate::vocab::Fact;

    fn event(id: &str, kind: &str, pending: i64) -> Event {
        Event { id: id.into(), kind: kind.into(), created: 1000, object: Some("sub_1".into()), pending }
    }
    fn explained(events: Vec<Event>, endpoint: &str) -> Hit {
        told(events, endpoint, Vec::new())
    }
    fn told(events: Vec<Event>, endpoint: &str, handlers: Vec<Branches>) -> Hit {
        let fence = format!("stripe sub_1 cus_1 canceled\nrow cus_1 sub_1 active\n{endpoint}");
        let (_, facts, at) = example::facts(&fence).unwrap();
        let drift = super::super::facts::Drift::table(&facts)[&at].get().unwrap().clone();
        let endpoints = Endpoints { handlers, ..Endpoints::table(&facts)[&at].get().unwrap().clone() };
        let mut heard = Heard { whole: true, ..Heard::default() };
        for e in events {
            heard.add(e);
        }
        let mut tallies = drift.classes;
        heard.explain(&mut tallies, Some(&endpoints), 1000 + 3 * 86_400);
        tallies.into_values().next().unwrap().worst.remove(0)
    }

    #[test]
    fn each_cause_has_its_words() {
        let all = "endpoint https://acme.test/hook enabled live *";
        let said = |events, endpoint| explained(events, endpoint).cause.unwrap().as_str().to_owned();
        let deleted = "customer.subscription.deleted";
        assert!(said(vec![event("evt_1", deleted, 1)], all).contains("never delivered"));
        assert!(said(vec![event("evt_1", deleted, 0)], all).contains("branch for customer.subscription.deleted"));
        let deaf = "endpoint https://acme.test/hook enabled live invoice.paid";
        assert!(said(vec![event("evt_1", deleted, 0)], deaf).contains("no endpoint is sent"));
        assert!(said(Vec::new(), all).contains("30 days"));
        let hit = explained(vec![event("evt_1", deleted, 1), event("evt_2", deleted, 0)], all);
        assert_eq!(hit.resend.unwrap().as_str(), "stripe events resend evt_1 --webhook-endpoint we_1 --live");
    }

    #[test]
    fn the_branch_that_the_source_lacks_is_named() {
        let all = "endpoint https://acme.test/hook enabled live *";
        let said = |kind: &str, handlers| {
            let hit = told(vec![event("evt_1", kind, 0)], all, handlers);
            hit.cause.unwrap().as_str().to_owned()
        };
        let handler = |events: &[&str], statuses: &[&str], passes_on| Branches {
            place: "app/api/route.ts:3".into(),
            events: events.iter().map(|e| Shown::from(*e)).collect(),
            statuses: statuses.iter().map(|s| Shown::from(*s)).collect(),
            passes_on,
        };
        let (updated, deleted) = ("customer.subscription.updated", "customer.subscription.deleted");
        let lacks = said(deleted, vec![handler(&[updated], &[], false)]);
        assert!(lacks.ends_with("app/api/route.ts:3 has no branch for customer.subscription.deleted"), "{lacks}");
        let status = said(updated, vec![handler(&[updated], &["active", "past_due"], false)]);
        assert!(
            status.ends_with("compares the status with active, past_due and has no branch for canceled"),
            "{status}"
        );
        for taker in [
            handler(&[updated], &["active", "canceled"], false),
            handler(&["customer.subscription."], &[], false),
            handler(&[], &["active"], false),
            handler(&["invoice.paid"], &["active"], true),
        ] {
            let there = said(updated, vec![taker]);
            assert!(
                there.ends_with("look at the branch for customer.subscription.updated in app/api/route.ts:3"),
                "{there}"
            );
        }
    }

    #[test]
    fn a_subscription_that_was_made_by_hand_is_told_from_one_that_was_bought() {
        let created = || event("evt_1", "customer.subscription.created", 0);
        let missing = |bought: bool, sessions: bool| {
            let fence = "stripe sub_1 cus_1 active\nrow cus_1 - -";
            let (_, facts, at) = example::facts(fence).unwrap();
            let mut tallies = super::super::facts::Drift::table(&facts)[&at].get().unwrap().classes.clone();
            let mut heard = Heard { whole: true, sessions, ..Heard::default() };
            heard.add(created());
            if bought {
                heard.add(Event { created: 900, ..event("evt_0", "checkout.session.completed", 0) });
            }
            heard.explain(&mut tallies, None, 2000);
            let hit = tallies.into_values().next().unwrap().worst.remove(0);
            hit.cause.unwrap().as_str().to_owned()
        };
        assert!(missing(false, true).contains("made in the Dashboard"));
        assert!(missing(true, true).contains("was delivered"));
        assert!(missing(false, false).contains("was delivered"));
    }
}
