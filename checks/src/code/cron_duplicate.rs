//! `code.cron-duplicate`
use super::practice::Schedule;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// `vercel.json` lists the same path at the same time twice.
    ///
    /// The same path at two different times is healthy.
    ///
    /// # Why at launch
    /// The job runs twice at the same moment: reminders go out twice, and two runs work on the same rows.
    ///
    /// # Fix
    /// Delete one of the two entries.
    ///
    /// # References
    /// - Vercel, concurrency of cron jobs: <https://vercel.com/docs/cron-jobs/manage-cron-jobs#controlling-cron-job-execution>
    ///
    /// ```pass
    /// file vercel.json
    /// { "crons": [{ "path": "/api/cron/a", "schedule": "0 5 * * *" }, { "path": "/api/cron/a", "schedule": "0 17 * * *" }] }
    /// ```
    /// ```fail
    /// file vercel.json
    /// { "crons": [{ "path": "/api/cron/a", "schedule": "0 5 * * *" }, { "path": "/api/cron/a", "schedule": "0  5 * * *" }] }
    /// ```
    "code.cron-duplicate" on App, Medium;
    fails "The same cron is listed twice"; holds "Every cron is listed once";
    fn check(schedules: Part<'_, Schedule>) -> Verdict {
        let Some(found) = schedules.first() else { return Verdict::Pass };
        if found.crons.is_empty() && found.gaps.is_empty() {
            return Verdict::not_applicable("no vercel.json lists a cron");
        }
        let when = |s: &str| s.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let mut faults: Vec<Fault> = Vec::new();
        for (i, c) in found.crons.iter().enumerate() {
            let same = |o: &&super::practice::Cron| {
                o.path == c.path && o.at.file == c.at.file && when(&o.schedule) == when(&c.schedule)
            };
            if let Some(first) = found.crons[..i].iter().find(same)
                && !faults.iter().any(|f| f.subject.as_str() == c.path)
            {
                let fix = Fix::step(format!("Delete the entry at {}", c.at));
                faults.push(
                    Fault::new(&c.path, Evidence::Place(first.at.clone(), "listed here".into()), fix)
                        .and_saw(Evidence::Place(c.at.clone(), "and here, at the same time".into()))
                        .at(c.at.clone()),
                );
            }
        }
        faults.into()
    }
}
