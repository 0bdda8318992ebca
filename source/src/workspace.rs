//! The packages of a monorepo that an app imports: they stand outside its folder and are a part of
//! what it runs. Only the files that the app's own lead to are kept, so that the scripts of a shared
//! package are nobody's route and read nobody's variables.

use crate::{
    index::Tree,
    resolve::{join, jsonc},
    walk::{self, Found},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};

/// The most packages that are listed, and how deep `**` goes.
const MOST: usize = 500;
const DEPTH: usize = 4;

/// Whether a path of a tree stands outside the app's own folder.
pub(crate) fn is_outside(path: &str) -> bool {
    path.starts_with("../")
}

/// Adds the packages that the files import, those that these import, and so on; with the configurations
/// of TypeScript that the app's own extends.
pub(crate) fn add(folder: &Path, found: &mut Found, shown: &(dyn Fn(&Path) -> String + Sync)) {
    let Some((root, up, patterns)) = workspace(folder) else { return };
    configurations(folder, found);
    let mut packages = BTreeMap::new();
    for dir in dirs(&root, &patterns) {
        let text = fs::read_to_string(root.join(&dir).join("package.json")).unwrap_or_default();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        if let Some(name) = json["name"].as_str() {
            packages.insert(name.to_owned(), dir);
        }
    }
    let mut begun = 0;
    while begun < found.files.len() {
        let wanted: BTreeSet<String> = found.files[begun..]
            .iter()
            .flat_map(|f| f.modules.iter().map(String::as_str).chain(f.passes_on.iter().map(|(_, m, _)| m.as_str())))
            .filter_map(package_of)
            .filter_map(|name| packages.remove(name))
            .collect();
        begun = found.files.len();
        for dir in wanted {
            let there = root.join(&dir);
            // The app itself may be imported by nobody else's name.
            if folder.canonicalize().is_ok_and(|f| f.starts_with(&there)) {
                continue;
            }
            walk::merge(found, walk::walk(&there, &format!("{up}{dir}/"), shown));
        }
    }
    found.files.sort_by(|a, b| a.path.cmp(&b.path));
}

/// The tree without the files of other packages that nothing of the app leads to.
pub(crate) fn reached(tree: Tree<'_>) -> Tree<'_> {
    if !tree.files.iter().any(|f| is_outside(&f.path)) {
        return tree;
    }
    let own = (0..tree.files.len()).filter(|i| !is_outside(&tree.files[*i].path));
    let kept = tree.reach(own, &|_| false);
    let Tree { files, extras, text, shown, .. } = tree;
    let files = files.into_iter().enumerate().filter(|(i, _)| kept[*i]).map(|(_, f)| f).collect();
    Tree::new(files, extras, text, shown)
}

/// A path without its `..`, as far as names say.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The folder above an app that says which folders are packages, the way up to it, and what it says.
fn workspace(folder: &Path) -> Option<(PathBuf, String, Vec<String>)> {
    let start = folder.canonicalize().ok()?;
    let mut up = String::new();
    for at in start.ancestors() {
        let patterns = patterns(at);
        if !patterns.is_empty() {
            // Where the app is the whole workspace its packages stand below it.
            return (!up.is_empty()).then(|| (at.to_owned(), up, patterns));
        }
        if at.join(".git").exists() {
            return None;
        }
        up.push_str("../");
    }
    None
}
fn patterns(root: &Path) -> Vec<String> {
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(&read("package.json")).unwrap_or_default();
    let listed = json["workspaces"].as_array().or_else(|| json["workspaces"]["packages"].as_array());
    let mut out: Vec<String> = listed.into_iter().flatten().filter_map(|p| p.as_str().map(str::to_owned)).collect();
    let pnpm = read("pnpm-workspace.yaml");
    let mut inside = false;
    for line in pnpm.lines().map(|l| l.split(" #").next().unwrap_or_default().trim_end()) {
        if !line.starts_with([' ', '-']) && !line.is_empty() {
            inside = line == "packages:";
        } else if let (true, Some(pattern)) = (inside, line.trim_start().strip_prefix("- ")) {
            out.push(pattern.trim().trim_matches(['"', '\'']).to_owned());
        }
    }
    out
}

/// The folders with a package.json that the patterns name, as paths below the root.
fn dirs(root: &Path, patterns: &[String]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut not = BTreeSet::new();
    for pattern in patterns {
        let (pattern, set) = match pattern.strip_prefix('!') {
            Some(p) => (p, &mut not),
            None => (pattern.as_str(), &mut out),
        };
        let parts: Vec<&str> = pattern.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
        expand(root, "", &parts, DEPTH, set);
    }
    out.retain(|d| !not.contains(d));
    out
}
fn expand(root: &Path, at: &str, parts: &[&str], depth: usize, out: &mut BTreeSet<String>) {
    if out.len() >= MOST {
        return;
    }
    let Some((part, rest)) = parts.split_first() else {
        if !at.is_empty() && root.join(at).join("package.json").is_file() {
            out.insert(at.to_owned());
        }
        return;
    };
    if !part.contains('*') {
        return expand(root, &join(at, part), rest, depth, out);
    }
    let any = *part == "**";
    if any {
        expand(root, at, rest, depth, out);
    }
    if any && depth == 0 {
        return;
    }
    let (head, tail) = part.split_once('*').unwrap_or((part, ""));
    for entry in fs::read_dir(root.join(at)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let fits = any || (name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail));
        // Links are not followed, so that a circle of them ends.
        if fits && !walk::is_passed(&name) && entry.file_type().is_ok_and(|t| t.is_dir()) {
            let below = join(at, &name);
            if any { expand(root, &below, parts, depth - 1, out) } else { expand(root, &below, rest, depth, out) }
        }
    }
}

/// The name of the package that a module's name begins with.
fn package_of(module: &str) -> Option<&str> {
    if module.starts_with(['.', '/']) {
        return None;
    }
    let slash =
        if module.starts_with('@') { module.match_indices('/').nth(1) } else { module.match_indices('/').next() };
    Some(slash.map_or(module, |(at, _)| &module[..at]))
}

/// The configurations above the app that its own extends: `paths` often stand there.
fn configurations(folder: &Path, found: &mut Found) {
    let own = found.extras.iter().filter(|(p, _)| p.ends_with("tsconfig.json") || p.ends_with("jsconfig.json"));
    let extended = own.filter_map(|(path, text)| {
        let json = jsonc(text)?;
        let named = json["extends"].as_str()?;
        let at = path.rsplit_once('/').map_or("", |(f, _)| f);
        named.starts_with('.').then(|| join(at, named)).filter(|p| is_outside(p))
    });
    let extended: Vec<String> = extended.collect();
    for path in extended {
        let named = if path.ends_with(".json") { path } else { format!("{path}.json") };
        if let Ok(text) = fs::read_to_string(folder.join(&named)) {
            found.extras.insert(named, text);
        }
    }
}
