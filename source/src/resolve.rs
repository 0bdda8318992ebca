//! Which file a module specifier means: relative paths, `paths` of tsconfig.json, packages of the
//! workspace.

use rustc_hash::FxHashMap as HashMap;
use std::collections::BTreeMap;

/// Finds files by the specifiers of modules.
#[derive(Debug, Default)]
pub struct Resolver {
    /// Paths without their endings.
    stems: HashMap<String, usize>,
    /// Exact paths.
    exact: HashMap<String, usize>,
    /// For each folder with a tsconfig.json: the base folder and the patterns, deepest folder first.
    configs: Vec<Config>,
    /// Packages of the workspace by name: their folder, and where their exports lead.
    packages: HashMap<String, Package>,
}
#[derive(Debug)]
struct Config {
    folder: String,
    base: Option<String>,
    paths: Vec<(String, Vec<String>)>,
}
#[derive(Debug, Default)]
struct Package {
    folder: String,
    exports: Vec<(String, String)>,
}

impl Resolver {
    /// A resolver for these files; `extras` holds the texts of tsconfig.json and package.json files.
    #[must_use]
    pub fn new<'p>(files: impl Iterator<Item = &'p str>, extras: &BTreeMap<String, String>) -> Self {
        let mut out = Self::default();
        for (i, path) in files.enumerate() {
            out.exact.insert(path.to_owned(), i);
            out.stems.entry(stem(path).to_owned()).or_insert(i);
        }
        for (path, text) in extras {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            match name {
                "package.json" => {
                    if let Ok(json) = serde_json::from_str::<serde_json::Value>(text) {
                        out.package(folder, &json);
                    }
                }
                "tsconfig.json" | "jsconfig.json" => out.config(folder, text, extras),
                _ => {}
            }
        }
        out.configs.sort_by_key(|c| std::cmp::Reverse(c.folder.len()));
        out
    }

    fn package(&mut self, folder: &str, json: &serde_json::Value) {
        let Some(name) = json["name"].as_str() else { return };
        let mut exports = Vec::new();
        match &json["exports"] {
            serde_json::Value::Object(all) => {
                for (key, value) in all {
                    if let Some(to) = first_text(value) {
                        exports.push((key.trim_start_matches("./").to_owned(), to));
                    }
                }
            }
            serde_json::Value::String(s) => exports.push((".".into(), s.clone())),
            _ => {}
        }
        for key in ["main", "module", "source"] {
            if let Some(s) = json[key].as_str() {
                exports.push((".".into(), s.to_owned()));
            }
        }
        self.packages.insert(name.to_owned(), Package { folder: folder.to_owned(), exports });
    }

    fn config(&mut self, folder: &str, text: &str, extras: &BTreeMap<String, String>) {
        let Some(mut json) = jsonc(text) else { return };
        let mut base_folder = folder.to_owned();
        // One step of `extends`: shared configurations of a monorepo rarely go deeper.
        if json["compilerOptions"]["paths"].is_null()
            && let Some(parent) = json["extends"].as_str().filter(|e| e.starts_with('.'))
        {
            let parent = join(folder, parent);
            let text = extras.get(&parent).or_else(|| extras.get(&format!("{parent}.json")));
            if let Some(more) = text.and_then(|t| jsonc(t)) {
                parent.rsplit_once('/').map_or("", |(f, _)| f).clone_into(&mut base_folder);
                json = more;
            }
        }
        let options = &json["compilerOptions"];
        let base = options["baseUrl"].as_str().map(|b| join(&base_folder, b));
        let paths = options["paths"].as_object().into_iter().flatten();
        let paths = paths
            .map(|(pattern, to)| {
                let to = to.as_array().into_iter().flatten().filter_map(|t| t.as_str());
                (pattern.clone(), to.map(|t| join(base.as_deref().unwrap_or(&base_folder), t)).collect())
            })
            .collect();
        self.configs.push(Config { folder: folder.to_owned(), base, paths });
    }

    /// The file that `module` means in the file `from`; `None` for packages that are not here.
    #[must_use]
    pub fn find(&self, from: &str, module: &str) -> Option<usize> {
        let folder = from.rsplit_once('/').map_or("", |(f, _)| f);
        if module.starts_with('.') {
            return self.probe(&join(folder, module));
        }
        for c in self.configs.iter().filter(|c| is_below(from, &c.folder)) {
            for (pattern, to) in &c.paths {
                let Some(rest) = matches(module, pattern) else { continue };
                if let Some(found) = to.iter().find_map(|t| self.probe(&t.replacen('*', rest, 1))) {
                    return Some(found);
                }
            }
            if let Some(base) = &c.base
                && let Some(found) = self.probe(&join(base, module))
            {
                return Some(found);
            }
        }
        // Without a configuration `@/` and `~/` are the root or its `src`, as starters have it.
        if let Some(rest) = module.strip_prefix("@/").or_else(|| module.strip_prefix("~/")) {
            return self.probe(rest).or_else(|| self.probe(&format!("src/{rest}")));
        }
        self.in_workspace(module)
    }
    fn in_workspace(&self, module: &str) -> Option<usize> {
        let mut parts = module.splitn(if module.starts_with('@') { 3 } else { 2 }, '/');
        let name = match parts.next()? {
            scope if scope.starts_with('@') => format!("{scope}/{}", parts.next()?),
            name => name.to_owned(),
        };
        let sub = parts.next().unwrap_or(".");
        let package = self.packages.get(&name)?;
        let named = package.exports.iter().find_map(|(key, to)| {
            let to = if key == sub {
                to.clone()
            } else {
                to.replacen('*', matches(sub, key).filter(|_| key.contains('*'))?, 1)
            };
            self.probe(&join(&package.folder, &to))
        });
        let inside = |p: String| self.probe(&join(&package.folder, &p));
        named
            .or_else(|| if sub == "." { inside("src/index".into()).or_else(|| inside("index".into())) } else { None })
            .or_else(|| inside(sub.to_owned()))
            .or_else(|| inside(format!("src/{sub}")))
    }
    fn probe(&self, path: &str) -> Option<usize> {
        let path = path.trim_end_matches('/');
        if let Some(i) = self.exact.get(path).or_else(|| self.stems.get(path)) {
            return Some(*i);
        }
        // `./a.js` of TypeScript means `./a.ts`.
        let js = [".js", ".mjs", ".cjs", ".jsx"].iter().find_map(|e| path.strip_suffix(e));
        if let Some(i) = js.and_then(|p| self.stems.get(p)) {
            return Some(*i);
        }
        let index = if path.is_empty() { "index".to_owned() } else { format!("{path}/index") };
        self.stems.get(&index).copied()
    }
}

fn stem(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |i| i + 1);
    path[name..].rfind('.').map_or(path, |dot| &path[..name + dot])
}
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|r| r.starts_with('/'))
}
/// What `*` stands for, where a module is of a pattern.
fn matches<'m>(module: &'m str, pattern: &str) -> Option<&'m str> {
    match pattern.split_once('*') {
        None => (module == pattern).then_some(""),
        Some((head, tail)) => {
            module.strip_prefix(head)?.strip_suffix(tail).filter(|_| module.len() >= head.len() + tail.len())
        }
    }
}
/// Joins two paths and takes out `.` and `..`.
#[must_use]
pub fn join(folder: &str, path: &str) -> String {
    let mut out: Vec<&str> = folder.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if out.last().is_none_or(|l| *l == "..") {
                    out.push("..");
                } else {
                    out.pop();
                }
            }
            part => out.push(part),
        }
    }
    out.join("/")
}
fn first_text(v: &serde_json::Value) -> Option<String> {
    match v {
        serde_json::Value::String(s) => Some(s.clone()),
        serde_json::Value::Object(all) => {
            ["import", "default", "require", "types"].iter().find_map(|k| all.get(*k)).and_then(first_text)
        }
        _ => None,
    }
}
/// JSON with comments and commas behind the last member, as tsconfig.json is written.
pub(crate) fn jsonc(text: &str) -> Option<serde_json::Value> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => {
                out.push(c);
                out.extend(chars.next());
            }
            '"' => {
                quoted = !quoted;
                out.push(c);
            }
            '/' if !quoted && chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if !quoted && chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            ']' | '}' if !quoted => {
                while out.ends_with(|c: char| c.is_whitespace() || c == ',') {
                    out.pop();
                }
                out.push(c);
            }
            c => out.push(c),
        }
    }
    serde_json::from_str(&out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_as_the_tools_find_them() {
        let files = ["lib/a.ts", "lib/b/index.ts", "packages/db/src/index.ts", "packages/db/src/user.ts", "src/x.ts"];
        let extras = [
            ("tsconfig.json", "{ // paths\n \"compilerOptions\": { \"paths\": { \"@lib/*\": [\"./lib/*\"], }, }, }"),
            (
                "packages/db/package.json",
                "{\"name\":\"@acme/db\",\"exports\":{\".\":\"./src/index.ts\",\"./*\":\"./src/*.ts\"}}",
            ),
        ];
        let extras = extras.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        let r = Resolver::new(files.into_iter(), &extras);
        for (from, module, want) in [
            ("lib/b/index.ts", "../a", Some(0)),
            ("lib/a.ts", "./b", Some(1)),
            ("src/x.ts", "@lib/a.js", Some(0)),
            ("src/x.ts", "@lib/b", Some(1)),
            ("src/x.ts", "@acme/db", Some(2)),
            ("src/x.ts", "@acme/db/user", Some(3)),
            ("lib/a.ts", "@/x", Some(4)),
            ("lib/a.ts", "stripe", None),
            ("lib/a.ts", "./none", None),
        ] {
            assert_eq!(r.find(from, module), want, "{from} {module}");
        }
    }
}
