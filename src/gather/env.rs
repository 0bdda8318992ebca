//! An app's environment.

use super::{Cx, Produce};
use launchcheck_checks::{
    env::facts::{EnvSet, Production},
    vocab::{Cause, Observed, TargetId},
};

impl Produce for EnvSet {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}

impl Produce for Production {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}
