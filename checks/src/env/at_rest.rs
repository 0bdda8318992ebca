//! Secrets that lie where they should not: in files that git tracks, and in what it remembers. Values
//! are looked at here and let go; what stays is their form, how they may be shown, and a keyed digest.

use super::{
    facts::{Entry, Production},
    shape::{Digest, DigestKey, Kind},
};
use crate::{
    vocab::{Cause, Gaps, Place, Shown},
    web::leaks::{self, Leak, Worth},
};
use std::collections::{BTreeMap, BTreeSet};

/// What stands in the files of an app's folder that git tracks.
#[derive(Clone, Debug, Default)]
pub struct AtRest {
    /// The dotenv files that are tracked, examples left out.
    pub env_files: Vec<EnvFile>,
    /// The dotenv files that hold secrets, are not tracked and not ignored: the next `git add .` takes
    /// them.
    pub unguarded: Vec<EnvFile>,
    /// Provider's keys in other tracked files, each file's once.
    pub keys: Vec<KeyAt>,
    /// Values of production in other tracked files: the variable and the place.
    pub values: Vec<(String, Place)>,
    /// How many files were read.
    pub files: u32,
    /// Why nothing was read: there is no git, or no repository.
    pub absent: Option<&'static str>,
    /// What could not be read.
    pub gaps: Vec<Cause>,
}
impl Gaps for AtRest {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// A dotenv file.
#[derive(Clone, Debug)]
pub struct EnvFile {
    /// Its name, as the user knows it.
    pub file: Shown,
    /// What it assigns.
    pub entries: Vec<Entry>,
}
impl EnvFile {
    /// The secrets in it: real values of secret variables that lead to more than this machine.
    pub fn secrets(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|e| is_secret(e))
    }
}
/// Whether an entry holds a real secret. A database on this machine and a key of a sandbox are none.
fn is_secret(e: &Entry) -> bool {
    let local = matches!(e.shape.kind, Kind::Url { local: true, .. });
    let switch = matches!(e.shape.kind, Kind::Flag);
    e.is_real() && e.shape.is_confidential() && !local && !switch && e.shape.length >= 12
}
/// A provider's key in a tracked file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyAt {
    /// The key.
    pub leak: Leak,
    /// Where it stands.
    pub at: Place,
    /// Whether the file is a test, a sample or a text for people.
    pub aside: bool,
}

/// What the history of the current branch has added at some time.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Provider's keys, each once, with the latest commit that added it.
    pub keys: Vec<KeyThen>,
    /// Values of production, each variable once.
    pub values: Vec<(String, Then)>,
    /// How many commits were read.
    pub commits: u32,
    /// Why nothing was read: there is no git, or no repository.
    pub absent: Option<&'static str>,
    /// What could not be read.
    pub gaps: Vec<Cause>,
}
impl Gaps for History {
    fn gaps(&self) -> &[Cause] {
        &self.gaps
    }
}
/// A provider's key that a commit added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyThen {
    /// The key.
    pub leak: Leak,
    /// When.
    pub then: Then,
    /// Whether the file is a test, a sample or a text for people.
    pub aside: bool,
}
/// A commit and the file it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Then {
    /// The commit's short name.
    pub commit: Shown,
    /// The file.
    pub file: Shown,
}

/// The secrets of production, to be looked for by length and digest.
#[derive(Default)]
pub struct Needles {
    by_length: BTreeMap<usize, BTreeMap<Digest, String>>,
}
impl Needles {
    /// Those of this production that nobody could write by chance.
    #[must_use]
    pub fn of(production: Option<&Production>) -> Self {
        let mut out = Self::default();
        for e in production.iter().flat_map(|p| &p.entries) {
            let Some(digest) = e.shape.digest else { continue };
            if e.is_real() && e.shape.is_confidential() && e.shape.length >= 16 {
                out.by_length.entry(e.shape.length).or_default().entry(digest).or_insert_with(|| e.name.clone());
            }
        }
        out
    }
    /// Whether there is nothing to be looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_length.is_empty()
    }
    /// The variables whose values stand in a text, each with the byte where its word begins.
    fn find(&self, text: &str, key: &DigestKey, put: &mut impl FnMut(&str, usize)) {
        let Some(least) = self.by_length.keys().next() else { return };
        let (bytes, mut at) = (text.as_bytes(), 0);
        while at < bytes.len() {
            let from = at;
            at += bytes[from..].iter().position(|b| STOPS[usize::from(*b)]).unwrap_or(bytes.len() - from);
            // Most words are shorter than any secret.
            if at - from >= *least {
                for word in text[from..at].split(char::is_whitespace) {
                    for part in [Some(word), word.split_once('=').map(|(_, v)| v)].into_iter().flatten() {
                        if let Some(all) = self.by_length.get(&part.len())
                            && let Some(name) = all.get(&key.digest(part))
                        {
                            put(name, from);
                        }
                    }
                }
            }
            at += 1;
        }
    }
}
/// The bytes between which a value stands.
const STOPS: [bool; 256] = {
    let mut out = [false; 256];
    let stops = b" \t\n\r\x0b\x0c\"'`,;()<>";
    let mut i = 0;
    while i < stops.len() {
        out[stops[i] as usize] = true;
        i += 1;
    }
    out
};

/// What one tracked file holds; its name is asked for where something is found.
#[must_use]
pub fn scan(
    file: &dyn Fn() -> String,
    text: &str,
    needles: &Needles,
    key: &DigestKey,
) -> (Vec<KeyAt>, Vec<(String, Place)>) {
    let whole = leaks::scan_keyed(text, key);
    let (mut keys, mut values) = (BTreeMap::new(), BTreeMap::new());
    if !whole.is_empty() {
        for (number, line) in (1..).zip(text.lines()) {
            for leak in leaks::scan_keyed(line, key).into_iter().filter(is_key) {
                keys.entry(leak).or_insert(number);
            }
        }
    }
    // A key file is no line.
    for leak in whole.into_iter().filter(is_key) {
        keys.entry(leak).or_insert(1);
    }
    needles.find(text, key, &mut |name, at| {
        let before = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count();
        values.entry(name.to_owned()).or_insert(u32::try_from(before + 1).unwrap_or(u32::MAX));
    });
    if keys.is_empty() && values.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let file = file();
    let (aside, at) = (is_aside(&file), |line| Place::new(file.as_str(), line, 1));
    let keys = keys.into_iter().map(|(leak, line)| KeyAt { leak, at: at(line), aside });
    (keys.collect(), values.into_iter().map(|(name, line)| (name, at(line))).collect())
}
fn is_key(leak: &Leak) -> bool {
    matches!(leak.worth, Worth::Secret | Worth::TestSecret)
}

/// Whether a file is a test, a sample or a text for people: what looks like a key there is mostly made up.
#[must_use]
pub fn is_aside(file: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "test",
        "tests",
        "__tests__",
        "__mocks__",
        "e2e",
        "cypress",
        "playwright",
        "fixtures",
        "mocks",
        "examples",
        "docs",
        "stories",
        "testdata",
    ];
    let mut parts = file.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let marked = [".test.", ".spec.", ".stories.", ".example", ".sample"].iter().any(|m| name.contains(m));
    let prose = [".md", ".mdx", ".txt", ".rst", ".snap"].iter().any(|e| name.ends_with(e));
    marked || prose || parts.any(|p| FOLDERS.contains(&p))
}

/// Reads what `git log --patch` writes, line by line as it comes.
pub struct Log<'a> {
    needles: &'a Needles,
    key: &'a DigestKey,
    rest: Vec<u8>,
    commit: Shown,
    file: String,
    skipped: bool,
    seen: BTreeSet<Digest>,
    told: BTreeSet<String>,
    out: History,
}
/// The longest line that is looked at: what is longer was made by a machine.
const LINE: usize = 1 << 14;

impl<'a> Log<'a> {
    /// A reader that looks for these.
    #[must_use]
    pub fn new(needles: &'a Needles, key: &'a DigestKey) -> Self {
        Self {
            needles,
            key,
            rest: Vec::new(),
            commit: Shown::default(),
            file: String::new(),
            skipped: false,
            seen: BTreeSet::new(),
            told: BTreeSet::new(),
            out: History::default(),
        }
    }
    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            if self.rest.is_empty() {
                self.line(&rest[..end]);
            } else {
                self.rest.extend_from_slice(&rest[..end.min(LINE)]);
                let line = std::mem::take(&mut self.rest);
                self.line(&line);
            }
            rest = &rest[end + 1..];
        }
        if self.rest.len() <= LINE {
            self.rest.extend_from_slice(&rest[..rest.len().min(LINE + 1)]);
        }
    }
    /// What was found; without what still stands in the files, if it is given.
    #[must_use]
    pub fn end(mut self) -> History {
        let line = std::mem::take(&mut self.rest);
        self.line(&line);
        self.out
    }
    fn line(&mut self, line: &[u8]) {
        if let Some(commit) = line.strip_prefix(b"\0") {
            self.commit = String::from_utf8_lossy(commit).trim().into();
            self.out.commits += 1;
        } else if let Some(file) = line.strip_prefix(b"+++ b/") {
            String::from_utf8_lossy(file).trim_end().clone_into(&mut self.file);
            self.skipped = is_machines(&self.file);
        } else if let Some(added) = line.strip_prefix(b"+").filter(|_| !self.skipped && line.len() <= LINE) {
            match std::str::from_utf8(added) {
                Ok(text) => self.added(text),
                Err(_) => self.added(&String::from_utf8_lossy(added)),
            }
        }
    }
    fn added(&mut self, text: &str) {
        let then = || Then { commit: self.commit.clone(), file: self.file.as_str().into() };
        for leak in leaks::scan_keyed(text, self.key).into_iter().filter(is_key) {
            if self.seen.insert(leak.digest) {
                self.out.keys.push(KeyThen {
                    leak,
                    then: then(),
                    aside: is_example(&self.file) || is_aside(&self.file),
                });
            }
        }
        let (told, values) = (&mut self.told, &mut self.out.values);
        self.needles.find(text, self.key, &mut |name, _| {
            if told.insert(name.to_owned()) {
                let then = Then { commit: self.commit.clone(), file: self.file.as_str().into() };
                values.push((name.to_owned(), then));
            }
        });
    }
}

/// Whether a path is that of a dotenv file that an app loads: examples are none.
#[must_use]
pub fn is_dotenv(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    (name == ".env" || name.starts_with(".env.")) && !is_example(name)
}
/// Whether a dotenv file is an example, by its name.
#[must_use]
pub fn is_example(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or_default();
    ["example", "sample", "template", "dist", "defaults", "schema"].iter().any(|w| name.contains(w))
}
/// Whether a machine wrote the file, so that what looks drawn at random there mostly is no key.
#[must_use]
pub fn is_machines(file: &str) -> bool {
    const ENDS: &[&str] = &[
        ".lock", ".map", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".pdf", ".woff", ".woff2", ".ttf",
        ".zip", ".gz", ".wasm", ".min.js", ".min.css", ".snap", ".mp4", ".webm", ".avif",
    ];
    const NAMES: &[&str] = &["package-lock.json", "pnpm-lock.yaml", "bun.lockb", "yarn.lock"];
    let name = file.rsplit('/').next().unwrap_or_default();
    let folder = file.split('/').any(|p| matches!(p, "node_modules" | ".next" | "dist" | "build" | "vendor" | ".yarn"));
    folder || NAMES.contains(&name) || ENDS.iter().any(|e| name.ends_with(e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::shape::Shape;

    fn key() -> DigestKey {
        DigestKey::new(&[5; 32])
    }
    fn live(seed: &str) -> String {
        format!("sk_{}_{seed}a1B2c3D4e5F6g7H8i9J0", "live")
    }
    fn production(list: &[(&str, &str)]) -> Production {
        let entries = list.iter().map(|(n, v)| Entry::new(n, Shape::of(n, v, &key()), None)).collect();
        Production { entries, ..Production::default() }
    }

    #[test]
    fn keys_and_values_are_found_by_their_lines() {
        let secret = "q8Zr5vLw2XcT9mKp4Nd7";
        let p = production(&[
            ("SESSION_SECRET", secret),
            ("APP_NAME", "Acme and its many friends"),
            ("SHORT_SECRET", "abc"),
        ]);
        let text = format!("const a = 1;\nconst k = '{}';\nSESSION_SECRET={secret}\nname: Acme\n", live("x"));
        let (keys, values) = scan(&|| "src/a.ts".to_owned(), &text, &Needles::of(Some(&p)), &key());
        assert_eq!(keys.len(), 1);
        assert_eq!((keys[0].at.to_string().as_str(), keys[0].aside), ("src/a.ts:2:1", false));
        assert_eq!(keys[0].leak.digest, key().digest(&live("x")));
        assert_eq!(values, [("SESSION_SECRET".to_owned(), Place::new("src/a.ts", 3, 1))]);
        assert!(scan(&|| "src/a.test.ts".to_owned(), &text, &Needles::default(), &key()).0[0].aside);
    }

    #[test]
    fn the_log_is_read_as_it_comes() {
        let p = production(&[("SESSION_SECRET", "q8Zr5vLw2XcT9mKp4Nd7")]);
        let needles = Needles::of(Some(&p));
        let log = format!(
            "\0aaa1\n\ndiff --git a/x b/x\n--- a/x\n+++ b/src/x.ts\n@@ -0,0 +1 @@\n+const k = \"{0}\";\n-const old = \"{1}\";\n\
             \0bbb2\n+++ b/pnpm-lock.yaml\n+k: {1}\n+++ b/.env\n+SESSION_SECRET=q8Zr5vLw2XcT9mKp4Nd7\n+A={0}\n",
            live("x"),
            live("y")
        );
        for step in [1, 7, 1000] {
            let (key, mut found) = (key(), None);
            let mut reader = Log::new(&needles, &key);
            log.as_bytes().chunks(step).for_each(|c| reader.feed(c));
            found.replace(reader.end());
            let found = found.unwrap();
            assert_eq!(found.commits, 2);
            let keys: Vec<_> = found.keys.iter().map(|k| (k.then.commit.as_str(), k.then.file.as_str())).collect();
            assert_eq!(keys, [("aaa1", "src/x.ts")]);
            assert_eq!((found.values[0].0.as_str(), found.values[0].1.file.as_str()), ("SESSION_SECRET", ".env"));
        }
    }

    #[test]
    fn what_is_a_secret_in_a_dotenv_file() {
        let of = |n: &str, v: &str| is_secret(&Entry::new(n, Shape::of(n, v, &key()), None));
        assert!(of("SESSION_SECRET", "q8Zr5vLw2XcT9mKp4Nd7") && of("A", &live("x")));
        for (n, v) in [
            ("DATABASE_URL", "postgres://postgres:postgres@localhost:5432/app"),
            ("SESSION_SECRET", "changeme"),
            ("NEXT_PUBLIC_KEY", "q8Zr5vLw2XcT9mKp4Nd7"),
            ("SMTP_PASSWORD", ""),
        ] {
            assert!(!of(n, v), "{n}");
        }
    }
}
