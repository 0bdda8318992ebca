//! Files that nobody should see, told by what is in them, and the signs of machinery in an answer.

use crate::vocab::Shown;

/// A file that nobody should see.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exposure {
    /// What it is.
    pub what: &'static str,
    /// How much it gives away.
    pub weight: Weight,
    /// Names that stand in it, never values.
    pub names: Vec<Shown>,
}
/// How much a file gives away.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// Secrets, source or customers.
    Heavy,
    /// Names of files.
    Light,
}

/// The paths that are asked for on the site's own host, worst first.
pub const PATHS: &[&str] = &[
    "/.env",
    "/.git/HEAD",
    "/.env.production",
    "/.env.local",
    "/.git/config",
    "/.npmrc",
    "/.htpasswd",
    "/.DS_Store",
    "/backup.zip",
    "/backup.sql",
    "/dump.sql",
];

/// What file an answer is, by its content and whatever its status or type says.
#[must_use]
pub fn exposure(path: &str, body: &[u8], page: bool) -> Option<Exposure> {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let end = name.rsplit('.').next().unwrap_or_default();
    let heavy = |what, names| Some(Exposure { what, weight: Weight::Heavy, names });
    if body.starts_with(b"PK\x03\x04") && end == "zip" {
        return heavy("a zip archive", Vec::new());
    }
    if body.starts_with(b"\x00\x00\x00\x01Bud1") {
        return Some(Exposure { what: "a .DS_Store with names of files", weight: Weight::Light, names: Vec::new() });
    }
    let text = std::str::from_utf8(&body[..body.len().min(64 * 1024)]).ok()?;
    if page || text.trim_start().starts_with('<') {
        return None;
    }
    if path.ends_with("/.git/HEAD") && (text.starts_with("ref: refs/") || is_hash(text.trim())) {
        return heavy("the git repository", Vec::new());
    }
    if path.ends_with("/.git/config") && text.contains("[core]") {
        return heavy("the git repository", Vec::new());
    }
    if path.ends_with("/.npmrc") && text.contains("_authToken=") {
        return heavy("a package registry token", Vec::new());
    }
    if path.ends_with("/.htpasswd") && ["$apr1$", "$2y$", "$2b$", "{SHA}"].iter().any(|m| text.contains(m)) {
        return heavy("password hashes", Vec::new());
    }
    if end == "sql"
        && ["CREATE TABLE", "INSERT INTO", "-- PostgreSQL database dump", "-- MySQL dump"]
            .iter()
            .any(|m| text.contains(m))
    {
        return heavy("a database dump", Vec::new());
    }
    if name.starts_with(".env") {
        let names = assigned(text)?;
        return heavy("an environment file", names);
    }
    None
}

/// The variables that a text assigns, where it does nothing else.
fn assigned(text: &str) -> Option<Vec<Shown>> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let (mut names, mut others) = (Vec::new(), 0);
    for line in lines.take(400) {
        let name = line.strip_prefix("export ").unwrap_or(line).split_once('=').map(|(n, _)| n.trim());
        let is_name = |n: &&str| {
            n.len() >= 2
                && n.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
                && n.as_bytes()[0].is_ascii_alphabetic()
        };
        match name.filter(is_name) {
            Some(n) => names.push(Shown::from(n).short(60)),
            None => others += 1,
        }
    }
    // A value over several lines is in order; prose is not.
    (!names.is_empty() && others <= names.len() * 3).then_some(names)
}
fn is_hash(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The sign that an answer shows the machinery behind it.
#[must_use]
pub fn trace(text: &str) -> Option<&'static str> {
    let has = |m: &str| text.contains(m);
    let frames = text.match_indices("at ").filter(|(i, _)| {
        let line: String = text[*i..].chars().take_while(|c| !matches!(c, '\n' | '\\' | '<' | '"')).take(300).collect();
        let place = [".js:", ".ts:", ".mjs:", ".cjs:", ".tsx:"].iter().any(|e| line.contains(e));
        place && (line.contains('/') || line.contains("(node:"))
    });
    if frames.take(2).count() == 2 {
        return Some("a JavaScript stack trace");
    }
    if has("Traceback (most recent call last)") {
        return Some("a Python traceback");
    }
    if has("You're seeing this error because you have <code>DEBUG = True</code>") || has("you have DEBUG = True") {
        return Some("Django's debug page");
    }
    if has("/node_modules/") && (has("Error:") || has("error")) {
        return Some("paths of the server's files");
    }
    if has(".next/server/") && has("Error") {
        return Some("paths of the server's files");
    }
    if has("SQLSTATE[")
        || has("syntax error at or near")
        || has("You have an error in your SQL syntax")
        || has("SQLITE_ERROR")
    {
        return Some("an error message of the database");
    }
    if has("Invalid `prisma.") || has("PrismaClientKnownRequestError") || has("PrismaClientInitializationError") {
        return Some("an error message of the database");
    }
    (has("ECONNREFUSED 1") || has("ECONNREFUSED ::1")).then_some("an address inside the network")
}

/// The sign of a development server in the URLs of a page's scripts.
#[must_use]
pub fn dev_server(scripts: &[String]) -> Option<&'static str> {
    let any = |f: &dyn Fn(&str) -> bool| scripts.iter().any(|s| f(s));
    if any(&|s| {
        s.contains("/_next/static/development/")
            || s.contains("hmr-client")
            || s.contains("_next/static/chunks/%5Bturbopack%5D")
    }) {
        return Some("next dev");
    }
    if any(&|s| s.contains("/_next/static/chunks/main-app.js?v=") || s.contains("/_next/static/chunks/webpack.js?v=")) {
        return Some("next dev");
    }
    if scripts
        .iter()
        .any(|s| s.ends_with("/@vite/client") || s.contains("/@react-refresh") || s.contains("/_nuxt/@vite/client"))
    {
        return Some("the Vite development server");
    }
    scripts.iter().any(|s| s == "/static/js/bundle.js").then_some("the Create React App development server")
}

/// Whether what is for sale is a domain.
fn names_a_domain(title: &str, heading: &str) -> bool {
    let text = format!("{title} {heading}");
    let domain = |w: &str| w.split_once('.').is_some_and(|(a, b)| !a.is_empty() && b.len() >= 2);
    text.contains("this website is") || text.contains("domain") || text.split_whitespace().any(domain)
}

/// The sign of a default page, a parked domain or maintenance in title and heading.
#[must_use]
pub fn placeholder(title: &str, heading: &str, words: usize) -> Option<&'static str> {
    let (title, heading) = (title.to_lowercase(), heading.to_lowercase());
    let either = |w: &str| title.contains(w) || heading.contains(w);
    let whole = |w: &str| title.trim() == w || heading.trim() == w;
    // A page with much to read is an article about the thing.
    if words > 1500 {
        return None;
    }
    if either("welcome to nginx")
        || either("apache2 ubuntu default page")
        || whole("it works!")
        || whole("iis windows server")
        || either("apache2 debian default page")
        || either("default web site page")
        || either("web server's default page")
        || either("test page for the nginx http server")
        || either("caddy works!")
    {
        return Some("the default page of the web server");
    }
    if title.trim() == "create next app"
        || title.trim() == "vite + react"
        || title.trim() == "vite + react + ts"
        || title.trim() == "react app" && words < 60
        || title.trim() == "new remix app"
        || title.trim() == "new react router app"
        || whole("welcome to sveltekit")
        || either("the install worked successfully! congratulations!")
    {
        return Some("the sample page of the framework");
    }
    if either("this domain is parked")
        || either("domain for sale")
        || either("domain is for sale")
        || either("parked domain")
        || words < 300 && names_a_domain(&title, &heading) && (either("is for sale") || either("may be for sale"))
    {
        return Some("a parked domain");
    }
    if title.trim().starts_with("index of /") && words < 600 {
        return Some("a listing of the server's files");
    }
    let starts = |w: &str| title.trim().starts_with(w) || heading.trim().starts_with(w);
    if words < 600
        && (starts("maintenance")
            || either("under maintenance")
            || either("down for maintenance")
            || either("be right back")
            || either("be back soon"))
    {
        return Some("a maintenance page");
    }
    if words < 600 && (whole("coming soon") || starts("coming soon") || either("under construction")) {
        return Some("a coming-soon page");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_content() {
        let what = |path: &str, body: &str| exposure(path, body.as_bytes(), false).map(|e| e.what);
        assert_eq!(what("/.env", "# x\nA_KEY=1\nB=\"two\"\n"), Some("an environment file"));
        assert_eq!(what("/.env", "Not found"), None);
        assert_eq!(what("/.env", "{\"error\":\"a=b\"}"), None);
        assert_eq!(what("/.env", "<!doctype html><html>A=1</html>"), None);
        assert_eq!(what("/.git/HEAD", "ref: refs/heads/main\n"), Some("the git repository"));
        assert_eq!(what("/dump.sql", "-- PostgreSQL database dump\n"), Some("a database dump"));
        assert_eq!(exposure("/.env", b"A_KEY=1", true), None);
    }

    #[test]
    fn pages_that_stand_in_for_a_site() {
        let what = |title: &str, heading: &str| placeholder(title, heading, 40);
        assert_eq!(what("acme.test is for sale", ""), Some("a parked domain"));
        assert_eq!(what("acme.test", "This website is for sale!"), Some("a parked domain"));
        assert_eq!(what("The lamp is for sale", "A lamp"), None);
        assert_eq!(what("Index of /", "Index of /"), Some("a listing of the server's files"));
        assert_eq!(what("Acme", "Ship faster"), None);
    }

    #[test]
    fn traces() {
        let stack = "Error: boom\n    at handler (/app/src/a.js:1:2)\n    at run (/app/src/b.js:3:4)";
        assert!(trace(stack).is_some());
        assert!(trace(&stack.replace('\n', "\\n")).is_some());
        assert!(trace("Meet us at our office, at noon.").is_none());
        assert!(trace("{\"error\":\"connect ECONNREFUSED 10.0.0.5:5432\"}").is_some());
    }
}
