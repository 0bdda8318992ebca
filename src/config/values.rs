//! The kinds of value that a configuration holds, each read from what a person writes.
//! A value that names something keeps where it stands, so that a finding can point there.

use jiff::civil::Date;
use launchcheck_checks::vocab::{DomainName, Pick, Selector, Severity, TargetId, TargetKind};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, fmt::Write as _, ops::Deref, ops::Range, path::PathBuf, str::FromStr, time::Duration};
use url::Url;

/// A value and the bytes of the file that it was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located<T> {
    value: T,
    span: Range<usize>,
}

impl<T> Located<T> {
    /// A value that stands at `span`.
    pub const fn new(value: T, span: Range<usize>) -> Self {
        Self { value, span }
    }
    /// The value.
    pub const fn get(&self) -> &T {
        &self.value
    }
    /// Its bytes in the file.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}
impl<T> Deref for Located<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}
impl<T: fmt::Display> fmt::Display for Located<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// What can stand in a [`Located`]: how TOML carries it and how it is read from there.
pub trait Value: Sized {
    /// What TOML holds.
    type Raw: for<'de> Deserialize<'de>;
    /// Reads the value, or says in a fragment what is wrong with it.
    fn read(raw: Self::Raw) -> Result<Self, String>;
    /// How the JSON Schema describes it.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

impl<'de, T: Value> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let raw = toml::Spanned::<T::Raw>::deserialize(from)?;
        let span = raw.span();
        let value = T::read(raw.into_inner()).map_err(|why| de::Error::custom(with_span(&span, &why)))?;
        Ok(Self { value, span })
    }
}
/// Frames the span in a message, since serde has no other way to hand it on: the reader would place
/// a bad element of a list at the whole list.
fn with_span(span: &Range<usize>, why: &str) -> String {
    format!("{FRAME}{}{FRAME}{}{FRAME}{why}", span.start, span.end)
}
/// A character that no message holds.
const FRAME: char = '\u{1f}';
/// The span and the words of a message made by [`with_span`].
pub(super) fn split_span(message: &str) -> Option<(Range<usize>, &str)> {
    let (start, rest) = message.strip_prefix(FRAME)?.split_once(FRAME)?;
    let (end, why) = rest.split_once(FRAME)?;
    Some((start.parse().ok()?..end.parse().ok()?, why))
}

// The schema shows defaults, which is the only use of writing a value back.
impl<T: fmt::Display> Serialize for Located<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.value)
    }
}
impl<T: Value> JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Located".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::schema(generator)
    }
}

/// A value that TOML holds as text.
macro_rules! text_value {
    ($t:ty, $schema:expr, |$raw:ident| $read:expr) => {
        impl Value for $t {
            type Raw = String;
            fn read($raw: String) -> Result<Self, String> {
                $read
            }
            fn schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}
/// A table of the configuration, so that a whole table can be located.
macro_rules! table_value {
    ($($t:ty),* $(,)?) => {
        $(impl $crate::config::values::Value for $t {
            type Raw = Self;
            fn read(raw: Self) -> Result<Self, String> {
                Ok(raw)
            }
            fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<Self>()
            }
        })*
    };
}
pub(crate) use table_value;

text_value!(String, json_schema!({"type": "string", "minLength": 1}), |raw| {
    if raw.trim().is_empty() { Err("this is empty".into()) } else { Ok(raw) }
});
text_value!(PathBuf, json_schema!({"type": "string", "minLength": 1}), |raw| {
    if raw.is_empty() { Err("the path is empty".into()) } else { Ok(Self::from(raw)) }
});
text_value!(DomainName, json_schema!({"type": "string", "format": "idn-hostname"}), |raw| {
    whole_name(&raw).map_err(|why| format!("`{raw}` is not a domain name: {why}"))
});
text_value!(Selector, json_schema!({"type": "string"}), |raw| {
    Self::parse(&raw).map_err(|e| format!("`{raw}` is not a DKIM selector: {e}"))
});
text_value!(Url, json_schema!({"type": "string", "format": "uri"}), |raw| read_url(&raw));
text_value!(Pick, json_schema!({"type": "string"}), |raw| read_pick(&raw));
text_value!(TargetId, json_schema!({"type": "string", "pattern": "^[a-z]+:"}), |raw| {
    match read_pick(&raw)? {
        Pick::Target(t) => Ok(t),
        _ => Err(format!("`{raw}` is not a target; write it as `kind:name`, such as `mail:acme.test`")),
    }
});

/// A name with a dot: what is launched is reached under a whole name.
fn whole_name(text: &str) -> Result<DomainName, String> {
    let name = DomainName::parse(text).map_err(|e| e.to_string())?;
    if name.as_str().contains('.') { Ok(name) } else { Err("it has no dot".to_owned()) }
}

/// An `http` or `https` URL without credentials; a fragment is never sent, so it is dropped.
pub fn read_url(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|e| match e {
        url::ParseError::RelativeUrlWithoutBase => {
            format!("`{text}` is not a URL: it needs https:// in front")
        }
        e => format!("`{text}` is not a URL: {e}"),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("`{}:` is not http or https", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL holds a user name or password; a secret never stands in the configuration".into());
    }
    url.set_fragment(None);
    Ok(url)
}

/// A webhook's URL without the values of its query.
#[must_use]
pub fn webhook_name(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    let names: Vec<String> = url.query_pairs().map(|(name, _)| format!("{name}=…")).collect();
    if names.is_empty() { shown.into() } else { format!("{shown}?{}", names.join("&")) }
}

/// A family, a rule id or a target. The URL of a webhook and the name of a host are brought into
/// the form that targets have.
pub fn read_pick(text: &str) -> Result<Pick, String> {
    let pick = Pick::parse(text.trim()).map_err(|e| e.to_string())?;
    Ok(match pick {
        Pick::Target(t) if t.kind == TargetKind::Webhook && !t.name.is_empty() => {
            Pick::Target(TargetId::new(t.kind, webhook_name(&read_url(&t.name)?)))
        }
        Pick::Target(t)
            if matches!(t.kind, TargetKind::Host | TargetKind::Mail | TargetKind::Site | TargetKind::Zone) =>
        {
            let name = t.domain().map_or(t.name, |d| d.as_str().to_owned());
            Pick::Target(TargetId::new(t.kind, name))
        }
        other => other,
    })
}

/// The name of an environment variable.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct EnvName(String);
impl EnvName {
    /// Reads a name: letters, digits and underscores, not starting with a digit. What looks like a
    /// value is refused without being repeated, since it may be a secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut bytes = text.bytes();
        let good = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_');
        // NOTE: `sk_live_abc` is a well-formed name, so the shape alone does not protect a key.
        let secret = ["sk_", "rk_", "pk_", "whsec_", "re_"].iter().any(|p| text.starts_with(p));
        if secret || !good {
            return Err(if text.is_empty() {
                "the name of a variable is empty".into()
            } else {
                "give the name of an environment variable here, never its value".to_owned()
            });
        }
        Ok(Self(text.to_owned()))
    }
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
text_value!(EnvName, json_schema!({"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}), |raw| Self::parse(&raw));

/// An address that mail is sent from: `hi@acme.test`, `Acme <hi@acme.test>`, or a bare domain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailAddress {
    /// The part before the `@`; empty where only a domain was given.
    pub local: String,
    /// The part after it.
    pub domain: DomainName,
}
impl FromStr for MailAddress {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let inner = match text.trim().strip_suffix('>').and_then(|t| t.rsplit_once('<')) {
            Some((_, inner)) => inner,
            None => text.trim(),
        };
        let (local, domain) = inner.rsplit_once('@').unwrap_or(("", inner));
        let domain = whole_name(domain).map_err(|why| format!("`{text}` is not a mail address: {why}"))?;
        Ok(Self { local: local.to_owned(), domain })
    }
}
text_value!(MailAddress, json_schema!({"type": "string"}), |raw| raw.parse());

/// A path on a site: starts with `/`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UrlPath(String);
impl UrlPath {
    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
text_value!(UrlPath, json_schema!({"type": "string", "pattern": "^/"}), |raw| {
    if raw.starts_with('/') && !raw.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Ok(Self(raw))
    } else {
        Err(format!("`{raw}` is not a path; it starts with `/` and has no spaces"))
    }
});

/// A path of the site, or an https URL on another of its hosts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RoutePath(String);
impl RoutePath {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
text_value!(RoutePath, json_schema!({"type": "string", "pattern": "^(/|https://)"}), |raw| {
    let url = raw.strip_prefix("https://").is_some_and(|rest| rest.contains('.') && !rest.contains('@'));
    if (raw.starts_with('/') && !raw.starts_with("//") || url)
        && !raw.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        Ok(Self(raw))
    } else {
        Err(format!("`{raw}` is no path and no https URL; write it as `/api/plans` or `https://api.acme.test/v1/me`"))
    }
});

/// A length of time as people write it: `300ms`, `10s`, `15m`, `2h`, `14d`, `1h30m`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Period(pub Duration);
impl Period {
    /// This many seconds.
    #[must_use]
    pub const fn secs(n: u64) -> Self {
        Self(Duration::from_secs(n))
    }
    /// This many milliseconds.
    #[must_use]
    pub const fn millis(n: u64) -> Self {
        Self(Duration::from_millis(n))
    }
}
/// The units, largest first, in milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

impl FromStr for Period {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a length of time; write it as `300ms`, `10s`, `15m`, `2h` or `14d`");
        let (mut rest, mut total) = (text.trim(), 0u64);
        if rest.is_empty() {
            return Err(bad());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
            let (number, tail) = rest.split_at(digits);
            let tail = tail.trim_start();
            let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(letters);
            let scale = UNITS.iter().find(|(u, _)| *u == unit).ok_or_else(bad)?.1;
            let part = number.parse::<u64>().ok().and_then(|n| n.checked_mul(scale)).ok_or_else(bad)?;
            total = total.checked_add(part).ok_or_else(bad)?;
            rest = tail.trim_start();
        }
        Ok(Self(Duration::from_millis(total)))
    }
}
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if left == 0 {
            return f.pad("0s");
        }
        let mut text = String::new();
        for (unit, scale) in UNITS {
            if left >= scale {
                let _ = write!(text, "{}{unit}", left / scale);
                left %= scale;
            }
        }
        f.pad(&text)
    }
}
text_value!(Period, period_schema(), |raw| raw.parse());
fn period_schema() -> Schema {
    json_schema!({"type": "string", "pattern": "^([0-9]+ *(ms|s|m|h|d) *)+$"})
}

/// A share: `2 %` or `0.5%`.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Percent(pub f64);
impl FromStr for Percent {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().strip_suffix('%').and_then(|n| n.trim().parse::<f64>().ok());
        match number {
            Some(n) if (0.0..=100.0).contains(&n) => Ok(Self(n)),
            _ => Err(format!("`{text}` is not a share between 0 % and 100 %; write it as `2 %`")),
        }
    }
}
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} %", self.0))
    }
}
text_value!(Percent, percent_schema(), |raw| raw.parse());
fn percent_schema() -> Schema {
    json_schema!({"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? *%$"})
}

/// The severity from which a finding closes the gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// Blockers alone.
    #[default]
    Blocker,
    /// High and worse.
    High,
    /// Medium and worse.
    Medium,
    /// Low and worse.
    Low,
    /// Nothing closes the gate; the run ends 0 whatever it finds.
    Never,
}
impl FailOn {
    /// Every choice.
    pub const ALL: [Self; 5] = [Self::Blocker, Self::High, Self::Medium, Self::Low, Self::Never];
    /// The word on the command line and in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocker => "blocker",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Never => "never",
        }
    }
    /// The severity, or `None` for never.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Blocker => Some(Severity::Blocker),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Never => None,
        }
    }
}

/// A date as TOML writes it, bare or in quotes.
pub struct DateRaw(toml::Value);
impl<'de> Deserialize<'de> for DateRaw {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        toml::Value::deserialize(from).map(Self)
    }
}
impl Value for Date {
    type Raw = DateRaw;
    fn read(raw: DateRaw) -> Result<Self, String> {
        let text = match raw.0 {
            toml::Value::String(s) => s,
            toml::Value::Datetime(d) => d.to_string(),
            other => return Err(format!("expected a date such as `2026-12-31`, found {}", other.type_str())),
        };
        text.parse().map_err(|_| format!("`{text}` is not a date; write it as `2026-12-31`"))
    }
    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time() {
        for (text, ms) in [
            ("300ms", 300),
            ("10s", 10_000),
            ("15m", 900_000),
            ("14d", 1_209_600_000),
            ("1h30m", 5_400_000),
            ("2 s", 2000),
        ] {
            assert_eq!(text.parse::<Period>().unwrap().0.as_millis(), ms, "{text}");
        }
        for text in ["", "10", "s", "10 weeks", "-3s", "1.5h", "99999999999999999999s"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
        assert_eq!("90m".parse::<Period>().unwrap().to_string(), "1h30m");
        assert_eq!(Period::millis(300).to_string(), "300ms");
    }

    #[test]
    fn shares() {
        assert_eq!("2 %".parse(), Ok(Percent(2.0)));
        assert_eq!("0.5%".parse(), Ok(Percent(0.5)));
        assert!("2".parse::<Percent>().is_err());
        assert!("200%".parse::<Percent>().is_err());
    }

    #[test]
    fn a_secret_is_not_a_name_and_is_not_repeated() {
        let key = format!("sk_{}_{}", "live", "abcdefgh");
        let said = EnvName::parse(&key).unwrap_err();
        assert!(!said.contains("abcdefgh"));
        assert!(EnvName::parse("STRIPE_SECRET_KEY").is_ok());
        assert!(EnvName::parse("3X").is_err());
    }

    #[test]
    fn addresses_as_people_write_them() {
        for text in ["hi@acme.test", "Acme <hi@acme.test>", "acme.test"] {
            assert_eq!(text.parse::<MailAddress>().unwrap().domain.as_str(), "acme.test", "{text}");
        }
        assert!("hi@".parse::<MailAddress>().is_err());
        assert!("root@localhost".parse::<MailAddress>().is_err());
    }

    #[test]
    fn urls_hold_no_credentials() {
        assert_eq!(read_url("https://Acme.test").unwrap().as_str(), "https://acme.test/");
        assert!(read_url("https://a:b@acme.test/").unwrap_err().contains("never stands"));
        assert!(read_url("acme.test/hook").unwrap_err().contains("https://"));
        assert!(read_url("ftp://acme.test/").is_err());
    }
}
