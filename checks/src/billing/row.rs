//! One row of the app's table, as far as it matters.

use super::{mapping::Role, objects::fold_email, stripe::digest, vendor::Vendor};

/// A row. Ids of another provider are left out, and addresses are digests.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Row {
    /// What tells it from other rows, where there is such a column.
    pub key: Option<Box<str>>,
    /// `cus_…`
    pub customer: Option<Box<str>>,
    /// `sub_…`
    pub subscription: Option<Box<str>>,
    /// The status as it stands there.
    pub status: Option<Box<str>>,
    /// The price as it stands there.
    pub price: Option<Box<str>>,
    /// The app's own word for what was bought.
    pub plan: Option<Box<str>>,
    /// The end of the period in seconds since 1970.
    pub period_end: Option<i64>,
    /// Whether that is a day without a time.
    pub date_only: bool,
    /// Whether it is to end, where the column says so or says no.
    pub cancel: Option<bool>,
    /// How many seats.
    pub quantity: Option<i64>,
    /// The currency, in lower case.
    pub currency: Option<Box<str>>,
    /// Whether it is said to be of live mode.
    pub livemode: Option<bool>,
    /// A boolean beside the status that says the same.
    pub flag: Option<bool>,
    /// The digest of the folded e-mail address.
    pub email: Option<u64>,
    /// The digest of whom it belongs to.
    pub owner: Option<u64>,
}
impl Row {
    /// Reads a row out of one column of text a role.
    #[must_use]
    pub fn read<'a>(cell: impl Fn(Role) -> Option<&'a str>) -> Self {
        Self::read_of(Vendor::Stripe, cell)
    }
    /// The same with the ids of this provider.
    #[must_use]
    pub fn read_of<'a>(vendor: Vendor, cell: impl Fn(Role) -> Option<&'a str>) -> Self {
        let short = |role| cell(role).map(|s| s.trim().chars().take(64).collect::<String>().into_boxed_str());
        let end = cell(Role::PeriodEnd);
        Self {
            key: cell(Role::Key).map(|s| s.chars().take(80).collect::<String>().into()),
            customer: cell(Role::Customer).map(str::trim).filter(|c| vendor.is_customer(c)).map(Into::into),
            subscription: cell(Role::Subscription).map(str::trim).filter(|s| vendor.is_subscription(s)).map(Into::into),
            status: short(Role::Status),
            price: short(Role::Price).filter(|p| !p.is_empty()),
            plan: short(Role::Plan).filter(|p| !p.is_empty()),
            period_end: end.and_then(time),
            date_only: end.is_some_and(|e| e.trim().len() == 10 && e.contains('-')),
            cancel: cell(Role::Cancel).and_then(|c| flag(c).or_else(|| time(c).map(|t| t > 100_000_000))),
            quantity: cell(Role::Quantity).and_then(|q| q.trim().parse().ok()),
            currency: cell(Role::Currency).map(|c| c.trim().to_ascii_lowercase().into()),
            livemode: cell(Role::Livemode).and_then(flag),
            flag: cell(Role::Flag).and_then(flag),
            email: cell(Role::Email).and_then(fold_email).map(|e| digest(&e)),
            owner: cell(Role::Owner).map(digest),
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "1" | "yes" => Some(true),
        "f" | "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// A time as databases write it: seconds or milliseconds since 1970, or a date with or without a
/// time and an offset (UTC where it has none).
#[must_use]
pub fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(n) = text.parse::<i64>() {
        return Some(if n.abs() >= 100_000_000_000 { n / 1000 } else { n });
    }
    let iso = text.replacen(' ', "T", 1);
    if let Ok(t) = iso.parse::<jiff::Timestamp>() {
        return Some(t.as_second());
    }
    // PostgreSQL writes whole-hour offsets with two digits, which the parser takes too.
    let civil = iso.parse::<jiff::civil::DateTime>().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_database() {
        let want = Some(1_793_534_400);
        for text in [
            "1793534400",
            "1793534400000",
            "2026-11-01 12:00:00",
            "2026-11-01 12:00:00+00",
            "2026-11-01 14:00:00.000+02:00",
            "2026-11-01T12:00:00.000Z",
        ] {
            assert_eq!(time(text), want, "{text}");
        }
        assert_eq!(time("2026-11-01"), Some(1_793_534_400 - 12 * 3600));
        assert_eq!(time("soon"), None);
    }

    #[test]
    fn a_row_keeps_what_it_can_read() {
        let row = Row::read(|role| match role {
            Role::Subscription => Some("I-PAYPAL"),
            Role::Customer => Some("cus_1"),
            Role::Cancel => Some("2026-11-01 12:00:00"),
            Role::Quantity => Some("3"),
            Role::PeriodEnd => Some("2026-11-01"),
            Role::Flag => Some("f"),
            Role::Currency => Some("EUR"),
            _ => None,
        });
        assert_eq!((row.customer.as_deref(), row.subscription.as_deref()), (Some("cus_1"), None));
        assert_eq!((row.cancel, row.quantity, row.date_only, row.flag), (Some(true), Some(3), true, Some(false)));
        assert_eq!(row.currency.as_deref(), Some("eur"));
    }
}
