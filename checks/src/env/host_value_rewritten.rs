//! `env.host-value-rewritten`
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
    /// A value that the host sets holds a `$`, and a dotenv file that is deployed names the variable too:
    /// the loader expands the host's own value.
    ///
    /// # Why at launch
    /// A secret `ab$cd` of the dashboard arrives as `ab`, although the file's line is empty and the
    /// dashboard is right.
    ///
    /// # Fix
    /// Take the line out of the file; the host's value then arrives as it is.
    ///
    /// # References
    /// - Next.js, load order: <https://nextjs.org/docs/app/guides/environment-variables#environment-variable-load-order>
    ///
    /// ```pass
    /// host vercel.json
    /// {"SESSION_KEY": "ab$cd-9f1e2d3c"}
    /// deployed .env
    /// APP_NAME=Acme
    /// ```
    /// ```fail
    /// host vercel.json
    /// {"SESSION_KEY": "ab$cd-9f1e2d3c"}
    /// deployed .env
    /// SESSION_KEY=
    /// ```
    "env.host-value-rewritten" on App, Medium, stage Secret;
    fails "A file changes a value that the host sets"; holds "No file changes what the host sets";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            if !e.changes.contains(&Change::HostRewritten) {
                return None;
            }
            let file = e.over.iter().map(|p| p.file.as_str()).next_back().unwrap_or("the file");
            let fix = format!("the host's value, after its line is deleted from {file}");
            Some((format!("{file} changes the host's value of {}", e.name), fix, Severity::Medium))
        })
    }
}
