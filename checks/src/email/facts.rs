//! What is known of a domain that mail is sent from.
use crate::vocab::{Cause, DomainName, Gaps, Place, Selector, Shown};

/// What the configuration and the environment say of mail from this domain.
#[derive(Clone, Debug)]
pub struct MailPlan {
    /// The domain.
    pub domain: DomainName,
    /// Whether `[email] from` names an address of this domain.
    pub declared: bool,
    /// Who sends, and what that rests on.
    pub senders: Vec<Sender>,
    /// Whether `[email] bulk = true`.
    pub bulk: bool,
    /// Whether `[email] receives = true`.
    pub receives: bool,
    /// `[email] dkim-selectors`.
    pub selectors: Vec<(Selector, Option<Place>)>,
    /// `[email] return-paths`.
    pub return_paths: Vec<DomainName>,
}
/// A service that sends mail for the domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The id of a provider in [`crate::providers`], or the name given in the configuration.
    pub provider: Shown,
    /// What the inference rests on: "[email] providers", "RESEND_API_KEY in .env.production:3".
    pub because: Shown,
    /// The line it rests on.
    pub at: Option<Place>,
}
impl Gaps for MailPlan {}

/// The SPF records of a domain and the tree behind them.
#[derive(Clone, Debug)]
pub struct Spf {
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Spf {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// The DMARC policy in force for a domain.
#[derive(Clone, Debug)]
pub struct Dmarc {
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Dmarc {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// The DKIM keys at the selectors that are known.
#[derive(Clone, Debug)]
pub struct Dkim {
    /// What could not be seen.
    pub gaps: Vec<Cause>,
}
impl Gaps for Dkim {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// Where mail to the domain goes.
#[derive(Clone, Debug)]
pub struct Mx {}
impl Gaps for Mx {}
