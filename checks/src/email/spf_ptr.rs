//! `email.spf-ptr`
use super::facts::Spf;
use super::spf::{Kind, Mechanism, Qualifier};
use crate::{
    rule,
    vocab::{Fault, Fix, Severity, Verdict},
};

rule! {
    /// The SPF record uses `ptr`, which the standard says not to use.
    ///
    /// # Why at launch
    /// It is slow and depends on whoever runs the reverse zone of the sending address. Large receivers
    /// pass over it, so mail that only `ptr` lets through fails there.
    ///
    /// # Fix
    /// Name the servers: by `ip4:`, `ip6:` or `a:`.
    ///
    /// # References
    /// RFC 7208, section 5.5
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 a:mail.acme.test -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 ptr -all"
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 mx ptr:acme.test ~all"
    /// ```
    "email.spf-ptr" on Mail, Medium, stage Email;
    fails "The SPF record uses ptr"; holds "The SPF record does without ptr";
    fn check(spf: &Spf) -> Verdict {
        let [record] = spf.records.as_slice() else { return Verdict::not_applicable("there is no single SPF record") };
        let passes = |kind: &Kind| matches!(kind, Kind::Directive(Qualifier::Pass, _) | Kind::Redirect(_));
        let is_ptr = |kind: &Kind| matches!(kind, Kind::Directive(_, Mechanism::Ptr(_)));
        let Some(term) = record.reached().find(|t| is_ptr(&t.kind)) else { return Verdict::Pass };
        let fix = Fix::step(format!(
            "In the SPF record of {}, write the addresses of your mail servers (ip4:…, ip6:…) in place of {}",
            spf.domain, term.text
        ));
        let fault = Fault::here(format!("\"{}\" has {}", record.text, term.text), fix);
        // Beside other terms it is mostly an old habit that nothing rests on.
        let others = record.reached().any(|t| passes(&t.kind) && !is_ptr(&t.kind));
        if others { fault.lowered(Severity::Low).into() } else { fault.into() }
    }
}
