//! The API of Stripe, and those of the other billing providers: plain GETs, with a pinned version where
//! there are versions, paced by the feeds of `launchcheck-checks`.
//!
//! Nothing is ever written. A 404 is an answer and comes back as its body; whatever leaves us
//! ignorant comes back as a cause.

mod meter;
mod pace;

pub use meter::Meter;
pub use pace::{Pace, Paces};

use super::{
    layers::{Counters, Sooner},
    secret::Secret,
    vendor::Unresolved,
};
use futures_util::{StreamExt, stream::FuturesUnordered};
use launchcheck_checks::{
    billing::{feed::ApiRequest, stripe::ApiError, vendor::Vendor},
    vocab::{Cause, Feed, Next, Observed, Shown},
};
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{AUTHORIZATION, HeaderValue},
};
use std::{error::Error, io, sync::Arc, time::Duration};
use tokio::time::Instant;

/// The version of the API whose shapes are tested (docs.stripe.com/changelog).
pub const VERSION: &str = "2026-10-28.endive";
/// The longest body that is read.
const BODY_CAP: usize = 8 << 20;
/// How often a request is tried that met a fault of the server or the line.
const TRIES: u32 = 4;
/// The pause before the second try; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A client of one account.
#[derive(Clone)]
pub struct Stripe {
    client: Client,
    base: Url,
    authorization: HeaderValue,
    vendor: Vendor,
    /// A connected account that is asked instead of the key's own.
    account: Option<HeaderValue>,
    timeout: Duration,
    counters: Counters,
    pace: Arc<Pace>,
}
impl Stripe {
    /// A client that sends `key` to `base` and nowhere else. Whether that base may have it was for
    /// the configuration to decide.
    ///
    /// # Errors
    /// [`Cause::Auth`] where the key holds what no key holds (a line break, say).
    pub fn new(
        client: Client,
        base: Url,
        key: &Secret<String>,
        timeout: Duration,
        counters: Counters,
        (pace, vendor): (Arc<Pace>, Vendor),
    ) -> Result<Self, Cause> {
        let bearer = format!("Bearer {}", key.expose().trim());
        let mut authorization = HeaderValue::from_str(&bearer).map_err(|_| Cause::Auth)?;
        authorization.set_sensitive(true);
        Ok(Self { client, base, authorization, vendor, account: None, timeout, counters, pace })
    }
    /// The same for a connected account (docs.stripe.com/connect/authentication).
    ///
    /// # Errors
    /// [`Cause::Parse`] where that is no account's id.
    pub fn of_account(&self, id: &str) -> Result<Self, Cause> {
        let fits = id.starts_with("acct_") && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let header = HeaderValue::from_str(id).ok().filter(|_| fits);
        let header = header.ok_or_else(|| Cause::Parse(format!("{id:?} is no account's id (acct_…)").into()))?;
        Ok(Self { account: Some(header), ..self.clone() })
    }

    /// One GET, tried again where the server or the line failed. The body of a 404 is an answer.
    pub async fn get(&self, request: &ApiRequest) -> Observed<Vec<u8>> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=TRIES {
            match self.once(request).await {
                Ok(body) => return Observed::known(body),
                Err(Failed { cause, again: true }) if attempt < TRIES => {
                    drop(cause);
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(Failed { cause, .. }) => return self.silent(cause),
            }
        }
        self.silent(Cause::Refused)
    }
    /// Notes who did not answer, so that one dead API is told once.
    fn silent(&self, cause: Cause) -> Observed<Vec<u8>> {
        if matches!(cause, Cause::Timeout | Cause::Refused | Cause::NoRoute) {
            self.counters.silence(self.base.host_str().unwrap_or(self.vendor.name()), cause.clone());
        }
        Observed::unknown(cause)
    }

    async fn once(&self, request: &ApiRequest) -> Result<Vec<u8>, Failed> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), request.path));
        url.query_pairs_mut().clear().extend_pairs(&request.query);
        if request.query.is_empty() {
            url.set_query(None);
        }
        let leave = self.pace.leave(&request.path).await;
        self.counters.add("api-requests", 1);
        let mut sent = self.client.get(url).header(AUTHORIZATION, self.authorization.clone()).timeout(self.timeout);
        sent = match self.vendor {
            Vendor::Stripe => sent.header("Stripe-Version", VERSION),
            Vendor::Paddle => sent.header("Paddle-Version", "1"),
            Vendor::LemonSqueezy => sent.header("Accept", "application/vnd.api+json"),
        };
        if let Some(account) = &self.account {
            sent = sent.header("Stripe-Account", account.clone());
        }
        let response = sent.send().await.map_err(|e| Failed::line(&e))?;
        let status = response.status();
        let header = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let (reason, retry) = (header("stripe-rate-limited-reason"), header("stripe-should-retry"));
        let wait = header("retry-after").and_then(|s| s.trim().parse().ok()).map(Duration::from_secs);
        let body = body(response).await?;
        if status == StatusCode::TOO_MANY_REQUESTS {
            leave.refused(reason.as_deref(), wait);
        } else {
            leave.answered();
        }
        judge(status, body, self.vendor, &request.path).map_err(|failed| match retry.as_deref() {
            // The account knows whether the same can come out otherwise.
            Some("false") => Failed { again: false, ..failed },
            Some("true") if status != StatusCode::TOO_MANY_REQUESTS => Failed { again: true, ..failed },
            _ => failed,
        })
    }

    /// Drives a feed to its end or to the deadline: what it reads goes to `out`, what it could not
    /// see is returned.
    pub async fn drain<F>(&self, mut feed: F, until: &Sooner, mut out: impl FnMut(F::Item)) -> Vec<Cause>
    where
        F: Feed<Request = ApiRequest>,
    {
        let start = Instant::now();
        let now = || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut open = FuturesUnordered::new();
        let mut limited = false;
        let end = until.reached();
        tokio::pin!(end);
        loop {
            let wait = match feed.poll(now()) {
                Next::Done(gaps) => return gaps,
                Next::Send(id, request) => {
                    open.push(async move { (id, self.get(&request).await) });
                    continue;
                }
                Next::WaitUntil(ms) => Some(start + Duration::from_millis(ms)),
                Next::WaitForAnswer => None,
            };
            tokio::select! {
                biased;
                () = &mut end => return vec![if limited { Cause::RateLimited } else { Cause::Deadline }],
                Some((id, page)) = open.next(), if !open.is_empty() => {
                    limited = page == Observed::unknown(Cause::RateLimited);
                    feed.answer(id, now(), page, &mut out);
                }
                () = tokio::time::sleep_until(wait.unwrap_or(start)), if wait.is_some() => {}
            }
        }
    }
}

/// Why a try failed, and whether another may succeed.
struct Failed {
    cause: Cause,
    again: bool,
}
impl Failed {
    const fn finally(cause: Cause) -> Self {
        Self { cause, again: false }
    }
    /// What an error of the connection means.
    fn line(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::finally(Cause::Timeout);
        }
        let mut inner: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(e) = inner {
            if let Some(unresolved) = e.downcast_ref::<Unresolved>() {
                return Self::finally(unresolved.0.clone());
            }
            if let Some(tls) = e.downcast_ref::<rustls::Error>() {
                return Self::finally(Cause::Parse(Shown::from(format!("TLS: {tls}")).short(160)));
            }
            if let Some(io) = e.downcast_ref::<io::Error>() {
                // TLS errors travel inside those of the connection.
                if let Some(tls) = io.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>()) {
                    return Self::finally(Cause::Parse(Shown::from(format!("TLS: {tls}")).short(160)));
                }
                match io.kind() {
                    io::ErrorKind::ConnectionRefused => return Self::finally(Cause::Refused),
                    io::ErrorKind::TimedOut => return Self::finally(Cause::Timeout),
                    io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
                        return Self::finally(Cause::NoRoute);
                    }
                    _ => {}
                }
            }
            inner = e.source();
        }
        // A connection cut in the middle: the next one may hold.
        Self { cause: Cause::Refused, again: true }
    }
}

/// The body, up to the cap.
async fn body(mut response: Response) -> Result<Vec<u8>, Failed> {
    let length = response.content_length().and_then(|l| usize::try_from(l).ok()).unwrap_or_default();
    let mut all = Vec::with_capacity(length.min(BODY_CAP));
    while let Some(chunk) = response.chunk().await.map_err(|e| Failed::line(&e))? {
        if all.len() + chunk.len() > BODY_CAP {
            return Err(Failed::finally(Cause::TooLarge));
        }
        all.extend_from_slice(&chunk);
    }
    Ok(all)
}

/// What a status means (docs.stripe.com/error-handling).
fn judge(status: StatusCode, body: Vec<u8>, vendor: Vendor, path: &str) -> Result<Vec<u8>, Failed> {
    let who = vendor.name();
    let error = || ApiError::read(&body).unwrap_or_default();
    let said = |e: ApiError| match e.message {
        Some(m) => Shown::from(format!("{who} answered {}: {m}", status.as_u16())).short(240),
        None => format!("{who} answered {}", status.as_u16()).into(),
    };
    match status.as_u16() {
        200..=299 => Ok(body),
        404 if is_answer(&body) => Ok(body),
        401 => Err(Failed::finally(Cause::Auth)),
        403 => {
            let error = error();
            let foreign = error.code.as_deref() == Some("account_invalid");
            Err(Failed::finally(Cause::Permission(if foreign {
                "access to the connected account".into()
            } else {
                vendor.permission(path).map_or_else(|| error.permission(), Shown::from)
            })))
        }
        429 => Err(Failed::finally(Cause::RateLimited)),
        409 | 500..=599 => Err(Failed { cause: Cause::Parse(said(error())), again: true }),
        _ => Err(Failed::finally(Cause::Parse(said(error())))),
    }
}

/// Whether a 404 is the API's own word for "no such object" and not some server's in between.
fn is_answer(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Said {
        One { error: serde_json::Map<String, serde_json::Value> },
        Several { errors: Vec<serde::de::IgnoredAny> },
    }
    match serde_json::from_slice::<Said>(body) {
        Ok(Said::One { error }) => !error.is_empty(),
        Ok(Said::Several { errors }) => !errors.is_empty(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::layers::Deadline;
    use launchcheck_checks::billing::{feed::Listing, stripe::Sub};
    use std::sync::{Arc, Mutex};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// Answers the n-th request with the n-th of these, the last for ever; `None` cuts the line.
    async fn server(answers: Vec<Option<(u16, &'static str)>>) -> (Url, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 4096];
                let n = stream.read(&mut request).await.unwrap();
                let turn = {
                    let mut log = log.lock().unwrap();
                    log.push(String::from_utf8_lossy(&request[..n]).into_owned());
                    log.len() - 1
                };
                if let Some((status, body)) = answers[turn.min(answers.len() - 1)] {
                    let head =
                        format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                }
            }
        });
        (base, seen)
    }
    fn client(base: Url) -> Stripe {
        let tls = crate::probe::vendor::tls_config(&[]).unwrap();
        let http = Client::builder().tls_backend_preconfigured(tls).no_proxy().build().unwrap();
        let key = Secret::new(format!("sk_{}_{}", "test", "abc"));
        let pace = Paces::default().of(0, 1000, 1000);
        Stripe::new(http, base, &key, Duration::from_secs(5), Counters::default(), (pace, Vendor::Stripe)).unwrap()
    }
    #[tokio::test]
    async fn a_connected_account_is_named_in_a_header() {
        let (base, seen) = server(vec![Some((200, "{}"))]).await;
        let client = client(base);
        assert!(client.of_account("acct_1\r\nX: y").is_err() && client.of_account("cus_1").is_err());
        client.of_account("acct_1Abc").unwrap().get(&request("/v1/x")).await;
        assert!(seen.lock().unwrap()[0].to_ascii_lowercase().contains("stripe-account: acct_1abc"));
    }
    fn request(path: &str) -> ApiRequest {
        ApiRequest { path: path.into(), query: vec![("include[]".into(), "a.b".into())] }
    }

    #[tokio::test]
    async fn a_request_carries_key_version_and_query() {
        let (base, seen) = server(vec![Some((200, "{}"))]).await;
        assert_eq!(client(base).get(&request("/v1/x")).await, Observed::known(b"{}".to_vec()));
        let sent = seen.lock().unwrap()[0].to_ascii_lowercase();
        assert!(sent.starts_with("get /v1/x?include%5b%5d=a.b http/1.1"), "{sent}");
        assert!(sent.contains("authorization: bearer sk_test_abc"));
        assert!(sent.contains("stripe-version: 2026-10-28.endive"));
    }

    #[tokio::test]
    async fn statuses_become_causes() {
        let forbidden = r#"{"error":{"message":"… Having the 'rak_subscription_read' permission would allow this …"}}"#;
        for (status, body, want) in [
            (401, "{}", Cause::Auth),
            (403, forbidden, Cause::Permission("rak_subscription_read".into())),
            (429, "{}", Cause::RateLimited),
            (400, r#"{"error":{"message":"bad"}}"#, Cause::Parse("Stripe answered 400: bad".into())),
            (302, "", Cause::Parse("Stripe answered 302".into())),
            (404, "<html>", Cause::Parse("Stripe answered 404".into())),
        ] {
            let (base, _) = server(vec![Some((status, body))]).await;
            assert_eq!(client(base).get(&request("/v1/x")).await, Observed::unknown(want), "{status}");
        }
        let gone = r#"{"error":{"code":"resource_missing"}}"#;
        let (base, _) = server(vec![Some((404, gone))]).await;
        assert_eq!(client(base).get(&request("/v1/x")).await, Observed::known(gone.into()));
    }

    #[tokio::test]
    async fn faults_are_tried_again() {
        let (base, seen) = server(vec![Some((503, "")), None, Some((200, "{}"))]).await;
        assert_eq!(client(base).get(&request("/v1/x")).await, Observed::known(b"{}".to_vec()));
        assert_eq!(seen.lock().unwrap().len(), 3);
    }

    #[tokio::test]
    async fn nobody_there_is_refused_at_once() {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let base = format!("http://127.0.0.1:{port}").parse().unwrap();
        assert_eq!(client(base).get(&request("/v1/x")).await, Observed::unknown(Cause::Refused));
    }

    #[tokio::test]
    async fn a_feed_is_driven_to_its_end_or_to_the_deadline() {
        let one = r#"{"data":[{"id":"sub_1","customer":"cus_1","status":"active"}],"has_more":true}"#;
        let two = r#"{"data":[{"id":"sub_2","customer":"cus_1","status":"active"}],"has_more":false}"#;
        let (base, seen) = server(vec![Some((200, one)), Some((429, "{}")), Some((200, two))]).await;
        let (_stopper, deadline) = Deadline::after(Duration::from_secs(20));
        let mut ids = Vec::new();
        let until = deadline.within(Duration::from_secs(20));
        let gaps = client(base).drain(Listing::<Sub>::new(24), &until, |s| ids.push(s.id)).await;
        assert_eq!((ids.len(), gaps), (2, vec![]));
        assert!(seen.lock().unwrap()[2].contains("starting_after=sub_1"));

        let (base, _) = server(vec![Some((429, "{}"))]).await;
        let until = deadline.within(Duration::from_millis(300));
        let gaps = client(base).drain(Listing::<Sub>::new(24), &until, |_| {}).await;
        assert_eq!(gaps, [Cause::RateLimited]);
    }
}
