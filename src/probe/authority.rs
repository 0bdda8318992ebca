//! Questions that a stub resolver's library does not ask: to one name server, without recursion, and
//! to the resolver with the bits of DNSSEC. One datagram there and back; TCP where it does not fit.

use super::{
    Ask,
    connect::ConnectTo,
    dns::{convert, record_type, text},
    guard::is_private,
};
use hickory_proto::{
    op::{Edns, Message, Query, ResponseCode},
    rr::{Name, RData, Record as WireRecord, RecordType},
};
use launchcheck_checks::{
    vocab::{Cause, DomainName, Observed},
    wire::{AuthorityAnswer, AuthorityQuestion, Found, Record, SignedAnswer, SignedKind, SignedQuestion, Turned},
};
use std::{
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, UdpSocket},
};

/// The most records of one answer that are looked at.
const MOST_RECORDS: usize = 500;
/// The size of an answer that no path has to cut in pieces (dnsflagday.net/2020).
const PAYLOAD: u16 = 1232;
/// How often a datagram is sent before the server counts as silent.
const ATTEMPTS: u32 = 2;
/// How long a server that turned a question down is left alone before the second one.
const PAUSE: Duration = Duration::from_millis(150);

/// Asks name servers themselves.
pub struct Authority {
    connect_to: Vec<ConnectTo>,
    timeout: Duration,
}
impl Authority {
    /// Led by `--connect-to`, as every connection is.
    #[must_use]
    pub const fn new(connect_to: Vec<ConnectTo>, timeout: Duration) -> Self {
        Self { connect_to, timeout }
    }

    /// Port 53 of the address, or where the user says that it is.
    fn at(&self, server: IpAddr) -> SocketAddr {
        let shown = server.to_string();
        let is_it = |c: &&ConnectTo| c.host == shown || c.is_network_of(&shown);
        let rule = self.connect_to.iter().find(|c| is_it(c) && c.port.is_none_or(|p| p == 53));
        let to = rule.and_then(|c| Some(SocketAddr::new(c.to_host.parse().ok()?, c.to_port.unwrap_or(53))));
        to.unwrap_or_else(|| SocketAddr::new(server, 53))
    }
}
impl Ask<AuthorityQuestion> for Authority {
    async fn ask(&self, q: &AuthorityQuestion) -> Observed<AuthorityAnswer> {
        // A record that names an address of the machine's own network: nobody outside gets an answer
        // there, and we do not knock.
        if is_private(q.server) {
            return Observed::unknown(Cause::NoRoute);
        }
        let Some(mut message) = question(&q.name, record_type(q.kind)) else {
            return Observed::unknown(Cause::Parse("the name cannot be asked for".into()));
        };
        message.metadata.recursion_desired = false;
        let patience = patience(self.timeout);
        match exchange(self.at(q.server), &message, patience).await {
            // A server that is starting or that limits its answers says no and means later.
            Ok(answer) if turns_away(&answer) => {
                tokio::time::sleep(PAUSE.min(patience)).await;
                match again(self.at(q.server), &message, patience).await {
                    Ok(second) => authority(&second, q),
                    // One SERVFAIL and then silence may be a bad minute; a refusal was meant.
                    Err(cause) if answer.metadata.response_code == ResponseCode::ServFail => Observed::unknown(cause),
                    Err(_) => authority(&answer, q),
                }
            }
            Ok(answer) => authority(&answer, q),
            Err(cause) => Observed::unknown(cause),
        }
    }
}

/// How long one datagram to a name server is waited for. A zone has several servers and what one of
/// them keeps for itself costs the run little: after two seconds, by default, it counts as silent.
fn patience(timeout: Duration) -> Duration {
    (timeout / 10).max(Duration::from_millis(400)).min(timeout / 3)
}

/// Whether the server says that it cannot or will not answer.
fn turns_away(answer: &Message) -> bool {
    matches!(answer.metadata.response_code, ResponseCode::ServFail | ResponseCode::Refused)
}

/// The same question a second time: over TCP, where nobody's answers are limited for fear of a
/// forged sender, else by datagram.
async fn again(server: SocketAddr, message: &Message, patience: Duration) -> Result<Message, Cause> {
    let bytes = message.to_vec().map_err(|e| Cause::Parse(e.to_string().into()))?;
    let patience = patience.max(Duration::from_millis(200));
    match by_tcp(server, message, &bytes, patience).await {
        Ok(answer) => Ok(answer),
        Err(_) => tokio::time::timeout(patience, by_udp(server, message, &bytes))
            .await
            .map_err(|_| Cause::Timeout)?
            .map_err(|e| cause(&e)),
    }
}

/// Asks the resolver with the bits of DNSSEC.
pub struct Signed {
    resolver: Result<SocketAddr, Cause>,
    timeout: Duration,
}
impl Signed {
    /// The resolver at `address`, or the system's first.
    #[must_use]
    pub fn new(address: Option<SocketAddr>, timeout: Duration) -> Self {
        Self { resolver: address.map_or_else(system, Ok), timeout }
    }
}

fn system() -> Result<SocketAddr, Cause> {
    let unreadable = |why: &str| Cause::Unreadable(format!("the system's resolver configuration ({why})").into());
    let (config, _) = hickory_resolver::system_conf::read_system_conf().map_err(|e| unreadable(&e.to_string()))?;
    let server = config.name_servers().first().ok_or_else(|| unreadable("it names no server"))?;
    let port = server.connections.first().map_or(53, |c| c.port);
    Ok(SocketAddr::new(server.ip, port))
}

impl Ask<SignedQuestion> for Signed {
    async fn ask(&self, q: &SignedQuestion) -> Observed<SignedAnswer> {
        let resolver = match &self.resolver {
            Ok(r) => *r,
            Err(c) => return Observed::unknown(c.clone()),
        };
        let kind = match q.kind {
            SignedKind::Dnskey => RecordType::DNSKEY,
            SignedKind::Ds => RecordType::DS,
            SignedKind::Soa => RecordType::SOA,
        };
        let Some(mut message) = question(&q.name, kind) else {
            return Observed::unknown(Cause::Parse("the name cannot be asked for".into()));
        };
        message.metadata.recursion_desired = true;
        message.metadata.checking_disabled = q.unchecked;
        if let Some(edns) = &mut message.edns {
            edns.set_dnssec_ok(true);
        }
        match exchange(resolver, &message, self.timeout / 3).await {
            Ok(answer) => signed(&answer, kind),
            Err(cause) => Observed::unknown(cause),
        }
    }
}

fn question(name: &DomainName, kind: RecordType) -> Option<Message> {
    let mut name = Name::from_ascii(name.as_str()).ok()?;
    name.set_fqdn(true);
    // The message comes with an id that was drawn at random.
    let mut message = Message::query();
    message.add_query(Query::query(name, kind));
    let mut edns = Edns::new();
    edns.set_max_payload(PAYLOAD);
    message.set_edns(edns);
    Some(message)
}

/// Sends it and waits for the answer that belongs to it.
async fn exchange(server: SocketAddr, message: &Message, patience: Duration) -> Result<Message, Cause> {
    let bytes = message.to_vec().map_err(|e| Cause::Parse(e.to_string().into()))?;
    let patience = patience.max(Duration::from_millis(200));
    let mut plain = None;
    for attempt in 0..ATTEMPTS {
        // A server of before EDNS says FORMERR; it is asked again as it wants to be.
        let bytes = plain.as_ref().unwrap_or(&bytes);
        match tokio::time::timeout(patience, by_udp(server, message, bytes)).await {
            Ok(Ok(answer)) if answer.metadata.response_code == ResponseCode::FormErr && attempt + 1 < ATTEMPTS => {
                let mut bare = message.clone();
                bare.edns = None;
                plain = bare.to_vec().ok();
            }
            Ok(Ok(answer)) if answer.metadata.truncation => return by_tcp(server, message, bytes, patience).await,
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(e)) => return Err(cause(&e)),
            Err(_) => {}
        }
    }
    Err(Cause::Timeout)
}

/// One datagram. What does not answer this question (another id, another name, noise) is passed
/// over: it did not come from the server, or is late.
async fn by_udp(server: SocketAddr, message: &Message, bytes: &[u8]) -> io::Result<Message> {
    let own: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(own).await?;
    socket.connect(server).await?;
    socket.send(bytes).await?;
    let mut buffer = vec![0_u8; 65_535];
    loop {
        let n = socket.recv(&mut buffer).await?;
        let received = buffer.get(..n).unwrap_or_default();
        if received.get(..2) != bytes.get(..2) {
            continue;
        }
        match Message::from_vec(received) {
            Ok(answer) if belongs(&answer, message) => return Ok(answer),
            Ok(_) => {}
            // It bears our id and cannot be read: that is what the server says.
            Err(e) => return Err(io::Error::new(ErrorKind::InvalidData, e.to_string())),
        }
    }
}

async fn by_tcp(server: SocketAddr, message: &Message, bytes: &[u8], patience: Duration) -> Result<Message, Cause> {
    let talk = async {
        let mut stream = TcpStream::connect(server).await?;
        let length = u16::try_from(bytes.len()).map_err(|_| io::Error::from(ErrorKind::InvalidInput))?;
        stream.write_all(&[&length.to_be_bytes()[..], bytes].concat()).await?;
        let mut received = vec![0_u8; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut received).await?;
        Message::from_vec(&received).map_err(|e| io::Error::new(ErrorKind::InvalidData, e.to_string()))
    };
    match tokio::time::timeout(patience, talk).await {
        Ok(Ok(answer)) if belongs(&answer, message) => Ok(answer),
        Ok(Ok(_)) => Err(Cause::Parse("the answer is to another question".into())),
        Ok(Err(e)) => Err(cause(&e)),
        Err(_) => Err(Cause::Timeout),
    }
}

fn belongs(answer: &Message, asked: &Message) -> bool {
    let same = |a: &Query, b: &Query| a.name().to_ascii().eq_ignore_ascii_case(&b.name().to_ascii());
    let question = match (answer.queries.first(), asked.queries.first()) {
        (Some(a), Some(b)) => a.query_type() == b.query_type() && same(a, b),
        // A server that turns everything down may leave the question out.
        (None, _) => answer.metadata.response_code != ResponseCode::NoError,
        _ => false,
    };
    answer.metadata.id == asked.metadata.id && question
}

fn cause(error: &io::Error) -> Cause {
    match error.kind() {
        ErrorKind::ConnectionRefused
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::UnexpectedEof => Cause::Refused,
        ErrorKind::NetworkUnreachable
        | ErrorKind::HostUnreachable
        | ErrorKind::AddrNotAvailable
        | ErrorKind::PermissionDenied => Cause::NoRoute,
        ErrorKind::TimedOut => Cause::Timeout,
        _ => Cause::Parse(error.to_string().into()),
    }
}

fn authority(answer: &Message, q: &AuthorityQuestion) -> Observed<AuthorityAnswer> {
    if answer.answers.len() > MOST_RECORDS {
        return Observed::unknown(Cause::TooLarge);
    }
    let wanted = record_type(q.kind);
    let here = |r: &&WireRecord| text(&r.name) == q.name.as_str();
    let mut alias = None;
    let (mut records, mut ttl) = (Vec::new(), u32::MAX);
    // Only what stands at the name itself: where an alias leads is another zone's business.
    for record in answer.answers.iter().filter(here) {
        match convert(&record.data) {
            Some(Record::Cname(to)) if wanted != RecordType::CNAME => alias = Some(to),
            Some(data) if record.record_type() == wanted => records.push(data),
            _ => continue,
        }
        ttl = ttl.min(record.ttl);
    }
    let denial = answer.authorities.iter().find_map(|r| match &r.data {
        RData::SOA(soa) => Some(r.ttl.min(soa.minimum)),
        _ => None,
    });
    let outcome = match answer.metadata.response_code {
        ResponseCode::NoError if records.is_empty() => Ok(Found::NoData),
        ResponseCode::NoError => Ok(Found::Records(records)),
        // NXDOMAIN behind an alias is about its target.
        ResponseCode::NXDomain if alias.is_some() => Ok(Found::NoData),
        ResponseCode::NXDomain => Ok(Found::NxDomain),
        ResponseCode::ServFail => Err(Turned::Servfail),
        ResponseCode::Refused => Err(Turned::Refused),
        other => Err(Turned::Other(other.to_string().into())),
    };
    let ttl = if ttl == u32::MAX { denial.unwrap_or(0) } else { ttl };
    Observed::known(AuthorityAnswer { outcome, authoritative: answer.metadata.authoritative, alias, ttl })
}

fn signed(answer: &Message, kind: RecordType) -> Observed<SignedAnswer> {
    if answer.answers.len() > MOST_RECORDS {
        return Observed::unknown(Cause::TooLarge);
    }
    let failed = match answer.metadata.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => false,
        ResponseCode::ServFail => true,
        ResponseCode::Refused => return Observed::unknown(Cause::Refused),
        other => return Observed::unknown(Cause::Parse(format!("the resolver answered {other}").into())),
    };
    let raw = |wanted: RecordType| {
        answer.answers.iter().filter_map(move |r| match &r.data {
            RData::Unknown { code, rdata } if *code == wanted => Some((r.ttl, rdata.anything.clone())),
            _ => None,
        })
    };
    Observed::known(SignedAnswer {
        failed,
        vouched: answer.metadata.authentic_data,
        ttl: raw(kind).map(|(ttl, _)| ttl).min().unwrap_or(0),
        data: raw(kind).map(|(_, data)| data).collect(),
        signatures: raw(RecordType::RRSIG).map(|(_, data)| data).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use launchcheck_checks::wire::RecordKind;

    fn asked(server: &str) -> AuthorityQuestion {
        AuthorityQuestion {
            server: server.parse().unwrap(),
            server_name: DomainName::parse("ns1.acme.test").unwrap(),
            name: DomainName::parse("acme.test").unwrap(),
            kind: RecordKind::Soa,
        }
    }

    #[tokio::test]
    async fn a_private_address_is_not_knocked_at() {
        let to =
            |host: &str| ConnectTo { host: host.into(), port: Some(53), to_host: "127.0.0.1".into(), to_port: Some(9) };
        let authority = Authority::new(vec![to("10.0.0.1"), to("203.0.113.2")], Duration::from_millis(600));
        assert_eq!(authority.ask(&asked("10.0.0.1")).await, Observed::unknown(Cause::NoRoute));
        assert_eq!(authority.at("203.0.113.2".parse().unwrap()).to_string(), "127.0.0.1:9");
        assert_eq!(authority.at("203.0.113.3".parse().unwrap()).to_string(), "203.0.113.3:53");
    }

    #[test]
    fn a_silent_server_costs_a_small_share_of_the_run() {
        for (timeout, each) in [(10_000, 1_000), (30_000, 3_000), (2_000, 400), (1_000, 333), (300, 100)] {
            assert_eq!(patience(Duration::from_millis(timeout)).as_millis(), each, "{timeout}");
        }
    }

    #[test]
    fn no_bytes_make_the_reading_of_an_answer_panic() {
        let apex = || Name::from_ascii("acme.test.").unwrap();
        let mut whole = Message::response(7, hickory_proto::op::OpCode::Query);
        whole.add_query(Query::query(apex(), RecordType::SOA));
        let txt = hickory_proto::rr::rdata::TXT::new(vec!["v=spf1 -all".to_owned(), "x".repeat(255)]);
        let alias = hickory_proto::rr::rdata::CNAME(apex());
        for data in [RData::TXT(txt), RData::CNAME(alias)] {
            whole.add_answer(WireRecord::from_rdata(apex(), 300, data));
        }
        let seed = whole.to_vec().unwrap();
        let (mut state, mut read) = (1_u64, 0);
        let mut below = |most: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % most
        };
        for _ in 0..20_000 {
            let mut bytes = seed.clone();
            for _ in 0..=below(4) {
                let at = below(bytes.len());
                bytes[at] = u8::try_from(below(256)).unwrap();
            }
            bytes.truncate(seed.len() - if below(4) == 0 { below(seed.len()) } else { 0 });
            let Ok(message) = Message::from_vec(&bytes) else { continue };
            read += 1;
            let _ = authority(&message, &asked("203.0.113.2"));
            let _ = signed(&message, RecordType::SOA);
            let _ = belongs(&message, &whole);
        }
        assert!(read > 1_000, "{read} could be read at all");
    }

    #[tokio::test]
    async fn an_answer_must_belong_to_its_question() {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let at = server.local_addr().unwrap();
        let forger = tokio::spawn(async move {
            let mut buffer = [0_u8; 512];
            let (n, from) = server.recv_from(&mut buffer).await.unwrap();
            let query = Message::from_vec(&buffer[..n]).unwrap();
            let reply = |id: u16, name: &str| {
                let mut m = Message::response(id, query.metadata.op_code);
                m.metadata.authoritative = true;
                m.add_query(Query::query(Name::from_ascii(name).unwrap(), RecordType::SOA));
                m.to_vec().unwrap()
            };
            // Another id, another name, then the answer.
            let id = query.metadata.id;
            for bytes in [reply(id.wrapping_add(1), "acme.test."), reply(id, "evil.test."), reply(id, "ACME.test.")] {
                server.send_to(&bytes, from).await.unwrap();
            }
        });
        let mut message = question(&asked("203.0.113.2").name, RecordType::SOA).unwrap();
        message.metadata.recursion_desired = false;
        let answer = exchange(at, &message, Duration::from_secs(2)).await.unwrap();
        assert_eq!(answer.queries[0].name().to_ascii(), "ACME.test.");
        forger.await.unwrap();
    }
}
