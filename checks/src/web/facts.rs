//! What is known of the site.
use crate::vocab::{Cause, DomainName, Evidence, Gaps, Shown};
use crate::wire::HostFailure;

/// What the configuration says of the site.
#[derive(Clone, Debug)]
pub struct SitePlan {
    /// The audited domain.
    pub domain: DomainName,
    /// `[site] canonical`: the host that visitors should end on. `None` where nobody said.
    pub canonical: Option<DomainName>,
    /// The other of apex and `www.`, where the domain is a registrable one.
    pub sibling: Option<DomainName>,
}
impl Gaps for SitePlan {}

/// How http and https, apex and www lead to one another: a chain for each way in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redirects {
    /// The chains.
    pub chains: Vec<Chain>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Redirects {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// The redirects that one URL leads through.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chain {
    /// The host it begins at.
    pub host: DomainName,
    /// Whether it begins at https.
    pub secure: bool,
    /// The path and query that it begins at.
    pub path: Shown,
    /// Each answer, in order.
    pub hops: Vec<Hop>,
    /// How it ends.
    pub end: End,
}
/// One answer on the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hop {
    /// The URL that was asked.
    pub url: url::Url,
    /// The status code.
    pub status: u16,
    /// The Location header as sent, of a redirect.
    pub location: Option<Shown>,
    /// Every Strict-Transport-Security header.
    pub hsts: Vec<Shown>,
    /// The wall that answered in the site's place, if one did.
    pub wall: Option<Shown>,
    /// Whether that wall keeps programs out of everything, so that nothing behind it can be seen.
    pub behind_robots: bool,
    /// How long its head took, in milliseconds.
    pub took_ms: u32,
}
/// How a chain of redirects ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
    /// With the last hop, which is no redirect.
    Answer,
    /// The next URL could not be fetched: its host said no.
    Failed(url::Url, HostFailure),
    /// It comes back to a URL it has been to, or does not end within the hops that are followed.
    Loop,
    /// It leads away from the registrable domain, to this host.
    Left(Shown),
    /// The redirect has no usable target: none, no http URL, or the visitor's own machine.
    Nowhere(Shown),
    /// The next URL gave no answer.
    Unknown(Cause),
}

/// Where visitors end: the canonical host over https, whatever came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Home {
    /// The canonical host: declared, or where the https chain of the domain ends.
    pub host: DomainName,
    /// The https chain that leads there; its end is never `Unknown`.
    pub chain: Chain,
}
impl Gaps for Home {}

/// What the canonical host answers with over https; unknown where a wall answers in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Front {
    /// The answer.
    pub page: Hop,
}
impl Gaps for Front {}

/// The other of apex and www over https, whatever came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sibling {
    /// Its name.
    pub host: DomainName,
    /// Its https chain; its end is never `Unknown` and no wall answers in it.
    pub chain: Chain,
}
impl Gaps for Sibling {}

/// What the site answers to plain http.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlainHttp {
    /// The chains that begin at http.
    pub chains: Vec<Chain>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for PlainHttp {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

impl Hop {
    /// Where a redirect leads, as an absolute URL; `None` for other answers and for targets that are none.
    #[must_use]
    pub fn target(&self) -> Option<url::Url> {
        self.location.as_ref().and_then(|l| self.url.join(l.as_str()).ok())
    }
    /// Its URL, status and time in milliseconds.
    #[must_use]
    pub fn time(&self) -> (Shown, u16, u32) {
        (self.url.as_str().into(), self.status, self.took_ms)
    }
    /// The host that answered, without the port.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
    /// Whether it is a redirect to https.
    #[must_use]
    pub fn leads_to_https(&self) -> bool {
        let to = self.location.as_ref().and_then(|l| self.url.join(l.as_str()).ok());
        to.is_some_and(|to| to.scheme() == "https")
    }
    /// As evidence: the Location of a redirect, or these words.
    #[must_use]
    pub fn evidence(&self, note: &str) -> Evidence {
        self.evidence_of("GET", note)
    }
    /// As evidence of a request with this method.
    #[must_use]
    pub fn evidence_of(&self, method: &str, note: &str) -> Evidence {
        let note = self.location.as_ref().map_or_else(|| note.into(), |l| format!("location: {l}").into());
        Evidence::Http { method: method.into(), url: self.url.as_str().into(), status: self.status, note }
    }
}
impl Chain {
    /// The URL it begins at.
    #[must_use]
    pub fn start(&self) -> String {
        format!("{}://{}{}", if self.secure { "https" } else { "http" }, self.host, self.path)
    }
    /// How many redirects were followed or would have been.
    #[must_use]
    pub fn redirects(&self) -> usize {
        self.hops.iter().filter(|h| h.location.is_some()).count()
    }
    /// The host that a loop comes back to.
    #[must_use]
    pub fn loops_at(&self) -> &str {
        let to = |h: &Hop| h.url.join(h.location.as_ref()?.as_str()).ok();
        let back = self.hops.last().and_then(to);
        let met = back.and_then(|to| self.hops.iter().find(|h| h.url.host_str() == to.host_str()));
        met.map_or(self.host.as_str(), Hop::host)
    }
    /// The answer it ends with, where it ends with one.
    #[must_use]
    pub fn page(&self) -> Option<&Hop> {
        (self.end == End::Answer).then(|| self.hops.last()).flatten()
    }
    /// Every hop as evidence, and why it ended where that was no answer.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let failed = |url: &str, note: Shown| Evidence::Http { method: "GET".into(), url: url.into(), status: 0, note };
        let mut out: Vec<Evidence> = self.hops.iter().map(|h| h.evidence("")).collect();
        match &self.end {
            End::Answer => {}
            End::Failed(url, why) => out.push(failed(url.as_str(), why.to_string().into())),
            End::Loop => out.push("and so on: a browser gives up here".into()),
            End::Left(host) => out.push(format!("leads away to {host}").into()),
            End::Nowhere(to) if to.is_empty() => out.push("a redirect without a Location header".into()),
            End::Nowhere(to) => out.push(format!("a redirect to {to}, where no visitor can go").into()),
            End::Unknown(c) => out.push(format!("not known: {c}").into()),
        }
        out
    }
}
