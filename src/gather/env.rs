//! An app's environment.

use super::{Context, Cx, Produce};
use crate::{
    config::{App, check::app_name},
    probe::{
        at_rest::{self, Known},
        env_files, git, lockfile, secrets,
    },
};
use launchcheck_checks::{
    code::facts::{CodeIndex, CodeNames},
    env::{
        at_rest::{AtRest, History, Needles},
        facts::{Entry, EnvSet, NO_PREVIEW, NO_PRODUCTION, Preview, Production},
        loader::Era,
        merge::merge,
        shape::{DigestKey, Shape, behind_public_prefix},
        validation::{self, Skip},
    },
    providers,
    vocab::{Cause, Observed, TargetId},
};
use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

/// The `[[app]]` table of a target; none where the app was inferred.
fn table<'a>(at: &TargetId, context: &'a Context) -> Option<&'a App> {
    context.survey.config.apps.iter().map(crate::config::Located::get).find(|a| app_name(a) == at.name)
}
fn folder(at: &TargetId, context: &Context) -> PathBuf {
    context.survey.apps.get(at).cloned().unwrap_or_else(|| PathBuf::from("."))
}

/// Reading is work for another thread: lookups and handshakes go on meanwhile.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Observed<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Cause::Deadline).into()
}

impl Produce for EnvSet {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let context = cx.context();
        let folder = folder(at, context);
        let app = table(at, context);
        let example = app.and_then(|a| a.example.as_ref()).map(|file| folder.join(file.as_path()));
        let declared = app.and_then(|a| a.production.as_ref()).map(|file| folder.join(file.as_path()));
        let preview = app.and_then(|a| a.preview.as_ref()).map(|file| folder.join(file.as_path()));
        let given = context.settings.env_files.iter().chain(&context.settings.preview_env_files).cloned();
        let production: Vec<PathBuf> = given.chain(declared).chain(preview).collect();
        let key = DigestKey::new(&context.digest_key);
        let names = match cx.get::<CodeNames>(at).await.get() {
            Ok(names) => names.clone(),
            Err(missing) => return missing.into(),
        };
        let read = aside(move || read(&folder, names, example.as_deref(), &production, &key)).await;
        let required =
            app.iter().flat_map(|a| &a.required).map(|n| (n.as_str().to_owned(), cx.config().place(n))).collect();
        let ignore = app.iter().flat_map(|a| &a.ignore).map(|n| n.as_str().to_owned()).collect();
        read.map(|set| Self { required, ignore, ..set })
    }
}

fn read(folder: &Path, names: CodeNames, example: Option<&Path>, production: &[PathBuf], key: &DigestKey) -> EnvSet {
    let CodeNames { reads, optional, mentions, sources, mut gaps, .. } = names;
    let mut unreadable = |path: &Path, why: String| {
        gaps.push(Cause::Unreadable(format!("{} ({why})", env_files::shown(path)).into()));
    };
    let packages = env_files::packages(folder).unwrap_or_else(|why| {
        unreadable(&folder.join("package.json"), why);
        Vec::new()
    });
    let usual = || env_files::EXAMPLES.iter().map(|n| folder.join(n)).find(|p| p.is_file());
    let example = example.map(Path::to_owned).or_else(usual).map(|path| {
        env_files::entries(&path, &env_files::shown(&path), key).unwrap_or_else(|why| {
            unreadable(&path, why);
            Vec::new()
        })
    });
    // What stands beside the app helps to infer and is judged by nothing, so a file of these that
    // cannot be read hides no fault.
    let mut seen: Vec<Entry> = Vec::new();
    for path in env_files::NEARBY.iter().map(|n| folder.join(n)).filter(|p| p.is_file() && !is_among(p, production)) {
        let more = env_files::entries(&path, &env_files::shown(&path), key).unwrap_or_default();
        seen.extend(more);
    }
    EnvSet {
        example: example.unwrap_or_default(),
        nearby: seen,
        reads: reads.into_iter().map(|r| r.read).collect(),
        optional,
        mentions,
        sources,
        skips: skips(folder),
        packages,
        gaps,
        ..EnvSet::default()
    }
}
/// Where the check of the variables is turned off: in the module that makes it, in the scripts, in the
/// image.
fn skips(folder: &Path) -> Vec<Skip> {
    const FILES: &[&str] =
        &["package.json", "Dockerfile", "env.ts", "env.mjs", "env.js", "env/server.ts", "lib/env.ts", "config/env.ts"];
    let inside = FILES.iter().flat_map(|f| [folder.join(f), folder.join("src").join(f)]);
    let read = |path: PathBuf| {
        let bytes = secrets::bytes(&path).ok()?;
        Some(validation::skipped(&env_files::shown(&path), &String::from_utf8_lossy(&bytes)))
    };
    inside.filter_map(read).flatten().collect()
}
fn is_among(path: &Path, others: &[PathBuf]) -> bool {
    let whole = |p: &Path| p.canonicalize().ok();
    others.iter().any(|o| whole(o).is_some_and(|o| Some(o) == whole(path)))
}

impl Produce for Production {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let context = cx.context();
        let folder = folder(at, context);
        let declared = table(at, context).and_then(|a| a.production.as_ref()).map(|f| folder.join(f.as_path()));
        // The order in which `*-env` names are looked up: a later `--env-file` beats an earlier one.
        let files: Vec<PathBuf> = context.settings.env_files.iter().rev().cloned().chain(declared).collect();
        if files.is_empty() && !context.settings.ci {
            return Observed::not_configured(NO_PRODUCTION);
        }
        let key = DigestKey::new(&context.digest_key);
        let merged = aside(move || from_files(&files, Some(&folder), &folder, &key)).await;
        if !context.settings.ci {
            return merged;
        }
        let set = cx.get::<EnvSet>(at).await;
        let key = DigestKey::new(&context.digest_key);
        merged.map(|c| with_process(c, &context.environment, set.get().ok(), &key))
    }
}

impl Produce for Preview {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let context = cx.context();
        let folder = folder(at, context);
        let declared = table(at, context).and_then(|a| a.preview.as_ref()).map(|f| folder.join(f.as_path()));
        let files: Vec<PathBuf> = context.settings.preview_env_files.iter().rev().cloned().chain(declared).collect();
        if files.is_empty() {
            return Observed::not_configured(NO_PREVIEW);
        }
        let key = DigestKey::new(&context.digest_key);
        aside(move || Self { set: from_files(&files, None, &folder, &key) }).await
    }
}

impl Produce for AtRest {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let context = cx.context();
        let (folder, key) = (folder(at, context), DigestKey::new(&context.digest_key));
        let production = cx.get::<Production>(at).await;
        let needles = Needles::of(production.get().ok());
        let absent = |why| Self { absent: Some(why), ..Self::default() };
        let here = folder.clone();
        // Most of what git tracks was just read as source: it is not read again to find no key in it.
        let (listed, index) = tokio::join!(aside(move || git::tracked(&here, &["."])), cx.get::<CodeIndex>(at));
        let listed = match listed.into_inner() {
            Ok(Ok(listed)) => listed,
            Ok(Err(why)) => return silent(Observed::known(Err(why)), absent),
            Err(missing) => return missing.into(),
        };
        let none = HashSet::new();
        let read = aside(move || {
            let index = index.get().ok();
            let known =
                Known { keyless: index.map_or(&none, |i| &i.keyless), unguarded: index.is_none_or(|i| i.unguarded) };
            at_rest::read(&folder, &listed, &known, &needles, &key)
        });
        silent(read.await, absent)
    }
}

impl Produce for History {
    async fn produce(at: &TargetId, cx: &Cx<Self>) -> Observed<Self> {
        let context = cx.context();
        let (folder, key) = (folder(at, context), DigestKey::new(&context.digest_key));
        let production = cx.get::<Production>(at).await;
        let needles = Needles::of(production.get().ok());
        let absent = |why| Self { absent: Some(why), ..Self::default() };
        silent(aside(move || at_rest::history(&folder, &needles, &key)).await, absent)
    }
}

/// Without git there is nothing to judge; where it fails, nobody knows.
fn silent<T>(found: Observed<Result<T, git::Silent>>, absent: fn(&'static str) -> T) -> Observed<T> {
    match found.into_inner() {
        Ok(Ok(fact)) => Observed::known(fact),
        Ok(Err(git::Silent::NoGit)) => Observed::known(absent("there is no git here to ask what is tracked")),
        Ok(Err(git::Silent::NoRepository)) => Observed::known(absent("the app's folder is in no git repository")),
        Ok(Err(why)) => Observed::unknown(Cause::Unreadable(why.said().into())),
        Err(missing) => missing.into(),
    }
}

/// What these files give, strongest first, over the dotenv files that git tracks in the `deployed` folder: those
/// go wherever the app goes.
fn from_files(files: &[PathBuf], deployed: Option<&Path>, app: &Path, key: &DigestKey) -> Production {
    let mut sources = env_files::Sources::default();
    for path in files {
        sources.add(path);
    }
    let tracked = |folder: &Path| git::tracked(folder, &[".env.production", ".env"]).unwrap_or_default();
    let mut beside: Vec<String> = deployed.map(tracked).unwrap_or_default();
    // Git sorts by name, and the loader reads the file of the mode first.
    beside.sort_by_key(|name| name == ".env");
    let mut along = Vec::new();
    for name in beside {
        let path = app.join(name);
        if !is_among(&path, files)
            && let Ok(bytes) = secrets::bytes(&path)
        {
            along.push((env_files::shown(&path).into(), bytes));
        }
    }
    let next = lockfile::locked(app, "next");
    let era = next.as_ref().map(|n| Era::of(&n.version)).unwrap_or_default();
    let unread = sources.unread.iter().map(|why| Cause::Unreadable(why.into())).collect();
    Production {
        serverless: ["vercel.json", ".vercel", "netlify.toml"].iter().any(|n| app.join(n).exists()),
        loader: next.map(|n| format!("Next.js {} ({})", n.version, n.file).into()).unwrap_or_default(),
        gaps: unread,
        ..merge(&sources.named, &along, era, key)
    }
}
/// The variables of the process that are the app's: a job has many others.
fn with_process(
    mut all: Production,
    process: &BTreeMap<String, String>,
    set: Option<&EnvSet>,
    key: &DigestKey,
) -> Production {
    let ours = |name: &str| {
        let named = set.is_some_and(|s| {
            s.in_example(name).is_some()
                || s.reads_of(name).next().is_some()
                || s.required.iter().any(|(n, _)| n == name)
        });
        named || providers::by_variable(name).is_some() || behind_public_prefix(name).is_some()
    };
    let fresh: Vec<Entry> = process
        .iter()
        .filter(|(name, _)| ours(name) && all.get(name).is_none())
        .map(|(name, value)| Entry::new(name, Shape::of(name, value, key), None))
        .collect();
    all.entries.extend(fresh);
    all.entries.sort_by(|a, b| a.name.cmp(&b.name));
    all.sources.push("the process environment".into());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use launchcheck_checks::env::facts::{Read, Without};
    use launchcheck_checks::vocab::Place;
    use std::fs;

    #[test]
    fn files_beat_the_process_and_the_process_brings_only_what_is_the_apps() {
        let dir = std::env::temp_dir().join(format!("launchcheck-env-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (a, b) = (dir.join("a.env"), dir.join("b.env"));
        fs::write(&a, "A=1\nB=\n").unwrap();
        fs::write(&b, "A=\nC=3\n").unwrap();
        let key = DigestKey::new(&[3; 32]);
        let files = from_files(&[b, dir.join("none.env"), a], None, &dir, &key);
        fs::remove_dir_all(&dir).unwrap();
        let kinds = |c: &Production| c.entries.iter().map(|e| (e.name.clone(), e.shape.is_empty())).collect::<Vec<_>>();
        let want = |list: &[(&str, bool)]| list.iter().map(|(n, e)| ((*n).to_owned(), *e)).collect::<Vec<_>>();
        assert_eq!(kinds(&files), want(&[("A", true), ("B", true), ("C", false)]));
        assert!(matches!(files.gaps[..], [Cause::Unreadable(_)]));

        let process = ["A", "HOME_OF_JOB", "READ_ME", "RESEND_API_KEY"].map(|n| (n.to_owned(), "x".to_owned())).into();
        let read =
            Read { name: "READ_ME".into(), at: Place::new("a.ts", 1, 1), without: Without::Undefined, tooling: false };
        let set = EnvSet { reads: vec![read], ..EnvSet::default() };
        let all = with_process(files, &process, Some(&set), &key);
        assert_eq!(
            kinds(&all),
            want(&[("A", true), ("B", true), ("C", false), ("READ_ME", false), ("RESEND_API_KEY", false)])
        );
        assert_eq!(all.sources.last().unwrap().as_str(), "the process environment");
    }
}
