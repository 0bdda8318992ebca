//! The set of handlers that the analyser is held to: each case is a few files and what must be said
//! of them. `handlers.cases` holds them; a case without a handler is a trap that must stay silent.

use launchcheck_checks::code::facts::{Handler, OpenWhen, Unfollowed, Verified};
use launchcheck_source::of_texts;
use std::collections::BTreeMap;

struct Case {
    name: String,
    want: BTreeMap<String, String>,
    files: Vec<(String, String)>,
}

fn cases() -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    for line in include_str!("handlers.cases").lines() {
        if let Some(name) = line.strip_prefix("## ") {
            out.push(Case { name: name.to_owned(), want: BTreeMap::new(), files: Vec::new() });
        } else if let Some(case) = out.last_mut() {
            if let Some(want) = line.strip_prefix("want ") {
                for pair in want.split(' ') {
                    let (key, value) = pair.split_once('=').expect("a case is well written");
                    case.want.insert(key.to_owned(), value.to_owned());
                }
            } else if let Some(file) = line.strip_prefix("// file ") {
                case.files.push((file.to_owned(), String::new()));
            } else if let Some((_, text)) = case.files.last_mut() {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    out
}

fn said(h: &Handler, key: &str) -> String {
    let when = |w: &OpenWhen| match w {
        OpenWhen::NoSecret => "secret",
        OpenWhen::NoHeader => "header",
        OpenWhen::Failed => "failed",
        OpenWhen::NotProduction => "dev",
        OpenWhen::Other => "other",
    };
    match key {
        "provider" => h.provider.unwrap_or("none").to_owned(),
        "verified" => match &h.verified {
            Verified::Open(all) => {
                let mut words: Vec<&str> = all.iter().map(|(_, w)| when(w)).collect();
                words.sort_unstable();
                format!("open:{}", words.join("+"))
            }
            other => other.word().to_owned(),
        },
        "raw" => h.raw_body.word().to_owned(),
        "secret" => h.on_missing_secret.word().replace(' ', "-"),
        "header" => h.on_missing_header.word().replace(' ', "-"),
        "bad" => h.on_bad_signature.word().replace(' ', "-"),
        "unhandled" => h.unhandled.word().replace(' ', "-"),
        "events" => h.events.join(","),
        "statuses" => h.statuses.join(","),
        "idem" => h.idempotency.word().replace(' ', "-"),
        "edge" => h.edge.to_string(),
        "cmp" => h.plain_compare.is_some().to_string(),
        "swallowed" => (!h.swallowed.is_empty()).to_string(),
        "unanswered" => (!h.unanswered.is_empty()).to_string(),
        "before" => h.writes_before.len().to_string(),
        "made" => h.verify.as_ref().map_or_else(|| "none".into(), |v| format!("{:?}", v.made)),
        "names" => h.verify.as_ref().map(|v| v.secret.join(",")).unwrap_or_default(),
        "route" => h.route.clone(),
        "inline" => h.effects.iter().filter(|e| e.awaited && !e.kind.is_write()).count().to_string(),
        other => panic!("no such key: {other}"),
    }
}

#[test]
fn every_handler_is_judged_right() {
    let mut wrong = Vec::new();
    let all = cases();
    for case in &all {
        let index = of_texts(&case.files);
        if !index.tree.unparsed.is_empty() {
            wrong.push(format!("{}: could not parse {:?}", case.name, index.tree.unparsed));
            continue;
        }
        let handlers = &index.hooks.handlers;
        let want = case.want.get("handlers").map_or(1, |n| n.parse().expect("a case is well written"));
        if handlers.len() != want {
            wrong.push(format!("{}: {} handlers, not {want}: {handlers:#?}", case.name, handlers.len()));
            continue;
        }
        let Some(h) = handlers.first() else { continue };
        let mut bad = false;
        for (key, value) in case.want.iter().filter(|(k, _)| *k != "handlers") {
            let got = said(h, key);
            if got != *value {
                bad = true;
                wrong.push(format!("{}: {key} is {got}, not {value}", case.name));
            }
        }
        if bad {
            let lines: Vec<String> = h.trace.iter().map(|(p, t)| format!("    {p} {t}")).collect();
            wrong.push(lines.join("\n"));
        }
    }
    assert!(all.len() >= 40, "{}", all.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_verification_that_is_left_to_others_is_a_gap_and_no_pass() {
    let file = |text: &str| vec![("app/api/webhooks/paddle/route.ts".to_owned(), text.to_owned())];
    let gaps = |text: &str| Unfollowed::of(&of_texts(&file(text)).hooks).gaps;
    let left = gaps(
        "import { receive } from \"@acme/hooks\";\nexport const POST = receive({ secret: process.env.PADDLE_WEBHOOK_SECRET });\n",
    );
    assert_eq!(left.len(), 1, "{left:?}");
    let own = "import { paddle } from \"@/lib/paddle\";\nexport async function POST(req: Request) {\n  \
               await paddle.webhooks.unmarshal(await req.text(), process.env.PADDLE_WEBHOOK_SECRET!, req.headers.get(\"paddle-signature\")!);\n  \
               return new Response(\"ok\");\n}\n";
    assert!(gaps(own).is_empty());
}

#[test]
fn what_a_page_behind_the_checkout_grants_through_a_function_is_compared_with_the_webhook() {
    let grants = |webhook: bool| {
        let mut files = vec![
            (
                "app/billing/return/page.tsx",
                "import { activate } from \"../../../lib/activate\";\nexport default async function Page({ searchParams }) {\n  \
                 const { session_id } = await searchParams;\n  await activate(session_id);\n  return <p>done</p>;\n}\n",
            ),
            (
                "lib/activate.ts",
                "export async function activate(id: string) {\n  const s = await stripe.checkout.sessions.retrieve(id);\n  \
                 await db.update(users).set({ plan: \"pro\" }).where(eq(users.id, s.client_reference_id));\n}\n",
            ),
        ];
        if webhook {
            files.push((
                "app/api/webhooks/stripe/route.ts",
                "import { activate } from \"../../../../lib/activate\";\nexport async function POST(req: Request) {\n  \
                 const sig = req.headers.get(\"stripe-signature\")!;\n  \
                 const event = stripe.webhooks.constructEvent(await req.text(), sig, process.env.STRIPE_WEBHOOK_SECRET!);\n  \
                 if (event.type === \"checkout.session.completed\") await activate(event.data.object.id);\n  \
                 return new Response(\"ok\");\n}\n",
            ));
        }
        let files: Vec<_> = files.into_iter().map(|(p, t)| (p.to_owned(), t.to_owned())).collect();
        of_texts(&files).hooks.grants
    };
    let alone = grants(false);
    assert_eq!(alone.len(), 1, "{alone:?}");
    assert!(!alone[0].also_by_webhook);
    assert_eq!((alone[0].at.line, &*alone[0].writes), (4, "db.update.set"));
    assert!(grants(true).iter().all(|g| g.also_by_webhook));
}
