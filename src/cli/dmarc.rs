//! `launchcheck dmarc`: whose policy applies to a domain, what it is, and whether a mail passes.

use super::{
    network::{Network, Weigh, missing, missing_text},
    values::one_of,
};
use crate::{
    exit,
    gather::Wire,
    probe::layers::Deadline,
    problem::Problems,
    settings::{Format, parse_domain},
};
use launchcheck_checks::{
    email::{
        dmarc::Policy,
        dmarc_verdict::{DmarcCheck, DmarcChecked},
        dmarc_walk::older_view,
        facts::{Dmarc, DmarcReports, Force},
        spf_check::Outcome,
        syntax::Effect,
    },
    vocab::{DomainName, Missing, Observed, Shown},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Write as _};

/// Show the DMARC policy in force for a domain, and whether a mail would pass.
///
/// DOMAIN is the one in the From address. Its policy is found by the walk of RFC 9989, with what a
/// receiver on RFC 7489 makes of it beside. With --spf and --dkim the alignment is judged too.
#[derive(Debug, clap::Args)]
#[command(next_display_order = None, after_help = EXIT_CODES)]
pub(super) struct Args {
    /// The domain in the From address, such as acme.com
    #[arg(value_parser = parse_domain)]
    domain: DomainName,
    /// A DKIM signature: its d= and the result, such as acme.com=pass; repeatable
    #[arg(long, value_name = "D=RESULT", value_parser = parse_dkim)]
    dkim: Vec<(DomainName, bool)>,
    /// How it is shown
    #[arg(long, value_name = "FORMAT", value_parser = one_of(&Format::ALL, Format::word), default_value = "human")]
    format: Format,
    #[command(flatten)]
    network: Network,
    /// The domain of the envelope sender and the result of SPF, such as send.acme.com=pass
    #[arg(long, value_name = "D=RESULT", value_parser = parse_spf)]
    spf: Option<(DomainName, bool)>,
}

const EXIT_CODES: &str = "\
Ends 0 where a policy is in force and, with --spf or --dkim, the mail passes; 1 where there is
none, where nobody can read it, or where the mail fails; 2 for wrong use; 3 where a name server did
not answer. JSON: aspf_aligned and adkim_aligned are true where SPF or a signature passed for a
domain that aligns, null where --spf or --dkim was not given; dmarc is pass, fail, none (no record),
temperror or null (nothing given); queries counts the names of the walk, eight at most.";

fn parse_spf(text: &str) -> Result<(DomainName, bool), String> {
    parse(text, &Outcome::ALL.map(Outcome::word))
}
fn parse_dkim(text: &str) -> Result<(DomainName, bool), String> {
    parse(text, &["pass", "fail", "none", "neutral", "policy", "temperror", "permerror"])
}
/// A domain, and whether it passed.
fn parse(text: &str, words: &[&str]) -> Result<(DomainName, bool), String> {
    let (domain, result) = text.rsplit_once('=').ok_or("write it as DOMAIN=RESULT, such as acme.com=pass")?;
    let result = result.to_ascii_lowercase();
    if !words.contains(&result.as_str()) {
        return Err(format!("`{result}` is not a result; the results are {}", words.join(", ")));
    }
    Ok((parse_domain(domain)?, result == "pass"))
}

/// Runs it; returns the text for standard output and the exit code.
pub(super) fn run(args: &Args, environment: BTreeMap<String, String>) -> anyhow::Result<(String, u8)> {
    let env = |name: &str| environment.get(name).cloned();
    let mut weigh = Weigh::new(&env);
    let settings = args.network.settings(&mut weigh);
    Problems::check(weigh.problems)?;
    let check =
        DmarcCheck { domain: args.domain.clone(), spf: args.spf.iter().cloned().collect(), dkim: args.dkim.clone() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (checked, reports, gone) = runtime.block_on(async {
        let (_stopper, deadline) = Deadline::after(settings.deadline);
        let wire = Wire::new(&settings, deadline);
        let checked = wire.drive(&check).await;
        let lookup = checked.get().ok().and_then(|c| c.dmarc.asks_for_reports());
        let reports = match lookup {
            Some(lookup) => Some(wire.drive(&lookup).await),
            None => None,
        };
        // A policy from above holds for names that do not exist too.
        let nothing = checked.get().is_ok_and(|c| c.dmarc.force == Force::Nothing || c.dmarc.visits.len() > 1);
        let gone = if nothing { missing(&wire, &args.domain).await } else { None };
        (checked, reports.and_then(|r| r.into_inner().ok()), gone)
    });
    runtime.shutdown_background();
    let found = Found::new(args, &checked, reports.as_ref(), gone);
    let text = match args.format {
        Format::Json => format!("{:#}\n", found.to_json()),
        Format::Human => found.to_text(),
    };
    Ok((text, found.code()))
}

struct Found<'a> {
    args: &'a Args,
    checked: Result<&'a DmarcChecked, String>,
    reports: Option<&'a DmarcReports>,
    /// The domain, or the one above it, where it does not exist.
    missing: Option<DomainName>,
}
impl<'a> Found<'a> {
    fn new(
        args: &'a Args,
        checked: &'a Observed<DmarcChecked>,
        reports: Option<&'a DmarcReports>,
        missing: Option<DomainName>,
    ) -> Self {
        let checked = checked.get().map_err(|missing| match missing {
            Missing::Unknown(cause) => cause.to_string(),
            Missing::NotConfigured(what) => what.to_owned(),
        });
        Self { args, checked, reports, missing }
    }

    fn is_given(&self) -> bool {
        self.args.spf.is_some() || !self.args.dkim.is_empty()
    }

    /// The result of DMARC for the mail; `None` where none was described.
    fn result(&self) -> Option<&'static str> {
        let Ok(checked) = self.checked else { return Some("temperror") };
        match (&checked.dmarc.force, checked.passes) {
            // What stands above and was not seen might apply.
            (Force::Nothing, _) if !checked.dmarc.gaps.is_empty() => Some("temperror"),
            (Force::Nothing, _) => Some("none"),
            _ if !self.is_given() => None,
            (_, Some(true)) => Some("pass"),
            (_, Some(false)) => Some("fail"),
            (_, None) => Some("temperror"),
        }
    }

    fn code(&self) -> u8 {
        match (&self.checked, self.result()) {
            (Err(_), _) | (_, Some("temperror")) => exit::INCOMPLETE,
            (_, Some("none" | "fail")) => exit::NO_GO,
            (Ok(c), _) if matches!(c.dmarc.force, Force::Broken(_)) => exit::NO_GO,
            (Ok(c), _) if !c.dmarc.gaps.is_empty() => exit::INCOMPLETE,
            _ => exit::GO,
        }
    }

    fn to_json(&self) -> Value {
        let known = self.checked.as_ref().ok();
        let dmarc = known.map(|c| &c.dmarc);
        let applying = dmarc.and_then(Dmarc::applying);
        let (older, pct) = dmarc.map_or((None, None), |d| {
            let (force, pct) = older_view(d);
            (policy(&force), pct)
        });
        json!({
            "schema": "launchcheck.dmarc/1",
            "domain": self.args.domain.as_str(),
            "org_domain": known.map(|c| c.organisation.as_str()),
            "record_at": applying.map(|(v, _)| v.at.as_str()),
            "record": applying.map(|(_, r)| r.text.as_str()),
            "policy_in_force": dmarc.and_then(|d| policy(&d.force)).map(|(p, _)| p.word()),
            "policy_tag": dmarc.and_then(|d| policy(&d.force)).map(|(_, tag)| tag),
            "testing": applying.map(|(_, r)| r.testing),
            "aspf_aligned": known.and_then(|c| c.spf_aligned),
            "adkim_aligned": known.and_then(|c| c.dkim_aligned),
            "dmarc": self.result(),
            "queries": known.map(|c| c.queries),
            "walk": dmarc.map(|d| d.visits.iter().map(|v| v.at.as_str()).collect::<Vec<_>>()),
            "rfc7489": older.map(|(p, tag)| json!({ "policy": p.word(), "tag": tag, "pct": pct.unwrap_or(100) })),
            "removed_tags": applying.map(|(_, r)| r.removed.clone()).unwrap_or_default(),
            "reports": self.reports.map(|r| r.destinations.iter().map(|d| json!({
                "address": d.address.as_str(),
                "authorised_at": d.consent_at.as_ref().map(DomainName::as_str),
                "authorised": d.agrees,
                "reachable": d.takes_mail,
            })).collect::<Vec<_>>()).unwrap_or_default(),
            "missing_domain": self.missing.as_ref().map(DomainName::as_str),
            "problems": self.problems(),
            "next": self.next(),
            "unknown": match &self.checked {
                Ok(c) => c.gaps.iter().map(ToString::to_string).collect(),
                Err(why) => vec![why.clone()],
            },
        })
    }

    /// What is wrong with the records that were seen.
    fn problems(&self) -> Vec<String> {
        let Ok(checked) = self.checked else { return Vec::new() };
        let mut out: Vec<String> = self.missing.iter().map(missing_text).collect();
        for visit in &checked.dmarc.visits {
            if visit.records.len() > 1 {
                out.push(format!("{} has more than one DMARC record, so none of them counts", visit.at));
            }
            out.extend(visit.near_misses.iter().map(|m| format!("{}: \"{}\": {}", visit.at, m.text.short(80), m.why)));
            out.extend(visit.records.iter().flat_map(|r| &r.flaws).map(|f| format!("{}, {f}", visit.at)));
        }
        for d in self.reports.iter().flat_map(|r| &r.destinations) {
            if d.agrees == Some(false) {
                let at = d.consent_at.as_ref().map(ToString::to_string).unwrap_or_default();
                out.push(format!("{} did not agree to take reports: no record at {at}", d.domain));
            }
            if d.takes_mail == Some(false) {
                out.push(format!("{} takes no mail, so no report arrives at {}", d.domain, d.address));
            }
        }
        out
    }

    /// The way on from here, the next step first: the starter record, and the ramp to `p=reject`.
    fn next(&self) -> Vec<String> {
        const READ: &str = "read the reports for two to four weeks, until all that sends for you passes";
        let Ok(checked) = self.checked else { return Vec::new() };
        let (domain, organisation) = (&self.args.domain, &checked.organisation);
        let publish = |at: &DomainName, record: &str| {
            format!("publish {at} TXT \"{record}\" (in a DNS panel: host {})", at.in_panel())
        };
        let Some((visit, record)) = checked.dmarc.applying() else {
            // There is nowhere to publish a record.
            if self.missing.is_some() {
                return Vec::new();
            }
            let top = if organisation == domain { domain.registrable() } else { organisation.clone() };
            let Some(at) = top.child("_dmarc") else { return Vec::new() };
            let starter = publish(&at, &format!("v=DMARC1; p=none; rua=mailto:dmarc@{top}"));
            return vec![format!("{starter}, which changes nothing for your mail"), READ.to_owned()];
        };
        let own = format!("dmarc@{}", visit.of);
        if record.flaws.iter().any(|f| f.effect == Effect::Breaks) {
            return vec![publish(&visit.at, &record.repaired(&own))];
        }
        // Names below get no policy by a tag that says so; by `t=y` alone that is told as such.
        let open = match &checked.dmarc.force {
            Force::Policy { policy: Policy::None, tag: tag @ ("sp" | "np"), testing: false, .. } => Some(*tag),
            _ => None,
        };
        let record = &open.map_or_else(|| record.clone(), |tag| record.without(tag));
        let step = |p, t: bool| publish(&visit.at, &record.asking(p, t, &own));
        let mut out = Vec::new();
        let lost = self.reports.iter().flat_map(|r| &r.destinations);
        for d in lost.filter(|d| d.agrees == Some(false) || d.takes_mail == Some(false)) {
            let to = if d.takes_mail == Some(false) { "let it take mail" } else { "let it agree to take your reports" };
            out.push(format!("name an address of your own in rua in place of {}, or {to}", d.address));
        }
        if let (Some(tag), p @ (Policy::Quarantine | Policy::Reject)) = (open, record.own_policy()) {
            let then = p.milder().word();
            out.push(format!(
                "{}, which takes {tag}=none out, when all that sends from {domain} passes; with t=y it asks for {then}",
                step(p, true)
            ));
        }
        let mut ramp = |from: Policy| {
            for p in [Policy::Quarantine, Policy::Reject].into_iter().filter(|p| *p > from) {
                out.push(format!("{}, and after a week without reports of lost mail without t=y", step(p, true)));
            }
        };
        match (record.own_policy(), record.testing || open.is_some()) {
            (p @ (Policy::Quarantine | Policy::Reject), true) => {
                out.push(format!("{}, when the reports show that all your own mail passes", step(p, false)));
            }
            (Policy::None, _) => {
                ramp(Policy::None);
                out.insert(out.len().saturating_sub(2), READ.to_owned());
                if record.rua.is_empty() {
                    let at = out.len().saturating_sub(3);
                    out.insert(at, format!("{}, so that you see reports", step(Policy::None, false)));
                }
            }
            (p, false) => {
                ramp(p);
                if record.rua.is_empty() {
                    out.push(format!("add rua=mailto:{own} at {} to see reports", visit.at));
                }
            }
        }
        out
    }

    fn to_text(&self) -> String {
        let mut out = String::new();
        let domain = &self.args.domain;
        let checked = match &self.checked {
            Ok(c) => *c,
            Err(why) => return format!("DMARC of {domain}: {why}\n"),
        };
        let dmarc = &checked.dmarc;
        let headline = match &dmarc.force {
            Force::Nothing if self.missing.is_some() => {
                let name = self.missing.as_ref().unwrap_or(domain);
                return format!("DMARC of {domain}: {}.\n", missing_text(name));
            }
            Force::Nothing if dmarc.gaps.is_empty() => "no record applies".to_owned(),
            Force::Nothing => "no record was seen, and not all names answered".to_owned(),
            Force::Broken(of) => format!("the record of {of} is broken, so receivers do nothing"),
            Force::Policy { of, policy, tag, testing } => {
                let testing = if *testing { ", made one step milder by t=y" } else { "" };
                format!("{} ({tag} of {of}{testing})", policy.word())
            }
        };
        let _ = writeln!(out, "DMARC of {domain}: {headline}\n");
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(out, "  {name:<15}{value}");
        };
        if let Some((visit, record)) = dmarc.applying() {
            line("record at", visit.at.as_str());
            line("record", record.text.as_str());
        }
        let queries = match checked.queries {
            1 => "1 name asked".to_owned(),
            n => format!("{n} names asked"),
        };
        line("organisation", &format!("{} ({queries}, of 8 at most)", checked.organisation));
        let (older, pct) = older_view(dmarc);
        let share = pct.map(|p| format!(" for {p} % of the mail")).unwrap_or_default();
        let older = policy(&older).map_or("nothing".to_owned(), |(p, tag)| format!("{} by {tag}{share}", p.word()));
        line("by RFC 7489", &older);
        let removed = dmarc.applying().map(|(_, r)| r.removed.join(", ")).unwrap_or_default();
        if !removed.is_empty() {
            line("removed tags", &format!("{removed} (RFC 9989 no longer knows them)"));
        }
        let aligned = |a: Option<bool>| match a {
            Some(true) => "passed and aligned",
            Some(false) => "not passed, or not aligned",
            None => "could not be found out",
        };
        if self.args.spf.is_some() {
            line("SPF", aligned(checked.spf_aligned));
        }
        if !self.args.dkim.is_empty() {
            line("DKIM", aligned(checked.dkim_aligned));
        }
        if let Some(result) = self.result().filter(|_| self.is_given()) {
            line("result", result);
        }
        let mut next = self.next();
        let later = next.split_off(next.len().min(1));
        for (title, all) in [("Wrong", self.problems()), ("Next", next), ("Later", later)] {
            if !all.is_empty() {
                let _ = writeln!(out, "\n{title}");
            }
            for text in all {
                let _ = writeln!(out, "  {}", Shown::from(text));
            }
        }
        out
    }
}

fn policy(force: &Force) -> Option<(Policy, &'static str)> {
    match force {
        Force::Policy { policy, tag, .. } => Some((*policy, tag)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        let name = |d| DomainName::parse(d).unwrap();
        assert_eq!(parse_spf("send.acme.com=pass"), Ok((name("send.acme.com"), true)));
        assert_eq!(parse_dkim("acme.com=FAIL"), Ok((name("acme.com"), false)));
        for text in ["acme.com", "acme.com=", "acme.com=good", "=pass", "acme=pass"] {
            assert!(parse_spf(text).is_err(), "{text}");
        }
    }
}
