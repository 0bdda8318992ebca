//! The registration of the domain, as its registry tells it (RDAP: RFC 9082, 9083 and 9224).

use crate::vocab::{Answers, Cause, DomainName, Exhibit, ExhibitBody, Gaps, Inquiry, Observed, Shown, Step};
use crate::wire::{HttpAnswer, PageQuestion};
use serde_json::Value;
use std::slice;

/// Where IANA says which registry answers for which top-level domain (RFC 9224, section 4).
pub const BOOTSTRAP: &str = "https://data.iana.org/rdap/dns.json";
/// How many redirects of a registry are followed.
const HOPS: usize = 3;

/// The services of the top-level domains that most products stand under; for all others IANA's list
/// is read. Their addresses have not changed since the service began (read 2026-11, same list).
const SERVICES: &[(&str, &str)] =
    &[("com", "https://rdap.verisign.com/com/v1/"), ("net", "https://rdap.verisign.com/net/v1/")];

/// Names under which nothing is registered with a registry (RFC 2606, 6761, 6762, 7686 and 9476, and
/// ICANN's `internal`): nobody is asked about them.
const NO_REGISTRY: &[&str] =
    &["test", "example", "invalid", "localhost", "local", "onion", "alt", "internal", "home", "lan", "arpa"];

/// What the registry says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    /// The registered domain.
    pub domain: DomainName,
    /// When it ends, Unix time; `None` where the registry does not say, and a cause where what it says
    /// cannot be read.
    pub expires: Result<Option<i64>, Cause>,
    /// Its states, as RFC 8056 words them: `client hold`, `redemption period`; or why they cannot be
    /// read.
    pub states: Result<Vec<Shown>, Cause>,
    /// Who registered it.
    pub registrar: Option<Shown>,
    /// The address that said so.
    pub source: Shown,
    /// The day of the launch, Unix time.
    pub launch: Option<i64>,
    /// When it was judged, Unix time.
    pub now: i64,
}
/// What is not known of it is its end.
impl Gaps for Registration {
    fn gaps(&self) -> &[Cause] {
        self.expires.as_ref().err().map_or(&[], slice::from_ref)
    }
}
/// The same for who judges its states, which may be known where its end is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing(
    /// What the registry says.
    pub Registration,
);
impl Gaps for Standing {
    fn gaps(&self) -> &[Cause] {
        self.0.states.as_ref().err().map_or(&[], slice::from_ref)
    }
}

impl Registration {
    /// Its states, as far as they can be read.
    #[must_use]
    pub fn states(&self) -> &[Shown] {
        self.states.as_deref().unwrap_or_default()
    }
    /// Whether it is in a state of this name, however the registry spells it.
    #[must_use]
    pub fn is(&self, state: &str) -> bool {
        self.states().iter().any(|s| plain(s.as_str()) == plain(state))
    }
    /// Whether it is locked against being moved to another registrar.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        ["client transfer prohibited", "server transfer prohibited"].iter().any(|s| self.is(s))
    }
    /// As evidence.
    #[must_use]
    pub fn evidence(&self) -> String {
        let ends = match self.expires {
            Ok(Some(end)) => format!("ends {}", super::judge::moment(end)),
            Ok(None) => "no end given".to_owned(),
            Err(_) => "an end that cannot be read".to_owned(),
        };
        let registrar = self.registrar.as_ref().map(|r| format!(", registrar {r}")).unwrap_or_default();
        format!("{} says of {}: {ends}{registrar}", self.source, self.domain)
    }
}

impl Registration {
    /// As it is shown without a finding.
    #[must_use]
    pub fn exhibit(&self) -> Exhibit {
        let ends = match self.expires {
            Ok(Some(end)) => super::judge::day(end),
            Ok(None) => "not said".into(),
            Err(_) => "cannot be read".into(),
        };
        let states: Vec<&str> = self.states().iter().map(Shown::as_str).collect();
        let registrar = self.registrar.as_ref().map_or("not said", Shown::as_str);
        let lines = [
            format!("ends: {ends}"),
            format!("registrar: {registrar}"),
            format!(
                "locked against transfer: {}",
                match &self.states {
                    Ok(_) if self.is_locked() => "yes",
                    Ok(_) => "no",
                    Err(_) => "cannot be read",
                }
            ),
            match &self.states {
                Ok(_) if states.is_empty() => "states: none".to_owned(),
                Ok(_) => format!("states: {}", states.join(", ")),
                Err(_) => "states: cannot be read".to_owned(),
            },
            format!("said by: {}", self.source),
        ];
        Exhibit {
            id: "registration",
            title: format!("The registration of {}", self.domain).into(),
            body: ExhibitBody::Tree(lines.into_iter().map(|l| (0, l.into())).collect()),
        }
    }
}

/// Some registries write `clientHold`, others `client hold`.
fn plain(state: &str) -> String {
    state.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
}

/// Finds the registry and asks it.
#[derive(Clone, Debug)]
pub struct RegistrationWalk {
    /// The audited domain.
    pub domain: DomainName,
    /// The service to ask instead of the one that IANA names.
    pub service: Option<String>,
    /// The day of the launch, Unix time.
    pub launch: Option<i64>,
    /// The time, Unix.
    pub now: i64,
}

impl Inquiry for RegistrationWalk {
    type Q = PageQuestion;
    type Out = Observed<Registration>;

    fn step(&self, seen: &Answers<PageQuestion>) -> Step<PageQuestion, Observed<Registration>> {
        let name = self.domain.registrable();
        let base = match &self.service {
            Some(service) => service.clone(),
            None if belongs_to_a_platform(&name) => {
                return Step::Done(Observed::not_configured(
                    "the name belongs to a platform, which keeps the registration",
                ));
            }
            None => match services(&name, seen) {
                Service::At(base) => base,
                Service::Nowhere => {
                    return Step::Done(Observed::not_configured(
                        "the top-level domain has no registry that answers (RDAP)",
                    ));
                }
                Service::Ask(question) => return Step::Ask(vec![question]),
                Service::Unknown(cause) => return Step::Done(Observed::unknown(cause)),
            },
        };
        let slash = if base.ends_with('/') { "" } else { "/" };
        let mut url = format!("{base}{slash}domain/{name}");
        for _ in 0..=HOPS {
            let question = PageQuestion::of(&url);
            let Some(answer) = seen.get(&question) else { return Step::Ask(vec![question]) };
            let onward = answer.as_ref().ok().and_then(|a| a.as_ref().ok()).and_then(HttpAnswer::location);
            if let Some(next) = onward.and_then(|to| url::Url::parse(&url).ok()?.join(to.as_str()).ok()) {
                if next.scheme() != "https" {
                    return Step::Done(Observed::unknown(Cause::Parse("the registry leads away from https".into())));
                }
                url = next.into();
                continue;
            }
            return Step::Done(match PageQuestion::body(answer, "the registry") {
                Ok(body) => self.read(&name, body, &url),
                // It answers, and has no such name: there is nothing to judge.
                Err((_, Some(404))) => Observed::not_configured("the registry knows no registration of this name"),
                Err((cause, _)) => Observed::unknown(cause),
            });
        }
        Step::Done(Observed::unknown(Cause::Parse("the registry leads from one address to the next".into())))
    }
}

/// Whether the Public Suffix List has what the name stands under as a platform's and no registry's.
fn belongs_to_a_platform(name: &DomainName) -> bool {
    psl::suffix(name.as_str().as_bytes()).is_some_and(|s| s.typ() == Some(psl::Type::Private))
}

/// Who answers for a name.
enum Service {
    At(String),
    Nowhere,
    Ask(PageQuestion),
    Unknown(Cause),
}

/// The service that answers for a name: known by heart, or from IANA's list.
fn services(name: &DomainName, seen: &Answers<PageQuestion>) -> Service {
    let top = name.labels().next_back().unwrap_or_default();
    if NO_REGISTRY.contains(&top) {
        return Service::Nowhere;
    }
    if let Some((_, service)) = SERVICES.iter().find(|(tld, _)| *tld == top) {
        return Service::At((*service).to_owned());
    }
    let list = PageQuestion::of(BOOTSTRAP);
    let Some(answer) = seen.get(&list) else { return Service::Ask(list) };
    match PageQuestion::body(answer, "IANA") {
        Ok(body) => match serde_json::from_slice::<Value>(body) {
            Ok(list) if list["services"].is_array() => listed(name, &list).map_or(Service::Nowhere, Service::At),
            _ => Service::Unknown(Cause::Parse("IANA's list of registries".into())),
        },
        Err((cause, _)) => Service::Unknown(cause),
    }
}

/// The service of the longest suffix of the name that stands on the list (RFC 9224, section 4).
fn listed(name: &DomainName, list: &Value) -> Option<String> {
    let suffixes = std::iter::successors(name.parent(), DomainName::parent);
    let services = list["services"].as_array()?;
    suffixes.into_iter().find_map(|suffix| {
        let of = |s: &&Value| {
            let names = s[0].as_array().into_iter().flatten();
            names.filter_map(Value::as_str).any(|n| n.eq_ignore_ascii_case(suffix.as_str()))
        };
        let service = services.iter().find(of)?;
        let addresses = service[1].as_array().into_iter().flatten().filter_map(Value::as_str);
        addresses.filter(|a| a.starts_with("https://")).map(str::to_owned).next()
    })
}

impl RegistrationWalk {
    /// Reads a domain object (RFC 9083, section 5.3).
    fn read(&self, name: &DomainName, body: &[u8], url: &str) -> Observed<Registration> {
        let Ok(object) = serde_json::from_slice::<Value>(body) else {
            return Observed::unknown(Cause::Parse("the registry's answer".into()));
        };
        // Both names may be left out (RFC 9083, section 5.3), and then it is about what was asked.
        let about = ["ldhName", "unicodeName"].iter().find_map(|n| object[*n].as_str());
        let is_other = about.is_some_and(|n| !n.trim_end_matches('.').eq_ignore_ascii_case(name.as_str()));
        if is_other || object["objectClassName"] != "domain" && about.is_none() {
            return Observed::unknown(Cause::Parse("the registry's answer is about another name".into()));
        }
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let ends = list(&object["events"]).into_iter().find(|e| e["eventAction"] == "expiration");
        let expires = match ends.as_ref().map(|e| e["eventDate"].as_str().and_then(moment)) {
            None => Ok(None),
            Some(Some(end)) => Ok(Some(end)),
            Some(None) => Err(Cause::Parse("the date on which the registration ends".into())),
        };
        let registrar = list(&object["entities"]).iter().find_map(|e| {
            let is = list(&e["roles"]).iter().any(|r| r == "registrar");
            is.then(|| full_name(&e["vcardArray"])).flatten()
        });
        let states = states(&object["status"]);
        let source = url::Url::parse(url).ok().and_then(|u| u.host_str().map(Shown::from)).unwrap_or_default();
        let (launch, now) = (self.launch, self.now);
        Observed::known(Registration { domain: name.clone(), expires, states, registrar, source, launch, now })
    }
}

/// The states of a registration: a list of texts (RFC 9083, section 4.6), or none at all.
fn states(said: &Value) -> Result<Vec<Shown>, Cause> {
    let unreadable = || Cause::Parse("the states of the registration".into());
    match said {
        Value::Null => Ok(Vec::new()),
        Value::Array(all) => all.iter().take(30).map(|s| s.as_str().map(Shown::from).ok_or_else(unreadable)).collect(),
        _ => Err(unreadable()),
    }
}

/// A moment as registries write it: with its zone (RFC 3339), or without one and then in UTC, or as a
/// day.
fn moment(text: &str) -> Option<i64> {
    let whole = text.parse::<jiff::Timestamp>();
    let utc = || text.parse::<jiff::civil::DateTime>()?.to_zoned(jiff::tz::TimeZone::UTC).map(|z| z.timestamp());
    whole.or_else(|_| utc()).ok().map(jiff::Timestamp::as_second)
}

/// The name in a jCard (RFC 7095).
fn full_name(card: &Value) -> Option<Shown> {
    let fields = card[1].as_array()?;
    let name = fields.iter().find(|f| f[0] == "fn")?;
    name[3].as_str().filter(|n| !n.is_empty()).map(|n| Shown::from(n).short(80))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Missing;
    use crate::wire::HostFailure;

    type Answer = Observed<Result<HttpAnswer, HostFailure>>;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        Observed::known(Ok(HttpAnswer {
            status,
            headers: headers.iter().map(|(n, v)| ((*n).to_owned(), v.as_bytes().to_vec())).collect(),
            body: body.as_bytes().to_vec(),
            truncated: false,
            took_ms: 1,
        }))
    }
    fn ask(domain: &str, world: impl Fn(&str) -> Answer) -> (Observed<Registration>, Vec<String>) {
        let walk = RegistrationWalk { domain: DomainName::parse(domain).unwrap(), service: None, launch: None, now: 0 };
        let mut asked = Vec::new();
        let (out, ..) = Step::play(&walk, |q: &PageQuestion| {
            asked.push(q.url.clone());
            world(&q.url)
        });
        (out, asked)
    }
    const OBJECT: &str = r#"{"objectClassName":"domain","ldhName":"ACME.SHOP","status":["clientHold","client transfer prohibited"],
        "events":[{"eventAction":"registration","eventDate":"2020-01-01T00:00:00Z"},
        {"eventAction":"expiration","eventDate":"2026-12-01T10:00:00Z"}],
        "entities":[{"roles":["registrar"],"vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Example Registrar"]]]}]}"#;
    const LIST: &str = r#"{"services":[[["uk"],["https://uk.example/"]],[["shop","store"],["http://a.example/","https://a.example/rdap"]]]}"#;

    #[test]
    fn the_list_of_iana_names_the_registry() {
        let (out, asked) = ask("www.acme.shop", |url| match url {
            BOOTSTRAP => answer(200, &[], LIST),
            "https://a.example/rdap/domain/acme.shop" => answer(302, &[("location", "/v2/acme.shop")], ""),
            _ => answer(200, &[], OBJECT),
        });
        let made = out.into_inner().unwrap();
        assert_eq!(asked.last().unwrap(), "https://a.example/v2/acme.shop");
        assert_eq!(
            (made.expires.clone(), made.is("client hold"), made.is_locked()),
            (Ok(Some(1_796_119_200)), true, true)
        );
        assert_eq!(made.registrar.unwrap().as_str(), "Example Registrar");
    }

    #[test]
    fn where_there_is_no_registry_nobody_is_asked() {
        for (domain, requests) in [("acme.test", 0), ("shop.acme.example", 0), ("acme.github.io", 0), ("acme.zz", 1)] {
            let (out, asked) = ask(domain, |_| answer(200, &[], LIST));
            assert!(matches!(out.into_inner(), Err(Missing::NotConfigured(_))), "{domain}");
            assert_eq!(asked.len(), requests, "{domain}");
        }
        let (_, asked) = ask("acme.com", |_| answer(404, &[], ""));
        assert_eq!(asked, ["https://rdap.verisign.com/com/v1/domain/acme.com"]);
    }

    #[test]
    fn silence_is_no_answer_and_404_is_one() {
        for (reply, want) in [
            (answer(404, &[], ""), Missing::NotConfigured("the registry knows no registration of this name")),
            (answer(429, &[], ""), Missing::Unknown(Cause::RateLimited)),
            (answer(503, &[], ""), Missing::Unknown(Cause::Parse("the registry answered 503".into()))),
            (answer(200, &[], "<html>"), Missing::Unknown(Cause::Parse("the registry's answer".into()))),
            (
                answer(200, &[], "{}"),
                Missing::Unknown(Cause::Parse("the registry's answer is about another name".into())),
            ),
            (Observed::unknown(Cause::Timeout), Missing::Unknown(Cause::Timeout)),
            (Observed::known(Err(HostFailure::Refused)), Missing::Unknown(Cause::Refused)),
        ] {
            assert_eq!(ask("acme.com", |_| reply.clone()).0.into_inner().unwrap_err(), want);
        }
        let (out, asked) = ask("acme.com", |url| answer(301, &[("location", &format!("{url}x"))], ""));
        assert!(
            out.into_inner().is_err() && asked.len() == HOPS + 1,
            "a chain without an end is not followed for ever"
        );
        let (out, _) = ask("acme.com", |_| answer(301, &[("location", "http://a.example/")], ""));
        assert!(matches!(out.into_inner(), Err(Missing::Unknown(Cause::Parse(_)))));
    }

    #[test]
    fn dates_as_registries_write_them() {
        let whole = moment("2026-12-01T10:00:00Z");
        assert!(whole.is_some());
        for text in
            ["2026-12-01T10:00:00.0Z", "2026-12-01T12:00:00+02:00", "2026-12-01T10:00:00", "2026-12-01 10:00:00"]
        {
            assert_eq!(moment(text), whole, "{text}");
        }
        assert_eq!(moment("2026-12-01"), whole.map(|w| w - 36_000));
        assert_eq!(moment("soon"), None);
        let named = |name: &str| format!("{{\"objectClassName\":\"domain\",{name}\"status\":[\"client hold\"]}}");
        for (name, is_ours) in [
            ("", true),
            ("\"unicodeName\":\"acme.com\",", true),
            ("\"unicodeName\":\"other.com\",", false),
            ("\"ldhName\":\"other.com\",\"unicodeName\":\"acme.com\",", false),
        ] {
            assert_eq!(ask("acme.com", |_| answer(200, &[], &named(name))).0.get().is_ok(), is_ours, "{name}");
        }
    }

    #[test]
    fn no_answer_makes_it_panic() {
        for body in [
            "[]",
            "null",
            r#"{"ldhName":"acme.com","events":3,"status":{"a":1},"entities":[1,{"roles":5,"vcardArray":[]}]}"#,
            r#"{"ldhName":"acme.com","events":[{"eventAction":"expiration","eventDate":"soon"}]}"#,
            r#"{"objectClassName":"domain","events":[{"eventAction":"expiration","eventDate":""}]}"#,
        ] {
            let (out, _) = ask("acme.com", |_| answer(200, &[], body));
            if let Ok(made) = out.get() {
                assert!(!matches!(made.expires, Ok(Some(_))), "{body}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_known_and_hides_nothing_else() {
        let said = |rest: &str| {
            let body = format!("{{\"objectClassName\":\"domain\",{rest}}}");
            ask("acme.com", |_| answer(200, &[], &body)).0.into_inner().unwrap()
        };
        let date = |text: &str| format!("\"events\":[{{\"eventAction\":\"expiration\",\"eventDate\":{text}}}]");
        for odd in ["\"soon\"", "3", "null", "\"\"", "\"0000-00-00T00:00:00Z\""] {
            let made = said(&format!("{},\"status\":[\"client hold\"]", date(odd)));
            assert!(made.expires.is_err() && made.is("client hold"), "{odd}");
            assert!(!made.gaps().is_empty() && Standing(made).gaps().is_empty(), "{odd}");
        }
        for odd in ["\"client hold\"", "[3]", "{\"0\":\"client hold\"}"] {
            let made = said(&format!("{},\"status\":{odd}", date("\"2026-12-01T10:00:00Z\"")));
            assert!(made.expires.is_ok() && made.gaps().is_empty(), "{odd}");
            assert!(!Standing(made).gaps().is_empty(), "{odd}");
        }
        let bare = said("\"lang\":\"en\"");
        assert_eq!((bare.expires.clone(), bare.states.clone()), (Ok(None), Ok(Vec::new())));
    }
}
