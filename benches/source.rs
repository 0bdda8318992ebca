//! How long the reading of source takes: a tree of 4,000 files beside `rg` for one literal, and a
//! starter app. `cargo bench -p launchcheck-source`; other scanners are timed where they are
//! installed (kingfisher, semgrep).

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const FILES: usize = 4000;

fn main() {
    let root = std::env::temp_dir().join(format!("launchcheck-bench-{}", std::process::id()));
    let large = tree(&root.join("large"), FILES);
    let small = tree(&root.join("small"), 42);
    let shown = |p: &Path| p.display().to_string();
    let before = memory();
    let ours = best(|| {
        std::hint::black_box(launchcheck_source::read(&large, &shown));
    });
    let peak = memory();
    let starter = best(|| {
        std::hint::black_box(launchcheck_source::read(&small, &shown));
    });
    let bytes: u64 = size(&large);
    let index = launchcheck_source::read(&large, &shown);
    println!("tree: {FILES} files, {} MB", bytes / 1_000_000);
    println!(
        "found: {} reads, {} handlers, {} calls",
        index.names.reads.len(),
        index.hooks.handlers.len(),
        index.calls.calls.len()
    );
    println!("{:<28} {:>9.1?}", "source, best of 7", ours);
    println!("{:<28} {:>9.1?}", "starter app (42 files)", starter);
    println!("{:<28} {:>6} MB (before: {} MB)", "memory at its highest", peak / 1024, before / 1024);
    let rg = other("rg, one literal", &["rg", "-c", "-tjs", "-tts", "process\\.env"], &large);
    if let Some(rg) = rg {
        println!("{:<28} {:>8.1}×", "source ÷ rg", ours.as_secs_f64() / rg.as_secs_f64());
    }
    other("kingfisher", &["kingfisher", "scan", "--no-validate", "--git-history=none", "--format", "json"], &large);
    other("semgrep", &["semgrep", "scan", "--metrics=off", "--quiet", "--config", "p/javascript"], &large);
    drop(fs::remove_dir_all(&root));
}

fn best(mut f: impl FnMut()) -> Duration {
    (0..7)
        .map(|_| {
            let began = Instant::now();
            f();
            began.elapsed()
        })
        .min()
        .unwrap_or_default()
}
fn other(name: &str, command: &[&str], tree: &Path) -> Option<Duration> {
    let run = || {
        let mut c = Command::new(command[0]);
        c.args(&command[1..]).arg(tree).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    if run().is_err() {
        println!("{name:<28} not installed");
        return None;
    }
    let rounds = if command[0] == "rg" { 7 } else { 1 };
    let took = (0..rounds)
        .map(|_| {
            let began = Instant::now();
            let _ = run();
            began.elapsed()
        })
        .min()?;
    println!("{name:<28} {took:>9.1?}");
    Some(took)
}
/// The most memory that this process had so far, in KiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().split(' ').next()?.parse().ok()).unwrap_or_default()
}
fn size(root: &Path) -> u64 {
    let mut all = 0;
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(m) if m.is_dir() => open.push(entry.path()),
                Ok(m) => all += m.len(),
                Err(_) => {}
            }
        }
    }
    all
}

/// An app: components that import each other, one file in eight that reads variables, routes, and one
/// webhook handler in two hundred files.
fn tree(root: &Path, files: usize) -> PathBuf {
    let write = |path: String, text: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root)).expect("a folder is made");
        fs::write(path, text).expect("a file is written");
    };
    write("package.json".into(), "{\"dependencies\":{\"next\":\"16.4.6\",\"stripe\":\"20.0.0\"}}");
    write("tsconfig.json".into(), "{\"compilerOptions\":{\"paths\":{\"@/*\":[\"./src/*\"]}}}");
    for n in 0..files {
        let mut text = String::new();
        let client = n % 3 == 0;
        if client {
            text.push_str("\"use client\";\n\n");
        }
        let _ = writeln!(
            text,
            "import {{ C{} }} from \"@/components/d{}/c{}\";",
            (n * 7) % files,
            (n * 7) % files % 40,
            (n * 7) % files
        );
        text.push_str("import { useState } from \"react\";\n\n");
        if n % 8 == 0 {
            let _ = writeln!(text, "const value = process.env.ACME_VARIABLE_{} ?? \"x\";", n % 300);
        }
        for part in 0..14 {
            let _ = writeln!(
                text,
                "export function part{part}(input: {{ id: string; count: number }}) {{\n  const [state, setState] = useState(input.count);\n  \
                 if (state > {part} && input.id.startsWith(\"a{n}\")) {{\n    return input.id.split(\"-\").map((x) => x.trim()).filter(Boolean);\n  }}\n  \
                 return [state, setState, `${{input.id}}-{part}`];\n}}\n"
            );
        }
        let _ =
            writeln!(text, "export const C{n} = () => <div className=\"p-4 text-sm\"><C{} /></div>;", (n * 7) % files);
        write(format!("src/components/d{}/c{n}.tsx", n % 40), &text);
        if n % 200 == 0 {
            write(
                format!("src/app/api/h{n}/webhook/route.ts"),
                "import Stripe from \"stripe\";\nconst stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);\n\
                 export async function POST(req: Request) {\n  const body = await req.text();\n  let event;\n  try {\n    \
                 event = stripe.webhooks.constructEvent(body, req.headers.get(\"stripe-signature\")!, process.env.STRIPE_WEBHOOK_SECRET!);\n  \
                 } catch {\n    return new Response(\"bad\", { status: 400 });\n  }\n  \
                 if (event.type === \"invoice.paid\") await prisma.user.update({ where: { id: event.data.object.id }, data: { plan: \"pro\" } });\n  \
                 return new Response(\"ok\");\n}\n",
            );
        }
    }
    root.to_owned()
}
