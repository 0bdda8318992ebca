//! What is known of a host that serves TLS.
use crate::vocab::{DomainName, Gaps};

/// What a host is to the product.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostRole {
    /// The canonical name of the site, or its apex.
    Canonical,
    /// Declared in a `[[host]]` table.
    Listed,
    /// The host of a declared webhook URL.
    Webhook,
    /// The `www.` in front of the apex (or the apex behind it), which nobody declared.
    InferredWww,
    /// Named by a base URL in the environment.
    FromEnv,
}
/// What the configuration says of a host.
#[derive(Clone, Debug)]
pub struct HostPlan {
    /// The name.
    pub host: DomainName,
    /// The port, 443 unless a webhook URL names another.
    pub port: u16,
    /// What it is to the product.
    pub role: HostRole,
    /// Whether its certificate is renewed by a machine; `None` where nobody said.
    pub automatic_renewal: Option<bool>,
    /// Whether `ca = "private"`.
    pub private_ca: bool,
}
impl Gaps for HostPlan {}

/// The certificate chain that a host serves, judged.
#[derive(Clone, Debug)]
pub struct Certificate {}
impl Gaps for Certificate {}
