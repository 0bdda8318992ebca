//! `tls.renewal-blocked-dnssec`
use super::facts::{Certificate, HostPlan};
use super::host_dnssec::HostDnssec;
use crate::dns::facts::DnssecState;
use crate::rule;
use crate::vocab::{Evidence, Fault, Fix, Shown, Verdict};

rule! {
    /// A zone that the host's name goes through is signed, and its signatures do not hold, so no
    /// public authority may issue the next certificate.
    ///
    /// The zone of the registered domain has a finding of its own (`dns.dnssec-broken`), which then says
    /// this too; here it is about the zones below it.
    ///
    /// # Why at launch
    /// Since 2026-03-15 authorities must validate DNSSEC before they issue, and a failure is a refusal.
    /// Today's certificate is the last one until the zone is mended.
    ///
    /// # Fix
    /// Delete the DS record at the parent, wait for its time to live, and sign anew.
    ///
    /// # References
    /// CA/Browser Forum Baseline Requirements 3.2.2.4 and 3.2.2.8.1; RFC 4035 section 5
    ///
    /// ```pass
    /// host acme.test
    /// dnssec valid
    /// ```
    /// ```fail
    /// host acme.test
    /// dnssec broken
    /// ```
    "tls.renewal-blocked-dnssec" on Host, High, stage Tls;
    fails "The next renewal will be refused: DNSSEC is broken"; holds "DNSSEC does not stand in the way of the next renewal";
    yields_to "dns.dnssec-broken";
    fn check(plan: &HostPlan, cert: &Certificate, dnssec: &HostDnssec) -> Verdict {
        if plan.private_ca {
            return Verdict::not_applicable("declared with ca = \"private\"");
        }
        let zone = &dnssec.zone;
        let DnssecState::Broken(why) = &zone.state else {
            return match zone.state {
                DnssecState::Off => Verdict::not_applicable("the zone is not signed"),
                _ => Verdict::Pass,
            };
        };
        // The registered domain's own zone is judged as a zone: without a subject the two are one finding.
        let same = zone.apex == plan.host.registrable();
        let subject = if same { Shown::default() } else { (&zone.apex).into() };
        let tags = zone.tags.iter().map(|t| format!("key tag {t}").into()).collect();
        let saw = Evidence::Dns { name: (&zone.apex).into(), kind: "DS".into(), answer: tags };
        let fix = Fix::steps([
            format!("Where {} is delegated from (its registrar, or the zone above), delete the DS record", zone.apex),
            format!("Check it: dig {} SOA @1.1.1.1 answers NOERROR once the old DS has timed out", zone.apex),
            "Only then switch DNSSEC on at the DNS host and publish the DS record that it shows".to_owned(),
        ]);
        Fault::new(subject, saw, fix)
            .and_saw(why.clone())
            .and_saw(format!("the certificate of {} ends on {}", cert.host, super::judge::day(cert.not_after)))
            .titled(format!("The next renewal of {} will be refused: the DNSSEC of {} is broken", cert.host, zone.apex))
            .into()
    }
}
