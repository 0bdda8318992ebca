//! Finding the configuration file and reading it, with every mistake at its place.

use super::{Config, Source, check, suggest::nearest, values::split_span};
use crate::problem::{Problem, Problems};
use schemars::generate::SchemaSettings;
use serde_json::Value as Json;
use std::{
    fs,
    io::{self, Read as _},
    ops::Range,
    path::{Path, PathBuf},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// The names that are looked for in a folder, in this order.
pub const NAMES: [&str; 3] = ["launchcheck.toml", ".launchcheck.toml", ".config/launchcheck.toml"];
/// More than any configuration, and little enough to read at once.
const CAP: u64 = 1 << 20;

/// Which configuration is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The nearest one.
    Discover,
    /// This file.
    File(PathBuf),
    /// None.
    None,
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration; empty where there is no file.
    pub config: Config,
    /// Whether the file was named rather than found.
    pub named: bool,
}

/// Reads the configuration that is wanted, for somebody who stands in `here`.
pub fn load(choice: &Choice, here: &Path) -> Result<Loaded, Problems> {
    let (path, named) = match choice {
        Choice::None => (None, false),
        Choice::File(path) => (Some(path.clone()), true),
        Choice::Discover => (discover(here), false),
    };
    let Some(path) = path else {
        return Ok(Loaded { config: Config::default(), named });
    };
    let full = here.join(&path);
    let text = read(&full, named).map_err(|why| {
        Problem::new(format!("cannot read the configuration {}", path.display())).cause(why).hint(if named {
            "`--no-config` runs without one"
        } else {
            "`--config FILE` names another one; `--no-config` runs without one"
        })
    })?;
    let shown = if path.is_absolute() { seen_from(here, &full) } else { path.clone() }.display().to_string();
    let source = Source { shown, root: root_of(&full), text };
    Ok(Loaded { config: parse(source)?, named })
}

/// The nearest configuration: in `here`, then in each folder above it up to the root of the
/// repository. Outside a repository only `here` is looked at: a stray file in a home folder must not
/// speak for every folder below it.
#[must_use]
pub fn discover(here: &Path) -> Option<PathBuf> {
    let root = here.ancestors().find(|d| d.join(".git").exists()).unwrap_or(here);
    let folders = here.ancestors().take_while(|d| d.starts_with(root));
    // Also one that cannot be read: a dangling link must not quietly turn the configuration off.
    folders.flat_map(|d| NAMES.map(|n| d.join(n))).find(|p| p.symlink_metadata().is_ok())
}

/// A file as somebody calls it who stands in `here`: `launchcheck.toml`, `../launchcheck.toml`. One
/// that is nowhere near keeps its full name.
fn seen_from(here: &Path, file: &Path) -> PathBuf {
    here.ancestors()
        .enumerate()
        .find_map(|(up, folder)| {
            let rest = file.strip_prefix(folder).ok().filter(|_| folder.parent().is_some())?;
            Some(std::iter::repeat_n(Path::new(".."), up).chain([rest]).collect())
        })
        .unwrap_or_else(|| file.to_owned())
}

/// The folder that paths in the file are relative to: its own, or for `.config/launchcheck.toml`
/// the one that holds `.config`.
fn root_of(file: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    match folder.parent() {
        Some(above) if folder.file_name().is_some_and(|n| n == ".config") => above.to_owned(),
        _ => folder.to_owned(),
    }
}

/// Reads it whole. One that was found must be a plain file; one that was named may be a pipe.
fn read(path: &Path, named: bool) -> Result<String, String> {
    let said = |e: io::Error| e.to_string();
    let about = fs::metadata(path).map_err(said)?;
    if about.is_dir() {
        return Err("it is a folder".to_owned());
    }
    if !named && !about.is_file() {
        return Err("it is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|f| f.take(CAP + 1).read_to_end(&mut bytes)).map_err(said)?;
    if bytes.len() as u64 > CAP {
        return Err("it is larger than 1 MiB".to_owned());
    }
    String::from_utf8(bytes).map_err(|e| {
        let good = String::from_utf8_lossy(&e.as_bytes()[..e.utf8_error().valid_up_to()]);
        let line = good.matches('\n').count() + 1;
        format!("line {line} is not UTF-8")
    })
}

/// Reads a configuration from its text: its form, its keys, its values, then what they say together.
pub fn parse(source: Source) -> Result<Config, Problems> {
    match toml::from_str::<Config>(&source.text) {
        Ok(mut config) => {
            config.source = Some(source);
            Problems::check(check::check(&config))?;
            Ok(config)
        }
        Err(error) => Err(explain(&source, &error)),
    }
}

/// The JSON Schema of the configuration.
#[must_use]
pub fn schema() -> schemars::Schema {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<Config>()
}

/// The JSON Schema of the configuration, as text.
#[must_use]
pub fn schema_text() -> String {
    // A schema is plain JSON: this cannot fail.
    serde_json::to_string_pretty(schema().as_value()).unwrap_or_default() + "\n"
}

fn explain(source: &Source, error: &toml::de::Error) -> Problems {
    let (span, message) = split_span(error.message())
        .map_or_else(|| (error.span().unwrap_or(0..0), error.message()), |(span, why)| (span, why));
    // Every unknown key at once: who mistypes one key has often mistyped its neighbour.
    if message.starts_with("unknown field") {
        let all = unknown_keys(source);
        if !all.is_empty() {
            return Problems(all);
        }
    }
    let (mut headline, label) = reword(message);
    // The brackets decide between one table and a list of them. Of `[[email]]` the reader says that
    // its first key should be a list.
    let header = source.text.get(span.clone()).unwrap_or_default();
    let key = header.trim_matches(['[', ']']);
    let mut brackets = None;
    if message.starts_with("invalid type: map, expected a sequence") {
        if header.starts_with("[[") {
            "this is one table, not a list of them".clone_into(&mut headline);
            brackets = Some(format!("write `[{key}]` with one pair of brackets"));
        } else {
            brackets = Some(format!("write `[[{key}]]` with two pairs of brackets: there may be several of them"));
        }
    }
    let mut problem = Problem::new(headline).at(source, &span);
    if let Some(label) = label {
        problem = problem.label(label);
    }
    if let Some(hint) = brackets {
        problem = problem.hint(hint);
    }
    problem.hint(SCHEMA_HINT).into()
}
const SCHEMA_HINT: &str = "`launchcheck schema config` describes every key";

/// The words of the TOML reader in those of this house.
fn reword(message: &str) -> (String, Option<String>) {
    let quoted = || message.split('`').skip(1).step_by(2).collect::<Vec<_>>();
    if let Some(rest) = message.strip_prefix("missing field ") {
        return (format!("the key {rest} is missing in this table"), None);
    }
    if message.starts_with("unknown variant") {
        let words = quoted();
        let (given, known) = words.split_first().map_or(("", &[][..]), |(g, k)| (*g, k));
        let label = nearest(given, known.iter().copied())
            .map_or_else(|| format!("one of {}", known.join(", ")), |k| format!("did you mean `{k}`?"));
        return (format!("`{given}` is not one of {}", known.join(", ")), Some(label));
    }
    if let Some((found, expected)) = message.strip_prefix("invalid type: ").and_then(|m| m.split_once(", expected ")) {
        let plain = |words: &str| {
            match words {
                "a sequence" | "sequence" => "a list",
                "a map" | "map" => "a table",
                other => other,
            }
            .to_owned()
        };
        return (format!("expected {}, found {}", plain(expected), plain(found)), None);
    }
    // What was picked: the word itself stands in the message.
    if message.contains("is not a family") || message.contains("is not a target") {
        let given = quoted().first().copied().unwrap_or_default();
        return (message.to_owned(), check::near_pick(given).map(|k| format!("did you mean `{k}`?")));
    }
    (message.to_owned(), None)
}

/// Every key that no table has, by the schema.
fn unknown_keys(source: &Source) -> Vec<Problem> {
    let Ok(document) = DeTable::parse(&source.text) else { return Vec::new() };
    let root = schema().to_value();
    let mut found = Vec::new();
    walk_table(document.get_ref(), &root, &root, &mut |key, span, known| {
        let mut problem = Problem::new(format!("unknown key `{key}`")).at(source, &span);
        if let Some(s) = &mut problem.snippet {
            // The value behind an unknown key may be anything, a key of another kind included.
            let text = s.text.as_str().split_once('=').map(|(before, _)| format!("{before}= …"));
            s.text = text.map_or_else(|| s.text.clone(), Into::into);
        }
        if let Some(near) = nearest(key, known.iter().copied()) {
            problem = problem.label(format!("did you mean `{near}`?"));
        } else if let Some(table) = home_of(key, &root) {
            problem = problem.label(format!("this key belongs in {table}"));
        } else if !known.is_empty() {
            problem = problem.label(format!("known here: {}", known.join(", ")));
        }
        found.push((span.start, problem.hint(SCHEMA_HINT)));
    });
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, p)| p).collect()
}

type OnUnknown<'f> = dyn FnMut(&str, Range<usize>, &[&str]) + 'f;

fn walk_table(table: &DeTable<'_>, schema: &Json, root: &Json, unknown: &mut OnUnknown<'_>) {
    let Some(known) = resolve(schema, root).get("properties").and_then(Json::as_object) else { return };
    for (key, value) in table {
        match known.get(key.get_ref().as_ref()) {
            Some(inner) => walk(value, inner, root, unknown),
            None => unknown(key.get_ref(), key.span(), &known.keys().map(String::as_str).collect::<Vec<_>>()),
        }
    }
}
fn walk(value: &Spanned<DeValue<'_>>, schema: &Json, root: &Json, unknown: &mut OnUnknown<'_>) {
    match value.get_ref() {
        DeValue::Table(table) => walk_table(table, schema, root, unknown),
        DeValue::Array(list) => {
            if let Some(items) = resolve(schema, root).get("items") {
                list.iter().for_each(|v| walk(v, items, root, unknown));
            }
        }
        _ => {}
    }
}
/// A schema behind its references and its "or null".
fn resolve<'a>(schema: &'a Json, root: &'a Json) -> &'a Json {
    if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
        return name.strip_prefix('#').and_then(|p| root.pointer(p)).map_or(schema, |s| resolve(s, root));
    }
    for several in ["anyOf", "allOf", "oneOf"] {
        if let Some(first) = schema.get(several).and_then(|l| l.get(0)) {
            return resolve(first, root);
        }
    }
    schema
}
/// The table that has this key, as it is written.
fn home_of(key: &str, root: &Json) -> Option<String> {
    let tables = root.get("properties")?.as_object()?;
    tables.iter().find_map(|(name, schema)| {
        let schema = resolve(schema, root);
        let (inner, list) = schema.get("items").map_or((schema, false), |items| (resolve(items, root), true));
        inner.get("properties")?.get(key)?;
        Some(if list { format!("[[{name}]]") } else { format!("[{name}]") })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::error::problems;

    fn said(text: &str) -> String {
        let source = Source { shown: "launchcheck.toml".into(), root: "/repo".into(), text: text.into() };
        match parse(source) {
            Ok(_) => "accepted".to_owned(),
            Err(all) => problems(&all, false).replace(&format!("hint: {SCHEMA_HINT}\n"), ""),
        }
    }

    #[test]
    fn bad_files_and_what_is_said() {
        for (text, want) in [
            (
                "[email]\ndkim-selector = \"s1\"\nfrmo = []\n",
                "error: launchcheck.toml:2:1: unknown key `dkim-selector`\n\
                 \x20   2 | dkim-selector = …\n\
                 \x20     | ^^^^^^^^^^^^^ did you mean `dkim-selectors`?\n\
                 error: launchcheck.toml:3:1: unknown key `frmo`\n\
                 \x20   3 | frmo = …\n\
                 \x20     | ^^^^ did you mean `from`?\n",
            ),
            (
                "[site]\nsecret-env = \"X\"\n",
                "error: launchcheck.toml:2:1: unknown key `secret-env`\n\
                 \x20   2 | secret-env = …\n\
                 \x20     | ^^^^^^^^^^ this key belongs in [[webhook]]\n",
            ),
            (
                "[[hosts]]\nname = \"a.test\"\n",
                "error: launchcheck.toml:1:3: unknown key `hosts`\n\
                 \x20   1 | [[hosts]]\n\
                 \x20     |   ^^^^^ did you mean `host`?\n",
            ),
            (
                "[[billing]]\nprovider = \"stripe\"\nmapping = { tabel = \"x\" }\n",
                "error: launchcheck.toml:3:13: unknown key `tabel`\n\
                 \x20   3 | mapping = …\n\
                 \x20     |             ^^^^^ did you mean `table`?\n",
            ),
            (
                "[site\n",
                "error: launchcheck.toml:1:6: unclosed table, expected `]`\n\
                 \x20   1 | [site\n\
                 \x20     |      ^\n",
            ),
            (
                "[host]\nname = \"a.test\"\n",
                "error: launchcheck.toml:1:1: expected a list, found a table\n\
                 \x20   1 | [host]\n\
                 \x20     | ^^^^^^\n\
                 hint: write `[[host]]` with two pairs of brackets: there may be several of them\n",
            ),
            (
                "[[email]]\nfrom = [\"a@a.test\"]\n",
                "error: launchcheck.toml:1:1: this is one table, not a list of them\n\
                 \x20   1 | [[email]]\n\
                 \x20     | ^^^^^^^^^\n\
                 hint: write `[email]` with one pair of brackets\n",
            ),
            (
                "[site]\ndomain = \"https://acme.test\"\n",
                "error: launchcheck.toml:2:10: `https://acme.test` is not a domain name: that is a URL; give the host name alone\n\
                 \x20   2 | domain = \"https://acme.test\"\n\
                 \x20     |          ^^^^^^^^^^^^^^^^^^^\n",
            ),
            (
                "[site]\ndomain = 3\n",
                "error: launchcheck.toml:2:10: expected a string, found integer `3`\n\
                 \x20   2 | domain = 3\n\
                 \x20     |          ^\n",
            ),
            (
                "[audit]\nfail-on = \"hihg\"\n",
                "error: launchcheck.toml:2:11: `hihg` is not one of blocker, high, medium, low, never\n\
                 \x20   2 | fail-on = \"hihg\"\n\
                 \x20     |           ^^^^^^ did you mean `high`?\n",
            ),
            (
                "[audit]\ntimeout = \"10\"\n",
                "error: launchcheck.toml:2:11: `10` is not a length of time; write it as `300ms`, `10s`, `15m`, `2h` or `14d`\n\
                 \x20   2 | timeout = \"10\"\n\
                 \x20     |           ^^^^\n",
            ),
            (
                "[[webhook]]\nprovider = \"stripe\"\nurl = \"acme.test/hook\"\n",
                "error: launchcheck.toml:3:7: `acme.test/hook` is not a URL: it needs https:// in front\n\
                 \x20   3 | url = \"acme.test/hook\"\n\
                 \x20     |       ^^^^^^^^^^^^^^^^\n",
            ),
            (
                "[[waiver]]\nrule = \"tls.expired\"\nexpires = 2026-12-31\n",
                "error: launchcheck.toml:1:1: the key `reason` is missing in this table\n\
                 \x20   1 | [[waiver]]\n\
                 \x20     | ^^^^^^^^^^\n",
            ),
            (
                "[[waiver]]\nrule = \"tls.expired\"\nreason = \"x\"\nexpires = \"soon\"\n",
                "error: launchcheck.toml:4:11: `soon` is not a date; write it as `2026-12-31`\n\
                 \x20   4 | expires = \"soon\"\n\
                 \x20     |           ^^^^^^\n",
            ),
            (
                "[audit]\nonly = [\"emial\"]\n",
                "error: launchcheck.toml:2:9: `emial` is not a family, a rule id or a target\n\
                 \x20   2 | only = [\"emial\"]\n\
                 \x20     |         ^^^^^^^ did you mean `email`?\n",
            ),
        ] {
            assert_eq!(said(text), want, "\n{text}");
        }
    }

    #[test]
    fn a_key_pasted_into_the_file_is_not_repeated() {
        let key = format!("sk_{}_{}", "live", "4eC39HqLyjWDarjtT1zdp7dc");
        for line in ["stripe-key-env = ", "stripe-key = ", "api-base = ", "in-flight = ", "accounts = "] {
            let text = said(&format!("[[billing]]\nprovider = \"stripe\"\n{line}\"{key}\"\n"));
            assert!(text.starts_with("error: launchcheck.toml:3:"), "{text}");
            assert!(!text.contains("4eC39"), "{text}");
        }
    }

    #[test]
    fn the_nearest_file_up_to_the_repository_root() {
        let dir = std::env::temp_dir().join(format!("launchcheck-discover-{}", std::process::id()));
        let (repo, deep) = (dir.join("repo"), dir.join("repo/apps/web"));
        fs::create_dir_all(&deep).unwrap();
        let put = |p: PathBuf| {
            fs::create_dir_all(p.parent().unwrap()).unwrap();
            fs::write(p, "").unwrap();
        };
        put(dir.join("launchcheck.toml"));
        assert_eq!(discover(&deep), None, "outside a repository only the folder itself is looked at");
        fs::create_dir_all(repo.join(".git")).unwrap();
        assert_eq!(discover(&deep), None, "what lies above the root is not looked at");
        put(repo.join(".config/launchcheck.toml"));
        assert_eq!(discover(&deep), Some(repo.join(".config/launchcheck.toml")));
        put(repo.join(".launchcheck.toml"));
        assert_eq!(discover(&deep), Some(repo.join(".launchcheck.toml")));
        put(repo.join("apps/launchcheck.toml"));
        assert_eq!(discover(&deep), Some(repo.join("apps/launchcheck.toml")));
        assert_eq!(root_of(&repo.join(".config/launchcheck.toml")), repo);

        let missing = load(&Choice::File("no.toml".into()), &deep).unwrap_err();
        assert_eq!(missing.to_string(), "cannot read the configuration no.toml");
        let loaded = load(&Choice::Discover, &deep).unwrap();
        assert!(!loaded.named);
        let source = loaded.config.source.unwrap();
        assert_eq!(source.root, repo.join("apps"));
        assert_eq!(source.shown, "../launchcheck.toml");
        fs::remove_file(repo.join("apps/launchcheck.toml")).unwrap();
        fs::create_dir(repo.join("apps/launchcheck.toml")).unwrap();
        let folder = load(&Choice::Discover, &deep).unwrap_err();
        assert!(folder.to_string().contains("cannot read the configuration"), "what is there and unreadable is said");
        assert_eq!(seen_from(Path::new("/a/b"), Path::new("/a/b/c.toml")), Path::new("c.toml"));
        assert_eq!(seen_from(Path::new("/a/b"), Path::new("/x/c.toml")), Path::new("/x/c.toml"));
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn the_readers_keys_are_those_of_the_schema() {
        let root = schema().to_value();
        for table in ["site", "host", "email", "webhook", "app", "billing", "thresholds", "waiver", "audit"] {
            assert!(root.pointer(&format!("/properties/{table}")).is_some(), "{table}");
        }
        assert_eq!(home_of("dkim-selectors", &root).as_deref(), Some("[email]"));
        assert_eq!(home_of("past-due", &root).as_deref(), Some("[[billing]]"));
    }
}
