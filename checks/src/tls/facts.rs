//! What is known of a host that serves TLS.
use super::lint::Flaw;
use crate::vocab::{Cause, DomainName, Gaps, Missing, Observed, Shown};
use crate::wire::HostFailure;
use std::net::IpAddr;

/// What a host is to the product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostRole {
    /// The canonical name of the site, or its apex.
    Canonical,
    /// Declared in a `[[host]]` table.
    Listed,
    /// The host of a declared webhook URL.
    Webhook,
    /// The `www.` in front of the apex (or the apex behind it), which nobody declared.
    InferredWww,
    /// Named by a base URL in the environment.
    FromEnv,
}
/// What the configuration says of a host.
#[derive(Clone, Debug)]
pub struct HostPlan {
    /// The name.
    pub host: DomainName,
    /// The port, 443 unless a webhook URL names another.
    pub port: u16,
    /// What it is to the product.
    pub role: HostRole,
    /// Whether its certificate is renewed by a machine; `None` where nobody said.
    pub automatic_renewal: Option<bool>,
    /// Whether `ca = "private"`.
    pub private_ca: bool,
    /// The first second of the day of the launch, Unix time, where the configuration names one.
    pub launch: Option<i64>,
}
impl Gaps for HostPlan {}

/// Whether a host talks TLS at all. A host that says no is known; one that says nothing is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reach {
    /// What the handshake came to.
    pub outcome: Result<Session, HostFailure>,
    /// Whether visitors end on this host, or that could not be ruled out: `false` only where the
    /// redirects were seen to end on another one.
    pub may_be_canonical: bool,
}
impl Gaps for Reach {}
/// What both sides agreed on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// The protocol version, such as "TLS 1.3".
    pub version: Shown,
    /// The application protocol, where one was agreed on.
    pub alpn: Option<Shown>,
}

/// The leaf certificate that a host serves, each property judged by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    /// The host that served it.
    pub host: DomainName,
    /// The DNS names and addresses it is made out to; the common name is not one (RFC 9525, 6.3).
    pub names: Vec<Shown>,
    /// The subject, for people.
    pub subject: Shown,
    /// The issuer, for people.
    pub issuer: Shown,
    /// The whole subject, as attributes.
    pub subject_whole: Shown,
    /// The whole issuer, as attributes.
    pub issuer_whole: Shown,
    /// The organisation that issued it; empty where the certificate names none.
    pub issuer_organisation: Shown,
    /// First second of validity, Unix time.
    pub not_before: i64,
    /// Last second of validity, Unix time.
    pub not_after: i64,
    /// When it was judged, Unix time.
    pub now: i64,
    /// Whether it is made out to the host.
    pub name_fits: bool,
    /// Its public key.
    pub key: Key,
}
impl Gaps for Certificate {}
/// A public key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// The algorithm, such as "RSA".
    pub algorithm: Shown,
    /// Its size in bits; 0 where that says nothing.
    pub bits: u32,
    /// Whether it is too small or of a kind that no client takes.
    pub weak: bool,
    /// Whether it is of a kind that browsers take and public authorities certify: RSA, or an elliptic
    /// curve of NIST's (Baseline Requirements, 6.1.5). Ed25519 and secp256k1 are not, however strong.
    pub usual: bool,
}

/// Whether the chain leads to a root that is trusted, at a time at which the leaf is valid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trust {
    /// What building a path came to.
    pub path: Path,
    /// The chain as sent, leaf first: each certificate's subject.
    pub sent: Vec<Shown>,
    /// The certificates that were left out and found, DER.
    pub fetched: Vec<Vec<u8>>,
}
impl Gaps for Trust {}
/// What building a path to a trusted root came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Path {
    /// It leads to a trusted root.
    Trusted,
    /// It leads there once the certificates that the server left out are fetched.
    Incomplete {
        /// Each certificate left out: its subject, and where it was fetched from.
        missing: Vec<(Shown, Shown)>,
    },
    /// The leaf signed itself.
    SelfSigned,
    /// It ends at an issuer that is not among the roots; the text names it.
    UnknownRoot(Shown),
    /// It ends at an issuer that is neither sent nor among the roots, and the address at which that
    /// one's certificate should be did not answer: clients that fetch nothing refuse it, and whether a
    /// certificate is left out or the root is unknown cannot be told.
    Open {
        /// The issuer.
        ends_at: Shown,
        /// Why its certificate could not be had.
        cause: Cause,
    },
    /// A certificate of it cannot be accepted; the text says why.
    Broken(Shown),
}

/// That it is known whether a chain without a path lacks a certificate or a root.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Split;
impl Gaps for Split {}
impl Split {
    /// What is known of it. A host that only its owner's machines call is not held to the public
    /// roots, so that it makes no difference there.
    #[must_use]
    pub fn of(trust: &Observed<Trust>, private_ca: bool) -> Observed<Self> {
        match trust.get() {
            Ok(Trust { path: Path::Open { cause, .. }, .. }) if !private_ca => Observed::unknown(cause.clone()),
            Ok(_) => Observed::known(Self),
            Err(missing) => missing.into(),
        }
    }
}

/// Everything else that the certificates of a chain say, each property by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chain {
    /// The certificates between leaf and root, from the leaf on: those of the path that is built, or
    /// those that the names lead to where none is accepted.
    pub links: Vec<Link>,
    /// The root, where the user gave it: only then is it known as a certificate.
    pub root_link: Option<Link>,
    /// The root of the path that is built.
    pub root: Option<Root>,
    /// What is wrong with the leaf, with what stands between, and with a given root.
    pub flaws: Vec<Flaw>,
    /// What is wrong with the order in which they are sent.
    pub order: Option<Shown>,
    /// What is sent and not needed: a word for why, and which.
    pub bloat: Vec<(&'static str, Shown)>,
    /// A root that browsers do not trust, or not for such a certificate.
    pub distrust: Option<Distrust>,
    /// Whether it leads to one of Mozilla's roots and carries no timestamp of a certificate log.
    pub unlogged: bool,
    /// Why a verifier refuses the chain, other than that it knows no issuer.
    pub refused: Option<Shown>,
    /// Whether the leaf signed itself and is not trusted as it is.
    pub self_issued: bool,
    /// When it was judged, Unix time.
    pub now: i64,
}
impl Gaps for Chain {}
/// One certificate of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The subject, for people.
    pub subject: Shown,
    /// First second of validity, Unix time.
    pub not_before: i64,
    /// Last second of validity, Unix time.
    pub not_after: i64,
}
/// The root that a path ends at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Root {
    /// Its name, for people.
    pub name: Shown,
    /// Whether the user gave it with `--ca-bundle`; else it is one of Mozilla's.
    pub given: bool,
}
/// A root that browsers do not trust.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Distrust {
    /// Its name, for people.
    pub root: Shown,
    /// Who refuses what.
    pub why: Shown,
    /// When the certificate was first logged, or else when it begins.
    pub dated: Shown,
    /// Whether Mozilla's roots still hold it, so that only some browsers refuse.
    pub trusted_by_mozilla: bool,
}

/// Whether clients that want to see the certificate in a public log see it there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Logged(
    /// They do, or do not ask for it.
    pub bool,
);
impl Gaps for Logged {}

/// Whether the server has the key of its certificate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyProof {
    /// Its signature over the handshake fits the certificate.
    pub fits: bool,
}
impl Gaps for KeyProof {}

/// What the authority's revocation lists say of one chain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Revocation {
    /// None of the certificates is listed.
    Good,
    /// The leaf is.
    Leaf,
    /// A certificate between the leaf and the root is.
    Between,
}

/// What the revocation lists say of every certificate that a host serves: an address that was left
/// behind may serve one that is revoked while the others are well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revocations {
    /// Of the one that the host is judged by; `None` where it can stand on no list.
    pub own: Option<Revocation>,
    /// Of those at other addresses that serve another one.
    pub elsewhere: Vec<(IpAddr, Revocation)>,
    /// Why others are not known.
    pub gaps: Vec<Cause>,
}
impl Gaps for Revocations {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
impl Revocations {
    /// All of them as one: what is known of one certificate counts whatever is unknown of another.
    #[must_use]
    pub fn of(own: Observed<Revocation>, elsewhere: Vec<(IpAddr, Observed<Revocation>)>) -> Observed<Self> {
        let mut out = Self { own: None, elsewhere: Vec::new(), gaps: Vec::new() };
        for (address, said) in elsewhere {
            match said.into_inner() {
                Ok(said) => out.elsewhere.push((address, said)),
                Err(Missing::Unknown(cause)) => out.gaps.push(cause),
                Err(Missing::NotConfigured(_)) => {}
            }
        }
        let alone = out.elsewhere.is_empty() && out.gaps.is_empty();
        match own.into_inner() {
            Ok(said) => out.own = Some(said),
            Err(missing) if alone => return missing.into(),
            Err(Missing::Unknown(cause)) => out.gaps.insert(0, cause),
            Err(Missing::NotConfigured(_)) => {}
        }
        Observed::known(out)
    }
    /// Whether an address beside the judged one serves a chain that is revoked.
    #[must_use]
    pub fn is_revoked_at(&self, address: IpAddr) -> bool {
        self.elsewhere.iter().any(|(at, said)| *at == address && *said != Revocation::Good)
    }
}

/// One address of a host, and what a handshake there came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seat {
    /// The address.
    pub address: IpAddr,
    /// What it served, or how it said no; silence and a missing route are unknown.
    pub seen: Observed<Result<Served, HostFailure>>,
}
/// What one address serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Served {
    /// The protocol version, such as "TLS 1.3".
    pub version: Shown,
    /// The cipher suite.
    pub cipher: Shown,
    /// The group of the key exchange, where it was seen.
    pub group: Option<Shown>,
    /// The server's own certificate, DER.
    pub leaf: Vec<u8>,
    /// Its issuer, for people; empty where it cannot be read, as the next two.
    pub issuer: Shown,
    /// The names it is made out to.
    pub names: Shown,
    /// Its last second, Unix time; 0 where it cannot be read.
    pub not_after: i64,
    /// What is wrong with it, in a word or two each: "expired", "wrong name". Empty for a healthy one.
    pub faults: Vec<&'static str>,
    /// Whether it ends so soon that it should have been renewed.
    pub ends_soon: bool,
}
/// Every address of a host.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seats {
    /// The address that the host is judged by, where one completed a handshake.
    pub judged: Option<IpAddr>,
    /// The addresses, IPv4 first.
    pub all: Vec<Seat>,
}
impl Gaps for Seats {}

/// The addresses of a host beside the one that it is judged by, but for IPv6 where that is IPv4.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peers(
    /// The addresses.
    pub Beside,
);
impl Gaps for Peers {
    fn gaps(&self) -> &[Cause] {
        &self.0.gaps
    }
}
/// The IPv6 addresses of a host that answers over IPv4.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Six(
    /// The addresses.
    pub Beside,
);
impl Gaps for Six {
    fn gaps(&self) -> &[Cause] {
        &self.0.gaps
    }
}
/// Addresses beside the one that the host is judged by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beside {
    /// The address that the host is judged by.
    pub judged: IpAddr,
    /// What that serves.
    pub serves: Served,
    /// The others.
    pub others: Vec<Seat>,
    /// Why some of them said nothing.
    pub gaps: Vec<Cause>,
}

/// Why a host ends the handshakes of modern clients.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It does not.
    None,
    /// It answers in plain text; this is its first line.
    PlainText(Shown),
    /// It speaks nothing newer than this version.
    OldVersion(Shown),
    /// It speaks TLS 1.2 with this cipher, which modern clients do not.
    OldCipher(Shown),
    /// It speaks TLS 1.2, and its certificate is for a key of this kind, with which clients cannot.
    OddKey(Shown),
    /// It speaks TLS 1.2 with who offers what older clients offer, and ends the handshakes of modern ones
    /// with this alert: there is no group or signature that both have, or it does not bear TLS 1.3.
    Modern(Shown),
    /// It demands a certificate of its clients.
    WantsCertificate,
    /// It ends every handshake with this alert.
    Alert(Shown),
}
impl Gaps for Refusal {}

/// Whether a host still accepts what browsers gave up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OldVersions {
    /// The version that it agreed to, and the cipher.
    pub accepted: Option<(Shown, Shown)>,
}
impl Gaps for OldVersions {}
