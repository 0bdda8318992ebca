//! Pages of registries and certificate authorities, lists that certificates name, and single
//! addresses of an audited host: HTTP/1.1 over the one dialer, verified where it is https, one
//! connection a page.

use super::{
    Ask,
    connect::{Dialer, failure},
    http::{USER_AGENT, fill},
    layers::Bound,
    vendor::tls_config,
};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use launchcheck_checks::{
    tls::crl::next_update,
    vocab::{Cause, Observed, Shown},
    wire::{DnsQuestion, HostFailure, HttpAnswer, PageQuestion},
};
use rustls::{
    ClientConfig,
    pki_types::{ServerName, TrustAnchor},
};
use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use url::Url;

/// How long a kept answer stands in for a new one.
const KEPT: Duration = Duration::from_hours(1);

/// Answers page questions.
pub struct Pages<D> {
    dialer: Arc<Dialer<D>>,
    time: Bound,
    tls: Option<Arc<ClientConfig>>,
    shelf: Option<PathBuf>,
}

type Answer = Observed<Result<HttpAnswer, HostFailure>>;

impl<D: Ask<DnsQuestion>> Pages<D> {
    /// Asks through this dialer. Until roots are given nobody is trusted.
    pub const fn new(dialer: Arc<Dialer<D>>, time: Bound) -> Self {
        Self { dialer, time, tls: None, shelf: None }
    }
    /// Trusts these roots, and keeps what is signed itself in this folder.
    #[must_use]
    pub fn trusting(self, roots: &[TrustAnchor<'static>], keep_in: Option<PathBuf>) -> Self {
        Self { tls: tls_config(roots).ok().map(Arc::new), shelf: keep_in, ..self }
    }

    async fn fetch(&self, q: &PageQuestion) -> Answer {
        let Some((url, host, port)) = target(&q.url) else {
            return Observed::known(Err(HostFailure::Protocol("that is no http or https URL with a host".into())));
        };
        // What the user says of the name goes before the address that is meant.
        let to = match q.at {
            Some(address) if !self.dialer.is_mapped(&host, port) => address.to_string(),
            _ => host.clone(),
        };
        let route = match self.dialer.route(&to, port, q.at.is_some()).await.into_inner() {
            Ok(Ok(route)) => route,
            Ok(Err(failure)) => return Observed::known(Err(failure)),
            Err(missing) => return missing.into(),
        };
        let talk = async {
            let stream = match route.connect().await.into_inner() {
                Ok(Ok((stream, _))) => stream,
                Ok(Err(failure)) => return Observed::known(Err(failure)),
                Err(missing) => return missing.into(),
            };
            if url.scheme() == "http" {
                return exchange(stream, &url, q.most).await;
            }
            let (Some(config), Ok(name)) = (&self.tls, ServerName::try_from(host)) else {
                return Observed::known(Err(HostFailure::Protocol("no certificate of it could be trusted".into())));
            };
            match TlsConnector::from(Arc::clone(config)).connect(name, stream).await {
                Ok(stream) => exchange(stream, &url, q.most).await,
                Err(e) => said(&e),
            }
        };
        self.time.run(talk).await
    }
}

impl<D: Ask<DnsQuestion>> Ask<PageQuestion> for Pages<D> {
    async fn ask(&self, q: &PageQuestion) -> Answer {
        let file = self.shelf.as_deref().filter(|_| q.keep).map(|shelf| shelf.join(file_name(&q.url)));
        if let Some(body) = file.as_deref().and_then(|f| kept(f, q.most)) {
            return Observed::known(Ok(HttpAnswer {
                status: 200,
                headers: Vec::new(),
                body,
                truncated: false,
                took_ms: 0,
            }));
        }
        let answer = self.fetch(q).await;
        if let (Some(file), Ok(Ok(a))) = (file, answer.get())
            && a.is_success()
            && !a.truncated
            && next_update(&a.body).is_some()
        {
            // What cannot be kept is fetched again next time.
            let _ = keep(&file, &a.body);
        }
        answer
    }
}

fn target(url: &str) -> Option<(Url, String, u16)> {
    let url = Url::parse(url).ok().filter(|u| matches!(u.scheme(), "http" | "https"))?;
    let (host, port) = (url.host_str()?.to_owned(), url.port_or_known_default()?);
    Some((url, host, port))
}

async fn exchange<S>(stream: S, url: &Url, most: usize) -> Answer
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |why: String| Observed::known(Err(HostFailure::Protocol(why.into())));
    let (mut sender, connection) = match http1::handshake(TokioIo::new(stream)).await {
        Ok(both) => both,
        Err(e) => return said(&e),
    };
    tokio::spawn(connection);
    let target = url.query().map_or_else(|| url.path().to_owned(), |q| format!("{}?{q}", url.path()));
    let host = url.port().map_or_else(
        || url.host_str().unwrap_or_default().to_owned(),
        |p| format!("{}:{p}", url.host_str().unwrap_or_default()),
    );
    let request = Request::get(target)
        .header("host", host)
        .header("user-agent", USER_AGENT)
        .header("accept", "application/rdap+json, application/json;q=0.9, */*;q=0.8")
        .header("connection", "close")
        .body(Empty::<Bytes>::new());
    let request = match request {
        Ok(request) => request,
        Err(e) => return broken(e.to_string()),
    };
    let sent = Instant::now();
    let response = match sender.send_request(request).await {
        Ok(response) => response,
        Err(e) => return said(&e),
    };
    let took_ms = u32::try_from(sent.elapsed().as_millis()).unwrap_or(u32::MAX);
    let (head, mut body) = response.into_parts();
    let headers = head.headers.iter().map(|(n, v)| (n.as_str().to_owned(), v.as_bytes().to_vec())).collect();
    let mut answer = HttpAnswer { status: head.status.as_u16(), headers, body: Vec::new(), truncated: false, took_ms };
    answer.truncated = fill(&mut body, most, &mut answer.body).await;
    Observed::known(Ok(answer))
}

/// What an error of the line says of the server.
fn said(error: &(dyn Error + 'static)) -> Answer {
    let mut at = Some(error);
    while let Some(e) = at {
        if let Some(io) = e.downcast_ref::<io::Error>() {
            if let Some(tls) = io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                let why = Shown::from(format!("its certificate is not accepted: {tls}")).short(160);
                return Observed::unknown(Cause::Parse(why));
            }
            return match failure(io) {
                Ok(host) => Observed::known(Err(host)),
                Err(cause) => Observed::unknown(cause),
            };
        }
        at = e.source();
    }
    let reset = error
        .downcast_ref::<hyper::Error>()
        .is_some_and(|e| e.is_incomplete_message() || e.is_canceled() || e.is_closed());
    Observed::known(Err(if reset { HostFailure::Reset } else { HostFailure::Protocol(error.to_string().into()) }))
}

/// The name under which an answer is kept: it says nothing of what was audited.
fn file_name(url: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, url.as_bytes());
    digest.as_ref().iter().fold("list-".to_owned(), |name, b| name + &format!("{b:02x}"))
}

/// What is kept there, where it is young enough and its own time is not over.
fn kept(file: &Path, most: usize) -> Option<Vec<u8>> {
    let about = fs::metadata(file).ok().filter(|m| m.is_file() && m.len() <= most as u64)?;
    // A file from the future was written by another clock.
    about.modified().ok()?.elapsed().ok().filter(|age| *age < KEPT)?;
    let body = fs::read(file).ok()?;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    next_update(&body).filter(|next| *next > i64::try_from(now.as_secs()).unwrap_or(i64::MAX))?;
    Some(body)
}

/// Writes it whole or not at all: another run may read it meanwhile.
fn keep(file: &Path, body: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let part = file.with_extension(format!("{}.part", std::process::id()));
    fs::write(&part, body)?;
    fs::rename(&part, file).inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_kept_files_are_digests() {
        let name = file_name("http://ca.example/1.crl");
        assert!(name.len() == 69 && !name.contains('/'), "{name}");
        assert_ne!(name, file_name("http://ca.example/2.crl"));
    }

    #[test]
    fn what_is_no_list_is_not_used() {
        let file = std::env::temp_dir().join(format!("launchcheck-kept-{}", std::process::id()));
        keep(&file, b"no list").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"no list");
        assert_eq!(kept(&file, 100), None);
        fs::remove_file(&file).unwrap();
        assert_eq!(kept(&file, 100), None);
    }
}
