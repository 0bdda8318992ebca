//! What is known of each provider, as data: one file a provider, each part optional.
//!
//! Facts here are dated and carry their source. Rules ask the registry; no rule holds a provider's
//! name of its own.

/// One provider.
#[derive(Debug)]
pub struct Provider {
    /// Its id in configuration and reports, such as `stripe`.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What its mail needs in the DNS.
    pub mail: Option<Mail>,
    /// Its environment variables.
    pub env: Option<Env>,
    /// How it signs webhooks.
    pub webhook: Option<Webhook>,
}

/// The mail part.
#[derive(Debug)]
pub struct Mail {
    /// When this was last compared with the source, as `2026-11`.
    pub checked: &'static str,
    /// Where the facts stand.
    pub source: &'static str,
    /// The include that the From domain's own SPF record needs, where it needs one.
    pub apex_include: Option<&'static str>,
    /// DKIM selectors that are the same for every customer; empty where they cannot be guessed.
    pub selectors: &'static [&'static str],
    /// Host names of its SMTP relays (suffixes).
    pub smtp_hosts: &'static [&'static str],
    /// The packages that an app sends through it with.
    pub packages: &'static [&'static str],
}

/// The environment part.
#[derive(Debug)]
pub struct Env {
    /// When this was last compared with the source, as `2026-11`.
    pub checked: &'static str,
    /// Where the facts stand.
    pub source: &'static str,
    /// The variables.
    pub vars: &'static [Var],
    /// The packages whose presence says that the app uses the provider.
    pub packages: &'static [&'static str],
}
/// One variable of a provider.
#[derive(Debug)]
pub struct Var {
    /// The usual name, then the aliases seen.
    pub names: &'static [&'static str],
    /// What it is.
    pub role: Role,
    /// Whether nothing of the provider works without it.
    pub essential: bool,
    /// What values look like: prefixes, each with what it says of the mode.
    pub prefixes: &'static [(&'static str, Mode)],
}
/// What a variable is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Must never reach a browser.
    Secret,
    /// Signs webhooks; as secret as a secret.
    WebhookSecret,
    /// May be public (publishable keys, site keys, DSNs).
    Public,
    /// Neither: an id, a region, an address.
    Plain,
}
/// What a value says of the account's mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Real money, real users.
    Live,
    /// A sandbox.
    Test,
    /// The value does not say.
    Silent,
}
/// The webhook part.
#[derive(Debug)]
pub struct Webhook {
    /// When this was last compared with the source, as `2026-11`.
    pub checked: &'static str,
    /// Where the facts stand.
    pub source: &'static str,
    /// The header that carries the signature.
    pub signature_header: &'static str,
}

/// Every provider.
pub static ALL: &[&Provider] = &[];

/// The provider of this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Provider> {
    ALL.iter().copied().find(|p| p.id == id)
}
