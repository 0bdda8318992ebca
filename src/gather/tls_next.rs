//! Facts about what comes: renewals, the registration of the domain, and this machine's clock.

use super::{Cx, HasCell, Produce};
use launchcheck_checks::{
    dns::{caa::CaaWalk, dnssec::DnssecWalk, facts::HostDns},
    facts::Before,
    tls::{
        ari::{self, AriWalk, Suggested},
        challenge::{self, Challenge, ChallengeWalk, View},
        clock::{Clock, Told, clock},
        facts::{Certificate, HostPlan},
        host_dnssec::{HostDnssec, judged, zones},
        registration::{Registration, RegistrationWalk, Standing},
        renewal_caa::{ForName, RenewalCaa, names},
        upkeep::{Upkeep, edge},
    },
    vocab::{Cause, DomainName, Fact, Missing, Observed, TargetId, TargetKind},
    web::facts::{Redirects, SitePlan},
    wire::{HandshakeQuestion, HttpQuestion, PageQuestion},
};
use std::{collections::BTreeSet, sync::Arc};
use url::Url;

/// The first second of the day of the launch, in UTC.
pub(super) fn launch<F: Fact>(cx: &Cx<F>) -> Option<i64> {
    let date = *cx.config().site.as_ref()?.launch_date.as_ref()?.get();
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

impl Produce for Registration {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let Some(domain) = at.domain().map(|d| d.registrable()) else {
            return Observed::not_configured("an address is registered with nobody");
        };
        let service = cx.settings().rdap.as_ref().map(ToString::to_string);
        cx.drive(RegistrationWalk { domain, service, launch: launch(cx), now: cx.now() }).await
    }
}

impl Produce for Standing {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<Registration>(at).await.get() {
            Ok(registration) => Observed::known(Self(registration.clone())),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Clock {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<SitePlan>(at).await;
        let plan = match plan.get() {
            Ok(plan) => plan,
            Err(missing) => return missing.into(),
        };
        // The visits are made by then, so that these are answered from the run's own memory.
        cx.get::<Redirects>(at).await;
        let mut told = Vec::new();
        for host in plan.hosts() {
            // By these, two names of one server are told.
            let at = match cx.wire().dialer.route(host.as_str(), 443, true).await.into_inner() {
                Ok(Ok(route)) => route.sorted().into_iter().collect(),
                _ => BTreeSet::new(),
            };
            for scheme in ["https", "http"] {
                let answer = cx.ask(&HttpQuestion::get(format!("{scheme}://{host}/"))).await;
                let answer = answer.get().ok().and_then(|a| a.as_ref().ok());
                told.extend(answer.and_then(|a| Told::of(host, a, at.clone())));
            }
        }
        let wire = cx.wire();
        let took = cx.settings().deadline.saturating_sub(wire.time.deadline.left());
        clock(told, cx.now(), cx.now() + i64::try_from(took.as_secs()).unwrap_or(0) + 1)
    }
}

impl Produce for HostDnssec {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<HostPlan>(at).await;
        let plan = match plan.get() {
            Ok(plan) => plan,
            Err(missing) => return missing.into(),
        };
        if plan.host.is_address() {
            return Observed::not_configured("an address stands in no zone");
        }
        let walks = zones(&plan.host).into_iter().map(|apex| cx.drive(DnssecWalk { apex, now: cx.now() }));
        judged(futures_util::future::join_all(walks).await)
    }
}

/// The plan and the certificate of a host, or what is there instead of the fact.
async fn served<F>(
    at: &TargetId,
    cx: &Cx<F>,
) -> Result<(Arc<Observed<HostPlan>>, Arc<Observed<Certificate>>), Observed<F>>
where
    F: Fact,
    HostPlan: Before<F> + HasCell,
    Certificate: Before<F> + HasCell,
{
    let (plan, cert) = tokio::join!(cx.get::<HostPlan>(at), cx.get::<Certificate>(at));
    plan.get().map_err(Observed::from)?;
    cert.get().map_err(Observed::from)?;
    Ok((plan, cert))
}

impl Produce for Upkeep {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        // A certificate that was seen before the handshake was refused is renewed like any other.
        let (shaken, led) = tokio::join!(super::tls::shaken(at, cx), cx.get::<HostDns>(at));
        // What of its addresses is not known cannot make it a platform's.
        let edge = led.get().ok().and_then(edge).map(|p| p.name.into());
        match shaken {
            Ok((_, shake)) => Observed::known(Self::of(&shake, edge)),
            Err(instead) => instead,
        }
    }
}

impl Produce for Suggested {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        const NONE: Observed<Suggested> =
            Observed::not_configured("the certificate's authority suggests no time for renewals (ARI)");
        let (plan, cert) = match served(at, cx).await {
            Ok(both) => both,
            Err(instead) => return instead,
        };
        let (Ok(plan), Ok(cert)) = (plan.get(), cert.get()) else { return NONE };
        let Some(directory) = ari::directory(cert.issuer_organisation.as_str()) else { return NONE };
        if plan.private_ca || cert.is_expired() || cert.is_early() {
            return NONE;
        }
        let question = HandshakeQuestion { host: plan.host.clone(), port: plan.port };
        let shaken = cx.ask(&question).await;
        let id = shaken.get().ok().and_then(|s| s.as_ref().ok()).and_then(ari::id);
        match id {
            Some(id) => cx.drive(AriWalk { directory, id }).await,
            None => NONE,
        }
    }
}

impl Produce for RenewalCaa {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (plan, cert) = match served(at, cx).await {
            Ok(both) => both,
            Err(instead) => return instead,
        };
        let (Ok(plan), Ok(cert)) = (plan.get(), cert.get()) else {
            return Observed::unknown(Cause::NotRecorded);
        };
        if plan.host.is_address() {
            return Observed::not_configured("of an address no CAA records are asked");
        }
        // Of an authority that is not known nothing is asked: nothing could be judged.
        if plan.private_ca || launchcheck_checks::dns::caa::names_of(cert.issuer_organisation.as_str()).is_none() {
            return Observed::known(Self { sets: Vec::new(), gaps: Vec::new() });
        }
        let walks = names(&plan.host, cert).into_iter().map(|(host, wildcard)| async move {
            let name = if wildcard { format!("*.{host}") } else { host.to_string() };
            let caa = cx.drive(CaaWalk { host }).await;
            caa.into_inner().map(|caa| ForName { name, wildcard, caa })
        });
        let (mut sets, mut gaps) = (Vec::new(), Vec::new());
        for made in futures_util::future::join_all(walks).await {
            match made {
                Ok(set) => sets.push(set),
                Err(Missing::Unknown(cause)) => gaps.push(cause),
                Err(Missing::NotConfigured(_)) => {}
            }
        }
        Observed::known(Self { sets, gaps })
    }
}

impl Produce for Challenge {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (plan, cert) = match served(at, cx).await {
            Ok(both) => both,
            Err(instead) => return instead,
        };
        let (upkeep, caa, led) = tokio::join!(cx.get::<Upkeep>(at), cx.get::<RenewalCaa>(at), cx.get::<HostDns>(at));
        let (Ok(plan), Ok(cert)) = (plan.get(), cert.get()) else {
            return Observed::unknown(Cause::NotRecorded);
        };
        if plan.host.is_address() {
            return Observed::not_configured("an address has no name that could lead elsewhere");
        }
        let upkeep = match upkeep.get() {
            Ok(upkeep) => upkeep,
            Err(missing) => return missing.into(),
        };
        let caa = caa.get().ok();
        if let Some(why) = challenge::not_used(plan, cert, upkeep, caa) {
            return Observed::not_configured(why);
        }
        let led = match led.get() {
            Ok(led) => led,
            Err(missing) => return missing.into(),
        };
        let text = format!("http://{}/.well-known/acme-challenge/launchcheck-{}", plan.host, cx.context().nonce);
        let Ok(url) = Url::parse(&text) else { return Observed::unknown(Cause::Parse("the host name".into())) };
        let mut made = Self {
            // Without the random word, which differs from run to run.
            url: format!("http://{}/.well-known/acme-challenge/…", plan.host).into(),
            views: Vec::new(),
            end: None,
            only_way: challenge::is_only_way(cert, caa),
            gaps: led.gaps.clone(),
        };
        // Authorities ask one address of a kind, IPv6 first.
        let first = |six: bool| led.addresses.iter().copied().find(|a| a.is_ipv6() == six);
        let asked = [first(true), first(false)].into_iter().flatten().map(|address| {
            let question = PageQuestion { at: Some(address), most: 1 << 16, ..PageQuestion::of(url.as_str()) };
            async move { (address, cx.ask(&question).await) }
        });
        let mut onward = None;
        for (address, answer) in futures_util::future::join_all(asked).await {
            match answer.into_inner() {
                Ok(said) => {
                    let view = View::of(address, said);
                    onward = onward.or_else(|| view.said.as_ref().ok().map(|(_, to)| to.clone()));
                    made.views.push(view);
                }
                Err(Missing::Unknown(cause)) => made.gaps.push(cause),
                Err(Missing::NotConfigured(_)) => {}
            }
        }
        if let Some(Some(location)) = onward {
            let audited: Vec<DomainName> = cx.targets().of(TargetKind::Host).filter_map(TargetId::domain).collect();
            match cx.drive(ChallengeWalk { url, location, audited }).await {
                Ok(end) => made.end = Some(end),
                Err(cause) => made.gaps.push(cause),
            }
        }
        Observed::known(made)
    }
}
