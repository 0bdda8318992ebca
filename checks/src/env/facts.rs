//! What is known of an app's environment. Values are never here, only their shapes.
use crate::vocab::{Cause, Gaps};

/// The variables of an app, its example file and the names its source reads.
#[derive(Clone, Debug)]
pub struct EnvSet {
    /// What could not be read.
    pub gaps: Vec<Cause>,
}
impl Gaps for EnvSet {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
