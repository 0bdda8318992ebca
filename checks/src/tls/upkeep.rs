//! What a served certificate says of its own upkeep, and whose edge serves it: shown, and read where
//! it is decided how a certificate is renewed. Nothing here is judged.

use super::facts::{Certificate, HostPlan};
use super::renewal::{DAY, Renewal, renews_at};
use crate::dns::facts::HostDns;
use crate::dns::platforms::{PLATFORMS, Platform, by_id};
use crate::facts::Facts;
use crate::vocab::{Gaps, Shown, TargetId};
use crate::wire::Handshake;
use x509_parser::extensions::DistributionPointName;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};

/// What there is beside the dates and the names.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Upkeep {
    /// The platform whose edge serves it, and which then renews it.
    pub edge: Option<Shown>,
    /// The revocation lists that it names.
    pub lists: Vec<Shown>,
    /// Whether it demands a stapled OCSP answer (RFC 7633).
    pub must_staple: bool,
}
impl Gaps for Upkeep {}

/// The extension of RFC 7633, and its value for "staple an OCSP answer".
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";
const STATUS_REQUEST: [u8; 3] = [0x02, 0x01, 0x05];

impl Upkeep {
    /// Reads the leaf of a handshake. One that cannot be read says nothing.
    #[must_use]
    pub fn of(shake: &Handshake, edge: Option<Shown>) -> Self {
        let Some(Ok((_, leaf))) = shake.chain.first().map(|der| X509Certificate::from_der(der)) else {
            return Self { edge, ..Self::default() };
        };
        let feature = |e: &x509_parser::extensions::X509Extension<'_>| {
            e.oid.to_id_string() == TLS_FEATURE && e.value.windows(3).any(|w| w == STATUS_REQUEST)
        };
        Self {
            edge,
            lists: lists(&leaf).map(|name| name.to_string().into()).collect(),
            must_staple: leaf.extensions().iter().any(feature),
        }
    }
}

/// Where the leaf says that revocation lists are (RFC 5280, section 4.2.1.13).
pub(super) fn lists<'c>(leaf: &'c X509Certificate<'_>) -> impl Iterator<Item = Address<'c>> {
    leaf.extensions()
        .iter()
        .filter_map(|e| match e.parsed_extension() {
            ParsedExtension::CRLDistributionPoints(points) => Some(&points.points),
            _ => None,
        })
        .flatten()
        .filter_map(|p| match &p.distribution_point {
            Some(DistributionPointName::FullName(names)) => Some(names),
            _ => None,
        })
        .flatten()
        .filter_map(|name| match name {
            GeneralName::URI(address) => Some(Address(address)),
            _ => None,
        })
}
/// An address as a certificate names it.
pub(super) struct Address<'c>(pub(super) &'c str);
impl std::fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// The platform that serves a host: the one that the configuration names, or the one that its alias
/// or its address belongs to.
#[must_use]
pub fn edge(led: &HostDns) -> Option<&'static Platform> {
    let declared = led.platform.as_ref().and_then(|(id, _)| by_id(id.as_str()));
    let by_name = || PLATFORMS.iter().find(|p| led.aliases.iter().any(|a| p.has_name(a)));
    let by_address = || PLATFORMS.iter().find(|p| led.addresses.iter().any(|a| p.has_address(*a)));
    declared.or_else(by_name).or_else(by_address)
}

/// The lines of one certificate for the exhibit of its next renewal.
pub(super) fn lines(cert: &Certificate, plan: Option<&HostPlan>, at: &TargetId, facts: &Facts) -> Vec<(u8, Shown)> {
    let upkeep = facts.upkeep.get(at).and_then(|u| u.get().ok());
    let mut out = vec![(0, (&cert.host).into())];
    let mut say = |text: String| out.push((1, text.into()));
    if let Some(plan) = plan {
        let renewal = Renewal::of(plan, cert, upkeep);
        let kind = if renewal.automatic { "automatic" } else { "manual" };
        say(format!("renewal: {kind} ({})", renewal.because));
        if renewal.automatic {
            let due = cert.not_after - renews_at(cert.lifetime());
            say(format!("due: {}, {} days before its end", super::judge::day(due), renews_at(cert.lifetime()) / DAY));
        }
    }
    match facts.suggested.get(at).map(|s| s.get()) {
        Some(Ok(window)) => say(format!(
            "its authority suggests: {} to {} (ARI)",
            super::judge::moment(window.start),
            super::judge::moment(window.end)
        )),
        Some(Err(crate::vocab::Missing::Unknown(cause))) => {
            say(format!("what its authority suggests is not known: {cause}"));
        }
        _ => {}
    }
    if let Some(upkeep) = upkeep {
        match upkeep.lists.as_slice() {
            [] => say("revocation list: it names none".to_owned()),
            lists => lists.iter().for_each(|l| say(format!("revocation list: {l}"))),
        }
        if upkeep.must_staple {
            say("it demands a stapled OCSP answer (must-staple)".to_owned());
        }
    }
    if let Some(Ok(caa)) = facts.renewal_caa.get(at).map(|c| c.get()) {
        for set in &caa.sets {
            if let Some(place) = &set.caa.at {
                let said: Vec<String> =
                    set.caa.properties.iter().map(|p| format!("{} \"{}\"", p.tag, p.value)).collect();
                say(format!("CAA for {} (at {place}): {}", set.name, said.join(", ")));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::DomainName;

    #[test]
    fn the_edge_is_what_is_declared_or_led_to() {
        let led = |aliases: &[&str], addresses: &[&str], platform: Option<&str>| HostDns {
            host: DomainName::parse("app.acme.test").unwrap(),
            platform: platform.map(|p| (p.into(), None)),
            aliases: aliases.iter().map(|a| (*a).to_owned()).collect(),
            addresses: addresses.iter().map(|a| a.parse().unwrap()).collect(),
            gaps: Vec::new(),
        };
        let id = |led: HostDns| edge(&led).map(|p| p.id);
        assert_eq!(id(led(&["cname.vercel-dns.com"], &[], None)), Some("vercel"));
        assert_eq!(id(led(&[], &["172.67.1.1"], None)), Some("cloudflare"));
        assert_eq!(id(led(&["cname.vercel-dns.com"], &[], Some("fly"))), Some("fly"));
        assert_eq!(id(led(&["acme.host.example"], &["203.0.113.4"], None)), None);
    }
}
