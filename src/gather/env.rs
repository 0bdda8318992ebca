//! An app's environment.

use super::{Cx, Produce};
use launchcheck_checks::{
    env::facts::EnvSet,
    vocab::{Cause, Observed, TargetId},
};

impl Produce for EnvSet {
    async fn produce(_at: &TargetId, _cx: &Cx<Self>) -> Observed<Self> {
        Observed::unknown(Cause::NotRecorded)
    }
}
