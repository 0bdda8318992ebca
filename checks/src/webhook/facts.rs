//! What is known of a webhook route.
use crate::vocab::{Cause, Gaps, Shown};

/// What the configuration says of a webhook.
#[derive(Clone, Debug)]
pub struct WebhookPlan {
    /// The URL, normalised.
    pub url: String,
    /// The provider's id, such as `stripe`.
    pub provider: Shown,
    /// Whether a person declared it; only then are the unsigned and the forged POST sent.
    pub declared: bool,
}
impl Gaps for WebhookPlan {}

/// What the route answered to the differential.
#[derive(Clone, Debug)]
pub struct Route {
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Route {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
