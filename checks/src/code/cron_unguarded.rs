//! `code.cron-unguarded`
use super::{
    doors::{self, Kinds},
    practice::{DoorKind, Doors},
};
use crate::{
    rule,
    vocab::{Part, Severity, Verdict},
};

rule! {
    /// A route that the clock of the host calls does its work for whoever else calls it.
    ///
    /// Medium where it writes or sends, low where it only reads or where a wrapper of a package might
    /// ask for a secret.
    ///
    /// # Why at launch
    /// Paths such as `/api/cron/…` are guessed in minutes. Whoever calls one a thousand times sends a
    /// thousand reminders, or runs up the bill.
    ///
    /// # Fix
    /// Set `CRON_SECRET` (Vercel then sends it with every call) and answer 401 where the header
    /// `authorization` is not `Bearer $CRON_SECRET`.
    ///
    /// # References
    /// - Vercel, securing cron jobs: <https://vercel.com/docs/cron-jobs/manage-cron-jobs#securing-cron-jobs>
    ///
    /// ```pass
    /// file app/api/cron/remind/route.ts
    /// import { db } from "@/lib/db"
    /// export async function GET(request: Request) {
    ///   if (request.headers.get("authorization") !== `Bearer ${process.env.CRON_SECRET}`) return new Response("", { status: 401 })
    ///   await db.insert(reminders)
    ///   return Response.json({ ok: true })
    /// }
    /// file lib/db.ts
    /// export const db = connect()
    /// ```
    /// ```fail
    /// file app/api/cron/remind/route.ts
    /// import { db } from "@/lib/db"
    /// export async function GET() {
    ///   await db.insert(reminders)
    ///   return Response.json({ ok: true })
    /// }
    /// file lib/db.ts
    /// export const db = connect()
    /// ```
    "code.cron-unguarded" on App, Medium;
    fails "A cron route does its work for whoever calls it"; holds "Cron routes know their caller";
    fn check(found: Part<'_, Doors>) -> Verdict {
        let Some(found) = found.first() else { return Verdict::Pass };
        let of: Kinds = |k| k == DoorKind::Cron;
        doors::judge(found, of, "the source has no cron route", |d| (!d.writes || d.unsure).then_some(Severity::Low))
    }
}
