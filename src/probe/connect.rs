//! The one dialer: names become addresses through the run's own resolver, addresses become
//! connections, and `--connect-to` and the private-address guard hold for every protocol.

use super::{Ask, guard::is_private};
use futures_util::{StreamExt, stream::FuturesUnordered};
use launchcheck_checks::{
    vocab::{Cause, DomainName, Missing, Observed},
    wire::{DnsAnswer, DnsQuestion, Found, HostFailure, RecordKind},
};
use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpStream;

/// The head start of one address before the next is tried (RFC 8305, section 5: 250 ms).
const STAGGER: Duration = Duration::from_millis(250);

/// One `--connect-to HOST:PORT:ADDR:PORT`. Empty parts match or keep everything, as curl's do; the
/// host may also be an address that a name resolved to, or a network of such: `203.0.113.0/24`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTo {
    /// The host or address that is asked for; empty for any.
    pub host: String,
    /// The port that is asked for; `None` for any.
    pub port: Option<u16>,
    /// Where to go instead; empty to keep the host.
    pub to_host: String,
    /// The port to use instead; `None` to keep it.
    pub to_port: Option<u16>,
}
impl ConnectTo {
    fn matches(&self, host: &str, port: u16) -> bool {
        let is_it = || self.host.is_empty() || self.host.eq_ignore_ascii_case(host) || self.is_network_of(host);
        self.port.is_none_or(|p| p == port) && is_it()
    }
    /// Whether the host is a network in which this address lies.
    pub(super) fn is_network_of(&self, address: &str) -> bool {
        let Some((start, length)) = self.host.split_once('/') else { return false };
        let Ok(length) = length.parse::<u32>() else { return false };
        match (start.parse(), address.parse()) {
            (Ok(IpAddr::V4(start)), Ok(IpAddr::V4(at))) if length <= 32 => {
                (start.to_bits() ^ at.to_bits()).checked_shr(32 - length).unwrap_or(0) == 0
            }
            (Ok(IpAddr::V6(start)), Ok(IpAddr::V6(at))) if length <= 128 => {
                (start.to_bits() ^ at.to_bits()).checked_shr(128 - length).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// What a dial comes to: a connection, or the host's refusal. Ignorance is around it.
pub type Dialed<T> = Observed<Result<T, HostFailure>>;

/// Where to connect, in the order to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Each address with the one that stands for it in the world: what the name resolved to.
    hops: Vec<(SocketAddr, IpAddr)>,
}

/// Makes connections.
pub struct Dialer<D> {
    dns: Arc<D>,
    connect_to: Vec<ConnectTo>,
}

impl<D: Ask<DnsQuestion>> Dialer<D> {
    /// A dialer that resolves with `dns`.
    pub const fn new(dns: Arc<D>, connect_to: Vec<ConnectTo>) -> Self {
        Self { dns, connect_to }
    }

    fn mapped(&self, host: &str, port: u16) -> Option<(&str, u16)> {
        let rule = self.connect_to.iter().find(|c| c.matches(host, port))?;
        Some((rule.to_host.as_str(), rule.to_port.unwrap_or(port)))
    }

    /// Whether the user says where this host and port are, by their name.
    #[must_use]
    pub fn is_mapped(&self, host: &str, port: u16) -> bool {
        self.mapped(host, port).is_some()
    }

    /// Finds out where to connect for a host and port. A host that is not `audited` was named by
    /// somebody outside, so private addresses are refused; they are judged as resolved, before
    /// `--connect-to` maps them.
    pub async fn route(&self, host: &str, port: u16, audited: bool) -> Dialed<Route> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let (name, port) = match self.mapped(host, port) {
            // Mapped by its name: the user decides where it goes, nothing is looked up.
            Some((to, to_port)) if !to.is_empty() => {
                if let Ok(ip) = to.parse::<IpAddr>() {
                    let shown = host.parse().unwrap_or(ip);
                    return Observed::known(Ok(Route { hops: vec![(SocketAddr::new(ip, to_port), shown)] }));
                }
                (to, to_port)
            }
            Some((_, to_port)) => (host, to_port),
            None => (host, port),
        };
        let addresses = match name.parse::<IpAddr>() {
            Ok(ip) => vec![ip],
            Err(_) => match self.resolve(name).await.into_inner() {
                Ok(Ok(a)) => a,
                Ok(Err(f)) => return Observed::known(Err(f)),
                Err(m) => return m.into(),
            },
        };
        let allowed: Vec<IpAddr> = addresses.iter().copied().filter(|a| audited || !is_private(*a)).collect();
        if let (true, Some(first)) = (allowed.is_empty(), addresses.first()) {
            return Observed::known(Err(HostFailure::PrivateAddress(first.to_string().into())));
        }
        let hops = allowed.into_iter().map(|ip| {
            let to = self.mapped(&ip.to_string(), port).and_then(|(to, p)| Some(SocketAddr::new(to.parse().ok()?, p)));
            (to.unwrap_or_else(|| SocketAddr::new(ip, port)), ip)
        });
        Observed::known(Ok(Route { hops: hops.collect() }))
    }

    /// The addresses of a name, IPv6 and IPv4 in turn, IPv6 first (RFC 8305, section 4).
    async fn resolve(&self, name: &str) -> Dialed<Vec<IpAddr>> {
        let Ok(name) = DomainName::parse(name) else { return Observed::known(Err(HostFailure::NoSuchName)) };
        let (q6, q4) = (DnsQuestion::new(name.clone(), RecordKind::Aaaa), DnsQuestion::new(name, RecordKind::A));
        let (six, four) = tokio::join!(self.dns.ask(&q6), self.dns.ask(&q4));
        pick(six, four)
    }
}

fn pick(six: Observed<DnsAnswer>, four: Observed<DnsAnswer>) -> Dialed<Vec<IpAddr>> {
    let list = |o: &Observed<DnsAnswer>| o.get().map(|a| a.addresses().collect::<Vec<_>>()).unwrap_or_default();
    let (v6, v4) = (list(&six), list(&four));
    let longest = v6.len().max(v4.len());
    let turns = (0..longest).flat_map(|i| [v6.get(i), v4.get(i)]).flatten().copied();
    let all: Vec<IpAddr> = turns.collect();
    if !all.is_empty() {
        return Observed::known(Ok(all));
    }
    match (six.into_inner(), four.into_inner()) {
        // Where one half is not known, the name may still have an address.
        (_, Err(Missing::Unknown(c))) | (Err(Missing::Unknown(c)), _) => Observed::unknown(c),
        (Ok(a), Ok(b)) if a.found == Found::NxDomain && b.found == Found::NxDomain => {
            Observed::known(Err(HostFailure::NoSuchName))
        }
        _ => Observed::known(Err(HostFailure::NoAddress)),
    }
}

impl Route {
    /// Where to connect, in the order to try.
    pub fn addresses(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.hops.iter().map(|(to, _)| *to)
    }
    /// The addresses as the name resolves to them: IPv4 before IPv6, the lower before the higher,
    /// whatever turns a name server gives them.
    #[must_use]
    pub fn sorted(&self) -> Vec<IpAddr> {
        let mut all: Vec<IpAddr> = self.hops.iter().map(|(_, shown)| *shown).collect();
        all.sort();
        all.dedup();
        all
    }
    /// Connects to this one of its addresses.
    pub async fn connect_at(&self, address: IpAddr) -> Dialed<TcpStream> {
        let Some((to, shown)) = self.hops.iter().find(|(_, shown)| *shown == address) else {
            return Observed::unknown(Cause::NoRoute);
        };
        match open(*to, *shown).await {
            Ok((stream, _)) => Observed::known(Ok(stream)),
            Err(e) => verdict(&[e]),
        }
    }
    /// Connects: the next address gets its turn when the one before failed or took too long, and
    /// the first connection wins. Returns it with the address as the world knows it.
    pub async fn connect(&self) -> Dialed<(TcpStream, IpAddr)> {
        let (mut waiting, mut running) = (self.hops.iter(), FuturesUnordered::new());
        let mut failures = Vec::new();
        loop {
            let Some((to, shown)) = waiting.next() else {
                match running.next().await {
                    Some(Ok(done)) => return Observed::known(Ok(done)),
                    Some(Err(e)) => failures.push(e),
                    None => return verdict(&failures),
                }
                continue;
            };
            running.push(open(*to, *shown));
            tokio::select! {
                Some(done) = running.next() => match done {
                    Ok(done) => return Observed::known(Ok(done)),
                    Err(e) => failures.push(e),
                },
                () = tokio::time::sleep(STAGGER) => {}
            }
        }
    }
}

async fn open(to: SocketAddr, shown: IpAddr) -> io::Result<(TcpStream, IpAddr)> {
    let stream = TcpStream::connect(to).await?;
    // Requests are small and wait for their answers, so Nagle's algorithm only delays them.
    let _ = stream.set_nodelay(true);
    Ok((stream, shown))
}

fn verdict<T>(failures: &[io::Error]) -> Dialed<T> {
    let read: Vec<_> = failures.iter().map(failure).collect();
    // A host that says no on one address and cannot be reached on the other has answered.
    match read.iter().find(|f| f.is_ok()).or(read.last()) {
        Some(Ok(host)) => Observed::known(Err(host.clone())),
        Some(Err(cause)) => Observed::unknown(cause.clone()),
        None => Observed::unknown(Cause::NoRoute),
    }
}

/// What an error of a connection to an audited host means: the host's answer, or our ignorance.
///
/// # Errors
/// The cause, where the error leaves us ignorant of the host.
pub fn failure(error: &io::Error) -> Result<HostFailure, Cause> {
    match error.kind() {
        ErrorKind::ConnectionRefused => Ok(HostFailure::Refused),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof
        | ErrorKind::NotConnected => Ok(HostFailure::Reset),
        ErrorKind::TimedOut => Err(Cause::Timeout),
        ErrorKind::NetworkUnreachable
        | ErrorKind::HostUnreachable
        | ErrorKind::AddrNotAvailable
        | ErrorKind::PermissionDenied => Err(Cause::NoRoute),
        _ => Ok(HostFailure::Protocol(error.to_string().into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use launchcheck_checks::wire::Record;

    struct Zone;
    impl Ask<DnsQuestion> for Zone {
        async fn ask(&self, q: &DnsQuestion) -> Observed<DnsAnswer> {
            match (q.name.as_str(), q.kind) {
                ("both.test", RecordKind::A) => {
                    Observed::known(DnsAnswer::records(vec![Record::A("203.0.113.1".parse().unwrap())]))
                }
                ("both.test", RecordKind::Aaaa) => {
                    Observed::known(DnsAnswer::records(vec![Record::Aaaa("2001:db8::1".parse().unwrap())]))
                }
                ("inside.test", RecordKind::A) => {
                    Observed::known(DnsAnswer::records(vec![Record::A("10.0.0.1".parse().unwrap())]))
                }
                ("half.test", RecordKind::A) => Observed::unknown(Cause::Servfail),
                ("half.test" | "inside.test", _) => Observed::known(DnsAnswer::nodata()),
                _ => Observed::known(DnsAnswer::nxdomain()),
            }
        }
    }
    fn to(host: &str, port: Option<u16>, to_host: &str, to_port: Option<u16>) -> ConnectTo {
        ConnectTo { host: host.into(), port, to_host: to_host.into(), to_port }
    }
    async fn hops(rules: Vec<ConnectTo>, host: &str, audited: bool) -> Result<Vec<String>, String> {
        match Dialer::new(Arc::new(Zone), rules).route(host, 443, audited).await.into_inner() {
            Ok(Ok(r)) => Ok(r.hops.iter().map(|(a, shown)| format!("{a} for {shown}")).collect()),
            Ok(Err(f)) => Err(f.to_string()),
            Err(m) => Err(format!("{m:?}")),
        }
    }

    #[tokio::test]
    async fn routes() {
        let both = hops(vec![], "both.test", false).await.unwrap();
        assert_eq!(both, ["[2001:db8::1]:443 for 2001:db8::1", "203.0.113.1:443 for 203.0.113.1"]);
        let network = vec![
            to("203.0.113.0/24", Some(443), "127.0.0.1", Some(8443)),
            to("2001:db8::/32", None, "::1", None),
            to("203.0.113.1/32", None, "127.0.0.1", Some(1)),
        ];
        let led = hops(network, "both.test", false).await.unwrap();
        assert_eq!(led, ["[::1]:443 for 2001:db8::1", "127.0.0.1:8443 for 203.0.113.1"]);
        for beside in ["203.0.112.0/24", "203.0.113.1/33", "2001:db9::/32", "203.0.113.1/x", "both.test/8"] {
            assert_eq!(
                hops(vec![to(beside, None, "127.0.0.1", None)], "both.test", false).await.unwrap(),
                both,
                "{beside}"
            );
        }
        let by_address = vec![
            to("203.0.113.1", Some(443), "127.0.0.1", Some(8443)),
            to("2001:db8::1", None, "127.0.0.1", Some(8444)),
        ];
        let mapped = hops(by_address, "both.test", false).await.unwrap();
        assert_eq!(mapped, ["127.0.0.1:8444 for 2001:db8::1", "127.0.0.1:8443 for 203.0.113.1"]);
        let by_name = hops(vec![to("gone.test", None, "127.0.0.1", Some(1))], "gone.test", false).await.unwrap();
        assert_eq!(by_name, ["127.0.0.1:1 for 127.0.0.1"]);
    }

    #[tokio::test]
    async fn failures_and_ignorance_are_told_apart() {
        assert!(hops(vec![], "gone.test", true).await.unwrap_err().contains("NXDOMAIN"));
        assert!(hops(vec![], "half.test", true).await.unwrap_err().contains("Servfail"));
        assert!(hops(vec![], "inside.test", false).await.unwrap_err().contains("private address 10.0.0.1"));
        assert_eq!(hops(vec![], "inside.test", true).await.unwrap(), ["10.0.0.1:443 for 10.0.0.1"]);
        // The guard judges the resolved address, before the mapping.
        let mapping = vec![to("10.0.0.1", None, "127.0.0.1", Some(1))];
        assert!(hops(mapping, "inside.test", false).await.is_err());
    }
}
