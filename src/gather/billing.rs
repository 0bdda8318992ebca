//! Billing facts: the account, its endpoints, the drift.

use super::{Cx, Produce};
use launchcheck_checks::{
    billing::facts::{Drift, Endpoints},
    vocab::{Cause, Observed, TargetId},
};

impl Produce for Endpoints {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Drift {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}
