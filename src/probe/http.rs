//! HTTP/1.1 and 2 to the audited site over the one dialer, so that the handshake that judged the
//! certificate carries the first request. Redirects are answers here and never followed.

use super::{
    Ask,
    connect::{Dialed, Dialer, failure},
    layers::Bound,
    tls::{Secured, Tls},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use launchcheck_checks::{
    vocab::{Cause, DomainName, Observed},
    wire::{DnsQuestion, HandshakeQuestion, HostFailure, HttpAnswer, HttpQuestion, Method},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::Semaphore,
};

/// The largest body that is read.
pub const BODY_CAP: usize = 2 * 1024 * 1024;
/// The largest head of an answer that is read.
const HEAD_CAP: usize = 64 * 1024;
/// How long a request waits for the host's one connection before it opens another. A route that
/// hangs must not hold up what is asked of the others.
const PATIENCE: Duration = Duration::from_secs(1);
/// How launchcheck names itself to the sites it looks at.
pub const USER_AGENT: &str = concat!("launchcheck/", env!("CARGO_PKG_VERSION"), " (launch audit)");

type Body = Full<Bytes>;
/// Where a connection leads: scheme, host, port.
type Key = (bool, String, u16);

enum Sender {
    One(http1::SendRequest<Body>),
    Two(http2::SendRequest<Body>),
}
impl Sender {
    fn is_open(&self) -> bool {
        match self {
            Self::One(s) => !s.is_closed(),
            Self::Two(s) => !s.is_closed(),
        }
    }
    async fn send(&mut self, request: Request<Body>) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::One(s) => {
                s.ready().await?;
                s.send_request(request).await
            }
            Self::Two(s) => {
                s.ready().await?;
                s.send_request(request).await
            }
        }
    }
}

struct Spot {
    idle: Mutex<Vec<Sender>>,
    turn: Semaphore,
}
impl Default for Spot {
    fn default() -> Self {
        Self { idle: Mutex::default(), turn: Semaphore::new(1) }
    }
}
impl Spot {
    fn take(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(Sender::is_open);
        match idle.last() {
            Some(Sender::Two(s)) => Some(Sender::Two(s.clone())),
            _ => idle.pop(),
        }
    }
    fn give(&self, sender: Sender) {
        if sender.is_open() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if !idle.iter().any(|s| matches!(s, Sender::Two(_))) {
                idle.push(sender);
            }
        }
    }
}

/// Connections between two requests.
#[derive(Default)]
pub struct Parking(Mutex<BTreeMap<Key, Arc<Spot>>>);
impl Parking {
    fn spot(&self, key: &Key) -> Arc<Spot> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(key.clone()).or_default())
    }
    /// Parks the connection of a handshake. One that cannot speak HTTP is dropped; the request
    /// that wants it then finds out itself.
    pub async fn park(&self, q: &HandshakeQuestion, secured: Secured) {
        if let Ok(sender) = greet_tls(secured).await {
            self.spot(&(true, q.host.to_string(), q.port)).give(sender);
        }
    }
}

async fn greet_tls(secured: Secured) -> hyper::Result<Sender> {
    let two = secured.seen.alpn.as_ref().is_some_and(|a| a.as_str() == "h2");
    greet(secured.stream, two).await
}

async fn greet<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, two: bool) -> hyper::Result<Sender> {
    let io = TokioIo::new(stream);
    if two {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.timer(TokioTimer::new()).max_header_list_size(u32::try_from(HEAD_CAP).unwrap_or(u32::MAX));
        let (sender, connection) = builder.handshake(io).await?;
        tokio::spawn(connection);
        Ok(Sender::Two(sender))
    } else {
        let mut builder = http1::Builder::new();
        builder.max_buf_size(HEAD_CAP);
        let (sender, connection) = builder.handshake(io).await?;
        tokio::spawn(connection);
        Ok(Sender::One(sender))
    }
}

/// Answers HTTP questions.
pub struct Http<D, H> {
    /// Makes the connections.
    pub dialer: Arc<Dialer<D>>,
    /// Speaks TLS on them.
    pub tls: Tls,
    /// Asked for the first TLS connection to an audited host, which it parks.
    pub handshakes: Arc<H>,
    /// Where connections wait between requests.
    pub parking: Arc<Parking>,
    /// The time a request may take.
    pub time: Bound,
    /// Whether requests do something: then each goes out at the moment it is asked for, on a
    /// connection of its own where need be, and never twice.
    pub counts: bool,
}

struct Failed {
    what: Result<HostFailure, Cause>,
    /// Whether the request never left, so that sending it again cannot do anything twice.
    unsent: bool,
}
impl Failed {
    /// Whether the failure may be the kept connection's alone.
    fn may_go_again(&self, method: Method) -> bool {
        self.unsent || method != Method::Post || matches!(self.what, Ok(HostFailure::Reset))
    }
}

impl<D: Ask<DnsQuestion>, H: Ask<HandshakeQuestion>> Http<D, H> {
    async fn open(&self, key: &Key, audited: bool) -> Dialed<Sender> {
        let (secure, host, port) = key;
        if *secure {
            match self.tls.secure(&self.dialer, host, *port, audited, &self.time).await.into_inner() {
                Ok(Ok(secured)) => Observed::known(greet_tls(secured).await.map_err(|e| broken(&e))),
                Ok(Err(f)) => Observed::known(Err(f)),
                Err(m) => m.into(),
            }
        } else {
            let route = match self.dialer.route(host, *port, audited).await.into_inner() {
                Ok(Ok(r)) => r,
                Ok(Err(f)) => return Observed::known(Err(f)),
                Err(m) => return m.into(),
            };
            let connected = self.time.run(async { route.connect().await }).await;
            match connected.into_inner() {
                Ok(Ok((stream, _))) => Observed::known(greet(stream, false).await.map_err(|e| broken(&e))),
                Ok(Err(f)) => Observed::known(Err(f)),
                Err(m) => m.into(),
            }
        }
    }

    async fn exchange(
        &self,
        spot: &Spot,
        sender: Sender,
        request: Request<Body>,
    ) -> Observed<Result<HttpAnswer, Failed>> {
        let mut sender = sender;
        let sent = tokio::time::Instant::now();
        let answered = self
            .time
            .run(async {
                Observed::known(match sender.send(request).await {
                    Ok(response) => Ok(response),
                    Err(e) => Err(Failed { unsent: e.is_canceled(), what: reason(&e) }),
                })
            })
            .await;
        let response = match answered.into_inner() {
            Ok(Ok(r)) => r,
            Ok(Err(f)) => return Observed::known(Err(f)),
            Err(m) => return m.into(),
        };
        let took_ms = u32::try_from(sent.elapsed().as_millis()).unwrap_or(u32::MAX);
        let (head, body) = response.into_parts();
        let (body, truncated) = self.read(body).await;
        if !truncated {
            spot.give(sender);
        }
        let headers = head.headers.iter().map(|(n, v)| (n.as_str().to_owned(), v.as_bytes().to_vec())).collect();
        Observed::known(Ok(HttpAnswer { status: head.status.as_u16(), headers, body, truncated, took_ms }))
    }

    /// Reads a body to its end, the cap or the timeout. Status and headers are known by then, so a
    /// body that never ends is cut and not a reason to know nothing.
    async fn read(&self, mut body: Incoming) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let end = tokio::time::sleep(self.time.timeout.min(self.time.deadline.left()));
        tokio::pin!(end);
        let cut = tokio::select! {
            biased;
            cut = fill(&mut body, BODY_CAP, &mut out) => cut,
            () = &mut end => true,
        };
        (out, cut)
    }
}

/// Reads a body into `out` up to a cap; whether it was cut, by the cap or by the line.
pub(super) async fn fill(body: &mut Incoming, most: usize, out: &mut Vec<u8>) -> bool {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return true };
        let Ok(data) = frame.into_data() else { continue };
        let room = most - out.len();
        out.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return true;
        }
    }
    false
}

impl<D: Ask<DnsQuestion>, H: Ask<HandshakeQuestion>> Ask<HttpQuestion> for Http<D, H> {
    async fn ask(&self, q: &HttpQuestion) -> Observed<Result<HttpAnswer, HostFailure>> {
        let Some((key, plan)) = prepare(q) else {
            return Observed::known(Err(HostFailure::Protocol("that is no http or https URL with a host".into())));
        };
        let spot = self.parking.spot(&key);
        // HTTP/1.1 carries one request at a time: wait a little for the connection there is.
        let patience = if self.counts { Duration::ZERO } else { PATIENCE };
        let mut turn = tokio::time::timeout(patience, spot.turn.acquire()).await.ok();
        if let (true, true, Ok(host)) = (key.0, q.audited, DomainName::parse(&key.1)) {
            let asked = self.handshakes.ask(&HandshakeQuestion { host, port: key.2 }).await;
            match asked.into_inner() {
                Ok(Ok(_)) => {}
                Ok(Err(f)) => return Observed::known(Err(f)),
                Err(m) => return m.into(),
            }
        }
        let mut reused = spot.take();
        loop {
            let fresh = reused.is_none();
            let sender = match reused.take() {
                Some(s) => s,
                None => match self.open(&key, q.audited).await.into_inner() {
                    Ok(Ok(s)) => s,
                    Ok(Err(f)) => return Observed::known(Err(f)),
                    Err(m) => return m.into(),
                },
            };
            let Some(request) = plan.request(&sender) else {
                return Observed::known(Err(HostFailure::Protocol("the request could not be written".into())));
            };
            if let Sender::Two(s) = &sender {
                // HTTP/2 carries many at once, so the next may go.
                spot.give(Sender::Two(s.clone()));
                drop(turn.take());
            }
            match self.exchange(&spot, sender, request).await.into_inner() {
                Ok(Ok(a)) => return Observed::known(Ok(a)),
                // A kept connection that the server had closed meanwhile says nothing of the host (after a
                // 413 it often is). A POST may go again: nothing that is posted does anything, but for
                // business events.
                Ok(Err(f)) if !fresh && (f.unsent || !self.counts && f.may_go_again(q.method)) => {}
                Ok(Err(Failed { what: Ok(host), .. })) => return Observed::known(Err(host)),
                Ok(Err(Failed { what: Err(cause), .. })) => return Observed::unknown(cause),
                Err(m) => return m.into(),
            }
        }
    }
}

/// A request, ready to be written in either version's form.
struct Plan<'a> {
    q: &'a HttpQuestion,
    scheme: String,
    authority: String,
    target: String,
}
impl Plan<'_> {
    fn request(&self, over: &Sender) -> Option<Request<Body>> {
        let two = matches!(over, Sender::Two(_));
        let uri = if two {
            // HTTP/2 takes scheme and authority from the URI (RFC 9113, section 8.3.1).
            http::Uri::builder()
                .scheme(self.scheme.as_str())
                .authority(self.authority.as_str())
                .path_and_query(self.target.as_str())
                .build()
                .ok()?
        } else {
            self.target.parse().ok()?
        };
        let mut builder = Request::builder()
            .method(self.q.method.word())
            .uri(uri)
            .header("user-agent", USER_AGENT)
            .header("accept", "*/*");
        if !two {
            builder = builder.header("host", &self.authority);
        }
        for (name, value) in &self.q.headers {
            builder = builder.header(name, value);
        }
        builder.body(Full::new(Bytes::from(self.q.body.clone()))).ok()
    }
}

fn prepare(q: &HttpQuestion) -> Option<(Key, Plan<'_>)> {
    let url = q.parsed()?;
    let secure = match url.scheme() {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let host = url.host_str()?.to_owned();
    let port = url.port_or_known_default()?;
    let authority = url.port().map_or_else(|| host.clone(), |p| format!("{host}:{p}"));
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let scheme = url.scheme().to_owned();
    Some(((secure, host, port), Plan { q, scheme, authority, target }))
}

fn broken(e: &hyper::Error) -> HostFailure {
    reason(e).unwrap_or(HostFailure::Reset)
}

fn reason(e: &hyper::Error) -> Result<HostFailure, Cause> {
    if e.is_incomplete_message() || e.is_canceled() || e.is_closed() {
        return Ok(HostFailure::Reset);
    }
    let mut source = std::error::Error::source(e);
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return failure(io);
        }
        // A stream or a connection that the server ended is a reset, as it is in HTTP/1.1.
        if inner.downcast_ref::<h2::Error>().is_some_and(|e| e.is_remote() && (e.is_reset() || e.is_go_away())) {
            return Ok(HostFailure::Reset);
        }
        source = inner.source();
    }
    let what = std::error::Error::source(e).map_or_else(|| e.to_string(), |s| format!("{e} ({s})"));
    Ok(HostFailure::Protocol(what.into()))
}
