//! Reads the environment files of an app, and package.json. Values become shapes here and go no
//! further.

use super::secrets;
use launchcheck_checks::{
    env::{
        dotenv,
        facts::Entry,
        loader::{self, Era, Loaded, Mode, Source},
        merge::{Content, Named},
        shape::{DigestKey, Shape},
        sources::{self, Format, Held, Value},
    },
    vocab::Place,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// The usual names of an example file, best first.
pub const EXAMPLES: &[&str] =
    &[".env.example", ".env.sample", ".env.template", ".env.local.example", ".env.dist", "env.example"];
/// The files that Next.js reads, those of production first, strongest first.
pub const NEARBY: &[&str] =
    &[".env.production.local", ".env.local", ".env.production", ".env", ".env.development.local", ".env.development"];

/// The variables of a file, of each name the last, as shapes; the error is a sentence fragment.
///
/// # Errors
/// When it is no regular file, too large or unreadable.
pub fn entries(path: &Path, shown: &str, key: &DigestKey) -> Result<Vec<Entry>, String> {
    let all = dotenv::last(dotenv::parse(&secrets::bytes(path)?));
    let entry = |a: dotenv::Assignment| {
        Entry::new(&a.name, Shape::of(&a.name, &a.value, key), Some(Place::new(shown, a.line, a.column)))
    };
    Ok(all.into_iter().map(entry).collect())
}

/// What a file of variables holds, whoever wrote it.
///
/// # Errors
/// A sentence fragment where it is no regular file, too large, unreadable, or of no known form.
pub fn held(path: &Path) -> Result<Held, String> {
    let bytes = secrets::bytes(path)?;
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let compose = [".yml", ".yaml"].iter().any(|end| name.ends_with(end));
    let beside = compose.then(|| path.parent()).flatten().and_then(|f| secrets::bytes(&f.join(".env")).ok());
    let beside = beside.map(|b| dotenv::last(dotenv::parse(&b)).into_iter().map(|a| (a.name, a.value)).collect());
    sources::read(name, &bytes, &beside.unwrap_or_default())
}

/// The variables of such a file whose values are known.
///
/// # Errors
/// As [`held`].
pub fn values(path: &Path) -> Result<BTreeMap<String, String>, String> {
    let known = |g: sources::Given| if let Value::Text(text) = g.value { Some((g.name, text)) } else { None };
    Ok(held(path)?.given.into_iter().filter_map(known).collect())
}

/// What a person named as a source of variables, with the files that it names itself behind it.
#[derive(Default)]
pub struct Sources {
    /// The sources, strongest first.
    pub named: Vec<Named>,
    /// What could not be read, with the file, as sentence fragments.
    pub unread: Vec<String>,
}
impl Sources {
    /// Adds a file behind those that are there.
    pub fn add(&mut self, path: &Path) {
        let shown = shown(path);
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let held = match held(path) {
            Ok(held) => held,
            Err(why) => {
                self.unread.push(format!("{shown} ({why})"));
                self.named.push(Named { shown: shown.into(), content: Content::Given(Format::Dotenv, Vec::new()) });
                return;
            }
        };
        self.unread.extend(held.unread.iter().map(|why| format!("{shown} ({why})")));
        // What the app's own loader reads goes through it; anything else is given to the app as it is.
        let loads = held.format == Format::Dotenv && (name == ".env" || name.starts_with(".env."));
        let content = match secrets::bytes(path) {
            Ok(bytes) if loads => Content::File(bytes),
            _ => Content::Given(held.format, held.given),
        };
        self.named.push(Named { shown: shown.into(), content });
        if held.format == Format::Compose {
            let folder = path.parent().unwrap_or(Path::new("."));
            for file in &held.beside {
                self.add_plain(&folder.join(file));
            }
        }
    }
    /// A dotenv file that docker hands to the app: no loader of the app's reads it.
    fn add_plain(&mut self, path: &Path) {
        let shown = shown(path);
        match held(path) {
            Ok(held) => {
                let content = Content::Given(Format::Compose, held.given);
                self.named.push(Named { shown: shown.into(), content });
            }
            Err(why) => self.unread.push(format!("{shown} ({why})")),
        }
    }
}

/// What Next.js loads from this folder, over what the process has. A file that is not there is passed
/// over; one that cannot be read is the error, with its name.
///
/// # Errors
/// When a file is there and is unreadable or too large.
pub fn load(
    folder: &Path,
    mode: Mode,
    era: Era,
    process: &BTreeMap<String, String>,
) -> Result<Loaded, (String, String)> {
    let mut texts = Vec::new();
    for name in mode.files() {
        let path = folder.join(name);
        // The loader passes over what is no regular file, a folder for one.
        if path.is_file() {
            let bytes = secrets::bytes(&path).map_err(|why| (shown(&path), why))?;
            texts.push((*name, bytes));
        }
    }
    let sources: Vec<Source<'_>> = texts.iter().map(|(name, bytes)| Source { name, bytes }).collect();
    Ok(loader::load(process, &sources, era))
}

/// The packages that a package.json depends on, those for development too; none where there is no
/// such file.
///
/// # Errors
/// When it is there and cannot be read.
pub fn packages(folder: &Path) -> Result<Vec<String>, String> {
    let path = folder.join("package.json");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let json: serde_json::Value = serde_json::from_slice(&secrets::bytes(&path)?).map_err(|e| e.to_string())?;
    let mut names: Vec<String> = ["dependencies", "devDependencies", "optionalDependencies"]
        .into_iter()
        .filter_map(|table| json.get(table)?.as_object())
        .flat_map(|table| table.keys().cloned())
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// The version that a package.json asks for of a package; none where it does not depend on it.
#[must_use]
pub fn version(folder: &Path, package: &str) -> Option<String> {
    let bytes = secrets::bytes(&folder.join("package.json")).ok()?;
    let json: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let tables = ["dependencies", "devDependencies"];
    tables.into_iter().find_map(|t| Some(json.get(t)?.get(package)?.as_str()?.to_owned()))
}

/// A path as the user knows it: relative to where they stand.
#[must_use]
pub fn shown(path: &Path) -> String {
    static HERE: LazyLock<PathBuf> = LazyLock::new(|| std::env::current_dir().unwrap_or_default());
    // Asked for every file of a tree, most of which are shown as they are.
    let plain =
        |text: &&str| !text.is_empty() && !["./", "//"].iter().any(|p| text.contains(p)) && !text.ends_with(['/', '.']);
    let text = path.to_str().map(|t| t.strip_prefix("./").unwrap_or(t));
    if let Some(text) = text.filter(|t| !t.starts_with('/')).filter(plain) {
        return text.to_owned();
    }
    let clean: PathBuf = path.components().filter(|c| *c != std::path::Component::CurDir).collect();
    let below = clean.strip_prefix(&*HERE).unwrap_or(&clean);
    if below.as_os_str().is_empty() { ".".to_owned() } else { below.display().to_string() }
}
