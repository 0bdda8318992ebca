//! `email.dkim-ed25519-only`
use super::advice;
use super::dkim_key::{Key, Material};
use super::facts::{Dkim, MailPlan, SelectorKey};
use crate::{
    rule,
    vocab::{Fault, Fix, Severity, Verdict},
};

rule! {
    /// Every known DKIM key is an Ed25519 key.
    ///
    /// # Why at launch
    /// Microsoft and Yahoo do not verify Ed25519 signatures. For them the mail is not signed, and DMARC
    /// hangs on SPF alone.
    ///
    /// # Fix
    /// Sign with an RSA key of 2048 bits too, at a selector of its own.
    ///
    /// # References
    /// RFC 8463, section 3; RFC 8301
    ///
    /// ```pass
    /// selector s1 s2
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=ed25519; p=<ed25519>"
    /// s2._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p=<rsa-2048>"
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=ed25519; p=<ed25519>"
    /// ```
    /// ```fail
    /// # Nothing but the DNS shows who has the mailboxes; the key at the usual name is seen.
    /// acme.test. MX 1 smtp.google.com.
    /// google._domainkey.acme.test. TXT "v=DKIM1; k=ed25519; p=<ed25519>"
    /// ```
    "email.dkim-ed25519-only" on Mail, Medium, stage Email;
    fails "All DKIM keys are Ed25519"; holds "Not all DKIM keys are Ed25519";
    fn check(plan: &MailPlan, dkim: &Dkim) -> Verdict {
        let usable = |k: &&SelectorKey| matches!(k.keys.as_slice(), [only] if Key::is_usable(only));
        let all: Vec<&SelectorKey> = dkim.keys.iter().filter(usable).collect();
        let Some((first, rest)) = all.split_first() else {
            return Verdict::not_applicable("no usable DKIM key is known");
        };
        let is_new = |k: &SelectorKey| k.keys.iter().all(|k| k.material == Material::Ed25519);
        if !all.iter().all(|k| is_new(k)) {
            return Verdict::Pass;
        }
        let shown = |k: &SelectorKey| advice::txt(&k.at, k.keys.iter().map(|k| k.text.clone()).collect(), &k.answer);
        let fix = Fix::step(format!("Sign with an RSA key of 2048 bits too and publish it at another selector of {}", plan.domain));
        let fault = rest.iter().fold(Fault::here(shown(first), fix), |fault, k| fault.and_saw(shown(k)));
        // Others may sign with selectors that nobody outside can know.
        if plan.knows_selectors() { fault.into() } else { fault.lowered(Severity::Low).into() }
    }
}
