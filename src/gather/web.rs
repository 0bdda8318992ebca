//! Facts of the site: one walk over its redirects, and what it comes to for each question.

use super::{Cx, HasCell, Produce};
use launchcheck_checks::{
    facts::Before,
    tls::facts::HostRole,
    vocab::{DomainName, Fact, Observed, TargetId, TargetKind},
    web::{
        facts::{Front, Home, PlainHttp, Redirects, Sibling, SitePlan},
        matrix::{Matrix, MatrixWalk, MethodWalk, Methods},
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
    crate::survey::sibling(domain).map(|(other, _)| other)
}

impl Produce for Redirects {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<SitePlan>(at).await;
        let plan = match plan.get() {
            Ok(plan) => plan.clone(),
            Err(missing) => return missing.into(),
        };
        Observed::known(cx.drive(RedirectWalk { plan, audited: audited(cx) }).await)
    }
}

/// Every host that is a target of its own.
fn audited<F: Fact>(cx: &Cx<F>) -> Vec<DomainName> {
    cx.targets().of(TargetKind::Host).filter_map(TargetId::domain).collect()
}

impl Produce for Matrix {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<SitePlan>(at).await;
        let walk = match plan.get() {
            Ok(plan) => RedirectWalk { plan: plan.clone(), audited: audited(cx) },
            Err(missing) => return missing.into(),
        };
        // The further hosts need not wait for the site's own: two silences would follow one another.
        let doors = MatrixWalk { walk: walk.clone(), seen: Redirects { chains: Vec::new(), gaps: Vec::new() } };
        let (redirects, _) = tokio::join!(cx.get::<Redirects>(at), cx.drive(doors));
        match redirects.get() {
            Ok(redirects) => Observed::known(cx.drive(MatrixWalk { walk, seen: redirects.clone() }).await),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Methods {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<SitePlan>(at).await;
        let domain = match plan.get() {
            Ok(plan) => plan.domain.registrable(),
            Err(missing) => return missing.into(),
        };
        if !cx.settings().active {
            return Observed::not_configured("not sent: a POST needs --active");
        }
        let is_api = |h: &DomainName| {
            let of = cx.survey().hosts.get(&TargetId::new(TargetKind::Host, h.as_str())).map(|(role, _)| *role);
            of == Some(HostRole::Webhook) || h.as_str().starts_with("api.")
        };
        let hosts: Vec<DomainName> = audited(cx).into_iter().filter(|h| h.is_within(&domain) && is_api(h)).collect();
        if hosts.is_empty() {
            return Observed::not_configured("no host is one that programs talk to");
        }
        Observed::known(cx.drive(MethodWalk { hosts }).await)
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
        // A platform gave it out, with a certificate for that name alone.
        assert_eq!(sibling(&name("acme.vercel.app")), None);
    }
}
