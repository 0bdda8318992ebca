//! Puts together what production runs with: what the host sets, over the dotenv files that are deployed
//! with the app, as the loader of Next.js would, with who won over whom.

use super::{
    facts::{Dropped, Entry, Production},
    loader::{self, Change, Era, Source},
    shape::{DigestKey, Shape},
    sources::{Format, Given, Value},
};
use crate::vocab::{Place, Shown};
use std::collections::BTreeMap;

/// A source that is named as production's.
pub struct Named {
    /// Its name for people.
    pub shown: Shown,
    /// What it holds.
    pub content: Content,
}
/// What a source holds.
pub enum Content {
    /// What the app is given: it beats every file.
    Given(Format, Vec<Given>),
    /// A dotenv file that the loader reads.
    File(Vec<u8>),
}

/// Stands for a value that nobody shows while the loader runs; no value holds it.
const HIDDEN: &str = "\u{1}hidden\u{1}";

/// What a source gives of a variable, and which source it is.
struct Held<'a> {
    given: &'a Given,
    source: usize,
    format: Format,
}

/// Production from its sources, strongest first. `deployed` are the files that go with the app, after
/// the named ones.
#[must_use]
pub fn merge(named: &[Named], deployed: &[(Shown, Vec<u8>)], era: Era, key: &DigestKey) -> Production {
    let mut host: BTreeMap<&str, Vec<Held<'_>>> = BTreeMap::new();
    let mut files: Vec<(&Shown, &[u8])> = Vec::new();
    for (source, one) in named.iter().enumerate() {
        match &one.content {
            Content::Given(format, all) => {
                for given in all {
                    host.entry(&given.name).or_default().push(Held { given, source, format: *format });
                }
            }
            Content::File(bytes) => files.push((&one.shown, bytes)),
        }
    }
    files.extend(deployed.iter().map(|(shown, bytes)| (shown, bytes.as_slice())));
    let process = host.iter().map(|(name, held)| ((*name).to_owned(), text(&held[0].given.value))).collect();
    let sources: Vec<Source<'_>> = files.iter().map(|(shown, bytes)| Source { name: shown.as_str(), bytes }).collect();
    let loaded = loader::load(&process, &sources, era);
    let stand = |s: &loader::Stand| Place::new(loaded.files[s.file].name.as_str(), s.line, s.column);
    let mut entries = BTreeMap::new();
    for v in &loaded.variables {
        let over: Vec<Place> = v.over.iter().map(stand).collect();
        let entry = match (&v.from, host.get(v.name.as_str())) {
            (None, Some(held)) => of_host(held, named, Some(&v.value), over, v.changes.clone(), key),
            (from, _) => Entry {
                at: from.as_ref().map(stand),
                over,
                changes: v.changes.clone(),
                format: Format::Dotenv,
                ..Entry::new(&v.name, shape(&v.name, &v.value, key), None)
            },
        };
        entries.insert(v.name.clone(), entry);
    }
    for (name, held) in &host {
        let fresh = || of_host(held, named, None, Vec::new(), Vec::new(), key);
        entries.entry((*name).to_owned()).or_insert_with(fresh);
    }
    let mut sources: Vec<Shown> = named.iter().map(|n| n.shown.clone()).collect();
    sources.extend(deployed.iter().map(|(shown, _)| shown.clone()));
    let dropped = loaded.files.iter().filter_map(|f| {
        let why = f.dropped.as_ref()?;
        let (loader::Dropped::Endless { name, line } | loader::Dropped::LoneDollar { name, line }) = why;
        Some(Dropped { at: Place::new(f.name.as_str(), *line, 1), name: name.clone(), why: why.clone() })
    });
    Production {
        sources,
        dropped: dropped.collect(),
        formats: named
            .iter()
            .filter_map(|n| if let Content::Given(format, _) = &n.content { Some(*format) } else { None })
            .collect(),
        entries: entries.into_values().collect(),
        ..Production::default()
    }
}

fn of_host(
    held: &[Held<'_>],
    named: &[Named],
    loaded: Option<&str>,
    mut over: Vec<Place>,
    mut changes: Vec<Change>,
    key: &DigestKey,
) -> Entry {
    let place = |h: &Held<'_>| Place::new(named[h.source].shown.clone(), h.given.line, h.given.column);
    let first = &held[0];
    let name = &first.given.name;
    let shape = match (&first.given.value, loaded) {
        (Value::Text(own), value) => Shape::of(name, value.unwrap_or(own), key),
        (Value::Hidden, _) => Shape::hidden(name, None),
        (Value::Digest(digest), _) => Shape::hidden(name, Some(key.digest(&format!("digest:{digest}")))),
    };
    over.splice(0..0, held[1..].iter().map(place));
    if let (Some(lost), Value::Text(own)) = (first.given.cut, &first.given.value) {
        changes.push(Change::HashDoubtful { kept: own.chars().count(), lost });
    }
    Entry { over, changes, format: first.format, ..Entry::new(name, shape, Some(place(first))) }
}

/// The shape of what a file gave; where a value that nobody shows went into it, it is not known either.
fn shape(name: &str, value: &str, key: &DigestKey) -> Shape {
    if value.contains(HIDDEN) { Shape::hidden(name, None) } else { Shape::of(name, value, key) }
}
fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Hidden | Value::Digest(_) => HIDDEN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::shape::Kind;

    fn given(list: &[(&str, &str)]) -> Content {
        let one = |(n, v): &(&str, &str)| Given {
            name: (*n).to_owned(),
            value: if *v == "?" { Value::Hidden } else { Value::Text((*v).to_owned()) },
            line: 1,
            column: 1,
            cut: None,
        };
        Content::Given(Format::Json, list.iter().map(one).collect())
    }
    fn told(p: &Production, name: &str) -> (String, Vec<String>, Vec<Change>) {
        let e = p.get(name).unwrap();
        let place = |p: &Place| p.to_string();
        (e.at.as_ref().map(place).unwrap_or_default(), e.over.iter().map(place).collect(), e.changes.clone())
    }

    #[test]
    fn the_host_beats_files_and_is_rewritten_by_them() {
        let key = DigestKey::new(&[1; 32]);
        let named = [
            Named { shown: "a.json".into(), content: given(&[("A", "ab$cd"), ("H", "?")]) },
            Named { shown: "b.json".into(), content: given(&[("A", "2"), ("B", "3")]) },
            Named { shown: ".env.production".into(), content: Content::File(b"A=\nC=$H-x\nD=1\n".to_vec()) },
        ];
        let deployed = [(".env".into(), b"D=2\nE=p@ss#w0rd\n".to_vec())];
        let p = merge(&named, &deployed, Era::Next14, &key);
        assert_eq!(
            told(&p, "A"),
            ("a.json:1:1".into(), vec!["b.json:1:1".into(), ".env.production:1:1".into()], vec![Change::HostRewritten])
        );
        assert_eq!(p.get("A").unwrap().shape.digest, Some(key.digest("ab")));
        assert_eq!(told(&p, "B").0, "b.json:1:1");
        assert_eq!(p.get("C").unwrap().shape.kind, Kind::Hidden, "it is put together from what nobody shows");
        assert_eq!(told(&p, "D"), (".env.production:3:1".into(), vec![".env:1:1".into()], vec![]));
        assert_eq!(told(&p, "E").2, [Change::HashCut { kept: 4, lost: 5 }]);
        assert_eq!(p.get("H").unwrap().shape.digest, None);
        assert_eq!(p.named().as_str(), "a.json, b.json, .env.production, .env");
    }

    #[test]
    fn a_file_that_is_given_up_is_told() {
        let named = [Named { shown: ".env".into(), content: Content::File(b"A=1\nB=${B}x\n".to_vec()) }];
        let p = merge(&named, &[], Era::Next14, &DigestKey::new(&[1; 32]));
        assert!(p.entries.is_empty());
        assert_eq!((p.dropped[0].name.as_str(), p.dropped[0].at.to_string().as_str()), ("B", ".env:2:1"));
    }
}
