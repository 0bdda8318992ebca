//! `code.retry-missing`
use super::work::{self, Jobs, Tried};
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Part, Severity, Verdict},
};

rule! {
    /// A queue tries its jobs once only.
    ///
    /// BullMQ does so where nothing says `attempts`. Inngest, Trigger.dev, QStash, pg-boss and Graphile
    /// Worker try again by themselves; with them it is told, as info, where the source switches that off
    /// (`retries: 0`, `maxAttempts: 1`, `retryLimit: 0`).
    ///
    /// # Why at launch
    /// The mail provider is down for a minute, and every mail of that minute is lost.
    ///
    /// # Fix
    /// Give the queue `defaultJobOptions: { attempts: 5, backoff: { type: "exponential", delay: 1000 } }`,
    /// or take out what switches retries off.
    ///
    /// # References
    /// - BullMQ, retrying: <https://docs.bullmq.io/guide/retrying-failing-jobs>
    /// - Inngest, retries: <https://www.inngest.com/docs/features/inngest-functions/error-retries/retries>
    /// - QStash, retries: <https://upstash.com/docs/qstash/features/retry>
    ///
    /// ```pass
    /// file lib/queue.ts
    /// import { Queue } from "bullmq"
    /// new Queue("mail", { connection, defaultJobOptions: { attempts: 5 } })
    /// ```
    /// ```pass
    /// file inngest/grant.ts
    /// import { inngest } from "./client"
    /// export const grant = inngest.createFunction({ id: "grant" }, { event: "paid" }, async () => {})
    /// file inngest/client.ts
    /// import { Inngest } from "inngest"
    /// export const inngest = new Inngest({ id: "acme" })
    /// ```
    /// ```fail
    /// file lib/queue.ts
    /// import { Queue } from "bullmq"
    /// new Queue("mail", { connection })
    /// ```
    /// ```fail
    /// file lib/queue.ts
    /// import PgBoss from "pg-boss"
    /// const boss = new PgBoss(url)
    /// await boss.send("mail", { to }, { retryLimit: 0 })
    /// ```
    "code.retry-missing" on App, Low;
    fails "Jobs are tried once only"; holds "Failed jobs are tried again";
    fn check(jobs: Part<'_, Jobs>) -> Verdict {
        let Some(found) = jobs.first() else { return Verdict::Pass };
        if !found.queued && found.gaps.is_empty() {
            return Verdict::not_applicable("the source has no queue of a library that is known");
        }
        work::first_of_each(&found.once).map(fault).collect::<Vec<_>>().into()
    }
}

fn fault(t: &Tried) -> Fault {
    let fix = Fix::Code { place: t.at.file.clone(), lines: vec![t.library.retries().into()] };
    let saw = if t.chosen {
        format!("{} would try again, and here that is switched off", t.library.name())
    } else {
        format!("{} tries a job once where nothing says more", t.library.name())
    };
    let fault = Fault::new(&t.at.file, Evidence::Place(t.at.clone(), saw.into()), fix).at(t.at.clone());
    if t.chosen { fault.lowered(Severity::Info) } else { fault }
}
