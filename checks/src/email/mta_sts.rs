//! MTA-STS (RFC 8461): the record that says a policy exists, and the policy itself.

use super::syntax::{Effect, Flaw, Flaws, Span, ascii, tags};
use crate::vocab::{Cause, DomainName, Gaps, Shown};
use crate::wire::{DnsAnswer, HostFailure, HttpAnswer};

/// The longest time a policy may be kept, in seconds: about a year.
const MOST_AGE: u64 = 31_557_600;
/// The most lines and hosts of a policy that are read.
const MOST_LINES: usize = 1000;

/// What is published of MTA-STS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MtaSts {
    /// Where the record stands.
    pub at: DomainName,
    /// All TXT records there, or that there are none.
    pub answer: DnsAnswer,
    /// Those that announce a policy; with more than one, senders use none.
    pub records: Vec<StsRecord>,
    /// The policy; none where no record announces one.
    pub policy: Option<Fetched>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for MtaSts {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// The record at `_mta-sts.`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StsRecord {
    /// As published.
    pub text: Shown,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}
/// What came when the policy was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The host failed.
    Failed(HostFailure),
    /// It is no policy: another status, a redirect, another content type.
    Refused(Shown),
    /// A policy.
    Policy(Policy),
}
/// The policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What senders do with servers that do not fit.
    pub mode: Option<Mode>,
    /// The servers, as patterns.
    pub mx: Vec<String>,
    /// How long it is kept.
    pub max_age: Option<u64>,
    /// What is wrong with it; positions are bytes of the whole text.
    pub flaws: Vec<Flaw>,
}
/// What senders do with servers that do not fit the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They do not deliver.
    Enforce,
    /// They deliver and report.
    Testing,
    /// Nothing: MTA-STS is being taken down.
    None,
}
impl Mode {
    /// The word in the policy.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Testing => "testing",
            Self::None => "none",
        }
    }
}
impl Policy {
    /// Whether senders can use it.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.flaws.iter().all(|f| f.effect != Effect::Breaks)
    }
    /// Whether a mail server is one of the policy's. A leading `*.` stands for exactly one label.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.mx.iter().any(|p| match p.strip_prefix("*.") {
            Some(tail) => host.split_once('.').is_some_and(|(_, rest)| rest == tail),
            None => *p == host,
        })
    }
}

/// The records that announce a policy: those that begin with the version.
#[must_use]
pub fn select(texts: impl IntoIterator<Item = Vec<u8>>) -> Vec<StsRecord> {
    let is_one = |bytes: &Vec<u8>| {
        let text = ascii(bytes);
        let head = text.trim_start().get(..8).unwrap_or_default().to_ascii_lowercase();
        head == "v=stsv1;" || text.trim().eq_ignore_ascii_case("v=STSv1")
    };
    texts.into_iter().filter(is_one).map(|b| record(&b)).collect()
}

fn record(bytes: &[u8]) -> StsRecord {
    let text = ascii(bytes);
    let mut flaws = Flaws::default();
    let all = tags(&text, &mut flaws);
    match all.first() {
        Some(t) if t.name == "v" && t.value == "STSv1" && t.at == 0 => {}
        Some(t) => flaws.breaks(t.at, t.value, "v=STSv1, in this spelling and at the very beginning"),
        None => flaws.breaks(0, "", "v=STSv1"),
    }
    let ids: Vec<_> = all.iter().filter(|t| t.name == "id").collect();
    match ids.as_slice() {
        [] => flaws.breaks(bytes.len(), "", "an id, such as id=20261121"),
        [id] if (1..=32).contains(&id.value.len()) && id.value.bytes().all(|b| b.is_ascii_alphanumeric()) => {}
        [id] => flaws.breaks(id.value_at, id.value, "an id of 1 to 32 letters and digits"),
        [_, again, ..] => flaws.breaks(again.at, "id", "one id"),
    }
    StsRecord { text: Shown::wire(bytes), flaws: flaws.0 }
}

/// What an answer to the fetch of a policy comes to. Redirects do not count (section 3.3).
#[must_use]
pub fn fetched(answer: &Result<HttpAnswer, HostFailure>) -> Fetched {
    let answer = match answer {
        Ok(a) => a,
        Err(failure) => return Fetched::Failed(failure.clone()),
    };
    if answer.status != 200 {
        let to = answer.location().map(|l| format!(" to {}", l.short(120))).unwrap_or_default();
        return Fetched::Refused(format!("it answers {}{to}; senders take 200 alone", answer.status).into());
    }
    if answer.truncated || answer.body.len() > 64 * 1024 {
        return Fetched::Refused("it is larger than the 64 KB that senders read".into());
    }
    let kind = answer.header("content-type").unwrap_or_default();
    let kind = kind.as_str().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "text/plain" {
        let shown = if kind.is_empty() { "without a content type".to_owned() } else { format!("as {kind}") };
        return Fetched::Refused(format!("it is served {shown}; senders take text/plain alone").into());
    }
    Fetched::Policy(policy(&answer.body))
}

/// Reads a policy.
#[must_use]
pub fn policy(bytes: &[u8]) -> Policy {
    let text = ascii(bytes);
    let mut flaws = Flaws::default();
    let mut out = Policy { mode: None, mx: Vec::new(), max_age: None, flaws: Vec::new() };
    let (mut at, mut version) = (0, None);
    for line in text.split('\n').take(MOST_LINES) {
        let here = at;
        at += line.len() + 1;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() {
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            flaws.breaks(here, line, "a line in the form key: value");
            continue;
        };
        let lead = value.len() - value.trim_start().len();
        let (value_at, value) = (here + key.len() + 1 + lead, value.trim());
        match key {
            "version" if version.is_some() => flaws.ignored(here, key, "one version"),
            "version" => {
                version = Some(value.to_owned());
                if value != "STSv1" {
                    flaws.breaks(value_at, value, "STSv1");
                }
            }
            "mode" if out.mode.is_some() => flaws.ignored(here, key, "one mode"),
            "mode" => {
                out.mode = [Mode::Enforce, Mode::Testing, Mode::None].into_iter().find(|m| m.word() == value);
                if out.mode.is_none() {
                    flaws.breaks(value_at, value, "enforce, testing or none");
                }
            }
            "max_age" if out.max_age.is_some() => flaws.ignored(here, key, "one max_age"),
            "max_age" => {
                let digits = !value.is_empty() && value.len() <= 10 && value.bytes().all(|b| b.is_ascii_digit());
                out.max_age = value.parse().ok().filter(|n| digits && *n <= MOST_AGE);
                if out.max_age.is_none() {
                    flaws.breaks(value_at, value, "seconds, at most 31557600");
                }
            }
            "mx" => {
                let host = value.strip_prefix("*.").unwrap_or(value);
                if DomainName::parse(host).is_ok_and(|d| d.as_str().contains('.')) {
                    out.mx.push(value.trim_end_matches('.').to_ascii_lowercase());
                } else {
                    flaws.breaks(value_at, value, "a host name, or *. and a domain");
                }
            }
            // Senders pass over what they do not know.
            _ if key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) && !key.is_empty() => {}
            _ => flaws.breaks(here, key, "a key such as mx, without white space around it"),
        }
    }
    let end = bytes.len();
    let mut need = |is_there: bool, what: &'static str| {
        if !is_there {
            flaws.0.push(Flaw {
                span: Span::of(end, 0),
                found: Shown::default(),
                expected: what,
                effect: Effect::Breaks,
            });
        }
    };
    let said = |key: &str| text.split('\n').take(MOST_LINES).any(|l| l.split_once(':').is_some_and(|(k, _)| k == key));
    need(version.is_some(), "a line version: STSv1");
    need(said("mode"), "a line mode: with enforce, testing or none");
    need(said("max_age"), "a line max_age: with seconds");
    need(said("mx") || out.mode == Some(Mode::None), "a line mx: for each mail server");
    out.flaws = flaws.0;
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_their_flaws() {
        for (text, want) in [
            ("v=STSv1; id=20261121T0101;", Some(vec![])),
            ("v=STSv1;id=a", Some(vec![])),
            ("v=STSv1; id=2026-11-21", Some(vec![12])),
            ("v=STSv1;", Some(vec![8])),
            ("v=STSv1", Some(vec![7])),
            ("v=stsv1; id=1", Some(vec![0])),
            (" v=STSv1; id=1", Some(vec![1])),
            ("v=STSv1; id=1; id=2", Some(vec![15])),
            ("v=STSv2; id=1", None),
            ("v=spf1 -all", None),
        ] {
            let found = select([text.as_bytes().to_vec()]);
            let flaws = found.first().map(|r| r.flaws.iter().map(|f| f.span.start).collect::<Vec<_>>());
            assert_eq!(flaws, want, "{text}");
        }
    }

    #[test]
    fn policies_and_their_flaws() {
        let good = "version: STSv1\r\nmode: enforce\r\nmx: mx.acme.test\r\nmx: *.mail.example\r\nmax_age: 604800\r\n";
        let p = policy(good.as_bytes());
        assert!(p.is_valid() && p.mode == Some(Mode::Enforce) && p.max_age == Some(604_800), "{p:?}");
        assert!(p.covers("MX.acme.test.") && p.covers("a.mail.example"));
        assert!(!p.covers("a.b.mail.example") && !p.covers("mail.example") && !p.covers("x.mx.acme.test"));
        for (text, want) in [
            ("", vec![0, 0, 0, 0]),
            ("version: STSv1\nmode: none\nmax_age: 0", vec![]),
            ("version: STSv2\nmode: enforced\nmx: a.b\nmax_age: 1", vec![9, 21]),
            ("version: STSv1\nmode: testing\nmx: a.b\nmax_age: 99999999", vec![46]),
            ("version: STSv1\nmode: testing\nmx: a b\nmax_age: 1", vec![33]),
            ("version: STSv1\nmode: testing\nmax_age: 1", vec![39]),
            ("version: STSv1\nmode: testing\nmx: a.b\nmax_age: 1\nnonsense", vec![48]),
            ("version: STSv1\nmode: testing\n mx: a.b\nmax_age: 1", vec![29, 48]),
        ] {
            let found: Vec<_> = policy(text.as_bytes()).flaws.iter().map(|f| f.span.start).collect();
            assert_eq!(found, want, "{text}");
        }
        assert!(!policy(&[0xff, 0x1b, b'\n', b':', b'\n']).is_valid());
    }
}
