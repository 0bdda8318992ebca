//! `dns.caa-blocks-host`
use super::caa::{Leave, Property, names_of};
use super::facts::{Caa, HostDns};
use super::platforms;
use crate::facts::FactKind;
use crate::tls::facts::Certificate;
use crate::wire::{DnsQuestion, RecordKind};
use crate::{
    rule,
    vocab::{Arg, DomainName, Fact, Fault, Fix, Missing, Part, Verdict, View},
};

rule! {
    /// The CAA records that hold for the host do not allow the authority that its certificate comes
    /// from, so the next renewal is refused.
    ///
    /// The authority is that of the certificate that the host serves, or one of those that the
    /// platform in `[[host]] platform` uses. The records are those of the host itself or of the nearest
    /// name above it, or of the name that it is an alias of.
    ///
    /// # Why at launch
    /// Today's certificate works, and it is the last one: it ends in at most 200 days, mostly in 90,
    /// at an hour nobody chose.
    ///
    /// # Fix
    /// Add a CAA record for the authority.
    ///
    /// # References
    /// RFC 8659; RFC 8657; CA/Browser Forum Baseline Requirements 3.2.2.8
    ///
    /// ```pass
    /// host app.acme.test
    /// issuer Let's Encrypt
    /// acme.test. CAA 0 issue "letsencrypt.org"
    /// ```
    /// ```pass
    /// host app.acme.test
    /// issuer Let's Encrypt
    /// acme.test. CAA 0 iodef "mailto:security@acme.test"
    /// ```
    /// ```pass
    /// host app.acme.test
    /// issuer Let's Encrypt
    /// wildcard
    /// acme.test. CAA 0 issue "digicert.com"
    /// acme.test. CAA 0 issuewild "letsencrypt.org"
    /// ```
    /// ```pass
    /// host app.acme.test
    /// issuer Google Trust Services
    /// app.acme.test. A 104.16.0.1
    /// acme.test. CAA 0 issue "letsencrypt.org"
    /// ```
    /// ```fail
    /// host app.acme.test
    /// issuer Let's Encrypt
    /// acme.test. CAA 0 issue "digicert.com"
    /// ```
    /// ```fail
    /// host app.acme.test
    /// issuer Let's Encrypt
    /// wildcard
    /// acme.test. CAA 0 issuewild "digicert.com"
    /// ```
    /// ```fail
    /// host app.acme.test
    /// platform vercel
    /// acme.test. CAA 0 issue "amazon.com"
    /// ```
    /// ```fail
    /// host app.acme.test
    /// issuer Let's Encrypt
    /// acme.test. CAA 0 issue "letsencrypt.org; policy"
    /// ```
    "dns.caa-blocks-host" on Host, High, stage Tls;
    fails "CAA records refuse the host's certificate authority"; holds "CAA records allow the host's certificate authority";
    yields_to "tls.renewal-blocked-caa";
    fn check(caa: &Caa, led: &HostDns, certificate: Served<'_>) -> Verdict {
        let Some(at) = &caa.at else { return Verdict::Pass };
        let platform = led.platform.as_ref().and_then(|(id, _)| platforms::by_id(id.as_str()));
        let served = certificate.0;
        let issuer = served.map(|c| c.issuer_organisation.clone()).unwrap_or_default();
        // For a wildcard the records of the name that it stands for count, and `issuewild` first.
        let wildcard = served.is_some_and(|c| is_wildcard_only(&caa.host, c));
        if wildcard && *at == caa.host {
            return Verdict::not_applicable("its certificate is a wildcard's, for which the records of the name above count");
        }
        let mut names: Vec<&str> = names_of(issuer.as_str()).unwrap_or_default().to_vec();
        names.extend(platform.map_or(&[][..], |p| p.authorities));
        // Who serves the host picks the authority anew for each certificate.
        if !names.is_empty() {
            names.extend(platforms::PLATFORMS.iter().filter(|p| led.is_on(p)).flat_map(|p| p.authorities));
        }
        if names.is_empty() {
            return Verdict::not_applicable("by which name the host's authority goes in CAA records is not known");
        }
        let leave = caa.leave(&names, wildcard);
        if matches!(leave, Leave::Everybody | Leave::Allowed) {
            return Verdict::Pass;
        }
        let who = platform.map_or_else(|| issuer.to_string(), |p| format!("{} (it uses {})", p.name, p.authorities.join(", ")));
        let wanted = platform.map_or_else(|| names.first(), |p| p.authorities.first()).copied().unwrap_or_default();
        let fix = match leave {
            Leave::Nobody => Fix::step(format!("Delete the CAA record of {at} that is marked critical and whose tag nobody knows")),
            _ => Fix::record(at, "CAA", format!("0 {} \"{wanted}\"", caa.deciding_tag(wildcard))),
        };
        let mut fault = Fault::new(&caa.host, caa.answer.evidence(&DnsQuestion::new(at.clone(), RecordKind::Caa)), fix)
            .and_saw(format!("the certificate of {} comes from {who}", caa.host))
            .titled(format!("The next certificate of {} will be refused: CAA at {at} does not allow {who}", caa.host));
        for property in &caa.properties {
            fault.saw.extend(property.flaws.iter().map(|flaw| said(property, flaw).into()));
        }
        fault.into()
    }
}

/// The certificate that the host serves. Where no CAA record stands every authority may issue, and a
/// name without an address has no certificate: what could not be seen of it changes nothing then.
struct Served<'a>(Option<&'a Certificate>);
impl<'a> Arg<'a> for Served<'a> {
    const WANTS: &'static [FactKind] = &[Certificate::KIND];
    fn take(view: &View<'a>) -> Result<Self, Missing> {
        if <&Caa>::take(view)?.at.is_none() {
            return Ok(Self(None));
        }
        match <&Certificate>::take(view) {
            Ok(certificate) => Ok(Self(Some(certificate))),
            Err(_) if <&HostDns>::take(view)?.addresses.is_empty() => Ok(Self(None)),
            Err(_) => Part::<Certificate>::take(view).map(|all| Self(all.first())),
        }
    }
}

/// Whether the certificate holds for the host by a wildcard alone.
fn is_wildcard_only(host: &DomainName, certificate: &Certificate) -> bool {
    let Some(above) = host.parent() else { return false };
    let wild = format!("*.{above}");
    let has = |name: &str| certificate.names.iter().any(|n| n.as_str().eq_ignore_ascii_case(name));
    has(&wild) && !has(host.as_str())
}

fn said(property: &Property, flaw: &crate::email::syntax::Flaw) -> String {
    format!("{} \"{}\": {flaw}", property.tag, property.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::example;
    use crate::vocab::{Cause, Eval, Observed};
    use std::sync::Arc;

    #[test]
    fn a_certificate_that_was_not_seen_matters_only_where_a_record_stands() {
        let address = "host app.acme.test\napp.acme.test. A 203.0.113.9";
        for (text, want) in [
            (address.to_owned(), 0),
            (format!("{address}\nacme.test. CAA 0 issue \"digicert.com\""), 1),
            // It has no address, so no certificate either.
            ("host app.acme.test\nacme.test. CAA 0 issue \"digicert.com\"".to_owned(), 0),
        ] {
            let (targets, mut facts, at) = example::facts(&text).unwrap();
            facts.certificate.insert(at.clone(), Arc::new(Observed::unknown(Cause::Timeout)));
            let view = View::new(&at, &targets, &facts);
            let Eval::Code(judge) = RULE.eval else { panic!("it is written here") };
            assert!(!matches!(judge(&view), Ok(Verdict::Fail(_))), "{text}");
            assert_eq!(view.close().1.len(), want, "{text}");
        }
    }
}
