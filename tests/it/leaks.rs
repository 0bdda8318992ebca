//! The ways of a secret to a browser, against a real build of Next.js: what the analyser says leaks is
//! what stands in the pages and the scripts that the build made, and nothing else.

use launchcheck_checks::code::facts::Into;
use launchcheck_fixtures::npm;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The files below a folder with one of these endings.
fn files(root: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let (mut out, mut open) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| ends.contains(&e)) {
                out.push(path);
            }
        }
    }
    out
}

#[test]
fn what_leaks_is_what_a_build_gives_out() {
    let into = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let app = npm::install("leaks", into, &[]).expect("npm installs Next.js");
    // A key that looks real stands in no file of a repository, so it is written here.
    let key = |n: &str| format!("sk_{}_a1B2c3D4e5F6g7H8{n}", "live");
    let write = |path: &str, text: String| {
        let path = app.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        fs::write(path, text).expect("a file is written");
    };
    let page = "export default function Page() {\n  return <button onClick={() => alert(KEY)}>x</button>;\n}\n";
    write("app/c40/page.jsx", format!("\"use client\";\n\n{}", page.replace("KEY", &format!("\"{}\"", key("40")))));
    write("lib/c41.js", format!("export const used = \"{}\";\n", key("41")));
    write("lib/c42.js", format!("export const idle = \"{}\";\nexport const other = \"x\";\n", key("42")));
    let imports =
        "\"use client\";\n\nimport { used } from \"../../lib/c41\";\nimport { other } from \"../../lib/c42\";\n\n";
    write("app/c41/page.jsx", format!("{imports}{}", page.replace("KEY", "used + other")));

    let output = npm::command(&app, &["node", "node_modules/next/dist/bin/next", "build"]).output().expect("node runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );

    let mut planted: Vec<(String, String)> = fs::read_to_string(app.join(".env.production"))
        .expect("the variables")
        .lines()
        .filter_map(|l| l.split_once('='))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    planted.extend(["40", "41", "42"].map(|n| (format!("literal {n}"), key(n))));
    let made = |folder: &str, ends: &[&str]| -> BTreeSet<String> {
        let texts: Vec<String> = files(&app.join(folder), ends)
            .iter()
            .map(|f| String::from_utf8_lossy(&fs::read(f).unwrap_or_default()).into_owned())
            .collect();
        assert!(!texts.is_empty(), "the build made nothing in {folder}");
        planted.iter().filter(|(_, v)| texts.iter().any(|t| t.contains(v.as_str()))).map(|(n, _)| n.clone()).collect()
    };
    let mut pages = made(".next/server", &["html", "rsc", "meta", "body", "json"]);
    let scripts = made(".next/static", &["js"]);
    // What is in a script's own name is not rendered, and what next.config compiles in stands in the
    // manifests of the server as well.
    pages.retain(|n| !n.starts_with("literal") && !n.starts_with("C3"));

    let index = launchcheck_source::read(&app, &|p| p.strip_prefix(&app).unwrap_or(p).display().to_string());
    assert_eq!(index.tree.unparsed, Vec::<String>::new());
    let said = |into: Into| -> BTreeSet<String> {
        let leaks = index.exposure.leaks.iter().filter(|l| l.into == into);
        leaks
            .map(|l| {
                let file = l.at.file.to_string();
                let number = file.split(['/', '.']).find_map(|p| p.strip_prefix('c')).unwrap_or_default().to_owned();
                if l.literal { format!("literal {number}") } else { l.name.clone() }
            })
            .collect()
    };
    assert_eq!(said(Into::Page), pages, "in pages");
    assert_eq!(said(Into::Script), scripts, "in scripts");
    assert!(pages.len() >= 10 && scripts.len() >= 3, "{pages:?} {scripts:?}");
}
