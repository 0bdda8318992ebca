//! The SQL that is sent, for engines that differ in quoting, casts and catalogues.

use super::Cells;
use launchcheck_checks::billing::mapping::{ColumnKind, ColumnSample, Role, Settled, TableSample};
use std::fmt::Write;

/// How many values of a column are sampled, and how many characters of each.
const VALUES: usize = 200;
const LENGTH: usize = 300;

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
    /// Rows of schema (NULL where it needs no naming), table, column, type.
    pub(super) catalogue: &'static str,
    /// What a declared type means.
    pub(super) kind: fn(&str) -> ColumnKind,
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

impl Dialect {
    fn name(&self, name: &str) -> String {
        let q = self.quote;
        format!("{q}{}{q}", name.replace(q, &format!("{q}{q}")))
    }
    fn table(&self, schema: &str, table: &str) -> String {
        if schema.is_empty() { self.name(table) } else { format!("{}.{}", self.name(schema), self.name(table)) }
    }
    fn cast(&self, expression: &str) -> String {
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
                "{joint}SELECT {key} AS k, v FROM (SELECT substr({value}, 1, {LENGTH}) AS v FROM {from} \
                 WHERE {name} IS NOT NULL LIMIT {VALUES}) AS s{index}"
            );
        }
        sql
    }

    /// How many of so many ids stand in a column.
    pub(super) fn held(&self, table: &TableSample, column: &str, ids: usize) -> String {
        let (from, name) = (self.table(&table.schema, &table.name), self.name(column));
        let count = self.cast(&format!("count(DISTINCT {name})"));
        format!("SELECT {count} FROM {from} WHERE {name} IN ({})", self.marks(ids))
    }

    /// Customer, subscription, status and period end of every row that has an id.
    pub(super) fn scan(&self, settled: &Settled) -> String {
        let ids = [Role::Subscription, Role::Customer];
        let any: Vec<String> = ids
            .into_iter()
            .filter_map(|r| settled.mapping.column(r))
            .map(|c| format!("{} IS NOT NULL", self.name(c)))
            .collect();
        format!("{} WHERE {}", self.select(settled), any.join(" OR "))
    }
    /// The same of the rows with one of so many ids in a column.
    pub(super) fn again(&self, settled: &Settled, column: &str, ids: usize) -> String {
        format!("{} WHERE {} IN ({})", self.select(settled), self.name(column), self.marks(ids))
    }
    fn select(&self, settled: &Settled) -> String {
        let roles = [Role::Customer, Role::Subscription, Role::Status, Role::PeriodEnd];
        let columns = roles.map(|role| match settled.mapping.column(role) {
            Some(column) => self.cast(&self.name(column)),
            None => self.cast("NULL"),
        });
        format!("SELECT {} FROM {}", columns.join(", "), self.table(&settled.schema, &settled.table))
    }
}
