//! The billing providers behind one trait: how each lists, what its ids look like, what its words mean.

use super::{
    facts::KeyMode,
    objects::Customer,
    stripe::{Listed, Retrieved, Sub},
};

/// A billing provider.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub enum Vendor {
    /// Stripe.
    #[default]
    Stripe,
    /// Paddle Billing (not Classic).
    Paddle,
    /// Lemon Squeezy.
    LemonSqueezy,
}
impl Vendor {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Stripe, Self::Paddle, Self::LemonSqueezy];

    /// The provider that the configuration calls so.
    #[must_use]
    pub fn of(provider: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.id() == provider)
    }
    /// The word of the configuration.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Paddle => "paddle",
            Self::LemonSqueezy => "lemonsqueezy",
        }
    }
    /// The name for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stripe => "Stripe",
            Self::Paddle => "Paddle",
            Self::LemonSqueezy => "Lemon Squeezy",
        }
    }
    /// A text of the comparison with this provider's name and events in it.
    #[must_use]
    pub fn told(self, text: &str) -> String {
        match self {
            Self::Stripe => text.to_owned(),
            Self::Paddle => text
                .replace("customer.subscription.deleted", "subscription.canceled")
                .replace("customer.subscription.", "subscription.")
                .replace("Stripe", self.name()),
            Self::LemonSqueezy => text
                .replace("customer.subscription.deleted", "subscription_expired")
                .replace("customer.subscription.", "subscription_")
                .replace("Stripe", self.name()),
        }
    }
    /// The most requests a second in all: below 100 in live mode and 25 in a sandbox, or the one limit
    /// that there is.
    #[must_use]
    pub const fn in_all(self, mode: KeyMode) -> u32 {
        match (self, mode) {
            (Self::Stripe, KeyMode::Live) => 90,
            (Self::Stripe, KeyMode::Test) => super::feed::PER_SECOND,
            _ => self.per_second(),
        }
    }
    /// Requests a second to each operation: below 25 (docs.stripe.com/rate-limits), 240 a minute in all
    /// (developer.paddle.com/api-reference/about/rate-limiting) and 300 a minute in all
    /// (docs.lemonsqueezy.com/api/getting-started/requests), 2026-11.
    #[must_use]
    pub const fn per_second(self) -> u32 {
        match self {
            Self::Stripe => super::feed::PER_SECOND,
            Self::Paddle => 3,
            Self::LemonSqueezy => 4,
        }
    }
    /// The base of its API for this key.
    #[must_use]
    pub const fn base(self, mode: KeyMode) -> &'static str {
        match (self, mode) {
            (Self::Stripe, _) => "https://api.stripe.com",
            (Self::Paddle, KeyMode::Live) => "https://api.paddle.com",
            (Self::Paddle, KeyMode::Test) => "https://sandbox-api.paddle.com",
            (Self::LemonSqueezy, _) => "https://api.lemonsqueezy.com",
        }
    }
    /// The mode of a key; `None` for what is no key. Paddle's old keys and Lemon Squeezy's do not say, and
    /// are taken for those of production.
    #[must_use]
    pub fn mode(self, key: &str) -> Option<KeyMode> {
        let fits = key.len() >= 16 && key.bytes().all(|b| b.is_ascii_graphic());
        match self {
            Self::Stripe => KeyMode::of(key),
            Self::Paddle if key.starts_with("pdl_sdbx_") => Some(KeyMode::Test),
            Self::Paddle | Self::LemonSqueezy => fits.then_some(KeyMode::Live),
        }
    }
    /// Whether this can be the id of one of its subscriptions.
    #[must_use]
    pub fn is_subscription(self, id: &str) -> bool {
        match self {
            Self::Stripe => super::mapping::is_subscription_id(id) && !is_of_paddle(id, "sub_"),
            Self::Paddle => is_of_paddle(id, "sub_"),
            Self::LemonSqueezy => is_number(id),
        }
    }
    /// Whether this can be the id of one of its customers.
    #[must_use]
    pub fn is_customer(self, id: &str) -> bool {
        match self {
            Self::Stripe => super::mapping::is_customer_id(id),
            Self::Paddle => is_of_paddle(id, "ctm_"),
            Self::LemonSqueezy => is_number(id),
        }
    }
    /// The permission that a list or an object needs, where the refusal does not name it.
    #[must_use]
    pub fn permission(self, path: &str) -> Option<&'static str> {
        match (self, path.trim_matches('/').split('/').next()) {
            (Self::Paddle, Some("subscriptions")) => Some("subscription.read"),
            (Self::Paddle, Some("customers")) => Some("customer.read"),
            _ => None,
        }
    }
}
/// An id as Paddle makes them: the prefix and 26 characters of a ULID in lower case.
pub(super) fn is_of_paddle(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() == 26
            && rest.starts_with('0')
            && rest.bytes().all(|b| b.is_ascii_digit() || (b.is_ascii_lowercase() && !b"ilou".contains(&b)))
    })
}
fn is_number(id: &str) -> bool {
    (1..=12).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit()) && !id.starts_with('0')
}

/// A source of subscriptions and customers.
pub trait Source {
    /// Whose they are.
    const VENDOR: Vendor;
    /// Its subscriptions, as they become what is compared.
    type Sub: Listed + Retrieved + Into<Sub> + Send;
    /// Its customers.
    type Customer: Listed + Retrieved + Into<Customer> + Send;
}
/// Stripe as a source.
#[derive(Debug)]
pub struct Stripe;
impl Source for Stripe {
    const VENDOR: Vendor = Vendor::Stripe;
    type Sub = Sub;
    type Customer = Customer;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_apart() {
        let paddle = "sub_01h04vsc0qhwtsbsxh3422wjs4";
        assert!(Vendor::Paddle.is_subscription(paddle) && !Vendor::Stripe.is_subscription(paddle));
        assert!(Vendor::Stripe.is_subscription("sub_1QxAbCdEfGhIjKl") && !Vendor::Paddle.is_subscription("sub_1QxAbC"));
        assert!(Vendor::Paddle.is_customer("ctm_01h3h38xxn5nhfpy2t1rjxkrp1"));
        assert!(Vendor::LemonSqueezy.is_subscription("1234567") && !Vendor::LemonSqueezy.is_subscription("sub_1"));
        let key = format!("pdl_sdbx_{}", "apikey_01");
        assert_eq!(Vendor::Paddle.mode(&key), Some(KeyMode::Test));
        assert_eq!(Vendor::LemonSqueezy.mode("short"), None);
    }
}
