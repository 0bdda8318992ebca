//! `billing.endpoint-disabled`
use super::facts::Endpoints;
use crate::{
    rule,
    vocab::{Fault, Fix, Severity},
};

rule! {
    /// A registered webhook endpoint is switched off.
    ///
    /// A blocker where nothing else receives the events of this mode.
    ///
    /// # Why at launch
    /// Stripe switches an endpoint off after days without a 2xx answer and drops what it would have
    /// sent. What happened meanwhile is not sent again by itself.
    ///
    /// # Fix
    /// Mend what made it fail, switch it on again, and send the lost events again. Delete it where
    /// it is not used any more.
    ///
    /// # References
    /// <https://docs.stripe.com/webhooks#disable>
    ///
    /// ```pass
    /// endpoint https://acme.test/hook enabled live
    /// ```
    /// ```fail
    /// endpoint https://acme.test/hook disabled live
    /// ```
    /// ```fail
    /// endpoint https://acme.test/hook enabled live
    /// endpoint https://acme.test/old disabled live
    /// ```
    "billing.endpoint-disabled" on Billing, Blocker, stage Subscription;
    fails "A webhook endpoint is switched off"; holds "No webhook endpoint is switched off";
    fn check(endpoints: &Endpoints) -> Verdict {
        let served = endpoints.is_served();
        let flag = endpoints.mode.flag();
        let off = endpoints.list.iter().filter(|e| !e.enabled);
        off.map(|e| {
            let fix = if e.id.as_str().starts_with("we_") {
                Fix::Command(format!("stripe webhook_endpoints update {}{flag} -d disabled=false", e.id).into())
            } else {
                Fix::Command(format!("stripe post /v2/core/event_destinations/{}/enable{flag}", e.id).into())
            };
            let fault = Fault::new(&e.id, format!("{} is registered as {} and disabled", e.place, e.id), fix);
            if served { fault.lowered(Severity::High) } else { fault.titled("The only webhook endpoint is switched off") }
        })
        .collect::<Vec<_>>()
        .into()
    }
}
