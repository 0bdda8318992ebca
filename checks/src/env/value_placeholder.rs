//! `env.value-placeholder`
use super::{
    facts::{EnvSet, Production},
    shape::Kind,
};
use crate::{
    rule,
    vocab::{Fault, Fix, Part, Severity},
};

rule! {
    /// A variable in production still holds the text of an example: `your_key_here`, `changeme`, `sk_test_`.
    ///
    /// A blocker for secrets, since what signs sessions and webhooks is then known to everybody;
    /// medium for anything else.
    ///
    /// # Why at launch
    /// The provider refuses the key at the first call, or worse, a secret that stands in every
    /// template lets a stranger sign what the app trusts.
    ///
    /// # Fix
    /// Replace it by the production value. For a secret of your own, draw one:
    /// `openssl rand -base64 32`.
    ///
    /// # References
    /// - CWE-1394, use of a default cryptographic key: <https://cwe.mitre.org/data/definitions/1394.html>
    ///
    /// ```pass
    /// production
    /// AUTH_SECRET=f3a9c1d05b77e2468ace013579bdf024
    /// APP_NAME=test
    /// ```
    /// ```fail
    /// production
    /// AUTH_SECRET=changeme
    /// ```
    /// ```fail
    /// production
    /// NEXT_PUBLIC_SUPABASE_URL=https://your-project.supabase.co
    /// ```
    "env.value-placeholder" on App, Blocker, stage Secret;
    fails "A variable still holds a placeholder"; holds "No variable holds a placeholder";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        let mut faults = Vec::new();
        for e in &production.entries {
            let Kind::Placeholder(why) = e.shape.kind else { continue };
            if sets.iter().any(|s| s.ignores(&e.name)) {
                continue;
            }
            let fix = Fix::EnvVar { name: (&e.name).into(), value: "the real production value".into() };
            let severity = if e.shape.is_secret() { Severity::Blocker } else { Severity::Medium };
            let mut fault = Fault::new(&e.name, e.evidence(), fix)
                .and_saw(why)
                .titled(format!("{} still holds a placeholder", e.name))
                .lowered(severity);
            fault.at.clone_from(&e.at);
            faults.push(fault);
        }
        faults.into()
    }
}
