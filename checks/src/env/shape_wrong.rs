//! `env.shape-wrong`
use super::{
    facts::{EnvSet, Production},
    per_entry,
    shape::Wrong,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// A value in production is none that the provider gives out for the variable.
    ///
    /// Medium where it is another of its values, such as the publishable key in place of the secret one;
    /// low where it only does not look like one.
    ///
    /// # Why at launch
    /// The provider refuses it at the first call.
    ///
    /// # Fix
    /// Copy the value again from the provider's dashboard.
    ///
    /// # References
    /// - Stripe keys: <https://docs.stripe.com/keys>; each provider's own page.
    ///
    /// ```pass
    /// production
    /// STRIPE_SECRET_KEY={{sk live}}
    /// HUBSPOT_ACCESS_TOKEN=CKuu1JwvEPf3a9c1d05b
    /// ```
    /// ```fail
    /// production
    /// STRIPE_SECRET_KEY={{pk live}}
    /// ```
    /// ```fail
    /// production
    /// SENDGRID_API_KEY=f3a9c1d05b77e2468ace013579
    /// ```
    "env.shape-wrong" on App, Medium, stage Secret;
    fails "A value is not what the provider gives out"; holds "Values are what their providers give out";
    yields_to "env.key-mode-mismatch";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let owner = crate::providers::by_variable(&e.name).map_or("the provider", |(p, _)| p.name);
            match e.shape.wrong.as_ref()? {
                Wrong::Is(what) => Some((format!("{} holds {what}", e.name), format!("the value that {owner} shows for it"), Severity::Medium)),
                Wrong::IsNone(begin) => {
                    let title = format!("{} does not look like a value of {owner}", e.name);
                    Some((title, format!("the value that {owner} shows for it (it begins with {begin})"), Severity::Low))
                }
            }
        })
    }
}
