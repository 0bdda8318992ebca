//! Fetching the revocation list that a certificate names, and looking the certificate up in it.

use super::chain::{Roots, revocation};
use super::facts::Revocation;
use super::path::over_http;
use crate::vocab::{Answers, Cause, Inquiry, Missing, Observed, Step};
use crate::wire::{Handshake, HostFailure, HttpAnswer, HttpQuestion};
use x509_parser::extensions::DistributionPointName;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

/// How many addresses of lists are asked.
const ADDRESSES: usize = 2;

/// Asks the lists that the leaf names (RFC 5280, section 4.2.1.13) over plain http, since a list is
/// signed itself. A certificate that names none has nothing to be looked up in.
#[derive(Clone, Copy, Debug)]
pub struct CrlWalk<'r> {
    /// What the server sent.
    pub shake: &'r Handshake,
    /// The roots that are trusted.
    pub roots: Roots<'r>,
    /// The time, Unix.
    pub now: i64,
}

impl Inquiry for CrlWalk<'_> {
    type Q = HttpQuestion;
    type Out = Observed<Revocation>;

    fn step(&self, seen: &Answers<HttpQuestion>) -> Step<HttpQuestion, Observed<Revocation>> {
        let Some(Ok((_, leaf))) = self.shake.chain.first().map(|der| X509Certificate::from_der(der)) else {
            return Step::Done(Observed::unknown(Cause::Parse("the server's certificate".into())));
        };
        let questions = lists(&leaf);
        if questions.is_empty() {
            return Step::Done(Observed::not_configured("the certificate names no revocation list"));
        }
        let open: Vec<HttpQuestion> = questions.iter().filter(|q| !seen.contains_key(q)).cloned().collect();
        if !open.is_empty() {
            return Step::Ask(open);
        }
        let mut cause = Cause::Timeout;
        for question in &questions {
            match seen.get(question).map(list) {
                Some(Ok(found)) => return Step::Done(revocation(self.shake, self.roots, &[found], self.now)),
                Some(Err(why)) => cause = why,
                None => {}
            }
        }
        Step::Done(Observed::unknown(cause))
    }
}

fn lists(leaf: &X509Certificate<'_>) -> Vec<HttpQuestion> {
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
        .filter_map(over_http)
        .take(ADDRESSES)
        .collect()
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
