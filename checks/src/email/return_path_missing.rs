//! `email.return-path-missing`
use super::facts::MailPlan;
use super::setup::{SenderSetup, Spot, Trouble};
use super::setup_advice::{fault, publish};
use crate::{
    rule,
    vocab::{Part, Verdict},
};

rule! {
    /// A return path that is in use has no records.
    ///
    /// In use is what `[email] return-paths` names, and a name that a provider gives to every customer.
    /// A label that the provider only proposes may be another one, so its absence is no fault.
    ///
    /// # Why at launch
    /// SPF cannot pass for your domain, bounces are lost, and some receivers refuse mail whose envelope
    /// sender does not exist.
    ///
    /// # Fix
    /// Publish the records that the provider shows for it.
    ///
    /// # References
    /// RFC 5321, section 4.4; RFC 7208, section 2.4
    ///
    /// ```pass
    /// sender postmark
    /// return-path pm-bounces.acme.test
    /// pm-bounces.acme.test. CNAME pm.mtasv.net.
    /// ```
    /// ```pass
    /// # The label is only the proposed one.
    /// sender resend
    /// acme.test. A 203.0.113.1
    /// ```
    /// ```fail
    /// sender postmark
    /// return-path pm-bounces.acme.test
    /// acme.test. A 203.0.113.1
    /// ```
    "email.return-path-missing" on Mail, Medium, stage Email;
    fails "A return path has no records"; holds "The return paths in use have records";
    fn check(plan: &MailPlan, setup: Part<'_, SenderSetup>) -> Verdict {
        let Some(setup) = setup.first() else { return Verdict::Pass };
        let spots: Vec<&Spot> = setup.spots.iter().filter(|s| !s.is_key()).collect();
        if spots.is_empty() {
            return Verdict::not_applicable("no return path is known; [email] return-paths names them");
        }
        let missing = spots.into_iter().filter(|s| s.trouble() == Some(&Trouble::Missing));
        let told = missing.map(|spot| {
            let fix = publish(spot, "", Vec::new());
            fault(plan, setup, spot, format!("The return path {} has no records", spot.name), fix)
        });
        told.collect::<Vec<_>>().into()
    }
}
