//! The written reference: made from the types and the catalogue, and held against what is
//! committed. `LAUNCHCHECK_BLESS=1 cargo test --lib reference` writes it anew.

use crate::config::load;
use launchcheck_checks::{CATALOGUE, vocab::Family};
use serde_json::Value as Json;
use std::{fmt::Write as _, fs, path::Path};

/// Holds a generated file against the committed one, or writes it.
fn hold(file: &str, fresh: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("LAUNCHCHECK_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, fresh).unwrap();
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == fresh, "{file} is stale; write it anew with `LAUNCHCHECK_BLESS=1 cargo test --lib reference`");
}

/// The part of a file between two marks, replaced.
fn between(text: &str, mark: &str, fresh: &str) -> String {
    let (open, close) = (format!("<!-- {mark}: generated -->\n"), format!("<!-- {mark}: end -->"));
    let (head, rest) = text.split_once(&open).unwrap_or_else(|| panic!("no mark {open}"));
    let (_, tail) = rest.split_once(&close).unwrap_or_else(|| panic!("no mark {close}"));
    format!("{head}{open}{fresh}{close}{tail}")
}

fn resolve<'a>(schema: &'a Json, root: &'a Json) -> &'a Json {
    if let Some(name) = schema.get("$ref").and_then(Json::as_str) {
        return resolve(root.pointer(name.trim_start_matches('#')).unwrap(), root);
    }
    for several in ["anyOf", "allOf"] {
        if let Some(first) = schema.get(several).and_then(|l| l.get(0)) {
            return resolve(first, root);
        }
    }
    schema
}
fn described(schema: &Json, root: &Json) -> String {
    let own = schema.get("description").or_else(|| resolve(schema, root).get("description"));
    own.and_then(Json::as_str).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
/// What a person writes there.
fn kind(schema: &Json, root: &Json) -> String {
    let at = resolve(schema, root);
    let word = |t: &str| match t {
        "boolean" => "`true`, `false`".to_owned(),
        "array" => {
            let inner = kind(at.get("items").unwrap_or(&Json::Null), root);
            format!("list of {inner}")
        }
        "object" => "table".to_owned(),
        _ if at.get("format").and_then(Json::as_str) == Some("date") => "date".to_owned(),
        _ if at.get("format").and_then(Json::as_str) == Some("uri") => "URL".to_owned(),
        _ if at.get("format").and_then(Json::as_str) == Some("idn-hostname") => "name".to_owned(),
        _ => match at.get("pattern").and_then(Json::as_str) {
            Some(p) if p.contains("ms|s") => "time".to_owned(),
            Some(p) if p.contains('%') => "share".to_owned(),
            _ => "text".to_owned(),
        },
    };
    match at.get("type") {
        Some(Json::String(t)) => word(t),
        Some(Json::Array(all)) => word(all[0].as_str().unwrap_or_default()),
        _ => {
            // A closed set of words.
            let words = at.get("oneOf").or_else(|| at.get("enum")).and_then(Json::as_array);
            let words = words.into_iter().flatten().map(|w| w.get("const").unwrap_or(w));
            words.filter_map(Json::as_str).map(|w| format!("`\"{w}\"`")).collect::<Vec<_>>().join(", ")
        }
    }
}

/// The configuration reference: a table of keys for each table of the file.
fn configuration() -> String {
    let root = load::schema().to_value();
    let mut out = String::new();
    for (name, schema) in root["properties"].as_object().unwrap() {
        let at = resolve(schema, &root);
        let (table, heading) = match at.get("items") {
            Some(items) => (resolve(items, &root), format!("[[{name}]]")),
            None => (at, format!("[{name}]")),
        };
        let _ = writeln!(out, "### `{heading}`\n\n{}\n", described(schema, &root));
        keys(&mut out, table, &root);
        for (key, inner) in table["properties"].as_object().unwrap() {
            let inner = resolve(inner, &root);
            if inner.get("properties").is_some() {
                let _ = writeln!(out, "`{key}` is a table: {}\n", described(inner, &root));
                keys(&mut out, inner, &root);
            }
        }
    }
    out
}
fn keys(out: &mut String, table: &Json, root: &Json) {
    let required: Vec<&str> = table["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let _ = writeln!(out, "| key | value | meaning |\n|---|---|---|");
    for (key, schema) in table["properties"].as_object().unwrap() {
        let must = if required.contains(&key.as_str()) { " (required)" } else { "" };
        let meaning = described(schema, root).replace('|', "\\|");
        let _ = writeln!(out, "| `{key}` | {} | {meaning}{must} |", kind(schema, root));
    }
    out.push('\n');
}

/// The rule reference: a row for each rule, family by family.
fn rules() -> String {
    let mut out = String::from(
        "# Rules\n\nMade from the rules themselves. `launchcheck explain RULE` prints why each matters at a launch, the fix, and\n\
         examples. The severity is the worst that a rule can be; a milder case is reported milder.\n",
    );
    for family in Family::ALL {
        let rules: Vec<_> = CATALOGUE.iter().flat_map(|f| f.iter()).filter(|r| r.family() == family).collect();
        if rules.is_empty() {
            continue;
        }
        let _ =
            write!(out, "\n## {}\n\n| rule | severity | judges | what it finds |\n|---|---|---|---|\n", family.word());
        for rule in rules {
            let summary = rule.summary().replace('|', "\\|");
            let _ = writeln!(out, "| `{}` | {} | {} | {summary} |", rule.id, rule.severity.word(), rule.on.word());
        }
    }
    out
}

#[test]
fn the_schema_of_the_configuration_is_fresh() {
    hold("docs/config.schema.json", &load::schema_text());
}

#[test]
fn the_rule_reference_is_fresh() {
    hold("docs/rules.md", &rules());
}

#[test]
fn the_configuration_reference_in_the_readme_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(path).unwrap();
    hold("README.md", &between(&readme, "configuration reference", &configuration()));
}

/// The example of the README is what the reader reads.
#[test]
fn the_example_in_the_readme_is_accepted() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let example = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let source = crate::config::Source { shown: "launchcheck.toml".into(), root: "/".into(), text: example.to_owned() };
    if let Err(all) = load::parse(source) {
        panic!("{}", crate::ui::error::problems(&all, false));
    }
}

/// Every flag and variable that the README speaks of is one.
#[test]
fn the_flags_in_the_readme_are_flags() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut command = crate::cli::command();
    command.build();
    let mut all: Vec<&mut clap::Command> = command.get_subcommands_mut().collect();
    let mut help = String::new();
    while let Some(command) = all.pop() {
        help.push_str(&command.render_long_help().to_string());
        all.extend(command.get_subcommands_mut());
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    // The report in it quotes other programs' flags.
    let (before, rest) = readme.split_once("<!-- demo report: begin").unwrap();
    let prose = format!("{before}{}", rest.split_once("<!-- demo report: end").unwrap().1);
    for text in prose.split(|c: char| !word(c)) {
        let ours = text.starts_with("--")
            && text.len() > 4
            && !["--release", "--example", "--locked", "--path"].contains(&text);
        if (ours && !text.ends_with('-')) || text.starts_with("LAUNCHCHECK_") {
            assert!(help.contains(text), "{text}");
        }
    }
}

/// The exit codes of the README are those of the program.
#[test]
fn the_exit_codes_in_the_readme_are_the_programs() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    for (code, _) in crate::exit::ALL {
        assert!(readme.contains(&format!("| {code} |")), "{code}");
    }
}
