//! Variables from wherever they are, what a repository says of itself, and `launchcheck init`: by the
//! built executable, in folders as people have them.

use launchcheck_fixtures::{
    World,
    scenarios::{self, noise, stripe_key},
    temp::TempDir,
};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn put(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_launchcheck"));
    command.current_dir(folder).env_clear().args(args).output().unwrap()
}
fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
fn report(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}\n{said}"))
}
/// The row of a variable in the table of what production runs with.
fn row(report: &Value, name: &str) -> Vec<String> {
    let all = report["exhibits"].as_array().unwrap();
    let table = all.iter().find(|e| e["id"] == "env-production").unwrap_or_else(|| panic!("{all:?}"));
    let rows = table["table"]["rows"].as_array().unwrap_or_else(|| panic!("{table}"));
    let row = rows.iter().find(|r| r[0] == name).unwrap_or_else(|| panic!("{name}: {table}"));
    row.as_array().unwrap().iter().map(|c| c.as_str().unwrap_or_default().to_owned()).collect()
}

/// An app as a template leaves it.
fn app(folder: &Path) {
    put(
        folder,
        "package.json",
        "{\"dependencies\":{\"next\":\"16.4.6\",\"stripe\":\"23.1.0\",\"resend\":\"6.38.0\",\"@prisma/client\":\"7.0.0\"}}\n",
    );
    put(
        folder,
        "prisma/schema.prisma",
        "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n",
    );
    put(
        folder,
        "app/api/webhooks/stripe/route.ts",
        "export async function POST(r: Request) {\n  stripe.webhooks.constructEvent(await r.text(), r.headers.get(\"stripe-signature\")!, process.env.STRIPE_WEBHOOK_SECRET!);\n  return new Response();\n}\n",
    );
    put(folder, ".env.example", "STRIPE_SECRET_KEY=\nSTRIPE_WEBHOOK_SECRET=\nDATABASE_URL=\n");
    put(
        folder,
        ".env.production",
        &format!("NEXT_PUBLIC_APP_URL=https://www.acme.test\nSTRIPE_SECRET_KEY={}\n", stripe_key("sk", "live")),
    );
    put(folder, ".env", "EMAIL_FROM=Acme <hello@acme.test>\n");
}

#[test]
fn init_writes_what_the_repository_says_and_never_over_a_file() {
    let folder = TempDir::new("launchcheck-init").unwrap();
    app(folder.path());
    let shown = run(folder.path(), &["init", "--stdout"]);
    assert!(shown.status.success() && !folder.path().join("launchcheck.toml").exists());
    let text = out(&shown);
    for line in [
        "domain = \"acme.test\"  # NEXT_PUBLIC_APP_URL in .env.production",
        "canonical = \"www.acme.test\"",
        "from = [\"hello@acme.test\"]  # EMAIL_FROM in .env",
        "url = \"https://www.acme.test/api/webhooks/stripe\"",
        "secret-env = \"STRIPE_WEBHOOK_SECRET\"",
        "production = \".env.production\"  # it holds secrets",
        "database-url-env = \"DATABASE_URL\"  # prisma/schema.prisma, through Prisma",
        "# [[check.sql]]",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains(&stripe_key("sk", "live")), "no value is written");
    let wrote = run(folder.path(), &["init"]);
    assert!(wrote.status.success(), "{}", String::from_utf8_lossy(&wrote.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("launchcheck.toml")).unwrap(), text);
    fs::write(folder.path().join("launchcheck.toml"), "# mine\n").unwrap();
    let again = run(folder.path(), &["init"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is already there"), "{again:?}");
    assert_eq!(fs::read_to_string(folder.path().join("launchcheck.toml")).unwrap(), "# mine\n");
    // What it writes is a configuration that the audit takes.
    fs::write(folder.path().join("launchcheck.toml"), text).unwrap();
    let audit = report(&run(folder.path(), &["audit", "--offline", "--format", "json"]));
    assert!(audit["units"].as_array().unwrap().iter().any(|u| u["target"] == "site:acme.test"), "{audit}");
}

#[test]
fn without_a_configuration_the_repository_speaks_for_itself() {
    let folder = TempDir::new("launchcheck-zero").unwrap();
    app(folder.path());
    let audit = report(&run(folder.path(), &["audit", "--offline", "--format", "json"]));
    let notes = audit["run"]["notes"].to_string();
    for part in [
        "acme.test is audited: NEXT_PUBLIC_APP_URL in .env.production names it",
        "the stripe webhook /api/webhooks/stripe (app/api/webhooks/stripe/route.ts)",
        "the database at DATABASE_URL through Prisma (prisma/schema.prisma)",
        "launchcheck init",
    ] {
        assert!(notes.contains(part), "{part}\n{notes}");
    }
    // Nobody declared the route, so it is nobody's target.
    assert!(!audit["units"].to_string().contains("webhook:"), "{}", audit["units"]);
    // An example in a template is no domain.
    let bare = TempDir::new("launchcheck-bare").unwrap();
    put(bare.path(), "package.json", "{\"dependencies\":{\"next\":\"16.4.6\"}}");
    put(bare.path(), ".env", "NEXT_PUBLIC_APP_URL=https://your-domain.com\n");
    let audit = report(&run(bare.path(), &["audit", "--offline", "--format", "json"]));
    assert!(!audit["units"].to_string().contains("site:"), "{}", audit["units"]);
}

#[test]
fn every_host_is_read_and_the_report_says_who_won() {
    let folder = TempDir::new("launchcheck-hosts").unwrap();
    app(folder.path());
    let secret = noise("session", 32);
    put(
        folder.path(),
        "vercel.env",
        &format!("# Created by Vercel CLI\nSESSION_SECRET=\"{secret}$x\"\nHIDDEN_TOKEN=\"[SENSITIVE]\"\n"),
    );
    put(folder.path(), "doppler.json", "{\"API_TOKEN\":{\"computed\":\"a1B2c3D4e5F6g7H8i9J0k1L2\"}}");
    put(
        folder.path(),
        "fly.json",
        "[{\"Name\":\"ONE_SECRET\",\"Digest\":\"9f86\"},{\"Name\":\"TWO_SECRET\",\"Digest\":\"9f86\"}]",
    );
    put(folder.path(), "render.json", "[{\"envVar\":{\"key\":\"RENDER_MODE\",\"value\":\"on\"},\"cursor\":\"c\"}]");
    put(
        folder.path(),
        "compose.yaml",
        "services:\n  web:\n    build: .\n    environment:\n      - QUEUE_URL=redis://queue:6379\n",
    );
    let mut args = vec!["audit", "--offline", "--no-config", "--format", "json", "--only", "env"];
    for file in [".env.production", "vercel.env", "doppler.json", "fly.json", "render.json", "compose.yaml"] {
        args.extend(["--env-file", file]);
    }
    put(folder.path(), ".env.production", "SESSION_SECRET=weak\nNAME=p@ss#w0rd\n");
    let audit = report(&run(folder.path(), &args));
    let session = row(&audit, "SESSION_SECRET");
    assert_eq!(session[2], "vercel.env:2 (vercel env pull)");
    assert_eq!(session[3], ".env.production:1");
    assert!(session[4].contains("a $ in the value that the host set is expanded"), "{session:?}");
    assert_eq!(row(&audit, "HIDDEN_TOKEN")[1], "(not shown by the host)");
    assert_eq!(row(&audit, "TWO_SECRET")[4], "same as ONE_SECRET");
    assert_eq!(row(&audit, "API_TOKEN")[2], "doppler.json:1 (Doppler)");
    assert_eq!(row(&audit, "RENDER_MODE")[2], "render.json:1 (Render)");
    assert_eq!(row(&audit, "QUEUE_URL")[2], "compose.yaml:5 (docker compose)");
    assert_eq!(row(&audit, "NAME")[2], ".env.production:2");
    assert!(row(&audit, "NAME")[4].contains("cut at #"));
    let raised: Vec<&str> = audit["findings"].as_array().unwrap().iter().filter_map(|f| f["rule"].as_str()).collect();
    assert!(raised.contains(&"env.host-value-rewritten") && raised.contains(&"env.hash-truncated"), "{raised:?}");
    let nonsense = folder.path().join("odd.json");
    fs::write(&nonsense, "[1, 2]").unwrap();
    let audit = report(&run(
        folder.path(),
        &["audit", "--offline", "--no-config", "--format", "json", "--only", "env", "--env-file", "odd.json"],
    ));
    assert!(audit["units"].to_string().contains("no known host writes"), "{}", audit["units"]);
}

#[test]
fn no_value_is_ever_printed() {
    let wanted = ["env.", "healthy@env", "code."];
    let secret = |text: &String| text.len() >= 12;
    let picked = scenarios::all().into_iter().filter(|s| wanted.iter().any(|w| s.name.starts_with(w))).step_by(3);
    for scenario in picked {
        let files: Vec<(String, String)> = scenario.plan.files.clone().into_iter().collect();
        let values: Vec<String> = files
            .iter()
            .filter(|(f, _)| f.contains(".env") && !f.contains("example"))
            .flat_map(|(_, text)| text.lines())
            .filter_map(|l| l.split_once('='))
            .filter(|(n, _)| ["SECRET", "KEY", "DATABASE_URL", "PASSWORD"].iter().any(|w| n.contains(w)))
            .filter(|(n, _)| !n.contains("PUBLIC"))
            .map(|(_, v)| v.trim_matches(['"', '\'']).to_owned())
            .filter(secret)
            .collect();
        let world = World::start(scenario.plan.clone()).unwrap();
        for format in [&["--format", "json"][..], &["--format", "human", "-vv"]] {
            let mut command = world.command(env!("CARGO_BIN_EXE_launchcheck"));
            let output = command
                .args(["audit", "--only", "env,code,web.secret-in-bundle"])
                .args(format)
                .args(world.args())
                .output()
                .unwrap();
            let said = out(&output) + &String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("acme.test"), "{said}");
            for value in &values {
                let middle: String =
                    value.chars().skip(9).take(value.chars().count().saturating_sub(12).min(12)).collect();
                assert!(
                    middle.len() < 6 || !said.contains(&middle),
                    "{}: a value of {} characters is printed",
                    scenario.name,
                    value.len()
                );
            }
        }
    }
}

/// Git alone knows what it ignores, and is asked where something may be lying about.
#[test]
fn a_file_of_secrets_that_nothing_keeps_out_of_git_is_told_wherever_it_lies() {
    const HERE: &str = ".env.local";
    const PULLED: &str = ".vercel/.env.production.local";
    for (file, others, told) in [
        (HERE, &[][..], true),
        (PULLED, &[(".gitignore", "node_modules\n")][..], true),
        ("tools/seed/.env", &[(".gitignore", "/.env*\n")][..], true),
        // What tools that search pass over is committed all the same.
        (HERE, &[(".ignore", ".env*\n")][..], true),
        (HERE, &[(".gitignore", ".env*\n")][..], false),
        (PULLED, &[(".gitignore", ".vercel\n")][..], false),
        (HERE, &[(".git/info/exclude", ".env.local\n")][..], false),
        (".env.example", &[][..], false),
    ] {
        let folder = TempDir::new("launchcheck-unguarded").unwrap();
        put(folder.path(), "package.json", "{\"dependencies\":{\"next\":\"16.4.6\"}}\n");
        let made = Command::new("git").arg("-C").arg(folder.path()).args(["init", "--quiet"]).status().unwrap();
        assert!(made.success());
        put(folder.path(), file, &format!("SESSION_SECRET={}\n", noise("lying about", 32)));
        for (other, text) in others {
            put(folder.path(), other, text);
        }
        let audit = report(&run(folder.path(), &["audit", "--only", "code", "--format", "json"]));
        let found: Vec<&Value> = audit["findings"].as_array().unwrap().iter().collect();
        let ours: Vec<_> = found.iter().filter(|f| f["rule"] == "code.env-file-tracked").collect();
        assert_eq!(ours.len(), usize::from(told), "{file} {others:?}: {found:?}");
        assert!(ours.iter().all(|f| f.to_string().contains(file) && f["severity"] == "low"), "{ours:?}");
    }
}
