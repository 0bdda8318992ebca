//! The configuration: its types, how it is found and read, and what is wrong with it when it is.

pub mod check;
pub mod load;
pub mod secrets;
pub mod suggest;
pub mod types;
pub mod values;

pub use types::{
    App, Audit, Billing, Ca, Checks, Config, Email, Exercise, Host, Mapping, Renewal, Site, Source, SqlCheck,
    Thresholds, Waiver, Webhook,
};
pub use values::{EnvName, FailOn, Located, MailAddress, Percent, Period, RoutePath, UrlPath};
