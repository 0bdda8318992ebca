//! Facts of hosts: one handshake, and what it shows.

use super::{Cx, Produce};
use crate::config::{Ca, Renewal};
use launchcheck_checks::{
    facts::Before,
    tls::{
        chain::{Roots, chain, key_proof},
        crl::CrlWalk,
        facts::{Certificate, Chain, HostPlan, HostRole, KeyProof, Reach, Revocation, Session, Trust},
        judge::{certificate, hidden_by},
        path::PathWalk,
    },
    vocab::{DomainName, Fact, Missing, Observed, TargetId},
    web::facts::Home,
    wire::{Handshake, HandshakeQuestion},
};

impl Produce for HostPlan {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        // A webhook's host may be named with its port.
        let name = at.name.split(':').next().unwrap_or_default();
        let Ok(host) = DomainName::parse(name) else {
            return Observed::not_configured("an address has no name to judge a certificate by");
        };
        let (role, port) = cx.survey().hosts.get(at).copied().unwrap_or((HostRole::Listed, 443));
        let declared = cx.config().hosts.iter().find(|h| *h.name.get() == host);
        Observed::known(Self {
            port,
            role,
            automatic_renewal: declared.and_then(|d| d.renewal).map(|r| r == Renewal::Auto),
            private_ca: declared.is_some_and(|d| d.ca == Ca::Private),
            host,
        })
    }
}

fn question(plan: &HostPlan) -> HandshakeQuestion {
    HandshakeQuestion { host: plan.host.clone(), port: plan.port }
}

impl Produce for Reach {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<HostPlan>(at).await;
        let plan = match plan.get() {
            Ok(plan) => plan,
            Err(missing) => return missing.into(),
        };
        let question = question(plan);
        let (answer, homes) = tokio::join!(cx.ask(&question), cx.get_linked::<Home>(at));
        // What is not known of the redirects must not make a fault milder.
        let may_be_canonical = homes.iter().any(|(_, home)| match home.get() {
            Ok(home) => home.needs(&plan.host),
            Err(Missing::Unknown(_)) => true,
            Err(Missing::NotConfigured(_)) => false,
        });
        answer.map(|outcome| Self {
            outcome: outcome.map(|shake| Session { version: shake.version, alpn: shake.alpn }),
            may_be_canonical,
        })
    }
}

/// The plan and the handshake of a host, or what is there instead of the fact.
async fn shaken<F>(at: &TargetId, cx: &Cx<F>) -> Result<(HostPlan, Handshake), Observed<F>>
where
    F: Fact,
    HostPlan: Before<F>,
{
    let plan = cx.get::<HostPlan>(at).await;
    let plan = plan.get().map_err(Observed::from)?;
    match cx.ask(&question(plan)).await.into_inner() {
        Ok(Ok(shake)) => Ok((plan.clone(), shake)),
        Ok(Err(failure)) => Err(hidden_by(plan, &failure)),
        Err(missing) => Err(missing.into()),
    }
}

impl Produce for Certificate {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match shaken(at, cx).await {
            Ok((plan, shake)) => certificate(&shake, &plan.host, cx.now()),
            Err(instead) => instead,
        }
    }
}

impl Produce for Trust {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match shaken(at, cx).await {
            Ok((_, shake)) => cx.drive(PathWalk { shake: &shake, roots: cx.roots(), now: cx.now() }).await,
            Err(instead) => instead,
        }
    }
}

fn roots<F: Fact>(cx: &Cx<F>) -> Roots<'_> {
    Roots { all: cx.roots(), given: &cx.context().given_roots }
}

impl Produce for KeyProof {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match shaken(at, cx).await {
            Ok((_, shake)) => key_proof(&shake),
            Err(instead) => instead,
        }
    }
}

impl Produce for Chain {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match shaken(at, cx).await {
            Ok((_, shake)) => Observed::known(chain(&shake, roots(cx), cx.now())),
            Err(instead) => instead,
        }
    }
}

impl Produce for Revocation {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match shaken(at, cx).await {
            Ok((_, shake)) => cx.drive(CrlWalk { shake: &shake, roots: roots(cx), now: cx.now() }).await,
            Err(instead) => instead,
        }
    }
}
