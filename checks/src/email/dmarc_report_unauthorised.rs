//! `email.dmarc-report-unauthorised`
use super::facts::{DmarcReports, MailPlan};
use super::setup_advice::both;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part},
};

rule! {
    /// DMARC reports are to go to another organisation, which did not agree to take them.
    ///
    /// # Why at launch
    /// Reporters ask first and then send nothing, and nobody is told. The reports are what says whether
    /// it is safe to go on from `p=none`.
    ///
    /// # Fix
    /// The receiver of the reports publishes a record that names your domain; services for DMARC
    /// reports do so when the domain is added to the account.
    ///
    /// # References
    /// RFC 9990, section 4
    ///
    /// ```pass
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:dmarc@acme.test,mailto:a@reports.example"
    /// acme.test._report._dmarc.reports.example. TXT "v=DMARC1"
    /// acme.test. MX 10 mx.acme.test.
    /// reports.example. MX 10 mx.reports.example.
    /// ```
    /// ```fail
    /// _dmarc.acme.test. TXT "v=DMARC1; p=none; rua=mailto:a@reports.example"
    /// reports.example. MX 10 mx.reports.example.
    /// ```
    "email.dmarc-report-unauthorised" on Mail, Medium, stage Email;
    fails "DMARC reports go to somebody who did not agree"; holds "Everybody agreed who is to take DMARC reports";
    yields_to "email.dmarc-report-unreachable";
    fn check(plan: &MailPlan, reports: Part<'_, DmarcReports>) -> Verdict {
        let faults = reports.iter().filter(|r| !plan.is_told_at(&r.of)).flat_map(|reports| {
            let refused = reports.destinations.iter().filter(|d| d.agrees == Some(false));
            refused.filter_map(move |d| {
                let at = d.consent_at.as_ref()?;
                let saw = Evidence::Dns { name: at.into(), kind: "TXT".into(), answer: vec!["no DMARC record".into()] };
                let fix = Fix::steps([
                    format!("If {} takes reports for you, add {} to your account there", d.domain, reports.of),
                    format!("If {} is yours, publish at {} as TXT: \"v=DMARC1\"", d.domain, both(at)),
                    format!("Else name an address at {} in rua", reports.of),
                ]);
                Some(Fault::new(&d.domain, saw, fix).titled(format!("DMARC reports go to {}, which did not agree", d.domain)))
            })
        });
        faults.collect::<Vec<_>>().into()
    }
}
