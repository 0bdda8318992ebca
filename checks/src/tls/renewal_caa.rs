//! The CAA records that the next renewal meets: those of every name in today's certificate, since one
//! name that is refused refuses the whole.

use super::facts::Certificate;
use crate::dns::caa::{Issuer, Leave, Property};
use crate::dns::facts::Caa;
use crate::vocab::{Cause, DomainName, Gaps};
use std::collections::BTreeSet;

/// How many names of a certificate are looked at.
const MOST: usize = 20;

/// The records, name by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenewalCaa {
    /// For each name.
    pub sets: Vec<ForName>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for RenewalCaa {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// What holds for one name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForName {
    /// The name as the certificate has it, with its `*.`.
    pub name: String,
    /// Whether it is a wildcard, for which `issuewild` counts.
    pub wildcard: bool,
    /// The records.
    pub caa: Caa,
}

/// The names whose records are climbed: the host's own, and those of its certificate under the same
/// registered domain, each with whether it is a wildcard. A wildcard's climb begins behind its `*.`
/// (RFC 8659, section 3).
#[must_use]
pub fn names(host: &DomainName, cert: &Certificate) -> Vec<(DomainName, bool)> {
    let zone = host.registrable();
    let of = |text: &str| {
        let (name, wildcard) = text.strip_prefix("*.").map_or((text, false), |rest| (rest, true));
        let name = DomainName::parse(name).ok()?;
        name.is_within(&zone).then_some((name, wildcard))
    };
    let all: BTreeSet<(DomainName, bool)> = cert.names.iter().filter_map(|n| of(n.as_str())).collect();
    all.into_iter().take(MOST).collect()
}

/// Why an authority may not issue for a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// No record allows it.
    NotNamed,
    /// A record demands that a tag be understood which nobody knows.
    UnknownTag,
    /// It may validate by these methods alone, and a wildcard needs one over the DNS (RFC 8657).
    Methods(String),
    /// It may issue for an account of its test service alone, which public certificates do not come
    /// from (RFC 8657).
    TestAccount(String),
}

/// Whether an authority that goes by one of these names may issue for the name.
#[must_use]
pub fn refusal(set: &ForName, names: &[&str]) -> Option<Refusal> {
    match set.caa.leave(names, set.wildcard) {
        Leave::Everybody => return None,
        Leave::Nobody => return Some(Refusal::UnknownTag),
        Leave::Refused => return Some(Refusal::NotNamed),
        Leave::Allowed => {}
    }
    let own: Vec<&Issuer> = properties(&set.caa, set.wildcard)
        .filter_map(|p| p.issuer.as_ref())
        .filter(|i| names.contains(&i.domain.as_str()))
        .collect();
    let value = |issuer: &Issuer, name: &str| issuer.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
    // One record without the limit is enough: any record may allow it.
    let all = |limit: &dyn Fn(&Issuer) -> Option<String>| own.iter().map(|i| limit(i)).collect::<Option<Vec<_>>>();
    let methods = |issuer: &Issuer| {
        let list = value(issuer, "validationmethods")?;
        (set.wildcard && !list.split(',').any(|m| !matches!(m.trim(), "http-01" | "tls-alpn-01"))).then_some(list)
    };
    let account = |issuer: &Issuer| value(issuer, "accounturi").filter(|uri| uri.contains("-staging-"));
    let first = |found: Option<Vec<String>>| found.and_then(|f| f.into_iter().next());
    first(all(&methods)).map(Refusal::Methods).or_else(|| first(all(&account)).map(Refusal::TestAccount))
}

/// The records of a set that count for a name.
fn properties(caa: &Caa, wildcard: bool) -> impl Iterator<Item = &Property> {
    let wild = wildcard && caa.properties.iter().any(|p| p.tag == "issuewild");
    caa.properties.iter().filter(move |p| p.tag == if wild { "issuewild" } else { "issue" })
}

/// The methods that the records leave to an authority for a name; `None` where they do not limit them.
#[must_use]
pub fn methods(set: &ForName, names: &[&str]) -> Option<Vec<String>> {
    let own = properties(&set.caa, set.wildcard).filter_map(|p| p.issuer.as_ref());
    let mut out = Vec::new();
    for issuer in own.filter(|i| names.contains(&i.domain.as_str())) {
        let (_, list) = issuer.parameters.iter().find(|(n, _)| n == "validationmethods")?;
        out.extend(list.split(',').map(|m| m.trim().to_owned()));
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::DnsAnswer;

    fn set(wildcard: bool, records: &[(&str, &str)]) -> ForName {
        let host = DomainName::parse("acme.test").unwrap();
        let properties = records.iter().map(|(tag, value)| Property::parse(false, tag, value)).collect();
        let caa = Caa { at: Some(host.clone()), host, answer: DnsAnswer::nodata(), properties };
        ForName { name: if wildcard { "*.acme.test" } else { "acme.test" }.to_owned(), wildcard, caa }
    }
    const LE: &[&str] = &["letsencrypt.org"];

    #[test]
    fn limits_of_records_that_allow_the_authority() {
        let of = |wildcard, records: &[(&str, &str)]| refusal(&set(wildcard, records), LE);
        assert_eq!(of(false, &[("issue", "letsencrypt.org; validationmethods=http-01")]), None);
        assert_eq!(
            of(true, &[("issue", "letsencrypt.org; validationmethods=http-01,tls-alpn-01")]),
            Some(Refusal::Methods("http-01,tls-alpn-01".to_owned()))
        );
        assert_eq!(of(true, &[("issue", "letsencrypt.org; validationmethods=dns-01")]), None);
        assert_eq!(
            of(true, &[("issue", "letsencrypt.org; validationmethods=http-01"), ("issue", "letsencrypt.org")]),
            None
        );
        assert_eq!(of(true, &[("issue", "letsencrypt.org"), ("issuewild", ";")]), Some(Refusal::NotNamed));
        assert_eq!(of(false, &[("issue", "letsencrypt.org"), ("issuewild", ";")]), None);
        let staging = "letsencrypt.org; accounturi=https://acme-staging-v02.api.letsencrypt.org/acme/acct/1";
        assert!(matches!(of(false, &[("issue", staging)]), Some(Refusal::TestAccount(_))));
        let live = "letsencrypt.org; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/1";
        assert_eq!(of(false, &[("issue", staging), ("issue", live)]), None);
    }

    #[test]
    fn what_is_left_of_the_methods() {
        let dns = set(false, &[("issue", "letsencrypt.org; validationmethods=dns-01"), ("issue", "ca.example")]);
        assert_eq!(methods(&dns, LE), Some(vec!["dns-01".to_owned()]));
        assert_eq!(methods(&set(false, &[("issue", "letsencrypt.org")]), LE), None);
        assert_eq!(methods(&set(false, &[]), LE), None);
    }
}
