//! `email.bimi-not-eligible`
use super::advice;
use super::bimi::Bimi;
use super::dmarc::Policy;
use super::facts::{Dmarc, Force};
use super::setup_advice::both;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// A logo is published for mail (BIMI), and no mailbox will show it.
    ///
    /// Judged only where `default._bimi` names a logo.
    ///
    /// # Why at launch
    /// Mailboxes show a logo only under a DMARC policy of quarantine or reject. The work on logo and
    /// certificate is lost until then.
    ///
    /// # Fix
    /// Bring DMARC to quarantine or reject, and correct the record.
    ///
    /// # References
    /// draft-brand-indicators-for-message-identification, section 7.1
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; rua=mailto:d@acme.test"
    /// default._bimi.acme.test. TXT "v=BIMI1; l=https://acme.test/logo.svg; a=https://acme.test/vmc.pem"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:d@acme.test"
    /// default._bimi.acme.test. TXT "v=BIMI1; l=https://acme.test/logo.svg"
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; rua=mailto:d@acme.test"
    /// default._bimi.acme.test. TXT "v=BIMI1; l=http://acme.test/logo.svg"
    /// ```
    "email.bimi-not-eligible" on Mail, Low, stage Email;
    fails "The logo for mail will not be shown"; holds "DMARC and the record allow the logo to be shown";
    fn check(dmarc: &Dmarc, bimi: &Bimi) -> Verdict {
        let Some(record) = bimi.records.first().filter(|r| !r.declines()) else {
            return Verdict::not_applicable("the domain names no logo");
        };
        let shown = || advice::txt(&bimi.at, bimi.records.iter().map(|r| r.text.clone()).collect(), &bimi.answer);
        if bimi.records.len() > 1 || !record.flaws.is_empty() {
            let fix = Fix::step(format!("Publish one record at {}: v=BIMI1; l=https://… (an SVG Tiny PS file)", both(&bimi.at)));
            let flaws: Vec<_> = bimi.records.iter().flat_map(|r| r.flaws.clone()).collect();
            return advice::flaws(&flaws).fold(Fault::here(shown(), fix), Fault::and_saw).into();
        }
        // Mailboxes want the names below guarded too, and which record says otherwise is told once.
        let milder_below = dmarc.applying().is_some_and(|(_, r)| r.sp.value() == Some(Policy::None));
        let policy = match &dmarc.force {
            Force::Policy { policy: Policy::Quarantine | Policy::Reject, .. } if milder_below => {
                return Verdict::not_applicable("DMARC says sp=none, which keeps the logo back and which email.dmarc-policy-weaker-below is about");
            }
            Force::Policy { policy: Policy::Quarantine | Policy::Reject, .. } => return Verdict::Pass,
            Force::Policy { policy, .. } => format!("the DMARC policy in force is {}", policy.word()),
            _ => "no DMARC policy is in force".to_owned(),
        };
        let fix = Fix::step("Raise the DMARC policy to p=quarantine once the reports show that all your mail passes");
        Fault::here(shown(), fix).and_saw(policy).into()
    }
}
