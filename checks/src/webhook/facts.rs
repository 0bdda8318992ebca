//! What is known of a webhook route.
use crate::{
    vocab::{Cause, Evidence, Gaps, Observed, Shown},
    wire::Method,
};

/// What the configuration says of a webhook.
#[derive(Clone, Debug)]
pub struct WebhookPlan {
    /// The URL, normalised.
    pub url: String,
    /// The provider's id, such as `stripe`.
    pub provider: Shown,
    /// Whether a person declared it; only then are the unsigned and the forged POST sent.
    pub declared: bool,
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
    /// Whether there is a route that takes a POST, once that is decided.
    pub standing: Standing,
    /// What the POSTs to the URL itself got.
    pub shots: Observed<Shots>,
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Route {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
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

/// One answer, reduced to what rules may look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
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
                _ => self.body.short(120),
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
        /// Where it leads, resolved; empty where the Location cannot be read.
        target: Shown,
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
