//! `tls.chain-bloated`
use super::facts::{Chain, HostPlan};
use crate::rule;
use crate::vocab::{Fault, Fix, Verdict};

rule! {
    /// The server sends certificates that nobody needs: the root, one twice, or one of another chain.
    ///
    /// A root that another root signed is needed by clients that know only the other, and is none of
    /// these.
    ///
    /// # Why at launch
    /// Every first visit carries them, and a chain of more than a few kilobytes costs a round trip.
    /// Small devices refuse long chains.
    ///
    /// # Fix
    /// Send the server's own certificate and its intermediates, and nothing else.
    ///
    /// # References
    /// RFC 8446 section 4.4.2 (the root may be omitted).
    ///
    /// ```pass
    /// host acme.test
    /// ```
    /// ```fail
    /// host acme.test
    /// bloat root Test Root is a root, which clients have or do not trust
    /// ```
    "tls.chain-bloated" on Host, Low, stage Tls;
    fails "The server sends certificates that nobody needs"; holds "The server sends no certificate in vain";
    fn check(plan: &HostPlan, chain: &Chain) -> Verdict {
        let Some((first, rest)) = chain.bloat.split_first() else { return Verdict::Pass };
        let fix = Fix::step(format!("Delete what is named above from the certificate file of {}, and reload the server", plan.host));
        let mut fault = Fault::here(first.1.clone(), fix);
        for (_, more) in rest {
            fault = fault.and_saw(more.clone());
        }
        fault.into()
    }
}
