//! `email.spf-after-all`
use super::facts::Spf;
use super::spf::{Kind, Mechanism, Record, parse};
use crate::{
    rule,
    vocab::{Fault, Fix, Severity, Verdict},
};

rule! {
    /// Terms of the SPF record stand where no receiver comes to: behind `all`, or a `redirect` beside it.
    ///
    /// # Why at launch
    /// Somebody added a sender at the end of the line. The record is valid and the sender is not in it,
    /// so its mail fails.
    ///
    /// # Fix
    /// Put `all` last.
    ///
    /// # References
    /// RFC 7208, sections 5.1 and 6.1
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 include:_spf.example.com -all exp=why.acme.test"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 mx -all include:_spf.example.com"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 mx redirect=_spf.example.com ~all"
    /// ```
    "email.spf-after-all" on Mail, Medium, stage Email;
    fails "The SPF record goes on after all"; holds "Nothing in the SPF record stands behind all";
    yields_to "email.spf-syntax";
    fn check(spf: &Spf) -> Verdict {
        let [record] = spf.records.as_slice() else { return Verdict::not_applicable("there is no single SPF record") };
        let Some(all) = record.terms.iter().position(|t| matches!(t.kind, Kind::Directive(_, Mechanism::All))) else {
            return Verdict::Pass;
        };
        let behind: Vec<_> = record.terms[all + 1..].iter().filter(|t| matches!(t.kind, Kind::Directive(..))).collect();
        let redirect = record.terms.iter().find(|t| matches!(t.kind, Kind::Redirect(_)));
        let dead: Vec<&str> = behind.iter().copied().chain(redirect).map(|t| t.text.as_str()).collect();
        if dead.is_empty() {
            return Verdict::Pass;
        }
        let value = reordered(record, all);
        let fix = if parse(value.as_bytes()).is_valid() {
            Fix::DnsRecord {
                name: (&spf.domain).into(),
                kind: "TXT".into(),
                value: value.into(),
                note: "in place of the SPF record that is there, if what stood behind all is to send".into(),
            }
        } else {
            Fix::step(format!("In the SPF record of {}, put {} last", spf.domain, record.terms[all].text))
        };
        let saw = format!("in \"{}\" nobody reads {}", record.text, dead.join(", "));
        let fault = Fault::here(saw, fix);
        // A redirect beside all is an old habit; a sender behind all was meant to count.
        if behind.is_empty() { fault.lowered(Severity::Low).into() } else { fault.into() }
    }
}

/// The record with `all` behind every other mechanism and without what never counts beside it.
fn reordered(record: &Record, all: usize) -> String {
    let is_all = |kind: &Kind| matches!(kind, Kind::Directive(_, Mechanism::All));
    let mechanisms = record.terms.iter().filter(|t| matches!(t.kind, Kind::Directive(..)) && !is_all(&t.kind));
    // Two records in one line leave a second version behind, which reads as a modifier that nobody knows.
    let counts = |text: &str| !text.to_ascii_lowercase().starts_with("v=");
    let modifiers = record.terms.iter().filter(|t| matches!(t.kind, Kind::Exp(_) | Kind::Other));
    let modifiers = modifiers.filter(|t| counts(t.text.as_str()));
    let parts = mechanisms.chain([&record.terms[all]]).chain(modifiers).map(|t| t.text.as_str());
    ["v=spf1"].into_iter().chain(parts).collect::<Vec<_>>().join(" ")
}
