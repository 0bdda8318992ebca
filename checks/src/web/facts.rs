//! What is known of the site.
use crate::vocab::{Cause, DomainName, Gaps};

/// What the configuration says of the site.
#[derive(Clone, Debug)]
pub struct SitePlan {
    /// The audited domain.
    pub domain: DomainName,
    /// `[site] canonical`: the host that visitors should end on. `None` where nobody said.
    pub canonical: Option<DomainName>,
    /// The other of apex and `www.`, where the domain is a registrable one.
    pub sibling: Option<DomainName>,
}
impl Gaps for SitePlan {}

/// How http and https, apex and www lead to one another.
#[derive(Clone, Debug)]
pub struct Redirects {
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Redirects {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
