//! `code.admin-unguarded`
use super::{
    doors::{self, Kinds},
    practice::{DoorKind, Doors},
};
use crate::{
    rule,
    vocab::{Part, Severity, Verdict},
};

rule! {
    /// An admin or internal route does its work for whoever calls it: nothing in it, in what it calls
    /// or in the middleware asks who that is.
    ///
    /// Looked at are route files, pages that read the database while they render (with their layouts),
    /// server actions (which no layout keeps shut), procedures that are built on a public one, and
    /// what Hono, Express and Fastify serve; of the last two only what is plain.
    ///
    /// A call of anything whose name speaks of sessions, rights or tokens counts as asking, three calls
    /// deep and through imports, and so does an answer of 401 or 403. Medium where the route writes, low
    /// where it only reads, where a wrapper of a package might ask, and for internal routes.
    ///
    /// # Why at launch
    /// Paths below `/api/admin` are the first that strangers try. A forgotten check hands them the
    /// customers, the refunds or the delete button.
    ///
    /// # Fix
    /// Ask who is calling in the first line of the handler, and answer 401 or 403 to everybody else. If
    /// a function of your own does that and was not recognised, name it under `guards` of the `[[app]]`
    /// table.
    ///
    /// # References
    /// - OWASP API Security 2023, API5: <https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/>
    /// - Next.js, route handlers: <https://nextjs.org/docs/app/guides/data-security>
    ///
    /// ```pass
    /// file app/api/admin/users/route.ts
    /// import { requireAdmin } from "@/lib/rights"
    /// import { prisma } from "@/lib/db"
    /// export async function DELETE(request: Request) {
    ///   await requireAdmin()
    ///   await prisma.user.delete({ where: { id: (await request.json()).id } })
    ///   return Response.json({ ok: true })
    /// }
    /// file lib/rights.ts
    /// export async function requireAdmin() {}
    /// file lib/db.ts
    /// export const prisma = new PrismaClient()
    /// ```
    /// ```pass
    /// guards onlyTheBoss
    /// file app/api/admin/users/route.ts
    /// import { prisma } from "@/lib/db"
    /// export const GET = async () => { onlyTheBoss(); return Response.json(await prisma.user.findMany()) }
    /// ```
    /// ```fail
    /// file app/api/admin/users/route.ts
    /// import { prisma } from "@/lib/db"
    /// export async function DELETE(request: Request) {
    ///   const { id } = await request.json()
    ///   await prisma.user.delete({ where: { id } })
    ///   return Response.json({ ok: true })
    /// }
    /// file lib/db.ts
    /// export const prisma = new PrismaClient()
    /// ```
    /// ```pass
    /// file app/admin/page.tsx
    /// import { prisma } from "@/lib/db"
    /// export default async function Page() { return <p>{await prisma.user.count()}</p> }
    /// file app/admin/layout.tsx
    /// import { gate } from "@/lib/gate"
    /// export default async function Layout({ children }) { await gate(); return children }
    /// file lib/gate.ts
    /// import { cookies } from "next/headers"
    /// export async function gate() { if (!(await cookies()).get("staff")) redirect("/") }
    /// file lib/db.ts
    /// export const prisma = new PrismaClient()
    /// ```
    /// ```fail
    /// file app/admin/actions.ts
    /// "use server"
    /// import { prisma } from "@/lib/db"
    /// export async function remove(id: string) { await prisma.user.delete({ where: { id } }) }
    /// file lib/db.ts
    /// export const prisma = new PrismaClient()
    /// ```
    "code.admin-unguarded" on App, Medium;
    fails "An admin route asks nobody who they are"; holds "Admin routes ask who is calling";
    fn check(found: Part<'_, Doors>) -> Verdict {
        let Some(found) = found.first() else { return Verdict::Pass };
        let of: Kinds = |k| matches!(k, DoorKind::Admin | DoorKind::Internal);
        doors::judge(found, of, "the source has no admin or internal route", |d| {
            (!d.writes || d.unsure || d.kind == DoorKind::Internal).then_some(Severity::Low)
        })
    }
}
