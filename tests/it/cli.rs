//! The command line as a person or a script meets it: bad input ends 2 and names the place, the
//! cause and what to do; everything that is not an audit prints and ends 0.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// A folder of its own, gone at the end.
struct Folder(PathBuf);
impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("launchcheck-cli-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
    fn put(&self, file: &str, text: &str) -> &Self {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }
    fn run(&self, args: &[&str]) -> Ended {
        Ended::of(&command(&self.0).args(args).output().expect("it runs"))
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The executable, with nothing of this process's environment that decides anything.
fn command(here: &Path) -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_launchcheck"));
    c.current_dir(here).env_clear().stdin(Stdio::null());
    c
}

struct Ended {
    code: i32,
    out: String,
    err: String,
}
impl Ended {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }
    /// Ended 2, said this first on standard error, and nothing on standard output.
    fn refused(&self, headline: &str) {
        assert_eq!(self.code, 2, "{}{}", self.out, self.err);
        assert!(self.err.starts_with(headline), "{}", self.err);
        assert_eq!(self.out, "");
    }
}

#[test]
fn bad_input_ends_two_with_the_place() {
    let f = Folder::new("bad");
    f.put("launchcheck.toml", "[email]\ndkim-selector = \"s1\"\n");
    f.run(&["audit"]).refused(
        "error: launchcheck.toml:2:1: unknown key `dkim-selector`\n    2 | dkim-selector = …\n      \
         | ^^^^^^^^^^^^^ did you mean `dkim-selectors`?\nhint: ",
    );
    f.run(&["audit", "--config", "no.toml"])
        .refused("error: cannot read the configuration no.toml\n cause: No such file");
    f.run(&["audit", "--config", "."]).refused("error: cannot read the configuration .\n cause: it is a folder\n");
    f.put("ok.toml", "[site]\ndomain = \"acme.test\"\n");
    f.run(&["audit", "--config", "ok.toml", "--env-file", "no.env"])
        .refused("error: cannot read no.env (--env-file)\n");
    f.run(&["audit", "--config", "ok.toml", "--ca-bundle", "no.pem"])
        .refused("error: cannot use no.pem (--ca-bundle)\n");
    f.run(&["audit", "--config", "ok.toml", "--ca-bundle", "/dev/zero"])
        .refused("error: cannot use /dev/zero (--ca-bundle)\n cause: it is larger than 16 MiB\n");
    f.run(&["audit", "--config", "ok.toml", "--output", "json=no/report.json"])
        .refused("error: cannot write no/report.json\n cause: there is no folder no\n");
    f.run(&["audit", "--config", "ok.toml", "--only", "host:acm.test"])
        .refused("error: --only: this run has no target `host:acm.test`\nhint: did you mean `host:acme.test`?\n");
    f.run(&["audit", "--no-config"]).refused("error: there is nothing to audit here\n");
    f.run(&["audit", "https://acme.test/"]).refused("error: invalid value");
    f.run(&["audit", "acme.test", "--only", "email.dmarc-mising"]).refused("error: invalid value");
    f.run(&["explain", "email.dmarc-mising"])
        .refused("error: there is no rule `email.dmarc-mising`\nhint: did you mean `email.dmarc-missing`?\n");
    let all = command(&f.0).env("LAUNCHCHECK_CONFIG", "gone.toml").arg("audit").output().expect("it runs");
    Ended::of(&all).refused("error: cannot read the configuration gone.toml\n");
    let all =
        command(&f.0).env("LAUNCHCHECK_TIMEOUT", "soon").args(["audit", "--no-config"]).output().expect("it runs");
    Ended::of(&all).refused("error: LAUNCHCHECK_TIMEOUT: `soon` is not a length of time");
    let none = f.run(&[]);
    assert_eq!((none.code, none.out.as_str()), (2, ""));
    assert!(none.err.contains("Usage: launchcheck"), "{}", none.err);
}

#[test]
fn the_file_of_the_repository_is_found_from_below() {
    let f = Folder::new("below");
    fs::create_dir_all(f.0.join(".git")).expect("a folder");
    f.put("launchcheck.toml", "[site]\ndomain = 3\n").put("apps/web/package.json", "{}");
    let below = command(&f.0.join("apps/web")).arg("audit").output().expect("it runs");
    Ended::of(&below).refused("error: ../../launchcheck.toml:2:10: expected a string, found integer `3`\n");
}

#[test]
fn a_key_in_the_wrong_place_is_never_repeated() {
    let canary = format!("sk_{}_{}", "live", "4eC39HqLyjWDarjtT1zdp7dcCANARY");
    let f = Folder::new("key");
    for text in [
        format!("[[billing]]\nprovider = \"stripe\"\nstripe-key-env = \"{canary}\"\n"),
        format!("[[billing]]\nprovider = \"stripe\"\nstripe-key = \"{canary}\"\n"),
        format!("[site]\ndomain = \"{canary}\"\n"),
        format!("[site\n{canary} = 1\n"),
        format!("[audit]\nonly = [\"{canary}\"]\n"),
    ] {
        f.put("launchcheck.toml", &text);
        let ended = f.run(&["audit"]);
        assert_eq!(ended.code, 2, "{}", ended.err);
        assert!(!ended.err.contains("CANARY"), "{}", ended.err);
    }
    for args in [
        vec!["audit", "--stripe-api", &canary],
        vec!["audit", &canary],
        vec!["explain", &canary],
        vec!["audit", "--only", &canary],
        vec![&canary],
    ] {
        let ended = f.run(&args);
        assert_eq!(ended.code, 2, "{}", ended.err);
        assert!(!ended.err.contains("CANARY"), "{}", ended.err);
    }
}

#[test]
fn what_is_not_an_audit_prints_and_ends_nought() {
    let f = Folder::new("print");
    for args in [
        &["rules"][..],
        &["explain", "scoring"],
        &["explain", "exit-codes"],
        &["explain", "email.dmarc-missing"],
        &["schema", "config"],
        &["schema", "report"],
        &["completions", "bash"],
        &["completions", "zsh"],
        &["completions", "fish"],
        &["man"],
        &["man", "audit"],
        &["--help"],
        &["--version"],
        &["audit", "--help"],
    ] {
        let ended = f.run(args);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{args:?}");
        assert!(!ended.out.is_empty(), "{args:?}");
    }
    let rules: serde_json::Value = serde_json::from_str(&f.run(&["rules", "--format", "json"]).out).expect("JSON");
    let first = rules[0].as_object().expect("an object");
    for key in ["id", "family", "severity", "target", "intent", "since", "summary"] {
        assert!(first.contains_key(key), "{key}");
    }
    for which in ["config", "report"] {
        let schema: serde_json::Value = serde_json::from_str(&f.run(&["schema", which]).out).expect("JSON");
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let f = Folder::new("pipe");
    for args in ["rules", "schema report", "audit acme.test --offline --no-config"] {
        let line = format!("\"$0\" {args} | true; printf '%s' \"${{PIPESTATUS[0]}}\"");
        let mut shell = Command::new("bash");
        let ended = shell.current_dir(&f.0).args(["-c", &line, env!("CARGO_BIN_EXE_launchcheck")]).output();
        let ended = Ended::of(&ended.expect("it runs"));
        assert_eq!(ended.err, "", "{args}");
        assert!(ended.out == "0" || ended.out == "3", "{args}: {}", ended.out);
    }
}

#[test]
fn without_network_the_local_families_run() {
    let f = Folder::new("offline");
    f.put("package.json", "{}").put(".env.example", "DATABASE_URL=\n").put(".env", "DATABASE_URL=postgres://x\n");
    let ended = f.run(&["audit", "--offline", "--format", "json", "--output", "human=report.txt"]);
    let report: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(report["schema"], "launchcheck.report/1");
    assert_eq!(report["exit_code"].as_i64(), Some(i64::from(ended.code)));
    let units = report["units"].as_array().expect("units");
    assert!(units.iter().any(|u| u["target"] == "app:."), "{units:?}");
    assert!(fs::read_to_string(f.0.join("report.txt")).expect("a report").starts_with("launchcheck "));
}

#[test]
fn a_handler_is_explained_line_by_line() {
    let f = Folder::new("handler");
    f.put("package.json", "{\"dependencies\":{\"next\":\"16.0.0\",\"stripe\":\"20.0.0\"}}");
    f.put(
        "app/api/stripe/route.ts",
        "import Stripe from \"stripe\";\nconst stripe = new Stripe(process.env.STRIPE_SECRET_KEY!);\n\
         export async function POST(req: Request) {\n  const body = await req.text();\n  let event;\n  try {\n    \
         event = stripe.webhooks.constructEvent(body, req.headers.get(\"stripe-signature\")!, process.env.STRIPE_WEBHOOK_SECRET!);\n  \
         } catch {\n    return new Response(\"bad\", { status: 400 });\n  }\n  \
         if (event.type === \"invoice.paid\") await db.user.update({ where: { id: 1 }, data: { plan: \"pro\" } });\n  \
         return new Response(\"ok\");\n}\n",
    );
    f.put("app/page.tsx", "export default () => null;\n");
    let page = f.run(&["explain", "--handler", "app/api/stripe/route.ts"]);
    assert_eq!((page.code, page.err.as_str()), (0, ""), "{}", page.out);
    assert!(page.out.starts_with("app/api/stripe/route.ts (/api/stripe)\n"), "{}", page.out);
    let row = |name: &str| {
        let line = page.out.lines().find(|l| l.trim_start().starts_with(name));
        line.unwrap_or_else(|| panic!("no {name}: {}", page.out)).trim_start()[name.len()..].trim().to_owned()
    };
    for (name, said) in [
        ("provider", "stripe"),
        ("verified by", "stripe.webhooks.constructEvent at app/api/stripe/route.ts:7:13"),
        ("secret", "STRIPE_WEBHOOK_SECRET"),
        ("raw body", "yes"),
        ("bad signature", "400"),
        ("type not handled", "200"),
        ("events", "invoice.paid"),
        ("app/api/stripe/route.ts:4:22", "reads the body as text"),
        ("app/api/stripe/route.ts:11:44", "db.user.update (sets a row)"),
    ] {
        assert_eq!(row(name), said, "{name}: {}", page.out);
    }
    let other = f.run(&["explain", "--handler", "app/page.tsx"]);
    other.refused("error: app/page.tsx is no webhook handler of the app in this folder\nhint: a handler is in app/api/stripe/route.ts");
    f.run(&["explain", "--handler", "app/none.ts"]).refused("error: there is no file app/none.ts\n");
}
