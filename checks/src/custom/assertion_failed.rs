//! `custom.assertion-failed`
use super::facts::Answer;
use crate::{
    rule,
    vocab::{Fault, Fix, Severity, Verdict},
};

rule! {
    /// A query of the configuration does not answer with the number that it should.
    ///
    /// `[[check.sql]]` names a query that gives one number, and what it has to be (`expect`) or may be at
    /// most (`max`). It runs in a transaction that only reads, and only with `--allow-sql`.
    ///
    /// # Why at launch
    /// What counts as stuck, lost or overdue in your tables only you know. Such things pile up in silence
    /// until a customer writes.
    ///
    /// # Fix
    /// Look at the rows that the query counts. Where the number is right as it is, change the
    /// `[[check.sql]]`.
    ///
    /// # References
    /// <https://www.postgresql.org/docs/current/sql-set-transaction.html>
    ///
    /// ```pass
    /// answer 0
    /// max 0
    /// ```
    /// ```pass
    /// answer 240.5
    /// max 300
    /// ```
    /// ```pass
    /// answer 7
    /// expect 7
    /// ```
    /// ```fail
    /// answer 3
    /// max 0
    /// ```
    /// ```fail
    /// answer 6
    /// expect 7
    /// ```
    /// ```fail
    /// # no row to take a number of
    /// answer null
    /// max 300
    /// ```
    "custom.assertion-failed" on Check, High, stage Database;
    fails "A declared query does not say what it should"; holds "The declared query says what it should";
    fn check(answer: &Answer) -> Verdict {
        if answer.wanted.holds(answer.number) {
            return Verdict::Pass;
        }
        let found = answer.number.map_or_else(|| "NULL".to_owned(), |n| n.to_string());
        let mut fault = Fault::here(
            format!("the query says {found} and should say {}", answer.wanted),
            Fix::Sql(answer.query.clone()),
        );
        fault.lower_to = Some(answer.severity).filter(|s| *s != Severity::High);
        fault.into()
    }
}
