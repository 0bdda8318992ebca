//! Facts of the site.

use super::{Cx, Produce};
use launchcheck_checks::{
    vocab::{Cause, Observed, TargetId},
    web::facts::{Front, Home, PlainHttp, Redirects, Sibling, SitePlan},
};

impl Produce for SitePlan {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Redirects {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Home {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Front {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Sibling {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for PlainHttp {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}
