//! Facts of hosts: one handshake, and what it shows.

use super::{Cx, Produce};
use crate::config::{Ca, Renewal};
use futures_util::future::join_all;
use launchcheck_checks::{
    facts::Before,
    tls::{
        chain::{Roots, chain, key_proof, logged},
        clock::Clock,
        crl::CrlWalk,
        facts::{
            Certificate, Chain, HostPlan, HostRole, KeyProof, Logged, OldVersions, Peers, Reach, Refusal, Revocation,
            Revocations, Seat, Seats, Session, Six, Split, Trust,
        },
        hello::{Heard, Offer, alert_name, cipher_name, is_modern, version_name},
        judge::{certificate, hidden_by, key_kind},
        path::PathWalk,
        seats::{Judged, served},
        upkeep::Upkeep,
    },
    vocab::{DomainName, Fact, Missing, Observed, Shown, TargetId},
    web::facts::Home,
    wire::{AddressQuestion, Handshake, HandshakeQuestion, HelloQuestion, HostFailure},
};
use std::net::{IpAddr, Ipv4Addr};

impl Produce for HostPlan {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        // A webhook's host may be named with its port; an address of the sixth version has colons itself.
        let name = at.name.split(':').next().unwrap_or_default();
        let host = at.name.parse().map_or_else(|_| DomainName::parse(name).ok(), |a| Some(DomainName::of_address(a)));
        let Some(host) = host else {
            return Observed::not_configured("what stands there is neither a name nor an address");
        };
        let (role, port) = cx.survey().hosts.get(at).copied().unwrap_or((HostRole::Listed, 443));
        let declared = cx.config().hosts.iter().find(|h| *h.name.get() == host);
        Observed::known(Self {
            port,
            role,
            automatic_renewal: declared.and_then(|d| d.renewal).map(|r| r == Renewal::Auto),
            private_ca: declared.is_some_and(|d| d.ca == Ca::Private),
            launch: super::tls_next::launch(cx),
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
pub(super) async fn shaken<F>(at: &TargetId, cx: &Cx<F>) -> Result<(HostPlan, Handshake), Observed<F>>
where
    F: Fact,
    HostPlan: Before<F>,
{
    let plan = cx.get::<HostPlan>(at).await;
    let plan = plan.get().map_err(Observed::from)?;
    match cx.ask(&question(plan)).await.into_inner() {
        Ok(Ok(shake)) => Ok((plan.clone(), shake)),
        Ok(Err(failure)) => match glimpsed(plan, &failure, cx).await {
            Some(shake) => Ok((plan.clone(), shake)),
            None => Err(hidden_by(plan, &failure)),
        },
        Err(missing) => Err(missing.into()),
    }
}

/// Whether the host answers at all, so that it may say more to another greeting.
const fn answers(failure: &HostFailure) -> bool {
    matches!(
        failure,
        HostFailure::TlsAlert(_)
            | HostFailure::NotTls(_)
            | HostFailure::Protocol(_)
            | HostFailure::WantsCertificate
            | HostFailure::Reset
    )
}

/// The certificates of a host that ends the handshake: seen before it did, or in the answer to a
/// greeting that offers what older clients offer.
async fn glimpsed<F: Fact>(plan: &HostPlan, failure: &HostFailure, cx: &Cx<F>) -> Option<Handshake> {
    if !answers(failure) {
        return None;
    }
    for address in addresses(plan, cx).await.ok()? {
        if let Ok(Err(unshaken)) = cx.ask(&at_address(plan, address)).await.into_inner()
            && unshaken.seen.is_some()
        {
            return unshaken.seen;
        }
    }
    let heard = cx.ask(&greeting(plan, Offer::Wide)).await.into_inner().ok()?.ok()?;
    let (version, cipher) = heard.chosen.filter(|_| !heard.chain.is_empty())?;
    Some(Handshake {
        chain: heard.chain,
        address: Ipv4Addr::UNSPECIFIED.into(),
        version: version_name(version),
        cipher: cipher_name(cipher),
        group: None,
        alpn: None,
        signature_fits: None,
    })
}

fn at_address(plan: &HostPlan, address: IpAddr) -> AddressQuestion {
    AddressQuestion { host: plan.host.clone(), port: plan.port, address }
}
fn greeting(plan: &HostPlan, offer: Offer) -> HelloQuestion {
    HelloQuestion { host: plan.host.clone(), port: plan.port, offer }
}

/// The addresses of a host, or what is there instead of them.
async fn addresses<F: Fact>(plan: &HostPlan, cx: &Cx<F>) -> Result<Vec<IpAddr>, Result<HostFailure, Missing>> {
    match cx.wire().dialer.route(plan.host.as_str(), plan.port, true).await.into_inner() {
        Ok(Ok(route)) => Ok(route.sorted()),
        Ok(Err(failure)) => Err(Ok(failure)),
        Err(missing) => Err(Err(missing)),
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
            Ok((_, shake)) => cx.drive(PathWalk { shake: &shake, roots: roots(cx), now: cx.now() }).await,
            Err(instead) => instead,
        }
    }
}

impl Produce for Split {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (plan, trust) = tokio::join!(cx.get::<HostPlan>(at), cx.get::<Trust>(at));
        Self::of(&trust, plan.get().is_ok_and(|p| p.private_ca))
    }
}

/// The roots of the run.
pub(super) fn roots<F: Fact>(cx: &Cx<F>) -> Roots<'_> {
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

impl Produce for Logged {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (plan, chain) = tokio::join!(cx.get::<HostPlan>(at), cx.get::<Chain>(at));
        let (plan, chain) = match (plan.get(), chain.get()) {
            (Ok(plan), Ok(chain)) => (plan, chain),
            (Err(missing), _) | (_, Err(missing)) => return missing.into(),
        };
        if !chain.unlogged || plan.private_ca {
            return Observed::known(Self(true));
        }
        match cx.ask(&greeting(plan, Offer::Wide)).await.into_inner() {
            Ok(Ok(heard)) => logged(chain, Ok(&heard)),
            Ok(Err(failure)) => logged(chain, Err(failure.cause())),
            Err(Missing::Unknown(cause)) => logged(chain, Err(cause)),
            Err(missing @ Missing::NotConfigured(_)) => missing.into(),
        }
    }
}

impl Produce for Revocations {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (plan, shake) = match shaken(at, cx).await {
            Ok(both) => both,
            Err(instead) => return instead,
        };
        let own = async {
            match cx.get::<Trust>(at).await.get() {
                Ok(trust) => on_lists(&shake, trust, cx).await,
                Err(missing) => missing.into(),
            }
        };
        let elsewhere = async {
            // What is not there, or says nothing, serves no certificate that could be looked up.
            let all = addresses(&plan, cx).await.unwrap_or_default();
            let others =
                all.into_iter().filter(|a| *a != shake.address).map(|address| other(&plan, &shake, address, cx));
            join_all(others).await.into_iter().flatten().collect()
        };
        let (own, elsewhere) = tokio::join!(own, elsewhere);
        Self::of(own, elsewhere)
    }
}

/// What the lists say of what another address serves, where that is another certificate.
async fn other(
    plan: &HostPlan,
    judged: &Handshake,
    address: IpAddr,
    cx: &Cx<Revocations>,
) -> Option<(IpAddr, Observed<Revocation>)> {
    let there = cx.ask(&at_address(plan, address)).await.into_inner().ok()?.ok()?;
    if there.chain.first() == judged.chain.first() {
        return None;
    }
    let trust = cx.drive(PathWalk { shake: &there, roots: roots(cx), now: cx.now() }).await;
    let said = match trust.get() {
        Ok(trust) => on_lists(&there, trust, cx).await,
        Err(missing) => missing.into(),
    };
    Some((address, said))
}

async fn on_lists(shake: &Handshake, trust: &Trust, cx: &Cx<Revocations>) -> Observed<Revocation> {
    cx.drive(CrlWalk { shake, trust, roots: roots(cx), now: cx.now() }).await
}

impl Produce for Seats {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<HostPlan>(at).await;
        let plan = match plan.get() {
            Ok(plan) => plan,
            Err(missing) => return missing.into(),
        };
        let all = match addresses(plan, cx).await {
            Ok(all) => all,
            Err(Ok(failure)) => return hidden_by(plan, &failure),
            Err(Err(missing)) => return missing.into(),
        };
        // What they served is remembered from the host's own handshake.
        let shaken = cx.ask(&question(plan)).await.into_inner().ok().and_then(Result::ok);
        let judged = shaken.as_ref().map(|shake| shake.address);
        let clocks = cx.get_linked::<Clock>(at).await;
        let dates = clocks.iter().all(|(_, clock)| clock.get().map_or(true, |c| c.ahead == 0));
        let upkeep = cx.get::<Upkeep>(at).await;
        let upkeep = upkeep.get().ok();
        let lists = cx.get::<Revocations>(at).await;
        let lists = lists.get().ok();
        let by_host = Around { plan, upkeep, lists, judged: shaken.as_ref(), dates };
        let all = join_all(all.into_iter().map(|address| seat(&by_host, address, cx))).await;
        Observed::known(Self { judged, all })
    }
}

/// What is known of a host when its addresses are looked at.
struct Around<'a> {
    plan: &'a HostPlan,
    upkeep: Option<&'a Upkeep>,
    lists: Option<&'a Revocations>,
    judged: Option<&'a Handshake>,
    dates: bool,
}

async fn seat(host: &Around<'_>, address: IpAddr, cx: &Cx<Seats>) -> Seat {
    let plan = host.plan;
    let seen = match cx.ask(&at_address(plan, address)).await.into_inner() {
        Ok(Ok(shake)) => {
            let cert = certificate(&shake, &plan.host, cx.now());
            let trust = cx.drive(PathWalk { shake: &shake, roots: roots(cx), now: cx.now() }).await;
            let same = host.judged.is_some_and(|j| j.chain.first() == shake.chain.first());
            let is_revoked = host.lists.is_some_and(|lists| {
                if same { lists.own.is_some_and(|own| own != Revocation::Good) } else { lists.is_revoked_at(address) }
            });
            let chain = chain(&shake, roots(cx), cx.now());
            let judged = Judged { cert: &cert, trust: &trust, chain: &chain, is_revoked, dates: host.dates };
            Observed::known(Ok(served(&shake, plan, &judged, host.upkeep)))
        }
        Ok(Err(unshaken)) => Observed::known(Err(unshaken.why)),
        Err(missing) => missing.into(),
    };
    Seat { address, seen }
}

impl Produce for Peers {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<Seats>(at).await.get() {
            Ok(seats) => seats.beside(false).map(Self),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Six {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<Seats>(at).await.get() {
            Ok(seats) => seats.beside(true).map(Self),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Refusal {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<HostPlan>(at).await;
        let plan = match plan.get() {
            Ok(plan) => plan,
            Err(missing) => return missing.into(),
        };
        let failure = match cx.ask(&question(plan)).await.into_inner() {
            Ok(Ok(_)) => return Observed::known(Self::None),
            Ok(Err(HostFailure::WantsCertificate)) => return Observed::known(Self::WantsCertificate),
            Ok(Err(failure)) if !answers(&failure) => return hidden_by(plan, &failure),
            Ok(Err(failure)) => failure,
            Err(missing) => return missing.into(),
        };
        match cx.ask(&greeting(plan, Offer::Wide)).await.into_inner() {
            // One that now says no more than before leaves it open why.
            Ok(Ok(heard)) => refusal(&heard, &failure).map_or_else(|| hidden_by(plan, &failure), Observed::known),
            Ok(Err(_)) => hidden_by(plan, &failure),
            Err(missing) => missing.into(),
        }
    }
}

/// What a host that ends the handshake says to a wider offer.
fn refusal(heard: &Heard, failure: &HostFailure) -> Option<Refusal> {
    if let Some(bytes) = heard.other.as_deref() {
        return first_line(bytes).map(Refusal::PlainText);
    }
    let first = match failure {
        HostFailure::TlsAlert(a) => Some(Shown::from(a.as_str().strip_prefix("alert ").unwrap_or(a.as_str()))),
        _ => None,
    };
    match (heard.chosen, heard.alert) {
        (Some((version, _)), _) if heard.is_old() => Some(Refusal::OldVersion(version_name(version))),
        (Some(_), _) if heard.asks_certificate => Some(Refusal::WantsCertificate),
        (Some(_), _) if odd_key(heard).is_some() => odd_key(heard).map(Refusal::OddKey),
        (Some((_, cipher)), _) if !is_modern(cipher) => Some(Refusal::OldCipher(cipher_name(cipher))),
        // What it said to a modern client says more than what it says to an old one.
        (None, Some(alert)) => Some(Refusal::Alert(first.unwrap_or_else(|| alert_name(alert)))),
        (Some(_), None) if !heard.chain.is_empty() => first.map(Refusal::Modern),
        _ => None,
    }
}

/// The kind of key that keeps modern clients from a server, by the certificate that it shows to others.
fn odd_key(heard: &Heard) -> Option<Shown> {
    let kind = key_kind(heard.chain.first()?)?;
    (!kind.usual).then_some(kind.algorithm)
}

/// The first line of what a server said, where that is text.
fn first_line(bytes: &[u8]) -> Option<Shown> {
    let line = bytes.split(|b| matches!(b, b'\r' | b'\n')).find(|l| !l.is_empty())?;
    let text = std::str::from_utf8(line).ok()?;
    text.chars().all(|c| !c.is_control() || c == '\t').then(|| text.into())
}

impl Produce for OldVersions {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<HostPlan>(at).await;
        let plan = match plan.get() {
            Ok(plan) => plan,
            Err(missing) => return missing.into(),
        };
        let (handshake, greeting) = (question(plan), greeting(plan, Offer::Old));
        let (handshake, heard) = tokio::join!(cx.ask(&handshake), cx.ask(&greeting));
        let heard = heard.into_inner();
        if let Ok(Ok(heard)) = &heard
            && let (true, Some((version, cipher))) = (heard.is_old(), heard.chosen)
        {
            return Observed::known(Self { accepted: Some((version_name(version), cipher_name(cipher))) });
        }
        match (handshake.into_inner(), heard) {
            // One that talks to nobody refuses old clients no more than new ones.
            (Ok(Err(failure)), _) => hidden_by(plan, &failure),
            (Err(missing), _) | (_, Err(missing)) => missing.into(),
            (Ok(Ok(_)), Ok(_)) => Observed::known(Self { accepted: None }),
        }
    }
}
