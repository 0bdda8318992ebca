//! `email.sender-unauthenticated`
use super::advice;
use super::facts::{Dkim, MailPlan, Spf};
use super::setup::SenderSetup;
use super::setup_advice::nothing_vouches;
use super::spf_outlook::SpfReach;
use crate::facts::FactKind;
use crate::{
    rule,
    vocab::{Arg, Fact, Fault, Fix, Missing, Part, Verdict, View},
};

rule! {
    /// Mail is sent from the domain, and neither SPF nor DKIM can vouch for it.
    ///
    /// It fails only where both are ruled out: no SPF record that lets anybody pass, and no usable
    /// DKIM key at any selector in use. A record that ends in an error, by an include that leads
    /// nowhere or by too many look-ups, lets those pass who come before it. Where the selectors are not known DKIM cannot be ruled out,
    /// and the rule holds its tongue.
    ///
    /// # Why at launch
    /// Gmail, Yahoo and Outlook refuse or junk mail that passes neither check. Sign-up links,
    /// receipts and password resets do not arrive, and nothing bounces where you would see it.
    ///
    /// # Fix
    /// Publish the DKIM record that your mail provider shows for the domain, and an SPF record that
    /// names the provider.
    ///
    /// # References
    /// RFC 9989, section 4.4 (identifier alignment); support.google.com/a/answer/81126
    ///
    /// ```pass
    /// from
    /// sender resend
    /// acme.test. TXT "v=spf1 -all"
    /// resend._domainkey.acme.test. TXT "p=<rsa-1024>"
    /// ```
    /// ```pass
    /// # The selectors of this provider are not known to outsiders.
    /// from
    /// sender postmark
    /// acme.test. A 203.0.113.1
    /// ```
    /// ```pass
    /// sender resend
    /// return-path send.acme.test
    /// send.acme.test. TXT "v=spf1 ip4:203.0.113.0/24 ~all"
    /// ```
    /// ```pass
    /// # The return path that the provider proposes is there, and mail passes by it.
    /// sender resend
    /// send.acme.test. MX 10 feedback-smtp.eu-west-1.amazonses.com.
    /// send.acme.test. TXT "v=spf1 include:amazonses.com ~all"
    /// ```
    /// ```pass
    /// # Which domain is in the From address was never said; it may be a subdomain.
    /// guess resend
    /// acme.test. A 203.0.113.1
    /// ```
    /// ```fail
    /// from
    /// selector s1
    /// acme.test. TXT "v=spf1 -all"
    /// ```
    /// ```pass
    /// # What stands before the broken include still passes.
    /// sender resend
    /// acme.test. TXT "v=spf1 ip4:203.0.113.9 include:_spf.mial.example ~all"
    /// resend._domainkey.acme.test. TXT "p="
    /// ```
    /// ```fail
    /// # Receivers come to the broken include first.
    /// sender resend
    /// acme.test. TXT "v=spf1 include:_spf.mial.example ip4:203.0.113.9 ~all"
    /// resend._domainkey.acme.test. TXT "p="
    /// ```
    /// ```fail
    /// sender resend
    /// acme.test. TXT "v=spf1 ip4:203.0.113 ~all"
    /// resend._domainkey.acme.test. TXT "p="
    /// ```
    "email.sender-unauthenticated" on Mail, Blocker, stage Email;
    fails "Mail from this domain cannot be authenticated"; holds "SPF or DKIM can vouch for the mail";
    fn check(plan: &MailPlan, spf: &Spf, reach: &SpfReach, dkim: &Dkim, paths: Paths<'_>) -> Verdict {
        if !plan.sends() {
            return Verdict::not_applicable("nothing says that mail is sent from this domain; [email] from does");
        }
        // Of a return path that could not be asked nobody knows; that makes this Unknown.
        if !nothing_vouches(plan, spf, reach, dkim, paths.0) || paths.0.is_some_and(|s| !s.gaps.is_empty()) {
            return Verdict::Pass;
        }
        let records = spf.records.iter().map(|r| r.text.clone()).collect();
        let mut fault = Fault::here(advice::txt(&spf.domain, records, &spf.answer), fix(plan, spf, dkim));
        if let Some(why) = &reach.breaks {
            fault = fault.and_saw(format!("SPF ends in an error before anybody passes: {why}"));
        }
        for key in dkim.keys.iter().take(6) {
            let records = key.keys.iter().map(|k| k.text.clone()).collect();
            fault = fault.and_saw(advice::txt(&key.at, records, &key.answer));
        }
        let because = plan.senders.first().map(|s| format!("{} sends for it ({})", s.provider, s.because));
        fault.and_saw(because.unwrap_or_else(|| "[email] from names an address of the domain".to_owned())).into()
    }
}

/// The senders' return paths, which are asked for only where nothing else vouches for the mail: what
/// could not be seen of them says nothing of a domain that SPF or DKIM speaks for.
struct Paths<'a>(Option<&'a SenderSetup>);
impl<'a> Arg<'a> for Paths<'a> {
    const WANTS: &'static [FactKind] = &[SenderSetup::KIND];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        let (plan, spf) = (<&MailPlan>::take(view)?, <&Spf>::take(view)?);
        let (reach, dkim) = (<&SpfReach>::take(view)?, <&Dkim>::take(view)?);
        if !nothing_vouches(plan, spf, reach, dkim, None) {
            return Ok(Self(None));
        }
        Part::<SenderSetup>::take(view).map(|setup| Self(setup.first()))
    }
}

fn fix(plan: &MailPlan, spf: &Spf, dkim: &Dkim) -> Fix {
    let names: Vec<_> = dkim.keys.iter().map(|k| k.at.to_string()).collect();
    Fix::steps([
        format!("Publish the DKIM record that your mail provider shows for {} at {}", plan.domain, names.join(" or "))
            .into(),
        advice::spf_step(plan, spf),
    ])
}
