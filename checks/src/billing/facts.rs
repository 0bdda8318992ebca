//! What is known of billing: the account's endpoints and the drift.
use crate::vocab::{Cause, Gaps};

/// Where the account sends its events.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Endpoints {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// The differences between provider and database, counted, with the worst of each class.
#[derive(Clone, Debug)]
pub struct Drift {
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Drift {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
