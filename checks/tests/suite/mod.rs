//! The community's format for SPF test suites: documents of `tests` and `zonedata`, and as much of
//! YAML as such files use. Hand-made because a whole YAML parser is no small dependency.

use launchcheck_checks::{
    vocab::{Cause, Observed},
    wire::{DnsAnswer, DnsQuestion, Found, Record, RecordKind},
};
use std::collections::BTreeMap;

/// A value of the YAML subset: block and flow collections, and text in every style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Map(Vec<(String, Value)>),
    List(Vec<Value>),
    Text(String),
}
impl Value {
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Map(all) => all.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }
    pub(crate) fn text(&self) -> &str {
        match self {
            Value::Text(t) => t,
            _ => "",
        }
    }
    pub(crate) fn entries(&self) -> &[(String, Value)] {
        match self {
            Value::Map(all) => all,
            _ => &[],
        }
    }
    /// A list, or a single value as one.
    pub(crate) fn items(&self) -> Vec<&Value> {
        match self {
            Value::List(all) => all.iter().collect(),
            other => vec![other],
        }
    }
}

/// Every document of a file.
pub(crate) fn documents(text: &str) -> Vec<Value> {
    let mut parts = vec![Vec::new()];
    for line in text.lines() {
        if line.trim_end() == "---" {
            parts.push(Vec::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(line.trim_end());
        }
    }
    let read = |lines: Vec<&str>| {
        let mut reader = Reader { lines: lines.into_iter().map(str::to_owned).collect(), at: 0 };
        reader.skip();
        reader.peek().map(|(indent, _)| reader.block(indent))
    };
    parts.into_iter().filter_map(read).collect()
}

struct Reader {
    lines: Vec<String>,
    at: usize,
}
impl Reader {
    /// Goes over empty lines and comments.
    fn skip(&mut self) {
        while self.lines.get(self.at).is_some_and(|l| l.trim().is_empty() || l.trim_start().starts_with('#')) {
            self.at += 1;
        }
    }
    /// The indent of the next line, and its text.
    fn peek(&mut self) -> Option<(usize, String)> {
        self.skip();
        let line = self.lines.get(self.at)?;
        let text = line.trim_start();
        Some((line.len() - text.len(), text.to_owned()))
    }

    /// A block collection whose entries stand at this indent, or a scalar.
    fn block(&mut self, indent: usize) -> Value {
        match self.peek() {
            Some((_, text)) if text == "-" || text.starts_with("- ") => self.list(indent),
            Some((_, text)) if split_key(&text).is_some() => self.map(indent),
            Some((_, text)) => {
                self.at += 1;
                self.scalar(&text, indent.saturating_sub(1))
            }
            None => Value::Text(String::new()),
        }
    }

    fn list(&mut self, indent: usize) -> Value {
        let mut out = Vec::new();
        while let Some((here, text)) = self.peek() {
            if here != indent || !(text == "-" || text.starts_with("- ")) {
                break;
            }
            // What follows the dash is a block of its own, further in.
            let rest = text[1..].trim_start();
            let inner = indent + text.len() - rest.len();
            if rest.is_empty() {
                self.at += 1;
                match self.peek() {
                    Some((deeper, _)) if deeper > indent => out.push(self.block(deeper)),
                    _ => out.push(Value::Text(String::new())),
                }
            } else {
                self.lines[self.at] = format!("{}{rest}", " ".repeat(inner));
                out.push(self.block(inner));
            }
        }
        Value::List(out)
    }

    fn map(&mut self, indent: usize) -> Value {
        let mut out = Vec::new();
        while let Some((here, text)) = self.peek() {
            let Some((key, rest)) = split_key(&text).filter(|_| here == indent) else { break };
            self.at += 1;
            let value = if rest.is_empty() {
                match self.peek() {
                    Some((deeper, _)) if deeper > indent => self.block(deeper),
                    // A list may stand at the indent of its key.
                    Some((same, next)) if same == indent && next.starts_with("- ") => self.list(indent),
                    _ => Value::Text(String::new()),
                }
            } else {
                self.scalar(&rest, indent)
            };
            out.push((key, value));
        }
        Value::Map(out)
    }

    /// A scalar or a flow list that begins with this text and may go on in lines further in.
    fn scalar(&mut self, first: &str, indent: usize) -> Value {
        if let Some(style) = first.chars().next().filter(|c| ">|".contains(*c)) {
            let mut lines = Vec::new();
            while let Some(line) = self.lines.get(self.at) {
                let deep = line.len() - line.trim_start().len();
                if !line.trim().is_empty() && deep <= indent {
                    break;
                }
                lines.push(line.trim().to_owned());
                self.at += 1;
            }
            while lines.last().is_some_and(String::is_empty) {
                lines.pop();
            }
            return Value::Text(lines.join(if style == '>' { " " } else { "\n" }));
        }
        let mut text = first.to_owned();
        while !is_closed(&text) {
            let Some(line) = self.lines.get(self.at) else { break };
            text = format!("{text} {}", line.trim());
            self.at += 1;
        }
        if !text.starts_with(['"', '\'', '[']) {
            while let Some(line) = self.lines.get(self.at) {
                let deep = line.len() - line.trim_start().len();
                if line.trim().is_empty() || deep <= indent || line.trim_start().starts_with('#') {
                    break;
                }
                text = format!("{text} {}", line.trim());
                self.at += 1;
            }
        }
        let mut chars = Flow { rest: &text };
        chars.value(false)
    }
}

/// Whether quotes and brackets that are open at the start are closed.
fn is_closed(text: &str) -> bool {
    match text.chars().next() {
        Some('"' | '\'' | '[') => Flow { rest: text }.take(false).is_some(),
        _ => true,
    }
}

/// A key and what follows its colon.
fn split_key(text: &str) -> Option<(String, String)> {
    if text.starts_with(['"', '\'']) {
        let mut flow = Flow { rest: text };
        let key = flow.take(false)?.text().to_owned();
        let rest = flow.rest.strip_prefix(':')?;
        return Some((key, rest.trim().to_owned()));
    }
    if text.starts_with(['[', '{', '>', '|']) {
        return None;
    }
    let end = text.find(": ").or_else(|| text.ends_with(':').then(|| text.len() - 1))?;
    Some((text[..end].trim().to_owned(), text[end + 1..].trim().to_owned()))
}

/// Reads values on one line.
struct Flow<'a> {
    rest: &'a str,
}
impl Flow<'_> {
    fn value(&mut self, inside: bool) -> Value {
        self.take(inside).unwrap_or(Value::Text(String::new()))
    }
    fn take(&mut self, inside: bool) -> Option<Value> {
        self.rest = self.rest.trim_start();
        match self.rest.chars().next()? {
            '[' => {
                self.rest = &self.rest[1..];
                let mut out = Vec::new();
                loop {
                    self.rest = self.rest.trim_start();
                    match self.rest.chars().next()? {
                        ']' => break,
                        ',' => self.rest = &self.rest[1..],
                        _ => out.push(self.take(true)?),
                    }
                }
                self.rest = &self.rest[1..];
                Some(Value::List(out))
            }
            '"' => self.double(),
            '\'' => {
                let (mut out, mut at) = (String::new(), 1);
                loop {
                    let len = self.rest[at..].find('\'')?;
                    out.push_str(&self.rest[at..at + len]);
                    at += len + 1;
                    if !self.rest[at..].starts_with('\'') {
                        break;
                    }
                    out.push('\'');
                    at += 1;
                }
                self.rest = &self.rest[at..];
                Some(Value::Text(out))
            }
            _ => {
                let end = if inside { self.rest.find([',', ']']) } else { self.rest.find(" #") };
                let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                Some(Value::Text(text.trim().to_owned()))
            }
        }
    }
    fn double(&mut self) -> Option<Value> {
        let (mut out, mut chars) = (String::new(), self.rest[1..].char_indices());
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[i + 2..];
                    return Some(Value::Text(out));
                }
                '\\' => match chars.next()?.1 {
                    'x' => {
                        let code: String = [chars.next()?.1, chars.next()?.1].into_iter().collect();
                        out.push(char::from(u8::from_str_radix(&code, 16).ok()?));
                    }
                    '0' => out.push('\0'),
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    't' => out.push('\t'),
                    c => out.push(c),
                },
                c => out.push(c),
            }
        }
        None
    }
}

/// What the `zonedata` of a document answers.
pub(crate) struct Zone {
    names: BTreeMap<String, Vec<Entry>>,
}
enum Entry {
    /// Everything that is asked after here goes unanswered.
    Timeout,
    Record(&'static str, Option<Record>),
}
impl Zone {
    pub(crate) fn of(data: Option<&Value>) -> Self {
        let mut names = BTreeMap::new();
        for (name, entries) in data.map(Value::entries).unwrap_or_default() {
            let mut all: Vec<Entry> = entries.items().into_iter().filter_map(entry).collect();
            // SPF records stand for TXT records, unless there is a word about TXT itself.
            if !all.iter().any(|e| matches!(e, Entry::Record("TXT", _))) {
                for e in &mut all {
                    if let Entry::Record(kind @ "SPF", _) = e {
                        *kind = "TXT";
                    }
                }
            }
            names.insert(name.trim_end_matches('.').to_ascii_lowercase(), all);
        }
        Self { names }
    }

    pub(crate) fn answer(&self, question: &DnsQuestion) -> Observed<DnsAnswer> {
        let mut name = question.name.as_str().to_owned();
        for _ in 0..8 {
            let Some(entries) = self.names.get(&name) else { return Observed::known(DnsAnswer::nxdomain()) };
            let (mut found, mut timeout, mut alias) = (Vec::new(), false, None);
            for entry in entries {
                match entry {
                    Entry::Timeout => timeout = true,
                    Entry::Record("CNAME", Some(Record::Cname(to))) => alias = Some(to.clone()),
                    Entry::Record(kind, Some(record)) if *kind == question.kind.word() => found.push(record.clone()),
                    Entry::Record(..) => {}
                }
            }
            match (found.is_empty(), alias, timeout) {
                (false, ..) => return Observed::known(DnsAnswer::records(found)),
                (_, Some(to), _) => name = to.to_ascii_lowercase(),
                (_, _, true) => return Observed::unknown(Cause::Timeout),
                _ => return Observed::known(DnsAnswer { found: Found::NoData, ..DnsAnswer::nodata() }),
            }
        }
        Observed::known(DnsAnswer::nodata())
    }
}

fn entry(value: &Value) -> Option<Entry> {
    if value.text() == "TIMEOUT" {
        return Some(Entry::Timeout);
    }
    let (kind, data) = value.entries().first()?;
    let name = |v: &Value| v.text().trim_end_matches('.').to_owned();
    Some(match kind.as_str() {
        "A" => Entry::Record("A", data.text().parse().ok().map(Record::A)),
        "AAAA" => Entry::Record("AAAA", data.text().parse().ok().map(Record::Aaaa)),
        "CNAME" => Entry::Record("CNAME", Some(Record::Cname(name(data)))),
        "PTR" => Entry::Record("PTR", Some(Record::Ptr(name(data)))),
        "MX" => {
            let parts = data.items();
            let preference = parts.first()?.text().parse().ok()?;
            Entry::Record("MX", Some(Record::Mx { preference, exchange: name(parts.get(1)?) }))
        }
        "TXT" if data.text() == "NONE" => Entry::Record("TXT", None),
        kind @ ("TXT" | "SPF") => {
            let strings = data.items().into_iter().map(|t| bytes(t.text())).collect();
            Entry::Record(if kind == "TXT" { "TXT" } else { "SPF" }, Some(Record::Txt(strings)))
        }
        _ => return None,
    })
}

/// Characters up to U+00FF stand for bytes.
fn bytes(text: &str) -> Vec<u8> {
    let mut utf8 = [0; 4];
    text.chars()
        .flat_map(|c| u8::try_from(c).map_or_else(|_| c.encode_utf8(&mut utf8).as_bytes().to_vec(), |b| vec![b]))
        .collect()
}

/// The kinds that the zone can hold, so that a typing mistake is not taken for an empty zone.
pub(crate) fn knows(kind: &str) -> bool {
    [RecordKind::A, RecordKind::Aaaa, RecordKind::Cname, RecordKind::Mx, RecordKind::Ptr, RecordKind::Txt]
        .iter()
        .any(|k| k.word() == kind)
        || kind == "SPF"
}
