//! Facts of what stands in front of hosts, and of what the site's HSTS means for the names below it.

use super::{Cx, Produce};
use futures_util::future::join_all;
use launchcheck_checks::{
    tls::{
        edge::{Doorway, DoorwayWalk},
        facts::{Certificate, HostPlan, HostRole, Reach, Trust},
        hsts::{Cut, Lockout, Preload, insisting, refused, served},
        judge::hidden_by,
    },
    vocab::{Cause, DomainName, Missing, Observed, TargetId},
    web::{
        facts::{Hop, Redirects, SitePlan},
        walk::hop,
    },
    wire::HttpQuestion,
};

impl Produce for Doorway {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (plan, reach) = (cx.get::<HostPlan>(at).await, cx.get::<Reach>(at).await);
        let (plan, reach) = match (plan.get(), reach.get()) {
            (Ok(plan), Ok(reach)) => (plan, reach),
            (Err(missing), _) | (_, Err(missing)) => return missing.into(),
        };
        if let Err(failure) = &reach.outcome {
            return hidden_by(plan, failure);
        }
        // What speaks TLS and ends the connection at a request has no front door.
        let walk = DoorwayWalk { host: plan.host.clone(), port: plan.port };
        cx.drive(walk).await.map(Result::unwrap_or_default)
    }
}

impl Produce for Preload {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (plan, redirects) = (cx.get::<SitePlan>(at).await, cx.get::<Redirects>(at).await);
        match (plan.get(), redirects.get()) {
            (Ok(plan), Ok(redirects)) => Self::of(plan, redirects),
            (Err(missing), _) | (_, Err(missing)) => missing.into(),
        }
    }
}

impl Produce for Lockout {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let redirects = cx.get::<Redirects>(at).await;
        let redirects = match redirects.get() {
            Ok(redirects) => redirects,
            Err(missing) => return missing.into(),
        };
        let insisting = insisting(redirects);
        if insisting.is_empty() {
            return match redirects.gaps.first() {
                Some(cause) => Observed::unknown(cause.clone()),
                None => Observed::not_configured("no header is about the names below"),
            };
        }
        let plans = cx.get_linked::<HostPlan>(at).await;
        let below = plans.iter().filter_map(|(target, plan)| {
            // What nobody declared is nobody's need; `web.plain-http-open` speaks of such a www.
            let needed = |p: &&HostPlan| !p.private_ca && p.role != HostRole::InferredWww;
            let plan = plan.get().ok().filter(needed)?;
            let by = insisting.iter().find(|(by, _)| *by != plan.host && plan.host.is_within(by))?;
            Some((target, plan, by))
        });
        let looked = join_all(below.map(|(target, plan, (by, header))| async move {
            let locked = locked_out(target, &plan.host, cx).await?;
            Ok(locked.map(|(why, by_certificate, page)| Cut {
                host: plan.host.clone(),
                why,
                by_certificate,
                page,
                by: by.clone(),
                header: header.clone(),
            }))
        }))
        .await;
        let mut out = Self { cut: Vec::new(), gaps: Vec::new() };
        for found in looked {
            match found {
                Ok(cut) => out.cut.extend(cut),
                Err(cause) => out.gaps.push(cause),
            }
        }
        out.gaps.sort();
        out.gaps.dedup();
        Observed::known(out)
    }
}

type LockedOut = Option<(launchcheck_checks::vocab::Shown, bool, Hop)>;

/// Why browsers refuse the host's https, whether for its certificate, and the page it serves over plain http; asked only where
/// its https is refused.
async fn locked_out(target: &TargetId, host: &DomainName, cx: &Cx<Lockout>) -> Result<LockedOut, Cause> {
    let (reach, cert, trust) =
        tokio::join!(cx.get::<Reach>(target), cx.get::<Certificate>(target), cx.get::<Trust>(target));
    let why = match refused(&reach, &cert, &trust) {
        Ok(Some(why)) => why,
        Ok(None) | Err(Missing::NotConfigured(_)) => return Ok(None),
        Err(Missing::Unknown(cause)) => return Err(cause),
    };
    let question = HttpQuestion::get(format!("http://{host}/"));
    match cx.ask(&question).await.into_inner() {
        Ok(Ok(answer)) => {
            let page = question.parsed().and_then(|url| served(hop(&url, &answer)));
            let by_certificate = reach.get().is_ok_and(|r| r.outcome.is_ok());
            Ok(page.map(|page| (why, by_certificate, page)))
        }
        Ok(Err(_)) | Err(Missing::NotConfigured(_)) => Ok(None),
        Err(Missing::Unknown(cause)) => Err(cause),
    }
}
