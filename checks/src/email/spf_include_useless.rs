//! `email.spf-include-useless`
use super::facts::{MailPlan, Spf};
use super::includes;
use super::spf::parse;
use crate::{
    rule,
    vocab::{DomainName, Fault, Fix, Verdict},
};

rule! {
    /// The SPF record includes a provider whose mail never asks for it.
    ///
    /// SPF is judged by the envelope sender, and this provider sends with one of another domain: its
    /// own, or a subdomain that has its own record.
    ///
    /// # Why at launch
    /// It does nothing for that provider's mail, takes from the ten look-ups, and lets all other
    /// customers of the provider pass SPF in your name.
    ///
    /// # Fix
    /// Take the include out; what counts for that provider is its DKIM key and its return path.
    ///
    /// # References
    /// RFC 7208, section 2.4
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 include:_spf.google.com -all"
    /// ```
    /// ```pass
    /// # the domain itself takes the bounces
    /// return-path acme.test
    /// acme.test. TXT "v=spf1 include:sendgrid.net -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 include:_spf.google.com include:sendgrid.net -all"
    /// ```
    "email.spf-include-useless" on Mail, Low, stage Email;
    fails "An SPF include does nothing here"; holds "No SPF include is known to do nothing";
    fn check(plan: &MailPlan, spf: &Spf) -> Verdict {
        let [record] = spf.records.as_slice() else { return Verdict::not_applicable("there is no single SPF record") };
        if plan.return_paths.contains(&plan.domain) {
            return Verdict::not_applicable("the domain itself takes the bounces");
        }
        let mut faults = Vec::<Fault>::new();
        for name in includes::named(record) {
            let Some(provider) = includes::useless(&name) else { continue };
            let fix = without(spf, &name);
            let saw = format!("{} sends with an envelope sender of another domain, so nobody asks {} about its mail", provider, spf.domain);
            let fault = Fault::new(&name, saw, fix).titled(format!("include:{name} does nothing in the SPF record of {}", spf.domain));
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        faults.into()
    }
}

/// The record without its useless includes, where they are plain terms of it.
fn without(spf: &Spf, name: &DomainName) -> Fix {
    let words = spf.records.first().map(|r| r.text.as_str()).unwrap_or_default().split_ascii_whitespace();
    let value = words.filter(|w| !includes::is_useless(w)).collect::<Vec<_>>().join(" ");
    let left = parse(value.as_bytes());
    if !left.is_valid() || includes::named(&left).any(|n| n == *name) {
        return Fix::step(format!("In the SPF record of {}, take include:{name} out", spf.domain));
    }
    Fix::DnsRecord {
        name: (&spf.domain).into(),
        kind: "TXT".into(),
        value: value.into(),
        note: "in place of the SPF record that is there".into(),
    }
}
