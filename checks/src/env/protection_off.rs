//! `env.protection-off`
use super::{
    facts::{EnvSet, Production},
    names, per_entry,
};
use crate::{
    rule,
    vocab::{Part, Severity},
};

rule! {
    /// A switch in production turns a protection off: certificates are not checked, validation is
    /// skipped, a login or a limit is passed by.
    ///
    /// # Why at launch
    /// Such switches are set for one night of tests and stay. `NODE_TLS_REJECT_UNAUTHORIZED=0` lets
    /// anybody on the way read the payments.
    ///
    /// # Fix
    /// Take the variable out of production.
    ///
    /// # References
    /// - Node.js: <https://nodejs.org/api/cli.html#node_tls_reject_unauthorizedvalue>
    ///
    /// ```pass
    /// production
    /// NODE_TLS_REJECT_UNAUTHORIZED=1
    /// AUTH_TRUST_HOST=true
    /// ```
    /// ```fail
    /// production
    /// NODE_TLS_REJECT_UNAUTHORIZED=0
    /// ```
    "env.protection-off" on App, Medium;
    fails "A switch turns a protection off"; holds "No switch turns a protection off";
    fn check(sets: Part<'_, EnvSet>, production: &Production) -> Verdict {
        per_entry(&sets, production, |e| {
            let on = e.shape.flag?;
            let what = names::switched_off(&e.name, on)?;
            let word = if on { "on" } else { "off" };
            Some((format!("{} is {word}: {what}", e.name), "nothing: delete it from production".into(), Severity::Medium))
        })
    }
}
