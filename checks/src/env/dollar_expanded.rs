//! `env.dollar-expanded`
use super::{
    facts::{EnvSet, Production},
    loader::Change,
    per_entry,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// A `$` in a value was taken for the start of a variable that does not exist, and the text is gone.
    ///
    /// Single quotes do not help: the loader of Next.js expands in them too.
    ///
    /// # Why at launch
    /// `pa$word` arrives as `pa`, and a bcrypt hash arrives empty.
    ///
    /// # Fix
    /// Write a backslash before each `$`, or set the variable at the host and in no file.
    ///
    /// # References
    /// - Next.js, load order and `$`: <https://nextjs.org/docs/app/guides/environment-variables#loading-environment-variables>
    ///
    /// ```pass
    /// production
    /// DB_PASSWORD=pa\$word9
    /// APP_HOST=acme.test
    /// APP_URL=https://$APP_HOST
    /// ```
    /// ```fail
    /// production
    /// DB_PASSWORD='pa55$word'
    /// ```
    "env.dollar-expanded" on App, Medium, stage Secret;
    fails "A $ in a value is taken for a variable"; holds "No $ in a value is lost";
    yields_to "env.value-empty", "env.required-missing";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let lost = e.changes.iter().any(|c| matches!(c, Change::DollarLost(_)));
            lost.then(|| (format!("the $ in {} is taken for a variable", e.name), "the same value with \\$ for each $".into(), Severity::Medium))
        })
    }
}
