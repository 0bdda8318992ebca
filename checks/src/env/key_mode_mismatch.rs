//! `env.key-mode-mismatch`
use super::{
    facts::{Entry, EnvSet, Production},
    shape::Kind,
    test_key_in_production::test_keys,
};
use crate::{
    providers::{self, Mode, Role},
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// The secret and the publishable key of one provider are of different modes.
    ///
    /// # Why at launch
    /// The browser creates a payment in one mode and the server looks for it in the other: every
    /// checkout and every sign-in ends in "no such …".
    ///
    /// # Fix
    /// Copy both keys from the same page of the dashboard, in live mode.
    ///
    /// # References
    /// - Stripe, test mode and live mode: <https://docs.stripe.com/keys#test-live-modes>
    ///
    /// ```pass
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY={{pk live}}
    /// CLERK_SECRET_KEY={{sk test}}
    /// NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY={{pk test}}
    /// ```
    /// ```fail
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY={{pk test}}
    /// ```
    "env.key-mode-mismatch" on App, Blocker, stage Secret;
    fails "Two keys of one provider are of different modes"; holds "The keys of each provider are of one mode";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let left_alone = |e: &Entry| sets.iter().any(|s| s.ignores(&e.name));
        let mut faults = Vec::new();
        for test in test_keys(production).filter(|e| !left_alone(e)) {
            let partner = match test.shape.role {
                Role::Public => Role::Secret,
                Role::Secret => Role::Public,
                _ => continue,
            };
            let live = production.entries.iter().find(|o| {
                let real = !matches!(o.shape.kind, Kind::Placeholder(_));
                o.shape.provider == test.shape.provider && o.shape.role == partner && o.shape.mode == Mode::Live && real && !left_alone(o)
            });
            let (Some(live), Some(provider)) = (live, test.shape.provider.and_then(providers::by_id)) else { continue };
            let fix = Fix::EnvVar { name: (&test.name).into(), value: format!("the live key of {}, from the account of {}", provider.name, live.name).into() };
            let mut fault = Fault::new(&test.name, test.evidence(), fix)
                .and_saw(live.evidence())
                .titled(format!("{} is a test key and {} is a live one", test.name, live.name));
            fault.at.clone_from(&test.at);
            faults.push(fault);
        }
        faults.into()
    }
}
