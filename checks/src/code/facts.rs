//! What the source of an app says, as far as rules ask. Nothing here holds a value of a variable or
//! a text of the source beyond names.

use crate::{
    env::facts::Read,
    vocab::{Cause, Gaps, Place},
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Everything that one reading of an app's source yields. The facts that rules take are its parts, so
/// that a file which could not be parsed is a gap only where its text speaks of their matter.
#[derive(Clone, Debug, Default)]
pub struct CodeIndex {
    /// How much was read.
    pub tree: CodeTree,
    /// The names of variables.
    pub names: CodeNames,
    /// The webhook handlers.
    pub hooks: Hooks,
    /// Where providers are called.
    pub calls: Calls,
    /// Where secrets reach a browser.
    pub exposure: Exposure,
    /// What it does at its doors, on its schedule, in its logs.
    pub practice: super::practice::Practice,
    /// The files below the app's folder, by their paths, that were read whole and hold nothing that a key begins
    /// with.
    pub keyless: HashSet<String>,
    /// Whether the folder may hold files of variables that git neither tracks nor ignores.
    pub unguarded: bool,
}
impl Gaps for CodeIndex {}

/// How much of the source was read.
#[derive(Clone, Debug, Default)]
pub struct CodeTree {
    /// The JavaScript and TypeScript files that were read, tests included.
    pub files: u32,
    /// Those that the parser refused, by their names.
    pub unparsed: Vec<String>,
    /// Those that were passed over since a machine made them: bundles, generated clients.
    pub generated: u32,
    /// `// launchcheck-ignore rule: reason`, wherever it stands.
    pub ignores: Vec<Ignore>,
}
impl Gaps for CodeTree {}

/// A remark in the source that accepts a finding on its line or the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ignore {
    /// The rule.
    pub rule: String,
    /// The reason; empty where none is given, and then it covers nothing.
    pub reason: String,
    /// Where the remark stands.
    pub at: Place,
}

/// The names of environment variables in the source.
#[derive(Clone, Debug, Default)]
pub struct CodeNames {
    /// Where which name is read, in the order of files and lines; tests are left out.
    pub reads: Vec<NameRead>,
    /// Names that packages read by themselves, each with the package.
    pub implicit: Vec<(String, &'static str)>,
    /// Names that a schema calls optional or gives a default.
    pub optional: BTreeSet<String>,
    /// Words in the shape of a name that stand anywhere, whatever the file; one that ends in `_` is
    /// the start of a name that is put together.
    pub mentions: BTreeSet<String>,
    /// Where names are put together at run time (`process.env[name]`), so that nobody can say which.
    pub dynamic: Vec<Place>,
    /// How many source files were read.
    pub sources: u32,
    /// Files that speak of the environment and could not be parsed, and what could not be read.
    pub gaps: Vec<Cause>,
}
impl Gaps for CodeNames {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// One read of a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NameRead {
    /// The read itself.
    pub read: Read,
    /// Who runs the code.
    pub side: Side,
    /// When the value is taken.
    pub time: Time,
    /// How it is read.
    pub how: How,
}
/// Who runs a piece of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// A server alone.
    Server,
    /// A browser; the server renders it too.
    Client,
    /// Modules of both.
    Both,
}
impl Side {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Both => "both",
        }
    }
}
/// When the value of a variable is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Time {
    /// When the app is built: what is inlined, and configuration files.
    Build,
    /// When it runs.
    Run,
}
impl Time {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Run => "run",
        }
    }
}
/// How a variable is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// `process.env.X`, `process.env["X"]`, also through an alias: what a bundler can inline.
    Direct,
    /// Out of a pattern: `const { X } = process.env`; never inlined.
    Destructured,
    /// A member of a validated object: `env.X`.
    Object,
    /// A key of a schema (t3-env, envalid, zod).
    Schema,
    /// Through a function: `env("X")`.
    Wrapped,
    /// Not in JavaScript: `env("X")` of a Prisma schema.
    Elsewhere,
}
impl How {
    /// Whether a bundler puts the value into code for browsers where the name is public.
    #[must_use]
    pub const fn inlined(self) -> bool {
        matches!(self, Self::Direct)
    }
}

/// The webhook handlers, and what else decides what a webhook meets.
#[derive(Clone, Debug, Default)]
pub struct Hooks {
    /// The handlers, in the order of their files.
    pub handlers: Vec<Handler>,
    /// Pages and loaders behind a redirect that write an entitlement.
    pub grants: Vec<Grant>,
    /// Handlers that a middleware stands before, each with the middleware.
    pub covered: Vec<(String, Place)>,
    /// The paths of test files that speak of webhooks.
    pub tests: Vec<String>,
    /// The versions of packages that the app depends on: those of the lock file, else the ranges of
    /// package.json.
    pub versions: BTreeMap<String, String>,
    /// Files that speak of webhooks and could not be parsed.
    pub gaps: Vec<Cause>,
}
impl Gaps for Hooks {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// A page or a route behind a redirect of a checkout that writes what the customer may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The file, as people know it.
    pub file: String,
    /// The write.
    pub at: Place,
    /// What is written, such as `user.update`.
    pub writes: String,
    /// Whether a webhook handler writes the same.
    pub also_by_webhook: bool,
}

/// What is known of one webhook handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The route's file, as people know it.
    pub file: String,
    /// The URL path it answers at, such as `/api/webhooks/stripe`; empty where it is not known.
    pub route: String,
    /// Where the handler begins.
    pub at: Place,
    /// How it is given the request and answers it.
    pub style: Style,
    /// The provider's id, such as `stripe`; `None` where nothing tells.
    pub provider: Option<&'static str>,
    /// Whether the signature is verified before anything is done.
    pub verified: Verified,
    /// How it is verified, where it is.
    pub verify: Option<Verify>,
    /// How the body reaches the verification.
    pub raw_body: RawBody,
    /// Writes that stand before the verification.
    pub writes_before: Vec<Effect>,
    /// What it answers where the secret is not set.
    pub on_missing_secret: Answer,
    /// What it answers where the header is missing.
    pub on_missing_header: Answer,
    /// What it answers to a bad signature.
    pub on_bad_signature: Answer,
    /// What it answers to a type of event that it does not handle.
    pub unhandled: Answer,
    /// Ways through it that end without any answer.
    pub unanswered: Vec<Place>,
    /// A `catch` around its work after which it answers success.
    pub swallowed: Vec<Place>,
    /// The types of event it handles, sorted.
    pub events: Vec<String>,
    /// The statuses that it compares a subscription's status with, sorted.
    pub statuses: Vec<String>,
    /// What it does, in order.
    pub effects: Vec<Effect>,
    /// How it keeps from doing an event twice.
    pub idempotency: Idempotency,
    /// Whether it runs on an edge runtime.
    pub edge: bool,
    /// A comparison of signatures by `===`.
    pub plain_compare: Option<Place>,
    /// How the answers were found, line by line.
    pub trace: Vec<(Place, String)>,
}
/// How a handler is given the request and answers it, so that a fix speaks as its file does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whose handler it is.
    pub of: StyleOf,
    /// What it calls the request, or the context that has it.
    pub request: String,
    /// What it calls the response, where it is given one.
    pub response: String,
}
/// Whose a handler is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StyleOf {
    /// A `Request` in, a `Response` out: routes of Next.js, `SvelteKit`, Remix.
    Web,
    /// `(req, res)` of the pages router, which parses bodies where nobody says otherwise.
    Pages,
    /// `(req, res)` of Express and Fastify.
    Node,
    /// The context of Hono.
    Hono,
    /// The event of Nuxt's server.
    Nuxt,
}
/// Whether a handler verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// On every way through it.
    Yes,
    /// On no way.
    No,
    /// On some ways; where the others begin and when they are taken.
    Open(Vec<(Place, OpenWhen)>),
    /// It hands the request to code that is not in this repository; the name of that code.
    Unknown(String),
}
impl Verified {
    /// The word in reports.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Open(_) => "sometimes",
            Self::Unknown(_) => "unknown",
        }
    }
}
/// When a handler goes on without a valid signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenWhen {
    /// Where the secret is not set.
    NoSecret,
    /// Where the sender leaves the header out.
    NoHeader,
    /// Where the verification fails: its `catch` goes on, or its result is not looked at.
    Failed,
    /// Outside production, as `NODE_ENV` says.
    NotProduction,
    /// Another condition.
    Other,
}
impl OpenWhen {
    /// In words, behind "goes on".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoSecret => "where the secret is not set",
            Self::NoHeader => "where the signature header is left out",
            Self::Failed => "where the verification fails",
            Self::NotProduction => "where NODE_ENV is not production",
            Self::Other => "where a condition skips the verification",
        }
    }
}
/// The verification itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verify {
    /// Where.
    pub at: Place,
    /// What is called: `stripe.webhooks.constructEvent`.
    pub call: String,
    /// Which kind it is.
    pub kind: VerifyKind,
    /// The variables that the secret may come from.
    pub secret: Vec<String>,
    /// How the secret is made of them.
    pub made: SecretMade,
}
/// The kinds of verification that matter to rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VerifyKind {
    /// `constructEvent` of stripe-node.
    Stripe,
    /// `constructEventAsync` of stripe-node.
    StripeAsync,
    /// `unmarshal` of Paddle's SDK.
    Paddle,
    /// Svix, Standard Webhooks and those built on them: they refuse an empty secret.
    Svix,
    /// `createHmac` of Node, which takes an empty key.
    Hmac,
    /// `crypto.subtle`, which refuses an empty key.
    Subtle,
    /// A comparison with a shared secret.
    Shared,
    /// A helper of a provider's SDK.
    Sdk,
}
/// How a secret is made of its variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretMade {
    /// It is taken as it is.
    Plain,
    /// A check, or a schema, stops where it is empty or not set.
    Guarded,
    /// `|| ""` stands behind it.
    EmptyFallback,
    /// It stands in a template, which turns what is not set into `undefined`.
    Template,
    /// It stands in the source itself.
    Literal,
    /// It comes from elsewhere.
    Unknown,
}
/// How the body reaches the verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RawBody {
    /// Its bytes as they came.
    Raw,
    /// Parsed and written again, or parsed.
    Reparsed,
    /// Nothing is verified, or it is not known.
    Unknown,
}
impl RawBody {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Raw => "yes",
            Self::Reparsed => "no",
            Self::Unknown => "unknown",
        }
    }
}
/// What a handler answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// This status.
    Status(u16),
    /// No answer at all.
    None,
    /// It throws, which becomes a 500.
    Throws,
    /// It goes on as if nothing were wrong.
    GoesOn,
    /// Not known.
    Unknown,
}
impl Answer {
    /// Whether the sender takes it for a success.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }
    /// The word in reports.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Status(n) => n.to_string(),
            Self::None => "no answer".into(),
            Self::Throws => "500 (throws)".into(),
            Self::GoesOn => "goes on".into(),
            Self::Unknown => "unknown".into(),
        }
    }
}
/// One thing that a handler does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What kind it is.
    pub kind: EffectKind,
    /// The call: `prisma.user.update`, `resend.emails.send`.
    pub call: String,
    /// The provider's id, where one is called.
    pub provider: Option<&'static str>,
    /// Where.
    pub at: Place,
    /// Whether the answer waits for it.
    pub awaited: bool,
    /// Whether something keeps it from being done twice.
    pub guarded: bool,
}
/// The kinds of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EffectKind {
    /// A row is made.
    Create,
    /// A number is counted up or down.
    Increment,
    /// A row is made or set.
    Upsert,
    /// A row is set.
    Update,
    /// A row is deleted.
    Delete,
    /// A mail goes out.
    Mail,
    /// A third party is called.
    Remote,
    /// A job or an event is queued.
    Queue,
}
impl EffectKind {
    /// Whether it writes or sends at all.
    #[must_use]
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Create | Self::Increment | Self::Upsert | Self::Update | Self::Delete)
    }
}
/// How a handler keeps from doing an event twice, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Idempotency {
    /// The event's id is stored or is the key of a queue.
    EventId,
    /// A key of the object (`SET NX`, a unique column).
    ObjectKey,
    /// Rows are set or made by the object's id; the same event does the same again.
    Upsert,
    /// Rows are set.
    Set,
    /// A row is made, a number counted or a mail sent, and nothing guards it.
    Nothing,
    /// It does nothing that could be done twice.
    NoEffect,
    /// What it does could not be followed.
    Unknown,
}
impl Idempotency {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::EventId => "by event id",
            Self::ObjectKey => "by key",
            Self::Upsert => "upsert",
            Self::Set => "set",
            Self::Nothing => "none",
            Self::NoEffect => "nothing to repeat",
            Self::Unknown => "unknown",
        }
    }
}

/// Where providers are called.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// The calls, in the order of providers and files.
    pub calls: Vec<Call>,
    /// Files that name a provider and could not be parsed.
    pub gaps: Vec<Cause>,
}
impl Gaps for Calls {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// One call of a provider.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The provider's id.
    pub provider: &'static str,
    /// From where it is reached.
    pub from: From,
    /// What is called.
    pub call: String,
    /// Where.
    pub at: Place,
    /// The route or the file that leads to it.
    pub entry: String,
    /// The types of event that lead to it.
    pub events: Vec<String>,
}
/// From where a provider is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum From {
    /// A webhook handler.
    Webhook,
    /// A server action.
    Action,
    /// Another route.
    Route,
    /// A job or a scheduled route.
    Job,
    /// Code of browsers.
    Client,
    /// A page while it loads.
    Page,
    /// Nothing that was found leads there.
    Other,
}
impl From {
    /// The words in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Action => "server action",
            Self::Route => "route",
            Self::Job => "job",
            Self::Client => "client",
            Self::Page => "page load",
            Self::Other => "other",
        }
    }
}

/// Where secrets reach a browser.
#[derive(Clone, Debug, Default)]
pub struct Exposure {
    /// The ways found, in the order of files.
    pub leaks: Vec<Leak>,
    /// Files of browsers that speak of the environment and could not be parsed.
    pub gaps: Vec<Cause>,
}
impl Gaps for Exposure {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// One way of a secret to a browser.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The variable, or the provider's prefix of a key that stands in the source.
    pub name: String,
    /// Whether it is in the code for browsers, or in the page.
    pub into: Into,
    /// How it gets there, in words.
    pub way: &'static str,
    /// Where.
    pub at: Place,
    /// Whether the value stands in the source itself.
    pub literal: bool,
}
/// What a browser gets a secret with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Into {
    /// JavaScript.
    Script,
    /// The HTML or the data of a page.
    Page,
}

/// The handlers whose verification could not be followed: that they verify is not known, and neither is
/// that they do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfollowed {
    /// One for each such handler, with what it is left to.
    pub gaps: Vec<Cause>,
}
impl Unfollowed {
    /// Those among the handlers.
    #[must_use]
    pub fn of(hooks: &Hooks) -> Self {
        let left = |h: &Handler| match &h.verified {
            Verified::Unknown(to) => {
                Some(Cause::Untold(format!("whether {} verifies its sender (it is left to {to})", h.file).into()))
            }
            _ => None,
        };
        Self { gaps: hooks.handlers.iter().filter_map(left).collect() }
    }
}
impl Gaps for Unfollowed {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}

/// The handlers whose work could not be followed: whether they do an event twice that comes twice is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unseen {
    /// One for each such handler.
    pub gaps: Vec<Cause>,
}
impl Unseen {
    /// Those among the handlers.
    #[must_use]
    pub fn of(hooks: &Hooks) -> Self {
        let unseen = hooks.handlers.iter().filter(|h| h.idempotency == Idempotency::Unknown);
        let gaps = unseen.map(|h| Cause::Untold(format!("what {} does with an event", h.file).into()));
        Self { gaps: gaps.collect() }
    }
}
impl Gaps for Unseen {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
