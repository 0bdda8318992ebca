//! Billing state inside JSON columns: each leaf is looked at like a column of its own.
//!
//! A leaf is named `column#path.to.leaf`, and its kind is what its values are.

use super::mapping::{ColumnKind, ColumnSample, TableSample};
use serde_json::Value;
use std::collections::BTreeMap;

/// How deep leaves are looked for.
const DEPTH: usize = 5;
/// How many leaves a column may have: more are keys that are data.
const LEAVES: usize = 60;

/// The column and the steps below it, of a name that may be a leaf's.
#[must_use]
pub fn split(name: &str) -> (&str, Vec<&str>) {
    match name.split_once('#') {
        Some((column, path)) => (column, path.split('.').collect()),
        None => (name, Vec::new()),
    }
}

/// Adds the leaves of every column whose values are JSON objects.
pub fn expand(table: &mut TableSample) {
    let mut found = Vec::new();
    for column in table.columns.iter().filter(|c| c.kind == ColumnKind::Text && !c.name.contains('#')) {
        let objects: Vec<Value> = column
            .values
            .iter()
            .filter(|v| v.trim_start().starts_with('{'))
            .filter_map(|v| serde_json::from_str(v).ok())
            .collect();
        if objects.is_empty() || objects.len() * 10 < column.values.len() * 9 {
            continue;
        }
        let mut leaves: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for object in &objects {
            gather(object, &mut String::new(), 0, &mut leaves);
        }
        if leaves.len() <= LEAVES {
            found.extend(leaves.into_iter().map(|(path, values)| leaf(&column.name, &path, &values)));
        }
    }
    table.columns.extend(found);
}
fn gather<'a>(value: &'a Value, path: &mut String, depth: usize, leaves: &mut BTreeMap<String, Vec<&'a Value>>) {
    match value {
        Value::Object(map) if depth < DEPTH => {
            for (name, inner) in map.iter().filter(|(n, _)| !n.is_empty() && !n.contains(['.', '#', '\'', '"', '\\'])) {
                let before = path.len();
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
                gather(inner, path, depth + 1, leaves);
                path.truncate(before);
            }
        }
        Value::Object(_) | Value::Array(_) => {}
        leaf if !path.is_empty() => leaves.entry(path.clone()).or_default().push(leaf),
        _ => {}
    }
}
fn leaf(column: &str, path: &str, values: &[&Value]) -> ColumnSample {
    let all = |fits: fn(&Value) -> bool| values.iter().filter(|v| !v.is_null()).all(|v| fits(v));
    let kind = match () {
        () if all(Value::is_boolean) => ColumnKind::Flag,
        () if all(Value::is_number) => ColumnKind::Number,
        () => ColumnKind::Text,
    };
    let values = values.iter().filter_map(|v| text(v)).collect();
    ColumnSample { name: format!("{column}#{path}"), kind, values }
}

/// A leaf's value as text; `None` for null and for what is no leaf.
#[must_use]
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        Value::Bool(b) => Some(b.to_string()),
        _ => None,
    }
}

/// The leaf at these steps of a document.
#[must_use]
pub fn at(document: &str, path: &[&str]) -> Option<String> {
    let value: Value = serde_json::from_str(document).ok()?;
    text(path.iter().try_fold(&value, |v, step| v.get(step))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_columns() {
        let document = r#"{"stripe":{"subscriptionId":"sub_1","active":true,"seats":3,"tags":["x"]},"a.b":1}"#;
        let column = ColumnSample { name: "meta".into(), kind: ColumnKind::Text, values: vec![document.into()] };
        let mut table = TableSample { schema: String::new(), name: "team".into(), columns: vec![column] };
        expand(&mut table);
        let found: Vec<(&str, ColumnKind)> = table.columns[1..].iter().map(|c| (c.name.as_str(), c.kind)).collect();
        let want = [
            ("meta#stripe.active", ColumnKind::Flag),
            ("meta#stripe.seats", ColumnKind::Number),
            ("meta#stripe.subscriptionId", ColumnKind::Text),
        ];
        assert_eq!(found, want);
        assert_eq!(split("meta#stripe.seats"), ("meta", vec!["stripe", "seats"]));
        assert_eq!(at(document, &["stripe", "seats"]).as_deref(), Some("3"));
        assert_eq!(at("no json", &["stripe"]), None);
    }
}
