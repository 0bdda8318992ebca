//! How a class of drift becomes findings: a fault for each of the worst, with both sides' values.

use super::{
    facts::{Drift, EventColumn, Hit, LayoutDrift, Tally},
    group::DriftClass,
    json,
    mapping::{Role, Settled},
    vendor::Vendor,
};
use crate::vocab::{Evidence, Fault, Fix, Part, Shown, Verdict};

/// The faults of one class.
pub(super) fn judge<'a>(drifts: impl Iterator<Item = &'a Drift>, class: &DriftClass) -> Verdict {
    let (mut faults, mut none) = (Vec::new(), None);
    for drift in drifts {
        none = none.or_else(|| uncompared(drift, class));
        let Some(tally) = drift.classes.get(class.rule) else { continue };
        for (index, hit) in tally.worst.iter().take(Tally::KEPT).enumerate() {
            let fault = Fault::new(hit.subject(), evidence(hit, 0), fix(class, hit, drift));
            let mut fault = fault.titled(drift.vendor().told(&(class.title)(hit)));
            for pair in 1..hit.pairs.len().min(5) {
                fault = fault.and_saw(evidence(hit, pair));
            }
            if let Some(money) = hit.money() {
                fault = fault.and_saw(format!("at stake: {money}"));
            }
            if let Some(cause) = &hit.cause {
                fault = fault.and_saw(format!("cause: {cause}"));
            }
            if index == 0
                && let Some(rest) = beyond(tally)
            {
                fault = fault.and_saw(rest);
            }
            fault.lower_to = hit.lower;
            faults.push(fault);
        }
    }
    match none {
        Some(why) if faults.is_empty() => Verdict::NotApplicable(why),
        _ => faults.into(),
    }
}

/// Why there is nothing to compare: no such column, or one that does not mean what it is called.
fn uncompared(drift: &Drift, class: &DriftClass) -> Option<Shown> {
    let (role, settled) = (class.column?, drift.mapping.as_ref()?);
    let table = &settled.mapping.table;
    let roles: &[Role] = if role == Role::Price { &[Role::Price, Role::Plan] } else { &[role] };
    let there: Vec<Role> = roles.iter().copied().filter(|r| settled.mapping.column(*r).is_some()).collect();
    if there.is_empty() {
        return Some(format!("no column of {table} holds the {}", role.word().replace('_', " ")).into());
    }
    let sure = |r: &Role| match r {
        Role::PeriodEnd | Role::Status => settled.confirmed(*r).is_some(),
        other => drift.agrees.contains(other),
    };
    // Before the first pair there is nothing that could agree, and a gap says so where it matters.
    if there.iter().any(sure) || drift.rows == 0 {
        return None;
    }
    let column = settled.role(there[0]).and_then(|r| r.column.clone()).unwrap_or_default();
    Some(format!("{column} does not agree with Stripe often enough to be judged by").into())
}

/// What to do: send the lost event again where there is one, and put the row right.
pub fn fix(class: &DriftClass, hit: &Hit, drift: &Drift) -> Fix {
    let own = of_vendor((class.fix)(hit, drift), hit, drift.vendor());
    match (&hit.resend, own) {
        (None, own) => own,
        (Some(resend), Fix::Sql(sql)) => Fix::Steps(vec![resend.clone(), sql]),
        (Some(resend), Fix::Steps(mut steps)) => {
            steps.insert(0, resend.clone());
            Fix::Steps(steps)
        }
        (Some(resend), _) => Fix::Command(resend.clone()),
    }
}

/// The same for another provider than Stripe: what its command line would be asked is looked up by hand.
fn of_vendor(fix: Fix, hit: &Hit, vendor: Vendor) -> Fix {
    let Fix::Steps(steps) = fix else { return fix };
    if vendor == Vendor::Stripe {
        return Fix::Steps(steps);
    }
    let look: Shown = format!("Look at {} in the dashboard of {}", first_id(hit), vendor.name()).into();
    let kept = steps.iter().filter(|s| !s.as_str().contains("stripe "));
    Fix::Steps(std::iter::once(look).chain(kept.map(|s| vendor.told(s.as_str()).into())).collect())
}

fn evidence(hit: &Hit, pair: usize) -> Evidence {
    let p = &hit.pairs[pair];
    let field = match &p.subscription {
        Some(id) => format!("{} of {id}", p.field),
        None => p.field.to_owned(),
    };
    Evidence::Difference { field: field.into(), provider: p.stripe.clone(), database: p.database.clone() }
}

/// What the worst do not say of the class.
fn beyond(tally: &Tally) -> Option<String> {
    let kept = u64::try_from(tally.worst.len().min(Tally::KEPT)).unwrap_or_default();
    let mut words = Vec::new();
    if tally.count > kept {
        let money = tally.money().map(|m| format!(", {m} in all")).unwrap_or_default();
        words.push(format!("{} customers are affected{money}; the worst {kept} are shown", tally.count));
    }
    if tally.unchecked > 0 {
        words.push(format!("{} more look like it and were not read again; run `launchcheck drift`", tally.unchecked));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// SQL that puts a row right, written so that it changes nothing when it is run as it stands.
pub(super) fn update(hit: &Hit, mapping: &Settled) -> Option<Fix> {
    let key = mapping.mapping.subscription.as_deref().filter(|k| !k.contains('#'))?;
    let q = mapping.quote;
    let table = name(q, &mapping.schema, &mapping.table);
    let lines: Vec<String> = hit
        .pairs
        .iter()
        .filter_map(|p| {
            let (role, should) = p.should.as_ref()?;
            let column = mapping.mapping.column(*role).filter(|c| json::split(c).1.is_empty())?;
            Some((p.subscription.as_ref()?, column, should))
        })
        .map(|(id, column, should)| {
            let literal = should.as_str().replace('\'', "''");
            format!("UPDATE {table} SET {} = '{literal}' WHERE {} = '{id}';", bare(q, column), bare(q, key))
        })
        .collect();
    // Ids are letters, digits and underscores by the time they are here.
    (!lines.is_empty())
        .then(|| Fix::Sql(format!("BEGIN; {} ROLLBACK; -- COMMIT once it is right", lines.join(" ")).into()))
}
/// A table as SQL names it.
pub(super) fn name(quote: char, schema: &str, table: &str) -> String {
    if schema.is_empty() { bare(quote, table) } else { format!("{}.{}", bare(quote, schema), bare(quote, table)) }
}
/// A name, quoted where it needs to be.
pub(super) fn bare(q: char, name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if plain { name.to_owned() } else { format!("{q}{}{q}", name.replace(q, &format!("{q}{q}"))) }
}

/// The usual fix: SQL, else the sentence.
pub(super) fn sql_or(hit: &Hit, drift: &Drift, otherwise: impl Into<Shown>) -> Fix {
    let sql = drift.mapping.as_ref().and_then(|m| update(hit, m));
    sql.unwrap_or_else(|| Fix::step(otherwise))
}

/// How to look a subscription up and hear of it again.
pub(super) fn look_and_resend(hit: &Hit, drift: &Drift, kind: &str) -> Fix {
    let flag = drift.mode.flag();
    Fix::steps([
        format!("stripe subscriptions retrieve {}{flag}", first_id(hit)),
        format!("stripe events list --limit 100 -d type={kind}{flag}"),
        format!("stripe events resend EVENT --webhook-endpoint ENDPOINT{flag}"),
    ])
}

/// How to look a subscription up, and to end it where that is what was meant.
pub(super) fn look_and_end(hit: &Hit, drift: &Drift) -> Fix {
    let (id, flag) = (first_id(hit), drift.mode.flag());
    Fix::steps([
        format!("stripe subscriptions retrieve {id}{flag}"),
        format!("Where it should end: stripe subscriptions cancel {id}{flag}"),
    ])
}

/// The columns of this kind that hold ids of events, each with what `told` says of it and the SQL that
/// it makes of the quoted names of table and column.
pub(super) fn event_columns(
    drift: &Part<'_, LayoutDrift>,
    wanted: fn(&EventColumn) -> bool,
    told: impl Fn(&EventColumn, &str) -> String,
    sql: impl Fn(&str, &str) -> String,
) -> Verdict {
    if drift.first().is_some_and(|d| d.0.layout.events.is_empty()) {
        return Verdict::not_applicable("no column holds ids of events");
    }
    drift
        .iter()
        .flat_map(|d| &d.0.layout.events)
        .filter(|e| wanted(e))
        .map(|e| {
            let (table, column) = (bare(e.quote, e.table.as_str()), bare(e.quote, e.column.as_str()));
            let place = format!("{}.{}", e.table, e.column);
            Fault::new(place.clone(), told(e, &place), Fix::Sql(sql(&table, &column).into()))
        })
        .collect::<Vec<_>>()
        .into()
}

/// The subscriptions of a hit, as words for a command.
pub(super) fn first_id(hit: &Hit) -> &str {
    hit.pairs.iter().find_map(|p| p.subscription.as_ref()).map_or("SUBSCRIPTION", |s| s.as_str())
}
