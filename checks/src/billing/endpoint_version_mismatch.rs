//! `billing.endpoint-version-mismatch`
use super::facts::Endpoints;
use crate::{
    rule,
    vocab::{Fault, Fix, Verdict},
};

rule! {
    /// An endpoint sends events in the shape of one side of 2025-03-31, and the app's Stripe package is made
    /// for the other.
    ///
    /// The version of an endpoint is fixed when it is made; `stripe` 18 of npm is the first that is made for
    /// 2025-03-31.
    ///
    /// # Why at launch
    /// On that day the end of the period and the subscription of an invoice moved. Code for one side reads
    /// nothing from events of the other, and writes NULL without an error.
    ///
    /// # Fix
    /// Make a new endpoint in the version of the package, move the secret over, and delete the old one.
    ///
    /// # References
    /// <https://docs.stripe.com/changelog/basil>
    ///
    /// ```pass
    /// sdk 23.1.0
    /// endpoint https://acme.test/hook enabled live * 2026-10-28.endive
    /// ```
    /// ```pass
    /// sdk 17.7.0
    /// endpoint https://acme.test/hook enabled live * 2024-06-20
    /// ```
    /// ```fail
    /// sdk 23.1.0
    /// endpoint https://acme.test/hook enabled live * 2024-06-20
    /// ```
    /// ```fail
    /// sdk 17.7.0
    /// endpoint https://acme.test/hook enabled live * 2026-10-28.endive
    /// ```
    "billing.endpoint-version-mismatch" on Billing, Medium, stage Subscription;
    fails "Events come in a shape that the app was not made for"; holds "Events come in the shape that the app was made for";
    fn check(endpoints: &Endpoints) -> Verdict {
        let Some(sdk) = &endpoints.sdk else {
            return Verdict::not_applicable("no package.json names a version of stripe");
        };
        let after = sdk.major >= FIRST_MAJOR;
        let wrong = endpoints.list.iter().filter(|e| endpoints.serves(e)).filter_map(|e| {
            let version = e.version.as_ref()?;
            ((version.as_str() >= LINE) != after).then_some((e, version))
        });
        wrong
            .map(|(e, version)| {
                let side = if after { "from 2025-03-31 on" } else { "until 2025-03-31" };
                let fix = Fix::steps([
                    format!("stripe webhook_endpoints create{} --url {} -d api_version=VERSION", endpoints.mode.flag(), e.place),
                    format!("Put the new secret into the app, then: stripe webhook_endpoints delete {}", e.id),
                ]);
                let fault = Fault::new(&e.id, format!("{} sends events of {version}", e.place), fix);
                fault.and_saw(format!("stripe {} in package.json is made for versions {side}", sdk.shown))
            })
            .collect::<Vec<_>>()
            .into()
    }
}

/// The first version whose periods stand on the items.
const LINE: &str = "2025-03-31";
/// The first major version of the package that is made for it (github.com/stripe/stripe-node, CHANGELOG, 18.0.0).
const FIRST_MAJOR: u32 = 18;
