//! `env.example-value-in-production`
use super::{
    facts::{EnvSet, Production},
    per_entry,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// A secret in production is the one that stands in the committed example file.
    ///
    /// # Why at launch
    /// It looks drawn at random, and everybody who sees the repository or the template it came from has
    /// it. With a session secret they sign in as anybody.
    ///
    /// # Fix
    /// Draw a new one, `openssl rand -base64 32`, and leave the example empty.
    ///
    /// # References
    /// - CWE-1394, use of a default cryptographic key: <https://cwe.mitre.org/data/definitions/1394.html>
    ///
    /// ```pass
    /// example
    /// AUTH_SECRET=f3a9c1d05b77e2468ace013579bdf024
    /// APP_NAME=Acme
    /// production
    /// AUTH_SECRET=0b1c2d3e4f5a69788796a5b4c3d2e1f0
    /// APP_NAME=Acme
    /// ```
    /// ```fail
    /// example
    /// AUTH_SECRET=f3a9c1d05b77e2468ace013579bdf024
    /// production
    /// AUTH_SECRET=f3a9c1d05b77e2468ace013579bdf024
    /// ```
    "env.example-value-in-production" on App, Medium, stage Secret;
    fails "A secret is that of the example file"; holds "No secret is that of the example file";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let example = sets.first()?.in_example(&e.name)?;
            let taken = e.is_real() && e.shape.is_confidential() && e.equals(example);
            taken.then(|| (format!("{} is the secret of the example file", e.name), "a secret of your own: openssl rand -base64 32".into(), Severity::Medium))
        })
    }
}
