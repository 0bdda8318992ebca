//! `email.mta-sts-broken`
use super::advice;
use super::mta_sts::{Fetched, MtaSts};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Shown, Verdict},
};

rule! {
    /// MTA-STS is announced and cannot be used.
    ///
    /// Judged only where `_mta-sts` announces a policy. The policy must come from
    /// `https://mta-sts.DOMAIN/.well-known/mta-sts.txt` with 200, as text/plain, without a redirect.
    ///
    /// # Why at launch
    /// Senders that never saw the policy go on without it, so it protects nothing. Those that keep an
    /// old one judge your servers by it until it runs out.
    ///
    /// # Fix
    /// Serve the policy where senders look for it, or delete the record.
    ///
    /// # References
    /// RFC 8461, sections 3.1 to 3.3
    ///
    /// ```pass
    /// _mta-sts.acme.test. TXT "v=STSv1; id=20261121"
    /// policy 200 text/plain version: STSv1|mode: enforce|mx: mx.acme.test|max_age: 604800
    /// ```
    /// ```fail
    /// _mta-sts.acme.test. TXT "v=STSv1; id=20261121"
    /// policy 200 text/html <html></html>
    /// ```
    /// ```fail
    /// _mta-sts.acme.test. TXT "v=STSv1; id=20261121"
    /// policy 200 text/plain version: STSv1|mode: enforced|mx: mx.acme.test|max_age: 604800
    /// ```
    /// ```fail
    /// _mta-sts.acme.test. TXT "v=STSv1; id=2026-11-21"
    /// policy 200 text/plain version: STSv1|mode: enforce|mx: mx.acme.test|max_age: 604800
    /// ```
    "email.mta-sts-broken" on Mail, Medium, stage Email;
    fails "MTA-STS is announced and cannot be used"; holds "The MTA-STS policy can be used";
    fn check(sts: Part<'_, MtaSts>) -> Verdict {
        let Some(sts) = sts.first().filter(|s| !s.records.is_empty()) else {
            return Verdict::not_applicable("the domain announces no MTA-STS policy");
        };
        let url = sts.at.as_str().replacen("_mta-sts.", "https://mta-sts.", 1) + "/.well-known/mta-sts.txt";
        let shown = || advice::txt(&sts.at, sts.records.iter().map(|r| r.text.clone()).collect(), &sts.answer);
        let mut all = Vec::new();
        match sts.records.as_slice() {
            [only] if only.flaws.is_empty() => {}
            [only] => {
                let fix = Fix::record(&sts.at, "TXT", "v=STSv1; id=1;");
                let fault = Fault::new("record", shown(), fix).titled("The MTA-STS record is broken");
                all.push(advice::flaws(&only.flaws).fold(fault, Fault::and_saw));
            }
            _ => {
                let fix = Fix::step(format!("Delete all MTA-STS records at {} but one", sts.at));
                all.push(Fault::new("record", shown(), fix).titled("There are several MTA-STS records"));
            }
        }
        let serve = Fix::step(format!("Serve the policy at {url} with status 200 as text/plain, or delete the record at {}", sts.at));
        let failed = |why: Shown| {
            Fault::new("policy", format!("{url}: {why}"), serve.clone()).titled("The MTA-STS policy cannot be fetched")
        };
        match &sts.policy {
            Some(Fetched::Failed(failure)) => all.push(failed(failure.to_string().into())),
            Some(Fetched::Refused(why)) => all.push(failed(why.clone())),
            Some(Fetched::Policy(policy)) if !policy.is_valid() => {
                let fix = Fix::step(format!("Correct the policy at {url}"));
                let fault = Fault::new("policy", format!("{url} cannot be used"), fix).titled("The MTA-STS policy is broken");
                all.push(advice::flaws(&policy.flaws).fold(fault, Fault::and_saw));
            }
            _ => {}
        }
        all.into()
    }
}
