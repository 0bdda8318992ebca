//! `env.test-key-in-production`
use super::{
    facts::{Entry, EnvSet, Production},
    names,
    shape::Kind,
};
use crate::{
    providers::{self, Mode},
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// Production has a key of a provider's test mode or sandbox.
    ///
    /// Test keys in a developer's own files are as they should be. So is one whose name says what it
    /// is, or that stands beside its live twin.
    ///
    /// # Why at launch
    /// Customers pay with real cards and no money comes, sign-ups land in a development instance, or
    /// a dummy captcha key lets every robot in. Nothing fails, so nobody notices.
    ///
    /// # Fix
    /// Switch the provider's dashboard to live mode, copy the live key, set it in production only,
    /// and deploy again.
    ///
    /// # References
    /// - Stripe keys: <https://docs.stripe.com/keys>
    /// - Clerk, going to production: <https://clerk.com/docs/deployments/overview>
    ///
    /// ```pass
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// STRIPE_TEST_SECRET_KEY={{sk test}}
    /// ```
    /// ```pass
    /// production
    /// STRIPE_SECRET_KEY={{sk test}}
    /// STRIPE_SECRET_KEY_LIVE={{sk live}}
    /// ```
    /// ```fail
    /// production
    /// STRIPE_SECRET_KEY={{sk test}}
    /// ```
    "env.test-key-in-production" on App, Blocker, stage Secret;
    fails "Production has a test key"; holds "No test key is in production";
    yields_to "env.key-mode-mismatch";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let left_alone = |e: &&Entry| sets.iter().any(|s| s.ignores(&e.name));
        let mut faults = Vec::new();
        for e in test_keys(production).filter(|e| !left_alone(e)) {
            let owner = e.shape.provider.and_then(providers::by_id).map_or("the provider", |p| p.name);
            let fix = Fix::EnvVar { name: (&e.name).into(), value: format!("the live key of {owner}").into() };
            let mut fault = Fault::new(&e.name, e.evidence(), fix).titled(format!("{} is a test key", e.name));
            fault.at.clone_from(&e.at);
            faults.push(fault);
        }
        faults.into()
    }
}

/// The keys of a test mode that stand where a live one should.
pub(super) fn test_keys(production: &Production) -> impl Iterator<Item = &Entry> {
    let twin = |e: &Entry| {
        production.entries.iter().any(|o| {
            o.shape.mode == Mode::Live && o.shape.provider == e.shape.provider && names::is_live_twin(&e.name, &o.name)
        })
    };
    production.entries.iter().filter(move |e| {
        let real = !matches!(e.shape.kind, Kind::Placeholder(_));
        e.shape.mode == Mode::Test && real && !names::says_test(&e.name) && !twin(e)
    })
}
