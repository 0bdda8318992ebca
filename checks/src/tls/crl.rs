//! Fetching the revocation list that a certificate names, and looking the certificate up in it.

use super::chain::{Roots, revocation};
use super::facts::{Path, Revocation, Trust};
use super::upkeep;
use crate::vocab::{Answers, Cause, Inquiry, Missing, Observed, Step};
use crate::wire::{Handshake, HostFailure, HttpAnswer, PageQuestion};
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::revocation_list::CertificateRevocationList;

/// How many addresses of lists are asked.
const ADDRESSES: usize = 2;

/// Asks the lists that the leaf names (RFC 5280, section 4.2.1.13), mostly over plain http, since a
/// list is signed itself; one of up to 16 MB is read. A certificate that names none has nothing to be
/// looked up in, and a chain that leads to no trusted root has no authority whose list would count.
#[derive(Clone, Copy, Debug)]
pub struct CrlWalk<'r> {
    /// What the server sent.
    pub shake: &'r Handshake,
    /// Whether its chain leads to a root, and what it lacks.
    pub trust: &'r Trust,
    /// The roots that are trusted.
    pub roots: Roots<'r>,
    /// The time, Unix.
    pub now: i64,
}

impl Inquiry for CrlWalk<'_> {
    type Q = PageQuestion;
    type Out = Observed<Revocation>;

    fn step(&self, seen: &Answers<PageQuestion>) -> Step<PageQuestion, Observed<Revocation>> {
        let Some(Ok((_, leaf))) = self.shake.chain.first().map(|der| X509Certificate::from_der(der)) else {
            return Step::Done(Observed::unknown(Cause::Parse("the server's certificate".into())));
        };
        if upkeep::lists(&leaf).next().is_none() {
            return Step::Done(Observed::not_configured("the certificate names no revocation list"));
        }
        match &self.trust.path {
            Path::Trusted | Path::Incomplete { .. } | Path::Broken(_) => {}
            Path::SelfSigned | Path::UnknownRoot(_) => return Step::Done(Observed::not_configured(UNTRUSTED)),
            Path::Open { cause, .. } => return Step::Done(Observed::unknown(cause.clone())),
        }
        let questions = lists(&leaf);
        if questions.is_empty() {
            let why = "its revocation lists are named by LDAP alone, which is not spoken here";
            return Step::Done(Observed::unknown(Cause::Parse(why.into())));
        }
        let open: Vec<PageQuestion> = questions.iter().filter(|q| !seen.contains_key(q)).cloned().collect();
        if !open.is_empty() {
            return Step::Ask(open);
        }
        let refused = matches!(self.trust.path, Path::Broken(_));
        let mut cause = Cause::Timeout;
        for question in &questions {
            match seen.get(question).map(list) {
                Some(Ok(found)) => match self.look_up(found) {
                    // Clients refuse the chain anyhow, so that only a certificate which stands on it is news.
                    Ok(Revocation::Good) | Err(_) if refused => {}
                    Ok(said) => return Step::Done(Observed::known(said)),
                    Err(why) => cause = why,
                },
                Some(Err(why)) => cause = why,
                None => {}
            }
        }
        Step::Done(if refused { Observed::not_configured(UNTRUSTED) } else { Observed::unknown(cause) })
    }
}

/// Why a list is not looked at.
const UNTRUSTED: &str = "clients refuse its chain (tls.untrusted), so that no revocation list counts";

impl CrlWalk<'_> {
    /// What a list says of the certificate, or why it says nothing; then the next one is looked at.
    fn look_up(&self, list: Vec<u8>) -> Result<Revocation, Cause> {
        let lists = [list];
        let chain: Vec<Vec<u8>> = self.shake.chain.iter().chain(&self.trust.fetched).cloned().collect();
        let shake = Handshake { chain, ..self.shake.clone() };
        match revocation(&shake, self.roots, &lists, self.now).into_inner() {
            Ok(said) => Ok(said),
            Err(Missing::Unknown(why)) => Err(why),
            Err(Missing::NotConfigured(_)) => Err(Cause::NotRecorded),
        }
    }
}

fn lists(leaf: &X509Certificate<'_>) -> Vec<PageQuestion> {
    let asked = |address: &str| url::Url::parse(address).ok().filter(|u| matches!(u.scheme(), "http" | "https"));
    let mut all: Vec<url::Url> = upkeep::lists(leaf).filter_map(|a| asked(a.0)).collect();
    // Those over plain http first: over https another chain has to hold before this one's list is read.
    all.sort_by_key(|u| u.scheme() != "http");
    all.into_iter().take(ADDRESSES).map(PageQuestion::list).collect()
}

/// When a revocation list says that the next one comes, Unix time; `None` where it does not say or
/// is none. A list that was kept is used no longer than that.
#[must_use]
pub fn next_update(list: &[u8]) -> Option<i64> {
    let der = read_lists(list).into_iter().next()?;
    let (_, list) = CertificateRevocationList::from_der(&der).ok()?;
    list.next_update().map(|t| t.timestamp())
}

/// The list in an answer. Whatever is no list leaves us ignorant.
fn list(answer: &Observed<Result<HttpAnswer, HostFailure>>) -> Result<Vec<u8>, Cause> {
    match answer.get() {
        Err(Missing::Unknown(cause)) => Err(cause),
        Err(Missing::NotConfigured(_)) => Err(Cause::NotRecorded),
        Ok(Err(failure)) => Err(failure.cause()),
        Ok(Ok(a)) if a.truncated => Err(Cause::TooLarge),
        Ok(Ok(a)) if a.status == 429 => Err(Cause::RateLimited),
        Ok(Ok(a)) if !a.is_success() => {
            Err(Cause::Parse(format!("the authority answered {} for its revocation list", a.status).into()))
        }
        Ok(Ok(a)) => read_lists(&a.body).into_iter().next().ok_or_else(|| Cause::Parse("a revocation list".into())),
    }
}

/// Revocation lists as PEM or DER.
#[must_use]
pub fn read_lists(bytes: &[u8]) -> Vec<Vec<u8>> {
    if bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
        let pems = Pem::iter_from_buffer(bytes).flatten();
        return pems.filter(|p| p.label == "X509 CRL").map(|p| p.contents).collect();
    }
    if bytes.first() == Some(&0x30) { vec![bytes.to_vec()] } else { Vec::new() }
}
