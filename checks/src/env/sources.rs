//! Reads what hosts give out of an app's variables: the file of `vercel env pull`, the JSON of Netlify,
//! Doppler, Railway, Render, Fly.io and Vercel's API, docker compose, and plain dotenv files. The format is
//! told from the text, not from a flag.

use super::{compose, dotenv};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Who wrote a file of variables.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Format {
    /// A dotenv file.
    Dotenv,
    /// `vercel env pull`.
    Vercel,
    /// Vercel's API (`GET /v10/projects/…/env`).
    VercelApi,
    /// `doppler secrets --json` or `doppler secrets download --format json`.
    Doppler,
    /// `railway variables --json`.
    Railway,
    /// A flat JSON object, such as of `netlify env:list --json`.
    Json,
    /// Render's API (`GET /v1/services/…/env-vars`).
    Render,
    /// `fly secrets list --json`: names and digests, never values.
    Fly,
    /// The `environment` of the services of a docker compose file.
    Compose,
    /// The environment of this process.
    Process,
}
impl Format {
    /// In words, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Dotenv => "dotenv",
            Self::Vercel => "vercel env pull",
            Self::VercelApi => "Vercel API",
            Self::Doppler => "Doppler",
            Self::Railway => "Railway",
            Self::Json => "JSON",
            Self::Render => "Render",
            Self::Fly => "Fly.io, digests only",
            Self::Compose => "docker compose",
            Self::Process => "process environment",
        }
    }
    /// Whether what stands here reaches the running app and not its build: what a build writes into
    /// the browser's code it does not know.
    #[must_use]
    pub const fn comes_after_the_build(self) -> bool {
        matches!(self, Self::Fly | Self::Compose)
    }
    /// Whether the host runs the app as functions that come and go.
    #[must_use]
    pub const fn is_serverless(self) -> bool {
        matches!(self, Self::Vercel | Self::VercelApi)
    }
}

/// One variable as a source gives it.
#[derive(Clone, PartialEq, Eq)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// What is known of its value.
    pub value: Value,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// How many characters a `#` cut off, where its reader is not known and others keep them.
    pub cut: Option<usize>,
}
/// What a source says of a value.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// The value.
    Text(String),
    /// It is set, and the host keeps it to itself.
    Hidden,
    /// A digest of it that the host made: equal digests are equal values.
    Digest(String),
}
/// Values may be secrets, so they are not shown.
impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}:{}", self.name, self.line, self.column)
    }
}

/// What a file holds.
#[derive(Debug)]
pub struct Held {
    /// Its format.
    pub format: Format,
    /// The variables, each once, in order.
    pub given: Vec<Given>,
    /// Further files that it names (`env_file` of docker compose), relative to it.
    pub beside: Vec<String>,
    /// What could not be read of it, as sentence fragments.
    pub unread: Vec<String>,
}

/// The value that a host writes in the place of one that it keeps to itself.
pub const SENSITIVE: &str = "[SENSITIVE]";

/// Reads a file of variables. `beside` is what docker compose puts for `${NAME}`: the `.env` file next
/// to it.
///
/// # Errors
/// A sentence fragment where the text is JSON of a form that no known host writes, or holds no variable.
pub fn read(name: &str, bytes: &[u8], beside: &BTreeMap<String, String>) -> Result<Held, String> {
    let text = String::from_utf8_lossy(bytes);
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let held = |format, given| Held { format, given, beside: Vec::new(), unread: Vec::new() };
    if start.starts_with(['{', '[']) {
        let json = serde_json::from_str(start).map_err(|e| format!("it is no JSON: {e}"))?;
        let (format, pairs) = json_pairs(json)?;
        return Ok(held(format, placed(&text, pairs)));
    }
    let ends = |end: &str| name.to_ascii_lowercase().ends_with(end);
    if ends(".yml") || ends(".yaml") || text.lines().any(|l| l.trim_end() == "services:") {
        let read = compose::read(&text, beside);
        return Ok(Held { format: Format::Compose, given: read.given, beside: read.env_files, unread: read.unread });
    }
    if text.lines().take(5).any(|l| l.starts_with('#') && l.contains("Created by Vercel CLI")) {
        return Ok(held(Format::Vercel, pulled(&text)));
    }
    let given = dotenv::last(dotenv::parse(bytes)).into_iter().map(|a| Given {
        value: plain(a.value),
        name: a.name,
        line: a.line,
        column: a.column,
        cut: a.cut,
    });
    let given: Vec<Given> = given.collect();
    if given.is_empty() {
        if let Some(all) = listed(&text) {
            return Ok(held(Format::Fly, all));
        }
        // A page that was saved in its place, a table: to take it for an empty environment would call all missing.
        if text.lines().map(str::trim).any(|l| !(l.is_empty() || l.starts_with('#') || l == "\u{feff}")) {
            return Err("no line of it is NAME=value".to_owned());
        }
    }
    let doppler = given.iter().any(|g| g.name == "DOPPLER_CONFIG");
    Ok(held(if doppler { Format::Doppler } else { Format::Dotenv }, given))
}

/// The table that `fly secrets list` prints: a name and a digest a line, below a line that says so.
fn listed(text: &str) -> Option<Vec<Given>> {
    let words = |l: &str| -> Vec<String> {
        l.split(|c: char| c.is_whitespace() || c == '│' || c == '|')
            .filter(|w| !w.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut rows = (1..).zip(text.lines()).map(|(n, l)| (n, words(l))).filter(|(_, w)| !w.is_empty());
    let (_, head) = rows.next()?;
    if head.first()? != "NAME" || head.get(1)? != "DIGEST" {
        return None;
    }
    let given = |(line, w): (u32, Vec<String>)| {
        let mut w = w.into_iter();
        let (name, digest) = (w.next().filter(|n| is_name(n))?, w.next()?);
        Some(Given { name, value: Value::Digest(digest), line, column: 1, cut: None })
    };
    Some(rows.filter_map(given).collect())
}
fn plain(value: String) -> Value {
    if value == SENSITIVE { Value::Hidden } else { Value::Text(value) }
}

/// `KEY="value"` a line: only line breaks are escaped, quotes inside stand as they are.
fn pulled(text: &str) -> Vec<Given> {
    let mut out: Vec<Given> = Vec::new();
    for (line, row) in (1..).zip(text.lines()) {
        let Some((name, rest)) = row.split_once('=').filter(|(n, _)| is_name(n)) else { continue };
        let inner = rest.strip_prefix('"').and_then(|r| r.trim_end().strip_suffix('"'));
        let value = inner.map_or_else(|| rest.to_owned(), |v| v.replace("\\n", "\n").replace("\\r", "\r"));
        out.retain(|g| g.name != name);
        out.push(Given { name: name.to_owned(), value: plain(value), line, column: 1, cut: None });
    }
    out
}
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

type Pairs = Vec<(String, Value)>;

fn json_pairs(json: Json) -> Result<(Format, Pairs), String> {
    const UNKNOWN: &str = "it is JSON of a form that no known host writes";
    match json {
        Json::Object(mut object) => {
            if let Some(Json::Array(list)) = object.remove("envs") {
                return Ok((Format::VercelApi, list.iter().filter_map(vercel_row).collect()));
            }
            object_pairs(object).ok_or_else(|| UNKNOWN.to_owned())
        }
        Json::Array(list) => {
            let text = |row: &Json, keys: &[&str]| {
                keys.iter().find_map(|k| row.get(k)).and_then(Json::as_str).map(str::to_owned)
            };
            let fly =
                |row: &Json| Some((text(row, &["Name", "name"])?, Value::Digest(text(row, &["Digest", "digest"])?)));
            if let Some(all) = list.iter().map(fly).collect::<Option<Vec<_>>>().filter(|a| !a.is_empty()) {
                return Ok((Format::Fly, all));
            }
            let render = |row: &Json| {
                let var = row.get("envVar").unwrap_or(row);
                Some((text(var, &["key", "name"])?, plain(text(var, &["value"])?)))
            };
            let all: Option<Vec<_>> = list.iter().map(render).collect();
            all.map(|a| (Format::Render, a)).ok_or_else(|| UNKNOWN.to_owned())
        }
        _ => Err(UNKNOWN.to_owned()),
    }
}
/// One row of Vercel's API. What is not decrypted is there as cipher text.
fn vercel_row(row: &Json) -> Option<(String, Value)> {
    let name = row.get("key")?.as_str()?.to_owned();
    let production = match row.get("target") {
        Some(Json::Array(all)) => all.iter().any(|t| t == "production"),
        Some(Json::String(one)) => one == "production",
        _ => true,
    };
    let plain = row.get("type").is_none_or(|t| t == "plain") || row.get("decrypted") == Some(&Json::Bool(true));
    let value = row.get("value").and_then(Json::as_str).filter(|_| plain);
    production.then(|| (name, value.map_or(Value::Hidden, |v| Value::Text(v.to_owned()))))
}
fn object_pairs(object: Map<String, Json>) -> Option<(Format, Pairs)> {
    let mut format = Format::Json;
    let mut out = Vec::new();
    for (name, value) in object {
        let value = match value {
            Json::String(text) => plain(text),
            Json::Number(_) | Json::Bool(_) => Value::Text(value.to_string()),
            Json::Null => Value::Hidden,
            // Doppler tells the computed value and the one before its references were followed.
            Json::Object(inner) if inner.contains_key("computed") || inner.contains_key("raw") => {
                format = Format::Doppler;
                let known = inner.get("computed").or(inner.get("raw")).and_then(Json::as_str);
                known.map_or(Value::Hidden, |v| Value::Text(v.to_owned()))
            }
            Json::Object(_) | Json::Array(_) => return None,
        };
        if name.starts_with("DOPPLER_") {
            format = Format::Doppler;
        } else if name.starts_with("RAILWAY_") && format == Format::Json {
            format = Format::Railway;
        }
        out.push((name, value));
    }
    Some((format, out))
}

/// Where each name stands in the text.
fn placed(text: &str, pairs: Pairs) -> Vec<Given> {
    let mut out: Vec<Given> = Vec::new();
    for (name, value) in pairs {
        let quoted = format!("\"{name}\"");
        let at = text.find(&quoted).unwrap_or(0);
        let line = text[..at].matches('\n').count() + 1;
        let column = text[..at].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        out.retain(|g| g.name != name);
        out.push(Given { name, value, line: number(line), column: number(column), cut: None });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(name: &str, text: &str) -> (Format, Vec<(String, String)>) {
        let held = read(name, text.as_bytes(), &BTreeMap::new()).unwrap();
        let value = |v: Value| match v {
            Value::Text(t) => t,
            Value::Hidden => "?".to_owned(),
            Value::Digest(d) => format!("#{d}"),
        };
        (held.format, held.given.into_iter().map(|g| (g.name, value(g.value))).collect())
    }
    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn what_vercel_pulls_stands_as_it_is() {
        let text = "# Created by Vercel CLI\nA=\"p$w#1\"\nB=\"say \"hi\"\"\nC=\"x\\n\"\nD=\"[SENSITIVE]\"\nE=\"\"\n";
        let want = [("A", "p$w#1"), ("B", "say \"hi\""), ("C", "x\n"), ("D", "?"), ("E", "")];
        assert_eq!(all(".env.local", text), (Format::Vercel, pairs(&want)));
    }

    #[test]
    fn json_is_told_by_its_form() {
        let flat = "{\n  \"A\": \"1\",\n  \"B\": 2\n}";
        assert_eq!(all("x", flat), (Format::Json, pairs(&[("A", "1"), ("B", "2")])));
        let held = read("x", flat.as_bytes(), &BTreeMap::new()).unwrap();
        assert_eq!((held.given[1].line, held.given[1].column), (3, 3));
        let doppler = r#"{"A":{"computed":"1","note":""},"B":{"computed":null},"DOPPLER_CONFIG":{"computed":"prd"}}"#;
        assert_eq!(all("x", doppler), (Format::Doppler, pairs(&[("A", "1"), ("B", "?"), ("DOPPLER_CONFIG", "prd")])));
        assert_eq!(all("x", r#"{"A":"1","RAILWAY_SERVICE_ID":"s"}"#).0, Format::Railway);
        let table = "NAME\tDIGEST\tCREATED AT\nA   \t9f\t1h ago\n B │ 9f │ Deployed\n";
        assert_eq!(all("fly.txt", table), (Format::Fly, pairs(&[("A", "#9f"), ("B", "#9f")])));
        assert!(read("x", b"<html>\nnot found\n", &BTreeMap::new()).is_err());
        assert_eq!(all("x", "# nothing yet\n\n").1, pairs(&[]));
        let fly = r#"[{"Name":"A","Digest":"9f","CreatedAt":"x"},{"name":"B","digest":"9f"}]"#;
        assert_eq!(all("x", fly), (Format::Fly, pairs(&[("A", "#9f"), ("B", "#9f")])));
        let render = r#"[{"envVar":{"key":"A","value":"1"},"cursor":"c"}]"#;
        assert_eq!(all("x", render), (Format::Render, pairs(&[("A", "1")])));
        let api = r#"{"envs":[{"key":"A","value":"c1","type":"encrypted","target":["production"]},
            {"key":"B","value":"2","type":"plain","target":["production","preview"]},{"key":"C","value":"3","type":"plain","target":["preview"]}]}"#;
        assert_eq!(all("x", api), (Format::VercelApi, pairs(&[("A", "?"), ("B", "2")])));
        for bad in ["{\"a\":[1]}", "[{\"x\":1}]", "{\"a\":", "[1]"] {
            assert!(read("x", bad.as_bytes(), &BTreeMap::new()).is_err(), "{bad}");
        }
    }

    #[test]
    fn dotenv_is_the_rest() {
        assert_eq!(all("prod.env", "A='1'\nexport B=2 # c"), (Format::Dotenv, pairs(&[("A", "1"), ("B", "2")])));
        assert_eq!(all("prod.env", "A=1\nDOPPLER_CONFIG=prd").0, Format::Doppler);
    }
}
