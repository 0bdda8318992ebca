//! `email.return-path-wrong`
use super::alignment::Forecasts;
use super::facts::MailPlan;
use super::setup::{SenderSetup, Spot, Trouble};
use super::setup_advice::{fault, is_certain, publish};
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
    /// ```pass
    /// # written in another way, and it lets their servers pass
    /// sender resend
    /// send.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
    /// send.acme.test. TXT "v=spf1 redirect=spf.acme.test"
    /// spf.acme.test. TXT "v=spf1 ip4:198.51.100.0/24 -all"
    /// amazonses.com. TXT "v=spf1 ip4:198.51.100.0/25 -all"
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
                Trouble::Spf => format!("it has no SPF record that lets mail of {} pass", spot.whose()),
                Trouble::Elsewhere(to) => format!("its alias leads to {to}"),
                Trouble::Dangling(to) => format!("its alias leads to {to}, where nothing is"),
                _ => return None,
            };
            let title = format!("The return path {} is wrong", spot.name);
            let told: Fault = fault(plan, setup, spot, title, mended(spot, trouble)).and_saw(saw);
            let passes = |p| forecasts.iter().any(|f| f.passes(p) == Some(true));
            let safe = spot.provider.is_some_and(passes);
            Some(if safe && is_certain(plan, setup, spot) { told.lowered(Severity::Medium) } else { told })
        };
        spots.into_iter().filter_map(judge).collect::<Vec<_>>().into()
    }
}

/// What to publish and what to take away.
fn mended(spot: &Spot, trouble: &Trouble) -> Fix {
    match trouble {
        Trouble::Elsewhere(_) | Trouble::Dangling(_) => {
            publish(spot, "in place of the CNAME record that is there", Vec::new())
        }
        Trouble::Spf => publish(spot, "in place of any other SPF record there", Vec::new()),
        _ => {
            let others = spot.strangers.iter().map(|mx| format!("Delete at {}: MX {mx}", spot.name));
            let alias = format!("Delete the other MX records at {}", spot.name);
            let others: Vec<String> = others.collect();
            publish(spot, "", if others.is_empty() { vec![alias] } else { others })
        }
    }
}
