//! What Stripe says of the events of the last days, for walls that only robots meet.

use super::{Cx, Produce, billing::Account};
use launchcheck_checks::{
    billing::{facts::Endpoints, feed::ApiRequest},
    vocab::{Cause, Missing, Observed, TargetId},
    webhook::{
        arrivals::{TYPES, count},
        facts::Arrivals,
    },
};

/// What of the account's events is looked at, in seconds.
const RECENT: i64 = 7 * 86_400;
/// Events younger than this may still be on their way.
const IN_FLIGHT: i64 = 3600;

impl Produce for Arrivals {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let account = match Account::of_stripe(at, cx) {
            Ok(account) => account,
            Err(missing) => return missing.into(),
        };
        let (since, until) = (cx.now() - RECENT, cx.now() - IN_FLIGHT);
        let page = |success: &str| {
            let mut query = vec![
                ("limit".to_owned(), "100".to_owned()),
                ("created[gte]".to_owned(), since.to_string()),
                ("created[lte]".to_owned(), until.to_string()),
                ("delivery_success".to_owned(), success.to_owned()),
            ];
            query.extend(TYPES.iter().map(|t| ("types[]".to_owned(), (*t).to_owned())));
            ApiRequest { path: "/v1/events".into(), query }
        };
        let (taken, refused) = (page("true"), page("false"));
        let endpoints = cx.get::<Endpoints>(at).await;
        let (taken, refused) = tokio::join!(account.stripe.get(&taken), account.stripe.get(&refused));
        let number = |page: Observed<Vec<u8>>| {
            page.into_inner()
                .and_then(|p| count(&p).ok_or_else(|| Missing::Unknown(Cause::Parse("the list of events".into()))))
        };
        match (number(taken), number(refused)) {
            (Ok(delivered), Ok(failed)) => Observed::known(Self {
                delivered,
                failed,
                one_endpoint: endpoints.get().is_ok_and(|e| e.list.iter().filter(|e| e.enabled).count() == 1),
            }),
            (Err(missing), _) | (_, Err(missing)) => missing.into(),
        }
    }
}
