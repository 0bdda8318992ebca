//! What watches over the app and its deploys: reports of errors, checks on a push.

use crate::{index::Tree, ir::place};
use launchcheck_checks::{
    code::deeds::{Pipeline, Watch},
    vocab::Place,
};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// Packages that report errors to somebody.
const REPORTERS: &[&str] = &[
    "@sentry/",
    "@bugsnag/",
    "rollbar",
    "@honeybadger-io/",
    "dd-trace",
    "@datadog/",
    "newrelic",
    "@highlight-run/",
    "@axiomhq/",
    "next-axiom",
    "@logtail/",
    "@opentelemetry/",
    "@vercel/otel",
    "elastic-apm-node",
    "@elastic/apm-rum",
    "@appsignal/",
    "raygun",
    "raygun4js",
    "trackjs",
    "@airbrake/",
    "applicationinsights",
    "@microsoft/applicationinsights",
    "@google-cloud/error-reporting",
    "@baselime/",
    "@hyperdx/",
    "@grafana/faro",
    "posthog-node",
    "posthog-js",
    "@glitchtip/",
    "@betterstack/",
    "@logrocket/",
    "logrocket",
    "checkly",
    "@newrelic/",
    "@aws-sdk/client-cloudwatch-logs",
    "pino-datadog",
];
/// Packages that take payments.
const SELLERS: &[&str] =
    &["stripe", "@paddle/paddle-node-sdk", "@lemonsqueezy/lemonsqueezy.js", "@polar-sh/sdk", "@polar-sh/nextjs"];
/// Files that say what runs on a push, beside those of GitHub.
const OTHERS: &[&str] = &[
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "bitbucket-pipelines.yml",
    "azure-pipelines.yml",
    "Jenkinsfile",
    ".drone.yml",
    ".travis.yml",
    ".woodpecker.yml",
    ".buildkite/pipeline.yml",
    "cloudbuild.yaml",
    "appveyor.yml",
    ".semaphore/semaphore.yml",
];
/// The key under which a folder under Git stands among the small files.
const GIT: &str = ".git/HEAD";

/// Whether a file says what runs on a push.
pub(crate) fn is_pipeline(path: &str) -> bool {
    let workflow = [".github/workflows/", ".gitea/workflows/", ".forgejo/workflows/"]
        .iter()
        .any(|f| path.starts_with(f) || path.contains(&format!("/{f}")));
    workflow && (path.ends_with(".yml") || path.ends_with(".yaml"))
        || OTHERS.iter().any(|o| path == *o || path.ends_with(&format!("/{o}")))
}
/// Adds what stands above an app in its repository: whether there is one, and its pipelines.
pub(crate) fn above(folder: &Path, extras: &mut BTreeMap<String, String>) {
    let Ok(start) = folder.canonicalize() else { return };
    let Some(root) = start.ancestors().find(|a| a.join(".git/HEAD").is_file() || a.join(".git").is_file()) else {
        return;
    };
    extras.insert(GIT.to_owned(), String::new());
    let workflows =
        [".github/workflows", ".gitea/workflows", ".forgejo/workflows"].iter().flat_map(|w| fs::read_dir(root.join(w)));
    let mut files: Vec<_> = workflows.flatten().flatten().map(|e| e.path()).collect();
    files.extend(OTHERS.iter().map(|o| root.join(o)));
    for file in files.into_iter().filter(|f| f.is_file()) {
        let Ok(below) = file.strip_prefix(root) else { continue };
        let below = below.to_string_lossy().replace('\\', "/");
        if let (true, Ok(text)) = (is_pipeline(&below), fs::read_to_string(&file)) {
            // A pipeline of the app's own folder is known by the same name.
            extras.entry(below).or_insert(text);
        }
    }
}

/// Looks at package.json and the pipelines.
pub(super) fn watch(tree: &Tree<'_>) -> Watch {
    let mut out = Watch { git: tree.extras.contains_key(GIT), ..Watch::default() };
    if !tree.extras.contains_key("package.json") {
        return out;
    }
    let json = &tree.package;
    let packages: Vec<&String> = ["dependencies", "devDependencies", "optionalDependencies"]
        .iter()
        .flat_map(|k| json[*k].as_object().into_iter().flat_map(serde_json::Map::keys))
        .collect();
    let runs = [
        "next",
        "express",
        "fastify",
        "hono",
        "@remix-run/node",
        "@sveltejs/kit",
        "nuxt",
        "astro",
        "@nestjs/core",
        "koa",
        "react-router",
    ];
    out.app = packages.iter().any(|p| runs.contains(&p.as_str()));
    out.sells_with =
        packages.iter().copied().chain(tree.dependencies.keys()).find(|p| SELLERS.contains(&p.as_str())).cloned();
    let of = |p: &str, list: &[&str]| list.iter().any(|r| p == *r || r.ends_with('/') && p.starts_with(r));
    // A monorepo has such a package in a shared one.
    let shared = || {
        let all = tree.extras.iter().filter(|(p, _)| p.ends_with("package.json"));
        let mut named = all.flat_map(|(_, t)| REPORTERS.iter().filter(move |r| t.contains(&format!("\"{r}"))));
        named.next().map(|r| (*r).to_owned())
    };
    let hook = || {
        tree.files.iter().find(|f| {
            let stem = f.path.rsplit_once('.').map_or("", |(s, _)| s);
            let name = stem.rsplit('/').next().unwrap_or_default();
            name.starts_with("instrumentation")
                && (tree.text)(&f.path).is_some_and(|t| t.contains("onRequestError") || t.contains("register"))
        })
    };
    out.reports_errors = packages
        .iter()
        .find(|p| of(p, REPORTERS))
        .map(|p| (*p).clone())
        .or_else(shared)
        .or_else(|| hook().map(|f| f.shown.clone()));
    let scripts = json["scripts"].as_object();
    for (name, text) in scripts.into_iter().flatten() {
        let text = text.as_str().unwrap_or_default();
        if ["test", "lint", "typecheck", "type-check", "check", "test:unit", "test:ci"].contains(&name.as_str())
            && !text.contains("no test specified")
        {
            out.scripts.push(name.clone());
        }
        if name == "build" || name == "vercel-build" || name == "prebuild" {
            out.build_checks |= ["test", "vitest", "jest", "tsc", "eslint", "biome"].iter().any(|w| text.contains(w));
        }
    }
    let vercel: Value = tree.extras.get("vercel.json").and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
    out.build_checks |= vercel["buildCommand"].as_str().is_some_and(|c| c.contains("test") || c.contains("check"));
    for (path, text) in tree.extras.iter().filter(|(p, _)| is_pipeline(p)) {
        out.pipelines.push(pipeline(path, text));
    }
    out
}
fn pipeline(path: &str, text: &str) -> Pipeline {
    const CHECKS: &[&str] = &[
        "test",
        "vitest",
        "jest",
        "playwright",
        "tsc",
        "typecheck",
        "type-check",
        "lint",
        "check",
        "biome",
        "turbo",
        "nx ",
        "make ",
        "launchcheck",
    ];
    const DEPLOYS: &[&str] = &[
        "vercel deploy",
        "vercel --prod",
        "amondnet/vercel-action",
        "flyctl deploy",
        "fly deploy",
        "wrangler deploy",
        "netlify deploy",
        "railway up",
        "wrangler-action",
        "render-deploy",
        "serverless deploy",
        "sst deploy",
        "gcloud run deploy",
        "kubectl apply",
    ];
    let code =
        |line: &str| line.split(" #").next().unwrap_or_default().trim_start_matches([' ', '-']).to_ascii_lowercase();
    let step = |line: &str| {
        let line = code(line);
        // `actions/checkout` and `ubuntu-latest` are in every pipeline and check nothing; neither does a name.
        !line.starts_with("name:")
            && !line.starts_with('#')
            && CHECKS.iter().any(|c| line.replace("checkout", "").replace("latest", "").contains(c))
    };
    let deploys = text.lines().enumerate().find(|(_, l)| {
        let line = code(l);
        !line.starts_with('#') && !line.starts_with("name:") && DEPLOYS.iter().any(|d| line.contains(d))
    });
    let at = deploys.map(|(n, _)| {
        let offset: usize = text.lines().take(n).map(|l| l.len() + 1).sum();
        let at = place(text, u32::try_from(offset).unwrap_or(0));
        Place::new(path, at.0, 1)
    });
    Pipeline { file: path.to_owned(), checks: text.lines().any(step), deploys: at }
}
