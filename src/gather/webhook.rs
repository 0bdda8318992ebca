//! Facts of webhook routes.

use super::{Cx, Produce};
use launchcheck_checks::{
    vocab::{Cause, Observed, TargetId},
    webhook::facts::{Route, Shots, WebhookPlan},
};

impl Produce for WebhookPlan {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Route {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Shots {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}
