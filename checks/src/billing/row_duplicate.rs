//! `billing.row-duplicate`
use super::{
    facts::{Drift, Hit, Pair},
    group::{DriftClass, Group, Stake},
    report,
};
use crate::{
    rule,
    vocab::{Fix, Part, Severity, Shown},
};

/// One subscription in several rows.
pub(super) static CLASS: DriftClass = DriftClass {
    rule: "billing.row-duplicate",
    needs: None,
    column: None,
    hit,
    title: |h| format!("{} stands in several rows", report::first_id(h)),
    fix: |h, d| {
        let settled = d.mapping.as_ref();
        let named = settled.and_then(|m| {
            let column = m.mapping.subscription.as_deref().filter(|c| !c.contains('#'))?;
            let (table, column) = (report::name(m.quote, &m.schema, &m.table), report::bare(m.quote, column));
            Some(Fix::Sql(
                format!(
                    "SELECT * FROM {table} WHERE {column} = '{}'; -- then: CREATE UNIQUE INDEX ON {table} ({column});",
                    report::first_id(h)
                )
                .into(),
            ))
        });
        named.unwrap_or_else(|| Fix::step("Keep one row a subscription, with a unique index on its id"))
    },
};

fn hit(group: &Group) -> Option<Hit> {
    if group.learned.shared {
        return None;
    }
    let (mut pairs, mut differ) = (Vec::new(), false);
    for sub in &group.subs {
        let rows: Vec<_> = group.rows_of(&sub.is.id).collect();
        if rows.len() > 1 {
            differ |= rows.iter().any(|r| r.access != rows[0].access);
            let says: Vec<&str> = rows.iter().take(5).map(|r| r.says.as_str()).collect();
            let database = Shown::from(format!("{} rows: {}", rows.len(), says.join(", ")));
            pairs.push(Pair::of("rows", &sub.is, rows.last().copied(), sub.is.status.word(), database));
        }
    }
    let hit = group.hit(None, pairs, Stake::none())?;
    Some(if differ { hit } else { hit.lowered(Severity::Low) })
}

rule! {
    /// One subscription stands in several rows of the table.
    ///
    /// A table where every fifth subscription does (seats, team members) is made so and not judged.
    ///
    /// # Why at launch
    /// An event changes one of the rows and the app reads the other. It is made by two webhooks that arrive
    /// at once.
    ///
    /// # Fix
    /// Keep one of them, and put a unique index on the column.
    ///
    /// # References
    /// <https://docs.stripe.com/webhooks#handle-duplicate-events>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active key:a
    /// row cus_1 sub_1 canceled key:b
    /// ```
    "billing.row-duplicate" on Billing, Medium, stage Database;
    fails "Subscriptions stand in several rows"; holds "Every subscription stands in one row";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        report::judge(drift.iter(), &CLASS)
    }
}
