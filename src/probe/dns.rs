//! DNS lookups through hickory, with the resolver and port that the user chose.

use super::Ask;
use hickory_proto::{
    op::ResponseCode,
    rr::{Name, RData, RecordType},
};
use hickory_resolver::{
    TokioResolver,
    config::{NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts},
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
};
use launchcheck_checks::{
    vocab::{Cause, Observed},
    wire::{DnsAnswer, DnsQuestion, Found, Record, RecordKind},
};
use std::{io::ErrorKind, net::SocketAddr, time::Duration};

/// The most records of one answer that are looked at; a zone with more is answered `TooLarge`.
const MOST_RECORDS: usize = 500;

/// Asks the resolver.
pub struct Dns {
    resolver: Result<TokioResolver, Cause>,
}

impl Dns {
    /// A resolver at `address`, or the system's own where none is given.
    #[must_use]
    pub fn new(address: Option<SocketAddr>, timeout: Duration) -> Self {
        Self { resolver: build(address, timeout) }
    }
}

fn build(address: Option<SocketAddr>, timeout: Duration) -> Result<TokioResolver, Cause> {
    let builder = match address {
        Some(at) => {
            let mut server = NameServerConfig::udp_and_tcp(at.ip());
            for c in &mut server.connections {
                c.port = at.port();
            }
            TokioResolver::builder_with_config(
                ResolverConfig::from_name_servers(vec![server]),
                TokioRuntimeProvider::default(),
            )
        }
        None => TokioResolver::builder_tokio()
            .map_err(|e| Cause::Unreadable(format!("the system's resolver configuration ({e})").into()))?,
    };
    let mut options = ResolverOpts::default();
    // The run remembers answers itself, and a local hosts file is not what the world sees.
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.ndots = 0;
    options.attempts = 2;
    // A third of the question's time, so that a lost packet or a dead second server is survived.
    options.timeout = (timeout / 3).max(Duration::from_millis(200));
    options.preserve_intermediates = true;
    builder.with_options(options).build().map_err(|e| Cause::Unreadable(format!("the resolver ({e})").into()))
}

impl Ask<DnsQuestion> for Dns {
    async fn ask(&self, question: &DnsQuestion) -> Observed<DnsAnswer> {
        let resolver = match &self.resolver {
            Ok(r) => r,
            Err(c) => return Observed::unknown(c.clone()),
        };
        // By its octets: an SPF macro can make a name that is no host name and may exist all the same.
        let Ok(mut name) = Name::from_labels(question.name.labels().map(str::as_bytes)) else {
            return Observed::known(DnsAnswer::nxdomain());
        };
        name.set_fqdn(true);
        match resolver.lookup(name, record_type(question.kind)).await {
            Ok(lookup) => read(lookup.answers(), question.kind),
            Err(e) => failure(&e, question),
        }
    }
}

pub(super) const fn record_type(kind: RecordKind) -> RecordType {
    match kind {
        RecordKind::A => RecordType::A,
        RecordKind::Aaaa => RecordType::AAAA,
        RecordKind::Caa => RecordType::CAA,
        RecordKind::Cname => RecordType::CNAME,
        RecordKind::Mx => RecordType::MX,
        RecordKind::Ns => RecordType::NS,
        RecordKind::Ptr => RecordType::PTR,
        RecordKind::Soa => RecordType::SOA,
        RecordKind::Txt => RecordType::TXT,
    }
}

fn read(answers: &[hickory_proto::rr::Record], kind: RecordKind) -> Observed<DnsAnswer> {
    if answers.len() > MOST_RECORDS {
        return Observed::unknown(Cause::TooLarge);
    }
    let (mut records, mut aliases, mut ttl) = (Vec::new(), Vec::new(), u32::MAX);
    for answer in answers {
        ttl = ttl.min(answer.ttl);
        match convert(&answer.data) {
            Some(Record::Cname(to)) if kind != RecordKind::Cname => aliases.push(to),
            Some(record) if answer.record_type() == record_type(kind) => records.push(record),
            _ => {}
        }
    }
    let found = if records.is_empty() { Found::NoData } else { Found::Records(records) };
    Observed::known(DnsAnswer { found, aliases, ttl: if ttl == u32::MAX { 0 } else { ttl } })
}

pub(super) fn text(name: &Name) -> String {
    let mut s = name.to_ascii().to_ascii_lowercase();
    if s.len() > 1 && s.ends_with('.') {
        s.pop();
    }
    s
}

pub(super) fn convert(data: &RData) -> Option<Record> {
    Some(match data {
        RData::A(a) => Record::A(a.0),
        RData::AAAA(a) => Record::Aaaa(a.0),
        RData::CAA(c) => Record::Caa {
            critical: c.issuer_critical,
            tag: c.tag.clone(),
            value: String::from_utf8_lossy(&c.value).into_owned(),
        },
        RData::CNAME(n) => Record::Cname(text(&n.0)),
        RData::MX(m) => Record::Mx { preference: m.preference, exchange: text(&m.exchange) },
        RData::NS(n) => Record::Ns(text(&n.0)),
        RData::PTR(n) => Record::Ptr(text(&n.0)),
        RData::SOA(s) => {
            Record::Soa { mname: text(&s.mname), rname: text(&s.rname), serial: s.serial, minimum: s.minimum }
        }
        RData::TXT(t) => Record::Txt(t.txt_data.iter().map(|c| c.to_vec()).collect()),
        _ => return None,
    })
}

fn failure(error: &NetError, question: &DnsQuestion) -> Observed<DnsAnswer> {
    // An alias to nothing is told as nothing at its end; the name that was asked last shows it.
    let led = |end: &Name| Some(text(end)).filter(|end| *end != question.name.as_str());
    let none = |found, end| Observed::known(DnsAnswer { found, aliases: led(end).into_iter().collect(), ttl: 0 });
    match error {
        NetError::Dns(DnsError::NoRecordsFound(n)) => match n.response_code {
            ResponseCode::NXDomain => none(Found::NxDomain, n.query.name()),
            ResponseCode::NoError => none(Found::NoData, n.query.name()),
            ResponseCode::ServFail => Observed::unknown(Cause::Servfail),
            ResponseCode::Refused => Observed::unknown(Cause::Refused),
            other => Observed::unknown(Cause::Parse(format!("the resolver answered {other}").into())),
        },
        NetError::Dns(DnsError::ResponseCode(code)) => match code {
            ResponseCode::ServFail => Observed::unknown(Cause::Servfail),
            ResponseCode::Refused => Observed::unknown(Cause::Refused),
            other => Observed::unknown(Cause::Parse(format!("the resolver answered {other}").into())),
        },
        NetError::Timeout => Observed::unknown(Cause::Timeout),
        NetError::Io(e) => Observed::unknown(match e.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Cause::Refused,
            ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => Cause::NoRoute,
            ErrorKind::TimedOut => Cause::Timeout,
            _ => Cause::Parse(e.to_string().into()),
        }),
        NetError::NoConnections => Observed::unknown(Cause::Refused),
        other => Observed::unknown(Cause::Parse(other.to_string().into())),
    }
}
