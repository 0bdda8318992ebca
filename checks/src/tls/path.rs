//! Building the path from a leaf to a trusted root, at a time at which the leaf is valid, and
//! proving what is wrong where there is none: a certificate left out, or a root nobody trusts.

use super::chain::Roots;
use super::facts::{Path, Trust};
use super::judge::{moment, shown_name};
use crate::vocab::{Answers, Cause, Inquiry, Missing, Observed, Shown, Step};
use crate::wire::{Handshake, HostFailure, HttpQuestion};
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::time::Duration;
use x509_parser::oid_registry::OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};

/// How many certificates are fetched one behind the other.
const HOPS: usize = 3;
/// How many addresses of one certificate are asked.
const ADDRESSES: usize = 2;
/// The largest answer that is read as certificates.
const LARGEST: usize = 64 * 1024;

/// Judges the chain of a handshake. Only a chain that ends at an unknown issuer asks anything: the
/// certificates that it names as its issuers (RFC 5280, section 4.2.2.1), as browsers do and
/// servers do not.
#[derive(Clone, Copy, Debug)]
pub struct PathWalk<'r> {
    /// What the server sent.
    pub shake: &'r Handshake,
    /// The roots that are trusted.
    pub roots: Roots<'r>,
    /// The time, Unix.
    pub now: i64,
}

/// A certificate that the server left out.
struct Fetched {
    der: Vec<u8>,
    subject: Shown,
    from: String,
}

impl Inquiry for PathWalk<'_> {
    type Q = HttpQuestion;
    type Out = Observed<Trust>;

    fn step(&self, seen: &Answers<HttpQuestion>) -> Step<HttpQuestion, Observed<Trust>> {
        let sent: Vec<X509Certificate<'_>> =
            self.shake.chain.iter().filter_map(|der| Some(X509Certificate::from_der(der).ok()?.1)).collect();
        let made = |path, fetched| {
            let sent = sent.iter().map(|c| shown_name(c.subject())).collect();
            Step::Done(Observed::known(Trust { path, sent, fetched }))
        };
        let done = |path| made(path, Vec::new());
        let Some(Ok((_, leaf))) = self.shake.chain.first().map(|der| X509Certificate::from_der(der)) else {
            return Step::Done(Observed::unknown(Cause::Parse("the server's certificate".into())));
        };
        let mut fetched: Vec<Fetched> = Vec::new();
        loop {
            match self.build(&leaf, &fetched) {
                Ok(()) if fetched.is_empty() => return done(Path::Trusted),
                Ok(()) => {
                    let ders = fetched.iter().map(|f| f.der.clone()).collect();
                    let missing = fetched.into_iter().map(|f| (f.subject, f.from.into())).collect();
                    return made(Path::Incomplete { missing }, ders);
                }
                // Self-issued first: a certificate made with `openssl req -x509` calls itself an
                // authority and is refused for that, which would hide what it is.
                Err(_) if is_self_issued(&leaf) => return done(Path::SelfSigned),
                Err(webpki::Error::UnknownIssuer) => {}
                Err(why) => return done(Path::Broken(words(&why))),
            }
            match issuer_of_top(&leaf, &sent, &fetched, seen) {
                Up::Root(name) => return done(Path::UnknownRoot(name)),
                Up::Unknown(ends_at, cause) => return done(Path::Open { ends_at, cause }),
                Up::Ask(questions) => return Step::Ask(questions),
                Up::Found(more) => fetched.extend(more),
            }
        }
    }
}

impl PathWalk<'_> {
    fn build(&self, leaf: &X509Certificate<'_>, fetched: &[Fetched]) -> Result<(), webpki::Error> {
        let more = fetched.iter().map(|f| f.der.as_slice());
        verified(&self.shake.chain, more, leaf, self.roots, self.now, None).map(|_| ())
    }
}

/// A path that a verifier accepts.
pub(super) struct Built {
    /// The certificates between the leaf and the root, from the leaf on, DER.
    pub(super) between: Vec<Vec<u8>>,
    /// The root it ends at.
    pub(super) anchor: TrustAnchor<'static>,
}

/// Builds a path at a time within the leaf's own validity, so that an expired leaf hides nothing
/// else.
pub(super) fn verified<'d>(
    chain: &'d [Vec<u8>],
    more: impl Iterator<Item = &'d [u8]>,
    leaf: &X509Certificate<'_>,
    roots: Roots<'_>,
    now: i64,
    revocation: Option<webpki::RevocationOptions<'_>>,
) -> Result<Built, webpki::Error> {
    let (first, last) = (leaf.validity().not_before.timestamp(), leaf.validity().not_after.timestamp());
    let times = if now > last {
        vec![last, first]
    } else if now < first {
        vec![first, last]
    } else {
        vec![now]
    };
    let (own, rest) = chain.split_first().ok_or(webpki::Error::UnknownIssuer)?;
    let der = CertificateDer::from(own.as_slice());
    let own_root = stands_alone(own, leaf, roots);
    let leaf = webpki::EndEntityCert::try_from(&der)?;
    let between: Vec<CertificateDer<'_>> =
        rest.iter().map(Vec::as_slice).chain(more).map(CertificateDer::from).collect();
    let mut worst = webpki::Error::UnknownIssuer;
    for time in times {
        let time = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(time).unwrap_or_default()));
        let usage = webpki::KeyUsage::server_auth();
        let algorithms = webpki::ALL_VERIFICATION_ALGS;
        match leaf.verify_for_usage(algorithms, roots.all, &between, time, usage, revocation, None) {
            Ok(path) => {
                let between = path.intermediate_certificates().map(|c| c.der().to_vec()).collect();
                return Ok(Built { between, anchor: path.anchor().to_owned() });
            }
            Err(why) => worst = why,
        }
    }
    match own_root {
        // Whoever trusts the certificate itself needs no path. That it calls itself an authority's is a
        // fault of its form, which only some clients mind.
        Some(anchor) if worst == webpki::Error::CaUsedAsEndEntity => Ok(Built { between: Vec::new(), anchor }),
        _ => Err(worst),
    }
}

/// The root that a self-signed leaf is, where the user gave that very certificate.
fn stands_alone(own: &[u8], leaf: &X509Certificate<'_>, roots: Roots<'_>) -> Option<TrustAnchor<'static>> {
    if !is_self_issued(leaf) || !leaf.is_ca() || !roots.given.iter().any(|g| g == own) {
        return None;
    }
    Some(webpki::anchor_from_trusted_cert(&CertificateDer::from(own)).ok()?.to_owned())
}

/// What there is above the last certificate that can be reached from the leaf.
enum Up {
    Root(Shown),
    Ask(Vec<HttpQuestion>),
    Found(Vec<Fetched>),
    Unknown(Shown, Cause),
}

fn issuer_of_top(
    leaf: &X509Certificate<'_>,
    sent: &[X509Certificate<'_>],
    fetched: &[Fetched],
    seen: &Answers<HttpQuestion>,
) -> Up {
    let read: Vec<X509Certificate<'_>> =
        fetched.iter().filter_map(|f| Some(X509Certificate::from_der(&f.der).ok()?.1)).collect();
    let pool: Vec<&X509Certificate<'_>> = sent.iter().chain(&read).collect();
    let top = top(leaf, &pool);
    let questions = addresses(top);
    if is_self_issued(top) || fetched.len() >= HOPS || questions.is_empty() {
        return Up::Root(shown_name(top.issuer()));
    }
    let open: Vec<_> = questions.iter().filter(|q| !seen.contains_key(q)).cloned().collect();
    if !open.is_empty() {
        return Up::Ask(open);
    }
    let (mut found, mut unknown) = (Vec::new(), None);
    for question in &questions {
        match seen.get(question).map(certificates) {
            Some(Ok(ders)) => found.extend(ders.into_iter().filter_map(|der| {
                let (_, cert) = X509Certificate::from_der(&der).ok()?;
                let wanted = cert.subject().as_raw() == top.issuer().as_raw();
                let subject = shown_name(cert.subject());
                wanted.then(|| Fetched { subject, from: question.url.clone(), der })
            })),
            Some(Err(cause)) => unknown = Some(cause),
            None => {}
        }
    }
    found.truncate(1);
    match (found.is_empty(), unknown) {
        (false, _) => Up::Found(found),
        (true, Some(cause)) => Up::Unknown(shown_name(top.issuer()), cause),
        (true, None) => Up::Root(shown_name(top.issuer())),
    }
}

/// The last certificate on the way up from the leaf. A cross-signed one goes before a root of the
/// same name, since only it leads on.
fn top<'c, 'd>(leaf: &'c X509Certificate<'d>, pool: &[&'c X509Certificate<'d>]) -> &'c X509Certificate<'d> {
    let mut at = leaf;
    for _ in 0..pool.len() {
        if is_self_issued(at) {
            break;
        }
        let issuers = || pool.iter().copied().filter(|c| c.subject().as_raw() == at.issuer().as_raw());
        match issuers().find(|c| !is_self_issued(c)).or_else(|| issuers().next()) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

pub(super) fn is_self_issued(cert: &X509Certificate<'_>) -> bool {
    cert.subject().as_raw() == cert.issuer().as_raw()
}

/// Where a certificate says that its issuer's can be fetched: over plain http, since it is signed
/// itself and https would need another chain first.
fn addresses(cert: &X509Certificate<'_>) -> Vec<HttpQuestion> {
    cert.extensions()
        .iter()
        .filter_map(|e| match e.parsed_extension() {
            ParsedExtension::AuthorityInfoAccess(aia) => Some(&aia.accessdescs),
            _ => None,
        })
        .flatten()
        .filter(|d| d.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS)
        .filter_map(|d| over_http(&d.access_location))
        .take(ADDRESSES)
        .collect()
}

/// The request for what a certificate names, where that is an address over plain http.
pub(super) fn over_http(name: &GeneralName<'_>) -> Option<HttpQuestion> {
    let GeneralName::URI(address) = name else { return None };
    let url = url::Url::parse(address).ok().filter(|u| u.scheme() == "http")?;
    Some(HttpQuestion::get_named_outside(url))
}

/// The certificates in an answer. A server that answers without any has none, and so has a name
/// that does not exist or is private; one that fails or refuses leaves us ignorant.
fn certificates(answer: &Observed<Result<crate::wire::HttpAnswer, HostFailure>>) -> Result<Vec<Vec<u8>>, Cause> {
    match answer.get() {
        Err(Missing::Unknown(cause)) => Err(cause),
        Err(Missing::NotConfigured(_)) => Err(Cause::NotRecorded),
        Ok(Err(HostFailure::NoSuchName | HostFailure::NoAddress | HostFailure::PrivateAddress(_))) => Ok(Vec::new()),
        Ok(Err(failure)) => Err(failure.cause()),
        Ok(Ok(a)) if a.truncated || a.body.len() > LARGEST => Err(Cause::TooLarge),
        Ok(Ok(a)) if a.status == 429 => Err(Cause::RateLimited),
        Ok(Ok(a)) if a.status >= 500 => Err(Cause::Parse(format!("the authority answered {}", a.status).into())),
        Ok(Ok(a)) if !a.is_success() => Ok(Vec::new()),
        Ok(Ok(a)) => match read_certificates(&a.body) {
            none if none.is_empty() => Err(Cause::Parse("no certificate in the authority's answer".into())),
            some => Ok(some),
        },
    }
}

/// Certificates as PEM, as DER, or in a PKCS#7 bundle (RFC 5280 allows the latter two; PEM is seen).
fn read_certificates(body: &[u8]) -> Vec<Vec<u8>> {
    if body.trim_ascii_start().starts_with(b"-----BEGIN") {
        return Pem::iter_from_buffer(body)
            .flatten()
            .filter(|p| p.label == "CERTIFICATE")
            .map(|p| p.contents)
            .collect();
    }
    if X509Certificate::from_der(body).is_ok() {
        return vec![body.to_vec()];
    }
    bundle(body).unwrap_or_default()
}

/// The certificates of a PKCS#7 `SignedData` (RFC 5652, section 5.1).
fn bundle(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let inside = |tag: u8, from: &[u8]| element(from).filter(|e| e.0 == tag).map(|e| from[e.1..e.2].to_vec());
    let content_info = inside(0x30, body)?;
    let after_type = content_info.get(element(&content_info)?.2..)?;
    let signed = inside(0x30, &inside(0xa0, after_type)?)?;
    let mut rest = signed.as_slice();
    let set = loop {
        let (tag, start, end) = element(rest)?;
        if tag == 0xa0 {
            break &rest[start..end];
        }
        rest = rest.get(end..)?;
    };
    let (mut out, mut rest) = (Vec::new(), set);
    while let Some((0x30, _, end)) = element(rest) {
        out.push(rest[..end].to_vec());
        rest = &rest[end..];
    }
    Some(out)
}

/// The tag of the first DER element, and where its content starts and ends.
pub(super) fn element(from: &[u8]) -> Option<(u8, usize, usize)> {
    let (tag, first) = (*from.first()?, *from.get(1)?);
    let (start, length) = if first < 0x80 {
        (2, usize::from(first))
    } else {
        let count = usize::from(first & 0x7f);
        let digits = from.get(2..2 + count).filter(|d| (1..=4).contains(&d.len()))?;
        (2 + count, digits.iter().fold(0, |n, d| n << 8 | usize::from(*d)))
    };
    let end = start.checked_add(length)?;
    (end <= from.len()).then_some((tag, start, end))
}

/// Why a certificate of the path cannot be accepted, for people.
pub(super) fn words(why: &webpki::Error) -> Shown {
    use webpki::Error as E;
    let unix = |t: &UnixTime| moment(i64::try_from(t.as_secs()).unwrap_or(i64::MAX));
    match why {
        E::CertExpired { not_after, .. } => {
            format!("an intermediate certificate of the chain expired at {}", unix(not_after)).into()
        }
        E::CertNotValidYet { not_before, .. } => {
            format!("an intermediate certificate of the chain is not valid before {}", unix(not_before)).into()
        }
        E::CaUsedAsEndEntity => "the certificate is an authority's own and may not be served".into(),
        E::RequiredEkuNotFoundContext(_) => "the certificate is not made for servers (extended key usage)".into(),
        E::InvalidSignatureForPublicKey => "a signature in the chain is wrong".into(),
        E::UnsupportedSignatureAlgorithmContext(_) | E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            "a certificate of the chain is signed in a way that clients no longer accept".into()
        }
        E::UnsupportedCertVersion => "the certificate is of version 1, which clients no longer accept".into(),
        E::PathLenConstraintViolated => {
            "an authority of the chain stands below one that may certify no other authorities (path length)".into()
        }
        E::NameConstraintViolation => "the authority may not issue for this name (name constraints)".into(),
        other => format!("clients refuse a certificate of the chain: {other}").into(),
    }
}
