//! `email.tls-rpt-missing`
use super::advice;
use super::facts::Mx;
use super::mta_sts::{Fetched, Mode, MtaSts};
use super::tls_rpt::TlsRpt;
use crate::vocab::DomainName;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// Nobody is told when senders cannot deliver to the domain encrypted.
    ///
    /// Judged only where MTA-STS is in use, or where mail goes to a server of the domain's own.
    ///
    /// # Why at launch
    /// A certificate that ran out or a policy that is out of date stops incoming mail without a sign.
    /// The daily reports are the only one.
    ///
    /// # Fix
    /// Publish where reports go.
    ///
    /// # References
    /// RFC 8460, section 3
    ///
    /// ```pass
    /// acme.test. MX 10 mx.acme.test.
    /// _smtp._tls.acme.test. TXT "v=TLSRPTv1; rua=mailto:tls@acme.test"
    /// ```
    /// ```pass
    /// # The mailboxes are somebody else's.
    /// acme.test. MX 10 mx.mail.example.
    /// ```
    /// ```fail
    /// acme.test. MX 10 mx.acme.test.
    /// ```
    /// ```fail
    /// acme.test. MX 10 mx.mail.example.
    /// _mta-sts.acme.test. TXT "v=STSv1; id=1"
    /// policy 200 text/plain version: STSv1|mode: testing|mx: mx.mail.example|max_age: 604800
    /// _smtp._tls.acme.test. TXT "v=TLSRPTv1; rua=tls@acme.test"
    /// ```
    "email.tls-rpt-missing" on Mail, Low, stage Email;
    fails "No reports on encryption are asked for"; holds "Reports on encryption are asked for";
    fn check(mx: &Mx, sts: &MtaSts, rpt: &TlsRpt) -> Verdict {
        let own = |host: &str| DomainName::parse(host).is_ok_and(|h| h.is_within(&mx.domain.registrable()));
        let policy = matches!(&sts.policy, Some(Fetched::Policy(p)) if p.mode.is_some_and(|m| m != Mode::None));
        if !policy && !mx.hosts.iter().any(|(_, h)| own(h)) {
            return Verdict::not_applicable("no MTA-STS is in use and no mail server is the domain's own");
        }
        if matches!(rpt.records.as_slice(), [only] if only.is_usable()) {
            return Verdict::Pass;
        }
        let value = format!("v=TLSRPTv1; rua=mailto:tls-reports@{}", mx.domain);
        let shown = advice::txt(&rpt.at, rpt.records.iter().map(|r| r.text.clone()).collect(), &rpt.answer);
        let fault = Fault::here(shown, Fix::record(&rpt.at, "TXT", value));
        let flaws: Vec<_> = rpt.records.iter().flat_map(|r| r.flaws.clone()).collect();
        advice::flaws(&flaws).fold(fault, Fault::and_saw).into()
    }
}
