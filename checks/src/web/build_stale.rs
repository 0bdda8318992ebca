//! `web.build-stale`
use super::surface::{Surface, WebPlan};
use super::visits::{Asked, Why};
use crate::rule;
use crate::vocab::{Fault, Fix, Part, Verdict};

rule! {
    /// The site runs another commit than the one that is checked out here.
    ///
    /// Where the live site does not say its commit, that cannot be told, and the rule says so.
    ///
    /// # Why at launch
    /// What was mended is not live: a deploy failed, or went to the wrong place.
    ///
    /// # Fix
    /// Deploy this commit. To make the site say which it runs, in Next.js:
    /// `generateBuildId: () => process.env.VERCEL_GIT_COMMIT_SHA`.
    ///
    /// # References
    /// nextjs.org, `generateBuildId`; git-scm.com, `git rev-parse`.
    ///
    /// ```pass
    /// head 1111111111111111111111111111111111111111
    /// health /api/health
    /// https://acme.test/api/health 200 content-type: application/json | body: {"status":"ok","commit":"1111111"}
    /// ```
    /// ```fail
    /// head 1111111111111111111111111111111111111111
    /// health /api/health
    /// https://acme.test/api/health 200 content-type: application/json | body: {"status":"ok","commit":"2222222"}
    /// ```
    "web.build-stale" on Site, Medium;
    fails "The site runs another commit"; holds "The site runs the commit that is checked out";
    fn check(plan: &WebPlan, surface: Part<'_, Surface>, asked: Part<'_, Asked>) -> Verdict {
        let Some(head) = &plan.head else {
            return Verdict::not_applicable("no git repository lies beside the configuration");
        };
        let health = asked.iter().flat_map(|a| &a.visits).filter(|v| v.why == Why::Health).find_map(|v| {
            let look = v.last()?;
            Some((look.json.as_ref()?.build.as_ref()?.as_str().to_owned(), look))
        });
        let page = surface.iter().find_map(|s| s.front.build.as_ref().map(|b| (b.to_string(), &s.front)));
        let hash = |t: &str| (7..=40).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_hexdigit());
        let Some((live, look)) = health.into_iter().chain(page).find(|(b, _)| hash(b)) else {
            return Verdict::not_applicable(
                "cannot tell: the site does not say its commit (next.config: generateBuildId: () => process.env.VERCEL_GIT_COMMIT_SHA)",
            );
        };
        if head.starts_with(&live.to_ascii_lowercase()) {
            return Verdict::Pass;
        }
        let fix = Fix::step(format!("Deploy {} (git push), or check out what is live: git checkout {live}", &head[..head.len().min(12)]));
        Fault::here(look.evidence(format!("live: {live}; here: {}", &head[..head.len().min(12)])), fix).into()
    }
}
