//! Which variables the source of an app reads.

use launchcheck_checks::{
    code::facts::{CodeIndex, How, NameRead, Side, Time},
    env::facts::Without,
};
use launchcheck_source::of_texts;

fn index(files: &[(&str, &str)]) -> CodeIndex {
    of_texts(&files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect::<Vec<_>>())
}
fn reads(text: &str) -> Vec<NameRead> {
    let found = index(&[("app/a.tsx", text)]);
    assert_eq!(found.tree.unparsed, Vec::<String>::new(), "{text}");
    found.names.reads
}
fn one(text: &str) -> (String, Without, How) {
    let all = reads(text);
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    (all[0].read.name.clone(), all[0].read.without, all[0].how)
}

#[test]
fn the_ways_to_read() {
    for text in [
        "const s = new Stripe(process.env.A_KEY!)",
        "f(process.env.A_KEY as string)",
        "const k = process.env['A_KEY']",
        "const k = process.env[`A_KEY`];",
        "x = import.meta.env.A_KEY",
        "x = globalThis.process?.env?.A_KEY",
        "const env = process.env;\nuse(env.A_KEY)",
        "const { env } = process;\nuse(env.A_KEY)",
        "import { env } from 'node:process';\nuse(env.A_KEY)",
        "if (!process.env.A_KEY) throw new Error('no')",
        "if (!process.env.A_KEY) { throw 1 }",
        "if (!process.env.A_KEY) { console.error('no'); process.exit(1) }",
        "const a = process.env.A_KEY ?? fail('no')",
        "function f() { return (process.env.A_KEY) }",
        "const a = `Bearer ${process.env.A_KEY}`",
        "const a = <a href={process.env.A_KEY}>Don't</a>",
        "const f = <T,>(x: T) => use(process.env.A_KEY, x)",
    ] {
        assert_eq!(one(text), ("A_KEY".into(), Without::Undefined, How::Direct), "{text}");
    }
    for text in [
        "const { A_KEY } = process.env",
        "const { A_KEY: key } = process.env;",
        "let A_KEY; ({ A_KEY } = process.env)",
        "const e = process.env; const { A_KEY } = e",
    ] {
        assert_eq!(one(text), ("A_KEY".into(), Without::Undefined, How::Destructured), "{text}");
    }
}

#[test]
fn what_happens_without() {
    use Without::{Asks, Default, Empty};
    for (text, want) in [
        ("x = process.env.A ?? 'x'", Default),
        ("x = process.env.A! || \"x\"", Default),
        ("x = (process.env.A as string) || ''", Empty),
        ("x = process.env.A || ``", Empty),
        ("const { A = 'x' } = process.env", Default),
        ("if (process.env.A) go()", Asks),
        ("x = process.env.A === 'true'", Asks),
        ("x = process.env.A ? 1 : 2", Asks),
        ("process.env.A && go()", Asks),
        ("x = !!process.env.A", Asks),
        ("x = Boolean(process.env.A)", Asks),
        ("x = 'x' !== process.env.A", Asks),
        ("x = process.env.A ?? null", Asks),
        ("if (!process.env.A) { console.error('no key'); return }", Asks),
    ] {
        assert_eq!(one(text).1, want, "{text}");
    }
    let both = reads("x = process.env.A ?? process.env.B");
    assert_eq!(both.iter().map(|r| r.read.without).collect::<Vec<_>>(), [Default, Without::Undefined]);
    assert!(reads("process.env.A = 'x'; delete process.env.A").is_empty());
}

#[test]
fn what_is_no_code_is_not_read() {
    for text in [
        "// process.env.A",
        "/* process.env.A */",
        "x = 'process.env.A'",
        "x = `process.env.A`",
        "const r = /process.env.A/",
        "const x = a / b; // process.env.A",
        "x = process.env[name]",
        "type T = typeof process.env.A",
    ] {
        assert!(reads(text).is_empty(), "{text}");
    }
    assert_eq!(index(&[("a.ts", "x = process.env[name]")]).names.dynamic.len(), 1);
}

#[test]
fn schemas_and_what_is_made_of_them() {
    let env = "import { createEnv } from '@t3-oss/env-nextjs';\n\
               export const env = createEnv({ server: { A_KEY: z.string().min(1), SMTP_HOST: z.string().optional() },\n\
               client: { NEXT_PUBLIC_URL: z.url() }, experimental__runtimeEnv: {} });";
    let found = index(&[
        ("src/env.ts", env),
        ("src/use.ts", "import { env } from '@/env';\nuse(env.A_KEY, env.notOne)"),
        ("src/lib/index.ts", "export * from '../env'"),
        ("src/other.ts", "import { env as e } from './lib';\nconst { SMTP_HOST } = e"),
    ]);
    let got: Vec<_> =
        found.names.reads.iter().map(|r| (r.read.name.as_str(), r.read.at.file.to_string(), r.how)).collect();
    let want = [
        ("A_KEY", "src/env.ts".to_owned(), How::Schema),
        ("SMTP_HOST", "src/env.ts".into(), How::Schema),
        ("NEXT_PUBLIC_URL", "src/env.ts".into(), How::Schema),
        ("SMTP_HOST", "src/other.ts".into(), How::Object),
        ("A_KEY", "src/use.ts".into(), How::Object),
    ];
    assert_eq!(got, want);
    assert_eq!(found.names.optional.iter().collect::<Vec<_>>(), ["SMTP_HOST"]);
    let envalid = "export default cleanEnv(process.env, { B_URL: str({ default: 'x' }), A_KEY: str() })";
    let found = index(&[("env.ts", envalid), ("a.ts", "import env from './env'; env.A_KEY")]);
    assert_eq!(found.names.reads.len(), 3);
    assert_eq!(found.names.optional.iter().collect::<Vec<_>>(), ["B_URL"]);
    let zod = "const schema = z.object({ A_KEY: z.string() });\nexport const env = schema.parse(process.env);";
    assert_eq!(index(&[("env.ts", zod), ("a.ts", "import { env } from './env'; env.A_KEY")]).names.reads.len(), 2);
}

#[test]
fn functions_that_read() {
    let wrapper = "export function env(name: string, or?: string) { return process.env[name] ?? or }\nenv('OWN_KEY')";
    let found = index(&[
        ("lib/env.ts", wrapper),
        ("a.ts", "import { env } from './lib/env';\nuse(env('A_KEY'), env('B_KEY', ''), other('C_KEY'))"),
    ]);
    let got: Vec<_> = found.names.reads.iter().map(|r| (r.read.name.as_str(), r.read.without)).collect();
    let want = [("A_KEY", Without::Undefined), ("B_KEY", Without::Empty), ("OWN_KEY", Without::Undefined)];
    assert_eq!(got, want);
}

#[test]
fn sides_and_times() {
    let found = index(&[
        ("package.json", "{\"dependencies\":{\"next\":\"16.0.0\",\"@clerk/nextjs\":\"6\"}}"),
        ("app/page.tsx", "import { B } from './b';\nexport default () => <B a={process.env.A_PAGE} />"),
        (
            "app/b.tsx",
            "'use client';\nimport { s } from '../lib/shared';\nexport const B = () => process.env.NEXT_PUBLIC_B",
        ),
        ("lib/shared.ts", "export const s = process.env.S_KEY"),
        ("app/api/x/route.ts", "import { s } from '@/lib/shared';\nexport const GET = () => process.env.R_KEY"),
        ("next.config.mjs", "export default { env: { X_GIVEN: process.env.N_KEY } }"),
        ("lib/given.ts", "use(process.env.X_GIVEN)"),
        ("prisma/schema.prisma", "url = env(\"DATABASE_URL\")"),
    ]);
    let got: Vec<_> = found.names.reads.iter().map(|r| (r.read.name.as_str(), r.side, r.time)).collect();
    let want = [
        ("R_KEY", Side::Server, Time::Run),
        ("NEXT_PUBLIC_B", Side::Client, Time::Build),
        ("A_PAGE", Side::Server, Time::Run),
        ("S_KEY", Side::Both, Time::Run),
        ("N_KEY", Side::Server, Time::Build),
        ("DATABASE_URL", Side::Server, Time::Run),
    ];
    assert_eq!(got, want);
    assert!(found.names.implicit.contains(&("CLERK_SECRET_KEY".into(), "@clerk/nextjs")));
}

#[test]
fn broken_source_is_a_gap_of_its_matter_alone() {
    let found = index(&[
        ("a.ts", "const x = {{{ process.env.A"),
        ("b.ts", "const x = {{{"),
        ("deep.ts", &format!("process.env.X; const x = {}{}", "[\n".repeat(100_000), "]\n".repeat(100_000))),
        ("c.ts", "use(process.env.C_KEY)"),
        ("d.vue", "<template>{{ a }}</template>\n<script setup lang=\"ts\">\nuse(process.env.D_KEY)\n</script>"),
    ]);
    assert_eq!(found.tree.unparsed, ["a.ts", "deep.ts"]);
    assert_eq!(found.names.gaps.len(), 2);
    let got: Vec<_> = found.names.reads.iter().map(|r| r.read.at.to_string()).collect();
    assert_eq!(got, ["c.ts:1:5", "d.vue:3:5"]);
}

#[test]
fn remarks_accept_findings() {
    let text = "// launchcheck-ignore code.webhook-unverified: behind a private network\n\
                x = 1 /* launchcheck-ignore env.unused */\nconst s = 'launchcheck-ignore a.b: c'";
    let found = index(&[("a.ts", text)]).tree.ignores;
    let got: Vec<_> = found.iter().map(|i| (i.rule.as_str(), i.reason.as_str(), i.at.line)).collect();
    assert_eq!(got, [("code.webhook-unverified", "behind a private network", 1), ("env.unused", "", 2)]);
}
