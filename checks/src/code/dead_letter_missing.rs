//! `code.dead-letter-missing`
use super::work::Jobs;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A worker of BullMQ runs jobs, and nothing hears of those that failed for good.
    ///
    /// # Why at launch
    /// The job that grants access fails five times and then lies in a list that nobody reads.
    ///
    /// # Fix
    /// Listen for `failed` and tell somebody, or keep such jobs in a queue of their own.
    ///
    /// # References
    /// - BullMQ, events: <https://docs.bullmq.io/guide/events>
    ///
    /// ```pass
    /// file lib/queue.ts
    /// import { Worker } from "bullmq"
    /// const w = new Worker("mail", run); w.on("failed", (job, error) => report(job.id, error))
    /// ```
    /// ```fail
    /// file lib/queue.ts
    /// import { Worker } from "bullmq"
    /// const w = new Worker("mail", run)
    /// ```
    "code.dead-letter-missing" on App, Low;
    fails "Nobody hears of jobs that failed for good"; holds "Jobs that fail for good are heard of";
    fn check(jobs: Part<'_, Jobs>) -> Verdict {
        let Some(found) = jobs.first() else { return Verdict::Pass };
        let Some(at) = found.workers.first() else {
            return if found.gaps.is_empty() { Verdict::not_applicable("the source has none of BullMQ") } else { Verdict::Pass };
        };
        if found.hears_failures {
            return Verdict::Pass;
        }
        let fix = Fix::Code { place: at.file.clone(), lines: vec!["worker.on(\"failed\", (job, error) => report(job?.id, error));".into()] };
        Fault::new(&at.file, Evidence::Place(at.clone(), "this worker's failures reach nobody".into()), fix).at(at.clone()).into()
    }
}
