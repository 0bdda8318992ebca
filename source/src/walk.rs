//! Reads a folder: one thread lists, the others read and summarise, and of each file only its
//! summary is kept.

use crate::practice::{columns, marks, watch};
use crate::summary::{Summary, is_source, is_test, summarise_as};
use ignore::{DirEntry, WalkBuilder};
use launchcheck_checks::{
    env::{at_rest::is_dotenv, reads},
    vocab::Cause,
};
use rustc_hash::FxHashSet;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, sync_channel},
    },
    thread,
};

/// The largest file that is read; source of that size was made by a machine.
const FILE_CAP: u64 = 1024 * 1024;
/// The room that is held for a file's text from the start: most files are smaller.
const USUAL: usize = 64 * 1024;
/// The most files that are looked at.
const FILES: usize = 40_000;
/// The most words that are kept: far above what an app has.
const WORDS: usize = 200_000;
/// The stack of a thread that parses: the parser's calls nest as the source does.
pub(crate) const STACK: usize = 256 * 1024 * 1024;
/// How many threads this machine runs at once; finding it out takes as long as reading ten files.
pub(crate) static CORES: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(2, std::num::NonZero::get));
/// How many paths go to a thread at once.
const CHUNK: usize = 16;

/// Folders that hold no source of the app.
const PASSED: &[&str] = &[
    "node_modules",
    ".git",
    ".next",
    ".nuxt",
    ".output",
    ".svelte-kit",
    ".turbo",
    ".vercel",
    ".netlify",
    ".cache",
    ".yarn",
    "dist",
    "build",
    "out",
    "coverage",
    "vendor",
    "target",
    "venv",
    ".venv",
    "__pycache__",
];

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// The source files, in the order of their paths.
    pub files: Vec<Summary>,
    /// Small files whose text decides how modules are found and what reads variables: package.json,
    /// tsconfig.json, vercel.json, schemas of Prisma. By their path below the root.
    pub extras: BTreeMap<String, String>,
    /// Words in the shape of a variable's name, of every text file.
    pub mentions: FxHashSet<String>,
    /// The text files below the folder that hold nothing that a key begins with.
    pub keyless: Vec<String>,
    /// Whether the folder may hold files of variables that git neither tracks nor ignores.
    pub unguarded: bool,
    /// What could not be read.
    pub gaps: Vec<Cause>,
}

/// Whether a small file's text is kept.
fn is_extra(name: &str) -> bool {
    matches!(name, "package.json" | "tsconfig.json" | "jsconfig.json" | "vercel.json" | "pnpm-workspace.yaml")
        || name.starts_with("tsconfig.") && name.ends_with(".json")
        || name.ends_with(".prisma")
}
/// Files whose words say nothing of what is used: environment files name everything, and prose
/// speaks of what was.
fn is_no_witness(name: &str) -> bool {
    const ENDS: &[&str] = &["env", "md", "mdx", "txt", "lock", "svg", "csv", "map", "log"];
    const PICTURES: &[&str] = &["png", "jpg", "jpeg", "gif", "webp", "ico", "woff", "woff2", "ttf", "mp4", "pdf"];
    let end = name.rsplit_once('.').is_some_and(|(_, end)| ENDS.contains(&end) || PICTURES.contains(&end));
    end || name.starts_with(".env")
        || name == "env.example"
        || matches!(name, "package-lock.json" | "pnpm-lock.yaml" | "LICENSE")
}

/// Walks a folder. `prefix` stands before the paths, `shown` gives a path as people know it. Links are not followed, so that a circle
/// of them ends.
#[must_use]
pub fn walk(folder: &Path, prefix: &str, shown: &(dyn Fn(&Path) -> String + Sync)) -> Found {
    let threads = (*CORES).min(8);
    let (send, receive) = sync_channel::<Vec<PathBuf>>(64);
    let receive = Mutex::new(receive);
    let done: Mutex<Found> = Mutex::default();
    let (mut gaps, mut unguarded) = (Vec::new(), true);
    thread::scope(|scope| {
        let mut started = 0;
        for _ in 0..threads {
            let work = || {
                let found = work((folder, prefix), &receive, shown);
                merge(&mut done.lock().unwrap_or_else(PoisonError::into_inner), found);
            };
            let named = thread::Builder::new().name("source".into());
            // Where memory is too scarce for the stack, a smaller one does for what people write.
            let one = named.stack_size(STACK).spawn_scoped(scope, work).is_ok();
            started += usize::from(one);
        }
        if started == 0 {
            gaps.push(Cause::Unreadable("the source (no thread could be started)".into()));
            return;
        }
        unguarded = list(folder, &mut gaps, &mut |chunk| send.send(chunk).is_ok());
        drop(send);
    });
    let mut found = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.unguarded = unguarded;
    found.gaps.extend(gaps);
    found.gaps.sort();
    found.gaps.dedup();
    found.files.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Whether a folder of this name holds no source of the app.
pub(crate) fn is_passed(name: &str) -> bool {
    PASSED.contains(&name)
}

/// Walks a folder of an app: what git ignores there is no part of it. Links are not followed, so that a circle of
/// them ends, and neither what this machine ignores everywhere nor a `.ignore` counts: both keep tools that search
/// from files, and nothing from production.
#[must_use]
pub fn walker(folder: &Path) -> WalkBuilder {
    let mut walker = WalkBuilder::new(folder);
    walker.ignore(false).git_global(false).follow_links(false);
    walker
}

/// Lists the files in chunks, until `give` says that nobody takes more. Returns whether there may be files of
/// variables that no `.gitignore` names: one was seen, or a folder was passed over that is not ignored either.
fn list(folder: &Path, gaps: &mut Vec<Cause>, give: &mut dyn FnMut(Vec<PathBuf>) -> bool) -> bool {
    let unguarded = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&unguarded);
    // What is ignored does not come here.
    let wanted = move |e: &DirEntry| {
        let Some(name) = e.file_name().to_str() else { return true };
        let passed = is_passed(name);
        if passed && name != ".git" || is_dotenv(name) {
            seen.store(true, Ordering::Relaxed);
        }
        !passed
    };
    let walker = walker(folder).hidden(false).filter_entry(move |e| e.depth() == 0 || wanted(e)).build();
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut files = 0;
    for entry in walker {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => {
                let name = entry.file_name().to_string_lossy();
                if !is_source(&name) && !is_extra(&name) && is_no_witness(&name) {
                    continue;
                }
                files += 1;
                if files > FILES {
                    gaps.push(Cause::TooLarge);
                    unguarded.store(true, Ordering::Relaxed);
                    break;
                }
                chunk.push(entry.into_path());
                if chunk.len() == CHUNK && !give(std::mem::take(&mut chunk)) {
                    return true;
                }
            }
            Ok(_) => {}
            Err(e) => gaps.push(Cause::Unreadable(e.to_string().into())),
        }
    }
    give(chunk);
    unguarded.load(Ordering::Relaxed)
}

fn work(
    under: (&Path, &str),
    receive: &Mutex<Receiver<Vec<PathBuf>>>,
    shown: &(dyn Fn(&Path) -> String + Sync),
) -> Found {
    let (mut found, mut bytes) = (Found::default(), Vec::with_capacity(USUAL));
    // While the first folders are listed.
    marks::ready();
    loop {
        let chunk = receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(chunk) = chunk else { return found };
        for path in chunk {
            file(under, &path, shown, &mut bytes, &mut found);
        }
    }
}
pub(crate) fn merge(all: &mut Found, one: Found) {
    all.files.extend(one.files);
    all.extras.extend(one.extras);
    if all.mentions.is_empty() {
        all.mentions = one.mentions;
    } else {
        all.mentions.extend(one.mentions);
    }
    all.keyless.extend(one.keyless);
    all.gaps.extend(one.gaps);
}

/// A path below the folder, with `/`, behind the prefix.
fn below(folder: &Path, prefix: &str, path: &Path) -> String {
    // Taken apart as text where both are one: this is done for every file.
    let text = folder.to_str().zip(path.to_str()).and_then(|(f, p)| p.strip_prefix(f)?.strip_prefix('/'));
    if let Some(text) = text {
        return format!("{prefix}{text}");
    }
    let below = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    format!("{prefix}{below}")
}
/// Reads a file's bytes; false where it is too large.
fn read(path: &Path, bytes: &mut Vec<u8>) -> io::Result<bool> {
    bytes.clear();
    let cap = usize::try_from(FILE_CAP).unwrap_or(usize::MAX);
    // `read_to_end` of the file itself would ask for its size and place first, which most files need not.
    File::open(path)?.take(FILE_CAP + 1).read_to_end(bytes)?;
    Ok(bytes.len() <= cap)
}
fn file(
    (folder, prefix): (&Path, &str),
    path: &Path,
    shown: &(dyn Fn(&Path) -> String + Sync),
    bytes: &mut Vec<u8>,
    found: &mut Found,
) {
    let below = below(folder, prefix, path);
    let name = below.rsplit('/').next().unwrap_or_default();
    let source = is_source(name);
    match read(path, bytes) {
        Ok(true) => {}
        // What is that large was bundled; that it was passed over is counted and hides no fault.
        Ok(false) => {
            if source {
                let (path, shown) = (below.clone(), shown(path));
                found.files.push(Summary { path, shown, generated: true, ..Summary::default() });
            }
            return;
        }
        Err(e) => {
            found.gaps.push(Cause::Unreadable(format!("{} ({e})", shown(path)).into()));
            return;
        }
    }
    let Some(text) = reads::text(bytes) else { return };
    let spoken = marks::of(&text);
    if !spoken.keys && prefix.is_empty() {
        found.keyless.push(below.clone());
    }
    if found.mentions.len() < WORDS {
        for word in reads::mentions(&text) {
            if !found.mentions.contains(word) {
                found.mentions.insert(word.to_owned());
            }
        }
    }
    if source {
        found.files.push(summarise_as(&below, &shown(path), &text, spoken));
    } else if (is_extra(name) || watch::is_pipeline(&below) || columns::is_schema(name, &text)) && !is_test(&below) {
        found.extras.insert(below, text.into_owned());
    }
}
