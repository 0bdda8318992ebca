//! `email.dmarc-alignment-failing`
use super::alignment::{Forecast, Forecasts, Way};
use super::facts::{MailPlan, Sender};
use super::setup_advice::because;
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// Mail of a sender will be signed and authorised, and DMARC will fail all the same: neither the
    /// signature's domain nor the envelope sender's counts for the domain in From.
    ///
    /// A forecast from the records, before the first mail goes out. Where a selector or a return path
    /// cannot be known from outside, nothing is said.
    ///
    /// # Why at launch
    /// Under p=quarantine or p=reject every such mail is junked or refused; under p=none Gmail, Yahoo and
    /// Outlook still refuse it from senders of volume.
    ///
    /// # Fix
    /// Sign for the domain in From, or relax the alignment that the DMARC record asks for.
    ///
    /// # References
    /// RFC 9989, section 4.4
    ///
    /// ```pass
    /// from
    /// sender mailgun
    /// through mg.acme.test
    /// selector pdk1
    /// mg.acme.test. TXT "v=spf1 include:mailgun.org ~all"
    /// pdk1._domainkey.mg.acme.test. TXT "p=<rsa-2048>"
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject"
    /// ```
    /// ```pass
    /// # The envelope sender is the provider's, and what it signs with is not known.
    /// from
    /// sender brevo
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject"
    /// ```
    /// ```fail
    /// from
    /// sender mailgun
    /// through mg.acme.test
    /// selector pdk1
    /// mg.acme.test. TXT "v=spf1 include:mailgun.org ~all"
    /// pdk1._domainkey.mg.acme.test. TXT "p=<rsa-2048>"
    /// _dmarc.acme.test. TXT "v=DMARC1; p=reject; adkim=s; aspf=s"
    /// ```
    /// ```fail
    /// from
    /// sender mailgun
    /// through mg.other.test
    /// selector pdk1
    /// mg.other.test. TXT "v=spf1 include:mailgun.org ~all"
    /// pdk1._domainkey.mg.other.test. TXT "p=<rsa-2048>"
    /// ```
    "email.dmarc-alignment-failing" on Mail, High, stage Email;
    fails "DMARC will fail for a sender's mail"; holds "Nothing shows that DMARC will fail";
    yields_to "email.sender-unconfigured", "email.sender-unauthenticated";
    fn check(plan: &MailPlan, forecasts: Part<'_, Forecasts>) -> Verdict {
        let Some(forecasts) = forecasts.first() else { return Verdict::Pass };
        if forecasts.all.is_empty() {
            return Verdict::not_applicable("no sender is known; [email] providers names them");
        }
        let fault = |(sender, forecast): &(Sender, Forecast)| {
            let (Way::Misaligned(dkim), Way::Misaligned(spf) | Way::Fails(spf)) = (&forecast.dkim, &forecast.spf) else {
                return None;
            };
            let name = sender.known().map_or(sender.provider.as_str(), |(p, _)| p.name);
            let domain = &plan.domain;
            let relaxed = format!("Or take adkim=s and aspf=s out of the DMARC record, where {domain} and the other are one organisation");
            let fix = Fix::steps([format!("Let {name} sign for {domain}, the domain in From"), relaxed]);
            let fault = Fault::new(&sender.provider, format!("DKIM: {dkim}"), fix)
                .titled(format!("DMARC will fail for mail by {name}"))
                .and_saw(format!("SPF: {spf}"))
                .and_saw(because(sender));
            let fault = if forecast.counts_by_older {
                fault.and_saw("receivers that still read RFC 7489 let it pass: to them both are one organisation")
            } else {
                fault
            };
            Some(match (plan.is_certain(sender), forecasts.enforced && !forecast.counts_by_older) {
                (false, _) => fault.lowered(Severity::Low),
                (true, false) => fault.lowered(Severity::Medium),
                (true, true) => fault,
            })
        };
        forecasts.all.iter().filter_map(fault).collect::<Vec<_>>().into()
    }
}
