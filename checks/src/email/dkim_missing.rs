//! `email.dkim-missing`
use super::advice;
use super::facts::{Dkim, MailPlan, SelectorKey, SelectorSource};
use super::setup_advice::both;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Verdict},
};

rule! {
    /// There is no DKIM key at a selector that the configuration names.
    ///
    /// Only selectors in `[email] dkim-selectors` are judged: which others are in use cannot be seen
    /// from outside.
    ///
    /// # Why at launch
    /// Mail signed with this selector fails DKIM everywhere. Where SPF does not align either, large
    /// receivers refuse it.
    ///
    /// # Fix
    /// Publish the record that your mail provider shows for this selector, or take the selector out of
    /// the configuration if nothing signs with it any more.
    ///
    /// # References
    /// RFC 6376, section 3.6.2
    ///
    /// ```pass
    /// selector s1
    /// s1._domainkey.acme.test. CNAME s1.keys.example.
    /// s1.keys.example. TXT "v=DKIM1; k=rsa; p=<rsa-2048>"
    /// ```
    /// ```pass
    /// # Nobody said which selectors are in use.
    /// sender resend
    /// acme.test. A 203.0.113.1
    /// ```
    /// ```pass
    /// # A name that may have been changed is no fault.
    /// acme.test. MX 1 smtp.google.com.
    /// ```
    /// ```fail
    /// selector s1
    /// acme.test. A 203.0.113.1
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=spf1 -all"
    /// ```
    "email.dkim-missing" on Mail, High, stage Email;
    fails "A DKIM key is missing"; holds "Every configured DKIM selector has a key";
    yields_to "email.name-doubled", "email.record-proxied", "email.record-type-wrong";
    fn check(plan: &MailPlan, dkim: Part<'_, Dkim>) -> Verdict {
        if plan.selectors.is_empty() {
            return Verdict::not_applicable("[email] dkim-selectors names none");
        }
        // A sender may sign for a domain below; a key there is the selector's too.
        let elsewhere = |k: &&SelectorKey| {
            let mut others = dkim.iter().flat_map(|d| &d.keys).filter(|o| o.selector == k.selector);
            others.any(|o| !o.keys.is_empty())
        };
        let at_domain = |k: &&SelectorKey| k.selector.at(&plan.domain).as_ref() == Some(&k.at);
        let keys = dkim.iter().flat_map(|d| &d.keys).filter(|k| at_domain(k) && !elsewhere(k));
        keys.filter_map(fault).collect::<Vec<_>>().into()
    }
}

fn fault(key: &SelectorKey) -> Option<Fault> {
    let SelectorSource::Configured(place) = &key.source else { return None };
    let fix = Fix::step(format!("Publish at {} the DKIM record that your mail provider shows", both(&key.at)));
    let mut fault = Fault::new(key.selector.as_str(), advice::txt(&key.at, Vec::new(), &key.answer), fix)
        .titled(format!("No DKIM key at selector {}", key.selector));
    if let Some(last) = key.answer.aliases.last() {
        fault = fault.and_saw(format!("the alias there leads to {last}"));
    }
    Some(match place {
        Some(place) => fault.at(place.clone()),
        None => fault,
    })
}
