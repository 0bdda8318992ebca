//! Gathering: facts are made once for a target, on demand, from questions that are asked once.
//!
//! Each kind of fact has one `impl Produce` in the module of its family. It may ask the wire, drive
//! an inquiry, and get facts that stand before it in the list of `launchcheck-checks`; a fact that
//! asks for one behind it, or for itself, does not compile.

mod arrivals;
pub mod billing;
mod check;
mod code;
pub mod dns;
pub mod edge;
pub mod email;
pub mod env;
mod exercise;
pub mod pages;
pub mod tls;
mod tls_next;
pub mod web;
pub mod webhook;

use crate::{
    config::{Config, EnvName, secrets::SecretSource},
    probe::{
        Ask,
        authority::{Authority, Signed},
        connect::Dialer,
        dns::Dns,
        hello::Greetings,
        http::{Http, Parking},
        layers::{Bound, Bounded, Counters, Deadline, Limited, Once},
        looks::Looks,
        pages::Pages,
        secret::Secret,
        secrets::Secrets,
        stripe::Paces,
        tls::{Addresses, Handshakes, Tls},
    },
    settings::Settings,
    survey::Survey,
};
use billing::OpenInvoices;
use futures_util::future::{BoxFuture, FutureExt, join_all};
use launchcheck_checks::{
    facts::{Before, FactKind, Facts},
    for_each_fact,
    vocab::{Answers, Fact, Inquiry, Observed, Question, Step, TargetId, Targets},
    web::look::LookQuestion,
    wire::{
        AddressQuestion, AuthorityQuestion, DnsQuestion, HandshakeQuestion, HelloQuestion, HttpQuestion, PageQuestion,
        SignedQuestion,
    },
};
use rustls::pki_types::TrustAnchor;
use std::{
    collections::BTreeMap,
    marker::PhantomData,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use tokio::sync::OnceCell;

/// The most lookups that are open at once: a resolver drops what comes faster.
const LOOKUPS_AT_ONCE: usize = 64;
/// The most questions that are open at one name server.
const AUTHORITY_AT_ONCE: usize = 16;
/// The most requests that are open at one host.
const REQUESTS_AT_ONCE: usize = 4;
/// The most business events that are on their way at once.
const EVENTS_AT_ONCE: usize = 100;

type DnsWire = Once<DnsQuestion, Limited<Bounded<Dns>>>;
type AuthorityWire = Once<AuthorityQuestion, Limited<Bounded<Authority>>>;
type SignedWire = Once<SignedQuestion, Bounded<Signed>>;
type AddressWire = Once<AddressQuestion, Arc<Addresses<DnsWire>>>;
type TlsWire = Once<HandshakeQuestion, Handshakes<DnsWire, AddressWire>>;
type RawHttp = Limited<Http<DnsWire, TlsWire>>;
type HttpWire = Once<HttpQuestion, Arc<RawHttp>>;
type LookWire = Once<LookQuestion, Looks<HttpWire, RawHttp>>;
type PageWire = Once<PageQuestion, Limited<Pages<DnsWire>>>;

/// Everything that asks, with its layers.
pub struct Wire {
    /// Lookups.
    pub dns: Arc<DnsWire>,
    /// Questions to name servers themselves.
    pub authority: AuthorityWire,
    /// Questions to the resolver about signatures.
    pub signed: SignedWire,
    /// Handshakes.
    pub tls: Arc<TlsWire>,
    /// Handshakes, address by address.
    pub addresses: Arc<AddressWire>,
    /// Greetings that no modern client would send.
    pub greetings: Once<HelloQuestion, Greetings<DnsWire>>,
    /// Requests.
    pub http: Arc<HttpWire>,
    /// Requests that do something, which nobody remembers.
    pub business: RawHttp,
    /// Looks at pages.
    pub looks: LookWire,
    /// The open invoices of each account, by the digest of its key.
    pub open_invoices: Mutex<BTreeMap<u64, Arc<OpenInvoices>>>,
    /// The cookies of test accounts, by their names.
    pub cookies: Arc<Mutex<BTreeMap<String, Secret<String>>>>,
    /// The key of the run's digests, for what is seen in pages.
    pub digest_key: Arc<OnceLock<[u8; 32]>>,
    /// Pages of registries and authorities.
    pub pages: PageWire,
    /// The dialer of all of them, for vendors' clients.
    pub dialer: Arc<Dialer<DnsWire>>,
    /// How much was asked.
    pub counters: Counters,
    /// How fast billing accounts may be asked.
    pub paces: Paces,
    /// The time that each question has.
    pub time: Bound,
}
impl Wire {
    /// The wire as the settings want it.
    #[must_use]
    pub fn new(settings: &Settings, deadline: Deadline) -> Self {
        let counters = Counters::default();
        let time = Bound { timeout: settings.timeout, deadline };
        let dns = Dns::new(settings.resolver, settings.timeout);
        let dns = Limited::new(Bounded { inner: dns, time: time.clone() }, LOOKUPS_AT_ONCE);
        let dns = Arc::new(Once::new(dns, &counters));
        let authority = Authority::new(settings.connect_to.clone(), settings.timeout);
        let authority = Limited::new(Bounded { inner: authority, time: time.clone() }, AUTHORITY_AT_ONCE);
        let authority = Once::new(authority, &counters);
        let signed = Signed::new(settings.resolver, settings.timeout);
        let signed = Once::new(Bounded { inner: signed, time: time.clone() }, &counters);
        let dialer = Arc::new(Dialer::new(Arc::clone(&dns), settings.connect_to.clone()));
        let (parking, tls) = (Arc::new(Parking::default()), Tls::default());
        let made = Arc::new(Addresses::new(Arc::clone(&dialer), tls.clone(), time.clone()));
        let addresses = Arc::new(Once::new(Arc::clone(&made), &counters));
        let handshakes = Handshakes {
            dialer: Arc::clone(&dialer),
            addresses: Arc::clone(&addresses),
            made,
            parking: Arc::clone(&parking),
        };
        // The addresses are counted; a host's handshake is the choice among theirs.
        let handshakes = Arc::new(Once::new(handshakes, &Counters::default()));
        let greetings = Greetings { dialer: Arc::clone(&dialer), time: time.clone() };
        let greetings = Once::new(greetings, &counters);
        let http = |counts: bool| Http {
            dialer: Arc::clone(&dialer),
            tls: tls.clone(),
            handshakes: Arc::clone(&handshakes),
            parking: Arc::clone(&parking),
            time: time.clone(),
            counts,
        };
        let (http, business) = (http(false), Limited::new(http(true), EVENTS_AT_ONCE));
        let raw = Arc::new(Limited::new(http, REQUESTS_AT_ONCE));
        let http = Arc::new(Once::new(Arc::clone(&raw), &counters));
        let (cookies, digest_key) = (Arc::new(Mutex::default()), Arc::new(OnceLock::new()));
        let remembered = Arc::clone(&http);
        let (jar, key) = (Arc::clone(&cookies), Arc::clone(&digest_key));
        let looks = Looks { remembered, raw, cookies: jar, manners: Mutex::default(), digest_key: key };
        let looks = Once::new(looks, &counters);
        let pages = Pages::new(Arc::clone(&dialer), time.clone());
        let pages = Once::new(Limited::new(pages, REQUESTS_AT_ONCE), &counters);
        Self {
            dns,
            authority,
            signed,
            tls: handshakes,
            addresses,
            greetings,
            http,
            business,
            looks,
            cookies,
            open_invoices: Mutex::default(),
            digest_key,
            pages,
            dialer,
            counters,
            paces: Paces::default(),
            time,
        }
    }
    /// Trusts these roots for the pages of registries and authorities, and keeps what is signed
    /// itself in this folder.
    #[must_use]
    pub fn trusting(self, roots: &[TrustAnchor<'static>], keep_in: Option<PathBuf>) -> Self {
        let pages = Pages::new(Arc::clone(&self.dialer), self.time.clone()).trusting(roots, keep_in);
        Self { pages: Once::new(Limited::new(pages, REQUESTS_AT_ONCE), &self.counters), ..self }
    }
}
impl Wire {
    /// Drives an inquiry to its end, every question of a round at once.
    pub async fn drive<I: Inquiry + Sync>(&self, inquiry: &I) -> I::Out
    where
        Self: Ask<I::Q>,
    {
        drive(self, inquiry).await
    }
}
/// Drives an inquiry to its end with whoever answers its questions, those of a round at once.
async fn drive<A: Ask<I::Q>, I: Inquiry + Sync>(asked: &A, inquiry: &I) -> I::Out {
    let mut seen = Answers::<I::Q>::new();
    loop {
        match inquiry.step(&seen) {
            Step::Done(out) => return out,
            Step::Ask(questions) => {
                let answers = join_all(questions.iter().map(|q| asked.ask(q))).await;
                seen.extend(questions.into_iter().zip(answers));
            }
        }
    }
}
impl Ask<DnsQuestion> for Wire {
    async fn ask(&self, q: &DnsQuestion) -> Observed<<DnsQuestion as Question>::Answer> {
        self.dns.ask(q).await
    }
}
impl Ask<AuthorityQuestion> for Wire {
    async fn ask(&self, q: &AuthorityQuestion) -> Observed<<AuthorityQuestion as Question>::Answer> {
        self.authority.ask(q).await
    }
}
impl Ask<SignedQuestion> for Wire {
    async fn ask(&self, q: &SignedQuestion) -> Observed<<SignedQuestion as Question>::Answer> {
        self.signed.ask(q).await
    }
}
impl Ask<HandshakeQuestion> for Wire {
    async fn ask(&self, q: &HandshakeQuestion) -> Observed<<HandshakeQuestion as Question>::Answer> {
        self.tls.ask(q).await
    }
}
impl Ask<AddressQuestion> for Wire {
    async fn ask(&self, q: &AddressQuestion) -> Observed<<AddressQuestion as Question>::Answer> {
        self.addresses.ask(q).await
    }
}
impl Ask<HelloQuestion> for Wire {
    async fn ask(&self, q: &HelloQuestion) -> Observed<<HelloQuestion as Question>::Answer> {
        self.greetings.ask(q).await
    }
}
impl Ask<PageQuestion> for Wire {
    async fn ask(&self, q: &PageQuestion) -> Observed<<PageQuestion as Question>::Answer> {
        self.pages.ask(q).await
    }
}
impl Ask<HttpQuestion> for Wire {
    async fn ask(&self, q: &HttpQuestion) -> Observed<<HttpQuestion as Question>::Answer> {
        self.http.ask(q).await
    }
}

impl Ask<LookQuestion> for Wire {
    async fn ask(&self, q: &LookQuestion) -> Observed<<LookQuestion as Question>::Answer> {
        self.looks.ask(q).await
    }
}

/// What a run knows before it asks anything.
pub struct Context {
    /// The effective settings.
    pub settings: Arc<Settings>,
    /// The targets, the configuration and where they were found.
    pub survey: Arc<Survey>,
    /// The moment the run judges by, in seconds since 1970.
    pub now: i64,
    /// A random word, new in each run: the name of the path that no site has.
    pub nonce: String,
    /// The key of the run's digests, so that equal secrets can be told without keeping them.
    pub digest_key: [u8; 32],
    /// The roots that certificates are judged by: Mozilla's, and those of `--ca-bundle`.
    pub roots: Vec<TrustAnchor<'static>>,
    /// Those of `--ca-bundle` as certificates, DER.
    pub given_roots: Vec<Vec<u8>>,
    /// The process environment as it was at the start.
    pub environment: BTreeMap<String, String>,
    /// The values that `*-env` names stand for.
    pub secrets: Secrets,
}

/// Makes one kind of fact.
pub trait Produce: Fact {
    /// Makes the fact of one target.
    fn produce(at: &TargetId, cx: &Cx<Self>) -> impl Future<Output = Observed<Self>> + Send;
}

/// What the making of a fact `F` may use.
pub struct Cx<F> {
    gather: Arc<Gather>,
    making: PhantomData<fn() -> F>,
}
impl<F: Fact> Cx<F> {
    /// Another fact, made now if nobody made it yet. Only facts before `F` in the list.
    pub async fn get<E: Before<F> + HasCell>(&self, at: &TargetId) -> Arc<Observed<E>> {
        self.gather.get::<E>(at).await
    }
    /// The facts of the linked targets of their kind.
    pub async fn get_linked<E: Before<F> + HasCell>(&self, at: &TargetId) -> Vec<(TargetId, Arc<Observed<E>>)> {
        let targets: Vec<TargetId> = self.targets().linked(at, E::OF).cloned().collect();
        join_all(targets.into_iter().map(|t| async move {
            let fact = self.get::<E>(&t).await;
            (t, fact)
        }))
        .await
    }
    /// Asks one question.
    pub async fn ask<Q: Question>(&self, q: &Q) -> Observed<Q::Answer>
    where
        Wire: Ask<Q>,
    {
        self.gather.wire.ask(q).await
    }
    /// Drives an inquiry to its end, every question of a round at once.
    pub async fn drive<I: Inquiry + Sync>(&self, inquiry: I) -> I::Out
    where
        Wire: Ask<I::Q>,
    {
        self.gather.wire.drive(&inquiry).await
    }
    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.gather.context.survey.config
    }
    /// The effective settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.gather.context.settings
    }
    /// What the survey found.
    #[must_use]
    pub fn survey(&self) -> &Survey {
        &self.gather.context.survey
    }
    /// All targets and their links.
    #[must_use]
    pub fn targets(&self) -> &Targets {
        &self.gather.context.survey.targets
    }
    /// All that the run knew before it asked anything.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.gather.context
    }
    /// The value of a variable that the configuration names, and where it was found.
    #[must_use]
    pub fn secret(&self, name: &EnvName) -> Observed<(Secret<String>, SecretSource)> {
        self.gather.context.secrets.find(name)
    }
    /// The moment the run judges by, in seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.gather.context.now
    }
    /// The roots that certificates are judged by.
    #[must_use]
    pub fn roots(&self) -> &[TrustAnchor<'static>] {
        &self.gather.context.roots
    }
    /// The wire itself, for probes that speak a protocol of their own.
    #[must_use]
    pub fn wire(&self) -> &Wire {
        &self.gather.wire
    }
}

type Cell<F> = Mutex<BTreeMap<TargetId, Arc<OnceCell<Arc<Observed<F>>>>>>;

/// A fact that has a cell to be kept in: every one of the list.
pub trait HasCell: Produce {
    #[doc(hidden)]
    fn cell(cells: &Cells) -> &Cell<Self>;
}

macro_rules! cells {
    ($($name:ident: $t:ty, of $of:ident, $reach:ident;)*) => {
        /// One cell a fact and target.
        #[derive(Default)]
        pub struct Cells { $($name: Cell<$t>),* }
        $(impl HasCell for $t { fn cell(cells: &Cells) -> &Cell<Self> { &cells.$name } })*
        impl Gather {
            fn settle(self: Arc<Self>, kind: FactKind, at: TargetId) -> BoxFuture<'static, ()> {
                async move { match kind { $(FactKind::$name => { self.get::<$t>(&at).await; })* } }.boxed()
            }
            /// All facts that were made so far.
            #[must_use]
            pub fn facts(&self) -> Facts {
                let mut out = Facts::default();
                $({
                    let cells = self.cells.$name.lock().unwrap_or_else(PoisonError::into_inner);
                    out.$name.extend(cells.iter().filter_map(|(t, c)| Some((t.clone(), Arc::clone(c.get()?)))));
                })*
                out
            }
        }
    };
}
for_each_fact!(cells);

/// Makes the facts of a run.
pub struct Gather {
    /// Everything that asks.
    pub wire: Wire,
    /// What the run knew before.
    pub context: Context,
    cells: Cells,
}
impl Gather {
    /// A gatherer with nothing made yet.
    #[must_use]
    pub fn new(wire: Wire, context: Context) -> Arc<Self> {
        Arc::new(Self { wire, context, cells: Cells::default() })
    }

    fn get<'a, F: HasCell>(self: &'a Arc<Self>, at: &'a TargetId) -> BoxFuture<'a, Arc<Observed<F>>> {
        let cell = {
            let mut cells = F::cell(&self.cells).lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(at.clone()).or_default())
        };
        async move {
            let cx = Cx { gather: Arc::clone(self), making: PhantomData };
            Arc::clone(cell.get_or_init(|| async { Arc::new(F::produce(at, &cx).await) }).await)
        }
        .boxed()
    }

    /// The targets whose facts of a kind a rule on `at` gets.
    fn sources<'a>(&'a self, kind: FactKind, at: &'a TargetId) -> impl Iterator<Item = &'a TargetId> {
        self.context.survey.targets.linked(at, kind.of())
    }

    /// Makes all that these units want, and says when each unit has what it will get. Every probe
    /// ends with the deadline, so this does too.
    pub async fn make<U: Sync>(
        self: &Arc<Self>,
        units: &[U],
        wants: impl Fn(&U) -> (Vec<FactKind>, TargetId) + Sync,
        settled: impl Fn(&U) + Sync,
    ) {
        join_all(units.iter().map(|unit| {
            let (kinds, at) = wants(unit);
            let facts: Vec<(FactKind, TargetId)> =
                kinds.iter().flat_map(|k| self.sources(*k, &at).map(|t| (*k, t.clone()))).collect();
            let settled = &settled;
            async move {
                join_all(facts.into_iter().map(|(kind, at)| Arc::clone(self).settle(kind, at))).await;
                settled(unit);
            }
        }))
        .await;
    }
}
