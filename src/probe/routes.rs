//! Routes that an app's folder names, and the commit that its repository stands at.

use launchcheck_source::walk::walker;
use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

/// The most files that are looked at, and the most routes that are kept.
const FILES: usize = 20_000;
const ROUTES: usize = 60;
/// The largest source file that is read.
const FILE_CAP: u64 = 512 * 1024;
/// Words in a handler that make a GET do something.
const ACTS: &[&str] = &[
    ".create(",
    ".createMany(",
    ".update(",
    ".updateMany(",
    ".upsert(",
    ".delete(",
    ".deleteMany(",
    ".insert(",
    ".remove(",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "insert into",
    ".send(",
    "sendMail",
    "sendEmail",
    ".publish(",
    ".enqueue(",
    ".trigger(",
    "revalidate",
    "method: \"POST\"",
    "method: 'POST'",
    "exec(",
    "cookies().set",
    "signOut",
    ".charge",
    ".refund",
];

/// Routes without parameters that a GET may be sent to: pages, and handlers whose GET neither writes
/// nor sends. Those that the platform calls on a schedule are left out.
#[must_use]
pub fn find(folder: &Path) -> Vec<String> {
    let scheduled = scheduled(folder);
    let mut out = BTreeSet::new();
    let passed =
        |name: &str| matches!(name, "node_modules" | ".git" | ".next" | "dist" | "build" | "out" | "target" | "vendor");
    let entries = walker(folder)
        .filter_entry(move |e| e.depth() == 0 || e.file_name().to_str().is_none_or(|n| !passed(n)))
        .build();
    for entry in entries.flatten().take(FILES) {
        if out.len() >= ROUTES {
            break;
        }
        let Some(path) = entry.path().strip_prefix(folder).ok().and_then(route) else { continue };
        let small = entry.metadata().is_ok_and(|m| m.is_file() && m.len() <= FILE_CAP);
        let Some(text) = small.then(|| std::fs::read_to_string(entry.path()).ok()).flatten() else { continue };
        let handler = path.handler && !text.contains("GET") && !path.pages;
        if !handler && !ACTS.iter().any(|a| text.contains(a)) && !scheduled.contains(&path.url) {
            out.insert(path.url);
        }
    }
    out.into_iter().collect()
}

struct Route {
    url: String,
    handler: bool,
    pages: bool,
}

/// The URL path of a file of Next.js' two routers; `None` for other files and for paths with
/// parameters.
fn route(path: &Path) -> Option<Route> {
    let parts: Vec<&str> = path
        .components()
        .map(|c| if let Component::Normal(p) = c { p.to_str() } else { None })
        .collect::<Option<_>>()?;
    let parts = parts.strip_prefix(&["src"]).unwrap_or(&parts);
    let (router, rest) = parts.split_first()?;
    let (file, folders) = rest.split_last()?;
    let (stem, end) = file.rsplit_once('.')?;
    if !matches!(end, "ts" | "tsx" | "js" | "jsx" | "mjs") || folders.iter().any(|f| f.starts_with(['[', '_', '@'])) {
        return None;
    }
    let shown: Vec<&str> = folders.iter().copied().filter(|f| !f.starts_with('(')).collect();
    let join = |parts: &[&str]| format!("/{}", parts.join("/"));
    match *router {
        "app" if stem == "page" => Some(Route { url: join(&shown), handler: false, pages: false }),
        "app" if stem == "route" => Some(Route { url: join(&shown), handler: true, pages: false }),
        "pages" if !stem.starts_with(['[', '_']) && !stem.contains('.') => {
            let mut all = shown;
            if stem != "index" {
                all.push(stem);
            }
            let handler = all.first() == Some(&"api");
            Some(Route { url: join(&all), handler, pages: true })
        }
        _ => None,
    }
}

/// The paths of `crons` in vercel.json.
fn scheduled(folder: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder.join("vercel.json")).unwrap_or_default();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let crons = value["crons"].as_array().cloned().unwrap_or_default();
    crons
        .iter()
        .filter_map(|c| c["path"].as_str())
        .map(|p| p.split('?').next().unwrap_or_default().to_owned())
        .collect()
}

/// The commit that the repository around a folder stands at; `None` outside of one.
#[must_use]
pub fn head(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let dot = folder.ancestors().map(|a| a.join(".git")).find(|p| p.exists())?;
    let git: PathBuf = if dot.is_dir() {
        dot
    } else {
        // A worktree's `.git` is a file that names the folder.
        let text = std::fs::read_to_string(&dot).ok()?;
        dot.parent()?.join(text.strip_prefix("gitdir:")?.trim())
    };
    let common = std::fs::read_to_string(git.join("commondir")).map_or_else(|_| git.clone(), |c| git.join(c.trim()));
    let head = std::fs::read_to_string(git.join("HEAD")).ok()?;
    let Some(name) = head.trim().strip_prefix("ref: ") else { return hash(head.trim()) };
    let loose = [&git, &common].into_iter().find_map(|g| std::fs::read_to_string(g.join(name)).ok());
    loose.and_then(|t| hash(t.trim())).or_else(|| {
        let packed = std::fs::read_to_string(common.join("packed-refs")).ok()?;
        packed.lines().find_map(|l| l.split_once(' ').filter(|(_, n)| *n == name).and_then(|(h, _)| hash(h)))
    })
}
fn hash(text: &str) -> Option<String> {
    (text.len() >= 40 && text.bytes().all(|b| b.is_ascii_hexdigit())).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_what_a_get_may_be_sent_to_is_found() {
        let dir = std::env::temp_dir().join(format!("launchcheck-routes-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("src/app/(shop)/pricing/page.tsx", "export default 1");
        write("src/app/api/users/route.ts", "export async function GET() { return Response.json(await db.list()) }");
        write("src/app/api/nightly/route.ts", "export async function GET() { await db.user.deleteMany({}) }");
        write("src/app/api/hook/route.ts", "export async function POST() {}");
        write("src/app/api/tick/route.ts", "export async function GET() {}");
        write("src/app/users/[id]/page.tsx", "export default 1");
        write("pages/about.tsx", "export default 1");
        write("vercel.json", "{\"crons\":[{\"path\":\"/api/tick\",\"schedule\":\"* * * * *\"}]}");
        let found = find(&dir);
        write(".git/HEAD", "ref: refs/heads/main\n");
        write(".git/packed-refs", &format!("# pack\n{} refs/heads/main\n", "a".repeat(40)));
        let at = head(&dir.join("src"));
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(found, ["/about", "/api/users", "/pricing"]);
        assert_eq!(at, Some("a".repeat(40)));
    }
}
