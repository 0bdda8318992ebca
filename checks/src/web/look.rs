//! A look at a page: what a rule may know of an answer once its body is let go. Values of cookies and
//! of keys are never in it.

use super::chunks;
use super::html::Html;
use super::json::Json;
use super::leaks::{self, Leak};
use super::marks::{self, Exposure};
use super::wall::robots;
use crate::env::shape::DigestKey;
use crate::vocab::{Evidence, Question, Shown};
use crate::wire::{HostFailure, HttpAnswer, HttpQuestion, Method};
use ring::digest::{SHA256, digest};

/// What is at this URL, for a visitor or for a test account?
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct LookQuestion {
    /// GET or OPTIONS, and the POST of a rate limit that the configuration asks for.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// Headers beside the usual ones; never a secret.
    pub headers: Vec<(String, String)>,
    /// The `[[session]]` whose cookies go with it.
    pub session: Option<String>,
    /// Whether the walk over the redirects has asked this already.
    pub known: bool,
    /// Which of several equal requests this is, where their times are compared.
    pub turn: u16,
    /// Whether this host is an audited one.
    pub audited: bool,
}
impl LookQuestion {
    /// A GET by a visitor.
    pub fn get(url: impl Into<String>) -> Self {
        let (headers, session) = (Vec::new(), None);
        Self { method: Method::Get, url: url.into(), headers, session, known: false, turn: 0, audited: true }
    }
    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
    /// The request without the cookies of its session.
    #[must_use]
    pub fn request(&self) -> HttpQuestion {
        let (method, url, headers) = (self.method, self.url.clone(), self.headers.clone());
        let body = if method == Method::Post { b"{}".to_vec() } else { Vec::new() };
        HttpQuestion { method, url, headers, body, audited: self.audited }
    }
    /// The URL, parsed.
    #[must_use]
    pub fn parsed(&self) -> Option<url::Url> {
        url::Url::parse(&self.url).ok()
    }
}
impl Question for LookQuestion {
    type Answer = Result<Look, HostFailure>;
    const KIND: &'static str = "requests";
    fn place(&self) -> String {
        self.parsed().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// What kind of body came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Kind {
    Empty,
    Html,
    Json,
    Script,
    Text,
    Other,
}

/// An answer as rules see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    /// The URL that was asked.
    pub url: String,
    /// The method.
    pub method: Method,
    /// The status.
    pub status: u16,
    /// Where a redirect leads, as sent.
    pub location: Option<Shown>,
    /// The wall against robots that answered in the site's place.
    pub wall: Option<Shown>,
    /// The headers but for cookies, names in lower case.
    pub headers: Vec<(String, Shown)>,
    /// The cookies that it sets.
    pub cookies: Vec<Cookie>,
    /// Milliseconds to the head of the answer.
    pub took_ms: u32,
    /// Bytes of the body that were read.
    pub size: usize,
    /// Whether there was more.
    pub truncated: bool,
    /// The start of the body's SHA-256.
    pub digest: [u8; 8],
    /// What kind of body it is.
    pub kind: Kind,
    /// The page, where it is one.
    pub html: Option<Box<Html>>,
    /// The data, where it is JSON.
    pub json: Option<Json>,
    /// Keys and test keys in the body.
    pub leaks: Vec<Leak>,
    /// Script files that the body names.
    pub chunks: Vec<String>,
    /// The source map that a script names.
    pub map: Option<String>,
    /// Whether this is a source map with sources in it.
    pub source_map: bool,
    /// What kind of file that nobody should see this is.
    pub exposure: Option<Exposure>,
    /// The sign of a stack trace or an error message of the machinery in it.
    pub trace: Option<&'static str>,
    /// `robots.txt` and sitemaps as lines; empty for everything else.
    pub lines: Vec<Shown>,
    /// The identity of the build that a page or its headers give.
    pub build: Option<Shown>,
    /// Hosts that absolute URLs in it name, the first hundred.
    pub hosts: Vec<String>,
}

/// A cookie as it was set, without its value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cookie {
    /// Its name.
    pub name: Shown,
    /// Whether it goes over https alone.
    pub secure: bool,
    /// Whether scripts cannot read it.
    pub http_only: bool,
    /// `SameSite`, in lower case; empty where it is not set.
    pub same_site: String,
    /// Whether it is being deleted.
    pub gone: bool,
}

/// The most lines of a robots.txt or URLs of a sitemap that are kept.
const LINES: usize = 500;

impl Look {
    /// What an answer looks like.
    #[must_use]
    pub fn of(question: &LookQuestion, answer: &HttpAnswer) -> Self {
        Self::keyed(question, answer, &DigestKey::new(&[0; 32]))
    }
    /// The same, with keys that can be compared with the values of the run.
    #[must_use]
    pub fn keyed(question: &LookQuestion, answer: &HttpAnswer, key: &DigestKey) -> Self {
        let body = answer.body.as_slice();
        let text = String::from_utf8_lossy(body);
        let kind = kind(answer, &text);
        let html = (kind == Kind::Html).then(|| Box::new(Html::read(&text)));
        let json = (kind == Kind::Json).then(|| Json::read(body)).flatten();
        let code = matches!(kind, Kind::Html | Kind::Script);
        let map = (kind == Kind::Script).then(|| chunks::map(&text, answer.header("sourcemap").as_ref())).flatten();
        let mut cookies: Vec<Cookie> = answer.headers_named("set-cookie").filter_map(|c| cookie(c.as_str())).collect();
        cookies.sort();
        cookies.dedup();
        let sha = digest(&SHA256, body);
        let mut short = [0; 8];
        short.copy_from_slice(&sha.as_ref()[..8]);
        let path = question.parsed().map(|u| u.path().to_owned()).unwrap_or_default();
        Self {
            url: question.url.clone(),
            method: question.method,
            status: answer.status,
            location: answer.location(),
            wall: robots(answer),
            headers: answer
                .headers
                .iter()
                .filter(|(n, _)| n != "set-cookie")
                .map(|(n, v)| (n.clone(), Shown::wire(v)))
                .collect(),
            cookies,
            took_ms: answer.took_ms,
            size: body.len(),
            truncated: answer.truncated,
            digest: short,
            kind,
            html,
            json,
            leaks: if kind == Kind::Empty { Vec::new() } else { leaks::scan_keyed(&text, key) },
            chunks: if code { chunks::names(&text) } else { Vec::new() },
            map,
            source_map: kind != Kind::Html && chunks::is_map(&text),
            exposure: marks::exposure(&path, body, kind == Kind::Html),
            trace: marks::trace(&text),
            lines: lines(&path, &text, kind),
            build: build(answer, &text, kind),
            hosts: if code { hosts(&text) } else { Vec::new() },
        }
    }
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Shown> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }
    /// A header in lower case; empty where it is not there.
    #[must_use]
    pub fn lower(&self, name: &str) -> String {
        self.header(name).map(|v| v.as_str().to_ascii_lowercase()).unwrap_or_default()
    }
    /// Whether the status is in 200..=299.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
    /// As evidence.
    #[must_use]
    pub fn evidence(&self, note: impl Into<Shown>) -> Evidence {
        let (method, url) = (self.method.word().into(), self.url.as_str().into());
        Evidence::Http { method, url, status: self.status, note: note.into() }
    }
    /// Where a redirect leads, as an absolute URL.
    #[must_use]
    pub fn target(&self) -> Option<url::Url> {
        url::Url::parse(&self.url).ok()?.join(self.location.as_ref()?.as_str()).ok()
    }
    /// Whether two answers show the same page: byte for byte, or the same shell with another path in it.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        if self.kind != other.kind || self.status != other.status {
            return false;
        }
        if self.digest == other.digest {
            return true;
        }
        let (Some(a), Some(b)) = (&self.html, &other.html) else { return false };
        let close = self.size.abs_diff(other.size) <= 256 + self.size / 50;
        close && a.title == b.title && a.scripts == b.scripts && a.words.abs_diff(b.words) <= 40
    }
    /// The sign that a cache between the app and its visitors may keep this answer or did.
    #[must_use]
    pub fn shared(&self) -> Option<Shown> {
        let control = self.lower("cache-control");
        let keeps = |word: &str| control.split(',').any(|p| p.trim() == word);
        let seconds = control.split(',').find_map(|p| p.trim().strip_prefix("s-maxage=")?.parse::<u64>().ok());
        if !keeps("private") && !keeps("no-store") && (keeps("public") || seconds.is_some_and(|s| s > 0)) {
            return Some(format!("cache-control: {control}").into());
        }
        for name in ["cf-cache-status", "x-vercel-cache", "x-cache", "cdn-cache"] {
            let value = self.lower(name);
            if ["hit", "stale", "prerender"].iter().any(|w| value.starts_with(w)) {
                return Some(format!("{name}: {value}").into());
            }
        }
        let age = self.lower("age");
        age.parse::<u64>().is_ok_and(|n| n > 0).then(|| format!("age: {age}").into())
    }
}

fn kind(answer: &HttpAnswer, text: &str) -> Kind {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.is_empty() {
        return Kind::Empty;
    }
    let declared = answer.header("content-type").map(|t| t.as_str().to_ascii_lowercase()).unwrap_or_default();
    let head: String = start.chars().take(64).collect::<String>().to_ascii_lowercase();
    let page = ["<!doctype html", "<html", "<head", "<body", "<h1", "<title", "<div", "<p>", "<!--"];
    if declared.contains("html") || declared.is_empty() && page.iter().any(|p| head.starts_with(p)) {
        // A script or a key file that is served as HTML is still what it is.
        return if head.starts_with('<') || declared.contains("html") && text.contains("</") {
            Kind::Html
        } else {
            Kind::Text
        };
    }
    if declared.contains("json") || declared.is_empty() && (head.starts_with('{') || head.starts_with('[')) {
        return Kind::Json;
    }
    if declared.contains("javascript") || declared.contains("ecmascript") {
        return Kind::Script;
    }
    if declared.starts_with("text/") || declared.contains("xml") || declared.is_empty() {
        Kind::Text
    } else {
        Kind::Other
    }
}

fn cookie(line: &str) -> Option<Cookie> {
    let mut parts = line.split(';').map(str::trim);
    let (name, _) = parts.next()?.split_once('=')?;
    let mut out =
        Cookie { name: name.trim().into(), secure: false, http_only: false, same_site: String::new(), gone: false };
    for attribute in parts {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        match key.trim().to_ascii_lowercase().as_str() {
            "secure" => out.secure = true,
            "httponly" => out.http_only = true,
            "samesite" => out.same_site = value.trim().to_ascii_lowercase(),
            "max-age" => out.gone |= value.trim().parse::<i64>().is_ok_and(|n| n <= 0),
            "expires" => out.gone |= value.contains("1970"),
            _ => {}
        }
    }
    (!out.name.is_empty()).then_some(out)
}

fn lines(path: &str, text: &str, kind: Kind) -> Vec<Shown> {
    if path == "/robots.txt" && kind == Kind::Text {
        let line = |l: &str| l.split('#').next().unwrap_or_default().trim().to_owned();
        return text.lines().map(line).filter(|l| l.contains(':')).take(LINES).map(Shown::from).collect();
    }
    if path.contains("sitemap") && text.contains("<loc>") {
        let locs = text.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next());
        return locs.map(|l| l.trim().replace("&amp;", "&").into()).take(LINES).collect();
    }
    Vec::new()
}

/// The identity of a build: a header's, a meta element's, or that which Next.js writes into its pages.
fn build(answer: &HttpAnswer, text: &str, kind: Kind) -> Option<Shown> {
    let headers = ["x-commit", "x-commit-sha", "x-git-sha", "x-git-commit", "x-revision", "x-build-id"];
    if let Some(value) = headers.iter().find_map(|h| answer.header(h)) {
        return Some(value.short(80));
    }
    if kind != Kind::Html {
        return None;
    }
    for mark in [
        "name=\"commit\" content=\"",
        "name=\"git-sha\" content=\"",
        "name=\"revision\" content=\"",
        "\"buildId\":\"",
        "\\\"b\\\":\\\"",
        "\"b\":\"",
    ] {
        let value = text.split_once(mark).map(|(_, rest)| rest.split(['"', '\\']).next().unwrap_or_default());
        if let Some(value) = value.filter(|v| !v.is_empty() && v.len() <= 80) {
            return Some(value.into());
        }
    }
    None
}

fn hosts(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for rest in text.split("https://").skip(1) {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '.').unwrap_or(rest.len());
        let host = rest[..end].trim_end_matches('.').to_ascii_lowercase();
        if host.contains('.') && !out.contains(&host) {
            out.push(host);
            if out.len() >= 100 {
                break;
            }
        }
    }
    out
}
