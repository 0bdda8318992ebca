//! `env.newline-trailing`
use super::{
    facts::{EnvSet, Production},
    per_entry,
    shape::Flaw,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// A value in production ends with a line break.
    ///
    /// Key files (PEM) and JSON of several lines may.
    ///
    /// # Why at launch
    /// `echo "…" | vercel env add` stores the line break too. A header with it is refused, a signature
    /// made with it fits nothing, and an id with it names nobody; the dashboard shows no difference.
    ///
    /// # Fix
    /// Set it again with `printf`: `printf '%s' "$VALUE" | vercel env add NAME production`.
    ///
    /// # References
    /// - vercel/vercel, discussion 14371: <https://github.com/vercel/vercel/discussions/14371>
    ///
    /// ```pass
    /// production
    /// API_TOKEN=f3a9c1d05b77e2468ace
    /// KEY="-----BEGIN X-----\nabc\n-----END X-----\n"
    /// ```
    /// ```fail
    /// production
    /// API_TOKEN="f3a9c1d05b77e2468ace\n"
    /// ```
    "env.newline-trailing" on App, Medium, stage Secret;
    fails "A value ends with a line break"; holds "No value ends with a line break";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let broken = e.shape.flaws.contains(&Flaw::NewlineTrailing);
            broken.then(|| {
                (format!("{} ends with a line break", e.name), "the same value without the line break (printf, not echo)".into(), Severity::Medium)
            })
        })
    }
}
