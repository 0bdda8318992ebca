//! How a class of drift becomes findings: a fault for each of the worst, with both sides' values.

use super::{
    facts::{Drift, Hit, Tally},
    mapping::{Role, Settled},
};
use crate::vocab::{Evidence, Fault, Fix, Part, Verdict};

/// The faults of one class. `title` makes the headline of a hit, `fix` what to do about it.
pub(super) fn judge(
    drift: &Part<'_, Drift>,
    rule: &str,
    title: impl Fn(&Hit) -> String,
    fix: impl Fn(&Hit, &Drift) -> Fix,
) -> Verdict {
    let mut faults = Vec::new();
    for drift in drift.iter() {
        let Some(tally) = drift.classes.get(rule) else { continue };
        for (index, hit) in tally.worst.iter().enumerate() {
            let mut fault = Fault::new(hit.subject(), evidence(hit, 0), fix(hit, drift)).titled(title(hit));
            for pair in 1..hit.pairs.len().min(5) {
                fault = fault.and_saw(evidence(hit, pair));
            }
            if let Some(money) = hit.money() {
                fault = fault.and_saw(format!("at stake: {money}"));
            }
            if index == 0
                && let Some(rest) = beyond(tally)
            {
                fault = fault.and_saw(rest);
            }
            faults.push(fault);
        }
    }
    faults.into()
}

fn evidence(hit: &Hit, pair: usize) -> Evidence {
    let p = &hit.pairs[pair];
    let field = match &p.subscription {
        Some(id) => format!("status of {id}"),
        None => "status".to_owned(),
    };
    Evidence::Difference { field: field.into(), provider: p.stripe.clone(), database: p.database.clone() }
}

/// What the five do not say of the class.
fn beyond(tally: &Tally) -> Option<String> {
    let kept = u64::try_from(tally.worst.len()).unwrap_or_default();
    let mut words = Vec::new();
    if tally.count > kept {
        let money = tally.money().map(|m| format!(", {m} in all")).unwrap_or_default();
        words.push(format!("{} customers are affected{money}; the worst {kept} are shown", tally.count));
    }
    if tally.unchecked > 0 {
        words.push(format!("{} more look like it and were not read again", tally.unchecked));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// SQL that puts a status right, written so that it changes nothing when it is run as it stands.
pub(super) fn update(hit: &Hit, mapping: &Settled) -> Option<Fix> {
    let status = mapping.confirmed(Role::Status)?;
    let key = mapping.mapping.subscription.as_deref()?;
    let q = mapping.quote;
    let quoted = |name: &str| format!("{q}{}{q}", name.replace(q, &format!("{q}{q}")));
    let bare = |name: &str| {
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if plain { name.to_owned() } else { quoted(name) }
    };
    let table = if mapping.schema.is_empty() {
        bare(&mapping.table)
    } else {
        format!("{}.{}", bare(&mapping.schema), bare(&mapping.table))
    };
    let lines: Vec<String> = hit
        .pairs
        .iter()
        .filter_map(|p| Some((p.subscription.as_ref()?, p.should.as_ref()?)))
        .map(|(id, should)| {
            let literal = should.as_str().replace('\'', "''");
            format!("UPDATE {table} SET {} = '{literal}' WHERE {} = '{id}';", bare(status), bare(key))
        })
        .collect();
    // Ids are letters, digits and underscores by the time they are here.
    (!lines.is_empty())
        .then(|| Fix::Sql(format!("BEGIN; {} ROLLBACK; -- COMMIT once it is right", lines.join(" ")).into()))
}

/// The subscriptions of a hit, as words for a command.
pub(super) fn first_id(hit: &Hit) -> &str {
    hit.pairs.iter().find_map(|p| p.subscription.as_ref()).map_or("SUBSCRIPTION", |s| s.as_str())
}
