//! `tls.renewal-blocked-caa`
use super::facts::{Certificate, HostPlan};
use super::judge::day;
use super::renewal::renews_at;
use super::renewal_caa::{ForName, Refusal, RenewalCaa, refusal};
use crate::dns::caa::names_of;
use crate::rule;
use crate::vocab::{Fault, Fix, Severity, Verdict};
use crate::wire::{DnsQuestion, RecordKind};

rule! {
    /// The CAA records in force today do not let the authority of today's certificate issue the next
    /// one.
    ///
    /// The records of every name in the certificate are climbed, `issuewild` for wildcards, and the
    /// limits to methods and accounts are read. An authority whose name in CAA records is not known
    /// is only judged where the records allow none at all. It is medium while there is time, and high once the renewal is due.
    ///
    /// # Why at launch
    /// Nothing shows until the renewal is due: then it is refused, day after day, and the certificate
    /// ends at an hour nobody chose.
    ///
    /// # Fix
    /// Publish the record that the fix shows, beside those that are there.
    ///
    /// # References
    /// RFC 8659; RFC 8657; CA/Browser Forum Baseline Requirements 3.2.2.8
    ///
    /// ```pass
    /// host acme.test
    /// issuer Let's Encrypt
    /// caa issue "letsencrypt.org"
    /// ```
    /// ```pass
    /// host acme.test
    /// issuer Let's Encrypt
    /// ```
    /// ```pass
    /// host acme.test
    /// issuer Authority Of Nobody
    /// caa issue "letsencrypt.org"
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer Let's Encrypt
    /// caa issue "digicert.com"
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer Authority Of Nobody
    /// caa issue ";"
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer Let's Encrypt
    /// names acme.test *.acme.test
    /// caa issue "letsencrypt.org"
    /// caa issuewild ";"
    /// ```
    /// ```fail
    /// host acme.test
    /// issuer Let's Encrypt
    /// names *.acme.test acme.test
    /// caa issue "letsencrypt.org; validationmethods=http-01"
    /// ```
    "tls.renewal-blocked-caa" on Host, High, stage Tls;
    fails "The next renewal will be refused: CAA"; holds "CAA records allow the next renewal";
    fn check(plan: &HostPlan, cert: &Certificate, caa: &RenewalCaa) -> Verdict {
        if plan.private_ca {
            return Verdict::not_applicable("declared with ca = \"private\"");
        }
        let known = names_of(cert.issuer_organisation.as_str());
        // Whatever name an authority goes by, it is not among none.
        let shut = caa.sets.iter().any(|set| set.caa.allows_nobody(set.wildcard));
        let Some(names) = known.or(shut.then_some(&[][..])) else {
            return Verdict::not_applicable("by which name the host's authority goes in CAA records is not known");
        };
        let judged = |set: &&ForName| known.is_some() || set.caa.allows_nobody(set.wildcard);
        let refused: Vec<(&ForName, Refusal)> =
            caa.sets.iter().filter(judged).filter_map(|set| Some((set, refusal(set, names)?))).collect();
        let Some((set, why)) = refused.first() else { return Verdict::Pass };
        let at = set.caa.at.as_ref().unwrap_or(&set.caa.host);
        let who = &cert.issuer_organisation;
        let mut fault = Fault::new(&plan.host, set.caa.answer.evidence(&DnsQuestion::new(at.clone(), RecordKind::Caa)), fix(set, why, names))
            .titled(format!("The next renewal of {} will be refused: CAA at {at} does not allow {who}", plan.host));
        for (set, why) in &refused {
            fault = fault.and_saw(words(set, why, who.as_str()));
        }
        let due = cert.not_after - renews_at(cert.lifetime());
        if cert.now < due {
            return fault.and_saw(format!("the renewal is due on {}", day(due))).lowered(Severity::Medium).into();
        }
        fault.and_saw(format!("the renewal has been due since {}", day(due))).into()
    }
}

fn words(set: &ForName, why: &Refusal, who: &str) -> String {
    match why {
        Refusal::NotNamed => format!("{}: no record names {who}", set.name),
        Refusal::UnknownTag => format!("{}: a critical record has a tag that no authority knows", set.name),
        Refusal::Methods(list) => {
            format!("{}: {who} may only validate by {list}, and a wildcard needs dns-01", set.name)
        }
        Refusal::TestAccount(uri) => format!("{}: only the test account {uri} may issue", set.name),
    }
}

/// The record to publish.
fn fix(set: &ForName, why: &Refusal, names: &[&str]) -> Fix {
    let at = set.caa.at.as_ref().unwrap_or(&set.caa.host);
    // Above the registered domain nobody but the registry publishes; a record of one's own goes before.
    let ours = set.caa.host.registrable();
    let above = !at.is_within(&ours);
    let at = if above { &ours } else { at };
    let name = names.first().copied().unwrap_or_default();
    let tag =
        if set.wildcard && set.caa.properties.iter().any(|p| p.tag == "issuewild") { "issuewild" } else { "issue" };
    // Beside a CNAME nothing else can be published.
    if let Some(target) = set.caa.answer.aliases.last() {
        return Fix::steps([
            format!("Ask whoever runs {target} to publish there: CAA 0 {tag} \"{name}\""),
            format!(
                "Or replace the CNAME record of {at} by the addresses that {target} has, and publish beside them: CAA 0 {tag} \"{name}\""
            ),
        ]);
    }
    match why {
        _ if above => Fix::record(at, "CAA", format!("0 {tag} \"{name}\"")),
        Refusal::UnknownTag => {
            Fix::step(format!("Delete the CAA record of {at} that is marked critical and whose tag nobody knows"))
        }
        Refusal::NotNamed if names.is_empty() => Fix::step(format!(
            "Replace the CAA record {tag} \";\" at {at}, which forbids every authority, by one with the name that your authority gives for CAA"
        )),
        Refusal::NotNamed => Fix::record(at, "CAA", format!("0 {tag} \"{name}\"")),
        Refusal::Methods(list) => Fix::DnsRecord {
            name: at.into(),
            kind: "CAA".into(),
            value: format!("0 {tag} \"{name}; validationmethods=dns-01,{list}\"").into(),
            note: "in place of the record that names the methods".into(),
        },
        Refusal::TestAccount(_) => Fix::DnsRecord {
            name: at.into(),
            kind: "CAA".into(),
            value: format!("0 {tag} \"{name}\"").into(),
            note:
                "in place of the record that names the test account; add accounturi= with the live one if you want it"
                    .into(),
        },
    }
}
