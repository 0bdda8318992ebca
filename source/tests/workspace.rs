//! An app of a monorepo: what it imports of the workspace's packages is read with it, and nothing else
//! of them.

use launchcheck_checks::code::facts::CodeIndex;
use std::{fs, path::Path};

const DB: &str = "import { PrismaClient } from \"@prisma/client\";\n\
    export const db = new PrismaClient({ datasourceUrl: process.env.DATABASE_URL });\n";
const WEBHOOK: &str = "import Stripe from \"stripe\";\nimport { db } from \"@acme/db\";\n\
    const stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);\n\
    export async function handle(req: Request) {\n  const body = await req.text();\n  \
    const signature = req.headers.get(\"stripe-signature\");\n  \
    if (!signature) return new Response(\"no signature\", { status: 400 });\n  let event;\n  try {\n    \
    event = stripe.webhooks.constructEvent(body, signature, process.env.STRIPE_WEBHOOK_SECRET!);\n  \
    } catch {\n    return new Response(\"bad\", { status: 400 });\n  }\n  \
    if (event.type === \"invoice.paid\") await db.user.update({ where: { id: event.data.object.id }, data: { plan: \"pro\" } });\n  \
    return new Response(\"ok\");\n}\n";

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        fs::write(path, text).expect("a file is written");
    }
}
fn read(name: &str, root: &[(&str, &str)]) -> CodeIndex {
    let at = std::env::temp_dir().join(format!("launchcheck-workspace-{name}-{}", std::process::id()));
    write(&at, root);
    write(
        &at,
        &[
            ("apps/web/package.json", "{\"name\":\"@acme/web\",\"dependencies\":{\"next\":\"16.0.0\"}}"),
            (
                "apps/web/src/app/api/stripe/route.ts",
                "import { handle } from \"@acme/payments/webhook\";\nexport const POST = (req: Request) => handle(req);\n",
            ),
            (
                "packages/payments/package.json",
                "{\"name\":\"@acme/payments\",\"exports\":{\"./webhook\":\"./src/webhook.ts\"},\"dependencies\":{\"stripe\":\"20.0.0\"}}",
            ),
            ("packages/payments/src/webhook.ts", WEBHOOK),
            (
                "packages/payments/src/app/api/other/route.ts",
                "export async function POST() { return new Response(process.env.ROUTE_OF_NOBODY); }",
            ),
            ("packages/payments/scripts/seed.ts", "console.log(process.env.ACME_SEED);"),
            ("packages/db/package.json", "{\"name\":\"@acme/db\",\"main\":\"src/index.ts\"}"),
            ("packages/db/src/index.ts", DB),
            ("packages/unused/package.json", "{\"name\":\"@acme/unused\"}"),
            ("packages/unused/src/index.ts", "export const x = process.env.ACME_OF_ANOTHER_APP;"),
        ],
    );
    let index = launchcheck_source::read(&at.join("apps/web"), &|p| {
        p.strip_prefix(&at).unwrap_or(p).to_string_lossy().into_owned()
    });
    fs::remove_dir_all(&at).expect("it goes again");
    index
}
fn names(index: &CodeIndex) -> Vec<(&str, String)> {
    index.names.reads.iter().map(|r| (r.read.name.as_str(), r.read.at.file.to_string())).collect()
}

#[test]
fn what_the_app_imports_of_the_workspace_is_read_with_it() {
    let npm = [("package.json", "{\"workspaces\":[\"apps/*\",\"./packages/*\",\"!packages/unused\"]}")];
    let pnpm =
        [("pnpm-workspace.yaml", "packages:\n  - \"apps/*\" # the apps\n  - packages/**\n\ncatalog:\n  - none\n")];
    for (name, root) in [("npm", &npm), ("pnpm", &pnpm)] {
        let index = read(name, root);
        assert_eq!(
            names(&index),
            [
                ("DATABASE_URL", "packages/db/src/index.ts".to_owned()),
                ("STRIPE_SECRET_KEY", "packages/payments/src/webhook.ts".to_owned()),
                ("STRIPE_WEBHOOK_SECRET", "packages/payments/src/webhook.ts".to_owned()),
            ],
            "{name}"
        );
        let [handler] = index.hooks.handlers.as_slice() else { panic!("{name}: {:?}", index.hooks.handlers) };
        assert_eq!(
            (handler.file.as_str(), handler.events.iter().map(String::as_str).collect::<Vec<_>>()),
            ("apps/web/src/app/api/stripe/route.ts", vec!["invoice.paid"]),
            "{name}"
        );
        assert_eq!(index.hooks.versions.get("stripe").map(String::as_str), Some("20.0.0"), "{name}");
    }
}

#[test]
fn without_a_workspace_nothing_outside_is_read() {
    let index = read("none", &[("package.json", "{}")]);
    assert_eq!(names(&index), []);
}
