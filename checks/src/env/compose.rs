//! The variables that a docker compose file sets: the `environment` of its services, as a map or a
//! list. A small reader of the YAML that such files are written in; what it does not follow (anchors,
//! `extends`) it says.

use super::sources::{Given, Value};
use std::collections::BTreeMap;

/// What a compose file says.
#[derive(Debug, Default)]
pub(super) struct Compose {
    pub given: Vec<Given>,
    pub env_files: Vec<String>,
    pub unread: Vec<String>,
}

/// Images that are no app of anybody's.
const SERVERS: &[&str] = &[
    "postgres",
    "postgis",
    "mysql",
    "mariadb",
    "mongo",
    "redis",
    "valkey",
    "minio",
    "mailpit",
    "mailhog",
    "adminer",
    "pgadmin4",
    "nginx",
    "traefik",
    "caddy",
    "rabbitmq",
    "clickhouse",
    "elasticsearch",
    "meilisearch",
    "pgbouncer",
];

struct Line<'a> {
    number: u32,
    indent: usize,
    text: &'a str,
}

/// Reads one; `beside` is what `${NAME}` stands for.
pub(super) fn read(text: &str, beside: &BTreeMap<String, String>) -> Compose {
    let lines: Vec<Line<'_>> = (1..)
        .zip(text.lines())
        .map(|(number, row)| Line { number, indent: row.len() - row.trim_start().len(), text: row.trim() })
        .filter(|l| !l.text.is_empty() && !l.text.starts_with('#'))
        .collect();
    let mut out = Compose::default();
    let Some(head) = lines.iter().position(|l| l.indent == 0 && l.text == "services:") else { return out };
    let body = block(&lines, head);
    for (name, service) in children(body) {
        let image = scalar(service, "image:").unwrap_or_default();
        let base = image.rsplit('/').next().unwrap_or_default().split([':', '@']).next().unwrap_or_default();
        if SERVERS.contains(&base) {
            continue;
        }
        for (at, line) in service.iter().enumerate() {
            if line.indent != service[0].indent {
                continue;
            }
            match line.text.split_once(':') {
                Some(("environment", rest)) if rest.trim().is_empty() => {
                    environment(items(service, at), name, beside, &mut out);
                }
                Some(("env_file", rest)) => env_files(rest.trim(), items(service, at), &mut out),
                Some(("environment" | "extends" | "<<", _)) => {
                    out.unread.push(format!("line {} of the service {name}", line.number));
                }
                _ => {}
            }
        }
    }
    // Of services that set the same name the first counts.
    let mut seen = std::collections::BTreeSet::new();
    out.given.retain(|g| seen.insert(g.name.clone()));
    out
}

/// The lines below one that are indented further.
fn block<'a, 'b>(lines: &'b [Line<'a>], head: usize) -> &'b [Line<'a>] {
    let rest = &lines[head + 1..];
    let end = rest.iter().position(|l| l.indent <= lines[head].indent).unwrap_or(rest.len());
    &rest[..end]
}
/// The same, and a list that stands no further in than its key.
fn items<'a, 'b>(lines: &'b [Line<'a>], head: usize) -> &'b [Line<'a>] {
    let rest = &lines[head + 1..];
    let (indent, list) = (lines[head].indent, rest.first().is_some_and(|l| l.text.starts_with('-')));
    let inside = |l: &Line<'_>| l.indent > indent || list && l.indent == indent && l.text.starts_with('-');
    let end = rest.iter().position(|l| !inside(l)).unwrap_or(rest.len());
    &rest[..end]
}
/// The named blocks of a block.
fn children<'a, 'b>(body: &'b [Line<'a>]) -> Vec<(&'a str, &'b [Line<'a>])> {
    let Some(indent) = body.first().map(|l| l.indent) else { return Vec::new() };
    let heads = body.iter().enumerate().filter(|(_, l)| l.indent == indent && l.text.ends_with(':'));
    let named = heads.map(|(at, l)| (l.text.trim_end_matches(':').trim_matches(['"', '\'']), block(body, at)));
    named.filter(|(_, b)| !b.is_empty()).collect()
}
fn scalar<'a>(service: &[Line<'a>], key: &str) -> Option<&'a str> {
    service.iter().find_map(|l| l.text.strip_prefix(key)).map(|v| v.trim().trim_matches(['"', '\'']))
}

fn env_files(inline: &str, below: &[Line<'_>], out: &mut Compose) {
    let mut put = |text: &str| {
        let path = text.trim().trim_start_matches("path:").trim().trim_matches(['"', '\'']);
        if !path.is_empty() && !path.starts_with("required:") {
            out.env_files.push(path.to_owned());
        }
    };
    if inline.starts_with('[') {
        inline.trim_matches(['[', ']']).split(',').for_each(put);
    } else if !inline.is_empty() {
        put(inline);
    } else {
        below.iter().filter_map(|l| l.text.strip_prefix('-')).for_each(put);
    }
}

fn environment(lines: &[Line<'_>], service: &str, beside: &BTreeMap<String, String>, out: &mut Compose) {
    for line in lines {
        let at = |name: &str, value| Given {
            name: name.to_owned(),
            value,
            line: line.number,
            column: u32::try_from(line.indent + 1).unwrap_or(u32::MAX),
            cut: None,
        };
        if line.text.starts_with("<<") || line.text.contains(": *") {
            out.unread.push(format!("line {} of the service {service}", line.number));
        } else if let Some(item) = line.text.strip_prefix('-') {
            let item = unquoted(item.trim());
            match item.split_once('=') {
                Some((name, value)) => out.given.push(at(name, resolved(value, beside))),
                // Without a value it is the one of whoever starts it.
                None => out.given.push(at(&item, Value::Hidden)),
            }
        } else if let Some((name, value)) = line.text.split_once(':') {
            let value = value.trim();
            let value = if value.is_empty() { Value::Hidden } else { resolved(&unquoted(value), beside) };
            out.given.push(at(name.trim().trim_matches(['"', '\'']), value));
        }
    }
}

fn unquoted(text: &str) -> String {
    let inner = |q: char| {
        let rest = text.strip_prefix(q)?;
        rest.find(q).map(|end| rest[..end].to_owned())
    };
    inner('"').or_else(|| inner('\'')).unwrap_or_else(|| text.split(" #").next().unwrap_or(text).trim_end().to_owned())
}

/// `$NAME`, `${NAME}`, `${NAME:-default}` and `$$` as compose reads them. What nobody sets is not known.
fn resolved(text: &str, beside: &BTreeMap<String, String>) -> Value {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let word = |t: &str| t.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(t.len());
        let braced = after.strip_prefix('{').and_then(|a| a.split_once('}'));
        let (inside, behind) = braced.unwrap_or_else(|| after.split_at(word(after)));
        let (name, tail) = inside.split_at(word(inside));
        let default = tail.strip_prefix(":-").or_else(|| tail.strip_prefix('-'));
        let Some(value) = beside.get(name).map(String::as_str).filter(|v| !v.is_empty()).or(default) else {
            return Value::Hidden;
        };
        out.push_str(value);
        rest = behind;
    }
    out.push_str(rest);
    Value::Text(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "services:\n  web:\n    build: .\n    env_file:\n      - .env.production\n    environment:\n      APP_URL: \"https://acme.test\" # public\n      TOKEN: ${TOKEN}\n      LEVEL: ${LEVEL:-info}\n      PRICE: 5$$\n      FROM_SHELL:\n  worker:\n    image: ghcr.io/acme/worker:1\n    environment:\n    - APP_URL=https://other.test\n    - QUEUE=mail\n    - PASSED\n  db:\n    image: postgres:17\n    environment:\n      POSTGRES_PASSWORD: x\n  odd:\n    environment: *shared\nvolumes:\n  data:\n";

    #[test]
    fn a_compose_file_is_read() {
        let read = read(FILE, &BTreeMap::from([("TOKEN".to_owned(), "t1".to_owned())]));
        let text = |g: &Given| match &g.value {
            Value::Text(t) => format!("{}={t}", g.name),
            _ => format!("{}?", g.name),
        };
        assert_eq!(
            read.given.iter().map(text).collect::<Vec<_>>(),
            ["APP_URL=https://acme.test", "TOKEN=t1", "LEVEL=info", "PRICE=5$", "FROM_SHELL?", "QUEUE=mail", "PASSED?"]
        );
        assert_eq!((read.given[0].line, read.given[0].column), (7, 7));
        assert_eq!(read.env_files, [".env.production"]);
        assert_eq!(read.unread, ["line 23 of the service odd"]);
    }

    #[test]
    fn what_is_no_compose_file_holds_nothing() {
        assert!(read("a: 1\n", &BTreeMap::new()).given.is_empty());
        assert!(read("services:\n", &BTreeMap::new()).given.is_empty());
    }
}
