//! Handshakes that complete on any certificate, so that everything wrong with it can be judged.

use super::{
    Ask,
    connect::{Dialed, Dialer, failure},
    http::Parking,
    layers::Bound,
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use launchcheck_checks::{
    vocab::{Cause, Missing, Observed, Shown},
    wire::{AddressQuestion, DnsQuestion, Handshake, HandshakeQuestion, HostFailure, Unshaken},
};
use rustls::{
    AlertDescription, CertificateError, CipherSuite, ClientConfig, DigitallySignedStruct, Error, InvalidMessage,
    ProtocolVersion, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
    sign::CertifiedKey,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{io::AsyncReadExt, net::TcpStream};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Accepts every certificate and remembers what was seen of the handshake. Trust is judged from the
/// captured bytes: a verifier that said no would hide all that comes after the first fault.
#[derive(Debug)]
struct Capture {
    provider: Arc<CryptoProvider>,
    signature_fits: Mutex<Option<bool>>,
    chain: Mutex<Vec<Vec<u8>>>,
    asked: AtomicBool,
}
impl Capture {
    fn note(&self, scheme: SignatureScheme, result: &Result<HandshakeSignatureValid, Error>) {
        let can_verify = self.provider.signature_verification_algorithms.supported_schemes().contains(&scheme);
        // A certificate that cannot be read holds no key to verify with.
        let unreadable = matches!(
            result,
            Err(Error::InvalidCertificate(
                CertificateError::BadEncoding
                    | CertificateError::UnhandledCriticalExtension
                    | CertificateError::Other(_)
            ))
        );
        let fits = (can_verify && !unreadable).then_some(result.is_ok());
        *self.signature_fits.lock().unwrap_or_else(PoisonError::into_inner) = fits;
    }
    /// What was seen, at this address.
    fn seen(&self, address: IpAddr) -> Handshake {
        Handshake {
            chain: self.chain.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            address,
            version: Shown::default(),
            cipher: Shown::default(),
            group: None,
            alpn: None,
            signature_fits: *self.signature_fits.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }
}
/// Shows no certificate, and remembers that the server asked for one.
impl ResolvesClientCert for Capture {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        None
    }
    fn has_certs(&self) -> bool {
        false
    }
}
impl ServerCertVerifier for Capture {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = std::iter::once(leaf).chain(rest).map(|c| c.to_vec()).collect();
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms);
        self.note(dss.scheme, &result);
        Ok(HandshakeSignatureValid::assertion())
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let result = verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms);
        self.note(dss.scheme, &result);
        Ok(HandshakeSignatureValid::assertion())
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.provider.signature_verification_algorithms.supported_schemes();
        // Offered although ring cannot verify them, so that such servers show their certificate.
        for more in [
            SignatureScheme::ECDSA_NISTP521_SHA512,
            SignatureScheme::ED448,
            SignatureScheme::RSA_PKCS1_SHA1,
            SignatureScheme::ECDSA_SHA1_Legacy,
        ] {
            if !schemes.contains(&more) {
                schemes.push(more);
            }
        }
        schemes
    }
}

/// Makes TLS connections that judge nothing.
#[derive(Clone)]
pub struct Tls {
    provider: Arc<CryptoProvider>,
}
impl Default for Tls {
    fn default() -> Self {
        Self { provider: Arc::new(rustls::crypto::ring::default_provider()) }
    }
}

/// A connection with what its handshake showed.
pub struct Secured {
    /// The connection.
    pub stream: TlsStream<TcpStream>,
    /// What was seen.
    pub seen: Handshake,
    /// Whether the server asked for a certificate of the client's.
    asked: bool,
}

impl Tls {
    fn config(&self, alpn: bool) -> Result<(ClientConfig, Arc<Capture>), Error> {
        let capture = Arc::new(Capture {
            provider: Arc::clone(&self.provider),
            signature_fits: Mutex::new(None),
            chain: Mutex::default(),
            asked: AtomicBool::new(false),
        });
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&capture) as Arc<dyn ServerCertVerifier>)
            .with_client_cert_resolver(Arc::clone(&capture) as Arc<dyn ResolvesClientCert>);
        if alpn {
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        // One handshake a run is looked at; a resumed one would show no certificate.
        config.resumption = rustls::client::Resumption::disabled();
        Ok((config, capture))
    }

    /// Shakes hands over a connection. The outer `Err` is the alert "no application protocol", on
    /// which a second try without one is worth it.
    async fn over(
        &self,
        stream: TcpStream,
        host: &str,
        address: IpAddr,
        alpn: bool,
    ) -> Result<Observed<Result<Secured, Unshaken>>, NoAlpn> {
        let Ok(name) = ServerName::try_from(host.to_owned()) else {
            let why = HostFailure::Protocol("the name cannot be sent in a handshake".into());
            return Ok(Observed::known(Err(why.into())));
        };
        let (config, capture) = match self.config(alpn) {
            Ok(c) => c,
            Err(e) => return Ok(Observed::known(Err(HostFailure::Protocol(e.to_string().into()).into()))),
        };
        let error = match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
            Ok(stream) => {
                let (_, session) = stream.get_ref();
                let seen = Handshake {
                    version: session.protocol_version().map_or_else(Shown::default, version),
                    cipher: session.negotiated_cipher_suite().map_or_else(Shown::default, |c| cipher(c.suite())),
                    group: session.negotiated_key_exchange_group().map(|g| format!("{:?}", g.name()).into()),
                    alpn: session.alpn_protocol().map(Shown::wire),
                    ..capture.seen(address)
                };
                let asked = capture.asked.load(Ordering::Relaxed);
                return Ok(Observed::known(Ok(Secured { stream, seen, asked })));
            }
            Err(e) => e,
        };
        let why = match ended(&error) {
            Ok(HostFailure::TlsAlert(a)) if alpn && a.as_str() == NO_ALPN => return Err(NoAlpn),
            // In TLS 1.2 the server says at once what it thinks of a client without a certificate.
            Ok(HostFailure::TlsAlert(_) | HostFailure::Reset) if capture.asked.load(Ordering::Relaxed) => {
                HostFailure::WantsCertificate
            }
            Ok(why) => why,
            Err(cause) => return Ok(Observed::unknown(cause)),
        };
        let seen = capture.seen(address);
        Ok(Observed::known(Err(Unshaken { why, seen: (!seen.chain.is_empty()).then_some(seen) })))
    }

    /// Dials a host and shakes hands with it.
    pub async fn secure<D: Ask<DnsQuestion>>(
        &self,
        dialer: &Dialer<D>,
        host: &str,
        port: u16,
        audited: bool,
        time: &Bound,
    ) -> Dialed<Secured> {
        // The look-up has its own bound, so that a slow one is remembered and not asked again.
        let route = match dialer.route(host, port, audited).await.into_inner() {
            Ok(Ok(r)) => r,
            Ok(Err(f)) => return Observed::known(Err(f)),
            Err(m) => return m.into(),
        };
        let shaken = time.run(self.twice(host, || route.connect())).await;
        shaken.map(|outcome| outcome.map_err(|unshaken| unshaken.why))
    }

    /// Shakes hands over a connection made for it, and once more without application protocols
    /// where the server knows none of ours.
    async fn twice<C>(&self, host: &str, connect: impl Fn() -> C) -> Observed<Result<Secured, Unshaken>>
    where
        C: Future<Output = Dialed<(TcpStream, IpAddr)>>,
    {
        for alpn in [true, false] {
            let (stream, address) = match connect().await.into_inner() {
                Ok(Ok(c)) => c,
                Ok(Err(f)) => return Observed::known(Err(f.into())),
                Err(m) => return m.into(),
            };
            if let Ok(done) = self.over(stream, host, address, alpn).await {
                return done;
            }
        }
        Observed::known(Err(HostFailure::TlsAlert(NO_ALPN.into()).into()))
    }
}
struct NoAlpn;
/// How [`alert`] names the one alert on which a second try is worth it.
const NO_ALPN: &str = "alert no_application_protocol";

/// How a handshake ended.
fn ended(error: &io::Error) -> Result<HostFailure, Cause> {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::AlertReceived(a)) => Ok(HostFailure::TlsAlert(alert(*a))),
        Some(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => Ok(HostFailure::NotTls(Shown::default())),
        Some(other) => Ok(HostFailure::Protocol(other.to_string().into())),
        None => failure(error),
    }
}

fn cipher(suite: CipherSuite) -> Shown {
    let name = format!("{suite:?}");
    name.strip_prefix("TLS13_").or(name.strip_prefix("TLS_")).unwrap_or(&name).into()
}

fn version(v: ProtocolVersion) -> Shown {
    match v {
        ProtocolVersion::TLSv1_3 => "TLS 1.3".into(),
        ProtocolVersion::TLSv1_2 => "TLS 1.2".into(),
        other => format!("{other:?}").into(),
    }
}

/// The alert's name as RFC 8446, section 6 writes it (`handshake_failure`).
fn alert(a: AlertDescription) -> Shown {
    let mut out = String::new();
    for c in format!("{a:?}").chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    format!("alert {out}").into()
}

/// How long a server that asked for a client's certificate may take to end the connection of one
/// that has none. Where it says nothing it was content.
const SECOND_THOUGHTS: Duration = Duration::from_secs(1);
/// How long the first address to answer waits for those that stand before it.
const GRACE: Duration = Duration::from_millis(250);

/// Connections of the addresses of hosts for which it is not decided yet which one is judged.
#[derive(Default)]
struct Spare {
    open: BTreeMap<AddressQuestion, Secured>,
    settled: BTreeSet<HandshakeQuestion>,
}

/// Shakes hands at one address.
pub struct Addresses<D> {
    /// Makes the connections.
    pub dialer: Arc<Dialer<D>>,
    /// Speaks TLS on them.
    pub tls: Tls,
    /// The time a handshake may take.
    pub time: Bound,
    spare: Mutex<Spare>,
}
impl<D> Addresses<D> {
    /// With nothing connected yet.
    pub fn new(dialer: Arc<Dialer<D>>, tls: Tls, time: Bound) -> Self {
        Self { dialer, tls, time, spare: Mutex::default() }
    }
    /// Keeps a connection for whoever settles which address is judged.
    fn keep(&self, q: &AddressQuestion, secured: Secured) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if !spare.settled.contains(&HandshakeQuestion { host: q.host.clone(), port: q.port }) {
            spare.open.insert(q.clone(), secured);
        }
    }
    /// The connection of this address; those of the others of the host are closed.
    fn settle(&self, host: &HandshakeQuestion, address: Option<IpAddr>) -> Option<Secured> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        spare.settled.insert(host.clone());
        let wanted = address.and_then(|address| {
            spare.open.remove(&AddressQuestion { host: host.host.clone(), port: host.port, address })
        });
        spare.open.retain(|q, _| q.host != host.host || q.port != host.port);
        wanted
    }
}
impl<D: Ask<DnsQuestion>> Ask<AddressQuestion> for Addresses<D> {
    async fn ask(&self, q: &AddressQuestion) -> Observed<Result<Handshake, Unshaken>> {
        let route = match self.dialer.route(q.host.as_str(), q.port, true).await.into_inner() {
            Ok(Ok(r)) => r,
            Ok(Err(f)) => return Observed::known(Err(f.into())),
            Err(m) => return m.into(),
        };
        let connect = async || route.connect_at(q.address).await.map(|c| c.map(|stream| (stream, q.address)));
        let shaken = self.time.run(self.tls.twice(q.host.as_str(), connect)).await;
        let mut secured = match shaken.into_inner() {
            Ok(Ok(secured)) => secured,
            Ok(Err(unshaken)) => return Observed::known(Err(unshaken)),
            Err(m) => return m.into(),
        };
        let seen = secured.seen.clone();
        if !secured.asked {
            self.keep(q, secured);
            return Observed::known(Ok(seen));
        }
        // In TLS 1.3 the server's "no" comes after the handshake. What comes before it is not kept,
        // so neither is the connection.
        match tokio::time::timeout(SECOND_THOUGHTS, secured.stream.read(&mut [0; 64])).await {
            Ok(Ok(0)) => Observed::known(Err(Unshaken { why: HostFailure::WantsCertificate, seen: Some(seen) })),
            Ok(Err(e)) => Observed::known(match ended(&e) {
                Ok(HostFailure::TlsAlert(_) | HostFailure::Reset) => {
                    Err(Unshaken { why: HostFailure::WantsCertificate, seen: Some(seen) })
                }
                _ => Ok(seen),
            }),
            Ok(Ok(_)) | Err(_) => Observed::known(Ok(seen)),
        }
    }
}

/// Answers handshake questions by asking every address, and parks the connection of the one that is
/// judged for the first request to use.
pub struct Handshakes<D, A> {
    /// Finds the addresses.
    pub dialer: Arc<Dialer<D>>,
    /// Asked of each address; it remembers.
    pub addresses: Arc<A>,
    /// Keeps the connections that it makes.
    pub made: Arc<Addresses<D>>,
    /// Where the judged one waits.
    pub parking: Arc<Parking>,
}
impl<D, A> Ask<HandshakeQuestion> for Handshakes<D, A>
where
    D: Ask<DnsQuestion>,
    A: Ask<AddressQuestion> + 'static,
{
    async fn ask(&self, q: &HandshakeQuestion) -> Observed<Result<Handshake, HostFailure>> {
        let route = match self.dialer.route(q.host.as_str(), q.port, true).await.into_inner() {
            Ok(Ok(r)) => r,
            Ok(Err(f)) => return Observed::known(Err(f)),
            Err(m) => return m.into(),
        };
        let answer = self.first(q, route.sorted()).await;
        let address = answer.get().ok().and_then(|a| a.as_ref().ok()).map(|h| h.address);
        if let Some(secured) = self.made.settle(q, address) {
            self.parking.park(q, secured).await;
        }
        answer
    }
}
impl<D, A: Ask<AddressQuestion> + 'static> Handshakes<D, A> {
    /// The answer of the first address that completes a handshake. All are asked at once; one that
    /// answers waits a little for those that stand before it, so that equal worlds give equal reports.
    async fn first(&self, q: &HandshakeQuestion, all: Vec<IpAddr>) -> Observed<Result<Handshake, HostFailure>> {
        let mut open: FuturesUnordered<_> = all
            .iter()
            .enumerate()
            .map(|(place, address)| {
                let question = AddressQuestion { host: q.host.clone(), port: q.port, address: *address };
                let addresses = Arc::clone(&self.addresses);
                // On a task of its own: a slow address goes on when it is no longer waited for here.
                let task = tokio::spawn(async move { addresses.ask(&question).await });
                async move { (place, task.await.unwrap_or_else(|_| Observed::unknown(Cause::Deadline))) }
            })
            .collect();
        let mut answers: BTreeMap<usize, Observed<Result<Handshake, Unshaken>>> = BTreeMap::new();
        let best = |answers: &BTreeMap<usize, Observed<Result<Handshake, Unshaken>>>| {
            answers.iter().find_map(|(place, a)| Some((*place, a.get().ok()?.as_ref().ok()?.clone())))
        };
        let mut patience: Option<std::pin::Pin<Box<tokio::time::Sleep>>> = None;
        loop {
            let waited = async {
                match &mut patience {
                    Some(sleep) => sleep.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                next = open.next() => match next {
                    Some((place, answer)) => drop(answers.insert(place, answer)),
                    None => break,
                },
                () = waited => break,
            }
            if let Some((place, _)) = best(&answers) {
                if (0..place).all(|before| answers.contains_key(&before)) {
                    break;
                }
                patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(GRACE)));
            }
        }
        if let Some((_, seen)) = best(&answers) {
            return Observed::known(Ok(seen));
        }
        // A host that says no at one address and is silent at another has answered.
        let mut unknown = Cause::NoRoute;
        for answer in answers.into_values() {
            match answer.into_inner() {
                Ok(Err(unshaken)) => return Observed::known(Err(unshaken.why)),
                Err(Missing::Unknown(cause)) => unknown = cause,
                Ok(Ok(_)) | Err(Missing::NotConfigured(_)) => {}
            }
        }
        Observed::unknown(unknown)
    }
}
