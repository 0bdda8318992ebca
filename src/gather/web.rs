//! Facts of the site: one walk over its redirects, and what it comes to for each question.

use super::{Cx, HasCell, Produce};
use launchcheck_checks::{
    facts::Before,
    vocab::{DomainName, Fact, Observed, TargetId, TargetKind},
    web::{
        facts::{Front, Home, PlainHttp, Redirects, Sibling, SitePlan},
        walk::RedirectWalk,
    },
};

impl Produce for SitePlan {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let Some(domain) = cx.survey().domain.clone().or_else(|| at.domain()) else {
            return Observed::not_configured("no domain is given");
        };
        let site = cx.config().site.as_ref();
        let canonical = site.and_then(|s| s.canonical.as_ref()).map(|c| c.get().clone());
        let sibling = sibling(&domain);
        Observed::known(Self { domain, canonical, sibling })
    }
}

/// The other of apex and `www.`: only a registrable domain has one.
fn sibling(domain: &DomainName) -> Option<DomainName> {
    let apex = domain.registrable();
    let www = apex.child("www")?;
    if *domain == apex { Some(www) } else { (*domain == www).then_some(apex) }
}

impl Produce for Redirects {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<SitePlan>(at).await;
        let plan = match plan.get() {
            Ok(plan) => plan.clone(),
            Err(missing) => return missing.into(),
        };
        let audited = cx.targets().of(TargetKind::Host).filter_map(TargetId::domain).collect();
        Observed::known(cx.drive(RedirectWalk { plan, audited }).await)
    }
}

/// Derives a fact from the plan and the walk.
async fn derive<F>(at: &TargetId, cx: &Cx<F>, of: fn(&SitePlan, &Redirects) -> Observed<F>) -> Observed<F>
where
    F: Fact,
    SitePlan: Before<F> + HasCell,
    Redirects: Before<F> + HasCell,
{
    let (plan, redirects) = (cx.get::<SitePlan>(at).await, cx.get::<Redirects>(at).await);
    match (plan.get(), redirects.get()) {
        (Ok(plan), Ok(redirects)) => of(plan, redirects),
        (Err(missing), _) | (_, Err(missing)) => missing.into(),
    }
}

impl Produce for Home {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        derive(at, cx, Self::of).await
    }
}

impl Produce for Front {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<Home>(at).await.get() {
            Ok(home) => Self::of(home),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Sibling {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        derive(at, cx, Self::of).await
    }
}

impl Produce for PlainHttp {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        derive(at, cx, |plan, redirects| Observed::known(Self::of(plan, redirects))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_registrable_domain_has_a_sibling() {
        let name = |s| DomainName::parse(s).unwrap();
        assert_eq!(sibling(&name("acme.test")), Some(name("www.acme.test")));
        assert_eq!(sibling(&name("www.acme.co.uk")), Some(name("acme.co.uk")));
        assert_eq!(sibling(&name("app.acme.test")), None);
    }
}
