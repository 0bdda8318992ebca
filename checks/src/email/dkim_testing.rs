//! `email.dkim-testing`
use super::advice;
use super::facts::{Dkim, SelectorKey};
use super::setup_advice::both;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Verdict},
};

rule! {
    /// A DKIM key is marked as a trial (`t=y`).
    ///
    /// # Why at launch
    /// Receivers may treat signed mail as if it were not signed. The mark belongs to the first days of
    /// a key and is easily forgotten.
    ///
    /// # Fix
    /// Publish the record without `t=y`.
    ///
    /// # References
    /// RFC 6376, section 3.6.1
    ///
    /// ```pass
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; t=s; p=<rsa-2048>"
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=rsa; t=y; p=<rsa-2048>"
    /// ```
    /// ```fail
    /// # Nothing but the DNS shows who has the mailboxes; the key at the usual name is seen.
    /// acme.test. MX 1 smtp.google.com.
    /// google._domainkey.acme.test. TXT "v=DKIM1; t=y; p=<rsa-2048>"
    /// ```
    "email.dkim-testing" on Mail, Low, stage Email;
    fails "A DKIM key says that it is a trial"; holds "No DKIM key says that it is a trial";
    fn check(dkim: Part<'_, Dkim>) -> Verdict {
        let all: Vec<&SelectorKey> = dkim.iter().flat_map(|d| &d.keys).filter(|k| !k.keys.is_empty()).collect();
        if all.is_empty() {
            return Verdict::not_applicable("no DKIM key is known");
        }
        let trial = all.iter().filter(|k| matches!(k.keys.as_slice(), [only] if only.testing && only.is_usable()));
        let told = trial.map(|k| {
            let fix = Fix::step(format!("Publish the record at {} again without t=y", both(&k.at)));
            let shown = advice::txt(&k.at, k.keys.iter().map(|k| k.text.clone()).collect(), &k.answer);
            Fault::new(k.selector.as_str(), shown, fix)
                .titled(format!("The DKIM key at selector {} says that it is a trial", k.selector))
        });
        told.collect::<Vec<_>>().into()
    }
}
