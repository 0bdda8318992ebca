//! The ways of a secret to a browser, one app each: what a build of Next.js does with it was seen
//! with the real one (14, 15 and 16 agree).

use launchcheck_checks::code::facts::{CodeIndex, Into};
use launchcheck_source::of_texts;

const NEXT: (&str, &str) = ("package.json", "{\"dependencies\":{\"next\":\"16.4.6\"}}");

fn index(files: &[(&str, &str)]) -> CodeIndex {
    let all = std::iter::once(&NEXT).chain(files);
    let index = of_texts(&all.map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect::<Vec<_>>());
    assert_eq!(index.tree.unparsed, Vec::<String>::new());
    index
}
/// What reaches the page and what the scripts, by name.
fn leaks(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let all = index(files).exposure.leaks;
    let of = |into: Into| all.iter().filter(|l| l.into == into).map(|l| l.name.clone()).collect();
    (of(Into::Page), of(Into::Script))
}
const S: &str = "ACME_SECRET";

#[test]
fn what_is_rendered_is_in_the_page() {
    let shared = (
        "lib/shared.ts",
        "export const key = process.env.ACME_SECRET;\nexport const get = () => process.env.ACME_SECRET;",
    );
    for files in [
        // A component for browsers renders it: the server renders first.
        vec![("app/c.tsx", "'use client';\nexport function C() { return <p>{process.env.ACME_SECRET}</p> }")],
        vec![(
            "app/c.tsx",
            "'use client';\nexport function C() { const k = process.env.ACME_SECRET; return <p>{k}</p> }",
        )],
        vec![("app/c.tsx", "'use client';\nexport const C = () => <p title={`k ${process.env.ACME_SECRET}`} />")],
        vec![(
            "app/c.tsx",
            "'use client';\nconst { ACME_SECRET } = process.env;\nexport const C = () => { const { ACME_SECRET: k } = process.env; return <p>{k}</p> }",
        )],
        vec![
            shared,
            ("app/c.tsx", "'use client';\nimport { key } from '../lib/shared';\nexport const C = () => <p>{key}</p>"),
        ],
        vec![
            shared,
            ("app/c.tsx", "'use client';\nimport { get } from '../lib/shared';\nexport const C = () => <p>{get()}</p>"),
        ],
        vec![("app/c.tsx", "'use client';\nexport const C = memo(() => <p>{process.env.ACME_SECRET}</p>)")],
        // A page of the server renders it itself.
        vec![(
            "app/page.tsx",
            "export default async function Page() { return <main>{process.env.ACME_SECRET}</main> }",
        )],
        // It is a prop of a component for browsers, alone or inside an object that is never used.
        vec![
            ("app/c.tsx", "'use client';\nexport function C() { return null }"),
            ("app/page.tsx", "import { C } from './c';\nexport default () => <C k={process.env.ACME_SECRET} />"),
        ],
        vec![
            ("app/c.tsx", "'use client';\nexport default function C() { return null }"),
            (
                "app/page.tsx",
                "import C from './c';\nexport default function P() { const o = { a: 1, k: process.env.ACME_SECRET }; return <C o={o} /> }",
            ),
        ],
        vec![
            ("app/c.tsx", "'use client';\nexport default function C() { return null }"),
            (
                "app/page.tsx",
                "import C from './c';\nexport default function P() { return <C {...{ k: process.env.ACME_SECRET }} /> }",
            ),
        ],
        // Metadata, and what a pages-router page is given.
        vec![(
            "app/page.tsx",
            "export const metadata = { title: process.env.ACME_SECRET };\nexport default () => <p />",
        )],
        vec![(
            "app/page.tsx",
            "export async function generateMetadata() { return { other: { k: process.env.ACME_SECRET } } }\nexport default () => <p />",
        )],
        vec![(
            "pages/a.tsx",
            "export async function getServerSideProps() { return { props: { k: process.env.ACME_SECRET } } }\nexport default () => <p />",
        )],
        vec![(
            "pages/a.tsx",
            "export const getStaticProps = async () => ({ props: {} });\nexport default function A() { return <p>{process.env.ACME_SECRET}</p> }",
        )],
    ] {
        assert_eq!(leaks(&files), (vec![S.to_owned()], Vec::new()), "{files:?}");
    }
}

#[test]
fn what_is_compiled_in_is_in_the_scripts() {
    let key = format!("sk_{}_{}", "live", "a1B2c3D4e5F6g7H8i9J0");
    let literal = |text: &str| text.replace("KEY", &format!("'{key}'"));
    for files in [
        vec![("app/c.tsx", literal("'use client';\nexport function C() { return <button onClick={() => pay(KEY)} /> }"))],
        vec![
            ("lib/keys.ts", literal("export const k = KEY;")),
            ("app/c.tsx", "'use client';\nimport { k } from '../lib/keys';\nexport const C = () => <button onClick={() => pay(k)} />".into()),
        ],
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
        let (page, script) = leaks(&files);
        assert_eq!((page, script), (Vec::new(), vec!["sk_live_".to_owned()]), "{files:?}");
    }
    let config = ("next.config.mjs", "export default { env: { X: process.env.ACME_SECRET } }");
    let reads = ("app/c.tsx", "'use client';\nexport const C = () => <button onClick={() => pay(process.env.X)} />");
    assert_eq!(leaks(&[config, reads]), (Vec::new(), vec![S.to_owned()]));
}

#[test]
fn what_stays_on_the_server_is_silent() {
    let key = format!("sk_{}_{}", "live", "a1B2c3D4e5F6g7H8i9J0");
    let unused = format!("export const k = '{key}';\nexport const other = 1;");
    let comment = format!("'use client';\n// {key}\nexport const C = () => <p />");
    let silent = [("app/page.tsx", "export default () => <p />")];
    for files in [
        vec![(
            "app/c.tsx",
            "'use client';\nexport const C = () => <button onClick={() => pay(process.env.ACME_SECRET)} />",
        )],
        vec![(
            "app/c.tsx",
            "'use client';\nexport function C() { useEffect(() => { log(process.env.ACME_SECRET) }, []); return <p /> }",
        )],
        vec![("app/c.tsx", "'use client';\nexport const C = () => <p>{process.env.NEXT_PUBLIC_STRIPE_KEY}</p>")],
        vec![("app/c.tsx", "'use client';\nexport const C = () => <p>{process.env.ACME_SECRET ? 'on' : 'off'}</p>")],
        vec![("app/c.tsx", "'use client';\nexport const C = () => <p>{process.env.ACME_SECRET && <b>on</b>}</p>")],
        vec![("app/c.tsx", "'use client';\nexport const C = () => <p>{process.env.APP_NAME}</p>")],
        vec![(
            "app/api/x/route.ts",
            "export const POST = async () => { await call(process.env.ACME_SECRET); return Response.json({}) }",
        )],
        vec![("app/actions.ts", "'use server';\nexport async function act() { return call(process.env.ACME_SECRET) }")],
        vec![(
            "app/page.tsx",
            "export default async function P() { const data = await fetch(URL, { headers: { a: process.env.ACME_SECRET } }); return <p>{data.title}</p> }",
        )],
        vec![(
            "app/page.tsx",
            "export default function P() { async function act() { 'use server'; await call(process.env.ACME_SECRET) } return <form action={act} /> }",
        )],
        vec![("next.config.mjs", "export default { env: { X: process.env.ACME_SECRET } }"), silent[0]],
        vec![
            ("lib/keys.ts", unused.as_str()),
            ("app/c.tsx", "'use client';\nimport { other } from '../lib/keys';\nexport const C = () => <p>{other}</p>"),
        ],
        vec![
            ("lib/keys.ts", unused.as_str()),
            ("app/api/x/route.ts", "import { k } from '../../../lib/keys';\nexport const GET = () => call(k)"),
        ],
        vec![("app/c.tsx", comment.as_str())],
        vec![("app/c.tsx", "'use client';\nexport const C = () => <input placeholder=\"sk_live_...\" />")],
    ] {
        assert_eq!(leaks(&files), (Vec::new(), Vec::new()), "{files:?}");
    }
}

#[test]
fn the_map_says_where_providers_are_called() {
    let found = index(&[
        (
            "lib/stripe.ts",
            "import Stripe from 'stripe';\nexport const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);",
        ),
        (
            "lib/mail.ts",
            "import { Resend } from 'resend';\nconst resend = new Resend(process.env.RESEND_API_KEY);\nexport const welcome = (to: string) => resend.emails.send({ to });",
        ),
        (
            "app/actions.ts",
            "'use server';\nimport { stripe } from '@/lib/stripe';\nexport const buy = () => stripe.checkout.sessions.create({});",
        ),
        (
            "app/api/webhooks/stripe/route.ts",
            "import { stripe } from '@/lib/stripe';\nimport { welcome } from '@/lib/mail';\nexport async function POST(req: Request) {\n  const event = stripe.webhooks.constructEvent(await req.text(), req.headers.get('stripe-signature')!, process.env.STRIPE_WEBHOOK_SECRET!);\n  if (event.type === 'invoice.paid') await welcome(event.data.object.customer_email);\n  return new Response('ok');\n}",
        ),
        (
            "app/api/cron/sync/route.ts",
            "export const GET = () => fetch('https://api.hubapi.com/crm/v3/objects/contacts?limit=1', { method: 'POST' });",
        ),
        (
            "app/pay.tsx",
            "'use client';\nimport { loadStripe } from '@stripe/stripe-js';\nconst promise = loadStripe('x');\nexport const Pay = () => <button onClick={async () => (await promise).redirectToCheckout({})} />",
        ),
    ]);
    let got: Vec<String> = found
        .calls
        .calls
        .iter()
        .map(|c| format!("{} {} {} {}", c.provider, c.from.word(), c.call, c.events.join(",")))
        .collect();
    for want in [
        "hubspot job fetch https://api.hubapi.com/crm/v3/objects/contacts ",
        "resend webhook resend.emails.send invoice.paid",
        "stripe webhook stripe.webhooks.constructEvent ",
        "stripe server action stripe.checkout.sessions.create ",
    ] {
        assert!(got.iter().any(|g| g == want), "{want}: {got:#?}");
    }
    assert!(got.iter().any(|g| g.starts_with("stripe client")), "{got:#?}");
}
#[test]
fn of_an_object_the_member_that_holds_the_secret_leaks_and_no_other() {
    let client = ("app/c.tsx", "'use client';\nexport function C(p) { return null }");
    let page = |body: &str| {
        let text = format!(
            "import {{ C }} from './c';\nimport {{ config }} from '../lib/config';\nexport default async function Page() {{ {body} }}"
        );
        let config =
            ("lib/config.ts", "export const config = { name: 'Acme', api: { key: process.env.ACME_SECRET } };");
        leaks(&[client, config, ("app/page.tsx", &text)]).0
    };
    assert_eq!(page("const props = { title: 'x', key: config.api.key }; return <C {...props} />"), [S]);
    assert_eq!(page("return <C k={config.api.key} />"), [S]);
    assert_eq!(page("const o = { a: { key: process.env.ACME_SECRET }, t: 'x' }; return <C k={o.a} />"), [S]);
    let none: [&str; 0] = [];
    assert_eq!(
        page("const o = { a: { key: process.env.ACME_SECRET, l: 'y' }, t: 'x' }; return <C t={o.t} l={o.a.l} />"),
        none
    );
    assert_eq!(page("return <C t={config.name} />"), none);
}
