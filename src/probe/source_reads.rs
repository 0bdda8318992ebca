//! Walks an app's folder for the environment variables that its source reads, and for every word
//! that may name one. Dependencies and what builds leave behind are passed over.

use super::env_files::shown;
use ignore::{DirEntry, WalkBuilder};
use launchcheck_checks::{
    env::{
        facts::Read,
        reads::{mentions, scan},
    },
    vocab::Cause,
};
use std::{collections::BTreeSet, path::Path};

/// The largest file that is read; source of that size was made by a machine.
const FILE_CAP: u64 = 1024 * 1024;
/// The most files that are looked at.
const FILES: u32 = 40_000;
/// The most words that are kept: far above what an app has.
const WORDS: usize = 200_000;

/// What a walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// The reads, in the order of the files.
    pub reads: Vec<Read>,
    /// Names that a schema calls optional.
    pub optional: BTreeSet<String>,
    /// Words in the shape of a name.
    pub mentions: BTreeSet<String>,
    /// How many source files were read.
    pub sources: u32,
    /// What could not be read.
    pub gaps: Vec<Cause>,
}

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
/// Folders whose reads are of tests: what they lack breaks no customer.
const TESTS: &[&str] =
    &["__tests__", "__mocks__", "test", "tests", "e2e", "cypress", "playwright", "fixtures", "stories"];

/// Walks one folder.
#[must_use]
pub fn walk(folder: &Path) -> Found {
    let mut found = Found::default();
    let mut files = 0;
    let passed = |e: &DirEntry| e.file_name().to_str().is_some_and(|n| PASSED.contains(&n));
    let walker = WalkBuilder::new(folder)
        .hidden(false)
        .git_global(false)
        .follow_links(false)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(move |e| e.depth() == 0 || !passed(e))
        .build();
    for entry in walker {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                found.gaps.push(Cause::Unreadable(e.to_string().into()));
                continue;
            }
        };
        if !entry.file_type().is_some_and(|t| t.is_file()) {
            continue;
        }
        files += 1;
        if files > FILES {
            found.gaps.push(Cause::TooLarge);
            break;
        }
        file(&entry, folder, &mut found);
    }
    found.gaps.sort();
    found.gaps.dedup();
    found
}

fn file(entry: &DirEntry, folder: &Path, found: &mut Found) {
    let name = entry.file_name().to_string_lossy();
    let source = is_source(&name);
    if !source && is_no_witness(&name) {
        return;
    }
    let too_large = entry.metadata().is_ok_and(|m| m.len() > FILE_CAP);
    if too_large {
        if source && !name.contains(".min.") {
            found.gaps.push(Cause::TooLarge);
        }
        return;
    }
    let bytes = match std::fs::read(entry.path()) {
        Ok(bytes) => bytes,
        Err(e) => {
            found.gaps.push(Cause::Unreadable(format!("{} ({e})", shown(entry.path())).into()));
            return;
        }
    };
    if bytes.iter().take(1024).any(|b| *b == 0) {
        return;
    }
    let text = String::from_utf8_lossy(&bytes);
    for word in mentions(&text) {
        if !found.mentions.contains(word) && found.mentions.len() < WORDS {
            found.mentions.insert(word.to_owned());
        }
    }
    if !source {
        return;
    }
    found.sources += 1;
    // Most files never say `env`, and taking them apart would find nothing.
    if is_test(entry.path(), folder, &name) || !text.contains("env") {
        return;
    }
    let seen = scan(&shown(entry.path()), &text);
    found.reads.extend(seen.reads);
    found.optional.extend(seen.optional);
}

fn is_source(name: &str) -> bool {
    const ENDS: &[&str] = &["js", "jsx", "ts", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "astro"];
    name.rsplit_once('.').is_some_and(|(_, end)| ENDS.contains(&end))
}
/// Files whose words say nothing of what is used: environment files name everything, and prose
/// speaks of what was.
fn is_no_witness(name: &str) -> bool {
    const ENDS: &[&str] = &["env", "md", "mdx", "txt", "lock", "svg", "csv", "map", "log"];
    let end = name.rsplit_once('.').is_some_and(|(_, end)| ENDS.contains(&end));
    end || name.starts_with(".env")
        || name == "env.example"
        || matches!(name, "package-lock.json" | "pnpm-lock.yaml" | "LICENSE")
}
fn is_test(path: &Path, folder: &Path, name: &str) -> bool {
    let inside = path.strip_prefix(folder).unwrap_or(path);
    let folders = inside.parent().into_iter().flat_map(Path::components).filter_map(|c| c.as_os_str().to_str());
    let marked = [".test.", ".spec.", ".stories.", ".d."].iter().any(|m| name.contains(m));
    marked || folders.into_iter().any(|f| TESTS.contains(&f))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn reads_are_of_the_apps_own_source() {
        let dir = std::env::temp_dir().join(format!("launchcheck-source-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("src/a.ts", "use(process.env.A_KEY!)");
        write("src/a.test.ts", "use(process.env.T_KEY!)");
        write("node_modules/x/i.js", "use(process.env.N_KEY!)");
        write(".next/server.js", "use(process.env.B_KEY!)");
        write("prisma/schema.prisma", "url = env(\"D_URL\")");
        write(".env", "LEFT_OVER=1");
        write("production.env", "LEFT_OVER=1");
        write("README.md", "set LEFT_OVER");
        write("pic.ts", "\0\0process.env.P_KEY");
        write("big.ts", &"// x\n".repeat(300_000));
        let found = walk(&dir);
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(found.reads.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["A_KEY"]);
        assert_eq!(found.sources, 2);
        assert!(found.mentions.contains("D_URL") && found.mentions.contains("T_KEY"));
        assert!(!found.mentions.contains("LEFT_OVER") && !found.mentions.contains("N_KEY"));
        assert_eq!(found.gaps, [Cause::TooLarge]);
    }
}
