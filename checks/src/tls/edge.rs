//! What stands in front of a host: its front door, asked once, and the marks by which Cloudflare's
//! own answers are told from those of the server behind it.

use crate::vocab::{Answers, Cause, DomainName, Gaps, Inquiry, Missing, Observed, Shown, Step};
use crate::web::{facts::Hop, jar::Jar, walk::hop};
use crate::wire::{HostFailure, HttpAnswer, HttpQuestion};
use url::Url;

/// How much of an error page is looked at: Cloudflare's names itself in the first lines.
const LOOKED_AT: usize = 16 * 1024;

/// What a host answers to `GET /` over https.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Doorway {
    /// Each answer, in order; none where the host speaks TLS and answers no HTTP.
    pub hops: Vec<Hop>,
    /// Whether the answers lead back to where they began, and still do when it is asked again.
    pub circle: Option<Circle>,
    /// Whether every answer bears Cloudflare's marks.
    pub cloudflare: bool,
    /// The code of Cloudflare's own error page, where the answer is one.
    pub error: Option<u16>,
}
impl Gaps for Doorway {}

/// How a host leads back to itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Circle {
    /// https leads to the same URL.
    Itself,
    /// https leads to plain http, and that back to https.
    ThroughHttp,
}

/// Asks the front door, and once more where it leads back to itself.
#[derive(Clone, Debug)]
pub struct DoorwayWalk {
    /// The host.
    pub host: DomainName,
    /// Its https port.
    pub port: u16,
}

type Reply<'a> = Result<Result<&'a HttpAnswer, HostFailure>, Cause>;

fn reply<'a>(seen: &'a Answers<HttpQuestion>, question: &HttpQuestion) -> Option<Reply<'a>> {
    Some(match seen.get(question)?.get() {
        Ok(Ok(answer)) => Ok(Ok(answer)),
        Ok(Err(failure)) => Ok(Err(failure.clone())),
        Err(Missing::Unknown(cause)) => Err(cause),
        Err(Missing::NotConfigured(_)) => Err(Cause::NotRecorded),
    })
}

impl Inquiry for DoorwayWalk {
    type Q = HttpQuestion;
    type Out = Observed<Result<Doorway, HostFailure>>;

    fn step(&self, seen: &Answers<HttpQuestion>) -> Step<HttpQuestion, Self::Out> {
        let unknown = |cause| Step::Done(Observed::unknown(cause));
        let host = match self.host.as_str() {
            six if six.contains(':') => format!("[{six}]"),
            name => name.to_owned(),
        };
        let Ok(mut door) = Url::parse(&format!("https://{host}/")) else {
            return unknown(Cause::Parse("the host name".into()));
        };
        if self.port != 443 && door.set_port(Some(self.port)).is_err() {
            return unknown(Cause::Parse("the port".into()));
        }
        let mut way = Way { jar: Jar::default(), hops: Vec::new(), cloudflare: true };
        let mut question = HttpQuestion::get(door.as_str());
        // https, perhaps plain http, and https once more: a circle is believed when it is walked twice.
        for second in [false, true] {
            let answer = match reply(seen, &question) {
                None => return Step::Ask(vec![question]),
                Some(Err(cause)) => return unknown(cause),
                Some(Ok(Err(failure))) if !second => return Step::Done(Observed::known(Err(failure))),
                Some(Ok(Err(_))) => return Step::Done(Observed::known(Ok(way.ends(None, None)))),
                Some(Ok(Ok(answer))) => answer,
            };
            if answer.header("cf-mitigated").is_some() {
                return unknown(Cause::Wall("a Cloudflare challenge (cf-mitigated)".into()));
            }
            way.take(&door, answer);
            let circle = match leads(&door, answer) {
                Some(to) if to == door => Circle::Itself,
                Some(to) if is_plain(&door, &to) => {
                    let plain = HttpQuestion::get(to.as_str());
                    match reply(seen, &plain) {
                        None => return Step::Ask(vec![plain]),
                        Some(Err(cause)) => return unknown(cause),
                        Some(Ok(Ok(back))) if leads(&to, back).as_ref() == Some(&door) => {
                            way.take(&to, back);
                            Circle::ThroughHttp
                        }
                        Some(Ok(_)) => return Step::Done(Observed::known(Ok(way.ends(None, None)))),
                    }
                }
                _ => return Step::Done(Observed::known(Ok(way.ends(None, error_page(answer))))),
            };
            if second {
                return Step::Done(Observed::known(Ok(way.ends(Some(circle), None))));
            }
            // A site that sets a cookie and comes back to look for it is no circle.
            let cookies = way.jar.header_for(&door);
            let (name, value) =
                if cookies.is_empty() { ("cache-control", "no-cache".to_owned()) } else { ("cookie", cookies) };
            question.headers = vec![(name.to_owned(), value)];
        }
        unknown(Cause::Deadline)
    }
}

struct Way {
    jar: Jar,
    hops: Vec<Hop>,
    cloudflare: bool,
}
impl Way {
    fn take(&mut self, url: &Url, answer: &HttpAnswer) {
        self.jar.take(url, answer);
        self.hops.push(hop(url, answer));
        self.cloudflare &= is_cloudflare(answer);
    }
    fn ends(self, circle: Option<Circle>, error: Option<u16>) -> Doorway {
        Doorway { cloudflare: self.cloudflare && !self.hops.is_empty(), hops: self.hops, circle, error }
    }
}

/// Where an answer leads, without the fragment.
fn leads(from: &Url, answer: &HttpAnswer) -> Option<Url> {
    let mut to = from.join(answer.location()?.as_str()).ok()?;
    to.set_fragment(None);
    Some(to)
}

/// Whether it is the same page over plain http.
fn is_plain(door: &Url, to: &Url) -> bool {
    to.scheme() == "http" && to.host_str() == door.host_str() && to.path() == door.path() && to.query().is_none()
}

/// Whether the answer came through Cloudflare: its name as the server, and the number of the request
/// (developers.cloudflare.com, "HTTP headers", `cf-ray`).
#[must_use]
pub fn is_cloudflare(answer: &HttpAnswer) -> bool {
    answer.header("server").is_some_and(|s| s.as_str().eq_ignore_ascii_case("cloudflare"))
        && answer.header("cf-ray").is_some_and(|r| !r.is_empty())
}

/// The code of an error page that Cloudflare made itself because it could not use the server behind
/// it: its marks, one of its own statuses, and a body that says so. An app may answer any status it
/// likes, through Cloudflare too. With the status 530 the page holds a code of its own, such as 1016
/// (developers.cloudflare.com, "Cloudflare 1xxx errors").
#[must_use]
pub fn error_page(answer: &HttpAnswer) -> Option<u16> {
    if !matches!(answer.status, 520..=523 | 525 | 526 | 530) || !is_cloudflare(answer) {
        return None;
    }
    let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(LOOKED_AT)]).to_ascii_lowercase();
    let named = |code: u16| {
        let code = code.to_string();
        let page = text.contains("cf-error") && has_number(&text, &code);
        let plain = text.trim() == format!("error code: {code}");
        let json = text.contains("\"cloudflare_error\"") && has_number(&text, &code);
        page || plain || json
    };
    if answer.status != 530 {
        return named(answer.status).then_some(answer.status);
    }
    BEHIND_530.iter().copied().find(|code| named(*code))
}

/// The codes of pages with the status 530 that are about the server behind: its name leads nowhere
/// (1001, 1016), or its tunnel is down (1033).
const BEHIND_530: &[u16] = &[1016, 1033, 1001];

/// Whether a number stands in a text by itself: an address of a request holds digits too.
fn has_number(text: &str, number: &str) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    text.match_indices(number)
        .any(|(at, _)| ends(text[..at].chars().next_back()) && ends(text[at + number.len()..].chars().next()))
}

impl Doorway {
    /// The host's answers as evidence.
    pub(super) fn evidence(&self, note: &str) -> Vec<crate::vocab::Evidence> {
        self.hops.iter().map(|h| h.evidence(note)).collect()
    }
    /// Why there is nothing to judge, where the host answers no HTTP.
    pub(super) fn silent(&self) -> Option<Shown> {
        self.hops.is_empty().then(|| "the host answers no HTTP".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpAnswer {
        HttpAnswer {
            status,
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), v.as_bytes().to_vec())).collect(),
            body: body.as_bytes().to_vec(),
            truncated: false,
            took_ms: 0,
        }
    }
    const MARKS: [(&str, &str); 2] = [("server", "cloudflare"), ("cf-ray", "8a1b-FRA")];

    #[test]
    fn an_error_page_needs_status_marks_and_words() {
        let page = "<title>acme.test | 526: Invalid SSL certificate</title><div id=\"cf-error-details\">";
        for (status, marks, body, want) in [
            (526, &MARKS[..], page, Some(526)),
            (522, &MARKS, "error code: 522\n", Some(522)),
            (525, &MARKS, "{\"cloudflare_error\": true, \"error_code\": 525}", Some(525)),
            (526, &[], page, None),
            (526, &MARKS[..1], page, None),
            (522, &MARKS, "our own words for 522", None),
            (500, &MARKS, "error code: 500", None),
            (520, &MARKS, "error code: 520", Some(520)),
            (520, &MARKS, "<h1>our own words for 520</h1>", None),
            (524, &MARKS, "error code: 524", None),
            (530, &MARKS, "error code: 1016", Some(1016)),
            (530, &MARKS, "<div id=\"cf-error-details\"><span class=\"cf-error-code\">1033</span>", Some(1033)),
            (530, &MARKS, "{\"cloudflare_error\": true, \"error_code\": 1016, \"status\": 530}", Some(1016)),
            (530, &MARKS, "<div id=\"cf-error-details\">Ray ID: 8a1016bc</div>", None),
            (530, &MARKS, "error code: 1010", None),
            (530, &MARKS[..1], "error code: 1016", None),
        ] {
            assert_eq!(error_page(&answer(status, marks, body)), want, "{status} {body}");
        }
    }

    fn walk(mut at: impl FnMut(&HttpQuestion) -> HttpAnswer) -> (Doorway, usize) {
        let walk = DoorwayWalk { host: DomainName::parse("acme.test").unwrap(), port: 443 };
        let (out, _, questions) = Step::play(&walk, |q| Observed::known(Ok(at(q))));
        (out.into_inner().unwrap().unwrap(), questions)
    }
    fn to(location: &str) -> HttpAnswer {
        answer(301, &[MARKS[0], MARKS[1], ("location", location)], "")
    }

    #[test]
    fn a_circle_is_walked_twice() {
        let (door, questions) = walk(|_| to("https://acme.test"));
        assert_eq!((door.circle, door.cloudflare, questions), (Some(Circle::Itself), true, 2));
        let (door, questions) =
            walk(|q| to(if q.url.starts_with("https") { "http://acme.test/" } else { "https://acme.test/" }));
        assert_eq!((door.circle, door.hops.len(), questions), (Some(Circle::ThroughHttp), 4, 3));
        let mut first = true;
        let (door, _) = walk(|_| {
            let said = if first { to("/") } else { answer(200, &MARKS, "") };
            first = false;
            said
        });
        assert_eq!(door.circle, None);
    }

    #[test]
    fn a_cookie_is_brought_back_before_it_is_called_a_circle() {
        let (door, _) = walk(|q| {
            if q.headers.iter().any(|(n, v)| n == "cookie" && v == "seen=1") {
                return answer(200, &MARKS, "");
            }
            let mut said = to("/");
            said.headers.push(("set-cookie".to_owned(), b"seen=1; Path=/".to_vec()));
            said
        });
        assert_eq!(door.circle, None);
    }

    #[test]
    fn other_ways_are_not_followed() {
        for location in ["https://www.acme.test/", "/en", "https://acme.test:8443/", "http://acme.test/en", "::::"] {
            let (door, questions) = walk(|_| to(location));
            assert_eq!((door.circle, questions), (None, 1), "{location}");
        }
    }

    #[test]
    fn a_challenge_hides_the_door() {
        let walk = DoorwayWalk { host: DomainName::parse("acme.test").unwrap(), port: 8443 };
        let (out, ..) = Step::play(&walk, |q| {
            assert_eq!(q.url, "https://acme.test:8443/");
            Observed::known(Ok(answer(403, &[("cf-mitigated", "challenge")], "")))
        });
        assert!(matches!(out.get(), Err(Missing::Unknown(Cause::Wall(_)))));
    }
}
