//! `email.spf-void-limit`
use super::facts::{BranchState, SpfTree};
use super::spf_check::VOID_LIMIT;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Verdict},
};

rule! {
    /// More than two of the look-ups of the SPF record find nothing, and receivers then give it up.
    ///
    /// What is counted finds nothing for IPv4 and for IPv6 senders alike.
    ///
    /// # Why at launch
    /// The names were right once: a server that was switched off, a provider that was left. Nobody
    /// notices until the third one goes, and then SPF fails for all mail.
    ///
    /// # Fix
    /// Take the terms out whose names no longer exist.
    ///
    /// # References
    /// RFC 7208, section 4.6.4
    ///
    /// ```pass
    /// acme.test. TXT "v=spf1 a:old.acme.test a:older.acme.test mx -all"
    /// acme.test. MX 10 mx.acme.test.
    /// ```
    /// ```pass
    /// # an address of either family is something
    /// acme.test. TXT "v=spf1 a:one.acme.test a:two.acme.test a:three.acme.test -all"
    /// one.acme.test. A 203.0.113.1
    /// two.acme.test. AAAA 2001:db8::2
    /// ```
    /// ```fail
    /// acme.test. TXT "v=spf1 a:old.acme.test mx:older.acme.test include:_spf.acme.test -all"
    /// _spf.acme.test. TXT "v=spf1 a:oldest.acme.test -all"
    /// ```
    "email.spf-void-limit" on Mail, High, stage Email;
    fails "SPF makes more than 2 look-ups that find nothing"; holds "SPF makes at most 2 look-ups that find nothing";
    fn check(tree: Part<'_, SpfTree>) -> Verdict {
        let Some(tree) = tree.first() else { return Verdict::Pass };
        if tree.root.record.is_none() {
            return Verdict::not_applicable("there is no single SPF record to count");
        }
        if tree.voids <= VOID_LIMIT {
            return Verdict::Pass;
        }
        let all = tree.root.all();
        let mut void: Vec<_> = all.iter().filter(|b| b.state == BranchState::Void).map(|b| b.term.to_string()).collect();
        void.dedup();
        let steps = void.iter().take(10).map(|term| format!("Take {term} out of the record it stands in, or bring its name back"));
        Fault::here(format!("nothing stands behind {}", void.join(", ")), Fix::steps(steps))
            .titled(format!("SPF makes {} look-ups that find nothing, and {VOID_LIMIT} are allowed", tree.voids))
            .into()
    }
}
