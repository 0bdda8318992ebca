//! `code.status-unrepresentable`
use super::deeds::Columns;
use crate::{
    rule,
    vocab::{Evidence, Fault, Fix, Severity, Verdict},
};

rule! {
    /// The database keeps a subscription's id and no column in which its status could stand.
    ///
    /// Schemas of Prisma, Drizzle and SQL are read. A column for a plan, a tier, a status or a
    /// cancellation in any table of people or payments counts, and so does a column for JSON. Low where
    /// the end of the paid period is stored.
    ///
    /// # Why at launch
    /// A cancelled, a disputed and a paying customer look the same: none of the first two can be kept
    /// out.
    ///
    /// # Fix
    /// Add a column for the status and write Stripe's own word into it on every
    /// `customer.subscription.*` event.
    ///
    /// # References
    /// - Stripe, statuses of subscriptions: <https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses>
    ///
    /// ```pass
    /// file prisma/schema.prisma
    /// model User {
    ///   id                   String  @id
    ///   stripeSubscriptionId String?
    ///   subscriptionStatus   String?
    /// }
    /// ```
    /// ```fail
    /// file prisma/schema.prisma
    /// model User {
    ///   id                   String  @id
    ///   stripeCustomerId     String?
    ///   stripeSubscriptionId String?
    /// }
    /// ```
    "code.status-unrepresentable" on App, Medium, stage Database;
    fails "The database cannot say that a subscription ended"; holds "The database can say how a subscription stands";
    fn check(columns: &Columns) -> Verdict {
        if !columns.schema {
            return Verdict::not_applicable("no schema of Prisma, Drizzle or SQL was found");
        }
        let Some(table) = columns.tables.first() else {
            return Verdict::not_applicable("no table holds the id of a subscription");
        };
        if columns.status {
            return Verdict::Pass;
        }
        let prisma = table.at.file.as_str().ends_with(".prisma");
        let line = if prisma { "subscriptionStatus String?".to_owned() } else { format!("alter table {} add column subscription_status text;", table.table) };
        let fix = Fix::Code { place: format!("{} ({})", table.at.file, table.table).into(), lines: vec![line.into()] };
        let saw = Evidence::Place(table.at.clone(), format!("{}.{} stands here, and no status beside it", table.table, table.column).into());
        let fault = Fault::new(&table.table, saw, fix).at(table.at.clone());
        match &table.period {
            Some(period) => fault.and_saw(format!("{period} says when the paid period ends")).lowered(Severity::Low).into(),
            None => fault.into(),
        }
    }
}
