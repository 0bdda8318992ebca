//! Facts of webhook routes.

use super::{Cx, Produce};
use launchcheck_checks::{
    vocab::{Observed, Shown, TargetId},
    webhook::{
        differential::Differential,
        facts::{Route, Shots, WebhookPlan},
    },
};

impl Produce for WebhookPlan {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let table = cx.config().webhooks.iter().find(|w| w.name() == at.name);
        let provider = table.map_or_else(Shown::default, |w| w.provider.as_str().into());
        let declared = cx.targets().origin(at).is_some_and(launchcheck_checks::vocab::Origin::is_declared);
        let url = table.map_or_else(|| at.name.clone(), |w| w.url.as_str().to_owned());
        Observed::known(Self { url, provider, declared })
    }
}

impl Produce for Route {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<WebhookPlan>(at).await.get() {
            Ok(plan) => {
                let (plan, token) = (plan.clone(), cx.context().nonce.clone());
                cx.drive(Differential { plan, token, now: cx.now() }).await
            }
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Shots {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<Route>(at).await.get() {
            Ok(route) => route.shots.clone(),
            Err(missing) => missing.into(),
        }
    }
}
