//! Facts of the site's pages: what a stranger and the test accounts get of them. What presses a site
//! comes last, when everything else has its answer.

use super::{Cx, HasCell, Produce};
use crate::probe::{routes, secrets};
use launchcheck_checks::{
    facts::Before,
    vocab::{Cause, DomainName, Fact, Observed, TargetId, TargetKind},
    web::{
        facts::{Front, SitePlan},
        lighthouse::Lighthouse,
        matrix::Matrix,
        pressure::{Flood, FloodWalk, Odd, OddWalk, Speed, SpeedWalk},
        surface::{
            Bundle, BundleWalk, Exposed, ExposedWalk, SessionPlan, Staging, StagingWalk, Surface, SurfaceWalk, WebPlan,
        },
        visits::{Asked, AskedWalk, Cors, CorsWalk, Doors, Members, MembersWalk, Why, is_api, is_askable},
    },
    webhook::facts::Shots,
};
use std::{path::PathBuf, sync::PoisonError};

/// The most routes whose answers to other origins are asked for.
const CORS_ROUTES: usize = 10;

impl Produce for WebPlan {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (config, survey) = (cx.config(), cx.survey());
        let Some(domain) = survey.domain.clone().or_else(|| at.domain()) else {
            return Observed::not_configured("no domain is given");
        };
        let (site, web) = (config.site.as_ref(), config.web.as_ref());
        let folders: Vec<PathBuf> =
            cx.targets().linked(at, TargetKind::App).filter_map(|a| survey.apps.get(a)).cloned().collect();
        let active = cx.settings().active;
        let looked = tokio::task::spawn_blocking(move || {
            let found = if active { folders.iter().flat_map(|f| routes::find(f)).collect() } else { Vec::new() };
            (folders.iter().find_map(|f| routes::head(f)), found)
        });
        let (head, found) = looked.await.unwrap_or_default();
        let own = domain.registrable();
        let hosts: Vec<DomainName> =
            cx.targets().of(TargetKind::Host).filter_map(TargetId::domain).filter(|h| h.is_within(&own)).collect();
        Observed::known(Self {
            private: site
                .iter()
                .flat_map(|s| &s.private_paths)
                .map(|p| (p.as_str().to_owned(), config.place(p)))
                .collect(),
            routes: web.iter().flat_map(|w| &w.routes).map(|p| (p.as_str().to_owned(), config.place(p))).collect(),
            found,
            health: web.and_then(|w| w.health.as_ref()).map(|p| (p.as_str().to_owned(), config.place(p))),
            rate_limit: web.and_then(|w| w.rate_limit.as_ref()).map(|p| p.as_str().to_owned()),
            staging: site.iter().flat_map(|s| &s.staging).map(|s| s.get().clone()).collect(),
            sessions: config
                .sessions
                .iter()
                .map(|s| SessionPlan {
                    name: s.name.to_string(),
                    role: s.role.as_ref().map(ToString::to_string),
                    tenant: s.tenant.as_ref().map(ToString::to_string),
                })
                .collect(),
            hosts,
            budget_ms: u64::try_from(config.thresholds.route_p95.0.as_millis()).unwrap_or(u64::MAX),
            head,
            nonce: cx.context().nonce.clone(),
        })
    }
}

impl Produce for Lighthouse {
    async fn produce(_: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let Some(file) = cx.config().web.as_ref().and_then(|w| w.lighthouse.as_ref()) else {
            return Observed::not_configured("no Lighthouse report is named ([web] lighthouse)");
        };
        let shown = file.display().to_string();
        let path = cx.config().resolve(file);
        let bad = |why: String| Cause::Unreadable(format!("{shown} ({why})").into());
        let text = std::fs::read_to_string(&path).map_err(|e| e.to_string());
        let text = if std::fs::metadata(&path).is_ok_and(|m| m.len() > 40 * secrets::FILE_CAP) {
            Err("too large".to_owned())
        } else {
            text
        };
        text.and_then(|t| Self::read(&shown, &t)).map_err(bad).into()
    }
}

/// Two facts that a walk starts from.
macro_rules! both {
    ($cx:expr, $at:expr, $a:ty, $b:ty) => {{
        let (a, b) = ($cx.get::<$a>($at).await, $cx.get::<$b>($at).await);
        match (a.get(), b.get()) {
            (Ok(a), Ok(b)) => (a.clone(), b.clone()),
            (Err(missing), _) | (_, Err(missing)) => return missing.into(),
        }
    }};
}

impl Produce for Surface {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (front, plan) = both!(cx, at, Front, WebPlan);
        cx.drive(SurfaceWalk { home: front.page.url, nonce: plan.nonce }).await.into()
    }
}

impl Produce for Exposed {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (surface, plan) = both!(cx, at, Surface, WebPlan);
        let (site, matrix) = both!(cx, at, SitePlan, Matrix);
        let answers = |h: &DomainName| matrix.chains.iter().any(|c| c.host == *h && c.secure && c.page().is_some());
        let hosts = plan.hosts.into_iter().filter(|h| !site.hosts().any(|p| p == h) && answers(h)).collect();
        Observed::known(cx.drive(ExposedWalk { home: surface.home, hosts }).await)
    }
}

impl Produce for Asked {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<WebPlan>(at).await;
        if plan.get().is_ok_and(|p| p.paths().next().is_none()) {
            return Observed::known(Self::default());
        }
        let (surface, plan) = both!(cx, at, Surface, WebPlan);
        Observed::known(cx.drive(AskedWalk { plan: own(plan, &surface), surface }).await)
    }
}

/// A plan without the URLs of hosts that are not the site's.
fn own(mut plan: WebPlan, surface: &Surface) -> WebPlan {
    let hosts: Vec<String> = plan.hosts.iter().map(ToString::to_string).collect();
    let fits = |p: &str| {
        let host = surface.home.join(p).ok().and_then(|u| u.host_str().map(str::to_owned));
        host.is_some_and(|h| surface.home.host_str() == Some(&h) || hosts.contains(&h))
    };
    plan.routes.retain(|(p, _)| fits(p));
    plan.health = plan.health.filter(|(p, _)| fits(p));
    plan
}

impl Produce for Doors {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        match cx.get::<Asked>(at).await.get() {
            Ok(asked) => Observed::known(Self::of(asked)),
            Err(missing) => missing.into(),
        }
    }
}

impl Produce for Bundle {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (surface, site) = both!(cx, at, Surface, SitePlan);
        let asked = cx.get::<Asked>(at).await;
        // Pages that were asked anyway name scripts of their own.
        let pages = asked.get().map(|a| {
            a.visits
                .iter()
                .filter_map(|v| v.last())
                .filter(|l| l.html.is_some() || !l.leaks.is_empty())
                .cloned()
                .collect()
        });
        let domain = site.domain.registrable();
        Observed::known(cx.drive(BundleWalk { surface, domain, pages: pages.unwrap_or_default() }).await)
    }
}

impl Produce for Members {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        if cx.config().sessions.is_empty() {
            return Observed::not_configured("not sent: no test account is declared ([[session]] name, cookie-env)");
        }
        let (surface, plan) = both!(cx, at, Surface, WebPlan);
        for session in &cx.config().sessions {
            match cx.secret(&session.cookie_env).into_inner() {
                Ok((cookie, _)) => {
                    let mut cookies = cx.wire().cookies.lock().unwrap_or_else(PoisonError::into_inner);
                    cookies.insert(session.name.to_string(), cookie);
                }
                Err(missing) => return missing.into(),
            }
        }
        Observed::known(cx.drive(MembersWalk { plan: own(plan, &surface), surface }).await)
    }
}

impl Produce for Cors {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (surface, plan) = both!(cx, at, Surface, WebPlan);
        let plan = own(plan, &surface);
        let api = |(path, why, _): &(&str, Why, _)| is_api(path) && *why != Why::Health && !path.contains("{tenant}");
        let routes: Vec<String> = plan.paths().filter(api).map(|(p, ..)| p.to_owned()).take(CORS_ROUTES).collect();
        if routes.is_empty() {
            return Observed::not_configured("no API route is declared ([web] routes)");
        }
        Observed::known(cx.drive(CorsWalk { home: surface.home, routes }).await)
    }
}

impl Produce for Staging {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let plan = cx.get::<WebPlan>(at).await;
        match plan.get() {
            Ok(plan) if plan.staging.is_empty() => {
                Observed::not_configured("no staging host is declared ([site] staging)")
            }
            Ok(plan) => Observed::known(cx.drive(StagingWalk { hosts: plan.staging.clone() }).await),
            Err(missing) => missing.into(),
        }
    }
}

/// Waits until everything that a firewall could spoil has its answer.
async fn after_all<F: Fact>(at: &TargetId, cx: &Cx<F>)
where
    Exposed: Before<F> + HasCell,
    Bundle: Before<F> + HasCell,
    Members: Before<F> + HasCell,
    Cors: Before<F> + HasCell,
    Shots: Before<F> + HasCell,
{
    let _ = (cx.get::<Exposed>(at).await, cx.get::<Bundle>(at).await, cx.get::<Members>(at).await);
    let _ = (cx.get::<Cors>(at).await, cx.get_linked::<Shots>(at).await);
}

/// The declared routes that may be asked again and again.
fn routes_of(plan: &WebPlan) -> Vec<String> {
    let fits = |(path, why, _): &(&str, Why, _)| matches!(why, Why::Route | Why::Health) && !path.contains("{tenant}");
    plan.paths().filter(fits).map(|(p, ..)| p.to_owned()).collect()
}

impl Produce for Speed {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        if !cx.settings().active {
            return Observed::not_configured("not sent: samples need --active");
        }
        let (surface, plan) = both!(cx, at, Surface, WebPlan);
        let plan = own(plan, &surface);
        let routes = routes_of(&plan);
        if routes.is_empty() {
            return Observed::not_configured("no route is declared ([web] routes)");
        }
        after_all(at, cx).await;
        Observed::known(cx.drive(SpeedWalk { home: surface.home, routes, budget_ms: plan.budget_ms }).await)
    }
}

impl Produce for Odd {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        if !cx.settings().active {
            return Observed::not_configured("not sent: malformed input needs --active");
        }
        let (surface, plan) = both!(cx, at, Surface, WebPlan);
        let routes = routes_of(&own(plan, &surface));
        if routes.is_empty() {
            return Observed::not_configured("no route is declared ([web] routes)");
        }
        after_all(at, cx).await;
        let _ = cx.get::<Speed>(at).await;
        Observed::known(cx.drive(OddWalk { home: surface.home, routes }).await)
    }
}

impl Produce for Flood {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let (surface, plan) = both!(cx, at, Surface, WebPlan);
        let Some(path) = plan.rate_limit else {
            return Observed::not_configured("no path is named that should stop a flood ([web] rate-limit)");
        };
        if !is_askable(&path) {
            return Observed::not_configured(
                "not sent: the path of [web] rate-limit says that a request does something",
            );
        }
        if !cx.settings().active {
            return Observed::not_configured("not sent: a flood needs --active");
        }
        after_all(at, cx).await;
        let _ = (cx.get::<Speed>(at).await, cx.get::<Odd>(at).await);
        Observed::known(cx.drive(FloodWalk { home: surface.home, path }).await)
    }
}
