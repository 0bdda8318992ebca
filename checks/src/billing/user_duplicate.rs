//! `billing.user-duplicate`
use super::facts::LayoutDrift;
use crate::{
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// Several users have the same e-mail address.
    ///
    /// Addresses are compared by the database, without regard to case and blanks; none is shown.
    ///
    /// # Why at launch
    /// Who pays as one of them and signs in as the other has no access.
    ///
    /// # Fix
    /// Merge the users, and put a unique index on the folded address.
    ///
    /// # References
    /// <https://www.postgresql.org/docs/current/indexes-expressional.html>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active
    /// ```
    /// ```fail
    /// twins users 7 9
    /// ```
    "billing.user-duplicate" on Billing, Medium, stage Database;
    fails "Several users have the same address"; holds "Every user has an address of their own";
    fn check(drift: Part<'_, LayoutDrift>) -> Verdict {
        let doubled = drift.iter().filter(|d| d.0.layout.twin_count > 0);
        doubled
            .map(|d| {
                let layout = &d.0.layout;
                let table = layout.people.as_ref().map_or("users", crate::vocab::Shown::as_str);
                let keys: Vec<&str> = layout.twins.iter().map(crate::vocab::Shown::as_str).collect();
                let of = match layout.twin_count {
                    1 => "1 address belongs".to_owned(),
                    n => format!("{n} addresses belong"),
                };
                let rows = if keys.is_empty() { String::new() } else { format!(", for one to the rows {}", keys.join(" and ")) };
                let fix = Fix::Sql(
                    format!(
                        "SELECT lower(trim(email)), count(*) FROM {table} GROUP BY 1 HAVING count(*) > 1; \
                         -- merge them, then: CREATE UNIQUE INDEX ON {table} (lower(email));"
                    )
                    .into(),
                );
                Fault::new(table, format!("{of} to several rows of {table}{rows}"), fix)
            })
            .collect::<Vec<_>>()
            .into()
    }
}
