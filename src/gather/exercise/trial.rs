//! The runs themselves: send, wait, count.

use super::counting::{Count, Counting, Whom};
use crate::{
    config::Located,
    gather::{Cx, RawHttp, billing::Account, webhook},
    probe::{Ask, webhook::Shooter},
    settings::Order,
};
use launchcheck_checks::{
    billing::{facts::KeyMode, feed::ApiRequest, status::Access},
    vocab::{Cause, Missing, Shown, TargetId, TargetKind},
    webhook::{
        exercise::{
            Drill, Exercise, Left, Run, Sight,
            access::{Lexicon, shown},
            delivery,
            events::{Case, LASTS, Making, Source, TYPES, case, only_one, original},
            heard,
        },
        facts::{Reply, WebhookPlan},
    },
    wire::ShotQuestion,
};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// How long nothing may change before it is believed that nothing more will.
const QUIET: Duration = Duration::from_millis(400);
/// The pause between two looks while something is waited for; it doubles.
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LAST_LOOK: Duration = Duration::from_secs(1);
/// How many pages of the account's events are read.
const PAGES: usize = 5;

pub(super) fn said(why: impl Into<Shown>) -> Cause {
    Cause::Untold(why.into())
}

/// An exercise under way.
pub(super) struct Trial<'a> {
    pub(super) shooter: Shooter<'a, RawHttp>,
    pub(super) plan: WebhookPlan,
    pub(super) order: Order,
    source: Source,
    /// Whether the events are the account's own, so that their objects are there.
    listed: bool,
    pub(super) counting: Counting,
    stripe: Option<Account>,
    /// The declared test customer.
    customer: Option<String>,
    pub(super) access: Option<Shown>,
    lexicon: Lexicon,
    pub(super) word: String,
    serial: u32,
    /// When it began, by both clocks.
    began: (i64, Instant),
    /// Up to when events happened that were sent.
    told: i64,
    /// How long access may take to open.
    activation: Duration,
    /// The longest that an event took to show.
    pub(super) lag: Duration,
    /// Whether a signed purchase was seen to change anything.
    pub(super) effective: bool,
    /// Whether the handler takes events under the ids alone that Stripe gave them.
    pub(super) by_own_id: bool,
    /// How many events were sent.
    pub(super) sent: u64,
}

impl<'a> Trial<'a> {
    /// Gets everything ready; nothing is sent yet.
    pub(super) async fn of(at: &TargetId, cx: &'a Cx<Exercise>, order: Order) -> Result<Self, Missing> {
        let named = cx.config().exercise.as_ref().ok_or(Missing::NotConfigured("no [exercise]"))?;
        let plan = match cx.get::<WebhookPlan>(at).await.get() {
            Ok(plan) => plan.clone(),
            Err(missing) => return Err(missing),
        };
        let billing = cx.targets().linked(at, TargetKind::Billing).next().cloned();
        let billing = billing.ok_or(Missing::NotConfigured("no [[billing]] of the same provider"))?;
        let mapping = cx.config().billing.iter().find_map(|b| b.mapping.as_ref()).map(Located::get);
        let counting = Counting::of(&billing, cx, named, mapping).await?;
        let stripe = Account::of(&billing, cx).ok();
        let customer = named.customer.as_ref().map(|c| c.as_str().to_owned());
        let (source, listed) = if let Some(source) = order.source.clone() {
            (source, false)
        } else {
            let account = stripe.as_ref().ok_or(Missing::NotConfigured("no stripe-key-env in [[billing]]"))?;
            (Source::Recorded(list(account).await.map_err(Missing::Unknown)?), true)
        };
        Ok(Self {
            shooter: Shooter { wire: &cx.wire().business, secret: webhook::signing_secret(at, cx) },
            plan,
            order,
            source,
            listed,
            counting,
            stripe,
            customer,
            access: named.access.as_ref().map(|a| a.as_str().into()),
            lexicon: Lexicon::default(),
            word: cx.context().nonce.clone(),
            serial: 0,
            began: (cx.now(), Instant::now()),
            told: 0,
            activation: cx.config().thresholds.activation.0,
            lag: Duration::ZERO,
            effective: false,
            by_own_id: false,
            sent: 0,
        })
    }
    /// What is known before the first event.
    pub(super) fn blank(&self) -> Exercise {
        Exercise {
            access: self.access.clone(),
            alerts: self.counting.alerts.as_deref().map(Into::into),
            customer: self.customer.as_deref().map(Into::into),
            ..Exercise::default()
        }
    }
    /// The state before all of it, once it is seen that nobody else writes.
    pub(super) async fn calm(&self) -> Result<Count, Cause> {
        let first = self.counting.look(&Whom::default()).await?;
        self.pause(QUIET).await?;
        let second = self.counting.look(&Whom::default()).await?;
        let moved = first.rows.iter().find(|(table, n)| second.rows.get(*table) != Some(*n));
        moved.map_or(Ok(second.clone()), |(table, _)| {
            Err(said(format!("rows of {table} come and go without any event; exercise an app that nobody uses")))
        })
    }
    /// What is there now and was not before.
    pub(super) async fn left(&self, before: &Count) -> Vec<Left> {
        let Ok(after) = self.still(&Whom::default()).await else { return Vec::new() };
        // The next exercise must not come before this one by the times in its events.
        let ahead = u64::try_from(self.told - self.now()).unwrap_or_default();
        let _ = self.pause(Duration::from_secs(ahead)).await;
        let rows = before.rows.iter().filter_map(|(table, b)| {
            let after = *after.rows.get(table)?;
            (after != *b).then(|| Left { table: table.as_str().into(), before: *b, after })
        });
        rows.collect()
    }

    /// One run.
    pub(super) async fn drill(&mut self, run: Run) -> Drill {
        let mut drill = Drill::of(run);
        let done = match run {
            Run::Duplicate => self.duplicate(&mut drill).await,
            _ => self.single(run, &mut drill).await,
        };
        drill.open = done.err();
        drill
    }

    pub(super) fn case(&mut self, run: Run) -> Result<(Case, Whom), Cause> {
        self.serial += 1;
        let word = format!("{}_{}", self.word, self.serial);
        let now = self.now().max(self.told);
        self.told = now + LASTS;
        let making = Making { customer: self.customer.as_deref(), word: &word, now, live: self.order.live };
        let mut case =
            case(run, &self.source, making).map_err(|what| said(format!("the recorded events have no {what}")))?;
        if self.order.live {
            case.acts = only_one(case.acts);
            if case.customer != self.customer {
                return Err(said("the event is not about the declared customer"));
            }
        }
        let whom = Whom { customer: case.customer.clone(), subscription: case.subscription.clone() };
        Ok((case, whom))
    }

    fn now(&self) -> i64 {
        self.began.0 + i64::try_from(self.began.1.elapsed().as_secs()).unwrap_or_default()
    }

    async fn single(&mut self, run: Run, drill: &mut Drill) -> Result<(), Cause> {
        let (case, whom) = self.case(run)?;
        let before = self.ready(run, &case, &whom).await?;
        let (last, first) = match case.acts.as_slice() {
            [first @ .., last] if run == Run::OutOfOrder => (std::slice::from_ref(last), first),
            all => (all, &[][..]),
        };
        if !first.is_empty() {
            drill.refused = self.take(first).await?;
            let ended = self.until(&whom, |c| self.lexicon.reads(&c.access) == Access::No).await?;
            if drill.refused.is_none() && self.counting.sees_access() && ended.1.is_none() {
                return Err(said("access does not end, so the order of events cannot be seen"));
            }
        }
        if drill.refused.is_none() {
            drill.refused = self.take(last).await?;
        }
        if drill.refused.is_some() {
            return Ok(());
        }
        match (run, run.ends_open()) {
            (Run::Failed, _) => self.count_alerts(&before, &whom, drill).await,
            (_, Some(open)) if self.counting.sees_access() => {
                drill.access = Some(self.sight(run, open, &before, &whom).await?);
                Ok(())
            }
            _ => self.still(&whom).await.map(|_| ()),
        }
    }

    /// Brings the customer to where the run begins.
    async fn ready(&mut self, run: Run, case: &Case, whom: &Whom) -> Result<Count, Cause> {
        let Some(open) = run.starts_open().filter(|_| self.counting.sees_access()) else {
            return self.still(whom).await;
        };
        if let Some(blind) = self.counting.blind(whom) {
            return Err(blind);
        }
        let count = self.counting.look(whom).await?;
        let wanted = if open { Access::Yes } else { Access::No };
        let now = self.lexicon.reads(&count.access);
        // A word of the app's own is learned from what a payment changes.
        if now == wanted || now == Access::Unclear && !open {
            return self.still(whom).await;
        }
        let events = if open { &case.opening } else { &case.closing };
        let has = if open { "no access" } else { "access" };
        let stays = || said(format!("the customer has {has} before it ({})", shown(&count.access)));
        if self.order.live || events.is_empty() || self.take(events).await?.is_some() {
            return Err(stays());
        }
        let reached = |c: &Count| {
            let reads = self.lexicon.reads(&c.access);
            reads == wanted || open && reads == Access::Unclear && c.access != count.access
        };
        let (after, took) = self.until(whom, reached).await?;
        if took.is_none() {
            return Err(stays());
        }
        if open {
            self.lexicon.learn(&count.access, &after.access);
        }
        self.still(whom).await
    }

    /// What became of access.
    async fn sight(&mut self, run: Run, open: bool, before: &Count, whom: &Whom) -> Result<Sight, Cause> {
        let began = Instant::now();
        let stays = run.starts_open() == Some(open) || run == Run::OutOfOrder;
        let (after, took) = if stays {
            (self.still(whom).await?, None)
        } else {
            let reached = |c: &Count| match self.lexicon.reads(&c.access) {
                Access::Yes => open,
                Access::No => !open,
                Access::Unclear => c.access != before.access,
            };
            self.until(whom, reached).await?
        };
        let reads = self.lexicon.reads(&after.access);
        let met = match reads {
            Access::Unclear if stays => {
                return Err(said(format!("what `{}` says of access is not known", shown(&after.access))));
            }
            Access::Unclear => took.is_some(),
            known => (known == Access::Yes) == open,
        };
        if run == Run::Paid && met {
            self.lexicon.learn(&before.access, &after.access);
            self.effective = true;
            self.lag = self.lag.max(began.elapsed());
        }
        if !met {
            self.doubt(open, reads, &after, whom).await?;
        }
        let (before, after) = (shown(&before.access).into(), shown(&after.access).into());
        let took_s = took.map(|t| t.as_secs());
        Ok(Sight { wanted: open, met, before, after, took_s, within_s: self.activation.as_secs() })
    }

    /// Why access that is not as it was to be may be no fault of the app's.
    async fn doubt(&self, open: bool, reads: Access, after: &Count, whom: &Whom) -> Result<(), Cause> {
        let customer = whom.customer.as_deref().unwrap_or("the customer");
        if after.access.is_empty() && self.customer.is_none() {
            let hint = "name a test customer of the app in [exercise] customer";
            return Err(said(format!("no row names {customer}; {hint}")));
        }
        if reads == Access::Unclear {
            return Err(said(format!("what `{}` says of access is not known", shown(&after.access))));
        }
        if !open || matches!(self.source, Source::Synthetic) {
            return Ok(());
        }
        // A handler may ask Stripe how things stand today.
        let today = match &whom.subscription {
            Some(id) => self.status(id).await,
            None => None,
        };
        match today.as_deref() {
            Some("active" | "trialing") => Ok(()),
            Some(other) => Err(said(format!("the subscription is {other} at Stripe by now, and a handler may ask"))),
            None => Err(said("how the subscription stands at Stripe today is not known, and a handler may ask")),
        }
    }
    async fn status(&self, subscription: &str) -> Option<String> {
        let account = self.stripe.as_ref()?;
        let request = ApiRequest { path: format!("/v1/subscriptions/{subscription}"), query: Vec::new() };
        let page = account.stripe.get(&request).await.into_inner().ok()?;
        let object: Value = serde_json::from_slice(&page).ok()?;
        object["status"].as_str().map(str::to_owned)
    }

    async fn count_alerts(&mut self, before: &Count, whom: &Whom, drill: &mut Drill) -> Result<(), Cause> {
        let Some(table) = self.counting.alerts.clone() else {
            return self.still(whom).await.map(|_| ());
        };
        let rows = |c: &Count| c.rows.get(&table).copied().unwrap_or_default();
        self.until(whom, |c| rows(c) != rows(before)).await?;
        drill.alerts = Some(rows(&self.still(whom).await?) - rows(before));
        if drill.alerts == Some(0) && self.customer.is_none() {
            drill.alerts = None;
            return Err(said("no alert, but the app may not know the customer; name one in [exercise] customer"));
        }
        Ok(())
    }

    /// Sends events, each once. The one that is refused although its objects are there.
    pub(super) async fn take(&mut self, events: &[Value]) -> Result<Option<(Shown, Reply)>, Cause> {
        for event in events {
            let mut answer = self.deliver(&self.as_sent(event), false).await?;
            if let (false, false, false, Source::Recorded(_), Some(own)) =
                (answer.is_success(), self.by_own_id, self.order.live, &self.source, original(event))
            {
                // A handler may fetch the event itself from Stripe.
                answer = self.deliver(&own, false).await?;
                self.by_own_id = answer.is_success();
            }
            if answer.is_success() {
                continue;
            }
            let kind = event["type"].as_str().unwrap_or_default();
            let what = match &self.source {
                Source::Synthetic => "a made-up event; a handler may fetch its objects from Stripe",
                Source::Recorded(_) if !self.listed => "a recorded event; its objects may be gone",
                Source::Recorded(_) if self.customer.is_none() => {
                    "an event of a customer whom the app may not know; name one in [exercise] customer"
                }
                Source::Recorded(_) => return Ok(Some((kind.into(), answer))),
            };
            return Err(said(format!("{kind} is answered {}: {what}", answer.status)));
        }
        Ok(None)
    }
    fn as_sent(&self, event: &Value) -> Value {
        let own = self.by_own_id.then(|| original(event)).flatten();
        own.unwrap_or_else(|| event.clone())
    }
    pub(super) fn sent_as(&self, events: &[Value]) -> Vec<Value> {
        events.iter().map(|e| self.as_sent(e)).collect()
    }
    pub(super) async fn deliver(&mut self, event: &Value, again: bool) -> Result<Reply, Cause> {
        let question = delivery(&self.plan, event, again);
        self.sent += 1;
        reply(&question, self.shooter.ask(&question).await)
    }

    /// Looks until it is so, or until there was time enough; how long it took.
    pub(super) async fn until(
        &self,
        whom: &Whom,
        so: impl Fn(&Count) -> bool,
    ) -> Result<(Count, Option<Duration>), Cause> {
        let began = Instant::now();
        let mut pause = FIRST_LOOK;
        loop {
            let count = self.counting.look(whom).await?;
            if so(&count) {
                return Ok((count, Some(began.elapsed())));
            }
            if began.elapsed() >= self.activation {
                return Ok((count, None));
            }
            self.pause(pause.min(self.activation.saturating_sub(began.elapsed()))).await?;
            pause = (pause * 2).min(LAST_LOOK);
        }
    }
    /// Looks until nothing changes any more. What was slow to show is waited for longer.
    pub(super) async fn still(&self, whom: &Whom) -> Result<Count, Cause> {
        let (began, quiet) = (Instant::now(), QUIET.max(self.lag * 2).min(self.activation));
        let mut last = self.counting.look(whom).await?;
        loop {
            self.pause(quiet).await?;
            let count = self.counting.look(whom).await?;
            if count == last {
                return Ok(count);
            }
            if began.elapsed() > self.activation + quiet {
                return Err(said("the tables do not come to rest"));
            }
            last = count;
        }
    }
    async fn pause(&self, time: Duration) -> Result<(), Cause> {
        tokio::select! {
            biased;
            () = self.counting.until.reached() => Err(Cause::Deadline),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }
}

/// The events of the last 30 days that runs are made from. Only a test account's may be sent.
async fn list(account: &Account) -> Result<Vec<Value>, Cause> {
    if account.mode != KeyMode::Test {
        return Err(said("the events of a live account are never sent again"));
    }
    let mut all: Vec<Value> = Vec::new();
    for _ in 0..PAGES {
        let mut query = vec![("limit".to_owned(), "100".to_owned())];
        query.extend(TYPES.iter().map(|t| ("types[]".to_owned(), (*t).to_owned())));
        query.extend(all.last().and_then(|e| e["id"].as_str()).map(|id| ("starting_after".to_owned(), id.to_owned())));
        let page = account.stripe.get(&ApiRequest { path: "/v1/events".into(), query }).await.into_inner();
        let page = page.map_err(|missing| match missing {
            Missing::Unknown(cause) => cause,
            Missing::NotConfigured(why) => said(why),
        })?;
        let mut page: Value = serde_json::from_slice(&page).map_err(|_| said("the list of events"))?;
        let Value::Array(events) = page["data"].take() else { return Err(said("the list of events")) };
        let more = page["has_more"] == true && !events.is_empty();
        all.extend(events);
        if !more {
            break;
        }
    }
    Ok(all)
}

type Answer = launchcheck_checks::vocab::Observed<<ShotQuestion as launchcheck_checks::vocab::Question>::Answer>;

pub(super) fn reply(question: &ShotQuestion, answer: Answer) -> Result<Reply, Cause> {
    match answer.into_inner() {
        // Whoever counts requests has not looked at this one.
        Ok(Ok(answer)) if answer.status == 429 => Err(Cause::RateLimited),
        Ok(Ok(answer)) => Ok(heard(question, &answer)),
        Ok(Err(failure)) => Err(failure.cause()),
        Err(Missing::Unknown(cause)) => Err(cause),
        Err(Missing::NotConfigured(why)) => Err(said(why)),
    }
}
