//! Amounts of money, per currency and in the currency's smallest unit.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A three-letter ISO 4217 code in lower case, as Stripe writes it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
pub struct Currency(pub String);

/// An amount in the smallest unit of its currency (cents; whole yen).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
pub struct Money {
    /// The currency.
    pub currency: Currency,
    /// The amount in the smallest unit.
    pub minor: i64,
}

/// Currencies whose smallest unit is the unit itself (docs.stripe.com/currencies#zero-decimal).
const ZERO_DECIMAL: &[&str] =
    &["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"];
/// Currencies with three decimals (docs.stripe.com/currencies#three-decimal).
const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.currency.0.as_str();
        let sign = if self.minor < 0 { "-" } else { "" };
        let n = self.minor.unsigned_abs();
        let upper = code.to_ascii_uppercase();
        if ZERO_DECIMAL.contains(&code) {
            write!(f, "{sign}{n} {upper}")
        } else if THREE_DECIMAL.contains(&code) {
            write!(f, "{sign}{}.{:03} {upper}", n / 1000, n % 1000)
        } else {
            write!(f, "{sign}{}.{:02} {upper}", n / 100, n % 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn decimals_follow_the_currency() {
        let m = |c: &str, minor| Money { currency: Currency(c.into()), minor }.to_string();
        assert_eq!(m("eur", 2905), "29.05 EUR");
        assert_eq!(m("jpy", 2905), "2905 JPY");
        assert_eq!(m("kwd", -2905), "-2.905 KWD");
    }
}
