//! What is seen at doors, in logs, with tools and with money, and the look-alikes that stay silent.

use launchcheck_checks::{
    code::{
        deeds::Deeds,
        practice::{DoorKind, Leads, LoggedKind, Practice},
    },
    vocab::Gaps,
};
use launchcheck_source::of_texts;

fn practice(files: &[(&str, &str)]) -> Practice {
    of_texts(&files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect::<Vec<_>>()).practice
}
fn deeds(files: &[(&str, &str)]) -> Deeds {
    practice(files).deeds
}
/// Whether the one admin route of these files has a guard.
fn guarded(files: &[(&str, &str)]) -> bool {
    let found = practice(files).doors.doors;
    let admin: Vec<_> = found.iter().filter(|d| d.kind == DoorKind::Admin).collect();
    assert_eq!(admin.len(), 1, "{files:?}: {found:?}");
    admin[0].guard.is_some()
}

#[test]
fn guards_of_every_kind_are_seen() {
    let work = "await prisma.user.deleteMany({}); return Response.json({})";
    let route =
        |head: &str, first: &str| format!("{head}\nexport async function POST(req: Request) {{ {first}; {work} }}");
    for (head, first) in [
        ("import { auth } from '@/auth'", "const s = await auth()"),
        ("", "const s = await getServerSession(options)"),
        ("", "if (req.headers.get('x-api-key') !== key) return"),
        ("", "if (bad) return new Response('', { status: 401 })"),
        ("", "if (user.role !== 'ADMIN') return"),
        ("", "await assertAdmin(req)"),
        ("", "if (req.headers.authorization !== process.env.ADMIN_SECRET) return"),
        ("", "if (process.env.NODE_ENV === 'production') return"),
        ("import { verify } from 'jsonwebtoken'", "verify(token, key)"),
        ("import { createClient } from '@/lib/supabase'", "const { data } = await supabase.auth.getUser()"),
    ] {
        assert!(guarded(&[("app/api/admin/a/route.ts", &route(head, first))]), "{head} {first}");
    }
    assert!(!guarded(&[("app/api/admin/a/route.ts", &route("", "const author = await findAuthor()"))]));
    assert!(!guarded(&[(
        "pages/api/admin/a.ts",
        &format!("export default async function handler(req, res) {{ {work} }}")
    )]));
}

#[test]
fn guards_are_found_through_imports_wrappers_and_reexports() {
    let work = "prisma.user.deleteMany({})";
    let lib =
        ("lib/rights.ts", "export const only = (f) => async (req) => { if (!req.cookies) return; return f(req) }");
    let wrapped = format!("import {{ only }} from '@/lib/rights'\nexport const POST = only(async () => {work})");
    assert!(guarded(&[("app/api/admin/a/route.ts", &wrapped), lib]));
    let service = (
        "services/users.ts",
        "import { me } from './me'\nexport async function drop() { await me(); await prisma.user.deleteMany({}) }",
    );
    let me = ("services/me.ts", "import { cookies } from 'next/headers'\nexport const me = async () => cookies()");
    let thin = "import { drop } from '@/services/users'\nexport const POST = async () => { await drop(); return Response.json({}) }";
    assert!(guarded(&[
        ("src/app/api/admin/a/route.ts", thin),
        (&format!("src/{}", service.0), service.1),
        (&format!("src/{}", me.0), me.1)
    ]));
    let reexport = "export { POST } from '../../../../server/admin'";
    let there = format!("export async function POST() {{ await requireUser(); await {work} }}");
    assert!(guarded(&[("app/api/admin/a/route.ts", reexport), ("server/admin.ts", &there)]));
    let open = format!("export async function POST() {{ await {work} }}");
    assert!(!guarded(&[("app/api/admin/a/route.ts", reexport), ("server/admin.ts", &open)]));
}

#[test]
fn a_middleware_covers_what_its_matcher_says() {
    let route = ("app/api/admin/a/route.ts", "export const POST = async () => { await prisma.user.deleteMany({}) }");
    let fence = |matcher: &str| {
        format!(
            "import {{ getToken }} from 'next-auth/jwt'\nexport async function middleware(req) {{ if (!(await getToken({{ req }}))) \
             return Response.redirect('/login') }}\nexport const config = {{ matcher: {matcher} }}"
        )
    };
    for (matcher, covers) in [
        ("['/api/admin/:path*']", true),
        ("'/((?!_next|favicon.ico).*)'", true),
        ("['/((?!api|_next/static).*)']", false),
        ("['/dashboard/:path*']", false),
    ] {
        assert_eq!(guarded(&[route, ("middleware.ts", &fence(matcher))]), covers, "{matcher}");
    }
    let bare = "import { clerkMiddleware } from '@clerk/nextjs/server'\nexport default clerkMiddleware()";
    assert!(!guarded(&[route, ("middleware.ts", bare)]));
}

#[test]
fn what_cannot_be_parsed_is_a_gap_of_its_own_matter_alone() {
    let found = practice(&[("app/api/admin/a/route.ts", "export const = {"), ("lib/a.ts", "const = {")]);
    assert_eq!(found.doors.gaps().len(), 1, "{:?}", found.doors);
    assert!(found.logs.gaps().is_empty() && found.deeds.tools.gaps().is_empty());
}

#[test]
fn crons_find_their_routes() {
    let package = ("package.json", "{\"dependencies\":{\"next\":\"16.0.0\"}}");
    let leads = |path: &str, more: &[(&str, &str)]| {
        let vercel = format!("{{\"crons\":[{{\"path\":\"{path}\",\"schedule\":\"0 5 * * *\"}}]}}");
        let mut files = vec![package, ("vercel.json", vercel.as_str())];
        files.extend_from_slice(more);
        practice(&files).schedule.crons.remove(0).leads
    };
    let get = "export const GET = () => new Response()";
    for (path, file) in [
        ("/api/cron", "app/api/cron/route.ts"),
        ("/api/cron?x=1", "src/app/(jobs)/api/cron/route.js"),
        ("/api/cron/a/b", "app/api/cron/[...all]/route.ts"),
        ("/api/cron", "app/api/cron/[[...all]]/route.ts"),
        ("/api/cron/7", "pages/api/cron/[id].ts"),
        ("/api/cron", "pages/api/cron/index.ts"),
        ("/api/cron", "api/cron.ts"),
        ("/tick", "app/tick/page.tsx"),
    ] {
        assert!(matches!(leads(path, &[(file, get)]), Leads::To(_)), "{path} {file}");
    }
    assert_eq!(leads("/api/cron/a", &[("app/api/cron/route.ts", get)]), Leads::Nowhere);
    assert_eq!(leads("/api/cron", &[("app/api/crons/route.ts", get)]), Leads::Nowhere);
    let config = (
        "next.config.js",
        "module.exports = { rewrites: () => [{ source: '/api/:path*', destination: 'https://x' }] }",
    );
    assert!(matches!(leads("/api/cron", &[config]), Leads::Perhaps(_)));
    let other = practice(&[("vercel.json", "{\"crons\":[{\"path\":\"/a\",\"schedule\":\"* * * * *\"}]}")]);
    assert!(matches!(other.schedule.crons[0].leads, Leads::Perhaps(_)));
}

#[test]
fn logs_show_what_goes_into_them_as_it_is() {
    let kinds = |text: &str| practice(&[("lib/a.ts", text)]).logs.leaks.iter().map(|l| l.kind).collect::<Vec<_>>();
    assert_eq!(kinds("console.log(process.env)"), [LoggedKind::Variable]);
    assert_eq!(kinds("logger.error({ password: input.password })"), [LoggedKind::Secret]);
    assert_eq!(kinds("console.log(JSON.stringify({ apiKey }))"), [LoggedKind::Secret]);
    assert_eq!(kinds("console.info('for ' + user.email)"), [LoggedKind::Person]);
    assert_eq!(kinds("console.debug(`token ${token}`)"), [LoggedKind::Perhaps]);
    for healthy in [
        "console.log('STRIPE_SECRET_KEY is missing')",
        "console.log(Boolean(process.env.STRIPE_SECRET_KEY), !process.env.DATABASE_URL)",
        "console.log(process.env.NEXT_PUBLIC_API_KEY, process.env.NODE_ENV)",
        "console.log(mask(process.env.STRIPE_SECRET_KEY), token.length, password === again)",
        "console.log(errors.password, t.email, form.token)",
        "blog.log(password); catalog.info(secret)",
        "toast.error(user.email)",
    ] {
        assert_eq!(kinds(healthy), [], "{healthy}");
    }
    assert!(practice(&[("scripts/a.ts", "console.log(process.env)")]).logs.leaks.is_empty());
}

#[test]
fn tools_that_ask_first_are_healthy() {
    let writes = |execute: &str| {
        let text = format!(
            "import {{ tool }} from 'ai'\nimport {{ helper }} from './helper'\nexport const a = tool({{ description: 'a', inputSchema: s, execute: {execute} }})"
        );
        let helper = "export async function helper(id) { await db.delete(orders) }";
        deeds(&[("lib/tools.ts", &text), ("lib/helper.ts", helper)]).tools.writes.len()
    };
    for open in [
        "async ({ id }) => stripe.refunds.create({ charge: id })",
        "async ({ id }) => { const o = await find(id); if (!o) return 'none'; await prisma.order.delete({ where: { id } }) }",
        "async ({ id }) => helper(id)",
        "async (a) => hubspot.crm.contacts.basicApi.update(a.id, a)",
        "async (a) => fetch(`https://acme.zendesk.com/api/v2/tickets/${a.id}`, { method: 'PUT' })",
    ] {
        assert_eq!(writes(open), 1, "{open}");
    }
    for asked in [
        "async ({ id }) => { await requireApproval(id); return stripe.refunds.create({ charge: id }) }",
        "async ({ id }) => { if (o.total > 50) return 'no'; return stripe.refunds.create({ charge: id }) }",
        "async ({ id }) => prisma.order.delete({ where: { id, userId } })",
        "async ({ id }) => (await canRefund(id)) && stripe.refunds.create({ charge: id })",
        "async ({ id }) => prisma.order.findMany({ where: { id } })",
        "async ({ id }) => fetch('https://api.hubapi.com/crm/v3/objects/contacts/1')",
        "async ({ id }) => cache.delete(id)",
    ] {
        assert_eq!(writes(asked), 0, "{asked}");
    }
    let plain = "export const a = { description: 'a', execute: async () => stripe.refunds.create({}) }";
    assert!(deeds(&[("lib/tools.ts", plain)]).tools.writes.is_empty());
}

#[test]
fn failed_payments_are_followed_into_functions() {
    let silent = |body: &str| {
        let text =
            format!("import {{ log, tell }} from './b'\nswitch (e.type) {{ case 'invoice.payment_failed': {body} }}");
        let b = "export function log(e) { console.log(e.id) }\nexport async function tell(e) { await resend.emails.send({}) }";
        deeds(&[("lib/a.ts", &text), ("lib/b.ts", b)]).money.silent.len()
    };
    for nothing in [
        "break",
        "",
        "console.log(e.id); break",
        "log(e); break",
        "return Response.json({ ok: true })",
        "default: break",
    ] {
        assert_eq!(silent(nothing), 1, "{nothing}");
    }
    for something in [
        "tell(e); break",
        "await queue.add('x'); break",
        "status = 'past_due'; break",
        "case 'invoice.paid': await sync(e)",
    ] {
        assert_eq!(silent(something), 0, "{something}");
    }
}

#[test]
fn columns_that_can_hold_a_status() {
    let status = |files: &[(&str, &str)]| {
        let found = deeds(files).columns;
        (found.tables.len(), found.status)
    };
    let id = "stripeSubscriptionId String?";
    assert_eq!(status(&[("prisma/schema.prisma", &format!("model User {{\n id String\n {id}\n}}\n"))]), (1, false));
    assert_eq!(
        status(&[("prisma/schema.prisma", &format!("model User {{\n id String\n {id}\n plan String\n}}\n"))]),
        (1, true)
    );
    let two = format!("model User {{\n id String\n {id}\n}}\nmodel Subscription {{\n id String\n state String\n}}\n");
    assert_eq!(status(&[("prisma/schema.prisma", &two)]), (1, true));
    let post = format!("model User {{\n id String\n {id}\n}}\nmodel Post {{\n id String\n status String\n}}\n");
    assert_eq!(status(&[("prisma/schema.prisma", &post)]), (1, false));
    let drizzle = "export const users = pgTable('users', {\n  id: text('id'),\n  stripeSubscriptionId: text('stripe_subscription_id'),\n})";
    assert_eq!(status(&[("db/schema.ts", drizzle)]), (1, false));
    let sql = "create table users (\n  id int,\n  stripe_subscription_id text\n);";
    assert_eq!(status(&[("supabase/migrations/1.sql", sql)]), (1, false));
    let later = "alter table users add column subscription_status text;";
    assert_eq!(status(&[("supabase/migrations/1.sql", sql), ("supabase/migrations/2.sql", later)]), (1, true));
}

#[test]
fn pipelines_that_check_and_that_do_not() {
    let watch = |path: &str, text: &str| {
        deeds(&[("package.json", "{\"dependencies\":{\"next\":\"16\"},\"scripts\":{\"test\":\"jest\"}}"), (path, text)])
            .watch
    };
    let checks = |text: &str| watch(".github/workflows/a.yml", text).pipelines[0].checks;
    assert!(checks("steps:\n  - run: pnpm test"));
    assert!(checks("steps:\n  - run: npx tsc --noEmit"));
    assert!(!checks(
        "name: test and deploy\nruns-on: ubuntu-latest\nsteps:\n  - uses: actions/checkout@v5\n  # - run: npm test\n  - run: vercel deploy --prod"
    ));
    assert!(watch(".gitlab-ci.yml", "script: npm run lint").pipelines[0].checks);
    assert!(watch("docs/a.yml", "test").pipelines.is_empty());
}

#[test]
fn bodies_that_anything_looks_at_are_healthy() {
    let raw = |text: &str| {
        let text = format!("export async function POST(req) {{ {text} }}");
        practice(&[("app/api/a/route.ts", &text)]).work.inputs.raw.len()
    };
    for open in [
        "const body = await req.json(); await prisma.a.create({ data: body })",
        "const b = await req.json(); await db.insert(a).values(b)",
        "const b = await req.json(); await supabase.from('a').insert({ ...b, at: now })",
        "const b = Object.fromEntries(await formData); await prisma.a.update({ where, data: { ...b } })",
    ] {
        assert_eq!(raw(open), 1, "{open}");
    }
    for healthy in [
        "const body = await req.json(); const input = schema.parse(body); await prisma.a.create({ data: input })",
        "const body = await req.json(); check(body); await prisma.a.create({ data: body })",
        "const body = schema.parse(await req.json()); await prisma.a.create({ data: body })",
        "const body = await req.json(); await prisma.a.create({ data: { name: body.name } })",
        "const body = await req.json(); await stripe.customers.create(body)",
    ] {
        assert_eq!(raw(healthy), 0, "{healthy}");
    }
}

#[test]
fn rows_with_an_owner() {
    let schema = ("prisma/schema.prisma", "model Note {\n id String\n userId String\n}\nmodel Tag {\n id String\n}\n");
    let unscoped = |text: &str| {
        let text =
            format!("export async function DELETE(req, {{ params }}) {{ const session = await auth(); {text} }}");
        practice(&[schema, ("app/api/a/[id]/route.ts", &text)]).work.inputs.unscoped.len()
    };
    assert_eq!(unscoped("await prisma.note.delete({ where: { id: params.id } })"), 1);
    for healthy in [
        "await prisma.note.delete({ where: { id: params.id, userId: session.user.id } })",
        "const note = await find(params.id); if (note.userId !== session.user.id) return; await prisma.note.delete({ where: { id: params.id } })",
        "await assertOwner(params.id); await prisma.note.delete({ where: { id: params.id } })",
        "await prisma.tag.delete({ where: { id: params.id } })",
        "await prisma.note.delete({ where: { id: session.noteId } })",
        "if (session.user.role !== 'admin') return; await prisma.note.delete({ where: { id: params.id } })",
    ] {
        assert_eq!(unscoped(healthy), 0, "{healthy}");
    }
}

#[test]
fn actions_that_wait_for_one_company() {
    let lib = [
        ("lib/stripe.ts", "import Stripe from 'stripe'\nexport const stripe = new Stripe(key)"),
        (
            "lib/mail.ts",
            "import { Resend } from 'resend'\nconst r = new Resend(key)\nexport async function send(to) { await r.emails.send({ to }) }",
        ),
    ];
    let chained = |body: &str| {
        let text = format!(
            "'use server'\nimport {{ stripe }} from '@/lib/stripe'\nimport {{ send }} from '@/lib/mail'\nexport async function join(a) {{ {body} }}"
        );
        let mut files = vec![("app/actions.ts", text.as_str())];
        files.extend(lib);
        practice(&files).work.jobs.chained.len()
    };
    assert_eq!(chained("await stripe.customers.create({}); await send(a)"), 1);
    for healthy in [
        "await stripe.customers.create({}); after(async () => { await send(a) })",
        "await stripe.customers.create({}); await stripe.subscriptions.create({})",
        "await stripe.customers.retrieve(a); await send(a)",
        "const s = await stripe.checkout.sessions.create({}); await send(a)",
        "await db.insert(a); await send(a)",
    ] {
        assert_eq!(chained(healthy), 0, "{healthy}");
    }
}

#[test]
fn remarks_that_leave_a_step_to_somebody() {
    let notes = |text: &str| practice(&[("lib/a.ts", text)]).work.notes.manual.len();
    for left in ["// do this manually", "  * TODO: cancel by hand", "/* for now we add credits manually */"] {
        assert_eq!(notes(left), 1, "{left}");
    }
    for healthy in [
        "// so that nobody has to do this manually, never",
        "// you don't need to do this manually",
        "const a = 'do this manually'",
        "fetch('https://x.test/do this manually')",
        "// the user can close it manually",
        "// memoised by hand for speed",
    ] {
        assert_eq!(notes(healthy), 0, "{healthy}");
    }
}

const DB: (&str, &str) = ("lib/db.ts", "export const prisma = new PrismaClient()");

/// The doors of these files that nothing keeps shut, each with whether all of it could be followed.
fn open(files: &[(&str, &str)]) -> Vec<(String, bool)> {
    let all = practice(files).doors.doors.into_iter();
    all.filter(|d| d.guard.is_none() && d.does.is_some()).map(|d| (d.route, d.writes && !d.unsure)).collect()
}

#[test]
fn an_admin_page_that_reads_the_database_is_a_door_and_its_layouts_count() {
    let page = (
        "app/admin/users/page.tsx",
        "import { prisma } from '@/lib/db'\nexport default async function Page() { return <p>{await prisma.user.count()}</p> }",
    );
    assert_eq!(open(&[page, DB]), [("/admin/users".to_owned(), false)]);
    for guard in [
        (
            "app/admin/layout.tsx",
            "export default async function L({ children }) { const s = await auth(); if (!s) redirect('/'); return children }",
        ),
        ("app/layout.tsx", "export default function L({ children }) { return <AdminGuard>{children}</AdminGuard> }"),
        (
            "middleware.ts",
            "import { getToken } from 'next-auth/jwt'\nexport async function middleware(req) { if (!(await getToken({ req }))) return Response.redirect('/login') }\nexport const config = { matcher: ['/admin/:path*'] }",
        ),
    ] {
        assert_eq!(open(&[page, DB, guard]), [], "{guard:?}");
    }
    // What reads nothing on the server shows nothing, and neither does a guide for administrators.
    let still = (
        "app/admin/page.tsx",
        "import { list } from '@/lib/list'\nexport default function Page() { return <p>{list()}</p> }",
    );
    assert_eq!(open(&[still, ("lib/list.ts", "export function list() { return ['a'] }")]), []);
    let client = (
        "app/admin/page.tsx",
        "'use client'\nimport { prisma } from '@/lib/db'\nexport default function Page() { prisma.user.count(); return <p/> }",
    );
    assert_eq!(open(&[client, DB]), []);
    let old = |first: &str| {
        format!(
            "import {{ prisma }} from '@/lib/db'\nexport async function getServerSideProps(ctx) {{ {first} return {{ props: {{ n: await prisma.user.count() }} }} }}\nexport default function P() {{ return <p/> }}"
        )
    };
    assert_eq!(open(&[("pages/admin/index.tsx", &old("")), DB]), [("/admin".to_owned(), false)]);
    assert_eq!(
        open(&[("pages/admin/index.tsx", &old("const s = await getServerSession(ctx.req, ctx.res, o);")), DB]),
        []
    );
}

#[test]
fn a_server_action_is_a_door_of_its_own_whatever_stands_around_its_page() {
    let action = |first: &str| {
        format!(
            "'use server'\nimport {{ prisma }} from '@/lib/db'\nimport {{ gate }} from '@/lib/gate'\nexport async function drop(id) {{ {first} await prisma.user.delete({{ where: {{ id }} }}) }}\nexport async function look() {{ return prisma.user.count() }}"
        )
    };
    let layout = (
        "app/admin/layout.tsx",
        "export default async function L({ children }) { await requireAdmin(); return children }",
    );
    let gate = (
        "lib/gate.ts",
        "import { cookies } from 'next/headers'\nexport async function gate() { if (!(await cookies()).get('staff')) throw new Error('no') }",
    );
    assert_eq!(
        open(&[("app/admin/actions.ts", &action("")), layout, gate, DB]),
        [("drop in app/admin/actions.ts".to_owned(), true)]
    );
    assert_eq!(open(&[("app/admin/actions.ts", &action("await gate();")), layout, gate, DB]), []);
    // By its file's name alone it is not sure who may call it.
    assert_eq!(
        open(&[("lib/admin-actions.ts", &action("")), gate, DB]),
        [("drop in lib/admin-actions.ts".to_owned(), false)]
    );
    assert_eq!(open(&[("lib/administration.ts", &action("")), gate, DB]), []);
}

#[test]
fn procedures_are_told_where_they_are_called_public() {
    let router = |procedure: &str, body: &str| {
        format!(
            "import {{ router, {procedure} }} from '../trpc'\nimport {{ prisma }} from '@/lib/db'\nexport const adminRouter = router({{ drop: {procedure}.input(schema).mutation(({{ ctx, input }}) => {{ {body} return prisma.user.delete({{ where: {{ id: input.id }} }}) }}) }})"
        )
    };
    let trpc = (
        "server/trpc.ts",
        "const t = initTRPC.create()\nexport const router = t.router\nexport const publicProcedure = t.procedure\nexport const staffProcedure = t.procedure",
    );
    let at = |procedure: &str, body: &str| open(&[("server/routers/admin.ts", &router(procedure, body)), trpc, DB]);
    assert_eq!(at("publicProcedure", ""), [("drop in server/routers/admin.ts".to_owned(), true)]);
    assert_eq!(at("publicProcedure", "if (!ctx.session) throw no;"), []);
    assert_eq!(at("staffProcedure", ""), []);
    let orpc = "import { os } from '@orpc/server'\nimport { prisma } from '@/lib/db'\nexport const drop = { drop: os.input(schema).handler(async ({ input }) => { await prisma.user.delete({ where: { id: input.id } }) }) }";
    assert_eq!(open(&[("server/admin.ts", orpc), DB]), [("drop in server/admin.ts".to_owned(), true)]);
    assert_eq!(open(&[("server/admin.ts", &orpc.replace("os.input", "os.use(only).input")), DB]), []);
}

#[test]
fn served_routes_are_told_where_nothing_before_them_may_ask() {
    let app = |before: &str, guard: &str| {
        format!(
            "import {{ Hono }} from 'hono'\nimport {{ prisma }} from '@/lib/db'\nimport {{ x }} from '@acme/x'\nimport {{ stamp }} from './stamp'\nconst app = new Hono()\n{before}\napp.delete('/admin/users/:id', {guard} async (c) => {{ await prisma.user.delete({{ where: {{ id: c.req.param('id') }} }}); return c.json({{}}) }})\nexport default app"
        )
    };
    let stamp = ("src/stamp.ts", "export const stamp = async (c, next) => { c.set('at', 1); await next() }");
    let at = |before: &str, guard: &str| open(&[("src/index.ts", &app(before, guard)), stamp, DB]);
    let found = [("DELETE /admin/users/:id".to_owned(), true)];
    assert_eq!(at("", ""), found);
    assert_eq!(at("app.use(cors()); app.use('*', logger()); app.use(stamp)", ""), found);
    for (before, guard) in [
        ("app.use('/admin/*', requireAdmin)", ""),
        ("app.use(x())", ""),
        (
            "app.use('*', async (c, next) => { if (!c.req.header('authorization')) return c.text('', 401); await next() })",
            "",
        ),
        ("", "requireAdmin,"),
        ("", "bearerAuth({ token }),"),
    ] {
        assert_eq!(at(before, guard), [], "{before} {guard}");
    }
    // A file that mounts it may ask first.
    let mounts =
        ("src/server.ts", "import app from './index'\nimport { only } from '@acme/x'\nroot.use('/api', only, app)");
    assert_eq!(open(&[("src/index.ts", &app("", "")), stamp, mounts, DB]), []);
}

#[test]
fn queues_are_told_by_what_their_libraries_do_by_themselves() {
    use launchcheck_checks::code::work::Library;
    let jobs = |files: &[(&str, &str)]| {
        let jobs = practice(files).work.jobs;
        (
            jobs.once.iter().map(|t| t.library).collect::<Vec<_>>(),
            jobs.unheard.iter().map(|t| t.library).collect::<Vec<_>>(),
        )
    };
    let client =
        ("inngest/client.ts", "import { Inngest } from 'inngest'\nexport const inngest = new Inngest({ id: 'a' })");
    let inngest = |options: &str| {
        let text = format!(
            "import {{ inngest }} from './client'\nexport const f = inngest.createFunction({{ id: 'f'{options} }}, {{ event: 'a' }}, run)"
        );
        jobs(&[("inngest/f.ts", &text), client])
    };
    assert_eq!(inngest(""), (vec![], vec![Library::Inngest]));
    assert_eq!(inngest(", retries: 0, onFailure: tell"), (vec![Library::Inngest], vec![]));
    assert_eq!(inngest(", ...shared"), (vec![], vec![]));
    let one = |text: &str| jobs(&[("lib/q.ts", text)]);
    for (text, once, unheard) in [
        (
            "import { task } from '@trigger.dev/sdk'\nexport const t = task({ id: 't', run })",
            vec![],
            vec![Library::TriggerDev],
        ),
        (
            "import { task } from '@trigger.dev/sdk'\nexport const t = task({ id: 't', retry: { maxAttempts: 1 }, onFailure, run })",
            vec![Library::TriggerDev],
            vec![],
        ),
        (
            "import { Client } from '@upstash/qstash'\nawait q.publishJSON({ url, body, retries: 0, failureCallback: u })",
            vec![Library::QStash],
            vec![],
        ),
        (
            "import { Client } from '@upstash/qstash'\nawait q.publishJSON({ url, body, headers: { 'Upstash-Retries': '0' } })",
            vec![Library::QStash],
            vec![Library::QStash],
        ),
        (
            "import PgBoss from 'pg-boss'\nawait boss.createQueue('a', { deadLetter: 'b' }); await boss.work('a', run)",
            vec![],
            vec![],
        ),
        (
            "import PgBoss from 'pg-boss'\nawait boss.send('a', {}, { retryLimit: 0 }); await boss.work('a', run)",
            vec![Library::PgBoss],
            vec![Library::PgBoss],
        ),
        (
            "import { run } from 'graphile-worker'\nawait addJob('a', {}, { maxAttempts: 1 }); const r = await run({ taskList }); r.events.on('job:failed', tell)",
            vec![Library::Graphile],
            vec![],
        ),
        (
            "import { Queue, Worker } from 'bullmq'\nnew Queue('a', { connection }); new Worker('a', run)",
            vec![Library::BullMq],
            vec![Library::BullMq],
        ),
        (
            "import { Queue, Worker } from 'bullmq'\nnew Queue('a', { connection, defaultJobOptions: { attempts: 3 } }); new Worker('a', run).on('failed', tell)",
            vec![],
            vec![],
        ),
        ("export const retries = 0", vec![], vec![]),
    ] {
        assert_eq!(one(text), (once, unheard), "{text}");
    }
}
