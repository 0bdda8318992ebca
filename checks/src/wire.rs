//! Questions to the world and what answers look like. The probes ask them; inquiries think in them.

use crate::tls::hello::{Heard, Offer};
use crate::vocab::{Cause, DomainName, Question, Shown};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How an audited host failed to talk. These are answers: the host said no, or said nonsense.
/// Silence and a missing route are not here; they are unknown.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum HostFailure {
    /// The name does not exist (NXDOMAIN).
    NoSuchName,
    /// The name exists and has no address.
    NoAddress,
    /// The connection was refused.
    Refused,
    /// The connection was reset or ended in the middle.
    Reset,
    /// The server ended the handshake with this TLS alert.
    TlsAlert(Shown),
    /// What answered does not speak TLS; the text is the start of what it said.
    NotTls(Shown),
    /// The handshake or the HTTP answer broke the protocol, or could not be agreed on.
    Protocol(Shown),
    /// A redirect or a record led to a private address, which is never connected to.
    PrivateAddress(Shown),
    /// The server ends the connection of every client that shows no certificate.
    WantsCertificate,
}
impl HostFailure {
    /// Why whatever else was to be learned of the host stays unknown.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Self::NoSuchName | Self::NoAddress | Self::PrivateAddress(_) => Cause::NoRoute,
            Self::Refused | Self::Reset | Self::TlsAlert(_) | Self::WantsCertificate => Cause::Refused,
            Self::NotTls(_) | Self::Protocol(_) => Cause::Parse(self.to_string().into()),
        }
    }
    /// Whether the name leads nowhere at all: it does not exist or has no address.
    #[must_use]
    pub const fn is_nowhere(&self) -> bool {
        matches!(self, Self::NoSuchName | Self::NoAddress)
    }
}
impl std::fmt::Display for HostFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoSuchName => f.write_str("the name does not exist (NXDOMAIN)"),
            Self::NoAddress => f.write_str("the name has no address (no A or AAAA record)"),
            Self::Refused => f.write_str("connection refused"),
            Self::Reset => f.write_str("the connection was closed before an answer"),
            Self::TlsAlert(a) => write!(f, "the server ended the TLS handshake: {a}"),
            Self::NotTls(t) if t.is_empty() => f.write_str("the port does not speak TLS"),
            Self::NotTls(t) => write!(f, "the port does not speak TLS, it sent: {t}"),
            Self::Protocol(t) => write!(f, "the answer broke the protocol: {t}"),
            Self::PrivateAddress(a) => write!(f, "it leads to the private address {a}"),
            Self::WantsCertificate => f.write_str("the server demands a certificate of every client"),
        }
    }
}

// ---------------------------------------------------------------------------------------- DNS ---

/// The record types that are asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum RecordKind {
    A,
    Aaaa,
    Caa,
    Cname,
    Mx,
    Ns,
    Ptr,
    Soa,
    Txt,
}
impl RecordKind {
    /// The type as it is written in zone files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Caa => "CAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ns => "NS",
            Self::Ptr => "PTR",
            Self::Soa => "SOA",
            Self::Txt => "TXT",
        }
    }
}

/// What is at this name?
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct DnsQuestion {
    /// The name.
    pub name: DomainName,
    /// The type.
    pub kind: RecordKind,
}
impl DnsQuestion {
    /// A question.
    #[must_use]
    pub const fn new(name: DomainName, kind: RecordKind) -> Self {
        Self { name, kind }
    }
}
impl Question for DnsQuestion {
    type Answer = DnsAnswer;
    const KIND: &'static str = "lookups";
    fn place(&self) -> String {
        "the resolver".to_owned()
    }
}

/// The answer of the DNS. SERVFAIL, REFUSED and silence are no answers but causes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DnsAnswer {
    /// The records, or that there are none.
    pub found: Found,
    /// The names a CNAME chain went through, in order, the last being where the records stand.
    pub aliases: Vec<String>,
    /// The smallest time to live of the records in seconds; 0 where there are none.
    pub ttl: u32,
}
/// What is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// At least one record of the type.
    Records(Vec<Record>),
    /// The name exists, the type does not (NOERROR without an answer).
    NoData,
    /// The name does not exist (NXDOMAIN).
    NxDomain,
}
/// One record's data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[expect(missing_docs, reason = "the fields are the standard's")]
pub enum Record {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Caa {
        critical: bool,
        tag: String,
        value: String,
    },
    Cname(String),
    /// The exchange is `.` for a null MX (RFC 7505).
    Mx {
        preference: u16,
        exchange: String,
    },
    Ns(String),
    Ptr(String),
    Soa {
        mname: String,
        rname: String,
        serial: u32,
        minimum: u32,
    },
    /// The character strings of one TXT record, as sent.
    Txt(Vec<Vec<u8>>),
}
impl DnsAnswer {
    /// An answer with these records.
    #[must_use]
    pub const fn records(records: Vec<Record>) -> Self {
        Self { found: Found::Records(records), aliases: Vec::new(), ttl: 300 }
    }
    /// NXDOMAIN.
    #[must_use]
    pub const fn nxdomain() -> Self {
        Self { found: Found::NxDomain, aliases: Vec::new(), ttl: 0 }
    }
    /// NOERROR without records.
    #[must_use]
    pub const fn nodata() -> Self {
        Self { found: Found::NoData, aliases: Vec::new(), ttl: 0 }
    }
    /// The records; none for the other outcomes.
    #[must_use]
    pub fn all(&self) -> &[Record] {
        match &self.found {
            Found::Records(r) => r,
            _ => &[],
        }
    }
    /// Each TXT record with its strings joined (RFC 7208, section 3.3).
    pub fn texts(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.all().iter().filter_map(|r| match r {
            Record::Txt(chunks) => Some(chunks.concat()),
            _ => None,
        })
    }
    /// Each address.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.all().iter().filter_map(|r| match r {
            Record::A(a) => Some(IpAddr::V4(*a)),
            Record::Aaaa(a) => Some(IpAddr::V6(*a)),
            _ => None,
        })
    }
    /// As evidence: the records in a fixed order, or the words for none.
    #[must_use]
    pub fn evidence(&self, question: &DnsQuestion) -> crate::vocab::Evidence {
        let mut answer: Vec<Shown> = match &self.found {
            Found::NxDomain => vec!["NXDOMAIN".into()],
            Found::NoData => vec![format!("no {} record", question.kind.word()).into()],
            Found::Records(r) => r.iter().map(Record::shown).collect(),
        };
        answer.sort();
        crate::vocab::Evidence::Dns { name: (&question.name).into(), kind: question.kind.word().into(), answer }
    }
}
impl Record {
    /// The data as a zone file writes it.
    #[must_use]
    pub fn shown(&self) -> Shown {
        match self {
            Self::A(a) => a.to_string().into(),
            Self::Aaaa(a) => a.to_string().into(),
            Self::Caa { critical, tag, value } => format!("{} {tag} \"{value}\"", u8::from(*critical) * 128).into(),
            Self::Cname(n) | Self::Ns(n) | Self::Ptr(n) => n.into(),
            Self::Mx { preference, exchange } => format!("{preference} {exchange}").into(),
            Self::Soa { mname, rname, serial, minimum } => format!("{mname} {rname} {serial} … {minimum}").into(),
            Self::Txt(chunks) => {
                let joined = chunks.concat();
                format!("\"{}\"", Shown::wire(&joined)).into()
            }
        }
    }
}

/// What does this name server itself say, asked without recursion?
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct AuthorityQuestion {
    /// The address of the server.
    pub server: IpAddr,
    /// Its name, for people and for the counts.
    pub server_name: DomainName,
    /// The name that is asked for.
    pub name: DomainName,
    /// The type.
    pub kind: RecordKind,
}
impl Question for AuthorityQuestion {
    type Answer = AuthorityAnswer;
    const KIND: &'static str = "lookups";
    fn place(&self) -> String {
        self.server_name.to_string()
    }
}
/// What one name server says. A code such as REFUSED is its answer; silence is not, and neither is
/// a closed port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuthorityAnswer {
    /// What is there by its word, or how it turned the question down.
    pub outcome: Result<Found, Turned>,
    /// Whether it speaks for the zone (the AA bit).
    pub authoritative: bool,
    /// The CNAME at the name itself, where there is one.
    pub alias: Option<String>,
    /// The smallest time to live of the records in seconds; of a denial, the time for which it may
    /// be remembered (RFC 2308, section 5).
    pub ttl: u32,
}
/// How a name server turned a question down.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Turned {
    /// SERVFAIL.
    Servfail,
    /// REFUSED.
    Refused,
    /// Another code; the text names it.
    Other(Shown),
}
impl std::fmt::Display for Turned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Servfail => f.write_str("SERVFAIL"),
            Self::Refused => f.write_str("REFUSED"),
            Self::Other(code) => write!(f, "{code}"),
        }
    }
}

/// The record types that DNSSEC is judged by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum SignedKind {
    Dnskey,
    Ds,
    Soa,
}
impl SignedKind {
    /// The type as it is written in zone files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dnskey => "DNSKEY",
            Self::Ds => "DS",
            Self::Soa => "SOA",
        }
    }
    /// The type's number.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Dnskey => 48,
            Self::Ds => 43,
            Self::Soa => 6,
        }
    }
}
/// What does the resolver say of a name together with its signatures?
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct SignedQuestion {
    /// The name.
    pub name: DomainName,
    /// The type.
    pub kind: SignedKind,
    /// Whether the resolver is told to hand out what it cannot validate (the CD bit).
    pub unchecked: bool,
}
impl Question for SignedQuestion {
    type Answer = SignedAnswer;
    const KIND: &'static str = "lookups";
    fn place(&self) -> String {
        "the resolver".to_owned()
    }
}
/// What it says. SERVFAIL is an answer here: a resolver that validates says it of a broken zone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SignedAnswer {
    /// Whether the code was SERVFAIL.
    pub failed: bool,
    /// Whether the resolver vouches for the answer (the AD bit).
    pub vouched: bool,
    /// The data of each record of the type, as on the wire; empty for SOA, of which only the
    /// signatures matter.
    pub data: Vec<Vec<u8>>,
    /// The time to live of those records as it was received.
    pub ttl: u32,
    /// The data of each RRSIG record, as on the wire.
    pub signatures: Vec<Vec<u8>>,
}

// ---------------------------------------------------------------------------------------- TLS ---

/// Who answers a TLS handshake there? Every address is asked; the answer is that of the first that
/// completes one, IPv4 before IPv6 and the lower before the higher.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct HandshakeQuestion {
    /// The name: resolved, and sent as SNI.
    pub host: DomainName,
    /// The port.
    pub port: u16,
}
impl Question for HandshakeQuestion {
    type Answer = Result<Handshake, HostFailure>;
    const KIND: &'static str = "handshakes";
    fn place(&self) -> String {
        self.host.to_string()
    }
}
/// What a completed handshake showed. It completes on any certificate; judging comes later.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handshake {
    /// The certificates as sent, leaf first, DER.
    pub chain: Vec<Vec<u8>>,
    /// The address that answered.
    pub address: IpAddr,
    /// The protocol version, such as "TLS 1.3".
    pub version: Shown,
    /// The cipher suite agreed on.
    pub cipher: Shown,
    /// The group of the key exchange, such as "X25519"; none where it was not seen.
    pub group: Option<Shown>,
    /// The application protocol agreed on.
    pub alpn: Option<Shown>,
    /// Whether the server's signature over the handshake fits its certificate; `None` where our
    /// provider cannot verify the scheme.
    pub signature_fits: Option<bool>,
}

/// Who answers a TLS handshake at this one address of a host?
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct AddressQuestion {
    /// The name, sent as SNI.
    pub host: DomainName,
    /// The port.
    pub port: u16,
    /// The address, as the name resolves to it.
    pub address: IpAddr,
}
impl Question for AddressQuestion {
    type Answer = Result<Handshake, Unshaken>;
    const KIND: &'static str = "handshakes";
    fn place(&self) -> String {
        format!("{} ({})", self.host, self.address)
    }
}
/// A handshake that came to nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unshaken {
    /// How it ended.
    pub why: HostFailure,
    /// What was seen before it ended, where that includes a certificate.
    pub seen: Option<Handshake>,
}

impl From<HostFailure> for Unshaken {
    fn from(why: HostFailure) -> Self {
        Self { why, seen: None }
    }
}

/// What does a host say to a greeting that a modern client would not send?
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct HelloQuestion {
    /// The name: resolved, and sent as SNI.
    pub host: DomainName,
    /// The port.
    pub port: u16,
    /// What is offered.
    pub offer: Offer,
}
impl Question for HelloQuestion {
    type Answer = Result<Heard, HostFailure>;
    const KIND: &'static str = "greetings";
    fn place(&self) -> String {
        self.host.to_string()
    }
}

// --------------------------------------------------------------------------------------- HTTP ---

/// The methods that are used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
#[expect(missing_docs, reason = "the names are the standard's")]
pub enum Method {
    Get,
    Head,
    Options,
    Post,
}
impl Method {
    /// The method as it is sent.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
        }
    }
}

/// One request. Redirects are never followed by the probe; an inquiry asks for the next hop.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct HttpQuestion {
    /// The method.
    pub method: Method,
    /// The absolute URL (http or https), normalised by `url::Url`.
    pub url: String,
    /// Headers beside Host, User-Agent, Accept and Content-Length.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// Whether this host is an audited target; only then may its address be private.
    pub audited: bool,
}
impl HttpQuestion {
    /// A GET of an audited URL.
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: Method::Get, url: url.into(), headers: Vec::new(), body: Vec::new(), audited: true }
    }
    /// A GET of a URL that somebody outside named: its address must not be private.
    pub fn get_named_outside(url: impl Into<String>) -> Self {
        Self { audited: false, ..Self::get(url) }
    }
    /// The URL, parsed.
    #[must_use]
    pub fn parsed(&self) -> Option<url::Url> {
        url::Url::parse(&self.url).ok()
    }
}
impl Question for HttpQuestion {
    type Answer = Result<HttpAnswer, HostFailure>;
    const KIND: &'static str = "requests";
    fn place(&self) -> String {
        self.parsed().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default()
    }
}
/// An HTTP answer, capped: 64 KB of headers, 2 MB of body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// The headers as sent, names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, up to the cap.
    pub body: Vec<u8>,
    /// Whether the body went on beyond the cap.
    pub truncated: bool,
    /// How long the head of the answer took from the moment the request left, in milliseconds.
    pub took_ms: u32,
}
impl HttpAnswer {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Shown> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| Shown::wire(v))
    }
    /// Every header of this name.
    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Shown> + 'a {
        self.headers.iter().filter(move |(n, _)| n == name).map(|(_, v)| Shown::wire(v))
    }
    /// Whether the status is in 200..=299.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
    /// Whether the status is a redirect that has a Location.
    #[must_use]
    pub fn location(&self) -> Option<Shown> {
        matches!(self.status, 301 | 302 | 303 | 307 | 308).then(|| self.header("location")).flatten()
    }
}

/// A page of somebody who is not audited (a registry, a certificate authority, or what a certificate
/// names), or one of an audited host as a single one of its addresses serves it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct PageQuestion {
    /// The absolute URL, http or https. Over https the server's certificate must be trusted.
    pub url: String,
    /// The address to ask, of an audited host. Without one the name is resolved, and a private
    /// address is refused.
    pub at: Option<IpAddr>,
    /// The largest body that is read, in bytes.
    pub most: usize,
    /// Whether the answer is signed itself and may be kept on disk for an hour.
    pub keep: bool,
}
impl PageQuestion {
    /// A page of a registry or an authority, up to 1 MB.
    pub fn of(url: impl Into<String>) -> Self {
        Self { url: url.into(), at: None, most: 1 << 20, keep: false }
    }
    /// A revocation list: authorities publish some of several megabytes.
    pub fn list(url: impl Into<String>) -> Self {
        Self { most: 16 << 20, keep: true, ..Self::of(url) }
    }
}
impl Question for PageQuestion {
    type Answer = Result<HttpAnswer, HostFailure>;
    const KIND: &'static str = "requests";
    fn place(&self) -> String {
        url::Url::parse(&self.url).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default()
    }
}
impl PageQuestion {
    /// The body of a successful answer. Of somebody who is not audited, everything else leaves us
    /// ignorant.
    ///
    /// # Errors
    /// The cause, with the status where there was one.
    pub fn body<'a>(
        answer: &'a crate::vocab::Observed<Result<HttpAnswer, HostFailure>>,
        who: &str,
    ) -> Result<&'a [u8], (Cause, Option<u16>)> {
        match answer.as_ref() {
            Err(crate::vocab::Missing::Unknown(cause)) => Err((cause.clone(), None)),
            Err(crate::vocab::Missing::NotConfigured(_)) => Err((Cause::NotRecorded, None)),
            Ok(Err(failure)) => Err((failure.cause(), None)),
            Ok(Ok(a)) if a.truncated => Err((Cause::TooLarge, Some(a.status))),
            Ok(Ok(a)) if a.status == 429 => Err((Cause::RateLimited, Some(a.status))),
            Ok(Ok(a)) if !a.is_success() => {
                Err((Cause::Parse(format!("{who} answered {}", a.status).into()), Some(a.status)))
            }
            Ok(Ok(a)) => Ok(&a.body),
        }
    }
}

// ------------------------------------------------------------------------------------ webhooks ---

/// One shot at a webhook route: a request, which the probe signs where it carries a stamp.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct ShotQuestion {
    /// What it is for.
    pub kind: ShotKind,
    /// The request; without its signature where it carries a stamp.
    pub http: HttpQuestion,
    /// How the probe signs it, at the moment it is sent.
    pub stamp: Option<Stamp>,
}
/// How an event is signed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Stamp {
    /// The provider's id.
    pub provider: String,
    /// The event's id.
    pub id: String,
    /// How long ago it claims to have been signed, in seconds. Some signatures count for seconds, so
    /// only whoever sends it can write down the time.
    pub age: i64,
    /// With what.
    pub key: StampKey,
}
/// With what an event is signed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum StampKey {
    /// The real secret, which the probe knows and which never leaves it.
    Secret,
    /// A key that is nobody's secret.
    Open(String),
}
/// What a shot is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum ShotKind {
    /// OPTIONS of the URL.
    Options,
    /// GET of the URL.
    Get,
    /// A POST beside the URL.
    Control,
    /// A POST without a signature.
    Unsigned,
    /// Forged with the empty key.
    Forged,
    /// Forged with the key `undefined`.
    Undefined,
    /// Forged with a random key.
    Random,
    /// Signed, in the provider's own layout.
    Signed,
    /// Signed an hour ago.
    Stale,
    /// Signed, as JavaScript writes JSON.
    Compact,
    /// Signed, as `text/plain`.
    PlainText,
    /// Signed, `[]` alone.
    Bare,
    /// Signed, to be timed.
    Sample(u8),
    /// Without a body.
    Empty,
    /// JSON that breaks off.
    Broken,
    /// OPTIONS of the URL that a redirect leads to.
    Target,
    /// OPTIONS of another URL at which the route may stand.
    Elsewhere(u8),
    /// A signed event to such a URL.
    Aside(u8),
    /// A signed thin event.
    Thin,
    /// A signed business event.
    Business,
    /// The same again.
    Repeat,
    /// A business event that is signed with a random key.
    ForgedBusiness,
}
impl ShotKind {
    /// What was sent, where the method alone does not say it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Undefined => "an event signed with the key `undefined`",
            Self::Random => "an event signed with a random key",
            Self::Signed | Self::Sample(_) | Self::Aside(_) => "a signed event",
            Self::Thin => "a signed thin event",
            Self::Stale => "an event signed an hour ago",
            Self::Compact => "a signed event without indents",
            Self::PlainText => "a signed event as text/plain",
            Self::Bare => "a signed `[]`",
            Self::Empty => "an empty body",
            Self::Broken => "JSON that breaks off",
            Self::Business => "a business event",
            Self::Repeat => "the same event again",
            Self::ForgedBusiness => "a forged purchase",
            _ => "",
        }
    }
    /// A number of its own.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Options => 0,
            Self::Get => 1,
            Self::Control => 2,
            Self::Unsigned => 3,
            Self::Forged => 4,
            Self::Undefined => 5,
            Self::Random => 6,
            Self::Signed => 7,
            Self::Stale => 8,
            Self::Compact => 9,
            Self::PlainText => 10,
            Self::Bare => 11,
            Self::Empty => 12,
            Self::Broken => 13,
            Self::Target => 14,
            Self::Sample(n) => 100 + n as u16,
            Self::Thin => 15,
            Self::Elsewhere(n) => 400 + n as u16,
            Self::Aside(n) => 1000 + n as u16,
            Self::Business => 700,
            Self::Repeat => 701,
            Self::ForgedBusiness => 702,
        }
    }
}
impl Question for ShotQuestion {
    type Answer = Result<HttpAnswer, HostFailure>;
    const KIND: &'static str = "requests";
    fn place(&self) -> String {
        self.http.place()
    }
}
