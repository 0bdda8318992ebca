//! `env.whitespace`
use super::{
    facts::{EnvSet, Production},
    per_entry,
    shape::{Flaw, Kind},
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// A value in production begins or ends with a blank, or holds a character that nobody sees.
    ///
    /// Medium for secrets, keys, URLs and switches, which are compared and sent as they stand; low for
    /// other texts, where a blank may be meant.
    ///
    /// # Why at launch
    /// A key with a blank behind it is another key: the provider refuses it, and the dashboard shows
    /// the same text as before.
    ///
    /// # Fix
    /// Paste the value again without what stands around it.
    ///
    /// # References
    /// - Vercel, environment variables: <https://vercel.com/docs/environment-variables>
    ///
    /// ```pass
    /// production
    /// API_TOKEN=f3a9c1d05b77e2468ace
    /// MOTTO="Acme "
    /// ignore
    /// MOTTO
    /// ```
    /// ```fail
    /// production
    /// API_TOKEN="f3a9c1d05b77e2468ace "
    /// ```
    "env.whitespace" on App, Medium, stage Secret;
    fails "A value has blanks around it"; holds "No value has blanks around it";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let blanks = e.shape.flaws.contains(&Flaw::Blanks);
            let invisible = e.shape.flaws.contains(&Flaw::Invisible);
            if !blanks && !invisible {
                return None;
            }
            let what = if invisible { "holds a character that nobody sees" } else { "has a blank around it" };
            let exact = e.shape.is_confidential() || matches!(e.shape.kind, Kind::Key | Kind::Url { .. } | Kind::Flag);
            let severity = if exact || invisible { Severity::Medium } else { Severity::Low };
            Some((format!("{} {what}", e.name), "the same value, typed or pasted without blanks".into(), severity))
        })
    }
}
