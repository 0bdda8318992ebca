//! What a repository without `launchcheck.toml` says of itself: its domain, apps, webhook routes, the files
//! with its variables, its database. Each with where it was read, for the report and for
//! `launchcheck init`.

use crate::probe::{env_files, secrets};
use ignore::DirEntry;
use launchcheck_checks::{
    env::{
        dotenv,
        shape::{DigestKey, Kind, Shape},
    },
    providers::{self, Provider, Role},
    vocab::DomainName,
};
use launchcheck_source::walk::walker;
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};
use url::Url;

/// Something that was read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint<T> {
    /// What.
    pub value: T,
    /// Where, for people: `NEXT_PUBLIC_APP_URL in .env.production`.
    pub from: String,
}

/// What a repository says of itself.
#[derive(Clone, Debug, Default)]
pub struct Inferred {
    /// The host that visitors come to.
    pub host: Option<Hint<DomainName>>,
    /// The routes that take webhooks: the provider's id and the path.
    pub webhooks: Vec<Hint<(&'static str, String)>>,
    /// The folders of the apps, relative to the repository; `.` is the repository itself.
    pub apps: Vec<Hint<String>>,
    /// The example file of the first app.
    pub example: Option<Hint<String>>,
    /// The file that holds production's variables.
    pub production: Option<Hint<String>>,
    /// The variable that holds the database's URL.
    pub database: Option<Hint<String>>,
    /// What speaks to the database.
    pub orm: Option<Hint<&'static str>>,
    /// The variable that holds Stripe's key, where Stripe is used.
    pub stripe: Option<Hint<String>>,
    /// The addresses that mail is sent from.
    pub senders: Vec<Hint<String>>,
    /// The services that send it.
    pub mailers: Vec<Hint<&'static str>>,
    /// Variables that nothing of a provider works without, in the example file.
    pub required: Vec<String>,
}

/// The most files that are looked at for webhook routes, and the largest that is read.
const FILES: usize = 20_000;
const FILE_CAP: u64 = 512 * 1024;

/// Reads a repository.
#[must_use]
pub fn look(root: &Path) -> Inferred {
    let apps = apps(root);
    let folder = apps.first().map_or_else(|| root.to_owned(), |a| root.join(&a.value));
    let packages = env_files::packages(&folder).unwrap_or_default();
    let assigned = assigned(&folder);
    let example = env_files::EXAMPLES.iter().find(|n| folder.join(n).is_file());
    let names = |file: &str| secrets::bytes(&folder.join(file)).map(|b| dotenv::parse(&b)).unwrap_or_default();
    let mut required: Vec<String> = example.map(|e| names(e)).unwrap_or_default().into_iter().map(|a| a.name).collect();
    required.retain(|n| providers::by_variable(n).is_some_and(|(_, v)| v.essential && v.role != Role::Public));
    let mut out = Inferred {
        host: host(root, &folder, &assigned),
        webhooks: webhooks(&folder),
        example: example.map(|e| Hint { value: (*e).to_owned(), from: "it is there".to_owned() }),
        production: production(&folder),
        database: database(&folder, &assigned, &required),
        orm: orm(&packages),
        stripe: packages.iter().any(|p| p == "stripe").then(|| Hint {
            value: required
                .iter()
                .find(|n| n.starts_with("STRIPE_") && n.contains("KEY"))
                .cloned()
                .unwrap_or_else(|| "STRIPE_SECRET_KEY".to_owned()),
            from: "package.json depends on stripe".to_owned(),
        }),
        mailers: mailers(&packages),
        required,
        apps,
        ..Inferred::default()
    };
    for (name, value, file) in &assigned {
        let address = value.rsplit_once('<').map_or(value.as_str(), |(_, a)| a.trim_end_matches('>')).trim();
        let own = launchcheck_checks::env::shape::sends_from(name, value).is_some() && !is_placeholder(name, value);
        if own && !out.senders.iter().any(|s| s.value == address) {
            out.senders.push(Hint { value: address.to_owned(), from: format!("{name} in {file}") });
        }
    }
    out
}

impl Inferred {
    /// In a few sentences, for the header of a report.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let mut put = |what: String, from: &str| parts.push(format!("{what} ({from})"));
        for hook in &self.webhooks {
            let (provider, path) = &hook.value;
            put(format!("the {provider} webhook {path}"), &hook.from);
        }
        if let Some(database) = &self.database {
            let orm = self.orm.as_ref().map(|o| format!(" through {}", o.value)).unwrap_or_default();
            put(format!("the database at {}{orm}", database.value), &database.from);
        }
        if let Some(production) = &self.production {
            put(format!("variables of production in {}", production.value), &production.from);
        }
        if parts.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "seen in the repository and not judged until a configuration names it: {}; `launchcheck init` writes one",
            parts.join(", ")
        )]
    }
}

/// The folders of apps: this one, or those of a monorepo.
#[must_use]
pub fn apps(root: &Path) -> Vec<Hint<String>> {
    const FRAMEWORKS: &[&str] = &[
        "next",
        "nuxt",
        "astro",
        "@sveltejs/kit",
        "@remix-run/node",
        "@react-router/node",
        "express",
        "fastify",
        "hono",
        "@nestjs/core",
    ];
    let framework = |folder: &Path| {
        let packages = env_files::packages(folder).ok()?;
        FRAMEWORKS.iter().find(|f| packages.iter().any(|p| p == *f)).copied()
    };
    if let Some(found) = framework(root) {
        return vec![Hint { value: ".".to_owned(), from: format!("package.json depends on {found}") }];
    }
    let mut out = Vec::new();
    for group in ["apps", "packages", "services"] {
        let mut below: Vec<PathBuf> =
            fs::read_dir(root.join(group)).into_iter().flatten().flatten().map(|e| e.path()).collect();
        below.sort();
        for folder in below.into_iter().filter(|f| f.join("package.json").is_file()) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            if let Some(found) = framework(&folder) {
                let from = format!("{group}/{name}/package.json depends on {found}");
                out.push(Hint { value: format!("{group}/{name}"), from });
            }
        }
    }
    out
}

/// What the dotenv files of a folder assign that production may run with: name, value, file.
fn assigned(folder: &Path) -> Vec<(String, String, &'static str)> {
    const FILES: &[&str] = &[".env.production.local", ".env.production", ".env", ".env.local"];
    let read = |file: &&'static str| {
        let values = env_files::values(&folder.join(file)).unwrap_or_default();
        values.into_iter().map(|(n, v)| (n, v, *file)).collect::<Vec<_>>()
    };
    FILES.iter().flat_map(read).collect()
}
fn is_placeholder(name: &str, value: &str) -> bool {
    let example = ["example.com", "example.org", "example.net"].iter().any(|h| value.contains(h));
    example || matches!(Shape::of(name, value, &DigestKey::new(&[0; 32])).kind, Kind::Placeholder(_))
}

/// A public host that an https URL names and that nobody lends out.
fn public_host(name: &str, value: &str) -> Option<DomainName> {
    let url = Url::parse(value.trim()).ok().filter(|u| u.scheme() == "https" && u.port().is_none())?;
    let host = DomainName::parse(url.host_str()?).ok()?;
    let lent = psl::suffix(host.as_str().as_bytes()).is_some_and(|s| s.typ() == Some(psl::Type::Private));
    let local = ["localhost", "local", "internal"].contains(&host.as_str().rsplit('.').next().unwrap_or_default());
    (host.as_str().contains('.') && !lent && !local && !is_placeholder(name, value)).then_some(host)
}

/// The names that hold an app's own address, best first.
const ADDRESSES: &[&str] =
    &["APP_URL", "SITE_URL", "BASE_URL", "WEB_URL", "WEBSITE_URL", "PUBLIC_URL", "NEXTAUTH_URL", "BETTER_AUTH_URL"];

fn host(root: &Path, folder: &Path, assigned: &[(String, String, &str)]) -> Option<Hint<DomainName>> {
    let own = |name: &str| {
        let bare = launchcheck_checks::env::shape::behind_public_prefix(name).unwrap_or(name);
        ADDRESSES.iter().position(|a| *a == bare)
    };
    let mut named: Vec<(usize, usize, Hint<DomainName>)> = Vec::new();
    for (order, (name, value, file)) in assigned.iter().enumerate() {
        // The file of one machine says where that machine serves.
        if let (Some(rank), Some(host), true) = (own(name), public_host(name, value), *file != ".env.local") {
            named.push((rank, order, Hint { value: host, from: format!("{name} in {file}") }));
        }
    }
    named.sort_by_key(|(rank, order, _)| (*rank, *order));
    if let Some((.., hint)) = named.into_iter().next() {
        return Some(hint);
    }
    for folder in [folder, root] {
        let json = |file: &str| serde_json::from_slice::<Json>(&secrets::bytes(&folder.join(file)).ok()?).ok();
        let bare = |text: &str| public_host("", &format!("https://{}", text.trim_start_matches("https://")));
        if let Some(vercel) = json("vercel.json") {
            let alias = vercel.get("alias").and_then(|a| a.as_str().or_else(|| a.get(0)?.as_str()));
            if let Some(value) = alias.and_then(bare) {
                return Some(Hint { value, from: "alias in vercel.json".to_owned() });
            }
        }
        if let Some(hint) = in_configuration(folder) {
            return Some(hint);
        }
        let homepage = json("package.json").and_then(|p| p.get("homepage")?.as_str().map(str::to_owned));
        let forge = |h: &DomainName| {
            providers::is_host_of(h.as_str(), &["github.com", "gitlab.com", "npmjs.com", "bitbucket.org"])
        };
        if let Some(value) = homepage.and_then(|h| public_host("", &h)).filter(|h| !forge(h)) {
            return Some(Hint { value, from: "homepage in package.json".to_owned() });
        }
    }
    None
}

/// `siteUrl: "https://…"` and its like in the configuration of Next.js and of its sitemap.
fn in_configuration(folder: &Path) -> Option<Hint<DomainName>> {
    for stem in ["next.config", "next-sitemap.config", "astro.config", "nuxt.config"] {
        for end in ["ts", "mjs", "js", "cjs"] {
            let file = format!("{stem}.{end}");
            let Ok(bytes) = secrets::bytes(&folder.join(&file)) else { continue };
            for line in String::from_utf8_lossy(&bytes).lines() {
                let code = line.split("//  ").next().unwrap_or(line);
                let Some((key, rest)) = code.split_once(':') else { continue };
                let key = key.trim().trim_matches(['"', '\'']);
                let bare = launchcheck_checks::env::shape::behind_public_prefix(key).unwrap_or(key);
                let own = ["siteUrl", "site", "baseUrl", "metadataBase"].contains(&key) || ADDRESSES.contains(&bare);
                let quoted = rest.split(['"', '\'', '`']).nth(1).unwrap_or_default();
                if let Some(value) = public_host(key, quoted).filter(|_| own) {
                    return Some(Hint { value, from: format!("{key} in {file}") });
                }
            }
        }
    }
    None
}

fn production(folder: &Path) -> Option<Hint<String>> {
    for file in [".env.production.local", ".env.production", ".env.local"] {
        let Ok(values) = env_files::values(&folder.join(file)) else { continue };
        let secret = |(n, v): (&String, &String)| {
            let shape = Shape::of(n, v, &DigestKey::new(&[0; 32]));
            shape.is_confidential() && !shape.is_empty() && !matches!(shape.kind, Kind::Placeholder(_))
        };
        let pulled = values.get("VERCEL_ENV").is_some_and(|v| v == "production");
        if pulled || file != ".env.local" && values.iter().any(secret) {
            let from = if pulled { "vercel env pull wrote it for production" } else { "it holds secrets" };
            return Some(Hint { value: file.to_owned(), from: from.to_owned() });
        }
    }
    None
}

fn orm(packages: &[String]) -> Option<Hint<&'static str>> {
    const KNOWN: &[(&str, &str)] = &[
        ("@prisma/client", "Prisma"),
        ("drizzle-orm", "Drizzle"),
        ("kysely", "Kysely"),
        ("mongoose", "Mongoose"),
        ("typeorm", "TypeORM"),
        ("sequelize", "Sequelize"),
        ("knex", "Knex"),
        ("@supabase/supabase-js", "Supabase"),
    ];
    let (package, name) = KNOWN.iter().find(|(p, _)| packages.iter().any(|have| have == p))?;
    Some(Hint { value: name, from: format!("package.json depends on {package}") })
}

/// The variable of the database: as the schema of Prisma or the configuration of Drizzle names it,
/// else by its usual names.
fn database(folder: &Path, assigned: &[(String, String, &str)], required: &[String]) -> Option<Hint<String>> {
    const PLACES: &[(&str, &str)] = &[
        ("prisma/schema.prisma", "env(\""),
        ("schema.prisma", "env(\""),
        ("drizzle.config.ts", "process.env."),
        ("drizzle.config.js", "process.env."),
    ];
    for (file, mark) in PLACES {
        let Ok(bytes) = secrets::bytes(&folder.join(file)) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let url = text.lines().filter(|l| !l.contains("directUrl")).find(|l| l.contains("url") && l.contains(mark));
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let rest = url.and_then(|l| l.split_once(mark)).map(|(_, rest)| rest).unwrap_or_default();
        let name = &rest[..rest.find(|c| !word(c)).unwrap_or(rest.len())];
        if !name.is_empty() {
            return Some(Hint { value: name.to_owned(), from: (*file).to_owned() });
        }
    }
    let usual = ["DATABASE_URL", "POSTGRES_PRISMA_URL", "POSTGRES_URL", "MYSQL_URL"];
    let in_files = assigned.iter().find(|(n, ..)| usual.contains(&n.as_str()));
    let example = || required.iter().find(|n| usual.contains(&n.as_str()));
    in_files
        .map(|(n, _, file)| Hint { value: n.clone(), from: format!("{file} sets it") })
        .or_else(|| example().map(|n| Hint { value: n.clone(), from: "the example file names it".to_owned() }))
}

fn mailers(packages: &[String]) -> Vec<Hint<&'static str>> {
    let of = |p: &&'static Provider| {
        let wanted = p.mail.as_ref().map_or(&[][..], |m| m.packages);
        let package = packages.iter().find(|have| wanted.contains(&have.as_str()))?;
        Some(Hint { value: p.id, from: format!("package.json depends on {package}") })
    };
    providers::ALL.iter().filter_map(of).collect()
}

/// The routes of the app and pages routers that take a provider's webhooks, by their path or by the
/// signature header or check that they name.
fn webhooks(folder: &Path) -> Vec<Hint<(&'static str, String)>> {
    let passed = |name: &str| {
        matches!(name, "node_modules" | ".git" | ".next" | "dist" | "build" | "out" | "target" | "vendor" | "coverage")
    };
    let is_router = |name: Option<&OsStr>| name.is_some_and(|n| n == "app" || n == "pages");
    // A router's folder stands at the top or in one folder of it: what lies elsewhere is not walked for this.
    let aside = move |e: &DirEntry| {
        e.depth() == 2 && !is_router(Some(e.file_name())) && !is_router(e.path().parent().and_then(Path::file_name))
    };
    let entries = walker(folder)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(move |e| e.depth() == 0 || e.file_name().to_str().is_none_or(|n| !passed(n)) && !aside(e))
        .build();
    let mut found: BTreeMap<String, Hint<(&'static str, String)>> = BTreeMap::new();
    for entry in entries.flatten().take(FILES) {
        let Ok(inside) = entry.path().strip_prefix(folder) else { continue };
        let Some(path) = route(inside) else { continue };
        if path.contains('[') || entry.metadata().is_ok_and(|m| m.len() > FILE_CAP) {
            continue;
        }
        let Ok(bytes) = fs::read(entry.path()) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        if let Some(provider) = takes(&path, &text) {
            let from = inside.to_string_lossy().replace('\\', "/");
            found.entry(path.clone()).or_insert(Hint { value: (provider, path), from });
        }
    }
    found.into_values().collect()
}

/// The path that a file serves, where it is a route handler.
fn route(inside: &Path) -> Option<String> {
    let text = inside.to_str()?.replace('\\', "/");
    let parts: Vec<&str> = text.split('/').collect();
    let start = parts.iter().position(|p| matches!(*p, "app" | "pages")).filter(|at| *at <= 1)?;
    let (file, folders) = parts[start + 1..].split_last()?;
    let stem = ["ts", "js", "tsx", "mjs"].iter().find_map(|end| file.strip_suffix(end)?.strip_suffix('.'))?;
    let mut out: Vec<&str> = folders.to_vec();
    if parts[start] == "app" {
        if stem != "route" {
            return None;
        }
        out.retain(|p| !(p.starts_with('(') && p.ends_with(')')));
    } else {
        if folders.first() != Some(&"api") {
            return None;
        }
        if stem != "index" {
            out.push(stem);
        }
    }
    Some(format!("/{}", out.join("/")))
}

/// Whose webhooks a handler takes. One that manages webhooks of its own is none: it names no provider's
/// signature.
fn takes(path: &str, text: &str) -> Option<&'static str> {
    if !text.contains("POST") && !path.starts_with("/api/") {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let hooks = providers::ALL.iter().filter_map(|p| Some((p.id, p.webhook.as_ref()?)));
    let signs = |w: &providers::Webhook| {
        let header = !w.signature_header.is_empty() && lower.contains(w.signature_header);
        header || w.verify.iter().any(|call| call.contains('.') && text.contains(&format!("{call}(")))
    };
    let mut all: Vec<&'static str> = hooks.filter(|(_, w)| signs(w)).map(|(id, _)| id).collect();
    // Several providers sign in the way of Svix: the path or an import tells whose.
    let named = |id: &&&'static str| path.contains(**id) || lower.contains(**id);
    let by_name = all.iter().find(named).copied();
    by_name.or_else(|| (all.len() == 1).then(|| all.remove(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Repo(PathBuf);
    impl Repo {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("launchcheck-infer-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
        fn put(&self, file: &str, text: &str) -> &Self {
            let path = self.0.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
            self
        }
        fn host(&self) -> Option<(String, String)> {
            look(&self.0).host.map(|h| (h.value.to_string(), h.from))
        }
    }
    impl Drop for Repo {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_domain_is_where_the_app_says_it_is_served() {
        let r = Repo::new("domain");
        r.put("package.json", "{\"homepage\":\"https://acme.test\",\"dependencies\":{\"next\":\"16.4.6\"}}");
        let told = |v: &str, f: &str| Some((v.to_owned(), f.to_owned()));
        assert_eq!(r.host(), told("acme.test", "homepage in package.json"));
        r.put(
            "next.config.ts",
            "export default {\n  env: {\n    NEXT_PUBLIC_SITE_URL: \"https://two.acme.test\",\n  },\n};\n",
        );
        assert_eq!(r.host(), told("two.acme.test", "NEXT_PUBLIC_SITE_URL in next.config.ts"));
        r.put("vercel.json", "{\"alias\":[\"three.acme.test\"]}");
        assert_eq!(r.host(), told("three.acme.test", "alias in vercel.json"));
        r.put(".env", "NEXT_PUBLIC_APP_URL=http://localhost:3000\nOPENAI_BASE_URL=https://ai.test\nNEXTAUTH_URL=https://four.acme.test\n");
        assert_eq!(r.host(), told("four.acme.test", "NEXTAUTH_URL in .env"));
        r.put(".env.production", "NEXT_PUBLIC_APP_URL=https://www.acme.test\n");
        assert_eq!(r.host(), told("www.acme.test", "NEXT_PUBLIC_APP_URL in .env.production"));
    }

    #[test]
    fn what_is_nobodys_own_is_no_domain() {
        for url in [
            "https://acme.vercel.app",
            "https://your-domain.com",
            "https://example.com",
            "http://acme.test",
            "https://localhost",
        ] {
            assert_eq!(public_host("APP_URL", url), None, "{url}");
        }
        let r = Repo::new("nobody");
        r.put("package.json", "{\"homepage\":\"https://github.com/acme/acme\"}")
            .put(".env.local", "APP_URL=https://dev.acme.test\n");
        assert_eq!(r.host(), None);
    }

    #[test]
    fn routes_of_webhooks() {
        let r = Repo::new("hooks");
        r.put(
            "package.json",
            "{\"dependencies\":{\"next\":\"16.4.6\",\"stripe\":\"23.1.0\",\"@prisma/client\":\"7\"}}",
        );
        r.put(
            "src/app/(pay)/api/billing/route.ts",
            "export async function POST(r){ stripe.webhooks.constructEvent(b, s, k) }",
        );
        r.put(
            "src/app/api/webhooks/clerk/route.ts",
            "export const POST = (r) => new Webhook(s).verify(b, r.headers.get('svix-signature'))",
        );
        r.put("src/pages/api/hooks/lemonsqueezy.ts", "export default (q, s) => check(q.headers['x-signature'])");
        r.put("src/app/api/webhooks/route.ts", "export const POST = () => db.webhook.create()");
        r.put("src/app/api/[team]/hook/route.ts", "export const POST = () => stripe.webhooks.constructEvent(b, s, k)");
        r.put(
            "prisma/schema.prisma",
            "datasource db {\n  url = env(\"PG_URL\")\n  directUrl = env(\"DIRECT_URL\")\n}\n",
        );
        let seen = look(&r.0);
        let hooks: Vec<_> = seen.webhooks.iter().map(|h| (h.value.0, h.value.1.as_str())).collect();
        assert_eq!(
            hooks,
            [("stripe", "/api/billing"), ("lemonsqueezy", "/api/hooks/lemonsqueezy"), ("clerk", "/api/webhooks/clerk")]
        );
        assert_eq!(seen.database.unwrap(), Hint { value: "PG_URL".into(), from: "prisma/schema.prisma".into() });
        assert_eq!(seen.orm.unwrap().value, "Prisma");
        assert_eq!(seen.stripe.unwrap().value, "STRIPE_SECRET_KEY");
    }

    #[test]
    fn a_monorepo_has_several_apps() {
        let r = Repo::new("mono");
        r.put("package.json", "{\"workspaces\":[\"apps/*\"]}");
        r.put("apps/web/package.json", "{\"dependencies\":{\"next\":\"16.4.6\"}}");
        r.put("apps/api/package.json", "{\"dependencies\":{\"hono\":\"4\"}}");
        r.put("packages/ui/package.json", "{\"dependencies\":{\"react\":\"19\"}}");
        let apps: Vec<String> = look(&r.0).apps.into_iter().map(|a| a.value).collect();
        assert_eq!(apps, ["apps/api", "apps/web"]);
    }
}
