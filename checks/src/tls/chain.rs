//! Judging a chain as a whole: the path that is really built, every certificate on it, the order in
//! which the server sends them, and the root behind them.

use super::facts::{Chain, Distrust, KeyProof, Link, Logged, Revocation, Root};
use super::hello::Heard;
use super::judge::{moment, shown_name};
use super::lint::{Role, identifiers_differ, lint};
use super::path::{Built, is_self_issued, verified, words};
use super::renewal::DAY;
use crate::vocab::{Cause, Observed, Shown};
use crate::wire::Handshake;
use rustls_pki_types::{CertificateDer, TrustAnchor};
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

/// The roots that are trusted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roots<'r> {
    /// All of them.
    pub all: &'r [TrustAnchor<'static>],
    /// Those of them that the user gave, DER; what they say of themselves is judged too.
    pub given: &'r [Vec<u8>],
}

/// Judges what a server sends.
#[must_use]
pub fn chain(shake: &Handshake, roots: Roots<'_>, now: i64) -> Chain {
    let sent: Vec<Option<X509Certificate<'_>>> =
        shake.chain.iter().map(|der| X509Certificate::from_der(der).ok().map(|(_, c)| c)).collect();
    let leaf = sent.first().and_then(Option::as_ref);
    let (built, refused) = match leaf.map(|l| verified(&shake.chain, std::iter::empty(), l, roots, now, None)) {
        Some(Ok(built)) => (Some(built), None),
        Some(Err(webpki::Error::UnknownIssuer)) => (None, None),
        Some(Err(why)) => (None, Some(words(&why))),
        None => (None, Some("the server's certificate cannot be read".into())),
    };
    let between = match &built {
        Some(built) => built.between.clone(),
        None => by_name(&shake.chain, &sent),
    };
    let root = built.as_ref().map(|b| root(b, roots.given));
    let mut flaws = shake.chain.first().map(|der| lint(der, Role::Leaf)).unwrap_or_default();
    flaws.extend(between.iter().flat_map(|der| lint(der, Role::Between)));
    let given = match &built {
        Some(built) => given(&built.anchor, roots.given),
        None => given_by_name(leaf, &between, roots.given),
    };
    // Where no path is accepted, an issuer of the name need not be the one that signed.
    let path =
        shake.chain.first().into_iter().chain(&between).map(Vec::as_slice).chain(given).filter(|_| built.is_some());
    let path: Vec<&[u8]> = path.collect();
    flaws.extend(path.windows(2).filter_map(|two| identifiers_differ(two[0], two[1])));
    // A server's own certificate that is trusted by itself is no authority's.
    let above = given.filter(|der| shake.chain.first().is_none_or(|leaf| leaf != der));
    flaws.extend(above.into_iter().flat_map(|der| {
        // A given root need not be one by itself: any certificate that is trusted ends the path.
        let itself = X509Certificate::from_der(der).is_ok_and(|(_, c)| is_self_issued(&c));
        lint(der, if itself { Role::Root } else { Role::Between })
    }));
    Chain {
        links: between.iter().filter_map(|der| link(der)).collect(),
        root_link: given.filter(|_| built.is_some()).and_then(link),
        order: order(&shake.chain, &sent, &between),
        bloat: bloat(&shake.chain, &sent, built.as_ref(), roots),
        distrust: leaf.and_then(|l| distrust(l, built.as_ref(), root.as_ref(), &between)),
        unlogged: root.as_ref().is_some_and(|r| !r.given) && leaf.is_some_and(is_unlogged),
        root,
        flaws,
        refused,
        self_issued: built.is_none() && leaf.is_some_and(is_self_issued),
        now,
    }
}

fn link(der: &[u8]) -> Option<Link> {
    let (_, cert) = X509Certificate::from_der(der).ok()?;
    Some(Link {
        subject: shown_name(cert.subject()),
        not_before: cert.validity().not_before.timestamp(),
        not_after: cert.validity().not_after.timestamp(),
    })
}

/// The certificates above the leaf as far as their names lead, where no path is accepted.
fn by_name(ders: &[Vec<u8>], sent: &[Option<X509Certificate<'_>>]) -> Vec<Vec<u8>> {
    let mut out: Vec<usize> = Vec::new();
    let Some(mut at) = sent.first().and_then(Option::as_ref) else { return Vec::new() };
    while !is_self_issued(at) {
        let next = sent.iter().enumerate().skip(1).find_map(|(i, c)| {
            let c = c.as_ref()?;
            (c.subject().as_raw() == at.issuer().as_raw() && !out.contains(&i)).then_some((i, c))
        });
        let Some((i, next)) = next else { break };
        // A root that is sent is not between: it is judged only where somebody trusts it.
        if is_self_issued(next) {
            break;
        }
        out.push(i);
        at = next;
    }
    out.into_iter().filter_map(|i| ders.get(i).cloned()).collect()
}

/// The given certificate that a root was made of.
fn given<'g>(anchor: &TrustAnchor<'_>, given: &'g [Vec<u8>]) -> Option<&'g [u8]> {
    given.iter().map(Vec::as_slice).find(|der| {
        let der = CertificateDer::from(*der);
        webpki::anchor_from_trusted_cert(&der)
            .is_ok_and(|a| a.subject == anchor.subject && a.subject_public_key_info == anchor.subject_public_key_info)
    })
}

/// The given certificate of the name that the certificates lead to, where no path is accepted.
fn given_by_name<'g>(
    leaf: Option<&X509Certificate<'_>>,
    between: &[Vec<u8>],
    given: &'g [Vec<u8>],
) -> Option<&'g [u8]> {
    let top = between.last().and_then(|der| X509Certificate::from_der(der).ok()).map(|(_, c)| c);
    let issuer = top.as_ref().or(leaf)?.issuer().as_raw();
    given
        .iter()
        .map(Vec::as_slice)
        .find(|der| X509Certificate::from_der(der).is_ok_and(|(_, c)| c.subject().as_raw() == issuer))
}

fn root(built: &Built, from_user: &[Vec<u8>]) -> Root {
    Root { name: anchor_name(&built.anchor), given: given(&built.anchor, from_user).is_some() }
}

fn anchor_name(anchor: &TrustAnchor<'_>) -> Shown {
    // An anchor holds the inside of the name; the parser wants it whole.
    let inside = anchor.subject.as_ref();
    let length = match u8::try_from(inside.len()) {
        Ok(n) if n < 0x80 => vec![n],
        Ok(n) => vec![0x81, n],
        Err(_) => [&[0x82][..], &u16::try_from(inside.len()).unwrap_or(u16::MAX).to_be_bytes()].concat(),
    };
    let whole = [&[0x30][..], &length, inside].concat();
    x509_parser::prelude::X509Name::from_der(&whole).map_or_else(|_| "an unnamed root".into(), |(_, n)| shown_name(&n))
}

/// What is wrong with the order: each certificate should certify the one before it (RFC 8446,
/// section 4.4.2).
fn order(ders: &[Vec<u8>], sent: &[Option<X509Certificate<'_>>], between: &[Vec<u8>]) -> Option<Shown> {
    let first = sent.first()?.as_ref()?;
    if first.is_ca() && sent.len() > 1 && !is_self_issued(first)
        || first.is_ca() && sent.iter().flatten().any(|c| !c.is_ca())
    {
        let leaf = sent.iter().position(|c| c.as_ref().is_some_and(|c| !c.is_ca()))?;
        return Some(format!("an authority's certificate comes first, the server's own is number {}", leaf + 1).into());
    }
    let places: Vec<usize> = between.iter().filter_map(|b| ders.iter().position(|d| d == b)).collect();
    let wrong = places.windows(2).find(|w| w[0] > w[1])?;
    let name = |i: usize| sent.get(i).and_then(Option::as_ref).map(|c| shown_name(c.subject())).unwrap_or_default();
    Some(format!("{} comes before {}, which it certifies", name(wrong[1]), name(wrong[0])).into())
}

/// The certificates that nobody needs, and why.
fn bloat(
    ders: &[Vec<u8>],
    sent: &[Option<X509Certificate<'_>>],
    built: Option<&Built>,
    roots: Roots<'_>,
) -> Vec<(&'static str, Shown)> {
    let mut out = Vec::new();
    // Where an authority's certificate comes first, or one that cannot be read, what the others certify
    // says nothing yet.
    if built.is_none() && sent.first().and_then(Option::as_ref).is_none_or(|c| c.is_ca()) {
        return out;
    }
    for (i, cert) in sent.iter().enumerate().skip(1) {
        let Some(cert) = cert else {
            out.push(("unreadable", format!("certificate number {} cannot be read", i + 1).into()));
            continue;
        };
        let name = shown_name(cert.subject());
        if ders[..i].contains(&ders[i]) {
            out.push(("duplicate", format!("{name} is sent twice").into()));
            continue;
        }
        if built.is_some_and(|b| b.between.contains(&ders[i])) {
            continue;
        }
        // One that another root signed leads on, and belongs to clients that know only that root.
        if is_self_issued(cert) {
            let trusted = webpki::anchor_from_trusted_cert(&CertificateDer::from(ders[i].as_slice()))
                .is_ok_and(|a| roots.all.iter().any(|r| r.subject == a.subject));
            if trusted || built.is_some() {
                out.push(("root", format!("{name} is a root, which clients have or do not trust").into()));
            }
            continue;
        }
        let leads_here = sent
            .iter()
            .enumerate()
            .any(|(j, other)| j != i && other.as_ref().is_some_and(|o| o.issuer().as_raw() == cert.subject().as_raw()));
        if !leads_here {
            out.push(("unrelated", format!("{name} certifies nothing that is sent").into()));
        }
    }
    out
}

/// A root that browsers stopped trusting, whole or from a day on.
struct Distrusted {
    /// The common name.
    name: &'static str,
    /// Certificates first logged after this moment are refused (Unix time).
    after: i64,
    /// Who says so.
    by: &'static str,
}

const CHROME_139: &str = "Chrome refuses what was logged after 2025-07-31";
const CHROME_131: &str = "Chrome refuses what was logged after 2024-11-11";
const fn distrusted(name: &'static str, after: i64, by: &'static str) -> Distrusted {
    Distrusted { name, after, by }
}

/// Roots with a date, as Chrome's root programme announced them (security.googleblog.com,
/// 2024-06-27 and 2025-05-30) and as Mozilla's store carries them. Looked up 2026-11-21.
const DISTRUSTED: &[Distrusted] = &[
    distrusted("ePKI Root Certification Authority", 1_754_006_399, CHROME_139),
    distrusted("HiPKI Root CA - G1", 1_754_006_399, CHROME_139),
    distrusted("NetLock Arany (Class Gold) Főtanúsítvány", 1_754_006_399, CHROME_139),
    distrusted("GLOBALTRUST 2020", 1_719_791_999, "Chrome and Firefox refuse what was issued after 2024-06-30"),
    distrusted("Entrust Root Certification Authority", 1_731_369_599, CHROME_131),
    distrusted("Entrust Root Certification Authority - EC1", 1_731_369_599, CHROME_131),
    distrusted("Entrust Root Certification Authority - G2", 1_731_369_599, CHROME_131),
    distrusted("Entrust Root Certification Authority - G4", 1_731_369_599, CHROME_131),
    distrusted("Entrust.net Certification Authority (2048)", 1_731_369_599, CHROME_131),
    distrusted("AffirmTrust Commercial", 1_731_369_599, CHROME_131),
    distrusted("AffirmTrust Networking", 1_731_369_599, CHROME_131),
    distrusted("AffirmTrust Premium", 1_731_369_599, CHROME_131),
    distrusted("AffirmTrust Premium ECC", 1_731_369_599, CHROME_131),
];

/// The name of a root that no browser trusts any more, for tests.
#[doc(hidden)]
pub const DISTRUSTED_EXAMPLE: &str = "GLOBALTRUST 2020";

/// Whether browsers refuse the root that the chain leads to. A root that the user gave is the
/// user's business.
fn distrust(
    leaf: &X509Certificate<'_>,
    built: Option<&Built>,
    root: Option<&Root>,
    between: &[Vec<u8>],
) -> Option<Distrust> {
    if root.is_some_and(|r| r.given) || is_self_issued(leaf) {
        return None;
    }
    let ends_at = if let Some(built) = built {
        anchor_name(&built.anchor)
    } else {
        let top = between.last().and_then(|der| X509Certificate::from_der(der).ok()).map(|(_, c)| c);
        shown_name(top.as_ref().unwrap_or(leaf).issuer())
    };
    let named = |d: &&Distrusted| {
        ends_at.as_str().strip_prefix(d.name).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
    };
    let found = DISTRUSTED.iter().find(named)?;
    let logged = first_logged(leaf);
    let dated = logged.unwrap_or(leaf.validity().not_before.timestamp());
    // One that is in no store any more is refused whatever its date.
    (built.is_none() || dated > found.after).then(|| Distrust {
        root: ends_at,
        why: found.by.into(),
        dated: moment(dated),
        trusted_by_mozilla: built.is_some(),
    })
}

/// 2018-04-30: Chrome asks of what was issued from then on that a log has it, Safari and Firefox of no
/// less (googlechrome.github.io/CertificateTransparency, support.apple.com/103214).
const LOGS: i64 = 1_525_046_400;

/// Whether a certificate of a public root carries no timestamp of a log itself.
fn is_unlogged(leaf: &X509Certificate<'_>) -> bool {
    leaf.validity().not_before.timestamp() >= LOGS && first_logged(leaf).is_none()
}

/// Whether clients see it in a log all the same: by timestamps that the server sends beside it. What
/// speaks TLS 1.3 alone sends them where nobody without its keys can read them.
#[must_use]
pub fn logged(chain: &Chain, heard: Result<&Heard, Cause>) -> Observed<Logged> {
    match heard {
        _ if !chain.unlogged => Observed::known(Logged(true)),
        Ok(heard) if heard.stamps => Observed::known(Logged(true)),
        Ok(Heard { chosen: Some(_), broken: None, chain, .. }) if !chain.is_empty() => Observed::known(Logged(false)),
        Ok(_) => Observed::unknown(Cause::Parse("whether the server sends the timestamps of certificate logs".into())),
        Err(cause) => Observed::unknown(cause),
    }
}

/// When the certificate was first logged, by the timestamps inside of it.
fn first_logged(leaf: &X509Certificate<'_>) -> Option<i64> {
    leaf.extensions()
        .iter()
        .filter_map(|e| match e.parsed_extension() {
            ParsedExtension::SCT(list) => Some(list),
            _ => None,
        })
        .flatten()
        .filter_map(|sct| i64::try_from(sct.timestamp / 1000).ok())
        .min()
}

/// The longest lifetime in days that a public authority may give a certificate that begins then
/// (Baseline Requirements, 6.3.2).
#[must_use]
pub const fn longest_days(not_before: i64) -> i64 {
    match not_before {
        // 2029-03-15, 2027-03-15, 2026-03-15, 2020-09-01 and 2018-03-01.
        1_868_140_800.. => 47,
        1_805_068_800..1_868_140_800 => 100,
        1_773_532_800..1_805_068_800 => 200,
        1_598_918_400..1_773_532_800 => 398,
        1_519_862_400..1_598_918_400 => 825,
        _ => 39 * 31,
    }
}

/// A lifetime in days as the Baseline Requirements count: any excess is another day.
#[must_use]
pub const fn days(lifetime: i64) -> i64 {
    (lifetime + DAY - 1) / DAY
}

/// Whether the server has the key of its certificate, as its signature over the handshake shows.
#[must_use]
pub fn key_proof(shake: &Handshake) -> Observed<KeyProof> {
    // ECDSA of a curve that is not verified here is no proof of another key.
    let odd = shake.chain.first().and_then(|der| super::judge::key_kind(der)).is_some_and(|k| !k.usual && k.bits > 0);
    match shake.signature_fits.filter(|_| !odd) {
        Some(fits) => Observed::known(KeyProof { fits }),
        None => Observed::unknown(Cause::Parse("a signature of a kind that cannot be verified here".into())),
    }
}

/// Looks the path's certificates up in revocation lists. One that stands on any of them is revoked,
/// whatever the others say; a list that cannot be used, and lists of which none is about the served
/// certificate, leave us ignorant.
#[must_use]
pub fn revocation(shake: &Handshake, roots: Roots<'_>, lists: &[Vec<u8>], now: i64) -> Observed<Revocation> {
    if lists.is_empty() {
        return Observed::not_configured("no revocation list was looked at");
    }
    let (mut own, mut ignorant, mut above) = (false, None, false);
    for list in lists {
        match on_list(shake, roots, list, now) {
            Ok(Revocation::Leaf) => return Observed::known(Revocation::Leaf),
            Ok(Revocation::Between) => above = true,
            Ok(Revocation::Good) => own |= covers(shake, roots, list, now),
            Err(why) => ignorant = ignorant.or(Some(why)),
        }
    }
    match ignorant {
        _ if above => Observed::known(Revocation::Between),
        Some(why) => Observed::unknown(Cause::Parse(why)),
        None if own => Observed::known(Revocation::Good),
        None => Observed::unknown(Cause::Parse("a revocation list that is not about the certificate".into())),
    }
}

/// What one list says of the path, or why it says nothing.
fn on_list(shake: &Handshake, roots: Roots<'_>, list: &[u8], now: i64) -> Result<Revocation, Shown> {
    use webpki::{Error, ExpirationPolicy, RevocationCheckDepth, UnknownStatusPolicy};
    let Some(Ok((_, leaf))) = shake.chain.first().map(|der| X509Certificate::from_der(der)) else {
        return Err("the server's certificate".into());
    };
    let list: webpki::CertRevocationList<'_> = match webpki::OwnedCertRevocationList::from_der(list) {
        Ok(list) => list.into(),
        Err(why) => return Err(format!("a revocation list: {why}").into()),
    };
    let look = |depth, expiration| {
        let lists = [&list];
        let options = webpki::RevocationOptionsBuilder::new(&lists).ok().map(|o| {
            o.with_depth(depth)
                .with_status_policy(UnknownStatusPolicy::Allow)
                .with_expiration_policy(expiration)
                .build()
        });
        verified(&shake.chain, std::iter::empty(), &leaf, roots, now, options).map(|_| ())
    };
    let revoked = |expiration| {
        let own = matches!(look(RevocationCheckDepth::EndEntity, expiration), Err(Error::CertRevoked));
        if own { Revocation::Leaf } else { Revocation::Between }
    };
    match look(RevocationCheckDepth::Chain, ExpirationPolicy::Enforce) {
        Ok(()) => Ok(Revocation::Good),
        Err(Error::CertRevoked) => Ok(revoked(ExpirationPolicy::Enforce)),
        // What stood on it once stands on the next one too: only its silence is worth nothing.
        Err(Error::CrlExpired { .. }) => match look(RevocationCheckDepth::Chain, ExpirationPolicy::Ignore) {
            Err(Error::CertRevoked) => Ok(revoked(ExpirationPolicy::Ignore)),
            _ => Err("a revocation list whose time is over".into()),
        },
        Err(other) if verified(&shake.chain, std::iter::empty(), &leaf, roots, now, None).is_ok() => {
            Err(format!("a revocation list that cannot be believed: {other}").into())
        }
        // A path that is refused for another reason is the other rules' business; the number is
        // looked up by itself.
        Err(other) => {
            let listed = list.issuer() == inside(leaf.issuer().as_raw())
                && matches!(list.find_serial(leaf.raw_serial()), Ok(Some(_)));
            if listed { Ok(Revocation::Leaf) } else { Err(format!("the chain is refused: {other}").into()) }
        }
    }
}

/// Whether a revocation list is about the served certificate: its issuer signed it, and it covers
/// certificates of the kind. One that is not says nothing of it, and that is no good news.
fn covers(shake: &Handshake, roots: Roots<'_>, list: &[u8], now: i64) -> bool {
    let Some(Ok((_, leaf))) = shake.chain.first().map(|der| X509Certificate::from_der(der)) else { return false };
    let Ok(list) = webpki::OwnedCertRevocationList::from_der(list) else { return false };
    let list = webpki::CertRevocationList::from(list);
    let lists = [&list];
    let Ok(options) = webpki::RevocationOptionsBuilder::new(&lists) else { return false };
    let options = options
        .with_depth(webpki::RevocationCheckDepth::EndEntity)
        .with_status_policy(webpki::UnknownStatusPolicy::Deny)
        .build();
    let found = verified(&shake.chain, std::iter::empty(), &leaf, roots, now, Some(options));
    !matches!(found, Err(webpki::Error::UnknownRevocationStatus))
}

/// The inside of a DER sequence.
fn inside(der: &[u8]) -> &[u8] {
    match super::path::element(der) {
        Some((0x30, start, end)) => &der[start..end],
        _ => der,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_follows_the_day_of_issue() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
        for (day, limit) in [
            ("2019-01-01T00:00:00Z", 825),
            ("2026-03-14T23:59:59Z", 398),
            ("2026-03-15T00:00:00Z", 200),
            ("2027-03-14T23:59:59Z", 200),
            ("2027-03-15T00:00:00Z", 100),
            ("2029-03-15T00:00:00Z", 47),
        ] {
            assert_eq!(longest_days(at(day)), limit, "{day}");
        }
        assert_eq!((days(200 * DAY), days(200 * DAY + 1)), (200, 201));
    }

    #[test]
    fn the_dates_of_the_table_are_ends_of_days() {
        for d in DISTRUSTED {
            assert_eq!((d.after + 1) % DAY, 0, "{}", d.name);
        }
    }
}
