//! `billing.endpoint-elsewhere`
use super::{
    endpoint_missing::register,
    facts::{Endpoints, KeyMode},
    place::Standing,
};
use crate::{
    rule,
    vocab::{Fault, Fix, Severity},
};

rule! {
    /// A webhook endpoint leads to a laptop, a tunnel or a preview deployment.
    ///
    /// A blocker in live mode where no other endpoint receives the events; else for information.
    ///
    /// # Why at launch
    /// Previews are deleted and tunnels closed, and with them every event of a real payment is lost.
    ///
    /// # Fix
    /// Register the production URL and delete this endpoint.
    ///
    /// # References
    /// <https://docs.stripe.com/webhooks#register-webhook>
    ///
    /// ```pass
    /// endpoint https://acme.test/hook enabled live
    /// ```
    /// ```pass
    /// endpoint https://hooks.zapier.com/hooks/catch/1/2 enabled live
    /// ```
    /// ```fail
    /// endpoint http://localhost:3000/hook enabled live
    /// ```
    /// ```fail
    /// endpoint https://acme.test/hook enabled live
    /// endpoint https://acme-git-main.vercel.app/hook enabled live
    /// ```
    "billing.endpoint-elsewhere" on Billing, Blocker, stage Subscription;
    fails "The webhook endpoint leads to a preview or a laptop"; holds "Every webhook endpoint leads to a public host";
    fn check(endpoints: &Endpoints) -> Verdict {
        let harmless = endpoints.is_served() || endpoints.mode == KeyMode::Test;
        let flag = endpoints.mode.flag();
        let away = endpoints.list.iter().filter(|e| e.enabled && !e.standing.is_public());
        away.map(|e| {
            let fix = if harmless && e.id.as_str().starts_with("we_") {
                Fix::Command(format!("stripe webhook_endpoints delete {}{flag}", e.id).into())
            } else {
                register(endpoints.mode)
            };
            let what = if e.standing == Standing::Nowhere { "has" } else { "leads to" };
            let fault = Fault::new(&e.id, format!("{} {what} {}", e.place, e.standing.words()), fix);
            if harmless { fault.lowered(Severity::Info) } else { fault }
        })
        .collect::<Vec<_>>()
        .into()
    }
}
