//! The facts of `launchcheck webhook exercise`: business events are sent, one run after another, and
//! what they did is counted in the app's own database.

mod counting;
mod repeats;
mod trial;

use super::{Cx, HasCell, Produce};
use launchcheck_checks::{
    facts::Before,
    vocab::{Cause, Missing, Observed, TargetId},
    webhook::{
        exercise::{Alerted, Applied, Exercise, NOT_EXERCISED, Repeated, SideEffect},
        facts::{Culprit, Reply, Route},
    },
};
use trial::Trial;

impl Produce for Exercise {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let Some(order) = cx.settings().exercise.clone() else { return Observed::not_configured(NOT_EXERCISED) };
        // What refuses every event is told by its own rules; here there would be nothing to see.
        let route = cx.get::<Route>(at).await;
        let refuses_unknown_types = |r: &Route| {
            r.diagnosis.get().is_ok_and(|d| d.culprit.as_ref().is_some_and(|(c, _)| *c == Culprit::Unhandled))
        };
        let unhandled = route.get().is_ok_and(refuses_unknown_types);
        let signed = match route.get().and_then(|r| r.signed.get()) {
            Ok(signed) if unhandled || signed.fresh.as_ref().is_some_and(Reply::is_success) => signed.clone(),
            Ok(_) => return Observed::unknown(Cause::Untold("signed events are not taken".into())),
            Err(missing) => return missing.into(),
        };
        let runs = order.runs.clone();
        let mut trial = match Trial::of(at, cx, order).await {
            Ok(trial) => trial,
            Err(missing) => return missing.into(),
        };
        let first = match trial.calm().await {
            Ok(first) => first,
            Err(cause) => return Observed::unknown(cause),
        };
        let mut done = trial.blank();
        for run in runs {
            done.drills.push(trial.drill(run).await);
        }
        if signed.takes_all {
            done.effect = trial.forged().await;
        }
        done.sent = trial.sent;
        done.left = trial.left(&first).await;
        Observed::known(done)
    }
}

/// A part of what came of it.
async fn part<F>(at: &TargetId, cx: &Cx<F>, of: impl Fn(&Exercise) -> Observed<F>) -> Observed<F>
where
    F: launchcheck_checks::vocab::Fact,
    Exercise: Before<F> + HasCell,
{
    match cx.get::<Exercise>(at).await.get() {
        Ok(exercise) => of(exercise),
        Err(missing) => missing.into(),
    }
}
impl Produce for Repeated {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, Exercise::repeated).await
    }
}
impl Produce for Applied {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, Exercise::applied).await
    }
}
impl Produce for Alerted {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        part(at, cx, Exercise::alerted).await
    }
}
impl Produce for SideEffect {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<Exercise>(at).await.get() {
            Ok(Exercise { effect: Some(effect), .. }) => Observed::known(effect.clone()),
            // Where it could not be found out, the answers alone are judged, as in an audit.
            Ok(_) | Err(Missing::Unknown(_) | Missing::NotConfigured(_)) => Observed::not_configured(NOT_EXERCISED),
        }
    }
}
