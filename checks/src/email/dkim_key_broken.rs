//! `email.dkim-key-broken`
use super::advice;
use super::facts::{Dkim, SelectorKey};
use super::setup_advice::both;
use super::syntax::{Effect, Flaw};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// A DKIM key is published and cannot be used: cut off, garbled, or there twice.
    ///
    /// # Why at launch
    /// Mail signed with it fails DKIM everywhere. The usual cause is a long key that lost a part, or
    /// got quotation marks, on its way into the DNS panel.
    ///
    /// # Fix
    /// Paste the record from your mail provider again. A long value may be split into several quoted
    /// strings of one record, never into several records.
    ///
    /// # References
    /// RFC 6376, section 3.6.1; RFC 8301; RFC 8463
    ///
    /// ```pass
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=ed25519; p=<ed25519>"
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; p=<rsa-2048>"
    /// s1._domainkey.acme.test. TXT "v=DKIM1; p=<rsa-1024>"
    /// ```
    /// ```fail
    /// # Nothing but the DNS shows who has the mailboxes; the key at the usual name is seen.
    /// acme.test. MX 1 smtp.google.com.
    /// google._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"
    /// ```
    "email.dkim-key-broken" on Mail, High, stage Email;
    fails "A DKIM key cannot be used"; holds "The DKIM keys can be read";
    yields_to "email.dkim-record-split";
    fn check(dkim: Part<'_, Dkim>) -> Verdict {
        if dkim.iter().all(|d| d.keys.iter().all(|k| k.keys.is_empty())) {
            return Verdict::not_applicable("no DKIM key is known");
        }
        dkim.iter().flat_map(|d| &d.keys).filter_map(told).collect::<Vec<_>>().into()
    }
}

/// Milder where only the DNS shows that somebody may sign with it.
fn told(key: &SelectorKey) -> Option<Fault> {
    let fault = judge(key)?;
    Some(if key.source.is_guess() { fault.lowered(Severity::Medium) } else { fault })
}

fn judge(key: &SelectorKey) -> Option<Fault> {
    let selector = &key.selector;
    let again =
        format!("Publish the DKIM record of your mail provider again at {}, whole and as one record", both(&key.at));
    let shown = || advice::txt(&key.at, key.keys.iter().map(|k| k.text.clone()).collect(), &key.answer);
    let [only] = key.keys.as_slice() else {
        let fix = Fix::step(format!("Delete all records at {} but the one your mail provider shows", key.at));
        let several = !key.keys.is_empty();
        let fault =
            || Fault::new(selector.as_str(), shown(), fix).titled(format!("Several DKIM keys at selector {selector}"));
        return several.then(fault);
    };
    let breaks: Vec<Flaw> = only.flaws.iter().filter(|f| f.effect == Effect::Breaks).cloned().collect();
    let fault = |fix: Fix, title: String| Fault::new(selector.as_str(), shown(), fix).titled(title);
    if breaks.is_empty() {
        return None;
    }
    let title = format!("The DKIM key at selector {selector} cannot be used");
    Some(advice::flaws(&breaks).fold(fault(Fix::step(again), title), Fault::and_saw))
}
