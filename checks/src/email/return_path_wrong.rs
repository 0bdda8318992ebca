//! `email.return-path-wrong`
use super::alignment::Forecasts;
use super::facts::MailPlan;
use super::setup::{SenderSetup, Spot, Trouble};
use super::setup_advice::{both, fault, is_certain};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// The domain of the envelope sender has records that its provider cannot use.
    ///
    /// Bounces go to somebody else or to others beside the provider, its SPF record leaves the provider
    /// out, or its alias leads elsewhere.
    ///
    /// # Why at launch
    /// SPF does not pass for your domain and bounces get lost. Providers with such a record in their
    /// way stop the verification, and the domain cannot send at all.
    ///
    /// # Fix
    /// Make the records exactly those that the provider shows, and remove the others at that name.
    ///
    /// # References
    /// RFC 5321, section 4.4; RFC 7208, section 2.4
    ///
    /// ```pass
    /// sender resend
    /// resend._domainkey.acme.test. TXT "p=<rsa-2048>"
    /// send.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
    /// send.acme.test. TXT "v=spf1 include:amazonses.com ~all"
    /// ```
    /// ```fail
    /// sender resend
    /// send.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
    /// send.acme.test. MX 20 mail.acme.test.
    /// send.acme.test. TXT "v=spf1 include:amazonses.com ~all"
    /// ```
    /// ```fail
    /// sender resend
    /// send.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
    /// ```
    /// ```fail
    /// sender postmark
    /// return-path pm-bounces.acme.test
    /// pm-bounces.acme.test. CNAME bounces.other.test.
    /// ```
    "email.return-path-wrong" on Mail, High, stage Email;
    fails "A return path has the wrong records"; holds "The return paths that can be known are right";
    fn check(plan: &MailPlan, setup: Part<'_, SenderSetup>, forecasts: Part<'_, Forecasts>) -> Verdict {
        let Some(setup) = setup.first() else { return Verdict::Pass };
        let spots: Vec<&Spot> = setup.spots.iter().filter(|s| !s.is_key()).collect();
        if spots.is_empty() {
            return Verdict::not_applicable("no return path is known; [email] return-paths names them");
        }
        let judge = |spot: &Spot| {
            let trouble = spot.trouble()?;
            let saw = match trouble {
                Trouble::Mx => format!("its MX records must lead to {} alone", spot.whose()),
                Trouble::Spf => format!("it has no SPF record that includes {}", spot.whose()),
                Trouble::Elsewhere(to) => format!("its alias leads to {to}"),
                Trouble::Dangling(to) => format!("its alias leads to {to}, where nothing is"),
                _ => return None,
            };
            let (kind, value) = &spot.wanted;
            let steps = [
                format!("At {} publish as {kind}: {value}", both(&spot.name)),
                format!("Remove the other MX, SPF and CNAME records at {}", spot.name),
            ];
            let title = format!("The return path {} is wrong", spot.name);
            let told: Fault = fault(plan, setup, spot, title, Fix::steps(steps)).and_saw(saw);
            let passes = |p| forecasts.iter().any(|f| f.passes(p) == Some(true));
            let safe = spot.provider.is_some_and(passes);
            Some(if safe && is_certain(plan, setup, spot) { told.lowered(Severity::Medium) } else { told })
        };
        spots.into_iter().filter_map(judge).collect::<Vec<_>>().into()
    }
}
