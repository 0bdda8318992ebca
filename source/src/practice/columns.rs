//! The tables that the schema declares, as far as payments go.

use super::{is_own, marks, room::Room};
use crate::ir::place;
use launchcheck_checks::{
    billing::declared::{Declared, tables},
    code::deeds::{BillingTable, Columns},
    vocab::Place,
};

/// Whether a file is a schema in SQL: migrations, and not a dump of data.
pub(crate) fn is_schema(name: &str, text: &str) -> bool {
    name.ends_with(".sql") && {
        let text = text.to_ascii_lowercase();
        text.contains("create table") || text.contains("add column")
    }
}

/// Looks at all schemas.
pub(super) fn columns(room: &Room<'_>) -> Columns {
    let mut out = Columns::default();
    let mut all: Vec<(String, String, Vec<Declared>)> = Vec::new();
    for (path, text) in room.tree.extras.iter().filter(|(p, _)| p.ends_with(".prisma") || p.ends_with(".sql")) {
        let found = tables(path, text);
        // What a later migration adds may be a status, whatever the table.
        let added = path.ends_with(".sql")
            && text.lines().map(str::to_ascii_lowercase).any(|l| l.contains("add ") && says_status(&l));
        // A column for anything may hold the status too.
        let anything =
            [" Json", "jsonb", " json,", " json "].iter().any(|w| text.contains(w)) && text.contains("tripe");
        out.status |= added || anything;
        all.push(((room.tree.shown)(path), text.clone(), found));
    }
    for (i, f) in room.tree.files.iter().enumerate().filter(|(_, f)| is_own(f) && f.marks & marks::TABLES != 0) {
        let Some(text) = room.text(i) else { continue };
        out.status |= text.contains("json(") || text.contains("jsonb(");
        all.push((f.shown.clone(), text.to_owned(), tables(&f.path, text)));
    }
    out.schema = all.iter().any(|(_, _, found)| !found.is_empty());
    for (file, text, found) in &all {
        for table in found {
            let id = table
                .columns
                .iter()
                .find(|c| is_subscription(c))
                .or_else(|| table.columns.iter().find(|c| is_bare_subscription(c)));
            let of_people = is_subscription_table(&table.table) || id.is_some();
            out.status |= of_people && table.columns.iter().any(|c| says_status(c));
            let Some(column) = id else { continue };
            let at = text.find(column.as_str()).map_or((1, 1), |at| place(text, u32::try_from(at).unwrap_or(0)));
            let period =
                table.columns.iter().find(|c| plain(c).contains("periodend") || plain(c).contains("expires")).cloned();
            let at = Place::new(file.as_str(), at.0, at.1);
            out.tables.push(BillingTable { table: table.table.clone(), column: column.clone(), at, period });
        }
    }
    out
}
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}
fn is_subscription(column: &str) -> bool {
    let n = plain(column);
    let of = ["stripe", "paddle", "lemonsqueezy", "polar"].iter().any(|p| n.starts_with(p));
    of && n.contains("subscription") && n.ends_with("id")
}
fn is_bare_subscription(column: &str) -> bool {
    let n = plain(column);
    ["stripesubscription", "subscriptionid"].contains(&n.as_str())
}
fn is_subscription_table(table: &str) -> bool {
    let n = plain(table);
    [
        "subscription",
        "billing",
        "customer",
        "membership",
        "entitlement",
        "license",
        "plan",
        "user",
        "account",
        "organization",
        "team",
        "workspace",
        "profile",
    ]
    .iter()
    .any(|w| n.contains(w))
}
/// Whether a name is of a column that can say that somebody no longer pays.
fn says_status(text: &str) -> bool {
    let n = plain(text);
    let words = [
        "status",
        "state",
        "plan",
        "tier",
        "active",
        "ispro",
        "premium",
        "canceled",
        "cancelled",
        "cancelat",
        "endedat",
        "access",
        "role",
        "subscribed",
        "phase",
    ];
    words.iter().any(|w| n.contains(w))
}
