//! `email.return-path-wrong`
use super::alignment::Forecasts;
use super::facts::{MailPlan, Mx};
use super::setup::{SenderSetup, Spot, Trouble};
use super::setup_advice::{both, fault, is_certain, publish};
use crate::wire::{DnsQuestion, RecordKind};
use crate::{
    providers, rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// The domain of the envelope sender has records that its provider cannot use.
    ///
    /// Bounces go to somebody else or to others beside the provider, its SPF record leaves the provider
    /// out, or its alias leads elsewhere. Or the provider's MX record stands at the domain itself, where
    /// people write to, instead of at the return path.
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
    /// ```fail
    /// # entered at the domain itself
    /// sender resend
    /// resend._domainkey.acme.test. TXT "p=<rsa-2048>"
    /// acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
    /// ```
    /// ```pass
    /// sender resend
    /// resend._domainkey.acme.test. TXT "p=<rsa-2048>"
    /// acme.test. MX 10 inbound-smtp.eu-west-1.amazonaws.com.
    /// ```
    "email.return-path-wrong" on Mail, High, stage Email;
    fails "A return path has the wrong records"; holds "The return paths that can be known are right";
    fn check(
        plan: &MailPlan,
        setup: Part<'_, SenderSetup>,
        forecasts: Part<'_, Forecasts>,
        mx: Part<'_, Mx>,
    ) -> Verdict {
        let Some(setup) = setup.first() else { return Verdict::Pass };
        let spots: Vec<&Spot> = setup.spots.iter().filter(|s| !s.is_key()).collect();
        let at_domain = mx.first().filter(|_| !plan.return_paths.contains(&plan.domain)).and_then(misplaced);
        if spots.is_empty() && at_domain.is_none() {
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
        spots.into_iter().filter_map(judge).chain(at_domain).collect::<Vec<_>>().into()
    }
}

/// The MX records of a domain that all lead to servers that take bounces alone.
fn misplaced(mx: &Mx) -> Option<Fault> {
    let targets = || providers::ALL.iter().filter_map(|p| p.mail.as_ref()?.path_target);
    let form = |target: &str| Some(target.split_whitespace().nth(1)?.replace("REGION", "*"));
    let is_theirs = |host: &str| targets().filter_map(form).any(|form| providers::fits(host, &form));
    let (_, first) = mx.hosts.first()?;
    if mx.hosts.iter().any(|(_, host)| !is_theirs(host)) {
        return None;
    }
    let fix = Fix::steps([
        format!(
            "Move the MX record from {} to the return path that your mail provider shows, such as send.{}",
            mx.domain, mx.domain
        ),
        format!("At {} publish the MX records of the service with your mailboxes, or none", both(&mx.domain)),
    ]);
    let saw = mx.answer.evidence(&DnsQuestion::new(mx.domain.clone(), RecordKind::Mx));
    let told = Fault::new(&mx.domain, saw, fix)
        .titled(format!("Mail that people write to {} goes to a server for bounces", mx.domain))
        .and_saw(format!("{first} keeps bounces for the mail provider and delivers to no mailbox"));
    Some(told.lowered(Severity::Medium))
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
