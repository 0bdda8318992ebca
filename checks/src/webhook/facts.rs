//! What is known of a webhook route.
pub use super::refusal::{Culprit, Diagnosis};
use crate::{
    vocab::{Cause, DomainName, Evidence, Gaps, Observed, Shown},
    wire::Method,
};

/// What the configuration says of a webhook.
#[derive(Clone, Debug)]
pub struct WebhookPlan {
    /// The URL, normalised.
    pub url: String,
    /// The provider's id, such as `stripe`.
    pub provider: Shown,
    /// Whether a person declared it; only then are the unsigned and the forged POST sent without
    /// `--active`.
    pub declared: bool,
    /// Whether signed events may be sent: `--active`.
    pub active: bool,
    /// Whether business events follow: then nothing is timed, and no odd body is sent before them.
    pub brief: bool,
    /// Where the signing secret was found. The value itself stays with the probe that signs.
    pub secret: Observed<SecretFrom>,
    /// How long an acknowledgement may take, in milliseconds.
    pub budget_ms: u64,
    /// How long 95 of 100 may take, in milliseconds.
    pub budget_p95_ms: u64,
}
/// Where a signing secret was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFrom {
    /// The variable.
    pub name: Shown,
    /// Whether what stands there is what production runs with; a laptop's copy proves nothing.
    pub production: bool,
}
impl Gaps for WebhookPlan {}

/// What stands at the URL, from questions that no handler acts on: OPTIONS, and a POST to a random
/// path beside it.
#[derive(Clone, Debug)]
pub struct Route {
    /// What OPTIONS of the URL got.
    pub options: Option<Reply>,
    /// What a POST to a path that nobody can have made got.
    pub control: Option<Reply>,
    /// What stood in the way of any event.
    pub obstacle: Option<Obstacle>,
    /// Where else an event may go: where the redirects end, or another spelling of the URL that takes a
    /// POST.
    pub elsewhere: Option<Elsewhere>,
    /// Whether there is a route that takes a POST, once that is decided.
    pub standing: Standing,
    /// Why that is not decided.
    pub open: Option<Cause>,
    /// Whether the platform says that it does not have this deployment.
    pub deployment_gone: bool,
    /// What answers hold that is no stranger's business.
    pub leaks: Vec<Leak>,
    /// Whether a cache answers in the route's place.
    pub copies: Observed<Copies>,
    /// What the POSTs to the URL itself got.
    pub shots: Observed<Shots>,
    /// What the handler makes of signed events.
    pub diagnosis: Observed<Diagnosis>,
    /// What signed events got.
    pub signed: Observed<Signed>,
    /// What thin events got.
    pub thin: Observed<Thin>,
    /// How long they took.
    pub latency: Observed<Latency>,
    /// What bodies got that no provider sends.
    pub odd: Observed<Odd>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Route {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Another URL than the registered one at which the route may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The URL, to be shown.
    pub url: Shown,
    /// What a signed event got there (`--active`).
    pub signed: Option<Reply>,
    /// Whether a POST is taken there: by what a signed event got, else by what OPTIONS says.
    pub works: bool,
    /// The answer that shows that nothing there takes an event.
    pub gone: Option<Reply>,
}

/// Whether there is a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It answers in a way of its own.
    There,
    /// It answers as a path that does not exist; the reply that shows it.
    Missing(Reply),
    /// It is there and takes no POST.
    NoPost(Reply),
    /// Not decided: see the gaps and the obstacle.
    Open,
}

/// What a POST to the URL got, one of them without a signature and one with a forged one.
/// Not configured where the URL was only inferred: a handler without verification would act.
#[derive(Clone, Debug)]
pub struct Shots {
    /// The unsigned POST.
    pub unsigned: Option<Reply>,
    /// The forged POST; `None` also where this provider's signature cannot be imitated.
    pub forged: Option<Reply>,
    /// Whether a forged POST could be made for this provider at all.
    pub forgeable: bool,
    /// Whether requests to the URL are told from requests to any path: where they are not, nothing
    /// about a handler can be read from them.
    pub own_route: bool,
    /// The answers that show that the handler checks signatures and answers with a success where they are
    /// wrong; none where it does not.
    pub swallowed: Vec<Reply>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Shots {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// Why [`Shots`] is not there for an inferred URL; the engine calls its rules skipped then.
pub const NOT_SENT: &str = "not sent: the URL was only inferred; declare it in [[webhook]] to have POSTs sent";

/// Whether a cache answers in the route's place.
#[derive(Clone, Debug)]
pub struct Copies {
    /// The answer that came from a cache, with the header that says so.
    pub found: Option<(Reply, Shown)>,
}
impl Gaps for Copies {}

/// What correctly signed events got, beside the verdict on them.
#[derive(Clone, Debug, Default)]
pub struct Signed {
    /// One in the provider's own layout.
    pub fresh: Option<Reply>,
    /// One that was signed an hour ago; `None` also where signatures carry no time.
    pub stale: Option<Reply>,
    /// Whether the signature carries a time at all.
    pub dated: bool,
    /// Whether the handler takes forged events too, so that what it does with stale ones says nothing.
    pub takes_all: bool,
    /// An answer 429 to a correctly signed event.
    pub limited: Option<Reply>,
    /// Whether what was taken is a thin event.
    pub thin: bool,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Signed {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// What Stripe sends to a URL. A thin event names the object that changed and does not hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payload {
    /// Nobody says.
    #[default]
    Untold,
    /// Whole events.
    Whole,
    /// Thin events alone.
    Thin,
    /// Whole events and thin ones, of two endpoints, each with a secret of its own.
    Both,
}
impl Payload {
    /// What these endpoints of one URL are sent, each by whether that is thin events.
    #[must_use]
    pub fn of(thin: impl IntoIterator<Item = bool>) -> Self {
        thin.into_iter().fold(Self::Untold, |all, thin| match (all, thin) {
            (Self::Untold | Self::Thin, true) => Self::Thin,
            (Self::Untold | Self::Whole, false) => Self::Whole,
            _ => Self::Both,
        })
    }
    /// Whether thin events are among them.
    #[must_use]
    pub const fn has_thin(self) -> bool {
        matches!(self, Self::Thin | Self::Both)
    }
}
/// What a correctly signed thin event got, where Stripe sends such ones to the URL.
#[derive(Clone, Debug)]
pub struct Thin {
    /// The answers that show that it is refused for being thin: its own, and that to a whole event.
    pub refused: Vec<Reply>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Thin {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// Why nothing is said of thin events where none are sent.
pub const NO_THIN: &str = "Stripe sends no thin events here, as far as is known";

/// How long correctly signed events took, each from the moment it was sent to the head of the answer.
#[derive(Clone, Debug)]
pub struct Latency {
    /// The times in milliseconds, in ascending order.
    pub ms: Vec<u64>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Latency {
    /// The value that so many percent of the samples do not exceed (nearest rank).
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<u64> {
        let rank = (self.ms.len() * percent).div_ceil(100).max(1);
        self.ms.get(rank - 1).copied()
    }
}
impl Gaps for Latency {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// What bodies got that no provider sends: none at all, and JSON that breaks off.
#[derive(Clone, Debug)]
pub struct Odd {
    /// The answers, each with what was sent.
    pub replies: Vec<(&'static str, Reply)>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Odd {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// Something in an answer that is no stranger's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The answer.
    pub reply: Reply,
    /// What it is: "a stack trace".
    pub what: &'static str,
}

/// One answer, reduced to what rules may look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What was sent, where that is not plain from the method: "a signed event".
    pub sent: &'static str,
    /// The method that was sent.
    pub method: Method,
    /// The URL, credentials and query values masked.
    pub url: Shown,
    /// The status code.
    pub status: u16,
    /// `Allow`, where it was sent.
    pub allow: Option<Shown>,
    /// The start of the body as text.
    pub body: Shown,
}
impl Reply {
    /// As evidence.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence::Http {
            method: self.method.word().into(),
            url: self.url.clone(),
            status: self.status,
            note: match &self.allow {
                Some(allow) if self.method == Method::Options => format!("Allow: {allow}").into(),
                _ if self.sent.is_empty() => self.body.short(120),
                _ if self.body.is_empty() => format!("to {}", self.sent).into(),
                _ => format!("to {}: {}", self.sent, self.body.short(120)).into(),
            },
        }
    }
    /// Whether the status is in 200..=299, which a provider takes for "received".
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

/// What keeps an event from the handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A redirect, which no provider follows.
    Redirect {
        /// The answer.
        reply: Reply,
        /// Where it leads, resolved, to be shown; empty where the Location cannot be read.
        target: Shown,
        /// The same with what may be secret in it.
        location: String,
        /// What differs between the URL and the target.
        turn: Turn,
    },
    /// A wall that a provider's event can never pass, and what it is.
    Session {
        /// The answer.
        reply: Reply,
        /// What it is: "Clerk's sign-in check".
        what: Shown,
        /// What lets events through.
        fix: WallFix,
    },
    /// A bot wall, which may let the provider's addresses through: nothing is proven behind it.
    Bots {
        /// The answer.
        reply: Reply,
        /// What it is: "Cloudflare's challenge".
        what: Shown,
    },
}
impl Obstacle {
    /// The URL on the same registrable domain to which a redirect leads, where an event may be sent.
    #[must_use]
    pub fn way_on(&self, from: &str) -> Option<String> {
        let Self::Redirect { location, turn: Turn::Slash | Turn::Https | Turn::Host | Turn::Path, .. } = self else {
            return None;
        };
        let (from, to) = (url::Url::parse(from).ok()?, url::Url::parse(location).ok()?);
        let domain = |u: &url::Url| DomainName::parse(u.host_str()?).ok().map(|d| d.registrable());
        (domain(&from).is_some() && domain(&from) == domain(&to) && to.scheme() == "https").then(|| to.into())
    }
    /// Whether OPTIONS alone may have met it: a proxy may well let nothing but a POST through.
    #[must_use]
    pub fn may_spare_posts(&self) -> bool {
        self.is_bare_refusal() || matches!(self, Self::Bots { what, .. } if matches!(what.as_str(), FILTER | BARE))
    }
    /// Whether it is known by a bare refusal alone, which a handler could give as well.
    #[must_use]
    pub const fn is_bare_refusal(&self) -> bool {
        matches!(
            self,
            Self::Session { reply: Reply { status: 401 | 403, .. }, fix: WallFix::Middleware | WallFix::Basic, .. }
        )
    }
}
/// What kind of turn a redirect takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Only a slash at the end is added or removed.
    Slash,
    /// From http to https on the same host.
    Https,
    /// To another host.
    Host,
    /// To another path.
    Path,
    /// To itself.
    Itself,
    /// To another site, or to a name of the machine itself.
    Astray,
    /// Somewhere that cannot be read.
    Unreadable,
}
/// Who must let the path through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallFix {
    /// Clerk's matcher of public routes.
    Clerk,
    /// The middleware of the app.
    Middleware,
    /// Vercel's Deployment Protection.
    Vercel,
    /// HTTP basic authentication in front of the site.
    Basic,
    /// Leave the path out of the framework's check for form tokens.
    FormToken,
}

/// What the page of an edge that cannot use the server behind it is called: no wall, and nobody knows
/// what is behind it.
pub(super) const EDGE_ERROR: &str = "Cloudflare's error page";

/// What a proxy's own refusal is called: a list of addresses, which may hold the provider's.
pub(super) const FILTER: &str = "a filter of addresses in front of the app";

/// What a 403 without a word of who gives it is called: such a filter, or a check of sessions or form tokens.
pub(super) const BARE: &str = "a bare refusal (403) of every path";

/// A wall that only robots meet, and whether the provider got through it.
#[derive(Clone, Debug)]
pub struct BotWall {
    /// The answer and what the wall is, where one was met.
    pub met: Option<(Reply, Shown)>,
    /// What Stripe says of its recent deliveries.
    pub arrivals: Option<Arrivals>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl BotWall {
    /// What a route and the provider's own word come to.
    #[must_use]
    pub fn of(route: &Route, arrivals: Option<Arrivals>) -> Self {
        let (met, other) = match &route.obstacle {
            Some(Obstacle::Bots { what, .. }) if what.as_str() == EDGE_ERROR => (None, Some(what)),
            Some(Obstacle::Bots { reply, what }) => (Some((reply.clone(), what.clone())), None),
            _ => (None, None),
        };
        // Without a word of the provider, or with one that says nothing of this endpoint, it is open.
        let told = arrivals.as_ref().is_some_and(|d| d.delivered > 0 || d.failed > 0 && d.one_endpoint);
        let gaps = match &met {
            Some((_, what)) if !told => vec![Cause::Wall(what.clone())],
            Some(_) => Vec::new(),
            None if other.is_some() => other.map(|w| Cause::Wall(w.clone())).into_iter().collect(),
            // Whoever met another obstacle was not stopped by this one.
            None if route.obstacle.is_some() => Vec::new(),
            None => route.gaps.clone(),
        };
        Self { met, arrivals, gaps }
    }
}
impl Gaps for BotWall {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// What the provider says of the events of the last days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Events that every endpoint has taken.
    pub delivered: u64,
    /// Events that an endpoint has not taken.
    pub failed: u64,
    /// Whether the account has one endpoint alone, so that both numbers are about it.
    pub one_endpoint: bool,
}
impl Gaps for Arrivals {}
