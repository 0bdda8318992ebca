//! `billing.period-missing`
use super::{facts::Drift, mapping::Role};
use crate::{
    rule,
    vocab::{Fault, Fix, Part},
};

rule! {
    /// A column that should hold the end of the period, or the status, is never filled.
    ///
    /// One finding for the column, where more than four in five rows of paying customers hold NULL.
    ///
    /// # Why at launch
    /// Since 2025-03-31 the end of the period stands on the items of a subscription; code that reads it from
    /// the subscription itself writes NULL for everybody, without an error.
    ///
    /// # Fix
    /// Read `subscription.items.data[0].current_period_end`, and fill the column for the rows there are.
    ///
    /// # References
    /// <https://docs.stripe.com/changelog/basil/2025-03-31/deprecate-subscription-current-period-start-and-end>
    ///
    /// ```pass
    /// stripe sub_1 cus_1 active 2900 eur
    /// row cus_1 sub_1 active end:20
    /// ```
    /// ```fail
    /// stripe sub_1 cus_1 active 2900 eur
    /// stripe sub_2 cus_2 active 2900 eur
    /// stripe sub_3 cus_3 active 2900 eur
    /// stripe sub_4 cus_4 active 2900 eur
    /// stripe sub_5 cus_5 active 2900 eur
    /// row cus_1 sub_1 active end:null
    /// row cus_2 sub_2 active end:null
    /// row cus_3 sub_3 active end:null
    /// row cus_4 sub_4 active end:null
    /// row cus_5 sub_5 active end:null
    /// ```
    "billing.period-missing" on Billing, High, stage Database;
    fails "A column of the billing state is never filled"; holds "The billing columns are filled";
    fn check(drift: Part<'_, Drift>) -> Verdict {
        let empty = drift.iter().flat_map(|d| d.empty.iter().map(move |e| (d, e)));
        empty
            .map(|(d, e)| {
                let settled = d.mapping.as_ref();
                let column = settled.and_then(|m| m.role(e.role)?.column.clone()).unwrap_or_default();
                let code = match e.role {
                    Role::PeriodEnd => "const end = subscription.items.data[0].current_period_end;",
                    _ => "const status = subscription.status;",
                };
                let fix = Fix::Code {
                    place: "the webhook, on customer.subscription.created and .updated".into(),
                    lines: vec![code.into()],
                };
                let saw = format!("{column} is NULL in {} of {} rows of paying customers", e.empty, e.live);
                Fault::new(column.clone(), saw, fix).titled(format!("{column} is never filled"))
            })
            .collect::<Vec<_>>()
            .into()
    }
}
