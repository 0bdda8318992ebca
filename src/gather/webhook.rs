//! Facts of webhook routes.

use super::{Cx, HasCell, Produce, drive};
use crate::{
    config::EnvName,
    probe::{secret::Secret, webhook::Shooter},
};
use launchcheck_checks::{
    billing::{facts::Endpoints, place},
    code::facts::Hooks,
    facts::Before,
    vocab::{Fact, Missing, Observed, Origin, Shown, TargetId},
    webhook::{
        differential::Differential,
        facts::{
            Arrivals, BotWall, Copies, Diagnosis, Latency, Odd, Payload, Reply, Route, SecretFrom, Shots, Signed, Thin,
            WebhookPlan,
        },
        handling::{Handling, NO_HANDLER},
        refusal::NO_SECRET,
        usual_secrets,
    },
};
use std::time::Duration;

impl Produce for WebhookPlan {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let table = cx.config().webhooks.iter().find(|w| w.name() == at.name);
        let provider = table.map_or_else(Shown::default, |w| w.provider.as_str().into());
        let declared = cx.targets().origin(at).is_some_and(Origin::is_declared);
        let url = table.map_or_else(|| at.name.clone(), |w| w.url.as_str().to_owned());
        let active = cx.settings().active;
        // Nobody's secret is looked for unless it will be used.
        let secret = if active { secret(at, cx) } else { Observed::not_configured(NO_SECRET) };
        let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let thresholds = &cx.config().thresholds;
        Observed::known(Self {
            url,
            provider,
            declared,
            active,
            brief: cx.settings().exercise.is_some(),
            secret,
            budget_ms: ms(thresholds.acknowledgement.0),
            // The slowest may take longer than most, never less.
            budget_p95_ms: ms(thresholds.route_p95.0.max(thresholds.acknowledgement.0)),
        })
    }
}

/// The variable that holds the signing secret, and where it was found: the one that the table names,
/// else the first of the provider's usual ones that is set.
fn secret<F: Fact>(at: &TargetId, cx: &Cx<F>) -> Observed<SecretFrom> {
    match name(at, cx) {
        Ok(name) => cx.secret(&name).map(|(_, source)| SecretFrom {
            name: name.as_str().into(),
            production: source.is_production(cx.settings().ci),
        }),
        Err(missing) => missing.into(),
    }
}
fn name<F: Fact>(at: &TargetId, cx: &Cx<F>) -> Result<EnvName, Missing> {
    let table = cx.config().webhooks.iter().find(|w| w.name() == at.name);
    if let Some(name) = table.and_then(|w| w.secret_env.as_ref()) {
        return Ok(name.get().clone());
    }
    let usual = usual_secrets(table.map_or("", |w| w.provider.as_str()));
    let set = usual.filter_map(|n| EnvName::parse(n).ok()).find(|n| cx.secret(n).get().is_ok());
    set.ok_or(Missing::NotConfigured(NO_SECRET))
}

/// The signing secret itself, for the probe that signs.
pub(super) fn signing_secret<F: Fact>(at: &TargetId, cx: &Cx<F>) -> Option<Secret<String>> {
    let found = name(at, cx).ok().map(|name| cx.secret(&name))?;
    found.into_inner().ok().map(|(value, _)| value)
}

impl Produce for Route {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<WebhookPlan>(at).await.get() {
            Ok(plan) => {
                let (plan, token) = (plan.clone(), cx.context().nonce.clone());
                let secret = if plan.active { signing_secret(at, cx) } else { None };
                let shooter = Shooter { wire: cx.wire(), secret };
                let payload = if plan.active { payload(at, &plan, cx).await } else { Payload::Untold };
                drive(&shooter, &Differential { plan, token, now: cx.now(), payload }).await
            }
            Err(missing) => missing.into(),
        }
    }
}

/// What Stripe says that it sends to the URL, where the account is there to ask.
async fn payload(at: &TargetId, plan: &WebhookPlan, cx: &Cx<Route>) -> Payload {
    if plan.provider.as_str() != "stripe" {
        return Payload::Untold;
    }
    let accounts = cx.get_linked::<Endpoints>(at).await;
    let mut sent = Vec::new();
    for (_, endpoints) in &accounts {
        let Ok(endpoints) = endpoints.get() else { continue };
        let here = endpoints.list.iter().filter(|e| e.enabled && place::is_same(e.place.as_str(), &plan.url));
        sent.extend(here.map(|e| e.thin));
    }
    Payload::of(sent)
}

impl Produce for Handling {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        // The source is read for this only where an unsigned event was answered with a success.
        let taken = |s: &Shots| s.unsigned.as_ref().is_some_and(Reply::is_success);
        if !cx.get::<Shots>(at).await.get().is_ok_and(taken) {
            return Observed::not_configured(NO_HANDLER);
        }
        let plan = cx.get::<WebhookPlan>(at).await;
        let apps = cx.get_linked::<Hooks>(at).await;
        let hooks = apps.iter().filter_map(|(_, h)| h.get().ok());
        let found = plan.get().ok().and_then(|p| Self::of(&p.url, p.provider.as_str(), hooks));
        found.map_or(Observed::not_configured(NO_HANDLER), Observed::known)
    }
}
impl Produce for Thin {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, |r| r.thin.clone()).await
    }
}

/// A part of what the differential found.
async fn part<F>(at: &TargetId, cx: &Cx<F>, of: impl Fn(&Route) -> Observed<F>) -> Observed<F>
where
    F: Fact,
    Route: Before<F> + HasCell,
{
    match cx.get::<Route>(at).await.get() {
        Ok(route) => of(route),
        Err(missing) => missing.into(),
    }
}

impl Produce for Shots {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, |r| r.shots.clone()).await
    }
}
impl Produce for Copies {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, |r| r.copies.clone()).await
    }
}
impl Produce for Diagnosis {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, |r| r.diagnosis.clone()).await
    }
}
impl Produce for Signed {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, |r| r.signed.clone()).await
    }
}
impl Produce for Latency {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, |r| r.latency.clone()).await
    }
}
impl Produce for Odd {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, |r| r.odd.clone()).await
    }
}

impl Produce for BotWall {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let route = cx.get::<Route>(at).await;
        let route = match route.get() {
            Ok(route) => route,
            Err(missing) => return missing.into(),
        };
        // The account is asked only where there is something to decide.
        let mut wall = Self::of(route, None);
        if wall.met.is_some()
            && let Some((_, told)) = cx.get_linked::<Arrivals>(at).await.into_iter().next()
        {
            match told.get() {
                Ok(told) => wall = Self::of(route, Some(told.clone())),
                Err(Missing::Unknown(cause)) => wall.gaps.push(cause),
                Err(Missing::NotConfigured(_)) => {}
            }
        }
        Observed::known(wall)
    }
}
