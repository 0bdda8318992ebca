//! `email.dkim-key-weak`
use super::dkim_key::Material;
use super::facts::{Dkim, SelectorKey};
use super::setup_advice::both;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

/// Below this verifiers must not accept a signature (RFC 8301, section 3.2).
const LEAST: usize = 1024;
/// What signers should use (RFC 8301, section 3.2).
const ADVISED: usize = 2048;

rule! {
    /// A DKIM key is shorter than 2048 bits.
    ///
    /// With less than 1024 bits receivers must treat the signature as if it were not there; 1024 still
    /// verify today.
    ///
    /// # Why at launch
    /// A short key can be computed from what is in the DNS, and whoever has it signs mail as you.
    /// Changing it later means changing DNS while customers depend on the mail.
    ///
    /// # Fix
    /// Let your mail provider make a key of 2048 bits and publish its record.
    ///
    /// # References
    /// RFC 8301, section 3.2
    ///
    /// ```pass
    /// selector s1 s2
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p=<rsa-2048>"
    /// s2._domainkey.acme.test. TXT "v=DKIM1; k=ed25519; p=<ed25519>"
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p=<rsa-1024>"
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p=<rsa-512>"
    /// ```
    /// ```fail
    /// # Nothing but the DNS shows who has the mailboxes; the key at the usual name is seen.
    /// acme.test. MX 1 smtp.google.com.
    /// google._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p=<rsa-1024>"
    /// ```
    "email.dkim-key-weak" on Mail, Medium, stage Email;
    fails "A DKIM key is too short"; holds "The DKIM keys are long enough";
    fn check(dkim: Part<'_, Dkim>) -> Verdict {
        if dkim.iter().all(|d| d.keys.iter().all(|k| k.keys.is_empty())) {
            return Verdict::not_applicable("no DKIM key is known");
        }
        dkim.iter().flat_map(|d| &d.keys).filter_map(judge).collect::<Vec<_>>().into()
    }
}

fn judge(key: &SelectorKey) -> Option<Fault> {
    let [only] = key.keys.as_slice() else { return None };
    let Material::Rsa(bits) = only.material else { return None };
    if bits >= ADVISED {
        return None;
    }
    let what = if bits < LEAST { "receivers do not accept it" } else { "use 2048" };
    let saw = format!("the RSA key at {} has {bits} bits", key.at);
    let fix = Fix::steps([
        "Ask your mail provider for a key of 2048 bits (often a switch beside the domain)".to_owned(),
        format!("Publish its record at {}, or under the new selector it comes with", both(&key.at)),
    ]);
    let fault = Fault::new(key.selector.as_str(), saw, fix)
        .titled(format!("The DKIM key at selector {} has {bits} bits; {what}", key.selector));
    Some(if key.source.is_guess() { fault.lowered(Severity::Low) } else { fault })
}
