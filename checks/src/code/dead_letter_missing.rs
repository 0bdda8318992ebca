//! `code.dead-letter-missing`
use super::work::{self, Jobs, Tried};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// Jobs run in a queue, and nothing hears of those that failed for good.
    ///
    /// Low of BullMQ, pg-boss and Graphile Worker; info of Inngest, Trigger.dev and QStash, whose
    /// dashboards list such jobs and can be told to mail.
    ///
    /// # Why at launch
    /// The job that grants access fails five times and then lies in a list that nobody reads.
    ///
    /// # Fix
    /// Listen for `failed` and tell somebody, or keep such jobs in a queue of their own.
    ///
    /// # References
    /// - BullMQ, events: <https://docs.bullmq.io/guide/events>
    /// - Inngest, failure handlers: <https://www.inngest.com/docs/features/inngest-functions/error-retries/failure-handlers>
    /// - QStash, failures: <https://upstash.com/docs/qstash/howto/handling-failures>
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
    /// ```pass
    /// file lib/queue.ts
    /// import PgBoss from "pg-boss"
    /// const boss = new PgBoss(url)
    /// await boss.createQueue("mail", { deadLetter: "failed" })
    /// await boss.work("mail", run)
    /// ```
    /// ```fail
    /// file inngest/grant.ts
    /// import { inngest } from "./client"
    /// export const grant = inngest.createFunction({ id: "grant" }, { event: "paid" }, async () => {})
    /// file inngest/client.ts
    /// import { Inngest } from "inngest"
    /// export const inngest = new Inngest({ id: "acme" })
    /// ```
    "code.dead-letter-missing" on App, Low;
    fails "Nobody hears of jobs that failed for good"; holds "Jobs that fail for good are heard of";
    fn check(jobs: Part<'_, Jobs>) -> Verdict {
        let Some(found) = jobs.first() else { return Verdict::Pass };
        if !found.queued && found.gaps.is_empty() {
            return Verdict::not_applicable("the source has no queue of a library that is known");
        }
        work::first_of_each(&found.unheard).map(fault).collect::<Vec<_>>().into()
    }
}

fn fault(t: &Tried) -> Fault {
    let fix = Fix::Code { place: t.at.file.clone(), lines: vec![t.library.hears().into()] };
    let saw = format!("where this job of {} fails for good, nobody is told", t.library.name());
    let fault = Fault::new(&t.at.file, Evidence::Place(t.at.clone(), saw.into()), fix).at(t.at.clone());
    if t.library.has_dashboard() { fault.lowered(Severity::Info) } else { fault }
}
