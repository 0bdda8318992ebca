//! What a value looks like, in place of the value: whose it is, its mode, its flaws, and a keyed
//! hash to compare it by. The probe makes shapes and lets the values go.

use super::placeholder;
use crate::{
    providers::{self, Mode, Role},
    vocab::{DomainName, Shown},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;

/// What a value looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Whose variable it is, by its name; else whose value, where the value says it.
    pub provider: Option<&'static str>,
    /// What the variable is for, by its name.
    pub role: Role,
    /// What the value says of the account's mode.
    pub mode: Mode,
    /// What kind of value it is.
    pub kind: Kind,
    /// The provider whose mail relay the value names, as `SMTP_HOST` does.
    pub relay: Option<&'static str>,
    /// What the value says of mail, where the variable is named for it and is no secret.
    pub mailing: Option<Mailing>,
    /// What secret the value is, by itself and whatever it is called: "a Stripe secret key".
    pub secret: Option<Shown>,
    /// The value as it may be shown: the provider's prefix and, from 24 characters on, its last two
    /// characters; else only its length.
    pub masked: Shown,
    /// Equal values have equal digests within a run; `None` where the value is not known.
    pub digest: Option<Digest>,
    /// How many bytes the value has.
    pub length: usize,
    /// What is wrong with the text of the value, whatever it is for.
    pub flaws: Vec<Flaw>,
    /// How the value differs from what the provider gives out for this variable.
    pub wrong: Option<Wrong>,
    /// What `true`, `1`, `off` and their like say.
    pub flag: Option<bool>,
    /// What the URL of a database says of how it is reached.
    pub database: Option<Database>,
}

/// What is wrong with the text of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// A line break at the end, as `echo` leaves it.
    NewlineTrailing,
    /// Blanks before the value or behind it.
    Blanks,
    /// A character that nobody sees: a zero-width one, or a byte order mark.
    Invisible,
    /// Quotes around the value that are a part of it.
    Quotes,
    /// Typographic quotes around it.
    SmartQuotes,
    /// The id of a webhook endpoint where its secret belongs.
    WebhookId,
}
/// How a value differs from what the provider gives out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is another of the provider's values, or another provider's.
    Is(Shown),
    /// It is none that the provider gives out; the text says with what those begin.
    IsNone(Shown),
}
/// What the URL of a database says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Database {
    /// A character of the password that ends it too early, where one is not written as `%…`.
    pub unescaped: Option<char>,
    /// Whose database is reached without its pooler.
    pub direct: Option<Direct>,
}
/// A database that is reached without its pooler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direct {
    /// `db.….supabase.co`, which has an IPv6 address alone unless the add-on is bought.
    Supabase,
    /// A host of Neon's without `-pooler`.
    Neon,
}

/// What a value says of mail. Of an address only its domain is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mailing {
    /// The domain of an address to send from, as in `EMAIL_FROM`.
    From(DomainName),
    /// The host of a relay, as in `SMTP_HOST`.
    Relay(DomainName),
    /// The domain to send through, as in `MAILGUN_DOMAIN`.
    Domain(DomainName),
}

/// What kind of value it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Empty,
    /// Blanks only.
    Blank,
    /// Set, and the host does not show it (`[SENSITIVE]` in what `vercel env pull` writes).
    Hidden,
    /// Text that stands in for a value; the words say how that shows.
    Placeholder(&'static str),
    /// A URL.
    Url {
        /// Its scheme; empty for `localhost:3000`.
        scheme: String,
        /// Its host.
        host: Shown,
        /// Whether the host is this machine or a private network.
        local: bool,
    },
    /// A key of a known shape.
    Key,
    /// `true`, `0`, `587`.
    Flag,
    /// Anything else.
    Text,
}

/// A keyed hash of a value. It means nothing outside the run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);
impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("digest")
    }
}
/// The key of a run's digests.
pub struct DigestKey(hmac::Key);
impl DigestKey {
    /// A key from random bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }
    /// The digest of a value.
    #[must_use]
    pub fn digest(&self, value: &str) -> Digest {
        let tag = hmac::sign(&self.0, value.as_bytes());
        let mut out = [0; 32];
        out.copy_from_slice(tag.as_ref());
        Digest(out)
    }
}

impl Shape {
    /// The shape of what a variable holds.
    #[must_use]
    pub fn of(name: &str, value: &str, key: &DigestKey) -> Self {
        let owner = providers::by_variable(name);
        let role = role_of(name);
        let trimmed = value.trim();
        let known = recognise(owner, trimmed);
        let kind = kind_of(name, trimmed, role, known.is_some()).unwrap_or(if value.is_empty() {
            Kind::Empty
        } else {
            Kind::Blank
        });
        let provider = owner.map(|(p, _)| p.id).or_else(|| known.as_ref().and_then(|k| k.provider));
        let mode = known.as_ref().map_or(Mode::Silent, |k| k.mode);
        let placeholder = matches!(kind, Kind::Placeholder(_));
        let secret = if placeholder { None } else { known.as_ref().and_then(|k| k.secret.clone()).or(other(trimmed)) };
        let relay = providers::by_smtp_host(relay_host(trimmed)).map(|p| p.id);
        let masked = mask(trimmed, &kind, known.as_ref(), secret.is_some() || is_secret(role));
        let mailing =
            (!placeholder && role == Role::Plain && secret.is_none()).then(|| mailing(name, trimmed)).flatten();
        let digest = (kind != Kind::Hidden).then(|| key.digest(value));
        let bare = unwrapped(trimmed);
        let real = !placeholder && !matches!(kind, Kind::Empty | Kind::Blank | Kind::Hidden);
        let mut flaws = flaws(value);
        if role == Role::WebhookSecret && ["we_", "ed_"].iter().any(|p| bare.starts_with(p)) && bare.len() > 10 {
            flaws.push(Flaw::WebhookId);
        }
        let wrong = owner.filter(|_| real && !flaws.contains(&Flaw::WebhookId)).and_then(|o| wrong(o, bare));
        let flag = matches!(kind, Kind::Flag).then(|| flag(bare)).flatten();
        let database = real.then(|| database(trimmed)).flatten();
        let length = value.len();
        Self {
            provider,
            role,
            mode,
            kind,
            relay,
            mailing,
            secret,
            masked,
            digest,
            length,
            flaws,
            wrong,
            flag,
            database,
        }
    }
    /// The shape of a value that a host keeps to itself, with the digest it tells in its place.
    #[must_use]
    pub fn hidden(name: &str, digest: Option<Digest>) -> Self {
        let provider = providers::by_variable(name).map(|(p, _)| p.id);
        let masked = mask("", &Kind::Hidden, None, true);
        Self {
            provider,
            role: role_of(name),
            mode: Mode::Silent,
            kind: Kind::Hidden,
            relay: None,
            mailing: None,
            secret: None,
            masked,
            digest,
            length: 0,
            flaws: Vec::new(),
            wrong: None,
            flag: None,
            database: None,
        }
    }
    /// Whether it is a secret, by its name or by its value.
    #[must_use]
    pub const fn is_confidential(&self) -> bool {
        is_secret(self.role) || self.secret.is_some()
    }
    /// Whether nothing is there: an empty value or blanks.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self.kind, Kind::Empty | Kind::Blank)
    }
    /// Whether the variable must never reach a browser, by its name.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        is_secret(self.role)
    }
}
const fn is_secret(role: Role) -> bool {
    matches!(role, Role::Secret | Role::WebhookSecret)
}

/// Prefixes with which build tools put a variable into what browsers load.
pub const PUBLIC_PREFIXES: &[&str] = &[
    "NEXT_PUBLIC_",
    "VITE_",
    "PUBLIC_",
    "REACT_APP_",
    "EXPO_PUBLIC_",
    "NUXT_PUBLIC_",
    "NUXT_ENV_",
    "GATSBY_",
    "VUE_APP_",
    "STORYBOOK_",
    "NG_APP_",
    "SNOWPACK_PUBLIC_",
];
/// The name behind a public prefix.
#[must_use]
pub fn behind_public_prefix(name: &str) -> Option<&str> {
    PUBLIC_PREFIXES.iter().find_map(|p| name.strip_prefix(p)).filter(|rest| !rest.is_empty())
}

/// What a variable is for: as the registry says, else as its name suggests.
#[must_use]
pub fn role_of(name: &str) -> Role {
    if let Some((_, var)) = providers::by_variable(name) {
        return var.role;
    }
    if behind_public_prefix(name).is_some() {
        return Role::Public;
    }
    let secret = ["SECRET", "SECRET_KEY", "TOKEN", "PASSWORD", "API_KEY", "APIKEY", "PRIVATE_KEY", "SECRET_TOKEN"];
    let ends = |w: &str| name.strip_suffix(w).is_some_and(|head| head.is_empty() || head.ends_with('_'));
    if ends("WEBHOOK_SECRET") || ends("SIGNING_SECRET") {
        Role::WebhookSecret
    } else if secret.into_iter().any(ends) {
        Role::Secret
    } else {
        Role::Plain
    }
}

/// What is wrong with a text as it stands. A key file and JSON may well end in a line break.
fn flaws(value: &str) -> Vec<Flaw> {
    const SMART: &[char] = &['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{ab}', '\u{bb}'];
    let mut all = Vec::new();
    let trimmed = value.trim();
    if trimmed.is_empty() {
        return all;
    }
    let tail = &value[value.trim_end().len()..];
    if tail.contains(['\n', '\r']) && !trimmed.contains('\n') {
        all.push(Flaw::NewlineTrailing);
    }
    let blank = |t: &str| t.contains(|c: char| !matches!(c, '\n' | '\r'));
    if blank(tail) || !value.starts_with(trimmed) {
        all.push(Flaw::Blanks);
    }
    if value.contains(['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}']) {
        all.push(Flaw::Invisible);
    }
    if unwrapped(trimmed).len() < trimmed.len() {
        all.push(Flaw::Quotes);
    } else if trimmed.starts_with(SMART) && trimmed.ends_with(SMART) {
        all.push(Flaw::SmartQuotes);
    }
    all
}
/// The text without the quotes around it.
fn unwrapped(text: &str) -> &str {
    let inner = |q: char| text.strip_prefix(q)?.strip_suffix(q).filter(|t| !t.is_empty());
    ['"', '\'', '`'].into_iter().find_map(inner).unwrap_or(text)
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// How a value differs from what the provider gives out for the variable. Where it is not known what
/// all its values look like, only one of another kind is wrong.
fn wrong((provider, var): (&'static providers::Provider, &'static providers::Var), value: &str) -> Option<Wrong> {
    let own = var.prefixes.iter().any(|(p, _)| value.starts_with(p)) || var.forms.iter().any(|f| f.fits(value));
    if own {
        return None;
    }
    let other = longest(value, |p| p.id == provider.id).or_else(|| longest(value, |_| var.strict));
    if let Some((owner, other, prefix, _)) = other.filter(|(_, _, p, _)| p.len() >= 3 && value.len() >= p.len() + 8) {
        let what = match other.role {
            Role::Secret => "secret key",
            Role::WebhookSecret => "webhook secret",
            Role::Public => "public key",
            Role::Plain => "value",
        };
        let names = if owner.id == provider.id { owner.name.to_owned() } else { owner_names(prefix).join(" or ") };
        return Some(Wrong::Is(format!("a {names} {what}").into()));
    }
    let begin: Vec<&str> = var.prefixes.iter().map(|(p, _)| *p).collect();
    let others = if var.forms.contains(&providers::Form::Uuid) { "a UUID" } else { "eyJ" };
    let others = if var.forms.is_empty() { Vec::new() } else { vec![others] };
    let all: Vec<&str> = begin.into_iter().filter(|p| !p.starts_with("POSTMARK")).chain(others).collect();
    var.strict.then(|| Wrong::IsNone(all.join(", ").into()))
}

/// What the URL of a database says, by its text: one with a `#` or `@` in its password is no URL that a
/// parser would take apart as it was meant.
fn database(value: &str) -> Option<Database> {
    const SCHEMES: &[&str] = &["postgres", "postgresql", "mysql", "mongodb", "mongodb+srv", "redis", "rediss"];
    let (scheme, rest) = value.split_once("://")?;
    if !SCHEMES.contains(&scheme) {
        return None;
    }
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let password = user.split_once(':').map_or("", |(_, p)| p);
    let hex = |t: &str| t.len() >= 2 && t.is_char_boundary(2) && t[..2].bytes().all(|b| b.is_ascii_hexdigit());
    let lone = password.split('%').skip(1).any(|t| !hex(t));
    // `user:pa/ss@host`: what looks like the host ends at the sign.
    let cut = (user.is_empty() && authority.contains(':') && rest[authority.len()..].contains('@'))
        .then(|| rest[authority.len()..].chars().next())
        .flatten();
    let query = rest.find('?').unwrap_or(rest.len());
    let cut = cut.filter(|_| authority.len() < query || rest[authority.len()..].starts_with('?'));
    let port = authority.rsplit_once(':').is_some_and(|(_, p)| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    let unescaped = match (user.contains('@'), lone, cut.filter(|_| !port)) {
        (true, ..) => Some('@'),
        (_, true, _) => Some('%'),
        (_, _, cut) => cut,
    };
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let first = host.split('.').next().unwrap_or_default();
    let direct = match host.as_str() {
        h if first == "db" && h.ends_with(".supabase.co") => Some(Direct::Supabase),
        h if h.ends_with(".neon.tech") && !first.ends_with("-pooler") => Some(Direct::Neon),
        _ => None,
    };
    Some(Database { unescaped, direct })
}

struct Known {
    prefix: &'static str,
    provider: Option<&'static str>,
    mode: Mode,
    secret: Option<Shown>,
}

/// Whose key this is: first by the variable's own provider, since Stripe and Clerk share prefixes,
/// then by the prefix alone.
fn recognise(owner: Option<(&'static providers::Provider, &'static providers::Var)>, value: &str) -> Option<Known> {
    let of_owner = owner.and_then(|(p, _)| longest(value, |q| q.id == p.id));
    let found = of_owner.or_else(|| longest(value, |_| true))?;
    let (provider, var, prefix, mode) = found;
    let rest = &value[prefix.len()..];
    let keylike = rest.len() >= 16 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.+/=".contains(&b));
    // Dummy keys such as `1x000…` are no secrets, and a short rest proves nothing.
    let secret = is_secret(var.role) && keylike && !prefix.starts_with(|c: char| c.is_ascii_digit());
    let rivals = owner_names(prefix);
    let by_name = owner.is_some_and(|(p, _)| p.id == provider.id);
    let names = if by_name { provider.name.to_owned() } else { rivals.join(" or ") };
    let what = if var.role == Role::WebhookSecret { "webhook secret" } else { "secret key" };
    Some(Known {
        prefix,
        provider: (by_name || rivals.len() == 1).then_some(provider.id),
        mode,
        secret: secret.then(|| {
            let names = if prefix == "whsec_" && !by_name { String::new() } else { format!("{names} ") };
            format!("a {names}{what}").into()
        }),
    })
}
type Match = (&'static providers::Provider, &'static providers::Var, &'static str, Mode);
fn longest(value: &str, pick: impl Fn(&providers::Provider) -> bool) -> Option<Match> {
    providers::ALL
        .iter()
        .copied()
        .filter(|p| pick(p))
        .flat_map(|p| p.env.iter().flat_map(move |e| e.vars.iter().map(move |v| (p, v))))
        .flat_map(|(p, v)| v.prefixes.iter().map(move |(prefix, mode)| (p, v, *prefix, *mode)))
        .filter(|(_, _, prefix, _)| value.starts_with(prefix))
        .max_by_key(|(_, _, prefix, _)| prefix.len())
}
/// The names of all providers whose keys begin so.
fn owner_names(prefix: &str) -> Vec<&'static str> {
    let has = |p: &&&providers::Provider| {
        p.env.iter().flat_map(|e| e.vars).any(|v| v.prefixes.iter().any(|(x, _)| *x == prefix))
    };
    let mut names: Vec<_> = providers::ALL.iter().filter(has).map(|p| p.name).collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    names
}

/// Secrets that no prefix of the registry tells.
fn other(value: &str) -> Option<Shown> {
    if value.contains("-----BEGIN") && value.contains("PRIVATE KEY-----") {
        return Some("a private key".into());
    }
    if jwt_role(value).as_deref() == Some("service_role") {
        return Some("a Supabase service role key".into());
    }
    let url = url::Url::parse(value).ok()?;
    let database =
        matches!(url.scheme(), "postgres" | "postgresql" | "mysql" | "mongodb" | "mongodb+srv" | "rediss" | "redis");
    (database && url.password().is_some_and(|p| !p.is_empty())).then(|| "a database URL with its password".into())
}
/// The role that a Supabase key of the older kind carries inside.
fn jwt_role(value: &str) -> Option<String> {
    let mut parts = value.split('.');
    let (Some(head), Some(body), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    if !head.starts_with("eyJ") || body.len() > 4096 {
        return None;
    }
    let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
    claims.get("role")?.as_str().map(str::to_owned)
}

fn kind_of(name: &str, value: &str, role: Role, known: bool) -> Option<Kind> {
    if value.is_empty() {
        return None;
    }
    if value == "[SENSITIVE]" {
        return Some(Kind::Hidden);
    }
    if let Some(why) = placeholder::why(name, value, is_secret(role)) {
        return Some(Kind::Placeholder(why));
    }
    if known {
        return Some(Kind::Key);
    }
    if let Some(url) = url_of(value) {
        return Some(url);
    }
    let flag = matches!(value, "true" | "false" | "yes" | "no" | "on" | "off")
        || value.len() <= 5 && value.bytes().all(|b| b.is_ascii_digit());
    Some(if flag { Kind::Flag } else { Kind::Text })
}
fn url_of(value: &str) -> Option<Kind> {
    for bare in ["localhost", "127.0.0.1", "0.0.0.0"] {
        if value.strip_prefix(bare).is_some_and(|r| r.is_empty() || r.starts_with([':', '/'])) {
            return Some(Kind::Url { scheme: String::new(), host: bare.into(), local: true });
        }
    }
    if !value.contains("://") {
        return None;
    }
    let url = url::Url::parse(value).ok()?;
    let host = url.host_str()?.to_ascii_lowercase();
    Some(Kind::Url { scheme: url.scheme().to_owned(), local: is_local(&host), host: host.into() })
}
/// Whether a host is this machine or lies in a private network.
fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<std::net::IpAddr>() {
        return match ip {
            std::net::IpAddr::V4(v4) => v4.is_loopback() || v4.is_unspecified() || v4.is_private(),
            std::net::IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified(),
        };
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    matches!(last, "localhost" | "local") || host == "host.docker.internal"
}

/// The domain of a From address, where a variable of this name and value is one that mail can be sent
/// with: no sandbox of a provider, and no free mailbox.
#[must_use]
pub fn sends_from(name: &str, value: &str) -> Option<DomainName> {
    match mailing(name, value) {
        Some(Mailing::From(domain)) if crate::email::is_own(&domain) => Some(domain),
        _ => None,
    }
}

/// What a variable of this name says of mail: a sender's address, a relay, or a domain to send through.
fn mailing(name: &str, value: &str) -> Option<Mailing> {
    const RELAYS: &[&str] = &["SMTP_HOST", "EMAIL_SERVER_HOST", "MAIL_HOST", "SMTP_SERVER"];
    let domain = |text: &str| DomainName::parse(text).ok().filter(|d| d.as_str().contains('.'));
    let words: Vec<&str> = name.split('_').collect();
    if RELAYS.contains(&name) {
        return domain(relay_host(value)).map(Mailing::Relay);
    }
    let through = |p: &&providers::Provider| p.mail.as_ref().is_some_and(|m| m.domain_vars.contains(&name));
    if providers::ALL.iter().copied().any(|p| through(&p)) {
        return domain(value).map(Mailing::Domain);
    }
    if words.contains(&"FROM") || words.contains(&"SENDER") {
        let address = value.rsplit_once('<').map_or(value, |(_, a)| a.trim_end_matches('>'));
        return domain(address.trim().rsplit_once('@')?.1).map(Mailing::From);
    }
    None
}

/// The host in `smtp.acme.test`, `smtp.acme.test:587` and `smtps://user:pass@smtp.acme.test:465`.
fn relay_host(value: &str) -> &str {
    let rest = value.split_once("://").map_or(value, |(_, r)| r);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, r)| r);
    rest.split([':', '/', '?']).next().unwrap_or_default()
}

fn mask(value: &str, kind: &Kind, known: Option<&Known>, secret: bool) -> Shown {
    let count = value.chars().count();
    let length = || format!("({count} character{})", if count == 1 { "" } else { "s" }).into();
    match kind {
        Kind::Empty => "(empty)".into(),
        Kind::Blank => "(only blanks)".into(),
        Kind::Hidden => "(not shown by the host)".into(),
        Kind::Url { scheme, host, .. } if !secret && !value.contains('@') => {
            let sep = if scheme.is_empty() { "" } else { "://" };
            let port = url::Url::parse(value).ok().and_then(|u| u.port()).map_or_else(String::new, |p| format!(":{p}"));
            format!("{scheme}{sep}{host}{port}").into()
        }
        _ => match known {
            // The prefix of a dummy key is the whole key, and says nothing that is not public.
            Some(k) if count >= 24 && value.len() > k.prefix.len() + 2 => {
                let tail: String = value.chars().skip(count - 2).collect();
                format!("{}…{tail}", k.prefix).into()
            }
            Some(k) => format!("{}…", k.prefix).into(),
            None => length(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(name: &str, value: &str) -> Shape {
        Shape::of(name, value, &DigestKey::new(&[7; 32]))
    }
    fn key(prefix: &str) -> String {
        format!("{prefix}_{}", "a1B2c3D4e5F6g7H8i9J0k1L2")
    }

    #[test]
    fn the_name_decides_whose_key_it_is() {
        let live = key("sk_live");
        let s = shape("STRIPE_SECRET_KEY", &live);
        assert_eq!((s.provider, s.mode, &s.kind), (Some("stripe"), Mode::Live, &Kind::Key));
        assert_eq!(s.secret.unwrap().as_str(), "a Stripe secret key");
        assert_eq!(s.masked.as_str(), "sk_live_…L2");
        let s = shape("CLERK_SECRET_KEY", &live);
        assert_eq!((s.provider, s.secret.unwrap().as_str()), (Some("clerk"), "a Clerk secret key"));
        let s = shape("PAYMENTS", &key("sk_test"));
        assert_eq!((s.provider, s.mode), (None, Mode::Test));
        assert_eq!(s.secret.unwrap().as_str(), "a Stripe or Clerk secret key");
    }

    #[test]
    fn values_do_not_show() {
        let s = shape("ANYTHING", "hunter2-and-more");
        assert_eq!(s.masked.as_str(), "(16 characters)");
        let s = shape("DATABASE_URL", "postgres://app:s3cr3tpw@db.acme.test/app");
        assert!(!format!("{s:?}").contains("s3cr3t"), "{s:?}");
        assert_eq!(s.secret.unwrap().as_str(), "a database URL with its password");
        let s = shape("APP_URL", "https://acme.test:8443/path?token=abc");
        assert_eq!(s.masked.as_str(), "https://acme.test:8443");
        let s = shape("X_URL", "https://abc@acme.test");
        assert_eq!(s.masked.as_str(), "(21 characters)");
        assert_eq!(shape("RESEND_API_KEY", "re_short1").masked.as_str(), "re_…");
    }

    #[test]
    fn kinds() {
        let kind = |n, v| shape(n, v).kind;
        assert_eq!(kind("A", ""), Kind::Empty);
        assert_eq!(kind("A", "  \n"), Kind::Blank);
        assert_eq!(kind("A", "true"), Kind::Flag);
        assert_eq!(kind("A", "587"), Kind::Flag);
        let local = |v| matches!(kind("A", v), Kind::Url { local: true, .. });
        for v in
            ["http://localhost:3000", "localhost:3000", "http://127.0.0.2/x", "http://[::1]:3", "http://192.168.0.4"]
        {
            assert!(local(v), "{v}");
        }
        assert!(!local("https://acme.test") && !local("https://localhost.acme.test"));
        assert!(matches!(kind("STRIPE_SECRET_KEY", "sk_test_"), Kind::Placeholder(_)));
    }

    #[test]
    fn older_supabase_keys_carry_their_role() {
        let jwt = |role: &str| {
            let body = URL_SAFE_NO_PAD.encode(format!("{{\"role\":\"{role}\"}}"));
            format!("{}.{body}.c2ln", URL_SAFE_NO_PAD.encode("{\"alg\":\"HS256\"}"))
        };
        assert!(shape("NEXT_PUBLIC_KEY", &jwt("service_role")).secret.is_some());
        assert!(shape("NEXT_PUBLIC_KEY", &jwt("anon")).secret.is_none());
    }

    #[test]
    fn equal_values_have_equal_digests() {
        assert_eq!(shape("A", "x").digest, shape("B", "x").digest);
        assert_ne!(shape("A", "x").digest, shape("A", "y").digest);
        assert_ne!(DigestKey::new(&[1; 32]).digest("x"), DigestKey::new(&[2; 32]).digest("x"));
    }

    #[test]
    fn relays_and_hidden_values() {
        assert_eq!(shape("SMTP_HOST", "smtp.resend.com").relay, Some("resend"));
        assert_eq!(shape("EMAIL_SERVER", "smtps://u:p@smtp.gmail.com:465/").relay, Some("google-workspace"));
        assert_eq!(shape("X", "hello").relay, None);
        assert_eq!(shape("STRIPE_SECRET_KEY", "[SENSITIVE]").kind, Kind::Hidden);
    }

    #[test]
    fn what_is_said_of_mail_is_a_domain_and_never_an_address() {
        let of = |n, v| shape(n, v).mailing;
        let name = |d| DomainName::parse(d).unwrap();
        assert_eq!(of("EMAIL_FROM", "Acme <hi@mail.acme.test>"), Some(Mailing::From(name("mail.acme.test"))));
        assert_eq!(of("RESEND_FROM_EMAIL", "hi@acme.test"), Some(Mailing::From(name("acme.test"))));
        assert_eq!(of("SMTP_HOST", "smtp.acme.test:587"), Some(Mailing::Relay(name("smtp.acme.test"))));
        assert_eq!(of("MAILGUN_DOMAIN", "mg.acme.test"), Some(Mailing::Domain(name("mg.acme.test"))));
        for (n, v) in [("EMAIL_SERVER", "smtps://u:p@smtp.gmail.com"), ("EMAIL_FROM", "hello"), ("X", "hi@acme.test")] {
            assert_eq!(of(n, v), None, "{n}");
        }
        assert!(!format!("{:?}", shape("EMAIL_FROM", "secret.person@acme.test")).contains("person"));
    }

    #[test]
    fn what_is_wrong_with_a_text() {
        let of = |v| shape("A_TOKEN", v).flaws;
        assert_eq!(of("abc\n"), [Flaw::NewlineTrailing]);
        assert_eq!(of(" abc"), [Flaw::Blanks]);
        assert_eq!(of("abc \n"), [Flaw::NewlineTrailing, Flaw::Blanks]);
        assert_eq!(of("a\u{200b}bc"), [Flaw::Invisible]);
        assert_eq!(of("\"abc\""), [Flaw::Quotes]);
        assert_eq!(of("\u{201c}abc\u{201d}"), [Flaw::SmartQuotes]);
        for fine in ["abc", "", "  ", "-----BEGIN X\nabc\n-----END\n", "it's", "a\"b\""] {
            assert_eq!(of(fine), [], "{fine:?}");
        }
        assert_eq!(shape("STRIPE_WEBHOOK_SECRET", "we_1OabcdEFGHijkl").flaws, [Flaw::WebhookId]);
    }

    #[test]
    fn a_value_of_another_kind() {
        let of = |n, v: &str| shape(n, v).wrong;
        assert_eq!(of("STRIPE_SECRET_KEY", &key("sk_live")), None);
        assert_eq!(of("STRIPE_SECRET_KEY", &format!("'{}'", key("sk_live"))), None, "the quotes are another's");
        assert_eq!(of("STRIPE_SECRET_KEY", &key("pk_live")), Some(Wrong::Is("a Stripe public key".into())));
        assert_eq!(of("RESEND_API_KEY", &key("SG")), Some(Wrong::IsNone("re_".into())));
        assert_eq!(of("SUPABASE_SERVICE_ROLE_KEY", "eyJhb.eyJy.c2ln"), None);
        assert_eq!(of("HUBSPOT_ACCESS_TOKEN", "CKuu1JwvEP"), None, "not all of its tokens are known");
        assert_eq!(of("STRIPE_SECRET_KEY", "your_key"), None);
    }

    #[test]
    fn what_a_database_url_says() {
        let of = |v: &str| shape("DATABASE_URL", v).database.unwrap();
        for (url, bad) in [
            ("postgres://app:p@ss@db.acme.test/app", Some('@')),
            ("postgres://app:p#ss@db.acme.test/app", Some('#')),
            ("postgres://app:p/ss@db.acme.test/app", Some('/')),
            ("postgres://app:p%ss@db.acme.test/app", Some('%')),
            ("postgres://app:p%40ss@db.acme.test/app?a=b@c", None),
            ("postgres://db.acme.test:5432/app?user=a@b", None),
            ("postgres://app:pw@db.acme.test:5432/app", None),
            ("redis://127.0.0.1:6379", None),
        ] {
            assert_eq!(of(url).unescaped, bad, "{url}");
        }
        assert_eq!(of("postgres://p:x1y2@db.abc.supabase.co:5432/postgres").direct, Some(Direct::Supabase));
        assert_eq!(of("postgres://p:x1y2@ep-cool-1.eu.aws.neon.tech/db").direct, Some(Direct::Neon));
        assert_eq!(of("postgres://p:x1y2@ep-cool-1-pooler.eu.aws.neon.tech/db").direct, None);
        assert_eq!(shape("A", "https://acme.test").database, None);
    }

    #[test]
    fn flags() {
        assert_eq!(
            (shape("A", "true").flag, shape("A", "0").flag, shape("A", "587").flag),
            (Some(true), Some(false), None)
        );
    }

    #[test]
    fn roles_by_name() {
        assert_eq!(role_of("MY_API_KEY"), Role::Secret);
        assert_eq!(role_of("ACME_WEBHOOK_SECRET"), Role::WebhookSecret);
        assert_eq!(role_of("NEXT_PUBLIC_MAPS_API_KEY"), Role::Public);
        assert_eq!(role_of("MONKEY"), Role::Plain);
    }
}
