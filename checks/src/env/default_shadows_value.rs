//! `env.default-shadows-value`
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
    /// `${NAME:-default}` gives the default although the same file sets `NAME`.
    ///
    /// The loader of Next.js 14 and later looks at the process and at stronger files first, then at the
    /// default, and at its own file last.
    ///
    /// # Why at launch
    /// `DB_HOST=db.acme.test` with `${DB_HOST:-localhost}` connects to localhost.
    ///
    /// # Fix
    /// Write `${NAME}` without a default, since the file sets it.
    ///
    /// # References
    /// - dotenv-expand 10: <https://github.com/motdotla/dotenv-expand>
    ///
    /// ```pass
    /// production
    /// API_HOST=api.acme.test
    /// API_URL=https://${API_HOST}
    /// ```
    /// ```fail
    /// production
    /// API_HOST=api.acme.test
    /// API_URL=https://${API_HOST:-localhost:4000}
    /// ```
    "env.default-shadows-value" on App, Medium;
    fails "A default wins over the value beside it"; holds "No default wins over a value beside it";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let other = e.changes.iter().find_map(|c| if let Change::DefaultShadows(n) = c { Some(n) } else { None })?;
            let title = format!("{} is made with the default of {other}, not with its value", e.name);
            Some((title, format!("the same text with ${{{other}}} in place of ${{{other}:-…}}"), Severity::Medium))
        })
    }
}
