//! Handshakes that complete on any certificate, so that everything wrong with it can be judged.

use super::{
    Ask,
    connect::{Dialed, Dialer, failure},
    http::Parking,
    layers::Bound,
};
use launchcheck_checks::{
    vocab::{Observed, Shown},
    wire::{DnsQuestion, Handshake, HandshakeQuestion, HostFailure},
};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, InvalidMessage, ProtocolVersion,
    SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Accepts every certificate and remembers whether the handshake's signature fits. Trust is judged
/// from the captured bytes: a verifier that said no would hide all that comes after the first fault.
#[derive(Debug)]
struct Capture {
    provider: Arc<CryptoProvider>,
    signature_fits: Mutex<Option<bool>>,
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
}
impl ServerCertVerifier for Capture {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
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
}

impl Tls {
    fn config(&self, alpn: bool) -> Result<(ClientConfig, Arc<Capture>), Error> {
        let capture = Arc::new(Capture { provider: Arc::clone(&self.provider), signature_fits: Mutex::new(None) });
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&capture) as Arc<dyn ServerCertVerifier>)
            .with_no_client_auth();
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
    ) -> Result<Dialed<Secured>, NoAlpn> {
        let known = |f| Ok(Observed::known(Err(f)));
        let Ok(name) = ServerName::try_from(host.to_owned()) else {
            return known(HostFailure::Protocol("the name cannot be sent in a handshake".into()));
        };
        let (config, capture) = match self.config(alpn) {
            Ok(c) => c,
            Err(e) => return known(HostFailure::Protocol(e.to_string().into())),
        };
        let connector = TlsConnector::from(Arc::new(config));
        match connector.connect(name, stream).await {
            Ok(stream) => {
                let signature_fits = *capture.signature_fits.lock().unwrap_or_else(PoisonError::into_inner);
                let (_, session) = stream.get_ref();
                let seen = Handshake {
                    chain: session.peer_certificates().unwrap_or_default().iter().map(|c| c.to_vec()).collect(),
                    address,
                    version: session.protocol_version().map_or_else(Shown::default, version),
                    alpn: session.alpn_protocol().map(Shown::wire),
                    signature_fits,
                };
                Ok(Observed::known(Ok(Secured { stream, seen })))
            }
            Err(e) => match e.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
                Some(Error::AlertReceived(AlertDescription::NoApplicationProtocol)) if alpn => Err(NoAlpn),
                Some(Error::AlertReceived(a)) => known(HostFailure::TlsAlert(alert(*a))),
                Some(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
                    known(HostFailure::NotTls(Shown::default()))
                }
                Some(other) => known(HostFailure::Protocol(other.to_string().into())),
                None => Ok(match failure(&e) {
                    Ok(host) => Observed::known(Err(host)),
                    Err(cause) => Observed::unknown(cause),
                }),
            },
        }
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
        time.run(async {
            for alpn in [true, false] {
                let (stream, address) = match route.connect().await.into_inner() {
                    Ok(Ok(c)) => c,
                    Ok(Err(f)) => return Observed::known(Err(f)),
                    Err(m) => return m.into(),
                };
                if let Ok(done) = self.over(stream, host, address, alpn).await {
                    return done;
                }
            }
            Observed::known(Err(HostFailure::TlsAlert(alert(AlertDescription::NoApplicationProtocol))))
        })
        .await
    }
}
struct NoAlpn;

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

/// Answers handshake questions, and parks each connection for the first request to use.
pub struct Handshakes<D> {
    /// Makes the connections.
    pub dialer: Arc<Dialer<D>>,
    /// Speaks TLS on them.
    pub tls: Tls,
    /// Where they wait.
    pub parking: Arc<Parking>,
    /// The time a handshake may take.
    pub time: Bound,
}
impl<D: Ask<DnsQuestion>> Ask<HandshakeQuestion> for Handshakes<D> {
    async fn ask(&self, q: &HandshakeQuestion) -> Observed<Result<Handshake, HostFailure>> {
        let secured = self.tls.secure(&self.dialer, q.host.as_str(), q.port, true, &self.time).await;
        match secured.into_inner() {
            Ok(Ok(secured)) => {
                let seen = secured.seen.clone();
                self.parking.park(q, secured).await;
                Observed::known(Ok(seen))
            }
            Ok(Err(f)) => Observed::known(Err(f)),
            Err(m) => m.into(),
        }
    }
}
