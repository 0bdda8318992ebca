//! `env.url-preview`
use super::{
    facts::{EnvSet, Production},
    names, per_entry,
    shape::Kind,
};
use crate::{
    providers::preview_host,
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// A base URL in production leads to a preview deployment, or through a tunnel to somebody's machine.
    ///
    /// # Why at launch
    /// Sign-in and payment send customers to a deployment that is deleted with its branch, or that asks
    /// them for a password.
    ///
    /// # Fix
    /// Set it to the address of production.
    ///
    /// # References
    /// - Vercel, generated URLs: <https://vercel.com/docs/deployments/generated-urls>
    ///
    /// ```pass
    /// production
    /// APP_URL=https://acme.test
    /// NEXT_PUBLIC_API_URL=https://acme.vercel.app
    /// ```
    /// ```fail
    /// production
    /// APP_URL=https://acme-git-main-team.vercel.app
    /// ```
    "env.url-preview" on App, Medium;
    fails "A base URL leads to a preview"; holds "No base URL leads to a preview";
    yields_to "web.canonical-disagrees";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let Kind::Url { host, .. } = &e.shape.kind else { return None };
            let whose = preview_host(host.as_str()).filter(|_| names::is_base_url(&e.name))?;
            Some((format!("{} leads to {whose}", e.name), "the https address of production".into(), Severity::Medium))
        })
    }
}
