//! `email.spf-sender-uncovered`
use super::facts::{MailPlan, Spf, SpfTree};
use super::includes;
use super::spf::parse;
use crate::{
    rule,
    vocab::{Fault, Fix, Severity, Verdict},
};

rule! {
    /// A service that sends with addresses of the domain is not in its SPF record.
    ///
    /// # Why at launch
    /// Its mail fails SPF at every receiver. With `-all` many refuse it.
    ///
    /// # Fix
    /// Put the include of the provider into the record.
    ///
    /// # References
    /// RFC 7208, section 5.2
    ///
    /// ```pass
    /// sender google-workspace
    /// acme.test. TXT "v=spf1 include:_spf.acme.test -all"
    /// _spf.acme.test. TXT "v=spf1 include:_spf.google.com -all"
    /// _spf.google.com. TXT "v=spf1 ip4:203.0.113.0/24 ~all"
    /// ```
    /// ```pass
    /// # its envelope sender is another domain
    /// sender sendgrid
    /// acme.test. TXT "v=spf1 -all"
    /// ```
    /// ```fail
    /// sender google-workspace
    /// acme.test. TXT "v=spf1 mx -all"
    /// acme.test. MX 10 mx.acme.test.
    /// ```
    "email.spf-sender-uncovered" on Mail, High, stage Email;
    fails "A sender is not in the SPF record"; holds "Every known sender that needs it is in the SPF record";
    yields_to "email.spf-include-missing-target";
    fn check(plan: &MailPlan, spf: &Spf, tree: &SpfTree) -> Verdict {
        let [record] = spf.records.as_slice() else { return Verdict::not_applicable("there is no single SPF record") };
        if tree.root.record.is_none() || !record.is_valid() {
            return Verdict::not_applicable("the SPF record cannot be used as it is");
        }
        let mut faults = Vec::<Fault>::new();
        for sender in &plan.senders {
            let Some((provider, include)) = sender.known().and_then(|(p, m)| Some((p, m.apex_include?))) else { continue };
            if includes::behind(tree).any(|(branch, name)| branch.passes && name.as_str() == include) {
                continue;
            }
            let text = record.text.as_str();
            let value = format!("v=spf1 include:{include}{}", &text["v=spf1".len().min(text.len())..]);
            let fix = if parse(value.as_bytes()).is_valid() {
                Fix::DnsRecord {
                    name: (&spf.domain).into(),
                    kind: "TXT".into(),
                    value: value.into(),
                    note: "in place of the SPF record that is there".into(),
                }
            } else {
                Fix::step(format!("Put include:{include} into the SPF record of {}", spf.domain))
            };
            let saw = format!("{} sends for {} ({}), and \"{text}\" does not include {include}", provider.name, spf.domain, sender.because);
            let fault = Fault::new(provider.id, saw, fix).titled(format!("{} is not in the SPF record", provider.name));
            // Which domain an inferred sender writes in From is a guess.
            faults.push(if sender.inferred || !plan.is_certain(sender) { fault.lowered(Severity::Low) } else { fault });
        }
        faults.into()
    }
}
