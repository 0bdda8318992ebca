//! Facts of the zone: its servers asked one by one, its signatures, and where its names lead.

use super::{Cx, Produce};
use futures_util::future::join_all;
use launchcheck_checks::{
    dns::{
        alias_walk::{AliasWalk, names_below},
        caa::CaaWalk,
        dnssec::DnssecWalk,
        existence::{Existence, ExistenceWalk},
        facts::{Aliases, Caa, Dnssec, HostDns, Zone, ZoneViews},
        views::AuthorityWalk,
        zone_walk::ZoneWalk,
    },
    email::{
        facts::MailPlan,
        setup::{SenderSetup, SpotState},
    },
    vocab::{Answers, Cause, DomainName, Missing, Observed, TargetId, TargetKind},
    wire::{DnsQuestion, RecordKind},
};
use std::collections::BTreeSet;

/// A zone is named by a domain; the survey makes no other.
fn domain(at: &TargetId) -> Result<DomainName, Cause> {
    at.domain().ok_or_else(|| Cause::Parse("the target is not named by a domain".into()))
}

impl Produce for Zone {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let of = |kind| cx.targets().linked(at, kind).filter_map(TargetId::domain);
        let names = of(TargetKind::Site).chain(of(TargetKind::Mail)).collect();
        match domain(at) {
            Ok(domain) => cx.drive(ZoneWalk { domain, names }).await,
            Err(c) => Observed::unknown(c),
        }
    }
}

/// The names whose records are compared besides the zone's own: the aliases of the hosts, and what
/// mail needs.
async fn compared(at: &TargetId, cx: &Cx<ZoneViews>) -> Vec<(DomainName, RecordKind)> {
    let mut names = BTreeSet::new();
    let apex = at.domain();
    let hosts = cx.targets().linked(at, TargetKind::Host).filter_map(TargetId::domain);
    names.extend(hosts.filter(|h| Some(h) != apex.as_ref()).map(|h| (h, RecordKind::Cname)));
    for (_, plan) in cx.get_linked::<MailPlan>(at).await {
        let Ok(plan) = plan.get() else { continue };
        names.extend(plan.domain.child("_dmarc").map(|n| (n, RecordKind::Txt)));
        let keys = plan.selectors.iter().filter_map(|(s, _)| s.at(&plan.domain));
        names.extend(keys.map(|n| (n, RecordKind::Txt)));
        let paths = plan.return_paths.iter().chain([&plan.domain]).filter(|n| Some(*n) != apex.as_ref());
        names.extend(paths.flat_map(|n| [(n.clone(), RecordKind::Mx), (n.clone(), RecordKind::Txt)]));
    }
    names.into_iter().collect()
}

impl Produce for ZoneViews {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let zone = cx.get::<Zone>(at).await;
        let zone = match zone.get() {
            Ok(zone) => zone,
            Err(missing) => return missing.into(),
        };
        let names = compared(at, cx).await;
        let views = join_all(zone.all().map(|zone| views(cx, zone, &names))).await;
        let mut views = views.into_iter();
        match views.next() {
            Some(first) => Observed::known(views.fold(first, Self::with)),
            None => Observed::unknown(Cause::NotRecorded),
        }
    }
}

/// One zone as each of its servers has it.
async fn views(cx: &Cx<ZoneViews>, zone: &Zone, names: &[(DomainName, RecordKind)]) -> ZoneViews {
    let walk = AuthorityWalk { zone, names };
    let said = cx.drive(walk.clone()).await;
    let asked: BTreeSet<DnsQuestion> = said.keys().map(|q| DnsQuestion::new(q.name.clone(), q.kind)).collect();
    let public = join_all(asked.into_iter().map(|q| async move {
        let answer = cx.ask(&q).await;
        (q, answer)
    }));
    let public: Answers<DnsQuestion> = public.await.into_iter().collect();
    ZoneViews::of(&walk, &said, &public)
}

impl Produce for Dnssec {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        // A resolver that does not answer will not answer this either. SERVFAIL is another matter: so
        // a resolver that validates tells of broken signatures.
        match cx.get::<Zone>(at).await.get() {
            Err(Missing::Unknown(cause)) if cause != Cause::Servfail => return Observed::unknown(cause),
            Err(missing @ Missing::NotConfigured(_)) => return missing.into(),
            _ => {}
        }
        match domain(at) {
            Ok(domain) => cx.drive(DnssecWalk { apex: domain, now: cx.now() }).await,
            Err(c) => Observed::unknown(c),
        }
    }
}

impl Produce for Existence {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let apex = match domain(at) {
            Ok(domain) => domain,
            Err(c) => return Observed::unknown(c),
        };
        if apex.is_lent() {
            return Observed::not_configured("the name lies in the zone of its platform");
        }
        let mut below = Vec::new();
        for (mail, plan) in cx.get_linked::<MailPlan>(at).await {
            let Ok(plan) = plan.get() else { continue };
            if plan.domain == apex || !(plan.sends() || plan.is_set()) {
                continue;
            }
            // Where a key or a return path stands below it, the name is there, whatever its server says.
            let setup = cx.get::<SenderSetup>(&mail).await;
            if setup.get().is_ok_and(|s| s.spots.iter().all(|s| s.state != SpotState::Right)) {
                below.push(plan.domain.clone());
            }
        }
        cx.drive(ExistenceWalk { apex, below }).await
    }
}

impl Produce for Aliases {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        if let Err(missing @ Missing::NotConfigured(_)) = cx.get::<Zone>(at).await.get() {
            return missing.into();
        }
        match domain(at) {
            Ok(domain) => cx.drive(AliasWalk { names: names_below(&domain) }).await,
            Err(c) => Observed::unknown(c),
        }
    }
}

/// A host may be named with its port; an address has no records.
fn host(at: &TargetId) -> Option<DomainName> {
    // An address of the sixth version has colons too, and nothing before them is a name.
    if at.name.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    DomainName::parse(at.name.split(':').next().unwrap_or_default()).ok()
}

impl Produce for HostDns {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let Some(host) = host(at) else { return Observed::not_configured("an address has no name to look up") };
        let declared = cx.config().hosts.iter().find(|h| *h.name.get() == host);
        let platform = declared.and_then(|d| d.platform.as_ref());
        let platform = platform.map(|p| (p.get().as_str().into(), cx.config().place(p)));
        let question = |kind| DnsQuestion::new(host.clone(), kind);
        let (a, aaaa) = (question(RecordKind::A), question(RecordKind::Aaaa));
        let answers = tokio::join!(cx.ask(&a), cx.ask(&aaaa));
        let mut made = Self { host, platform, aliases: Vec::new(), addresses: Vec::new(), gaps: Vec::new() };
        for answer in [answers.0, answers.1] {
            match answer.into_inner() {
                Ok(answer) => {
                    made.addresses.extend(answer.addresses());
                    if made.aliases.is_empty() {
                        made.aliases = answer.aliases;
                    }
                }
                Err(Missing::Unknown(cause)) => made.gaps.push(cause),
                Err(missing) => return missing.into(),
            }
        }
        Observed::known(made)
    }
}

impl Produce for Caa {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match host(at) {
            Some(host) => cx.drive(CaaWalk { host }).await,
            None => Observed::not_configured("an address has no name to look up"),
        }
    }
}
