//! What Prisma, Drizzle and SQL schema files say of the billing columns, by names alone: for showing
//! where the database is still empty, and never for judging.

use super::mapping::{Role, plain};
use crate::vocab::Shown;

/// A table that a file declares: its name, and its columns as the database calls them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declared {
    /// The table.
    pub table: String,
    /// The columns.
    pub columns: Vec<String>,
}

/// The tables that a schema file declares. `name` says which language it is in.
#[must_use]
pub fn tables(name: &str, text: &str) -> Vec<Declared> {
    let ending = std::path::Path::new(name).extension().and_then(|e| e.to_str()).unwrap_or_default();
    match ending {
        "prisma" => prisma(text),
        "sql" => sql(text),
        _ => drizzle(text),
    }
}

fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\'', '`'])?;
    let quote = text[start..].chars().next()?;
    let rest = &text[start + 1..];
    Some(&rest[..rest.find(quote)?])
}

/// `model User { stripeId String? @map("stripe_id") … @@map("users") }`
fn prisma(text: &str) -> Vec<Declared> {
    let (mut found, mut open): (Vec<Declared>, Option<Declared>) = (Vec::new(), None);
    for line in text.lines().map(|l| l.split("//").next().unwrap_or_default().trim()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (words.as_slice(), &mut open) {
            (["model", name, ..], _) => open = Some(Declared { table: (*name).to_owned(), columns: Vec::new() }),
            (["}", ..], _) => found.extend(open.take()),
            ([first, ..], Some(table)) if first.starts_with("@@") => {
                if let Some(name) = line.strip_prefix("@@map").and_then(quoted) {
                    name.clone_into(&mut table.table);
                }
            }
            ([name, _, ..], Some(table)) => {
                let mapped = line.find("@map(").and_then(|at| quoted(&line[at..]));
                table.columns.push(mapped.unwrap_or(name).to_owned());
            }
            _ => {}
        }
    }
    found
}

/// `export const teams = pgTable('teams', { stripeCustomerId: text('stripe_customer_id'), … })`
fn drizzle(text: &str) -> Vec<Declared> {
    let mut found: Vec<Declared> = Vec::new();
    for line in text.lines().map(|l| l.split("//").next().unwrap_or_default().trim()) {
        let opens = ["pgTable(", "mysqlTable(", "sqliteTable(", "createTable("].iter().find_map(|f| line.find(f));
        if let Some(at) = opens {
            let table = quoted(&line[at..]).unwrap_or_default().to_owned();
            found.push(Declared { table, columns: Vec::new() });
        } else if let (Some((name, kind)), Some(table)) = (line.split_once(':'), found.last_mut()) {
            if table.table.is_empty() {
                continue;
            }
            let inner = kind.split_once('(').map_or("", |(_, rest)| rest);
            let own = inner.trim_start().starts_with(['"', '\'', '`']).then(|| quoted(inner)).flatten();
            table.columns.push(own.unwrap_or_else(|| name.trim()).to_owned());
        } else if let (Some(name), Some(table)) = (quoted(line), found.last_mut())
            && table.table.is_empty()
        {
            // The name stands on the line below.
            name.clone_into(&mut table.table);
        }
    }
    found
}

/// `CREATE TABLE IF NOT EXISTS public.users ( stripe_customer_id text, … );`
fn sql(text: &str) -> Vec<Declared> {
    let (mut found, mut open): (Vec<Declared>, Option<Declared>) = (Vec::new(), None);
    for line in text.lines().map(|l| l.split("--").next().unwrap_or_default().trim()) {
        let lower = line.to_ascii_lowercase();
        if let Some(rest) = lower.strip_prefix("create table") {
            let rest = rest.trim_start().strip_prefix("if not exists").unwrap_or(rest).trim_start();
            let at = line.len() - rest.len();
            let name: String = line[at..].chars().take_while(|c| !c.is_whitespace() && *c != '(').collect();
            let last = name.rsplit('.').next().unwrap_or_default().trim_matches(['"', '`', '\'']);
            open = Some(Declared { table: last.to_owned(), columns: Vec::new() });
            let inside = line.split_once('(').map_or("", |(_, inside)| inside);
            if let Some(table) = &mut open {
                fields(inside, table);
            }
        } else if let Some(table) = &mut open {
            fields(line, table);
        }
        if line.ends_with(';') || line.starts_with(')') {
            found.extend(open.take());
        }
    }
    found
}
fn fields(text: &str, table: &mut Declared) {
    const NONE: &[&str] = &["primary", "foreign", "unique", "constraint", "check", "key", "index", ")", ");"];
    for part in text.split(',') {
        let mut words = part.split_whitespace();
        if let (Some(name), Some(_)) = (words.next(), words.next())
            && !NONE.contains(&name.to_ascii_lowercase().as_str())
        {
            table.columns.push(name.trim_matches(['"', '`', '\'']).to_owned());
        }
    }
}

/// What a column's name may mean, and whether it says so plainly.
fn role(column: &str) -> Option<(Role, bool)> {
    let n = plain(column);
    let plainly = n.contains("stripe");
    let role = match n.trim_start_matches("stripe") {
        "customerid" | "customer" => Role::Customer,
        "id" if plainly => Role::Customer,
        "subscriptionid" | "subid" => Role::Subscription,
        "subscriptionstatus" | "status" | "billingstatus" => Role::Status,
        "priceid" => Role::Price,
        "currentperiodend" | "periodend" | "subscriptioncurrentperiodend" => Role::PeriodEnd,
        "cancelatperiodend" | "cancelat" => Role::Cancel,
        _ => return None,
    };
    Some((role, plainly))
}

/// The table of a file that looks most like the one with the billing state, in a sentence a column.
#[must_use]
pub fn guesses(file: &str, text: &str) -> Vec<Shown> {
    let ranked = tables(file, text).into_iter().filter_map(|table| {
        let roles: Vec<(Role, bool, &String)> =
            table.columns.iter().filter_map(|c| role(c).map(|(r, plainly)| (r, plainly, c))).collect();
        let anchored = roles.iter().any(|(r, ..)| matches!(r, Role::Customer | Role::Subscription));
        let lines: Vec<Shown> = roles
            .iter()
            .map(|(role, plainly, column)| {
                let confidence = if *plainly { "medium" } else { "low" };
                let place = format!("{}.{column}", table.table);
                format!("{file}: {place} may be the {} (by its name; confidence {confidence})", role.word()).into()
            })
            .collect();
        anchored.then_some((roles.iter().filter(|(_, plainly, _)| *plainly).count(), lines))
    });
    ranked.max_by_key(|(plainly, lines)| (*plainly, lines.len())).map(|(_, lines)| lines).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_languages() {
        let prisma = "model User {\n  id String @id\n  stripeCustomerId String? @unique @map(name: \"stripe_customer_id\")\n  \
                      stripeSubscriptionId String?\n  @@map(name: \"users\")\n}";
        let drizzle = "export const teams = pgTable('teams', {\n  id: serial('id').primaryKey(),\n  \
                       stripeCustomerId: text('stripe_customer_id').unique(),\n  subscriptionStatus: varchar('subscription_status'),\n});";
        let sql = "create table if not exists public.subscriptions (\n  id text primary key,\n  user_id uuid not null,\n  \
                   stripe_subscription_id text,\n  status text,\n  primary key (id)\n);";
        let of = |file: &str, text: &str| tables(file, text).remove(0);
        assert_eq!(of("a.prisma", prisma).table, "users");
        assert_eq!(of("a.prisma", prisma).columns, ["id", "stripe_customer_id", "stripeSubscriptionId"]);
        assert_eq!(of("a.ts", drizzle).columns, ["id", "stripe_customer_id", "subscription_status"]);
        assert_eq!(of("a.sql", sql).table, "subscriptions");
        assert_eq!(of("a.sql", sql).columns, ["id", "user_id", "stripe_subscription_id", "status"]);
        let said = guesses("a.sql", sql);
        assert!(said[0].as_str().contains("subscriptions.stripe_subscription_id may be the subscription"), "{said:?}");
        assert!(said[1].as_str().contains("confidence low"), "{said:?}");
        assert!(guesses("a.sql", "create table posts (id int, status text);").is_empty());
    }
}
