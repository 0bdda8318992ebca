//! The SQL that is sent, for engines that differ in quoting, casts and catalogues.

use super::Cells;
use launchcheck_checks::billing::{
    json,
    mapping::{ColumnKind, ColumnSample, Deleted, People, Role, Settled, TableSample},
    vendor::Vendor,
};
use std::fmt::Write;

/// How many values of a column are sampled, and how many characters of each.
const VALUES: usize = 200;
const LENGTH: usize = 300;
/// How many characters of a value that may be JSON, which is worth nothing when it is cut.
const DOCUMENT: usize = 16_000;
/// How many addresses or ids that stand twice are counted.
const TWICE: usize = 1000;
/// How many users may share an address by mistake: more is one that is written for all whose own was erased.
const SHARED: usize = 10;

/// What the engines write differently.
pub(super) struct Dialect {
    /// The quote around names.
    pub(super) quote: char,
    /// The type that text is cast to.
    pub(super) text: &'static str,
    /// Whether parameters are numbered (`$1`) and not marked (`?`).
    pub(super) numbered: bool,
    /// Whether an error ends the transaction, so that statements that may fail need a savepoint.
    pub(super) savepoints: bool,
    /// Whether the driver runs every statement of a text, where the others' servers refuse a second.
    pub(super) several: bool,
    /// Rows of schema (NULL where it needs no naming), table, column, type.
    pub(super) catalogue: &'static str,
    /// What a declared type means.
    pub(super) kind: fn(&str) -> ColumnKind,
    /// Rows of schema and table of which this login is shown only a part; empty where there is no such thing.
    pub(super) veiled: &'static str,
    /// Rows of schema, table and column of every unique index.
    pub(super) unique: &'static str,
    /// The text of a leaf of JSON, given the column and the steps; NULL where it is none.
    pub(super) leaf: fn(&str, &[&str]) -> String,
}

/// Takes one row of the catalogue.
pub(super) fn column(dialect: &Dialect, cells: Cells, tables: &mut Vec<TableSample>) {
    let mut cells = cells.into_iter();
    let (schema, Some(table), Some(name), declared) =
        (cells.next().flatten(), cells.next().flatten(), cells.next().flatten(), cells.next().flatten())
    else {
        return;
    };
    let schema = schema.unwrap_or_default();
    let column = ColumnSample { name, kind: (dialect.kind)(&declared.unwrap_or_default()), values: Vec::new() };
    match tables.last_mut() {
        Some(last) if last.schema == schema && last.name == table => last.columns.push(column),
        _ => tables.push(TableSample { schema, name: table, columns: vec![column] }),
    }
}

/// Whether a second statement begins behind a semicolon, outside of texts, names and comments.
pub(super) fn is_several(sql: &str) -> bool {
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let end = match c {
            ';' => return true,
            '\'' | '"' | '`' => rest.find(c).map(|i| i + 1),
            '[' => rest.find(']').map(|i| i + 1),
            '-' if rest.starts_with('-') => rest.find('\n'),
            '/' if rest.starts_with('*') => rest.find("*/").map(|i| i + 2),
            _ => Some(0),
        };
        rest = end.and_then(|i| rest.get(i..)).unwrap_or_default();
    }
    false
}

impl Dialect {
    fn name(&self, name: &str) -> String {
        let q = self.quote;
        format!("{q}{}{q}", name.replace(q, &format!("{q}{q}")))
    }
    fn table(&self, schema: &str, table: &str) -> String {
        if schema.is_empty() { self.name(table) } else { format!("{}.{}", self.name(schema), self.name(table)) }
    }
    /// A column, or the leaf of one, in a table that goes by a short name.
    fn column(&self, of: &str, name: &str) -> String {
        let (column, path) = json::split(name);
        let column = format!("{of}{}", self.name(column));
        if path.is_empty() { column } else { (self.leaf)(&column, &path) }
    }
    pub(super) fn cast(&self, expression: &str) -> String {
        format!("CAST({expression} AS {})", self.text)
    }
    fn marks(&self, count: usize) -> String {
        let mark = |i: usize| if self.numbered { format!("${}", i + 1) } else { "?".to_owned() };
        (0..count).map(mark).collect::<Vec<_>>().join(", ")
    }

    /// Some values of each of these columns that are not NULL, each with the column's number.
    pub(super) fn sample(&self, table: &TableSample, columns: &[usize]) -> String {
        let from = self.table(&table.schema, &table.name);
        let mut sql = String::new();
        for index in columns {
            let name = self.name(&table.columns[*index].name);
            let value = self.cast(&name);
            let key = self.cast(&format!("'{index}'"));
            let joint = if sql.is_empty() { "" } else { " UNION ALL " };
            // Writing to a string cannot fail.
            let _ = write!(
                sql,
                "{joint}SELECT {key} AS k, v FROM (SELECT CASE WHEN {value} LIKE '{{%' THEN \
                 substr({value}, 1, {DOCUMENT}) ELSE substr({value}, 1, {LENGTH}) END AS v FROM {from} WHERE {name} IS NOT NULL LIMIT {VALUES}) AS s{index}"
            );
        }
        sql
    }

    /// How many of so many ids stand in a column.
    pub(super) fn held(&self, table: &TableSample, column: &str, ids: usize) -> String {
        let (from, name) = (self.table(&table.schema, &table.name), self.column("", column));
        let number = table.columns.iter().any(|c| c.name == column && c.kind == ColumnKind::Number);
        let name = if number { self.cast(&name) } else { name };
        let count = self.cast(&format!("count(DISTINCT {name})"));
        format!("SELECT {count} FROM {from} WHERE {name} IN ({})", self.marks(ids))
    }

    /// The roles of every row that has an id. What tells rows apart is left out: it is only worth
    /// having of the few that are read again.
    pub(super) fn scan(&self, settled: &Settled) -> String {
        let ids = [Role::Subscription, Role::Customer];
        let any: Vec<String> = ids
            .into_iter()
            .filter_map(|r| settled.mapping.column(r))
            .map(|c| format!("{} IS NOT NULL", self.column("b.", c)))
            .collect();
        format!("{} WHERE ({}){}", self.select(settled, false), any.join(" OR "), self.kept(settled))
    }
    /// The same of the rows with one of so many ids in a column.
    pub(super) fn again(&self, settled: &Settled, column: &str, ids: usize) -> String {
        let name = self.column("b.", column);
        // Ids that are numbers are asked for as text, as all of them are.
        let name = if settled.vendor == Vendor::LemonSqueezy { self.cast(&name) } else { name };
        format!("{} WHERE {name} IN ({}){}", self.select(settled, true), self.marks(ids), self.kept(settled))
    }
    /// Leaves out rows that the app has deleted and kept.
    fn kept(&self, settled: &Settled) -> String {
        self.alive("b.", settled.deleted.as_ref())
    }
    fn alive(&self, of: &str, deleted: Option<&Deleted>) -> String {
        let Some(Deleted { column, is_flag }) = deleted else { return String::new() };
        let column = format!("{of}{}", self.name(column));
        if *is_flag { format!(" AND ({column} IS NULL OR {column} = FALSE)") } else { format!(" AND {column} IS NULL") }
    }
    fn select(&self, settled: &Settled, keys: bool) -> String {
        let joined = settled.people.as_ref().and_then(|p| Some((p, p.key.as_deref()?, p.owner.as_deref()?)));
        let columns = Role::ALL.map(|role| match (role, settled.mapping.column(role), joined) {
            (Role::Key, ..) if !keys => self.cast("NULL"),
            (Role::Email, None, Some((people, ..))) => self.cast(&self.column("p.", &people.email)),
            (_, Some(column), _) => self.cast(&self.column("b.", column)),
            (_, None, _) => self.cast("NULL"),
        });
        let join = joined.map(|(people, key, owner)| {
            let (theirs, ours) = (self.cast(&self.column("p.", key)), self.cast(&self.column("b.", owner)));
            format!(" LEFT JOIN {} AS p ON {theirs} = {ours}", self.table(&people.schema, &people.table))
        });
        let from = self.table(&settled.schema, &settled.table);
        format!("SELECT {} FROM {from} AS b{}", columns.join(", "), join.unwrap_or_default())
    }

    /// The statuses, with their plans, of rows that carry no id, and how many rows have each; the most first.
    pub(super) fn given(&self, settled: &Settled) -> Option<String> {
        let status = self.column("b.", settled.mapping.column(Role::Status)?);
        let plan = settled.mapping.column(Role::Plan).map_or_else(|| "NULL".to_owned(), |p| self.column("b.", p));
        let ids = [Role::Subscription, Role::Customer].into_iter().filter_map(|r| settled.mapping.column(r));
        let none: Vec<String> = ids.map(|c| format!("{} IS NULL", self.column("b.", c))).collect();
        let (from, kept) = (self.table(&settled.schema, &settled.table), self.kept(settled));
        let (status, plan, count) = (self.cast(&status), self.cast(&plan), self.cast("count(*)"));
        let none = none.join(" AND ");
        Some(format!(
            "SELECT s, p, {count} FROM (SELECT {status} AS s, {plan} AS p FROM {from} AS b WHERE {none}{kept}) AS g \
             WHERE s IS NOT NULL GROUP BY s, p ORDER BY count(*) DESC, s, p LIMIT 20"
        ))
    }

    /// How many rows a table has.
    pub(super) fn count(&self, table: &TableSample) -> String {
        format!("SELECT {} FROM {}", self.cast("count(*)"), self.table(&table.schema, &table.name))
    }
    /// What stands in a column where another holds an id.
    pub(super) fn values(&self, table: &TableSample, column: &str, key: &str) -> String {
        let (value, from) = (self.cast(&self.column("", column)), self.table(&table.schema, &table.name));
        format!("SELECT {value} FROM {from} WHERE {} = {} LIMIT {VALUES}", self.column("", key), self.marks(1))
    }
    /// The addresses of the app's users.
    pub(super) fn people(&self, people: &People) -> String {
        let email = self.name(&people.email);
        let from = self.table(&people.schema, &people.table);
        let gone = self.alive("", people.deleted.as_ref());
        format!("SELECT {} FROM {from} WHERE {email} IS NOT NULL{gone}", self.cast(&email))
    }
    /// Two keys of each address that several users have.
    pub(super) fn twins(&self, people: &People) -> String {
        let folded = format!("lower(trim({}))", self.cast(&self.name(&people.email)));
        let key = people.key.as_deref().map_or_else(|| "NULL".to_owned(), |k| self.name(k));
        let (key, from) = (self.cast(&key), self.table(&people.schema, &people.table));
        let gone = self.alive("", people.deleted.as_ref());
        let tenant = people.tenant.as_deref().map(|t| format!(", {}", self.name(t))).unwrap_or_default();
        format!(
            "SELECT min({key}), max({key}) FROM {from} WHERE {folded} LIKE '%@%'{gone} GROUP BY {folded}{tenant} \
             HAVING count(*) BETWEEN 2 AND {SHARED} LIMIT {TWICE}"
        )
    }
    /// The values that stand in a column more than once.
    pub(super) fn twice(&self, table: &TableSample, column: &str) -> String {
        let (value, from) = (self.cast(&self.name(column)), self.table(&table.schema, &table.name));
        let name = self.name(column);
        format!(
            "SELECT min({value}) FROM {from} WHERE {name} IS NOT NULL GROUP BY {name} HAVING count(*) > 1 LIMIT {TWICE}"
        )
    }
    /// Whether a column of one table holds a value of another's: how many rows match.
    pub(super) fn refers(&self, settled: &Settled, owner: &str, people: &People, key: &str) -> String {
        let (billing, users) = (self.table(&settled.schema, &settled.table), self.table(&people.schema, &people.table));
        let (theirs, ours) = (self.cast(&self.column("p.", key)), self.cast(&self.column("b.", owner)));
        let some = format!(
            "SELECT {ours} AS o FROM {billing} AS b WHERE {} IS NOT NULL LIMIT {VALUES}",
            self.column("b.", owner)
        );
        let both = format!("sum(CASE WHEN EXISTS (SELECT 1 FROM {users} AS p WHERE {theirs} = s.o) THEN 1 ELSE 0 END)");
        format!("SELECT {}, {} FROM ({some}) AS s", self.cast("count(*)"), self.cast(&both))
    }
}
