//! `code.retry-missing`
use super::work::Jobs;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Verdict},
};

rule! {
    /// A queue of BullMQ is used, and nothing says how often a job is tried: it is tried once.
    ///
    /// # Why at launch
    /// The mail provider is down for a minute, and every mail of that minute is lost.
    ///
    /// # Fix
    /// Give the queue `defaultJobOptions: { attempts: 5, backoff: { type: "exponential", delay: 1000 } }`.
    ///
    /// # References
    /// - BullMQ, retrying: <https://docs.bullmq.io/guide/retrying-failing-jobs>
    ///
    /// ```pass
    /// file lib/queue.ts
    /// import { Queue } from "bullmq"
    /// new Queue("mail", { connection, defaultJobOptions: { attempts: 5 } })
    /// ```
    /// ```fail
    /// file lib/queue.ts
    /// import { Queue } from "bullmq"
    /// new Queue("mail", { connection })
    /// ```
    "code.retry-missing" on App, Low;
    fails "Jobs are tried once only"; holds "Failed jobs are tried again";
    fn check(jobs: Part<'_, Jobs>) -> Verdict {
        let Some(found) = jobs.first() else { return Verdict::Pass };
        let Some(at) = found.queues.first() else {
            return if found.gaps.is_empty() { Verdict::not_applicable("the source has none of BullMQ") } else { Verdict::Pass };
        };
        if found.attempts {
            return Verdict::Pass;
        }
        let fix = Fix::Code { place: at.file.clone(), lines: vec!["defaultJobOptions: { attempts: 5, backoff: { type: \"exponential\", delay: 1000 } }".into()] };
        Fault::new(&at.file, Evidence::Place(at.clone(), "this queue tries a job once".into()), fix).at(at.clone()).into()
    }
}
