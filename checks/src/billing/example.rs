//! The small language of this family's examples, played through the real join.
//!
//! ```text
//! key live|test                                   the mode of the key; live where it is not said
//! now 2026-11-21T12:00:00Z
//! stripe SUB CUS STATUS [AMOUNT CURRENCY] [WORD…] a listed subscription; words: ending, paused, test-clock,
//!                                                 changed:MINUTES, started:DAYS, created:DAYS, price:ID,
//!                                                 product:ID, quantity:N
//! hidden SUB CUS STATUS …                         one that only a direct retrieve finds
//! other-mode ID                                   an id that only the other mode has
//! row CUS|- SUB|- STATUS|- [WORD…]                a row; `-` is NULL; words: key: price: plan: end:DAYS|null cancel:
//!                                                 seats: currency: livemode: flag: owner:
//! customer CUS EMAIL                              a listed customer; deleted CUS is one that was deleted
//! user KEY EMAIL                                  a user of the app
//! invoice SUB STATUS DAYS AMOUNT CURRENCY         the latest invoice of a subscription, so many days old
//! refund|dispute CUS AMOUNT CURRENCY DAYS         money that went back, of a charge so many days ago
//! event ID TYPE MINUTES ok|pending                an event, so many minutes old
//! endpoint URL enabled|disabled live|test [EVENTS [VERSION]]
//! destination KIND enabled|disabled live|test     an event destination of version 2
//! no-recurring, unrestricted, sdk VERSION         nothing recurring is sold; an sk_ key; package.json
//! handler EVENT,…                                 a handler in the source, and its branches
//! events TABLE COLUMN [unique] [twice:N]          a column with ids of events
//! absent COLUMN…, scattered PLACE…, twins TABLE KEY…, unconfirmed WORDS…
//! gap provider|database                           that side was not read to its end
//! ```

use super::{
    deliveries::Counting,
    facts::{
        Branches, CustomerDrift, Deliveries, DisputeDrift, Drift, Endpoints, EventColumn, InvoiceDrift, KeyMode,
        LayoutDrift, RefundDrift, Sdk, Tally, Through, Unconfirmed,
    },
    fold::{CAP, Join},
    mapping::{ColumnKind, ColumnSample, Mapping, Role, TableSample, pinned},
    objects::{Customer, Dispute, Event, Invoice, Refund, Return, fold_email},
    place,
    row::Row,
    status::{Policy, Status},
    stripe::{Item, Lookup, Registered, Sub, digest},
};
use crate::{
    facts::Facts,
    vocab::{Cause, Currency, Money, Observed, Origin, Shown, TargetId, TargetKind, Targets},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The world of a fence.
#[derive(Default)]
struct World {
    listed: BTreeMap<Box<str>, Sub>,
    hidden: BTreeMap<Box<str>, Sub>,
    other: BTreeSet<Box<str>>,
    rows: Vec<BTreeMap<Role, Option<String>>>,
    customers: Vec<Customer>,
    people: Vec<Box<str>>,
    invoices: Vec<Invoice>,
    refunds: Vec<Refund>,
    disputes: Vec<Dispute>,
    events: Vec<Event>,
    v1: Vec<Registered>,
    v2: Vec<Registered>,
    beside: Beside,
    live: bool,
    now: i64,
    cut: (bool, bool),
}
/// What is known without comparing.
#[derive(Default)]
struct Beside {
    once: bool,
    unrestricted: bool,
    sdk: Option<Sdk>,
    handlers: Vec<Branches>,
    layout: super::facts::Layout,
    unconfirmed: Option<Unconfirmed>,
}

/// Reads a fence and plays the family's thinking over it.
///
/// # Errors
/// The line that is not understood.
pub fn facts(text: &str) -> Result<(Targets, Facts, TargetId), String> {
    let mut world = World { live: true, now: 1_795_262_400, ..World::default() };
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        world.line(line).map_err(|why| format!("{why}: {line}"))?;
    }
    let at = TargetId::new(TargetKind::Billing, "stripe");
    let mut targets = Targets::default();
    targets.add(at.clone(), Origin::CommandLine);
    let mut facts = Facts::default();
    let drift = world.drift()?;
    facts.endpoints.insert(at.clone(), known(world.endpoints()));
    facts.deliveries.insert(at.clone(), known(world.deliveries()));
    facts.customer_drift.insert(at.clone(), known(CustomerDrift::wrap(drift.clone())));
    facts.invoice_drift.insert(at.clone(), known(InvoiceDrift::wrap(drift.clone())));
    facts.refund_drift.insert(at.clone(), known(RefundDrift::wrap(drift.clone())));
    facts.dispute_drift.insert(at.clone(), known(DisputeDrift::wrap(drift.clone())));
    facts.layout_drift.insert(at.clone(), known(LayoutDrift::wrap(drift.clone())));
    facts.drift.insert(at.clone(), known(drift));
    Ok((targets, facts, at))
}
fn known<F>(fact: F) -> Arc<Observed<F>> {
    Arc::new(Observed::known(fact))
}

impl World {
    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["key", mode] => self.live = *mode == "live",
            ["now", when] => self.now = super::row::time(when).ok_or("no time")?,
            ["stripe", rest @ ..] => {
                let sub = self.sub(rest)?;
                self.listed.insert(sub.id.clone(), sub);
            }
            ["hidden", rest @ ..] => {
                let sub = self.sub(rest)?;
                self.hidden.insert(sub.id.clone(), sub);
            }
            ["other-mode", id] => {
                self.other.insert((*id).into());
            }
            ["row", customer, sub, status, more @ ..] => self.row([customer, sub, status], more)?,
            ["gap", "provider"] => self.cut.0 = true,
            ["gap", "database"] => self.cut.1 = true,
            ["endpoint" | "destination" | "no-recurring" | "unrestricted" | "sdk" | "handler", ..] => {
                self.account(&words)?;
            }
            ["events" | "absent" | "scattered" | "twins" | "unconfirmed", ..] => self.layout(&words)?,
            _ => self.object(&words)?,
        }
        Ok(())
    }
    fn row(&mut self, first: [&str; 3], more: &[&str]) -> Result<(), &'static str> {
        let some = |v: &str| (v != "-").then(|| v.to_owned());
        let roles = [Role::Customer, Role::Subscription, Role::Status];
        let mut row: BTreeMap<Role, Option<String>> = roles.into_iter().zip(first.map(some)).collect();
        for word in more {
            let (name, value) = word.split_once(':').ok_or("no word:value")?;
            let role = match name {
                "end" => Role::PeriodEnd,
                "seats" => Role::Quantity,
                other => *Role::ALL.iter().find(|r| r.word() == other).ok_or("no such column")?,
            };
            let value = match (role, value) {
                (_, "null") => None,
                (Role::PeriodEnd, days) => {
                    Some((self.now + days.parse::<i64>().map_err(|_| "no days")? * 86_400).to_string())
                }
                (_, value) => Some(value.to_owned()),
            };
            row.insert(role, value);
        }
        self.rows.push(row);
        Ok(())
    }
    fn object(&mut self, words: &[&str]) -> Result<(), &'static str> {
        let ago = |days: &str| days.parse::<i64>().map(|d| self.now - d * 86_400).map_err(|_| "no number of days");
        match words {
            ["customer", id, email] => self.customers.push(customer(id, Some(email), false)),
            ["deleted", id] => self.customers.push(customer(id, None, true)),
            ["user", _, email] => self.people.extend(fold_email(email)),
            ["invoice", sub, status, days, amount, currency] => {
                let id = digest(&format!("in_{sub}"));
                let created = ago(days)?;
                self.listed.get_mut(*sub).ok_or("no such subscription")?.latest_invoice = Some(id);
                self.invoices.push(Invoice {
                    id,
                    subscription: Some((*sub).into()),
                    status: (*status).into(),
                    created,
                    due: None,
                    amount: money(amount, currency),
                });
            }
            [kind @ ("refund" | "dispute"), customer, amount, currency, days] => {
                let back = Return {
                    id: format!("{kind}_1").into(),
                    customer: Some((*customer).into()),
                    charged: ago(days)?,
                    status: if *kind == "refund" { "succeeded" } else { "needs_response" }.into(),
                    whole: true,
                    amount: money(amount, currency),
                };
                if *kind == "refund" { self.refunds.push(Refund(back)) } else { self.disputes.push(Dispute(back)) }
            }
            ["event", id, kind, minutes, state] => self.events.push(Event {
                id: (*id).into(),
                kind: (*kind).into(),
                created: self.now - minutes.parse::<i64>().map_err(|_| "no minutes")? * 60,
                object: None,
                pending: i64::from(*state == "pending"),
            }),
            _ => return Err("not understood"),
        }
        Ok(())
    }
    fn account(&mut self, words: &[&str]) -> Result<(), &'static str> {
        match words {
            ["endpoint", url, state, mode, rest @ ..] => {
                let id = format!("we_{}", self.v1.len() + 1);
                let mut endpoint = registered(&id, Some(url), "webhook_endpoint", state, mode);
                if let Some(events) = rest.first() {
                    endpoint.events = events.split(',').map(Into::into).collect();
                }
                endpoint.version = rest.get(1).map(|v| (*v).into());
                self.v1.push(endpoint);
            }
            ["destination", kind, state, mode] => {
                let id = format!("ed_{}", self.v2.len() + 1);
                self.v2.push(registered(&id, None, kind, state, mode));
            }
            ["no-recurring"] => self.beside.once = true,
            ["unrestricted"] => self.beside.unrestricted = true,
            ["sdk", version] => self.beside.sdk = Sdk::parse(version),
            ["handler", events] => self.beside.handlers.push(Branches {
                place: "app/api/webhooks/stripe/route.ts:1".into(),
                events: events.split(',').map(Shown::from).collect(),
                statuses: Vec::new(),
                passes_on: false,
            }),
            _ => return Err("not understood"),
        }
        Ok(())
    }
    fn layout(&mut self, words: &[&str]) -> Result<(), &'static str> {
        const CANONICAL: [&str; 3] = ["plan", "current_period_end", "access_level"];
        let layout = &mut self.beside.layout;
        match words {
            ["events", table, column, more @ ..] => layout.events.push(EventColumn {
                table: (*table).into(),
                column: (*column).into(),
                unique: more.contains(&"unique"),
                twice: more.iter().find_map(|w| w.strip_prefix("twice:")?.parse().ok()).unwrap_or(0),
                example: None,
                quote: '"',
            }),
            ["absent", names @ ..] => layout.absent = CANONICAL.into_iter().filter(|c| names.contains(c)).collect(),
            ["scattered", places @ ..] => layout.scattered = places.iter().map(|p| (*p).into()).collect(),
            ["twins", table, keys @ ..] => {
                layout.people = Some((*table).into());
                layout.twins = keys.iter().map(|k| (*k).into()).collect();
                layout.twin_count = 1;
            }
            ["unconfirmed", why @ ..] => {
                self.beside.unconfirmed =
                    Some(Unconfirmed { why: why.join(" ").into(), empty: false, guess: Vec::new() });
            }
            _ => return Err("not understood"),
        }
        Ok(())
    }
    fn sub(&self, words: &[&str]) -> Result<Sub, &'static str> {
        let [id, customer, status, rest @ ..] = words else { return Err("too few words") };
        let days = |n: i64| self.now - n * 86_400;
        let (monthly, rest) = match rest {
            [amount, currency, rest @ ..] if amount.parse::<i64>().is_ok() => (money(amount, currency), rest),
            rest => (None, rest),
        };
        let text = |key: &str| rest.iter().find_map(|w| w.strip_prefix(key));
        let number = |key: &str| text(key).and_then(|t| t.parse::<i64>().ok());
        let start = days(number("started:").unwrap_or(10));
        let quantity = number("quantity:");
        let total = monthly.clone().map(|m| Money { minor: m.minor * quantity.unwrap_or(1), ..m });
        let item = Item {
            price: text("price:").map(Into::into),
            product: text("product:").map(Into::into),
            quantity,
            period_end: Some(start + 30 * 86_400),
            unit: monthly,
        };
        let status = Status::parse(status);
        Ok(Sub {
            id: (*id).into(),
            customer: (*customer).into(),
            ended: status.is_over().then_some(start),
            status,
            period_start: Some(start),
            period_end: Some(start + 30 * 86_400),
            ending: rest.contains(&"ending"),
            created: days(number("created:").unwrap_or(40)),
            trial_end: None,
            changed: number("changed:").map_or(start, |minutes| self.now - minutes * 60),
            monthly: total,
            items: vec![item],
            items_whole: true,
            paused: rest.contains(&"paused"),
            latest_invoice: None,
            test_clock: rest.contains(&"test-clock"),
            livemode: self.live,
        })
    }
    const fn mode(&self) -> KeyMode {
        if self.live { KeyMode::Live } else { KeyMode::Test }
    }
    fn endpoints(&self) -> Endpoints {
        let found = place::endpoints(self.mode(), &[], (self.v1.clone(), Vec::new()), (self.v2.clone(), Vec::new()));
        let (unrestricted, sdk) = (self.beside.unrestricted, self.beside.sdk.clone());
        let handlers = self.beside.handlers.clone();
        Endpoints { unrestricted, sdk, handlers, recurring: Some(!self.beside.once), ..found }
    }
    fn deliveries(&self) -> Deliveries {
        let mut counting = Counting::new(self.mode(), self.now, 15 * 60, 200);
        for event in &self.events {
            counting.add(event);
            counting.add_of_day(event);
        }
        counting.done(Vec::new())
    }
    fn lookup(&self, id: &str) -> Lookup {
        let found = self.listed.get(id).or_else(|| self.hidden.get(id));
        found.map_or(Lookup::Gone { other_mode: self.other.contains(id) }, |s| Lookup::Found(s.clone()))
    }
    fn lookup_customer(&self, id: &str) -> Lookup<Customer> {
        let found = self.customers.iter().find(|c| &*c.id == id);
        found.map_or(Lookup::Gone { other_mode: self.other.contains(id) }, |c| Lookup::Found(c.clone()))
    }
    /// The join under a pinned table that has the columns which the rows speak of.
    fn join(&self) -> Result<Join, String> {
        let roles: BTreeSet<Role> = self.rows.iter().flat_map(|r| r.keys().copied()).collect();
        let column = |role: &Role| {
            let (name, kind) = match role {
                Role::PeriodEnd => ("current_period_end", ColumnKind::Number),
                Role::Cancel => ("cancel_at_period_end", ColumnKind::Flag),
                Role::Flag => ("is_subscribed", ColumnKind::Flag),
                Role::Livemode => ("livemode", ColumnKind::Flag),
                Role::Quantity => ("seats", ColumnKind::Number),
                Role::Owner => ("owner_id", ColumnKind::Text),
                Role::Key => ("id", ColumnKind::Text),
                other => (other.word(), ColumnKind::Text),
            };
            let sampled = if *role == Role::Price { vec!["price_1".to_owned()] } else { Vec::new() };
            ColumnSample { name: name.into(), kind, values: sampled }
        };
        let always = [Role::Customer, Role::Subscription, Role::Status].into_iter().collect::<BTreeSet<_>>();
        let columns = always.union(&roles).map(column).collect();
        let table = TableSample { schema: String::new(), name: "users".into(), columns };
        let pin = Mapping {
            table: "users".into(),
            customer: Some("customer".into()),
            subscription: Some("subscription".into()),
            status: Some("status".into()),
            ..Mapping::default()
        };
        let settled = pinned(&pin, &[table]).map_err(|e| e.to_string())?;
        let mut join = Join::new(Policy { live: self.live, ..Policy::at(self.now) }, settled);
        join.customers_read(!self.customers.is_empty());
        Ok(join)
    }
    fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.rows.iter().map(|r| Row::read(|role| r.get(&role)?.as_deref()))
    }
    fn drift(&self) -> Result<Drift, String> {
        let mut join = self.join()?;
        self.listed.values().filter(|s| !s.test_clock).cloned().for_each(|s| join.add_sub(s));
        self.rows().for_each(|r| join.add_row(r));
        self.customers.iter().filter(|c| !c.deleted).for_each(|c| join.add_customer(c));
        self.people.iter().for_each(|p| join.add_person(digest(p)));
        self.invoices.iter().cloned().for_each(|i| join.add_invoice(i));
        self.refunds.iter().cloned().for_each(|r| join.add_refund(r));
        self.disputes.iter().cloned().for_each(|d| join.add_dispute(d));
        join.cut(self.cut.0, self.cut.1);
        for id in join.strays(CAP) {
            join.add_lookup(&id, self.lookup(&id));
        }
        for id in join.stray_customers(CAP) {
            join.add_customer_lookup(&id, &self.lookup_customer(&id));
        }
        join.learn();
        let again = join.suspects(CAP);
        let mut second = join.second(&again);
        for id in &again.subscriptions {
            second.add_lookup(id, self.lookup(id));
        }
        for id in again.customers.iter().filter(|_| join.asks_customers()) {
            second.add_customer_lookup(id, &self.lookup_customer(id));
        }
        let is_of = |r: &Row| {
            r.subscription.as_ref().is_some_and(|s| again.subscriptions.contains(s))
                || r.customer.as_ref().is_some_and(|c| again.customers.contains(c))
        };
        self.rows().filter(is_of).for_each(|r| second.add_row(r));
        let classes = second.confirmed(&again, Tally::KEPT);
        let gaps = if self.cut.0 || self.cut.1 { vec![Cause::Deadline] } else { Vec::new() };
        let drift = join.drift(self.mode(), again.in_flight, classes, gaps, BTreeMap::new());
        let unconfirmed = self.beside.unconfirmed.clone();
        Ok(Drift { layout: self.beside.layout.clone(), unconfirmed, ..drift })
    }
}
fn customer(id: &str, email: Option<&str>, deleted: bool) -> Customer {
    Customer { id: id.into(), email: email.and_then(fold_email), created: 0, deleted, test_clock: false }
}
fn money(amount: &str, currency: &str) -> Option<Money> {
    Some(Money { currency: Currency(currency.to_owned()), minor: amount.parse().ok()? })
}
/// An endpoint that hears what subscriptions need.
fn registered(id: &str, url: Option<&str>, kind: &str, state: &str, mode: &str) -> Registered {
    const EVENTS: [&str; 5] = [
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "invoice.paid",
        "invoice.payment_failed",
    ];
    Registered {
        id: id.into(),
        url: url.map(Into::into),
        kind: kind.into(),
        enabled: state == "enabled",
        livemode: mode == "live",
        events: EVENTS.into_iter().map(Into::into).collect(),
        version: None,
        thin: false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        billing::{self, facts::Drift},
        vocab::{Eval, Fact, Missing, Severity, Verdict, View},
    };

    fn judge(id: &str, text: &str) -> Result<Verdict, Missing> {
        let rule = billing::RULES.iter().find(|r| r.id == id).unwrap();
        let (targets, facts, at) = super::facts(text).unwrap();
        let view = View::new(&at, &targets, &facts);
        match &rule.eval {
            Eval::Code(f) => f(&view),
            _ => panic!(),
        }
    }
    fn drift(text: &str) -> Drift {
        let (_, facts, at) = super::facts(text).unwrap();
        Drift::table(&facts)[&at].get().unwrap().clone()
    }
    fn found(text: &str) -> Vec<&'static str> {
        drift(text).classes.into_keys().collect()
    }

    /// The lines once for each number from 1, in the place of `N`.
    fn numbered(to: u8, lines: &str) -> String {
        (1..=to).map(|n| lines.replace('N', &n.to_string())).collect()
    }

    #[test]
    fn every_fence_of_the_family_is_true() {
        for rule in billing::RULES {
            let (mut fence, mut inside) = (String::new(), None);
            for line in rule.docs.iter().map(|l| l.trim()) {
                match (line, inside) {
                    ("```pass", None) => inside = Some(true),
                    ("```fail", None) => inside = Some(false),
                    ("```", Some(pass)) => {
                        let verdict = judge(&rule.id, &fence).unwrap();
                        assert_eq!(verdict == Verdict::Pass, pass, "{}: {fence}{verdict:?}", rule.id);
                        (fence, inside) = (String::new(), None);
                    }
                    (line, Some(_)) => {
                        fence.push_str(line);
                        fence.push('\n');
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn what_must_not_be_reported_is_not() {
        for (what, text) in [
            ("comped", "stripe sub_1 cus_1 active\nrow cus_1 sub_1 active\nrow - - active"),
            ("in flight", "stripe sub_1 cus_1 active changed:3\nrow cus_1 sub_1 incomplete"),
            ("new and not heard of yet", "stripe sub_1 cus_1 active changed:3"),
            ("test clock", "hidden sub_1 cus_1 canceled test-clock\nrow cus_1 sub_1 active"),
            ("past due in grace", "stripe sub_1 cus_1 past_due started:10\nrow cus_1 sub_1 past_due"),
            ("past due, coarse word", "stripe sub_1 cus_1 past_due started:10\nrow cus_1 sub_1 true"),
            ("another provider's id", "row cus_1 I-PAYPAL1 active"),
            ("customer without subscription", "row cus_1 - active"),
            (
                "other product",
                "stripe sub_1 cus_1 active product:prod_a\nstripe sub_2 cus_2 active product:prod_b\nrow cus_1 sub_1 active",
            ),
            (
                "one person, two workspaces",
                "stripe sub_1 cus_1 active product:p\nstripe sub_2 cus_1 active product:p\nrow cus_1 sub_1 active owner:a\nrow cus_1 sub_2 active owner:b",
            ),
            (
                "changing plans: one ends, one began",
                "stripe sub_1 cus_1 active product:p ending\nstripe sub_2 cus_1 active product:p\nrow cus_1 sub_2 active",
            ),
            ("left long ago and deleted", "stripe sub_1 cus_1 canceled\ndeleted cus_1\nrow cus_1 sub_1 canceled"),
            (
                "no subscription of theirs, but a guest's customer beside it",
                "stripe sub_1 cus_1 active\ncustomer cus_1 a@acme.test\ncustomer cus_2 a@acme.test\nrow cus_1 sub_1 active",
            ),
            ("leaving, written as left", "stripe sub_1 cus_1 active ending\nrow cus_1 sub_1 inactive"),
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{what}");
            assert!(drift(text).gaps.is_empty(), "{what}: {:?}", drift(text).gaps);
        }
    }

    #[test]
    fn each_class_by_itself() {
        let paid = ["billing.paid-without-access"];
        let leak = ["billing.access-without-payment"];
        let word = ["billing.status-mismatch"];
        let cases: [(&str, &[&str]); 9] = [
            ("stripe sub_1 cus_1 trialing\nrow cus_1 sub_1 canceled", &paid),
            ("stripe sub_1 cus_1 past_due started:3\nrow cus_1 sub_1 canceled", &paid),
            ("stripe sub_1 cus_1 active\nrow cus_1 sub_1 -", &paid),
            ("stripe sub_1 cus_1 unpaid\nrow cus_1 sub_1 active", &leak),
            ("stripe sub_1 cus_1 past_due started:20\nrow cus_1 sub_1 active", &leak),
            ("stripe sub_1 cus_1 past_due started:3\nrow cus_1 sub_1 active", &word),
            ("stripe sub_1 cus_1 canceled\nrow cus_1 sub_1 unpaid", &word),
            ("stripe sub_1 cus_1 active ending\nrow cus_1 sub_1 canceled", &word),
            ("row cus_1 sub_1 active", &["billing.subscription-unknown"]),
        ];
        for (text, want) in cases {
            assert_eq!(found(text), want, "{text}");
        }
    }

    #[test]
    fn a_cut_list_makes_no_absence() {
        let text = "stripe sub_1 cus_1 canceled\nrow cus_1 sub_1 active\n";
        assert_eq!(found(&format!("{text}gap provider")), Vec::<&str>::new());
        assert_eq!(found("stripe sub_1 cus_1 active\ngap database"), Vec::<&str>::new());
        assert!(!drift(&format!("{text}gap provider")).gaps.is_empty());
    }

    #[test]
    fn words_are_learned_by_majority_or_are_a_gap() {
        let mut text = numbered(5, "stripe sub_N cus_N active\nrow cus_N sub_N gold\n");
        assert!(drift(&text).gaps.is_empty());
        text += "stripe sub_9 cus_9 canceled\nrow cus_9 sub_9 gold\n";
        assert_eq!(found(&text), ["billing.access-without-payment"]);
        assert_eq!(drift("stripe sub_1 cus_1 active\nrow cus_1 sub_1 gold").gaps.len(), 1);
    }

    #[test]
    fn a_status_that_is_never_filled_is_not_a_finding_a_customer() {
        let text = numbered(6, "stripe sub_N cus_N active\nrow cus_N sub_N -\n");
        // The example pins its columns, and a pinned column stays: each customer is reported.
        assert_eq!(drift(&text).classes["billing.paid-without-access"].count, 6);
    }

    #[test]
    fn the_worst_five_and_the_sum() {
        let text = numbered(7, "stripe sub_N cus_N active N00 eur\nrow cus_N sub_N canceled\n");
        let drift = drift(&text);
        let tally = &drift.classes["billing.paid-without-access"];
        assert_eq!((tally.count, tally.worst.len()), (7, 5));
        assert_eq!(tally.worst[0].subject().as_str(), "cus_7");
        assert_eq!(tally.money().unwrap(), "28.00 EUR a month");
        let Ok(Verdict::Fail(faults)) = judge("billing.paid-without-access", &text) else { panic!() };
        assert_eq!(faults.len(), 5);
        assert!(
            format!("{:?}", faults[0].fix).contains("UPDATE users SET status = 'active' WHERE subscription = 'sub_7'")
        );
    }

    #[test]
    fn severities_of_the_endpoint_rules() {
        let severity = |id: &str, text: &str| match judge(id, text) {
            Ok(Verdict::Fail(f)) => Some(f[0].lower_to),
            _ => None,
        };
        let good = "endpoint https://acme.test/hook enabled live\n";
        let local = "endpoint http://localhost:3000/hook enabled live\n";
        let off = "endpoint https://acme.test/old disabled live\n";
        assert_eq!(severity("billing.endpoint-disabled", off), Some(None));
        assert_eq!(severity("billing.endpoint-disabled", &format!("{good}{off}")), Some(Some(Severity::High)));
        assert_eq!(severity("billing.endpoint-elsewhere", local), Some(None));
        assert_eq!(severity("billing.endpoint-elsewhere", &format!("{local}{good}")), Some(Some(Severity::Info)));
        assert_eq!(severity("billing.endpoint-missing", &format!("{local}{good}")), None);
        let laptop = "key test\nendpoint http://localhost:3000/hook enabled test\n";
        assert_eq!(severity("billing.endpoint-elsewhere", laptop), Some(Some(Severity::Info)));
        assert_eq!(severity("billing.endpoint-missing", laptop), None);
    }
}
