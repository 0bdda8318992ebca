//! `launchcheck init`: writes a configuration from what the repository says of itself.

use super::wrong;
use crate::{
    config::load::NAMES,
    exit,
    infer::{self, Hint, Inferred},
    problem::Problem,
};
use launchcheck_checks::vocab::DomainName;
use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Write a launchcheck.toml from what this repository says of itself.
///
/// Looks at dotenv files, vercel.json, the configuration of Next.js, package.json, routes and schemas, and
/// says beside each line where it comes from. A file that is there is never overwritten.
#[derive(Debug, clap::Args)]
#[command(next_display_order = None)]
pub(super) struct Args {
    /// The repository's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print it and write nothing
    #[arg(long)]
    stdout: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<(String, u8)> {
    if !args.dir.is_dir() {
        return Err(wrong(Problem::new(format!("{} is not a folder", args.dir.display()))));
    }
    let text = template(&infer::look(&args.dir));
    if args.stdout {
        return Ok((text, exit::GO));
    }
    let there = |name: &&&str| fs::symlink_metadata(args.dir.join(name)).is_ok();
    if let Some(name) = NAMES.iter().find(there) {
        return Err(wrong(
            Problem::new(format!("{} is already there, and is not overwritten", shown(&args.dir.join(name))))
                .hint("`launchcheck init --stdout` prints what it would have written"),
        ));
    }
    let path = args.dir.join(NAMES[0]);
    // Only a file that was not there a moment ago: two runs at once do not overwrite each other either.
    let made = fs::File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    made.map_err(|e| wrong(Problem::new(format!("cannot write {}", shown(&path))).cause(e)))?;
    let named = text.lines().filter(|l| l.starts_with('[')).count();
    let said = format!(
        "Wrote {} with {named} table{}. Read it: each line says where it comes from.\nThen: launchcheck audit\n",
        shown(&path),
        if named == 1 { "" } else { "s" }
    );
    Ok((said, exit::GO))
}
fn shown(path: &Path) -> String {
    let clean: PathBuf = path.components().filter(|c| c.as_os_str() != ".").collect();
    clean.display().to_string()
}

/// A text as TOML takes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out + "\""
}
fn listed(items: &[impl AsRef<str>]) -> String {
    format!("[{}]", items.iter().map(|i| quoted(i.as_ref())).collect::<Vec<_>>().join(", "))
}
/// What stands behind a `#` must not end the line.
fn because(from: &str) -> String {
    from.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn template(seen: &Inferred) -> String {
    let mut out = String::from(
        "# What launchcheck audits. Each line says where it was read; what is commented out is to be filled in.\n\
         # The keys: `launchcheck schema config`, or the README.\n",
    );
    site(seen, &mut out);
    email(seen, &mut out);
    webhooks(seen, &mut out);
    apps(seen, &mut out);
    billing(seen, &mut out);
    checks(&mut out);
    out
}

/// The domain without `www.`.
fn bare(host: &DomainName) -> DomainName {
    let apex = host.as_str().strip_prefix("www.").and_then(|a| DomainName::parse(a).ok());
    apex.unwrap_or_else(|| host.clone())
}

fn site(seen: &Inferred, out: &mut String) {
    out.push('\n');
    if let Some(host) = &seen.host {
        let domain = bare(&host.value);
        let _ = writeln!(out, "[site]\ndomain = {}  # {}", quoted(domain.as_str()), because(&host.from));
        let _ = writeln!(out, "canonical = {}  # where visitors should end", quoted(host.value.as_str()));
    } else {
        out.push_str("# [site]\n# domain = \"acme.com\"\n");
    }
    out.push_str("# launch-date = 2026-12-01\n# private-paths = [\"/admin\", \"/dashboard\"]\n");
}

fn email(seen: &Inferred, out: &mut String) {
    out.push('\n');
    let senders: Vec<&str> = seen.senders.iter().map(|s| s.value.as_str()).collect();
    let mailers: Vec<&str> = seen.mailers.iter().map(|m| m.value).collect();
    if senders.is_empty() && mailers.is_empty() {
        out.push_str("# [email]\n# from = [\"Acme <hello@acme.com>\"]\n# providers = [\"resend\"]\n");
        return;
    }
    out.push_str("[email]\n");
    if senders.is_empty() {
        out.push_str("# from = [\"Acme <hello@acme.com>\"]\n");
    } else {
        let _ = writeln!(out, "from = {}  # {}", listed(&senders), reasons(&seen.senders));
    }
    if !mailers.is_empty() {
        let _ = writeln!(out, "providers = {}  # {}", listed(&mailers), reasons(&seen.mailers));
    }
    out.push_str("# dkim-selectors = [\"resend\"]\n# receives = true\n");
}
fn reasons<T>(hints: &[Hint<T>]) -> String {
    because(&hints.iter().map(|h| h.from.as_str()).collect::<Vec<_>>().join(", "))
}

fn webhooks(seen: &Inferred, out: &mut String) {
    out.push_str("\n# A URL that stands here gets one unsigned and one forged POST in each audit.\n");
    for hook in &seen.webhooks {
        let (provider, path) = &hook.value;
        let secret = launchcheck_checks::providers::by_id(provider)
            .and_then(|p| p.env.as_ref())
            .and_then(|e| e.vars.iter().find(|v| v.role == launchcheck_checks::providers::Role::WebhookSecret))
            .and_then(|v| v.names.iter().find(|n| seen.required.iter().any(|r| r == *n)).or(v.names.first()));
        // Without a domain nobody can be called.
        let mark = if seen.host.is_some() { "" } else { "# " };
        let host = seen.host.as_ref().map_or("acme.com", |h| h.value.as_str());
        let _ = writeln!(out, "{mark}[[webhook]]  # {}", because(&hook.from));
        let _ = writeln!(out, "{mark}provider = {}", quoted(provider));
        let _ = writeln!(out, "{mark}url = {}", quoted(&format!("https://{host}{path}")));
        if let Some(secret) = secret {
            let _ = writeln!(out, "{mark}secret-env = {}", quoted(secret));
        }
    }
    if seen.webhooks.is_empty() {
        out.push_str("# [[webhook]]\n# provider = \"stripe\"\n# url = \"https://acme.com/api/webhooks/stripe\"\n");
        out.push_str("# secret-env = \"STRIPE_WEBHOOK_SECRET\"\n");
    }
}

fn apps(seen: &Inferred, out: &mut String) {
    if seen.apps.is_empty() && seen.example.is_none() && seen.production.is_none() {
        out.push_str("\n# [[app]]\n# production = \".env.production\"\n");
        return;
    }
    let only = [Hint { value: ".".to_owned(), from: "this folder".to_owned() }];
    let all = if seen.apps.is_empty() { &only[..] } else { &seen.apps };
    for (at, app) in all.iter().enumerate() {
        let _ = writeln!(out, "\n[[app]]  # {}", because(&app.from));
        if app.value != "." {
            let _ = writeln!(out, "path = {}", quoted(&app.value));
        }
        if at > 0 {
            out.push_str("# production = \".env.production\"\n");
            continue;
        }
        if let Some(example) = &seen.example {
            let _ = writeln!(out, "example = {}", quoted(&example.value));
        }
        match &seen.production {
            Some(file) => {
                let _ = writeln!(out, "production = {}  # {}", quoted(&file.value), because(&file.from));
            }
            None => out.push_str(
                "# production = \".env.production\"  # or --env-file with what `vercel env pull` and its like write\n",
            ),
        }
        out.push_str("# preview = \".env.preview\"  # its secrets must not be those of production\n");
        if !seen.required.is_empty() {
            let _ = writeln!(out, "required = {}  # the example file names them", listed(&seen.required));
        }
    }
}

fn billing(seen: &Inferred, out: &mut String) {
    let (Some(stripe), Some(database)) = (&seen.stripe, &seen.database) else {
        out.push_str("\n# [[billing]]\n# provider = \"stripe\"\n# stripe-key-env = \"STRIPE_SECRET_KEY\"\n# database-url-env = \"DATABASE_URL\"\n");
        return;
    };
    let _ = writeln!(out, "\n[[billing]]  # {}", because(&stripe.from));
    let _ = writeln!(
        out,
        "provider = \"stripe\"\nstripe-key-env = {}  # one that may only read is enough",
        quoted(&stripe.value)
    );
    let orm = seen.orm.as_ref().map(|o| format!(", through {}", o.value)).unwrap_or_default();
    let _ = writeln!(out, "database-url-env = {}  # {}{orm}", quoted(&database.value), because(&database.from));
    out.push_str(
        "# mapping = { table = \"users\", customer = \"stripe_customer_id\", status = \"subscription_status\" }\n",
    );
}

/// The numbers that launch guides ask for, as queries to be filled in.
fn checks(out: &mut String) {
    out.push_str(
        "
# Numbers of your own. Each query gives one number; it runs with --allow-sql alone, in a transaction that
# only reads. Put your tables' names in.
#
# [[check.sql]]
# name = \"jobs are done within 5 minutes (p95, last 7 days), in seconds\"
# query = \"select coalesce(percentile_cont(0.95) within group (order by extract(epoch from finished_at - created_at)), 0)::int from jobs where created_at > now() - interval '7 days'\"
# max = 300
#
# [[check.sql]]
# name = \"nobody is stuck in onboarding for 24 hours\"
# query = \"select count(*) from users where onboarded_at is null and created_at < now() - interval '24 hours'\"
# expect = 0
",
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Source, load};

    fn reads(text: &str) -> crate::config::Config {
        let source = Source { shown: "launchcheck.toml".into(), root: "/nowhere".into(), text: text.into() };
        load::parse(source).unwrap_or_else(|e| panic!("{e}\n{text}"))
    }

    #[test]
    fn it_is_a_configuration_with_and_without_hints() {
        let empty = template(&Inferred::default());
        let config = reads(&empty);
        assert!(config.site.is_none() && config.apps.is_empty());
        let hint = |v: &str| Hint { value: v.to_owned(), from: "a \"file\"\nof mine".to_owned() };
        let host = DomainName::parse("www.acme.test").unwrap();
        let seen = Inferred {
            host: Some(Hint { value: host, from: "APP_URL in .env".into() }),
            webhooks: vec![Hint { value: ("stripe", "/api/hook".into()), from: "app/api/hook/route.ts".into() }],
            apps: vec![hint("apps/web"), hint("apps/api")],
            example: Some(hint(".env.example")),
            production: Some(hint(".env.production")),
            database: Some(hint("PG_URL")),
            orm: Some(Hint { value: "Prisma", from: "package.json".into() }),
            stripe: Some(hint("STRIPE_SECRET_KEY")),
            senders: vec![hint("hi@acme.test")],
            mailers: vec![Hint { value: "resend", from: "package.json".into() }],
            required: vec!["STRIPE_SECRET_KEY".into(), "STRIPE_WEBHOOK_SECRET".into()],
        };
        let config = reads(&template(&seen));
        let site = config.site.unwrap();
        assert_eq!((site.domain.unwrap().as_str(), site.canonical.unwrap().as_str()), ("acme.test", "www.acme.test"));
        assert_eq!(config.webhooks[0].url.as_str(), "https://www.acme.test/api/hook");
        assert_eq!(config.webhooks[0].secret_env.as_ref().unwrap().as_str(), "STRIPE_WEBHOOK_SECRET");
        assert_eq!((config.apps.len(), config.billing.len()), (2, 1));
    }

    /// What is commented out is right as well, once its mark is taken off.
    #[test]
    fn the_templates_of_queries_are_complete() {
        let mut text = String::new();
        checks(&mut text);
        for part in text.split("#\n").skip(1) {
            let table = part.replace("# ", "");
            for key in ["[[check.sql]]", "name = ", "query = "] {
                assert!(table.contains(key), "{table}");
            }
            assert_ne!(table.contains("max = "), table.contains("expect = "), "{table}");
        }
    }
}
