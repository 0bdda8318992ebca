//! Facts of hosts.

use super::{Cx, Produce};
use launchcheck_checks::{
    tls::facts::{Certificate, HostPlan, Reach, Trust},
    vocab::{Cause, Observed, TargetId},
};

impl Produce for HostPlan {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Reach {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Certificate {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Trust {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}
