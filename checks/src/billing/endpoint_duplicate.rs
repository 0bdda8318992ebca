//! `billing.endpoint-duplicate`
use super::facts::Endpoints;
use crate::{
    rule,
    vocab::{Fault, Fix},
};

rule! {
    /// Several enabled endpoints lead to the same URL.
    ///
    /// # Why at launch
    /// Each sends every event, and each has a secret of its own: the handler gets everything twice, and half
    /// of it with a signature that does not fit.
    ///
    /// # Fix
    /// Keep the endpoint whose secret the app has, and delete the others.
    ///
    /// # References
    /// <https://docs.stripe.com/webhooks#register-webhook>
    ///
    /// ```pass
    /// endpoint https://acme.test/hook enabled live
    /// ```
    /// ```pass
    /// endpoint https://acme.test/hook enabled live
    /// endpoint https://acme.test/other enabled live
    /// ```
    /// ```fail
    /// endpoint https://acme.test/hook enabled live
    /// endpoint https://acme.test/hook enabled live
    /// ```
    "billing.endpoint-duplicate" on Billing, Medium, stage Subscription;
    fails "Several webhook endpoints lead to the same URL"; holds "Every webhook endpoint has a URL of its own";
    fn check(endpoints: &Endpoints) -> Verdict {
        let flag = endpoints.mode.flag();
        let again = endpoints.list.iter().enumerate().filter(|(n, e)| {
            let earlier = &endpoints.list[..*n];
            let shares = |o: &&super::facts::Endpoint| o.events.iter().any(|k| e.hears(k.as_str())) || e.events.iter().any(|k| o.hears(k.as_str()));
            e.enabled && e.url != 0 && earlier.iter().any(|o| o.enabled && o.url == e.url && shares(&o))
        });
        again
            .map(|(_, e)| {
                let fix = if e.id.as_str().starts_with("ed_") {
                    format!("stripe delete /v2/core/event_destinations/{}{flag}", e.id)
                } else {
                    format!("stripe webhook_endpoints delete {}{flag}", e.id)
                };
                let fix = Fix::Command(fix.into());
                Fault::new(&e.id, format!("{} leads to {}, as an earlier endpoint does", e.id, e.place), fix)
            })
            .collect::<Vec<_>>()
            .into()
    }
}
