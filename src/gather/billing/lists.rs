//! The account's lists and single objects, of the key's own account and of the connected ones.

use super::{Account, DAY, EVENTS_PER_SECOND, resume::Resume};
use crate::probe::{
    layers::Sooner,
    stripe::{Meter, Stripe},
};
use futures_util::{StreamExt, future::join_all, stream};
use launchcheck_checks::{
    billing::{
        facts,
        feed::{Listing, Retrieval},
        fold::Join,
        lemonsqueezy::LemonSqueezy,
        objects::{Customer, Dispute, Event, ListedInvoice, Refund},
        paddle::Paddle,
        ranges::{Piece, Ranges},
        status::Policy,
        stripe::{Lookup, Retrieved, Sub, SubItem, digest},
        vendor::{self, Source, Vendor},
    },
    vocab::Cause,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::OnceCell;

/// How far back refunds and disputes are looked at.
const BACK: i64 = 90 * DAY;
/// How many pages of invoices, refunds and disputes are read: more of them is an account where the
/// answer is in the Dashboard.
const BESIDE_PAGES: u32 = 100;
/// How many pages of events of the last minutes are read.
const YOUNG_PAGES: u32 = 200;
/// How many subscriptions are asked for their items at once.
const ITEMS_AT_ONCE: usize = 4;

/// The first page of an account's subscriptions, and whether that is all.
pub(super) type First = (Vec<Sub>, bool);
/// What could not be read of each list beside the subscriptions.
pub(super) type Beside = BTreeMap<facts::Source, Vec<Cause>>;

pub(super) fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The accounts that are compared.
pub(super) struct Lists {
    /// The key's own, and the connected ones.
    accounts: Vec<Stripe>,
    /// Which connected account has an object, by the digest of its id.
    homes: Mutex<HashMap<u64, usize>>,
    rate: u32,
    vendor: Vendor,
    open: Arc<OpenInvoices>,
    pub(super) meter: Arc<Meter>,
}
/// An account's open invoices, which the comparison and the sums of what is owed both read.
#[derive(Debug, Default)]
pub struct OpenInvoices(OnceCell<(Vec<ListedInvoice>, Vec<Cause>)>);
impl OpenInvoices {
    /// The invoices, and what is missing of them: asked for by whoever comes first.
    pub(super) async fn read(&self, stripe: &Stripe, rate: u32, until: &Sooner) -> &(Vec<ListedInvoice>, Vec<Cause>) {
        let ask = || async {
            let mut found = Vec::new();
            let gaps = stripe.drain(invoices_of("open", rate), until, |i| found.push(i)).await;
            (found, gaps)
        };
        self.0.get_or_init(ask).await
    }
}
/// Notes in the join what was told within the window for events on their way; returns why not all of it
/// was, where the key may read events.
async fn young(stripe: &Stripe, join: &Mutex<Join>, policy: Policy, until: &Sooner) -> Vec<Cause> {
    let recent = (policy.now - policy.in_flight).to_string();
    let young = [("type", "customer.subscription.*"), ("created[gte]", recent.as_str())];
    let young = Listing::<Event>::new(EVENTS_PER_SECOND).with(&young).at_most(YOUNG_PAGES);
    let each = |e: Event| {
        if let Some(object) = e.object {
            locked(join).add_recent(object);
        }
    };
    let unheard = stripe.drain(young, until, each).await;
    if matches!(unheard.first(), Some(Cause::Permission(_) | Cause::Auth)) {
        locked(join).events_unreadable();
        return Vec::new();
    }
    unheard
}
fn invoices_of(status: &str, rate: u32) -> Listing<ListedInvoice> {
    Listing::new(rate).with(&[("status", status)]).at_most(BESIDE_PAGES)
}
impl Lists {
    pub(super) fn of(account: &Account, meter: Arc<Meter>) -> Self {
        let accounts = std::iter::once(&account.stripe).chain(&account.connected).cloned().collect();
        let open = Arc::clone(&account.open);
        Self { accounts, homes: Mutex::default(), rate: account.rate, vendor: account.vendor, open, meter }
    }
    fn note(&self, account: usize, id: &str) {
        if account > 0 {
            locked(&self.homes).insert(digest(id), account);
        }
    }

    /// The first page of each account's subscriptions: enough to know the columns by, and whether the
    /// key may read at all.
    pub(super) async fn preflight(&self, until: &Sooner) -> Result<Vec<First>, Cause> {
        let firsts = self.accounts.iter().map(|stripe| async move {
            match self.vendor {
                Vendor::Stripe => self.first::<vendor::Stripe>(stripe, until).await,
                Vendor::Paddle => self.first::<Paddle>(stripe, until).await,
                Vendor::LemonSqueezy => self.first::<LemonSqueezy>(stripe, until).await,
            }
        });
        join_all(firsts).await.into_iter().collect()
    }
    async fn first<S: Source>(&self, stripe: &Stripe, until: &Sooner) -> Result<First, Cause> {
        let mut subs: Vec<Sub> = Vec::new();
        let first = Listing::<S::Sub>::new(self.rate).at_most(1);
        let gaps = stripe.drain(first, until, |s| subs.push(s.into())).await;
        match gaps.as_slice() {
            [] => Ok((subs, true)),
            [Cause::TooLarge] => Ok((subs, false)),
            [cause, ..] => Err(cause.clone()),
        }
    }

    /// Everything that is listed, all lists at once: each is an operation of its own with a limit of
    /// its own. Returns what could not be seen of the subscriptions.
    pub(super) async fn read(
        &self,
        join: &Mutex<Join>,
        firsts: Vec<First>,
        policy: Policy,
        resume: Option<&Resume>,
        until: &Sooner,
        beside: &mut Beside,
    ) -> Vec<Cause> {
        let mut gaps = Vec::new();
        let mut customers_whole = true;
        let all = self.accounts.iter().zip(firsts).enumerate().map(|(n, (stripe, first))| {
            let resume = resume.filter(|_| n == 0);
            async move {
                match self.vendor {
                    Vendor::Stripe => self.one(n, stripe, first, join, policy, resume, until).await,
                    Vendor::Paddle => self.plain::<Paddle>(stripe, first, join, until).await,
                    Vendor::LemonSqueezy => self.plain::<LemonSqueezy>(stripe, first, join, until).await,
                }
            }
        });
        for (more, aside, unpaid) in join_all(all).await {
            gaps.extend(more);
            customers_whole &= aside.get(&facts::Source::Customers).is_none_or(Vec::is_empty);
            for (source, more) in aside {
                beside.entry(source).or_default().extend(more);
            }
            // Only now are the subscriptions there that they hang on.
            for invoice in unpaid {
                locked(join).add_invoice(invoice.is);
            }
        }
        let mut join = locked(join);
        join.customers_read(customers_whole);
        if !customers_whole {
            join.owners_unknown();
        }
        gaps
    }
    /// The two lists that every provider has.
    async fn plain<S: Source>(
        &self,
        stripe: &Stripe,
        (first, is_all): First,
        join: &Mutex<Join>,
        until: &Sooner,
    ) -> (Vec<Cause>, Beside, Vec<ListedInvoice>) {
        let subs = async {
            if is_all {
                for sub in first {
                    locked(join).add_sub(sub);
                }
                return Vec::new();
            }
            let each = |sub: S::Sub| {
                self.meter.object();
                locked(join).add_sub(sub.into());
            };
            stripe.drain(Listing::new(self.rate), until, each).await
        };
        let each = |customer: S::Customer| locked(join).add_customer(&customer.into());
        let (subs, customers) = tokio::join!(subs, stripe.drain(Listing::new(self.rate), until, each));
        (subs, [(facts::Source::Customers, customers)].into(), Vec::new())
    }
    #[expect(clippy::too_many_arguments, reason = "what all lists of one account share")]
    async fn one(
        &self,
        n: usize,
        stripe: &Stripe,
        (first, is_all): First,
        join: &Mutex<Join>,
        policy: Policy,
        resume: Option<&Resume>,
        until: &Sooner,
    ) -> (Vec<Cause>, Beside, Vec<ListedInvoice>) {
        let expected = if n == 0 { locked(join).size().1 } else { 0 };
        let back = (policy.now - BACK).to_string();
        let subs = async {
            let mut add = |sub: Sub| {
                self.note(n, &sub.id);
                locked(join).add_sub(sub);
            };
            if is_all {
                first.into_iter().for_each(&mut add);
                return Vec::new();
            }
            let covered = resume.map(|r| r.subs.as_slice()).unwrap_or_default();
            let feed = Ranges::<Sub>::without(self.rate, policy.now, covered).about(expected);
            let each = |piece| match piece {
                Piece::One(sub) => {
                    self.meter.object();
                    if let Some(resume) = resume {
                        resume.sub(&sub);
                    }
                    add(sub);
                }
                Piece::Covered(from, to) => {
                    self.meter.page();
                    if let Some(resume) = resume {
                        resume.covers_subs(from, to);
                    }
                }
            };
            stripe.drain(feed, until, each).await
        };
        let covered = resume.map(|r| r.customers.as_slice()).unwrap_or_default();
        let each = |piece| match piece {
            Piece::One(customer) => {
                let customer: Customer = customer;
                self.note(n, &customer.id);
                if let Some(resume) = resume {
                    resume.customer(&customer);
                }
                locked(join).add_customer(&customer);
            }
            Piece::Covered(from, to) => {
                if let Some(resume) = resume {
                    resume.covers_customers(from, to);
                }
            }
        };
        let customers = stripe.drain(Ranges::without(self.rate, policy.now, covered).about(expected), until, each);
        let since = [("created[gte]", back.as_str())];
        let refunds = Listing::<Refund>::new(self.rate).with(&since).at_most(BESIDE_PAGES);
        let disputes = Listing::<Dispute>::new(self.rate).with(&since).at_most(BESIDE_PAGES);
        let (mut subs, customers, (unpaid, uninvoiced), refunds, disputes, unheard) = tokio::join!(
            subs,
            customers,
            self.invoices(n, stripe, until),
            stripe.drain(refunds, until, |r| locked(join).add_refund(r)),
            stripe.drain(disputes, until, |d| locked(join).add_dispute(d)),
            young(stripe, join, policy, until),
        );
        if !unheard.is_empty() {
            // Where they only did not come now, nothing can be told from what is on its way.
            locked(join).in_flight_unknown();
            subs.extend(unheard);
        }
        let aside = [
            (facts::Source::Customers, customers),
            (facts::Source::Invoices, uninvoiced),
            (facts::Source::Refunds, refunds),
            (facts::Source::Disputes, disputes),
        ];
        (subs, aside.into(), unpaid)
    }
    /// What changed a moment ago, asked again: in a long run that is another moment.
    pub(super) async fn changing(&self, join: &Mutex<Join>, policy: Policy, until: &Sooner) -> Vec<Cause> {
        if self.vendor != Vendor::Stripe {
            return Vec::new();
        }
        let asked = self.accounts.iter().map(|stripe| young(stripe, join, policy, until));
        join_all(asked).await.into_iter().flatten().collect()
    }
    async fn invoices(&self, n: usize, stripe: &Stripe, until: &Sooner) -> (Vec<ListedInvoice>, Vec<Cause>) {
        let mut found = Vec::new();
        for status in ["uncollectible", "void"] {
            let gaps = stripe.drain(invoices_of(status, self.rate), until, |i| found.push(i)).await;
            if !gaps.is_empty() {
                return (found, gaps);
            }
        }
        // Those of a connected account are nobody else's question.
        let others = OpenInvoices::default();
        let open = if n == 0 { &*self.open } else { &others };
        let (invoices, gaps) = open.read(stripe, self.rate, until).await;
        found.extend_from_slice(invoices);
        (found, gaps.clone())
    }

    /// Subscriptions that changed since an earlier run read them, read again. Without events nobody
    /// knows which, and that is said.
    pub(super) async fn catch_up(&self, join: &Mutex<Join>, since: i64, until: &Sooner) -> Vec<Cause> {
        let Some(own) = self.accounts.first() else { return Vec::new() };
        let since = since.to_string();
        let told = [("type", "customer.subscription.*"), ("created[gte]", since.as_str())];
        let mut ids = Vec::new();
        let listing = Listing::<Event>::new(EVENTS_PER_SECOND).with(&told).at_most(1000);
        let mut gaps = own.drain(listing, until, |e| ids.extend(e.object)).await;
        gaps.extend(self.subs(ids, until, |id, found| locked(join).add_lookup(&id, found)).await);
        gaps
    }

    /// All items of the subscriptions that came with ten of them. One whose items cannot be read stays
    /// as it came.
    pub(super) async fn complete(&self, join: &Mutex<Join>, cap: usize, until: &Sooner) {
        let cut = locked(join).incomplete(cap);
        let work = stream::iter(cut).map(|id| async move {
            let home = locked(&self.homes).get(&digest(&id)).copied().unwrap_or(0);
            let Some(stripe) = self.accounts.get(home) else { return };
            let listing = Listing::<SubItem>::new(self.rate).with(&[("subscription", &id)]);
            let mut items = Vec::new();
            if stripe.drain(listing, until, |i| items.push(i)).await.is_empty() && !items.is_empty() {
                locked(join).complete(&id, items);
            }
        });
        work.buffer_unordered(ITEMS_AT_ONCE).collect::<()>().await;
    }

    /// Single subscriptions.
    pub(super) async fn subs(
        &self,
        ids: Vec<Box<str>>,
        until: &Sooner,
        mut out: impl FnMut(Box<str>, Lookup<Sub>),
    ) -> Vec<Cause> {
        match self.vendor {
            Vendor::Stripe => self.retrieve::<Sub>(ids, until, out).await,
            Vendor::Paddle => {
                self.retrieve(ids, until, |id, l: Lookup<<Paddle as Source>::Sub>| out(id, l.map(Into::into))).await
            }
            Vendor::LemonSqueezy => {
                self.retrieve(ids, until, |id, l: Lookup<<LemonSqueezy as Source>::Sub>| out(id, l.map(Into::into)))
                    .await
            }
        }
    }
    /// Single customers.
    pub(super) async fn customers(
        &self,
        ids: Vec<Box<str>>,
        until: &Sooner,
        mut out: impl FnMut(Box<str>, Lookup<Customer>),
    ) -> Vec<Cause> {
        match self.vendor {
            Vendor::Stripe => self.retrieve::<Customer>(ids, until, out).await,
            Vendor::Paddle => {
                self.retrieve(ids, until, |id, l: Lookup<<Paddle as Source>::Customer>| out(id, l.map(Into::into)))
                    .await
            }
            Vendor::LemonSqueezy => {
                self.retrieve(ids, until, |id, l: Lookup<<LemonSqueezy as Source>::Customer>| {
                    out(id, l.map(Into::into));
                })
                .await
            }
        }
    }
    /// Single objects: of the account that is known to have them, else of one after the other.
    async fn retrieve<T: Retrieved>(
        &self,
        ids: Vec<Box<str>>,
        until: &Sooner,
        mut out: impl FnMut(Box<str>, Lookup<T>),
    ) -> Vec<Cause> {
        let (mut left, mut gaps) = (ids, Vec::new());
        let mut other_mode = false;
        for (n, stripe) in self.accounts.iter().enumerate() {
            let home = |id: &str| locked(&self.homes).get(&digest(id)).copied();
            let (now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|id| home(id).is_none_or(|h| h == n));
            left = later;
            let last = n + 1 == self.accounts.len();
            let mut unknown = Vec::new();
            let each = |(id, found): (Box<str>, Lookup<T>)| match found {
                Lookup::Gone { other_mode: other } if !last && home(&id).is_none() => {
                    other_mode |= other;
                    unknown.push(id);
                }
                found => {
                    if matches!(found, Lookup::Found(_)) {
                        self.note(n, &id);
                    }
                    out(id, found);
                }
            };
            gaps.extend(stripe.drain(Retrieval::<T>::new(now, self.rate), until, each).await);
            left.append(&mut unknown);
        }
        gaps
    }
}
