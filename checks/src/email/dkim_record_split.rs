//! `email.dkim-record-split`
use super::advice;
use super::dkim_key::{Key, parse};
use super::facts::{Dkim, SelectorKey};
use crate::vocab::Shown;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// A long DKIM key was split wrongly: into two records, or with the quotation marks inside.
    ///
    /// A key of 2048 bits is longer than the 255 characters of one string. It belongs into two strings
    /// of one record.
    ///
    /// # Why at launch
    /// Receivers read half a key, so every signature fails.
    ///
    /// # Fix
    /// Publish one record; most panels split a long value themselves.
    ///
    /// # References
    /// RFC 6376, section 3.6.2.2; RFC 1035, section 3.3.14
    ///
    /// ```pass
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=rsa; " "p=<rsa-2048>"
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMMbNzUKq2p2UOOlzb0RMw"
    /// s1._domainkey.acme.test. TXT "+MaBvaljyBOZeHe5ZqcOtrFPzUFJqfgyC/r+ExLZ1oT1Pf58hiXO1au5R+JbNJo78CAwEAAQ=="
    /// ```
    /// ```fail
    /// selector s1
    /// s1._domainkey.acme.test. TXT "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMMbNzUKq2p2UOOlzb0RMw\" \"+MaBvaljyBOZeHe5ZqcOtrFPzUFJqfgyC/r+ExLZ1oT1Pf58hiXO1au5R+JbNJo78CAwEAAQ=="
    /// ```
    "email.dkim-record-split" on Mail, High, stage Email;
    fails "A DKIM key was split wrongly"; holds "No DKIM key was split wrongly";
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
    if key.keys.iter().any(Key::is_usable) {
        return None;
    }
    let texts: Vec<Vec<u8>> = key.answer.texts().take(8).collect();
    let whole = joined(&texts).or_else(|| texts.iter().find_map(|t| unquoted(t)))?;
    let shown = advice::txt(&key.at, texts.iter().map(|t| Shown::wire(t)).collect(), &key.answer);
    let fix = Fix::DnsRecord {
        name: (&key.at).into(),
        kind: "TXT".into(),
        value: Shown::wire(&whole),
        note: "replace all records there by this one".into(),
    };
    let title = format!("The DKIM key at selector {} was split wrongly", key.selector);
    Some(Fault::new(key.selector.as_str(), shown, fix).titled(title).and_saw("put together, the parts are a good key"))
}

/// Two records that are one key when they are put together.
fn joined(texts: &[Vec<u8>]) -> Option<Vec<u8>> {
    let is_rest = |t: &&Vec<u8>| t.iter().all(|b| b.is_ascii_alphanumeric() || b"+/= ;".contains(b));
    let heads = || texts.iter().filter(|t| t.windows(2).any(|w| w == b"p="));
    let mut pairs = texts.iter().filter(is_rest).flat_map(|rest| heads().map(move |head| (head, rest)));
    pairs.find_map(|(head, rest)| {
        let whole = [head.as_slice(), rest].concat();
        (head != rest && parse(&whole).is_usable()).then_some(whole)
    })
}
/// A record into which the quotation marks were pasted.
fn unquoted(text: &[u8]) -> Option<Vec<u8>> {
    if !text.contains(&b'"') {
        return None;
    }
    let bare: Vec<u8> = text.iter().copied().filter(|b| !b"\"\\".contains(b)).collect();
    parse(&bare).is_usable().then_some(bare)
}
