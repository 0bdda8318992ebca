//! `email.dkim-revoked`
use super::advice;
use super::dkim_key::{Key, Material};
use super::facts::{Dkim, SelectorKey, SelectorSource};
use super::setup_advice::both;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// A DKIM key in use is withdrawn: its record says `p=` and nothing more.
    ///
    /// A retired selector of a provider whose other key is good is no fault: keys are left behind so
    /// when they change.
    ///
    /// # Why at launch
    /// Mail signed with it fails DKIM everywhere, and receivers are told that the signature is not yours.
    ///
    /// # Fix
    /// Sign with another selector, or let the mail provider make a new key and publish it.
    ///
    /// # References
    /// RFC 6376, section 3.6.1
    ///
    /// ```pass
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p=<rsa-2048>"
    /// ```
    /// ```pass
    /// # An old key of the same provider.
    /// sender mailchimp
    /// k1._domainkey.acme.test. TXT "p="
    /// k2._domainkey.acme.test. CNAME dkim2.mcsv.net.
    /// dkim2.mcsv.net. TXT "p=<rsa-2048>"
    /// ```
    /// ```pass
    /// # A name that may have been changed is no fault.
    /// acme.test. MX 1 smtp.google.com.
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p="
    /// ```
    /// ```fail
    /// sender resend
    /// resend._domainkey.acme.test. TXT "p="
    /// ```
    /// ```fail
    /// # Nothing but the DNS shows who has the mailboxes; the key at the usual name is seen.
    /// acme.test. MX 1 smtp.google.com.
    /// google._domainkey.acme.test. TXT "v=DKIM1; p="
    /// ```
    "email.dkim-revoked" on Mail, High, stage Email;
    fails "A DKIM key is withdrawn"; holds "No DKIM key in use is withdrawn";
    fn check(dkim: Part<'_, Dkim>) -> Verdict {
        let all: Vec<&SelectorKey> = dkim.iter().flat_map(|d| &d.keys).filter(|k| !k.keys.is_empty()).collect();
        if all.is_empty() {
            return Verdict::not_applicable("no DKIM key is known");
        }
        let good = |id: &str| {
            let of = |k: &&&SelectorKey| {
                matches!(&k.source, SelectorSource::Provider(p) | SelectorSource::Usual(p) | SelectorSource::Shown(p) if *p == id)
            };
            all.iter().filter(of).any(|k| k.keys.iter().any(Key::is_usable))
        };
        let configured = all.iter().any(|k| matches!(k.source, SelectorSource::Configured(_)));
        let in_use = |k: &&&SelectorKey| match &k.source {
            SelectorSource::Configured(_) => true,
            SelectorSource::Provider(id) | SelectorSource::Shown(id) => !good(id),
            SelectorSource::Usual(id) => !good(id) && !configured,
        };
        let withdrawn = |k: &&&SelectorKey| matches!(k.keys.as_slice(), [only] if only.material == Material::Revoked);
        let told = all.iter().filter(in_use).filter(withdrawn).map(|k| {
            let steps = [
                "Sign with another selector, or let your mail provider make a new key".to_owned(),
                format!("Publish the DKIM record of your mail provider again at {}, whole and as one record", both(&k.at)),
            ];
            let shown = advice::txt(&k.at, k.keys.iter().map(|k| k.text.clone()).collect(), &k.answer);
            let title = format!("The DKIM key at selector {} is withdrawn", k.selector);
            let fault = Fault::new(k.selector.as_str(), shown, Fix::steps(steps)).titled(title);
            let fault = fault.and_saw("p= is empty, which withdraws the key");
            if k.source.is_guess() || matches!(k.source, SelectorSource::Usual(_)) { fault.lowered(Severity::Low) } else { fault }
        });
        told.collect::<Vec<_>>().into()
    }
}
