//! The whole of the env and code families over a tree of 4,000 files, in a git repository, beside `rg` for one
//! literal over the same tree; and over a starter app.
//!
//! `cargo bench --bench source` measures the release build and ends with an error past the budget. Other scanners
//! are timed where they are installed (`pip install kingfisher-bin semgrep`). The scan of the history is left out:
//! it takes as long as the history is.

use launchcheck_fixtures::memory;
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

const FILES: usize = 4000;
/// How often each is run; the best time counts, since what else the machine does only adds to it.
const RUNS: usize = 15;

/// The budgets: what the whole of it may take beside `rg`, what a starter app may take, and the most memory in MB.
const TIMES: f64 = 4.0;
const STARTER: Duration = Duration::from_millis(10);
const MEMORY: u64 = 150;

/// What the whole of it is measured beside.
const RG: &[&str] = &["rg", "-c", "-tjs", "-tts", "process\\.env"];

/// What semgrep looks for: the reads of variables.
const RULE: &str =
    "rules:\n- id: env\n  pattern: process.env.$NAME\n  message: read\n  languages: [typescript]\n  severity: INFO\n";

fn main() -> ExitCode {
    let root = std::env::temp_dir().join(format!("launchcheck-bench-{}", std::process::id()));
    let large = tree(&root.join("large"), FILES);
    let small = tree(&root.join("small"), 42);
    println!("tree: {FILES} files, {} MB", size(&large) / 1_000_000);
    let mut fine = true;
    let mut told = |what: &str, measured: String, budget: String, ok: bool| {
        fine &= ok;
        println!("{what:<44}{measured:>12}   at most {budget:<10}{}", if ok { "ok" } else { "TOO MUCH" });
    };
    let millis = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    // In turn, so that what else the machine does adds to both.
    let (mut ours, mut rg) = (Duration::MAX, Some(Duration::MAX));
    for _ in 0..RUNS {
        ours = ours.min(audit(&large));
        rg = rg.and_then(|best| Some(best.min(timed(&mut command(RG, &large))?)));
    }
    println!("{:<44}{:>12}", "rg, one literal", rg.map_or("not installed".into(), millis));
    let times = rg.map_or(f64::INFINITY, |rg| ours.as_secs_f64() / rg.as_secs_f64());
    told("env and code, beside rg", format!("{times:.1} x"), format!("{TIMES} x"), times <= TIMES);
    println!("{:<44}{:>12}", "env and code, of it", millis(ours));
    let starter = (0..RUNS).map(|_| audit(&small)).min().unwrap_or_default();
    told("a starter app (42 files)", millis(starter), millis(STARTER), starter <= STARTER);
    let peak = peak(&large);
    told("memory", format!("{} MB", peak / 1024), format!("{MEMORY} MB"), peak / 1024 <= MEMORY);
    println!("{:<44}{:>12}", "reading the source alone", millis(best(|| read(&large))));
    println!("{:<44}{:>12}", "of the starter app", millis(best(|| read(&small))));
    // Neither asks anybody over the network: no key is tried, no release looked for, no registry of rules read.
    let kingfisher = ["kingfisher", "scan", "--no-validate", "--no-update-check", "--git-history=none"];
    other("kingfisher", &kingfisher, &large);
    let rule = root.join("rule.yml");
    fs::write(&rule, RULE).expect("a file is written");
    let semgrep = ["semgrep", "scan", "--metrics=off", "--disable-version-check", "--quiet", "--config"];
    other("semgrep, one rule", &[&semgrep[..], &[&rule.to_string_lossy()]].concat(), &large);
    drop(fs::remove_dir_all(&root));
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(root: &Path) {
    let shown = |p: &Path| p.display().to_string();
    std::hint::black_box(launchcheck_source::read(root, &shown));
}
/// The whole of both families but for the history.
fn families(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_launchcheck"));
    command.args(["audit", "--only", "env,code", "--skip", "code.secret-in-history,env.exposed-secret-in-use"]);
    command.args(["--format", "json"]).current_dir(root).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
/// How long it takes, the start of the process included.
fn audit(root: &Path) -> Duration {
    let began = Instant::now();
    let ended = families(root).status().expect("launchcheck runs");
    let took = began.elapsed();
    assert_eq!(ended.code(), Some(0), "a tree without faults");
    took
}
/// The most resident memory, in KiB.
fn peak(root: &Path) -> u64 {
    let mut child = families(root).spawn().expect("launchcheck runs");
    memory::peak(&mut child).expect("its memory is read")
}
fn best(mut f: impl FnMut()) -> Duration {
    let all = (0..RUNS).map(|_| {
        let began = Instant::now();
        f();
        began.elapsed()
    });
    all.min().unwrap_or_default()
}
fn command(words: &[&str], tree: &Path) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg(tree).stdout(Stdio::null()).stderr(Stdio::null());
    command
}
/// How long a command takes; `None` where it is not installed.
fn timed(command: &mut Command) -> Option<Duration> {
    let began = Instant::now();
    command.status().ok()?;
    Some(began.elapsed())
}
fn other(name: &str, words: &[&str], tree: &Path) {
    // The first run reads what it has on its disk.
    let took = timed(&mut command(words, tree)).and_then(|_| timed(&mut command(words, tree)));
    match took {
        Some(took) => println!("{name:<44}{:>9.1} ms", took.as_secs_f64() * 1000.0),
        None => println!("{name:<44}   not installed"),
    }
}
fn size(root: &Path) -> u64 {
    let mut all = 0;
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(m) if m.is_dir() && entry.file_name() != ".git" => open.push(entry.path()),
                Ok(m) if m.is_dir() => {}
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
    let git = |args: &[&str]| {
        let ended = Command::new("git").arg("-C").arg(root).args(args).stdout(Stdio::null()).status();
        assert!(ended.expect("git is installed").success(), "git {args:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["-c", "user.name=bench", "-c", "user.email=bench@acme.test", "commit", "-q", "-m", "All of it"]);
    root.to_owned()
}
