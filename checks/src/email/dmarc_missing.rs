//! `email.dmarc-missing`
use super::advice;
use super::facts::{Dmarc, Force, MailPlan, Mx, Spf};
use crate::facts::FactKind;
use crate::{
    rule,
    vocab::{Arg, Fact, Fault, Fix, Missing, Severity, Verdict, View},
};

rule! {
    /// No DMARC record applies to the domain, neither its own nor one of a domain above it.
    ///
    /// It is a blocker for those who send in bulk (`[email] bulk = true`): Gmail, Yahoo and Outlook
    /// refuse their mail without it. A domain that says it sends no mail (`v=spf1 -all`) needs none.
    ///
    /// # Why at launch
    /// Large mailbox providers want a DMARC record from everybody who sends in volume, and trust mail
    /// without one less. Without it you also never learn that mail fails or that somebody uses your name.
    ///
    /// # Fix
    /// Publish the starter record. It changes nothing for your mail and sends you reports.
    ///
    /// # References
    /// RFC 9989, section 4.10; support.google.com/a/answer/81126
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.test"
    /// ```
    /// ```pass
    /// domain mail.acme.test
    /// mail.acme.test. A 203.0.113.1
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject"
    /// ```
    /// ```pass
    /// acme.test. TXT "v=spf1 -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 mx ~all"
    /// ```
    /// ```fail
    /// from
    /// bulk
    /// acme.test. TXT "v=spf1 mx ~all"
    /// _dmarc.acme.test. TXT "v=dmarc1; p=none"
    /// ```
    "email.dmarc-missing" on Mail, Blocker, stage Email;
    fails "No DMARC record"; holds "A DMARC record applies";
    fn check(plan: &MailPlan, dmarc: &Dmarc, mail: Mailing) -> Verdict {
        if dmarc.force != Force::Nothing {
            return Verdict::Pass;
        }
        if dmarc.visits.iter().any(|v| v.records.len() > 1) {
            return Verdict::not_applicable("there are several DMARC records, which email.dmarc-multiple is about");
        }
        if dmarc.silent && !plan.sends() {
            return Verdict::not_applicable("the domain says that it sends no mail");
        }
        if !dmarc.stray.is_empty() && !plan.bulk {
            return Verdict::not_applicable("there is one at the wrong name, which email.dmarc-at-wrong-name is about");
        }
        if let Some(above) = plan.others.iter().find(|o| plan.is_told_at(o) && plan.domain.is_within(o)) {
            return Verdict::not_applicable(format!("{above}, which is judged too, has none either"));
        }
        let Some(own) = dmarc.visits.first() else { return Verdict::Pass };
        let top = dmarc.domain.registrable();
        let name = format!("_dmarc.{top}");
        let mut near = dmarc.visits.iter().filter(|v| v.at.as_str() == name).flat_map(|v| &v.near_misses);
        let meant = near.find_map(|n| super::dmarc::meant(n.text.as_str()));
        // Where no mail is received, reports cannot arrive either.
        let no_reports = mail.takes_none && top == plan.domain;
        let starter = || {
            let reports = if no_reports { String::new() } else { format!("; rua=mailto:dmarc@{top}") };
            format!("v=DMARC1; p=none{reports}")
        };
        let value = meant.as_ref().map_or_else(starter, |r| r.repaired(&format!("dmarc@{top}")));
        let mailbox = match value.find("rua=mailto:dmarc@").filter(|_| meant.as_ref().is_none_or(|m| m.rua.is_empty())) {
            Some(_) => format!(", once the mailbox dmarc@{top} exists (or with another that is read, in its place)"),
            None if no_reports && meant.is_none() => ", with rua=mailto:ADDRESS behind it where reports can be read".to_owned(),
            None => String::new(),
        };
        // Beside an alias no other record can stand.
        let alias = dmarc.visits.iter().find(|v| v.at.as_str() == name).and_then(|v| v.answer.aliases.first());
        let how = match alias {
            Some(_) => format!("In place of the CNAME record at {name}, which leads to no DMARC record"),
            None if meant.is_some() => "In place of the record that is there".to_owned(),
            None => "Add at your DNS host".to_owned(),
        };
        let fix = Fix::DnsRecord {
            note: format!("{how}{mailbox}:").into(),
            name: name.into(),
            kind: "TXT".into(),
            value: value.into(),
        };
        let mut fault = Fault::here(advice::txt(&own.at, Vec::new(), &own.answer), fix);
        if let Some(alias) = alias {
            fault = fault.and_saw(format!("it is an alias: {alias}"));
        }
        for miss in dmarc.visits.iter().flat_map(|v| advice::near(&v.near_misses)) {
            fault = fault.and_saw(miss);
        }
        for (at, stray) in &dmarc.stray {
            fault = fault.and_saw(format!("\"{}\" stands at {at}, where nobody looks for it", stray.text));
        }
        if plan.bulk {
            return fault.into();
        }
        fault.lowered(if mail.any { Severity::High } else { Severity::Medium }).into()
    }
}

/// What the domain has to do with mail.
struct Mailing {
    /// Whether anything shows that it has: somebody sends, or there is an SPF record or a mail server.
    /// What could not be seen of those counts as if it did.
    any: bool,
    /// Whether it is known that it receives none.
    takes_none: bool,
}
impl<'a> Arg<'a> for Mailing {
    const WANTS: &'static [FactKind] = &[Spf::KIND, Mx::KIND];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        let plan = <&MailPlan>::take(view)?;
        let spf = <&Spf>::take(view).is_ok_and(|s| s.records.is_empty() && s.near_misses.is_empty());
        let mx = <&Mx>::take(view).ok();
        let takes_none = mx.is_some_and(|m| m.null || (m.hosts.is_empty() && !m.implicit));
        let no_server = mx.is_some_and(|m| m.null || m.hosts.is_empty());
        let none = spf && no_server && !plan.sends() && plan.senders.is_empty() && !plan.receives;
        Ok(Self { any: !none, takes_none })
    }
}
