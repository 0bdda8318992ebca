//! `env.quotes-surrounding`
use super::{
    facts::{EnvSet, Production},
    loader::Change,
    per_entry,
    shape::Flaw,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// Quotes are a part of a value in production: they were pasted into the dashboard, or text follows
    /// the closing one in a file.
    ///
    /// # Why at launch
    /// Dashboards take what is typed as it is. A key in quotes is refused, and a URL in quotes is no URL.
    ///
    /// # Fix
    /// In a dashboard, set the value without quotes. In a file, close the quote at the value's end and
    /// put nothing but a comment behind it.
    ///
    /// # References
    /// - vercel/vercel, issue 11258: <https://github.com/vercel/vercel/issues/11258>
    ///
    /// ```pass
    /// production
    /// EMAIL_NAME="Acme"
    /// MOTTO=say "hi"
    /// ```
    /// ```fail
    /// production
    /// API_TOKEN='"f3a9c1d05b77e2468ace"'
    /// ```
    /// ```fail
    /// production
    /// APP_TITLE="Acme" Inc
    /// ```
    "env.quotes-surrounding" on App, Medium, stage Secret;
    fails "Quotes are part of a value"; holds "No value has quotes around it";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let around = e.shape.flaws.iter().any(|f| matches!(f, Flaw::Quotes | Flaw::SmartQuotes));
            let broken = e.changes.iter().any(|c| matches!(c, Change::QuoteOpen | Change::QuoteInside));
            (around || broken).then(|| {
                (format!("the quotes around {} are part of its value", e.name), "the same value without quotes".into(), Severity::Medium)
            })
        })
    }
}
