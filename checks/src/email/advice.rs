//! Records to paste and evidence that several rules share.

use super::facts::{MailPlan, Spf};
use super::setup_advice::both;
use super::spf_outlook::{Need, SpfNeed};
use super::syntax::{Flaw, NearMiss};
use crate::vocab::{DomainName, Evidence, Fix, Shown};

/// The TXT records that matter, as the answer to a question; where none do, what came instead.
pub(super) fn txt(name: &DomainName, records: Vec<Shown>, instead: &crate::wire::DnsAnswer) -> Evidence {
    let quoted = |t: Shown| Shown::from(format!("\"{t}\""));
    let answer = match (&instead.found, records.is_empty()) {
        (_, false) => records.into_iter().map(quoted).collect(),
        (crate::wire::Found::NxDomain, _) => vec!["NXDOMAIN".into()],
        (crate::wire::Found::NoData, _) => vec!["no TXT record".into()],
        (crate::wire::Found::Records(all), _) => vec![match all.len() {
            1 => "1 TXT record, which is something else".into(),
            n => format!("{n} TXT records, all of something else").into(),
        }],
    };
    Evidence::Dns { name: name.into(), kind: "TXT".into(), answer }
}

/// The records that almost count, each with why it does not.
pub(super) fn near(misses: &[NearMiss]) -> impl Iterator<Item = Evidence> + '_ {
    misses.iter().take(5).map(|m| format!("\"{}\": {}", m.text.short(120), m.why).into())
}

/// The flaws of a record, one a line, the first ten.
pub(super) fn flaws(flaws: &[Flaw]) -> impl Iterator<Item = Evidence> + '_ {
    flaws.iter().take(10).map(|f| f.to_string().into())
}

/// What must be there before a repaired record that names where its reports go, where it named nothing.
pub(super) fn mailbox(record: &super::dmarc::Record, domain: &DomainName) -> String {
    if record.rua.is_empty() {
        format!("; create the mailbox dmarc@{domain} for the reports, or name another")
    } else {
        String::new()
    }
}

/// What to publish as SPF, for a domain that has none.
pub(super) fn spf(plan: &MailPlan, need: &SpfNeed) -> Fix {
    let includes = &need.includes;
    if need.complete {
        return Fix::record(&plan.domain, "TXT", spf_value(includes));
    }
    if need.need <= Need::Some && plan.senders.is_empty() {
        let note = format!("If nothing sends mail from {}, say so; else name what does:", plan.domain);
        return Fix::DnsRecord {
            name: (&plan.domain).into(),
            kind: "TXT".into(),
            value: "v=spf1 -all".into(),
            note: note.into(),
        };
    }
    let include = listed(includes);
    Fix::steps([
        format!(
            "Publish at {} as TXT: \"v=spf1 {include}include:NAME ~all\", where NAME is what your mail provider says",
            both(&plan.domain)
        ),
        format!("If nothing sends mail from {}: \"v=spf1 -all\"", plan.domain),
    ])
}
fn spf_value(includes: &[&str]) -> String {
    format!("v=spf1 {}~all", listed(includes))
}
fn listed(includes: &[&str]) -> String {
    includes.iter().flat_map(|i| ["include:", *i, " "]).collect()
}

/// The same as one of several steps.
pub(super) fn spf_step(plan: &MailPlan, spf: &Spf) -> Shown {
    let verb = if spf.records.is_empty() { "Publish" } else { "Replace the SPF record" };
    let mut includes: Vec<_> = plan.senders.iter().filter_map(|s| s.known()?.1.apex_include).collect();
    includes.sort_unstable();
    includes.dedup();
    let told =
        |s: &super::facts::Sender| s.known().is_some_and(|(_, m)| m.apex_include.is_some() || !m.needs_include());
    let known = !plan.senders.is_empty() && plan.senders.iter().all(told);
    let value = if known { spf_value(&includes) } else { "v=spf1 include:NAME ~all".to_owned() };
    let hint = if known { "" } else { ", where NAME is what your mail provider says" };
    format!("{verb} at {} as TXT: \"{value}\"{hint}", both(&plan.domain)).into()
}
