//! `web.health-missing`
use super::look::Kind;
use super::visits::{Asked, Why};
use crate::rule;
use crate::vocab::{Fix, Part, Verdict};

rule! {
    /// The declared health route does not say that the app is well.
    ///
    /// # Why at launch
    /// Monitors and the platform watch this route: without it, nobody is told when the app goes down.
    ///
    /// # Fix
    /// Answer with 200 and a small JSON that is never cached.
    ///
    /// # References
    /// RFC 9111 section 5.2.2.5 (no-store); kubernetes.io, "Liveness, readiness and startup probes".
    ///
    /// ```pass
    /// health /api/health
    /// https://acme.test/api/health 200 cache-control: no-store | content-type: application/json | body: {"status":"ok"}
    /// ```
    /// ```fail
    /// health /api/health
    /// https://acme.test/api/health 404
    /// ```
    /// ```fail
    /// health /api/health
    /// https://acme.test/api/health 200 cache-control: public, max-age=600 | content-type: application/json | body: {"status":"ok"}
    /// ```
    "web.health-missing" on Site, Low;
    fails "The health route does not answer as it should"; holds "The health route answers";
    fn check(asked: Part<'_, Asked>) -> Verdict {
        let visits = || asked.iter().flat_map(|a| a.visits.iter().map(move |v| (a, v))).filter(|(_, v)| v.why == Why::Health);
        if visits().next().is_none() {
            return Verdict::not_applicable("no health route is declared ([web] health)");
        }
        let faults = visits().filter_map(|(asked, visit)| {
            let look = visit.last().filter(|l| l.wall.is_none())?;
            let page = look.kind == Kind::Html || asked.shell.as_ref().is_some_and(|s| s.is_like(look));
            let note = if !look.is_success() {
                "no answer that says it is well".to_owned()
            } else if page {
                "a page, and not the word of the app".to_owned()
            } else {
                look.shared()?.to_string()
            };
            let fix = Fix::Code {
                place: "app/api/health/route.ts".into(),
                lines: vec![
                    "export const dynamic = \"force-dynamic\";".into(),
                    "export const GET = () => Response.json({ status: \"ok\" }, { headers: { \"Cache-Control\": \"no-store\" } });".into(),
                ],
            };
            Some(visit.fault(note, fix))
        });
        faults.collect::<Vec<_>>().into()
    }
}
