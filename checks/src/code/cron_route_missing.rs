//! `code.cron-route-missing`
use super::practice::{Leads, Schedule};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A cron of `vercel.json` calls a path that no route answers.
    ///
    /// Routes and pages of Next.js and functions below `api/` are known, with open parts such as `[id]`.
    /// Where a rewrite, a base path or another framework could answer, nothing is said.
    ///
    /// # Why at launch
    /// The host calls, gets a 404 and does not try again: renewals, reminders and clean-ups silently
    /// never happen.
    ///
    /// # Fix
    /// Correct the path in `vercel.json`, or add the route.
    ///
    /// # References
    /// - Vercel, cron jobs: <https://vercel.com/docs/cron-jobs/manage-cron-jobs#cron-jobs-and-deployments>
    ///
    /// ```pass
    /// file package.json
    /// { "dependencies": { "next": "16.0.0" } }
    /// file vercel.json
    /// { "crons": [{ "path": "/api/cron/remind", "schedule": "0 5 * * *" }] }
    /// file src/app/api/cron/[job]/route.ts
    /// export const GET = () => Response.json({ ok: true })
    /// ```
    /// ```fail
    /// file package.json
    /// { "dependencies": { "next": "16.0.0" } }
    /// file vercel.json
    /// { "crons": [{ "path": "/api/cron/reminders", "schedule": "0 5 * * *" }] }
    /// file src/app/api/cron/remind/route.ts
    /// export const GET = () => Response.json({ ok: true })
    /// ```
    "code.cron-route-missing" on App, High;
    fails "A cron calls a route that does not exist"; holds "Every cron calls a route that exists";
    fn check(schedules: Part<'_, Schedule>) -> Verdict {
        let Some(found) = schedules.first() else { return Verdict::Pass };
        if found.crons.is_empty() && found.gaps.is_empty() {
            return Verdict::not_applicable("no vercel.json lists a cron");
        }
        let mut faults = Vec::new();
        for c in found.crons.iter().filter(|c| c.leads == Leads::Nowhere) {
            let path = c.path.split('?').next().unwrap_or_default();
            let fix = Fix::steps([
                format!("Add app{path}/route.ts with an exported GET"),
                format!("Or correct the path at {}", c.at),
            ]);
            let saw = Evidence::Place(c.at.clone(), format!("called at {:?}", c.schedule).into());
            faults.push(
                Fault::new(&c.path, saw, fix)
                    .and_saw("no route, page or function of the app answers there")
                    .titled(format!("The cron {path} calls a route that does not exist"))
                    .at(c.at.clone()),
            );
        }
        let open = || found.crons.iter().find_map(|c| if let Leads::Perhaps(why) = c.leads { Some(why) } else { None });
        if faults.is_empty() && found.crons.iter().all(|c| matches!(c.leads, Leads::Perhaps(_)))
            && let Some(why) = open()
        {
            return Verdict::not_applicable(why);
        }
        faults.into()
    }
}
