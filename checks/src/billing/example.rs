//! The small language of this family's examples, played through the real join.
//!
//! ```text
//! key live|test                                   the mode of the key; live where it is not said
//! now 2026-11-21T12:00:00Z
//! stripe SUB CUS STATUS [AMOUNT CURRENCY] [WORD…] a listed subscription; words: ending,
//!                                                 test-clock, changed:MINUTES, started:DAYS
//! hidden SUB CUS STATUS …                         one that only a direct retrieve finds
//! row CUS|- SUB|- STATUS|-                        a row; `-` is NULL
//! endpoint URL enabled|disabled live|test         a webhook endpoint
//! destination KIND enabled|disabled live|test     an event destination of version 2
//! gap provider|database                           that side was not read to its end
//! ```

use super::{
    facts::{Endpoints, KeyMode},
    fold::{Join, Row},
    mapping::{ColumnKind, ColumnSample, Mapping, TableSample, pinned},
    place,
    status::{Policy, Status},
    stripe::{Lookup, Registered, Sub},
};
use crate::{
    facts::Facts,
    vocab::{Cause, Currency, Money, Observed, Origin, TargetId, TargetKind, Targets},
};
use std::{collections::BTreeMap, sync::Arc};

/// The world of a fence.
#[derive(Default)]
struct World {
    listed: BTreeMap<Box<str>, Sub>,
    hidden: BTreeMap<Box<str>, Sub>,
    rows: Vec<Row>,
    v1: Vec<Registered>,
    v2: Vec<Registered>,
    live: bool,
    now: i64,
    cut: (bool, bool),
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
    facts.endpoints.insert(at.clone(), Arc::new(Observed::known(world.endpoints())));
    facts.drift.insert(at.clone(), Arc::new(Observed::known(world.drift()?)));
    Ok((targets, facts, at))
}

impl World {
    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["key", mode] => self.live = *mode == "live",
            ["now", when] => self.now = super::fold::time(when).ok_or("no time")?,
            ["stripe", rest @ ..] => {
                let sub = self.sub(rest)?;
                self.listed.insert(sub.id.clone(), sub);
            }
            ["hidden", rest @ ..] => {
                let sub = self.sub(rest)?;
                self.hidden.insert(sub.id.clone(), sub);
            }
            ["row", customer, sub, status] => {
                let some = |t: &'static str, v: &str| (v != "-").then(|| v.to_owned()).ok_or(t);
                let (c, s, w) = (some("", customer).ok(), some("", sub).ok(), some("", status).ok());
                self.rows.push(Row::read(c.as_deref(), s.as_deref(), w.as_deref(), None));
            }
            ["endpoint", url, state, mode] => {
                let id = format!("we_{}", self.v1.len() + 1);
                self.v1.push(registered(&id, Some(url), "webhook_endpoint", state, mode));
            }
            ["destination", kind, state, mode] => {
                let id = format!("ed_{}", self.v2.len() + 1);
                self.v2.push(registered(&id, None, kind, state, mode));
            }
            ["gap", "provider"] => self.cut.0 = true,
            ["gap", "database"] => self.cut.1 = true,
            _ => return Err("not understood"),
        }
        Ok(())
    }
    fn sub(&self, words: &[&str]) -> Result<Sub, &'static str> {
        let [id, customer, status, rest @ ..] = words else { return Err("too few words") };
        let days = |n: i64| self.now - n * 86_400;
        let (monthly, rest) = match rest {
            [amount, currency, rest @ ..] if amount.parse::<i64>().is_ok() => {
                let minor = amount.parse().map_err(|_| "no amount")?;
                (Some(Money { currency: Currency((*currency).to_owned()), minor }), rest)
            }
            rest => (None, rest),
        };
        let number = |key: &str| rest.iter().find_map(|w| w.strip_prefix(key)?.parse::<i64>().ok());
        let start = days(number("started:").unwrap_or(10));
        Ok(Sub {
            id: (*id).into(),
            customer: (*customer).into(),
            status: Status::parse(status),
            period_start: Some(start),
            period_end: Some(start + 30 * 86_400),
            ending: rest.contains(&"ending"),
            changed: number("changed:").map_or(start, |minutes| self.now - minutes * 60),
            monthly,
            test_clock: rest.contains(&"test-clock"),
            livemode: self.live,
        })
    }
    const fn mode(&self) -> KeyMode {
        if self.live { KeyMode::Live } else { KeyMode::Test }
    }
    fn endpoints(&self) -> Endpoints {
        place::endpoints(self.mode(), &[], (self.v1.clone(), Vec::new()), (self.v2.clone(), Vec::new()))
    }
    fn lookup(&self, id: &str) -> Lookup {
        let found = self.listed.get(id).or_else(|| self.hidden.get(id));
        found.map_or(Lookup::Gone { other_mode: false }, |s| Lookup::Found(s.clone()))
    }
    fn drift(&self) -> Result<super::facts::Drift, String> {
        let column = |name: &str| ColumnSample { name: name.into(), kind: ColumnKind::Text, values: Vec::new() };
        let table = TableSample {
            schema: String::new(),
            name: "users".into(),
            columns: ["customer", "subscription", "status"].into_iter().map(column).collect(),
        };
        let pin = Mapping {
            table: "users".into(),
            customer: Some("customer".into()),
            subscription: Some("subscription".into()),
            status: Some("status".into()),
            ..Mapping::default()
        };
        let settled = pinned(&pin, &[table]).map_err(|e| e.to_string())?;
        let mut join = Join::new(Policy::at(self.now), settled);
        self.listed.values().filter(|s| !s.test_clock).cloned().for_each(|s| join.add_sub(s));
        self.rows.iter().cloned().for_each(|r| join.add_row(r));
        join.cut(self.cut.0, self.cut.1);
        for id in join.strays() {
            let answer = self.lookup(&id);
            join.add_lookup(id, answer);
        }
        join.learn();
        let again = join.suspects();
        let mut second = join.second(&again);
        for id in &again.subscriptions {
            second.add_lookup(id.clone(), self.lookup(id));
        }
        let is_of = |r: &&Row| {
            r.subscription.as_ref().is_some_and(|s| again.subscriptions.contains(s))
                || r.customer.as_ref().is_some_and(|c| again.customers.contains(c))
        };
        self.rows.iter().filter(is_of).cloned().for_each(|r| second.add_row(r));
        let classes = second.confirmed(&again);
        let gaps = if self.cut.0 || self.cut.1 { vec![Cause::Deadline] } else { Vec::new() };
        Ok(join.drift(self.mode(), classes, gaps))
    }
}
fn registered(id: &str, url: Option<&str>, kind: &str, state: &str, mode: &str) -> Registered {
    Registered {
        id: id.into(),
        url: url.map(Into::into),
        kind: kind.into(),
        enabled: state == "enabled",
        livemode: mode == "live",
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
            ("known by another row", "stripe sub_1 cus_1 active\nrow cus_1 sub_1 active\nrow cus_1 sub_1 active"),
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
