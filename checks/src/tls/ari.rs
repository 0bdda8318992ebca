//! When the authority wants a certificate replaced: ACME Renewal Information (RFC 9773).

use super::facts::Certificate;
use super::renewal::DAY;
use crate::vocab::{Answers, Cause, Gaps, Inquiry, Observed, Shown, Step};
use crate::wire::{Handshake, PageQuestion};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

/// Authorities whose directory names a place to ask, by the organisation in their certificates.
/// From letsencrypt.org/docs/client-options and RFC 9773's list of implementations, and
/// cloud.google.com/certificate-manager/docs/public-ca, read 2026-11.
const DIRECTORIES: &[(&str, &str)] = &[
    ("Let's Encrypt", "https://acme-v02.api.letsencrypt.org/directory"),
    ("Google Trust Services", "https://dv.acme-v02.api.pki.goog/directory"),
];

/// The directory of the authority that calls itself so in its certificates. Test authorities, which
/// bear the same name behind a word in brackets, have another.
#[must_use]
pub fn directory(organisation: &str) -> Option<&'static str> {
    DIRECTORIES.iter().find(|(name, _)| organisation == *name).map(|(_, url)| *url)
}

/// The window in which the authority wants the certificate replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Suggested {
    /// Its first second, Unix time.
    pub start: i64,
    /// Its end, Unix time.
    pub end: i64,
    /// The page on which the authority says why.
    pub why: Option<Shown>,
}
impl Gaps for Suggested {}

impl Suggested {
    /// Whether the window has been over for so long that a healthy renewal had its turns: a day, or
    /// a twentieth of a shorter lifetime, since clients look twice a day.
    #[must_use]
    pub fn is_over(&self, cert: &Certificate) -> bool {
        cert.now > self.end + DAY.min(cert.lifetime() / 20)
    }
    /// Whether the authority wants it replaced out of turn: with more than 60 % of its life left.
    #[must_use]
    pub const fn is_early(&self, cert: &Certificate) -> bool {
        (cert.not_after - self.start) * 10 > cert.lifetime() * 6
    }
}

/// The name by which an authority knows the certificate (RFC 9773, section 4.1); `None` where it
/// does not name its authority's key.
#[must_use]
pub fn id(shake: &Handshake) -> Option<String> {
    let (_, leaf) = X509Certificate::from_der(shake.chain.first()?).ok()?;
    let key = leaf.extensions().iter().find_map(|e| match e.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(aki) => Some(aki.key_identifier.as_ref()?.0),
        _ => None,
    })?;
    Some(written(key, leaf.raw_serial()))
}
fn written(key: &[u8], serial: &[u8]) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(key), URL_SAFE_NO_PAD.encode(serial))
}

/// Asks the authority: its directory, then the window.
#[derive(Clone, Debug)]
pub struct AriWalk {
    /// The directory.
    pub directory: &'static str,
    /// The certificate's name there.
    pub id: String,
}

impl Inquiry for AriWalk {
    type Q = PageQuestion;
    type Out = Observed<Suggested>;

    fn step(&self, seen: &Answers<PageQuestion>) -> Step<PageQuestion, Observed<Suggested>> {
        let directory = PageQuestion::of(self.directory);
        let Some(answer) = seen.get(&directory) else { return Step::Ask(vec![directory]) };
        let unreadable = |what: &str| Step::Done(Observed::unknown(Cause::Parse(what.into())));
        let base = match PageQuestion::body(answer, "the authority") {
            Err((cause, _)) => return Step::Done(Observed::unknown(cause)),
            Ok(body) => match serde_json::from_slice::<Value>(body) {
                Err(_) => return unreadable("the authority's directory"),
                Ok(list) => list["renewalInfo"].as_str().map(str::to_owned),
            },
        };
        let Some(base) = base.filter(|b| b.starts_with("https://")) else {
            return Step::Done(Observed::not_configured("the authority suggests no time for renewals (ARI)"));
        };
        let question = PageQuestion::of(format!("{}/{}", base.trim_end_matches('/'), self.id));
        let Some(answer) = seen.get(&question) else { return Step::Ask(vec![question]) };
        Step::Done(match PageQuestion::body(answer, "the authority") {
            Ok(body) => window(body),
            // It answers, and the certificate is none of those that it renews.
            Err((_, Some(400 | 404))) => {
                Observed::not_configured("the authority suggests no time for this certificate")
            }
            Err((cause, _)) => Observed::unknown(cause),
        })
    }
}

fn window(body: &[u8]) -> Observed<Suggested> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let moment = |name: &str| {
        let text = value["suggestedWindow"][name].as_str()?;
        text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
    };
    match (moment("start"), moment("end")) {
        (Some(start), Some(end)) if start <= end => {
            let why = value["explanationURL"].as_str().map(|u| Shown::from(u).short(200));
            Observed::known(Suggested { start, end, why })
        }
        _ => Observed::unknown(Cause::Parse("the window that the authority suggests".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Missing;
    use crate::wire::{HostFailure, HttpAnswer};

    #[test]
    fn the_name_is_that_of_the_rfc() {
        // RFC 9773, section 4.1.
        let key = [
            0x69, 0x88, 0x5b, 0x6b, 0x87, 0x46, 0x40, 0x41, 0xe1, 0xb3, 0x7b, 0x84, 0x7b, 0xa0, 0xae, 0x2c, 0xde, 0x01,
            0xc8, 0xd4,
        ];
        assert_eq!(written(&key, &[0x00, 0x87, 0x65, 0x43, 0x21]), "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
    }

    #[test]
    fn test_authorities_are_not_asked_for() {
        assert!(directory("Let's Encrypt").is_some());
        assert_eq!(directory("(STAGING) Let's Encrypt"), None);
        assert_eq!(directory("Test Authority"), None);
    }

    type Answer = Observed<Result<HttpAnswer, HostFailure>>;
    fn answer(status: u16, body: &str) -> Answer {
        let (headers, body) = (Vec::new(), body.as_bytes().to_vec());
        Observed::known(Ok(HttpAnswer { status, headers, body, truncated: false, took_ms: 1 }))
    }
    fn ask(directory: Answer, info: Answer) -> Result<Suggested, Missing> {
        let walk = AriWalk { directory: "https://ca.example/directory", id: "a.b".to_owned() };
        let answers = |q: &PageQuestion| {
            if q.url.ends_with("/directory") {
                directory.clone()
            } else {
                assert_eq!(q.url, "https://ca.example/info/a.b");
                info.clone()
            }
        };
        Step::play(&walk, answers).0.into_inner()
    }

    #[test]
    fn an_authority_is_asked_in_two_steps() {
        let directory = answer(200, r#"{"renewalInfo":"https://ca.example/info"}"#);
        let window = r#"{"suggestedWindow":{"start":"2026-11-20T00:00:00Z","end":"2026-11-21T00:00:00Z"},"explanationURL":"https://ca.example/why"}"#;
        let said = ask(directory.clone(), answer(200, window)).unwrap();
        assert_eq!((said.end - said.start, said.why.unwrap().as_str()), (86_400, "https://ca.example/why"));
        let none = answer(200, "{}");
        assert!(matches!(ask(none.clone(), none.clone()), Err(Missing::NotConfigured(_))));
        assert!(matches!(ask(directory.clone(), answer(404, "")), Err(Missing::NotConfigured(_))));
        for odd in ["", "[]", r#"{"suggestedWindow":{"start":"2026-11-22T00:00:00Z","end":"2026-11-21T00:00:00Z"}}"#] {
            assert!(
                matches!(ask(directory.clone(), answer(200, odd)), Err(Missing::Unknown(Cause::Parse(_)))),
                "{odd}"
            );
        }
        assert_eq!(ask(answer(429, ""), none.clone()), Err(Missing::Unknown(Cause::RateLimited)));
        assert_eq!(ask(Observed::unknown(Cause::Timeout), none), Err(Missing::Unknown(Cause::Timeout)));
        let plain = answer(200, r#"{"renewalInfo":"http://ca.example/info"}"#);
        assert!(matches!(ask(plain.clone(), plain), Err(Missing::NotConfigured(_))));
    }
}
