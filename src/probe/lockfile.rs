//! Which version of a package an app is locked to. The four lock files are read for one package by
//! their lines, not as whole documents: a crate for each would weigh more than the question.

use super::secrets;
use std::path::Path;

/// A version and the file that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The version, such as `16.4.6`; of package.json the range, where nothing else is there.
    pub version: String,
    /// The file's name.
    pub file: &'static str,
}

/// How many folders above the app are looked at: a workspace keeps its lock file at its root.
const CLIMB: usize = 6;

/// The version of a package that the app in this folder gets, from the lock file beside it or above
/// it, else from what is installed, else from its package.json.
#[must_use]
pub fn locked(app: &Path, package: &str) -> Option<Locked> {
    let whole = app.canonicalize().ok()?;
    let found = |file: &'static str, version: Option<String>| version.map(|version| Locked { version, file });
    for folder in whole.ancestors().take(CLIMB) {
        let inside = whole.strip_prefix(folder).ok()?.to_str()?.replace('\\', "/");
        let text = |name: &str| {
            let path = folder.join(name);
            path.is_file().then(|| std::fs::read_to_string(path).ok()).flatten()
        };
        let one = text("package-lock.json")
            .and_then(|t| found("package-lock.json", npm(&t, &inside, package)))
            .or_else(|| text("pnpm-lock.yaml").and_then(|t| found("pnpm-lock.yaml", pnpm(&t, &inside, package))))
            .or_else(|| text("yarn.lock").and_then(|t| found("yarn.lock", yarn(&t, package))))
            .or_else(|| text("bun.lock").and_then(|t| found("bun.lock", bun(&t, package))))
            .or_else(|| {
                let installed = text(&format!("node_modules/{package}/package.json"))?;
                found("node_modules", json(&installed)?.get("version")?.as_str().map(str::to_owned))
            });
        if one.is_some() {
            return one;
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    let manifest = json(&String::from_utf8(secrets::bytes(&whole.join("package.json")).ok()?).ok()?)?;
    let range = ["dependencies", "devDependencies"]
        .into_iter()
        .find_map(|table| manifest.get(table)?.get(package)?.as_str().map(str::to_owned));
    found("package.json", range)
}

fn json(text: &str) -> Option<serde_json::Value> {
    serde_json::from_str(text).ok()
}

/// package-lock.json of npm 7 and later lists folders; a workspace may have a copy of its own. That
/// of npm 6 has a tree of `dependencies`.
fn npm(text: &str, inside: &str, package: &str) -> Option<String> {
    let lock = json(text)?;
    let version = |v: &serde_json::Value| v.get("version").and_then(|v| v.as_str()).map(str::to_owned);
    if let Some(folders) = lock.get("packages") {
        let own = (!inside.is_empty()).then(|| format!("{inside}/node_modules/{package}"));
        return own
            .and_then(|p| folders.get(p))
            .or_else(|| folders.get(format!("node_modules/{package}")))
            .and_then(version);
    }
    version(lock.get("dependencies")?.get(package)?)
}

/// pnpm-lock.yaml lists each importer's dependencies with the version that it got, peers in brackets.
fn pnpm(text: &str, inside: &str, package: &str) -> Option<String> {
    let importer = if inside.is_empty() { "." } else { inside };
    let mut in_importers = false;
    let mut ours = !text.lines().any(|l| l == "importers:");
    let mut named = false;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let key = line.trim().trim_end_matches(':').trim_matches(['\'', '"']);
        match indent {
            0 if !line.is_empty() => {
                if in_importers {
                    break;
                }
                in_importers = line == "importers:";
            }
            2 if in_importers => ours = key == importer,
            _ => {}
        }
        if !ours {
            continue;
        }
        let (name, value) = line.trim().split_once(": ").unwrap_or((line.trim(), ""));
        if named && name == "version" {
            return Some(bare(value));
        }
        // Before lock file version 6 the version stands behind the name.
        if name.trim_matches(['\'', '"']) == package && value.starts_with(|c: char| c.is_ascii_digit()) {
            return Some(bare(value));
        }
        if line.trim().ends_with(':') {
            named = key == package && indent > 2;
        }
    }
    None
}
fn bare(version: &str) -> String {
    let text = version.trim().trim_matches(['\'', '"']);
    text.split(['(', '_']).next().unwrap_or(text).to_owned()
}

/// yarn.lock names every range in a head line; the first entry of the package counts. Yarn 2 and
/// later write `npm:` into the range and a colon behind `version`.
fn yarn(text: &str, package: &str) -> Option<String> {
    let mut ours = false;
    for line in text.lines() {
        if !line.starts_with(' ') && line.ends_with(':') {
            ours = line
                .trim_end_matches(':')
                .split(", ")
                .any(|range| range.trim_matches('"').strip_prefix(package).is_some_and(|rest| rest.starts_with('@')));
        } else if ours && let Some(version) = line.trim().strip_prefix("version") {
            return Some(version.trim_start_matches(':').trim().trim_matches('"').to_owned());
        }
    }
    None
}

/// bun.lock has a line a package: `"next": ["next@16.4.6", …`.
fn bun(text: &str, package: &str) -> Option<String> {
    let head = format!("\"{package}\": [\"{package}@");
    let rest = text.lines().find_map(|l| l.trim().strip_prefix(&head))?;
    rest.split('"').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npm_knows_the_copy_of_a_workspace() {
        let text = r#"{"lockfileVersion":3,"packages":{"node_modules/next":{"version":"16.4.6"},
            "apps/old/node_modules/next":{"version":"13.5.11"},"node_modules/x/node_modules/next":{"version":"1.0.0"}}}"#;
        assert_eq!(npm(text, "", "next").as_deref(), Some("16.4.6"));
        assert_eq!(npm(text, "apps/old", "next").as_deref(), Some("13.5.11"));
        assert_eq!(npm(text, "apps/new", "next").as_deref(), Some("16.4.6"));
        assert_eq!(npm(text, "", "stripe"), None);
        assert_eq!(npm(r#"{"dependencies":{"next":{"version":"12.3.7"}}}"#, "", "next").as_deref(), Some("12.3.7"));
    }

    #[test]
    fn pnpm_knows_its_importers() {
        let text = "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    devDependencies:\n      turbo:\n        specifier: ^2\n        version: 2.1.0\n\n  apps/web:\n    dependencies:\n      '@clerk/nextjs':\n        specifier: ^6\n        version: 6.1.0(next@15.5.29)\n      next:\n        specifier: ^15\n        version: 15.5.29(react@19.0.0)\n\npackages:\n\n  next@15.5.29:\n    resolution: {}\n";
        assert_eq!(pnpm(text, "apps/web", "next").as_deref(), Some("15.5.29"));
        assert_eq!(pnpm(text, "apps/web", "@clerk/nextjs").as_deref(), Some("6.1.0"));
        assert_eq!(pnpm(text, "", "next"), None);
        let old =
            "lockfileVersion: 5.4\n\nspecifiers:\n  next: 13.5.11\n\ndependencies:\n  next: 13.5.11_react@18.2.0\n";
        assert_eq!(pnpm(old, "", "next").as_deref(), Some("13.5.11"));
    }

    #[test]
    fn yarn_and_bun() {
        let one = "\"@next/env@16.4.6\":\n  version \"16.4.6\"\n\nnext@^14.0.0, next@^14.2.0:\n  version \"14.2.35\"\n  resolved \"x\"\n";
        assert_eq!(yarn(one, "next").as_deref(), Some("14.2.35"));
        assert_eq!(yarn(one, "@next/env").as_deref(), Some("16.4.6"));
        let berry = "\"next@npm:^15.0.0\":\n  version: 15.5.29\n";
        assert_eq!(yarn(berry, "next").as_deref(), Some("15.5.29"));
        assert_eq!(yarn(berry, "nex"), None);
        let bun_lock = "{\n  \"packages\": {\n    \"next\": [\"next@16.4.6\", \"\", {}],\n  }\n}\n";
        assert_eq!(bun(bun_lock, "next").as_deref(), Some("16.4.6"));
    }
}
