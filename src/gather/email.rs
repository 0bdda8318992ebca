//! Mail facts.

use super::{Cx, Produce};
use crate::config::Email;
use futures_util::future::{join, join3};
use launchcheck_checks::{
    email::{
        alignment::{Forecasts, organisations},
        bimi::{self, Bimi},
        dkim_lookup::DkimLookup,
        dmarc_walk::DmarcWalk,
        facts::{Dkim, Dmarc, DmarcReports, MailPlan, Mx, Sender, Spf, SpfTree},
        mta_sts::{self, MtaSts},
        mx_lookup::MxLookup,
        mx_servers::{MxServerLookup, MxServers},
        senders,
        setup::SenderSetup,
        setup_lookup::SetupLookup,
        spf_outlook::{SpfNeed, SpfReach},
        spf_walk::{SpfLookup, SpfWalk},
        tls_rpt::{self, TlsRpt},
    },
    env::facts::{EnvSet, Production},
    facts::Before,
    providers,
    tls::{facts::Path, judge::certificate, path::PathWalk},
    vocab::{Cause, DomainName, Fact, Missing, Observed, Origin, Shown, TargetId, TargetKind},
    wire::{DnsAnswer, DnsQuestion, HandshakeQuestion, HttpQuestion, Record, RecordKind},
};
use std::sync::Arc;

/// A mail target is named by its domain; the survey makes no other.
fn domain(at: &TargetId) -> Result<DomainName, Cause> {
    at.domain().ok_or_else(|| Cause::Parse("the target is not named by a domain".into()))
}

impl Produce for MailPlan {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let domain = match domain(at) {
            Ok(d) => d,
            Err(c) => return Observed::unknown(c),
        };
        let none = Email::default();
        let email = cx.config().email.as_ref().unwrap_or(&none);
        let declared = email.from.iter().any(|a| a.domain == domain);
        if !declared && domain.is_lent() && !has_zone(&domain, cx).await {
            return Observed::not_configured("the name lies in the zone of its platform, and no mail is sent from it");
        }
        let apps = apps(at, cx).await;
        // Where it is known which domains are in From, what is said of sending is about those.
        let froms = froms(email, &apps);
        let mine = froms.is_empty() || froms.contains(&domain);
        let receives = if email.from.is_empty() {
            // What was inferred from a variable only sends; people write to the audited domain.
            !matches!(cx.targets().origin(at), Some(Origin::Inferred(_)))
        } else {
            declared
        };
        let mut senders = if !mine {
            Vec::new()
        } else if email.providers.is_empty() {
            inferred(&apps)
        } else {
            let pinned = email.providers.iter().map(|p| Sender {
                provider: p.get().into(),
                because: "[email] providers".into(),
                at: cx.config().place(p),
                inferred: false,
                through: providers::by_id(p.get()).and_then(|p| {
                    let mut all = apps.iter().map(|(set, production)| (set.get().ok(), production.get().ok()));
                    all.find_map(|(set, production)| senders::through(p, set, production))
                }),
            });
            pinned.collect()
        };
        let return_paths: Vec<DomainName> =
            email.return_paths.iter().filter(|_| mine).map(|d| d.get().clone()).collect();
        for sender in senders.iter_mut().filter(|s| s.through.is_none()) {
            sender.through = sender.known().and_then(|(p, _)| senders::by_return_path(p, &domain, &return_paths));
        }
        // An address of a domain that is no target is told once, at the first.
        let first = cx.targets().of(TargetKind::Mail).next() == Some(at);
        let other_target = |d: &DomainName| cx.targets().of(TargetKind::Mail).any(|t| t.name == d.as_str());
        let addresses = apps.iter().filter_map(|(_, p)| p.get().ok()).flat_map(senders::addresses);
        let addresses = addresses.filter(|a| a.domain == domain || (first && !other_target(&a.domain))).collect();
        let selectors = email.dkim_selectors.iter().map(|s| (s.get().clone(), cx.config().place(s)));
        Observed::known(Self {
            domain,
            declared,
            senders,
            bulk: mine && email.bulk.unwrap_or_default(),
            receives: receives && email.receives.unwrap_or_default(),
            selectors: selectors.filter(|_| mine).collect(),
            return_paths,
            addresses,
            froms,
            others: cx.targets().of(TargetKind::Mail).filter(|t| *t != at).filter_map(TargetId::domain).collect(),
        })
    }
}

/// Whether a zone begins at the domain; what cannot be told counts as if one did.
async fn has_zone(domain: &DomainName, cx: &Cx<MailPlan>) -> bool {
    let question = DnsQuestion::new(domain.clone(), RecordKind::Soa);
    cx.ask(&question).await.get().map_or(true, |a| a.all().iter().any(|r| matches!(r, Record::Soa { .. })))
}

type AppFacts = (Arc<Observed<EnvSet>>, Arc<Observed<Production>>);

/// What is known of the apps of the product.
async fn apps(at: &TargetId, cx: &Cx<MailPlan>) -> Vec<AppFacts> {
    let sets = cx.get_linked::<EnvSet>(at).await;
    let productions = cx.get_linked::<Production>(at).await;
    let of = |app: &TargetId| productions.iter().find(|(t, _)| t == app).map(|(_, p)| Arc::clone(p));
    sets.into_iter().filter_map(|(app, set)| Some((set, of(&app)?))).collect()
}

/// The domains in From: those of the configuration, else those of the apps' variables.
fn froms(email: &Email, apps: &[AppFacts]) -> Vec<DomainName> {
    let mut all: Vec<DomainName> = email.from.iter().map(|a| a.domain.clone()).collect();
    if all.is_empty() {
        all = apps.iter().flat_map(|(set, p)| senders::from_domains(set.get().ok(), p.get().ok())).collect();
    }
    all.sort();
    all.dedup();
    all
}

/// The senders that the apps of the product show.
fn inferred(apps: &[AppFacts]) -> Vec<Sender> {
    let mut all = Vec::<Sender>::new();
    for (set, production) in apps {
        for sender in senders::inferred(set.get().ok(), production.get().ok()) {
            if !all.iter().any(|s| s.provider == sender.provider) {
                all.push(sender);
            }
        }
    }
    all
}

impl Produce for Spf {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<MailPlan>(at).await.get() {
            Ok(plan) => {
                let (domain, return_paths) = (plan.domain.clone(), plan.return_paths.clone());
                cx.drive(SpfLookup { domain, return_paths }).await
            }
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for SpfTree {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match domain(at) {
            Ok(domain) => cx.drive(SpfWalk { domain }).await,
            Err(c) => Observed::unknown(c),
        }
    }
}

impl Produce for Dmarc {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match domain(at) {
            Ok(domain) => cx.drive(DmarcWalk { domain }).await,
            Err(c) => Observed::unknown(c),
        }
    }
}

impl Produce for DmarcReports {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let dmarc = cx.get::<Dmarc>(at).await;
        match dmarc.get().map(Dmarc::asks_for_reports) {
            Ok(Some(lookup)) => cx.drive(lookup).await,
            Ok(None) => Observed::not_configured("no DMARC record asks for reports"),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Dkim {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<MailPlan>(at).await.get() {
            Ok(plan) => {
                let shown = shown(at, cx, plan).await;
                cx.drive(DkimLookup::new(plan, &shown)).await
            }
            Err(missing) => missing.into(),
        }
    }
}

/// What the domain's own records show adds to what was inferred, and to nothing that is pinned.
async fn shown<F>(at: &TargetId, cx: &Cx<F>, plan: &MailPlan) -> Vec<Sender>
where
    F: Fact,
    Spf: Before<F>,
    Mx: Before<F>,
{
    if plan.senders.iter().any(|s| !s.inferred) {
        return Vec::new();
    }
    let (spf, mx) = join(cx.get::<Spf>(at), cx.get::<Mx>(at)).await;
    senders::from_dns(plan, spf.get().ok(), mx.get().ok())
}

impl Produce for Mx {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match domain(at) {
            Ok(domain) => cx.drive(MxLookup { domain }).await,
            Err(c) => Observed::unknown(c),
        }
    }
}

impl Produce for SenderSetup {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<MailPlan>(at).await;
        let plan = match plan.get() {
            Ok(plan) => plan,
            Err(missing) => return missing.into(),
        };
        let shown = shown(at, cx, plan).await;
        cx.drive(SetupLookup::new(plan, shown)).await
    }
}

impl Produce for Forecasts {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (setup, dmarc, tree) = join3(cx.get::<SenderSetup>(at), cx.get::<Dmarc>(at), cx.get::<SpfTree>(at)).await;
        match setup.get() {
            Ok(setup) => {
                let organisations = cx.drive(organisations(setup)).await;
                organisations.map(|found| Self::of(setup, &dmarc, &tree, &found))
            }
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for SpfReach {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (spf, tree) = join(cx.get::<Spf>(at), cx.get::<SpfTree>(at)).await;
        match spf.get() {
            Ok(spf) => Observed::known(Self::of(spf, &tree)),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for SpfNeed {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (plan, spf) = join(cx.get::<MailPlan>(at), cx.get::<Spf>(at)).await;
        let (plan, spf) = match (plan.get(), spf.get()) {
            (Ok(plan), Ok(spf)) => (plan, spf),
            (Err(missing), _) | (_, Err(missing)) => return missing.into(),
        };
        let (setup, mx, dmarc) = join3(cx.get::<SenderSetup>(at), cx.get::<Mx>(at), cx.get::<Dmarc>(at)).await;
        Observed::known(Self::of(plan, spf, &setup, &mx, &dmarc))
    }
}

impl Produce for MxServers {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<Mx>(at).await.get() {
            Ok(mx) => cx.drive(MxServerLookup::new(mx)).await,
            Err(missing) => missing.into(),
        }
    }
}

/// The TXT records at a name below the domain.
async fn txt<F: Fact>(at: &TargetId, cx: &Cx<F>, below: &str) -> Result<(DomainName, DnsAnswer), Missing> {
    let name = domain(at).map_err(Missing::Unknown)?.child(below);
    let name = name.ok_or(Missing::NotConfigured("the domain is too long for names below it"))?;
    let answer = cx.ask(&DnsQuestion::new(name.clone(), RecordKind::Txt)).await.into_inner()?;
    Ok((name, answer))
}

impl Produce for MtaSts {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (name, answer) = match txt(at, cx, "_mta-sts").await {
            Ok(found) => found,
            Err(missing) => return missing.into(),
        };
        let records = mta_sts::select(answer.texts());
        let (mut policy, mut gaps) = (None, Vec::new());
        if !records.is_empty() {
            let url = format!("https://mta-sts.{}/.well-known/mta-sts.txt", at.name);
            // Not a target of the audit: its address may be anybody's.
            let question = HttpQuestion { audited: false, ..HttpQuestion::get(url) };
            match cx.ask(&question).await.into_inner() {
                // Senders take a policy only from a certificate that they trust.
                Ok(Ok(answer)) => match distrust(at, cx).await {
                    Ok(None) => policy = Some(mta_sts::fetched(&Ok(answer))),
                    Ok(Some(why)) => policy = Some(mta_sts::Fetched::Refused(why)),
                    Err(cause) => gaps.push(cause),
                },
                Ok(Err(failure)) => policy = Some(mta_sts::Fetched::Failed(failure)),
                Err(Missing::Unknown(cause)) => gaps.push(cause),
                Err(Missing::NotConfigured(_)) => gaps.push(Cause::NotRecorded),
            }
        }
        Observed::known(Self { at: name, answer, records, policy, gaps })
    }
}

/// Why senders do not trust the certificate of the policy's host.
async fn distrust(at: &TargetId, cx: &Cx<MtaSts>) -> Result<Option<Shown>, Cause> {
    let host = domain(at)?.child("mta-sts").ok_or(Cause::NoRoute)?;
    let shake = match cx.ask(&HandshakeQuestion { host: host.clone(), port: 443 }).await.into_inner() {
        Ok(Ok(shake)) => shake,
        Ok(Err(failure)) => return Ok(Some(failure.to_string().into())),
        Err(Missing::Unknown(cause)) => return Err(cause),
        Err(Missing::NotConfigured(_)) => return Err(Cause::NotRecorded),
    };
    let walk = PathWalk { shake: &shake, roots: super::tls::roots(cx), now: cx.now() };
    let (leaf, trust) = (certificate(&shake, &host, cx.now()), cx.drive(walk).await);
    let cause = |m| match m {
        Missing::Unknown(cause) => cause,
        Missing::NotConfigured(_) => Cause::NotRecorded,
    };
    let (leaf, trust) = (leaf.into_inner().map_err(cause)?, trust.into_inner().map_err(cause)?);
    let dated = (leaf.not_before..=leaf.not_after).contains(&cx.now());
    Ok(match (&trust.path, leaf.name_fits, dated) {
        (_, false, _) => Some(format!("its certificate is not made out to {host}").into()),
        (_, _, false) => Some("its certificate is not valid today".into()),
        (Path::Trusted, ..) => None,
        _ => Some("its certificate does not lead to a trusted root".into()),
    })
}

impl Produce for TlsRpt {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match txt(at, cx, "_smtp._tls").await {
            Ok((at, answer)) => Observed::known(Self { at, records: tls_rpt::select(answer.texts()), answer }),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Bimi {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match txt(at, cx, "default._bimi").await {
            Ok((at, answer)) => Observed::known(Self { at, records: bimi::select(answer.texts()), answer }),
            Err(missing) => missing.into(),
        }
    }
}
