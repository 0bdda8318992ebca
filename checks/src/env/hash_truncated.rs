//! `env.hash-truncated`
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
    /// A value without quotes in a dotenv file is cut at its `#`: the rest is taken for a comment.
    ///
    /// Low where nobody knows who reads the file (`--env-file prod.env`): Docker keeps what dotenv cuts.
    ///
    /// # Why at launch
    /// `p@ss#w0rd` arrives as `p@ss`. Nothing warns, and the database refuses the password.
    ///
    /// # Fix
    /// Put the value in quotes.
    ///
    /// # References
    /// - dotenv, comments: <https://github.com/motdotla/dotenv#comments>
    ///
    /// ```pass
    /// production
    /// DB_PASSWORD="p9ss#w0rd"
    /// COLOR=blue # the brand's
    /// ```
    /// ```fail
    /// production
    /// DB_PASSWORD=p9ss#w0rd
    /// ```
    /// ```fail
    /// host prod.env
    /// DB_PASSWORD=p9ss#w0rd
    /// ```
    "env.hash-truncated" on App, Medium, stage Secret;
    fails "A value is cut at its #"; holds "No value is cut at a #";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            e.changes.iter().find_map(|c| match c {
                Change::HashCut { .. } => {
                    Some((format!("{} is cut at #", e.name), "the same value in double quotes".into(), Severity::Medium))
                }
                // Docker would take the quotes for a part of the value.
                Change::HashDoubtful { .. } => {
                    let title = format!("{} may be cut at #: readers differ", e.name);
                    Some((title, "a value without #, which every reader takes alike".into(), Severity::Low))
                }
                _ => None,
            })
        })
    }
}
