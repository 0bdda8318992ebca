//! `email.spf-sender-uncovered`
use super::facts::{MailPlan, Sender, Spf, SpfTree};
use super::includes;
use super::setup::{SenderSetup, Standing};
use super::setup_advice::both;
use super::spf::parse;
use crate::facts::FactKind;
use crate::{
    providers::ReturnPath,
    rule,
    vocab::{Arg, Fact, Fault, Fix, Missing, Severity, Verdict, View},
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
    /// ```pass
    /// # its include differs by region
    /// sender zoho
    /// acme.test. TXT "v=spf1 include:zoho.eu -all"
    /// zoho.eu. TXT "v=spf1 ip4:203.0.113.0/24 ~all"
    /// ```
    /// ```pass
    /// # its envelope sender is its own
    /// sender mailjet
    /// acme.test. TXT "v=spf1 -all"
    /// ```
    /// ```fail
    /// # nobody named it, and its servers and its key stand there
    /// acme.test. TXT "v=spf1 -all"
    /// acme.test. MX 1 smtp.google.com.
    /// smtp.google.com. A 203.0.113.9
    /// google._domainkey.acme.test. TXT "p=<rsa-1024>"
    /// ```
    /// ```pass
    /// acme.test. TXT "v=spf1 -all"
    /// acme.test. MX 1 smtp.google.com.
    /// smtp.google.com. A 203.0.113.9
    /// ```
    /// ```fail
    /// sender zoho
    /// acme.test. TXT "v=spf1 ip4:203.0.113.1 -all"
    /// ```
    /// ```fail
    /// sender google-workspace
    /// acme.test. TXT "v=spf1 mx -all"
    /// acme.test. MX 10 mx.acme.test.
    /// ```
    "email.spf-sender-uncovered" on Mail, High, stage Email;
    fails "A sender is not in the SPF record"; holds "Every known sender that needs it is in the SPF record";
    yields_to "email.spf-include-missing-target";
    fn check(plan: &MailPlan, spf: &Spf, tree: &SpfTree, signing: Signing<'_>) -> Verdict {
        let [record] = spf.records.as_slice() else { return Verdict::not_applicable("there is no single SPF record") };
        if tree.root.record.is_none() || !record.is_valid() {
            return Verdict::not_applicable("the SPF record cannot be used as it is");
        }
        let mut faults = Vec::<Fault>::new();
        for sender in plan.senders.iter().chain(signing.0) {
            let Some((provider, mail)) = sender.known().filter(|(_, m)| m.needs_include()) else { continue };
            if includes::behind(tree).any(|(branch, name)| branch.passes && mail.is_include(name.as_str())) {
                continue;
            }
            let text = record.text.as_str();
            let value = |include| format!("v=spf1 include:{include}{}", &text["v=spf1".len().min(text.len())..]);
            let value = mail.apex_include.map(value).filter(|v| parse(v.as_bytes()).is_valid());
            let (what, at) = (mail.apex_include.unwrap_or(provider.name), both(&spf.domain));
            let fix = match (value, mail.apex_include) {
                (Some(value), _) => Fix::DnsRecord {
                    name: (&spf.domain).into(),
                    kind: "TXT".into(),
                    value: value.into(),
                    note: "in place of the SPF record that is there".into(),
                },
                (None, Some(include)) => Fix::step(format!("Put include:{include} into the SPF record of {at}")),
                (None, None) => Fix::step(format!(
                    "Put the include that {what} shows for your region into the SPF record of {at}, such as include:{}",
                    mail.apex_others.first().unwrap_or(&what)
                )),
            };
            let saw = format!("{} sends for {} ({}), and \"{text}\" does not include {what}", provider.name, spf.domain, sender.because);
            let fault = Fault::new(provider.id, saw, fix).titled(format!("{} is not in the SPF record", provider.name));
            // Which domain an inferred sender writes in From is a guess.
            // Nor is it certain that SPF asks this domain where the envelope sender may be another's.
            let asked = mail.return_path == ReturnPath::From;
            faults.push(if sender.inferred || !asked || !plan.is_certain(sender) { fault.lowered(Severity::Low) } else { fault });
        }
        faults.into()
    }
}

/// The senders that nobody named: the domain's mail goes to them, and keys of theirs stand at the domain.
/// One whose keys were not seen is none that is known.
struct Signing<'a>(Vec<&'a Sender>);
impl<'a> Arg<'a> for Signing<'a> {
    const WANTS: &'static [FactKind] = &[SenderSetup::KIND];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        let plan = <&MailPlan>::take(view)?;
        let Ok(setup) = <&SenderSetup>::take(view) else { return Ok(Self(Vec::new())) };
        let shown = |s: &&Sender| s.inferred && plan.senders.iter().all(|k| k.provider != s.provider);
        let signs = |s: &&Sender| matches!(setup.keys_of(s), Standing::Right(_));
        Ok(Self(setup.senders.iter().filter(shown).filter(signs).collect()))
    }
}
